import Engagement
import EventLog
import Segmentation
import Testing

/// What `did`, `did_not`, `first` and `last` say of members, by hand.
struct EventRuleTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let rule: String
    let expected: String
    init(_ rule: String, _ expected: String) {
      self.rule = rule
      self.expected = expected
    }
    var testDescription: String { rule }
  }

  /// As of 2024-03-31: a posted exactly 30 days ago, b a microsecond later, c and d as below.
  private func harness() throws -> RuleHarness {
    let history = EventHistory([
      try Event("a", "post", "2024-03-01", value: 5, to: "b", ["area": .string("Roadmap")]),
      try Event(
        "a", "order", "2024-01-10", value: 0.1, ["amount": .number(60), "sku": .number(1)]),
      try Event("a", "order", "2024-01-10T12:00:00Z", value: 0.2, ["amount": .number(60)]),
      try Event("b", "post", "2024-03-01T00:00:00.000001Z", ["area": .string("roadmap")]),
      try Event("b", "Post", "2024-03-30", ["area": .string("help")]),
      try Event("b", "order", "2024-03-29", value: 7, ["amount": .number(100), "sku": .number(2)]),
      // Two events at one instant, of which the later in the file is the other kind.
      try Event("c", "lesson_one", "2024-03-20", ["kind": .string("video")]),
      try Event("c", "lesson_two", "2024-03-20", ["kind": .string("quiz")]),
      try Event("c", "post", "2023-12-31T23:30:00Z"),
      try Event("c", "post", "2024-01-01T00:30:00Z"),
      // At the as-of time itself, and after it.
      try Event("d", "post", "2024-03-31", value: 1),
      try Event("d", "order", "2024-03-31T00:00:00.000001Z", value: 100),
    ])
    return RuleHarness(
      community: Community(history: history), asOf: try instant("2024-03-31"),
      preamble: "aliases: {contribution: [post, order], learning: [\"lesson_*\"]}")
  }

  @Test(
    arguments: [
      Case("{did: post}", "abcd"), Case("{did: Post}", "b"), Case("{did: learning}", "c"),
      Case("{did: \"lesson_*\"}", "c"), Case("{did: \"l?sson_one\"}", "c"),
      Case("{did: [Post, order]}", "ab"), Case("{did: \"*\", count: 4}", "c"),
      Case("{did: contribution, count: {eq: 2}}", "bc"), Case("{did: order, count: {lt: 1}}", "cd"),
      Case("{did: post, count: {between: [2, 3]}}", "c"),
      Case("{did: order, count: {eq: 0}}", "cd"),
      Case("{did: post, within: 30d}", "bd"), Case("{did: post, within: 31d}", "abd"),
      Case("{did: post, ago: [91d, 30d]}", "ac"), Case("{did: post, ago: [30d, 0d]}", "bd"),
      Case("{did: post, since: 2024-03-01}", "abd"), Case("{did: post, until: 2024-03-01}", "c"),
      Case("{did: post, since: 2024-03-01, until: 2024-03-31}", "ab"),
      Case("{did: post, where: {area: {is: ROADMAP}}}", "ab"),
      Case("{did: post, where: {area: {is_not: roadmap}}}", "cd"),
      Case("{did: post, where: {area: {exists: false}}}", "cd"),
      Case("{did: post, where: {value: {gt: 1}}}", "a"),
      Case("{did: post, where: {value: {missing: true}}}", "bc"),
      Case("{did: post, where: {target_id: {is: b}}}", "a"),
      Case("{did: post, where: {target_id: {is: B}}}", ""),
      Case("{did: \"*\", where: {event: {starts_with: lesson}}}", "c"),
      Case("{did: \"*\", where: {event: {is: POST}}}", ""),
      Case("{did: \"*\", where: {event: {in: [Post]}}}", "b"),
      Case("{did: \"*\", where: {event: {matches: \"^P\"}}}", "b"),
      Case("{did: \"*\", where: {area: {matches: \"^R\"}}}", "ab"),
      Case("{did: order, sum: amount, gte: 120}", "a"),
      Case("{did: order, sum: {of: amount, gt: 100}}", "a"),
      Case("{did: order, sum: value, between: [0.3, 0.3]}", ""),
      Case("{did: order, avg: amount, eq: 60}", "a"),
      Case("{did: order, max: value, gte: 0.2}", "ab"),
      Case("{did: order, min: value, lte: 0.1}", "a"),
      Case("{did: post, avg: value, lt: 100}", "ad"),
      Case("{did: post, sum: value, lte: 0}", "bc"), Case("{did: post, sum: area, gt: 0}", ""),
      Case("{did: order, distinct: day, count: {eq: 1}}", "ab"),
      Case("{did: post, distinct: day, count: 2}", "c"),
      Case("{did: post, distinct: month, count: 2}", "c"),
      // 31 December 2023 was a Sunday.
      Case("{did: post, distinct: week, count: 2}", "c"),
      Case("{did: \"*\", distinct: amount, count: {eq: 1}}", "ab"),
      Case("{did: \"*\", distinct: event, count: 3}", "bc"),
      Case("{did: \"*\", distinct: value, count: 3}", "a"),
      Case("{did: \"*\", distinct: {property: area}, count: 2}", "b"),
      Case("{did_not: post}", ""), Case("{did_not: order, ever: true}", "cd"),
      Case("{did_not: post, within: 30d, after_ever: true}", "ac"),
      Case("{did_not: order, within: 30d, after_ever: true}", "a"),
      Case("{did_not: learning, within: 7d, after_ever: true}", "c"),
      Case("{last: \"*\", age: {gt: 10d}}", "ac"), Case("{last: post, age: {gte: 30d}}", "ac"),
      Case("{last: post, age: {lt: 30d}}", "bd"),
      Case("{last: post, age: {between: [0s, 30d]}}", "abd"),
      Case("{last: post, before: 2024-03-01}", "c"), Case("{last: post, after: 2024-03-01}", "bd"),
      Case("{first: \"*\", before: 2024-01-11}", "ac"),
      Case("{last: learning, having: {kind: {is: video}}}", "c"),
      Case("{last: learning, having: {kind: {is: quiz}}}", "c"),
      Case("{first: learning, having: {kind: {is: video}}}", "c"),
      Case("{first: learning, having: {kind: {is: essay}}}", ""),
      Case("{last: learning, having: {kind: {is_not: quiz}}}", "c"),
      Case("{last: \"*\", having: {event: {is: Post}}}", "b"),
      Case("{last: \"*\", where: {value: {exists: true}}, having: {value: {gt: 1}}}", "ab"),
      Case("{first: contribution, having: {event: {is: order}}}", "a"),
    ])
  func eventsAreMeasured(_ example: Case) throws {
    let harness = try harness()
    #expect(try harness.members(of: example.rule).joined() == example.expected)
    let opposite = try harness.members(of: "{not: \(example.rule)}").joined()
    #expect(opposite == "abcd".filter { !example.expected.contains($0) })
  }

  @Test func calendarUnitsFollowTheClocksZone() throws {
    var harness = try harness()
    harness.clock = "{zone: Asia/Tokyo, week_starts: sunday}"
    // In Tokyo both of c's posts are on 1 January.
    #expect(try harness.members(of: "{did: post, distinct: day, count: 2}").isEmpty)
    #expect(try harness.members(of: "{did: post, distinct: week, count: 2}").isEmpty)
    #expect(try harness.members(of: "{did: post, distinct: month, count: 2}").isEmpty)
    #expect(try harness.members(of: "{did: post, since: 2024-01-01, until: 2024-01-02}") == ["c"])
  }

  @Test func sumsAreExactWhateverTheOrder() throws {
    let values = [1e15, 0.1, -1e15, 0.2, 1e-3, -0.3]
    for seed in 0..<6 {
      let order = (0..<6).map { ($0 * 5 + seed) % 6 }
      let events = try order.map { try Event("a", "x", "2024-01-01", value: values[$0]) }
      let harness = RuleHarness(
        community: Community(history: EventHistory(events)), asOf: try instant("2024-01-02"))
      // 0.1 + 0.2 + 0.001 - 0.3 of these doubles, rounded once.
      let exact = 0.0010000000000000277
      #expect(try harness.members(of: "{did: x, sum: value, eq: \(exact)}") == ["a"])
    }
  }
}
