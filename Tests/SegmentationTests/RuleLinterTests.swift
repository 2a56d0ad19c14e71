import Engagement
import EventLog
import Segmentation
import Testing

/// Rules that cannot be meant are found, and what is said to be proved is never wrong.
struct RuleLinterTests {
  private static let preamble = """
    version: 1
    aliases: {learning: ["lesson_*"]}
    scores: {recency: {feature: recency_days, linear: [60, 0]}}
    lists: {hosts: {members: [a]}}
    segments:

    """

  private func proofs(_ rules: [String]) throws -> [String] {
    let segments = rules.enumerated().map { "- {id: s\($0), when: \($1)}" }
    let project = try ProjectFile(
      parsing: Self.preamble + segments.joined(separator: "\n"), file: "rules.yaml")
    return RuleLinter(project).proofs().map { "\($0.kind.rawValue) \($0.segment ?? "")" }
  }

  @Test(arguments: [
    "{all: [{attr: age, gt: 5}, {attr: age, lt: 5}]}",
    "{all: [{attr: age, gte: 5}, {attr: age, lt: 5}]}",
    "{all: [{attr: city, is: Rome}, {attr: city, is: Oslo}]}",
    "{all: [{attr: city, is: Rome}, {attr: city, is_not: ROME}]}",
    "{all: [{attr: city, is: Rome}, {attr: city, starts_with: O}]}",
    "{all: [{attr: city, exists: true}, {attr: city, missing: true}]}",
    "{all: [{did: post, within: 7d}, {did_not: post, within: 30d}]}",
    "{all: [{did: post, within: 7d, count: 5}, {did: post, ever: true, count: {lte: 4}}]}",
    "{all: [{did: post}, {did_not: \"*\"}]}",
    "{all: [{did: post, where: {area: {is: x}}}, {did_not: post}]}",
    "{did: post, count: {lt: 0}}",
    "{all: [{did: post, ago: [20d, 10d]}, {did_not: post, within: 20d}]}",
    "{all: [{score: recency, gt: 3}, {attr: age, gt: 1}]}",
    "{feature: recency_days, lt: 0}",
    "{all: [{attr: joined_at, newer_than: 30d}, {attr: joined_at, older_than: 60d}]}",
    "{all: [{list: hosts}, {not: {list: hosts}}]}",
    "{all: [{cluster: {model: m, is: c0}}, {cluster: {model: m, is: c1}}]}",
    "{at_least: {n: 2, of: [{attr: age, gt: 5}, {attr: age, lt: 5}]}}",
    "{all: [{attr: topics, has_any: [a, b]}, {attr: topics, has_none: [a, b, c]}]}",
  ])
  func contradictionsAreProved(rule: String) throws {
    #expect(try proofs([rule]) == ["contradictory s0"])
  }

  @Test(arguments: [
    "{any: [{attr: age, gt: 5}, {not: {attr: age, gt: 5}}]}",
    "{any: [{did: post}, {did_not: post}]}",
    "{did: post, count: {gte: 0}}",
    "{none: [{feature: recency_days, lt: 0}]}",
    "{any: [{attr: city, exists: true}, {attr: city, missing: true}]}",
  ])
  func certaintiesAreProved(rule: String) throws {
    #expect(try proofs([rule]) == ["always_true s0"])
  }

  @Test(arguments: [
    ("{did: post, within: 7d}", "{did: post, within: 30d}"),
    ("{did: post, count: 5}", "{did: post, count: 3}"),
    ("{attr: age, gt: 10}", "{attr: age, gte: 10}"),
    ("{attr: city, is: Rome}", "{attr: city, in: [Oslo, rome]}"),
    ("{did: post, where: {area: {is: x}}}", "{did: \"*\"}"),
    ("{all: [{list: hosts}, {did: post}]}", "{list: hosts}"),
    ("{did_not: post, within: 30d}", "{did_not: post, within: 7d}"),
    ("{did_not: post, within: 30d, after_ever: true}", "{did: post, ever: true}"),
  ])
  func partsOfOthersAreProved(part: String, whole: String) throws {
    #expect(try proofs([part, whole]) == ["subsumed s0"])
    #expect(try proofs([whole, part]) == ["subsumed s1"])
  }

  @Test(arguments: [
    ("{did: post}", "{not: {did_not: post}}"),
    (
      "{feature: recency_days, gt: 10}",
      "{all: [{feature: recency_days, gte: 10}, {not: {feature: recency_days, eq: 10}}]}"
    ),
    ("{any: [{list: hosts}, {did: post}]}", "{not: {none: [{did: post}, {list: hosts}]}}"),
  ])
  func repetitionsAreProved(first: String, second: String) throws {
    #expect(try proofs([first, second]) == ["duplicate s1"])
  }

