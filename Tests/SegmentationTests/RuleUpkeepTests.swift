import Testing

@testable import Segmentation

/// Segments that act against each other, are too many, or that nothing uses, are found; others are not.
struct RuleUpkeepTests {
  private func project(_ yaml: String) throws -> ProjectFile {
    try ProjectFile(parsing: "version: 1\n" + yaml, file: "c.yaml")
  }

  private func upkeep(_ yaml: String) throws -> [String] {
    RuleLinter(try project(yaml)).upkeep(asOf: try instant("2024-01-01"))
      .map { "\($0.kind.rawValue) \($0.diagnostic.position.line): \($0.diagnostic.message)" }
  }

  struct Pair: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let first: String
    let second: String
    var rest = ""
    let isFound: Bool

    init(_ name: String, _ first: String, _ second: String, _ rest: String = "", isFound: Bool) {
      testDescription = name
      (self.first, self.second, self.rest, self.isFound) = (first, second, rest, isFound)
    }
  }

  @Test(arguments: [
    Pair("sameTag", "when: {did: x}, tag: t", "when: {did: y}, tag: t", isFound: true),
    Pair("otherTag", "when: {did: x}, tag: t", "when: {did: y}, tag: u", isFound: false),
    Pair("noTags", "when: {did: x}", "when: {did: y}", isFound: false),
    Pair(
      "proved", "when: {attr: age, lt: 3}, tag: t", "when: {attr: age, gte: 3}, tag: t",
      isFound: false),
    Pair(
      "overlapping", "when: {attr: age, lte: 3}, tag: t", "when: {attr: age, gte: 3}, tag: t",
      isFound: true),
    Pair(
      "cooldown", "when: {attr: age, lt: 3}, tag: t, cooldown: 3d",
      "when: {attr: age, gte: 3}, tag: t",
      isFound: false),
    Pair(
      "minStay", "when: {attr: age, lt: 3}, tag: t, min_stay: 3d",
      "when: {attr: age, gte: 3}, tag: t",
      isFound: true),
    Pair(
      "exclusive", "when: {did: x}, tag: t", "when: {did: y}, tag: t",
      "exclusive: [{group: g, order: [b, a]}]", isFound: false),
    Pair(
      "placesCross", "when: {did: x}, on_enter: [{webhook: w}]",
      "when: {did: y}, on_exit: [{webhook: w}]",
      isFound: true),
    Pair(
      "placesCrossBackwards", "when: {did: x}, on_exit: [{webhook: w}]",
      "when: {did: y}, on_enter: [{webhook: w}]", isFound: true),
    Pair(
      "placesToldOfBoth", "when: {did: x}, on_enter: [{webhook: w}], on_exit: [{webhook: w}]",
      "when: {did: y}, on_enter: [{webhook: w}], on_exit: [{webhook: w}]", isFound: false),
    Pair(
      "sameWay", "when: {did: x}, on_enter: [{webhook: w}]",
      "when: {did: y}, on_enter: [{webhook: w}]",
      isFound: false),
    Pair(
      "placesOfNobody", "when: {did: x}, on_enter: [{webhook: w}]",
      "when: {did_not: x}, on_exit: [{webhook: w}]", isFound: false),
    Pair("lists", "list: l, tag: t", "list: l, tag: t", "lists: {l: {members: []}}", isFound: true),
  ])
  func conflictsAreFoundWhereTheyAreNotExcluded(pair: Pair) throws {
    let project = try project(
      "segments:\n- {id: a, \(pair.first)}\n- {id: b, \(pair.second)}\n\(pair.rest)")
    let found = RuleLinter(project).conflicts()
    #expect(found.map(\.kind) == (pair.isFound ? [.conflictingActions] : []))
    #expect(found.allSatisfy { $0.basis == .tested && $0.segment == "b" })
  }

  @Test func conflictsNameAMemberWhoIsInBoth() throws {
    let linter = RuleLinter(
      try project("segments:\n- {id: a, when: {did: x}, tag: t}\n- {id: b, when: {did: y}, tag: t}")
    )
    let ids = ["ann", "bob", "cai"]
    let found = [[1, 2], [1], []].map { rows in
      linter.conflicts([("a", [0, 1, 2]), ("b", rows)]) { ids[$0] }.map(\.description)
    }
    let both = "c.yaml:4:8: \"b\" and \"a\" both put on and take off the tag \"t\"; "
    #expect(found[0] == [both + "bob and 1 more are in both (data)"])
    #expect(found[1] == [both + "bob is in both (data)"])
    #expect(found[2] == [both + "no proof that nobody is in both (tested)"])
  }

  @Test(arguments: [
    ([30, 30], 60, nil), ([30], 5, nil), ([], 0, nil),
    ([10, 10, 10], 59, "3 segments for 59 members"),
    ([10, 10, 10], 60, nil), ([9, 9, 500, 9], 1_000, "3 of 4 segments hold less than 1 %"),
    ([9, 9, 500, 10], 1_000, nil), ([9, 9, 500], 1_000, nil),
  ])
  func tooManySegmentsAreFound(sizes: [Int], total: Int, message: String?) throws {
    let linter = RuleLinter(try project("segments: [{id: a, when: {did: x}}]"))
    let found = linter.tooMany(sizes, of: total)
    #expect(message.map { found?.hasPrefix($0) == true } ?? (found == nil), "\(found ?? "none")")
  }

  @Test func unusedScoresAreFoundAndListsNeedNoSegment() throws {
    #expect(
      try upkeep(
        """
        lists:
          own: {members: []}
          asked: {members: []}
          spare: {members: []}
        scores:
          part: {points: {x: 1}}
          whole: {sum: {part: 1}}
          ranked: {points: {x: 1}}
          lonely: {sum: {alone: 1}}
          alone: {points: {x: 1}}
        segments:
        - {id: a, list: own}
        - {id: b, when: {all: [{list: asked}, {score: whole, gt: 1}, {rank: {score: ranked, top: 5%}}]}}
        """) == [
          "unused 10: nothing uses the score \"lonely\"",
          "unused 11: nothing uses the score \"alone\"",
        ])
  }

  @Test func stagesThatNobodyComesIntoAreFound() throws {
    #expect(
      try upkeep(
        """
        stages:
          s:
            start: a
            moves:
            - {from: a, to: b, when: {did: x}}
            - {from: b, to: c, when: {all: [{attr: n, gt: 1}, {attr: n, lt: 1}]}}
            - {from: c, to: d, when: {did: x}}
            - {from: d, to: c, when: {did: x}}
            - {from: "*", to: e, when: {did: y}}
            - {from: e, to: a, when: {did: z}}
        """) == [
          "unreachable_stage 7: no member can ever come into the stage \"c\" of s",
          "unreachable_stage 8: no member can ever come into the stage \"d\" of s",
        ])
  }

  @Test func namesThatStandTwiceAreFound() throws {
    #expect(
      try upkeep(
        """
        segments:
        - {id: a, name: Regulars, when: {did: x}}
        - {id: b, name: regulars, when: {did: y}}
        - {id: c, name: A, when: {did: z}}
        - {id: d, name: D, when: {did: z}}
        - {id: e, name: Others, when: {did: z}}
        """) == [
          "duplicate_name 4: \"b\" is named \"regulars\", as is \"a\"",
          "duplicate_name 5: \"c\" is named \"A\", as is \"a\"",
        ])
  }
}
