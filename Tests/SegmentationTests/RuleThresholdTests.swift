import Engagement
import Segmentation
import Testing

/// Numbers of conditions can be listed and changed one by one.
struct RuleThresholdTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let condition: String
    let thresholds: [String]
    var testDescription: String { condition }
  }

  private static let project = """
    version: 1
    aliases: {work: [post, answer]}
    scores: {zeal: {feature: events_30d, linear: [0, 10]}}
    segments: [{id: base, when: {did: post}}]
    """

  private static let cases = [
    Case(condition: "{feature: recency_days, gte: 3, lt: 9}", thresholds: ["3.0", "9.0"]),
    Case(condition: "{score: zeal, between: [1, 2]}", thresholds: ["1.0", "2.0"]),
    Case(condition: "{attr: age, gt: 18}", thresholds: ["18.0"]),
    Case(
      condition: "{attr: joined_at, older_than: 30d, newer_than: 90d}", thresholds: ["30d", "90d"]),
    Case(condition: "{attr: plan, is: pro}", thresholds: []),
    Case(
      condition: "{did: work, within: 30d, count: {gte: 2, lte: 5}}",
      thresholds: ["2.0", "5.0", "30d"]),
    Case(condition: "{did: post, ago: [90d, 30d]}", thresholds: ["90d", "30d", "1.0"]),
    Case(condition: "{did: post, since: 2024-01-01}", thresholds: ["1.0"]),
    Case(condition: "{did: post, sum: value, gte: 100, within: 7d}", thresholds: ["7d", "100.0"]),
    Case(condition: "{did_not: work, within: 60d, after_ever: true}", thresholds: ["60d"]),
    Case(condition: "{last: \"*\", age: {gt: 60d}}", thresholds: ["60d"]),
    Case(
      condition: "{regular: {unit: week, at_least: 3, of_last: 4}}", thresholds: ["3.0", "4.0"]),
    Case(
      condition: "{sequence: {steps: [post, answer], span: 2d, within: 9d, after: 1h}}",
      thresholds: ["2d", "9d", "1h"]),
    Case(
      condition: "{trend: {of: post, current: 14d, ratio: {gte: 2}, min: 3}}",
      thresholds: ["14d", "2.0", "3.0"]),
    Case(
      condition: "{trend: {of: post, current: 7d, previous: 28d, delta: {gt: 1}}}",
      thresholds: ["7d", "28d", "1.0"]),
    Case(
      condition: "{share: {of: \"*\", where: {event: {is: post}}, gte: 0.4, min: 5, within: 45d}}",
      thresholds: ["45d", "0.4", "5.0"]),
    Case(condition: "{segment: base, for: 3d}", thresholds: ["3d"]),
    Case(condition: "{segment: base}", thresholds: []),
    Case(condition: "{bucket: {salt: a, from: 0, to: 0.5}}", thresholds: []),
    Case(
      condition: "{all: [{feature: events, gte: 2}, {not: {any: [{feature: events, gt: 8}]}}]}",
      thresholds: ["2.0", "8.0"]),
  ]

  private func project() throws -> ProjectFile {
    try ProjectFile(parsing: Self.project, file: "p.yaml")
  }

  private func written(_ value: RuleThreshold.Value) -> String {
    switch value {
    case .number(let number): "\(number)"
    case .duration(let length): length.description
    }
  }

  @Test(arguments: cases)
  func allAreListed(_ test: Case) throws {
    let condition = try project().condition(parsing: test.condition, source: "test")
    #expect(condition.thresholds.map { written($0.value) }.sorted() == test.thresholds.sorted())
    #expect(condition.thresholds.map(\.index) == Array(condition.thresholds.indices))
  }

  /// One other number, and nothing else: the changed condition reads back, and changing it back gives
  /// what was written.
  @Test(arguments: cases)
  func oneIsChangedAlone(_ test: Case) throws {
    let project = try project()
    let condition = try project.condition(parsing: test.condition, source: "test")
    for threshold in condition.thresholds {
      let value: RuleThreshold.Value
      switch threshold.value {
      case .number(let number): value = .number(number + (number < 1 ? 0.1 : 1))
      case .duration(let length):
        value = .duration(
          try #require(ExactDuration("\(length.microseconds / 1_000_000 + 60)s")))
      }
      guard let changed = condition.replacingThreshold(threshold.index, by: value) else {
        // Only where two numbers bound one another.
        #expect(condition.thresholds.count > 1)
        continue
      }
      #expect(changed != condition)
      var expected = condition.thresholds.map(\.value)
      expected[threshold.index] = value
      #expect(changed.thresholds.map(\.value) == expected)
      let text = changed.text(in: project)
      let reread = try project.condition(parsing: text, source: "test")
      #expect(reread.text(in: project) == text)
      #expect(reread.thresholds.map(\.value) == expected)
      let back = try #require(changed.replacingThreshold(threshold.index, by: threshold.value))
      #expect(back.text(in: project) == condition.text(in: project))
    }
  }

  @Test func whatMakesNoSenseIsNoCondition() throws {
    let project = try project()
    func change(_ text: String, _ index: Int, _ value: RuleThreshold.Value) throws -> Condition? {
      try project.condition(parsing: text, source: "test").replacingThreshold(index, by: value)
    }
    let month = RuleThreshold.Value.duration(try #require(ExactDuration("30d")))
    #expect(try change("{did: post, ago: [90d, 30d]}", 0, month) == nil)
    #expect(try change("{score: zeal, between: [1, 2]}", 1, .number(0)) == nil)
    #expect(try change("{regular: {unit: week, at_least: 3, of_last: 4}}", 0, .number(5)) == nil)
    #expect(try change("{regular: {unit: week, at_least: 3, of_last: 4}}", 0, .number(0)) == nil)
    #expect(try change("{regular: {unit: week, at_least: 3, of_last: 4}}", 1, .number(2.5)) == nil)
    #expect(try change("{regular: {unit: week, at_least: 3, of_last: 4}}", 0, .number(4)) != nil)
  }

  @Test func madeProjectsAreReadBack() throws {
    let condition = Condition.all([
      .feature(.recencyDays, [.atLeast(7), .less(30)]),
      .not(.feature(.eventCount(of: "work", windowInDays: nil), [.atLeast(3)])),
    ])
    let base = try project()
    let made = base.holding(only: [
      SegmentDefinition(id: "quiet", name: "Quiet: for now", when: condition)
    ])
    let read = try ProjectFile(parsing: made.normalized, file: "made.yaml")
    #expect(read.normalized == made.normalized)
    #expect(read.settings == base.settings)
    #expect(read.segments.map(\.id) == ["quiet"])
    #expect(read.segments.first?.name == "Quiet: for now")
    #expect(base.adding(made.segments).segments.map(\.id) == ["base", "quiet"])
  }
}