  @Test func whatMayBeMeantIsNotFound() throws {
    #expect(
      try proofs([
        "{all: [{attr: age, gt: 5}, {attr: age, lt: 6}]}",
        "{all: [{did: post, within: 7d}, {did_not: comment, within: 30d}]}",
        "{all: [{did: post, ever: true}, {did_not: post, within: 30d}]}",
        "{all: [{attr: city, contains: o}, {attr: city, is_not: Rome}]}",
        "{score: recency, gt: 2.4}", "{feature: share_learning_90d, gt: 0.5}",
        "{feature: active_days_30d, lt: 0.5}", "{feature: velocity, lt: -3}",
        "{attr: size, gt: 5, if_missing: unknown}",
        "{all: [{cluster: {model: m, is: c0}}, {cluster: {model: m, is: regulars}}]}",
      ]) == [])
  }

  /// A part of a segment that it names is meant; what follows through it is found.
  @Test func segmentsNamedAreLookedThrough() throws {
    #expect(
      try proofs(["{all: [{segment: s1, member: true}, {attr: age, gt: 3}]}", "{did: post}"]) == [])
    #expect(
      try proofs([
        "{all: [{segment: s1, member: true}, {did_not: post}]}", "{did: post, within: 7d}",
      ]) == ["contradictory s0"])
  }

  /// Who is in a segment with a memory, or behind another one, is not what its rule alone says.
  @Test func segmentsWithAMemoryAreNotComparedByTheirRules() throws {
    let project = try ProjectFile(
      parsing: """
        version: 1
        segments:
        - {id: a, when: {did: post, within: 7d}, min_stay: 7d}
        - {id: b, when: {did: post, within: 30d}}
        - {id: c, when: {did: post, within: 30d}}
        - {id: d, when: {all: [{attr: x, gt: 1}, {attr: x, lt: 1}]}, cooldown: 3d}
        exclusive: [{group: g, order: [d, c]}]
        """, file: "rules.yaml")
    #expect(
      RuleLinter(project).proofs().map { "\($0.kind.rawValue) \($0.segment ?? "")" }
        == ["contradictory d"])
  }

  /// On random communities no proof is ever contradicted.
  @Test(arguments: 1...10)
  func proofsHoldForRandomMembers(seed: Int) throws {
    let asOf = try instant("2024-03-31T06:00:00Z")
    var random = RandomRules(asOf: asOf, generator: SeededGenerator(seed: UInt64(seed)))
    let members = (0..<60).map { random.member($0) }
    let rules = (0..<40).map { _ in random.rule(depth: 2) }
    let segments = rules.enumerated().map { "- {id: s\($0), when: \($1.yaml)}" }
    let project = try ProjectFile(
      parsing: "version: 1\naliases: {learning: [\"lesson_*\"]}\nsegments:\n"
        + segments.joined(separator: "\n"), file: "random.yaml")
    let table = MemberTable(
      ids: members.map(\.id), joinedAt: members.map(\.joined),
      attributes: ["age": .number(members.map { $0.age ?? .nan })])
    let community = Community(history: EventHistory(members.flatMap(\.events)), members: table)
    let rows = community.rows(asOf: asOf)
    let evaluator = try SegmentEvaluator(project, community: community, asOf: asOf)
    let found = Dictionary(uniqueKeysWithValues: evaluator.evaluate().map { ($0.id, $0.rows) })
    for finding in RuleLinter(project).proofs() {
      let id = try #require(finding.segment)
      let comment: Comment = "seed \(seed): \(finding)"
      switch finding.kind {
      case .contradictory: #expect(found[id] == [], comment)
      case .alwaysTrue: #expect(found[id] == rows, comment)
      case .duplicate, .subsumed:
        let other = try #require(
          finding.diagnostic.message.split(separator: "\"").map(String.init)
            .first { $0 != id && found[$0] != nil })
        let (own, others) = (Set(found[id] ?? []), Set(found[other] ?? []))
        #expect(finding.kind == .duplicate ? own == others : own.isSubset(of: others), comment)
      default: Issue.record("not a proof: \(finding)")
      }
    }
  }

  @Test func dataAndUpkeepAreLookedAt() throws {
    let project = try ProjectFile(
      parsing: """
        version: 1
        aliases: {learning: ["lesson_*"], spare: [x]}
        segments:
        - {id: a, when: {did: learning}, expect: {min: 1%, max: 25%}}
        - {id: b, when: {did: post}, review_by: 2024-01-01}
        - {id: c, when: {did: comment}, expect: {min: 3}}
        - {id: d, when: {did: like}}
        lists:
          mentees: {members: [], review_by: 2024-01-01, owner: eva}
          hosts: {members: [], review_by: 2024-01-02}
        tests:
        - {name: b, as_of: 2024-01-01, not_in: [a]}
        """, file: "rules.yaml")
    let linter = RuleLinter(project)
    let found = linter.witnesses(
      [("a", [1, 2, 3]), ("b", []), ("c", [1, 2]), ("d", [1, 2])], of: 10)
    #expect(
      found.map { "\($0.kind.rawValue) \($0.segment ?? "-")" } == [
        "too_broad a", "never_matched b", "too_narrow c", "same_members d", "too_many_segments -",
      ])
    #expect(found.allSatisfy { $0.basis == .data })
    #expect(
      linter.upkeep(asOf: try instant("2024-01-01")).map {
        "\($0.diagnostic.position.line): \($0.diagnostic.message) (\($0.basis))"
      } == [
        "2: nothing uses the alias \"spare\" (proof)",
        "5: \"b\" was to be reviewed by 2024-01-01T00:00:00Z (data)",
        "9: the list \"mentees\" was to be reviewed by 2024-01-01T00:00:00Z; eva looks after it (data)",
      ])
    #expect(linter.upkeep(asOf: try instant("2023-12-31T23:59:59Z")).count == 1)
    #expect(
      linter.unknownMembers(["hosts": ["x"], "mentees": ["a", "b", "c", "d", "e", "f"]]).map {
        "\($0.diagnostic.position.line): \($0.diagnostic.message) (\($0.basis))"
      } == [
        "9: the list \"mentees\" has 6 ids that nobody has: a, b, c, d, e, … (data)",
        "10: the list \"hosts\" has an id that nobody has: x (data)",
      ])
  }
}
