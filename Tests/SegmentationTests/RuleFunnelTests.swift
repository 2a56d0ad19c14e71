import Engagement
import EventLog
import Segmentation
import Testing

/// What each condition of a rule keeps and drops, counted by hand and by evaluating rules one by one.
struct RuleFunnelTests {
  /// Members m1...m10 with x from 1 to 10, none of whom did anything.
  private static let community = Community(
    history: EventHistory(),
    members: MemberTable(
      ids: (1...10).map { "m\($0)" }, joinedAt: (1...10).map { _ in Timestamp(microseconds: 0) },
      attributes: ["x": .number((1...10).map(Double.init))]))
  private static let asOf = Timestamp(microseconds: 1_700_000_000_000_000)

  private func rows(_ segments: String) throws -> [String] {
    let project = try ProjectFile(
      parsing: "version: 1\nlists: {l: {members: [m1]}}\nsegments:\n" + segments, file: "c.yaml")
    let funnel = RuleFunnel(project)
    #expect(funnel.ownCount == project.segments.count)
    let sizes = try SegmentEvaluator(
      funnel.project, community: Self.community, asOf: Self.asOf, threadCount: 1
    ).evaluate().map(\.rows.count)
    return funnel.steps(sizes: sizes, of: 10).map { step in
      let together = step.together.map { " \($0)" } ?? ""
      let change = step.change.map { " (\($0))" } ?? ""
      return
        "\(step.segment)\(String(repeating: ".", count: step.depth)) \(step.rule): \(step.alone)"
        + together + change
    }
  }

  @Test func conditionsUnderAllDropMembersOneAfterTheOther() throws {
    #expect(
      try rows(
        """
        - {id: l, list: l}
        - {id: a, when: {all: [{attr: x, gt: 3}, {attr: x, lt: 9}, {not: {attr: x, between: [5, 5]}}]}}
        """) == [
          "1 all: 4", "1. {attr: x, gt: 3}: 7 7 (-3)", "1. {attr: x, lt: 9}: 8 5 (-2)",
          "1. not: 9 4 (-1)", "1.. {attr: x, between: [5, 5]}: 1",
        ])
  }

  @Test func conditionsUnderAnyAddMembersAndUnderNoneDropThem() throws {
    #expect(
      try rows(
        """
        - id: a
          when:
            all:
            - {any: [{attr: x, lt: 3}, {attr: x, lt: 5}, {attr: x, gt: 9}]}
            - {none: [{attr: x, between: [1, 1]}, {attr: x, lte: 2}]}
        - {id: b, when: {at_least: {n: 2, of: [{attr: x, gt: 1}, {attr: x, gt: 2}]}}}
        """) == [
          "0 all: 3", "0. any: 5 5 (-5)", "0.. {attr: x, lt: 3}: 2 2 (2)",
          "0.. {attr: x, lt: 5}: 4 4 (2)", "0.. {attr: x, gt: 9}: 1 5 (1)",
          "0. none: 8 3 (-2)", "0.. {attr: x, between: [1, 1]}: 1 9 (-1)",
          "0.. {attr: x, lte: 2}: 2 8 (-1)",
          "1 at_least 2: 8", "1. {attr: x, gt: 1}: 9", "1. {attr: x, gt: 2}: 8",
        ])
  }
}
