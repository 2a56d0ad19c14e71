import EventLog
import Segmentation
import Testing

/// Conditions outside of files, and how far back they look.
struct LookBackTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let condition: String
    /// Nil for no bound.
    let days: Double?
    var testDescription: String { condition }
  }

  private static let cases = [
    Case(condition: "{did_not: \"*\", within: 30d}", days: 30),
    Case(condition: "{did: post, within: 12h}", days: 0.5),
    Case(condition: "{did: post, ago: [90d, 30d]}", days: 90),
    Case(condition: "{did: post}", days: nil),
    Case(condition: "{did: post, since: 2024-01-01}", days: nil),
    Case(condition: "{did_not: post, within: 30d, after_ever: true}", days: nil),
    Case(condition: "{feature: events_7d, gte: 1}", days: 7),
    Case(condition: "{feature: active_weeks_90d, gte: 1}", days: 90),
    Case(condition: "{feature: trend, gt: 0}", days: 56),
    Case(condition: "{feature: recency_days, gt: 30}", days: nil),
    Case(condition: "{feature: frequency_h14, gt: 1}", days: nil),
    Case(condition: "{attr: plan, is: pro}", days: 0),
    Case(condition: "{regular: {unit: week, at_least: 2, of_last: 4}}", days: 28),
    Case(condition: "{trend: {of: post, current: 14d, previous: 28d, ratio: {gte: 2}}}", days: 42),
    Case(condition: "{sequence: {steps: [post, like], within: 3d}}", days: 3),
    Case(condition: "{sequence: {steps: [post, like], span: 3d}}", days: nil),
    Case(condition: "{last: \"*\", age: {lt: 3d}}", days: nil),
    Case(condition: "{all: [{did: post, within: 7d}, {not: {did: like, within: 9d}}]}", days: 9),
    Case(condition: "{any: [{did: post, within: 7d}, {score: zeal, gt: 1}]}", days: nil),
    Case(condition: "{segment: base}", days: nil),
  ]

  private func project() throws -> ProjectFile {
    try ProjectFile(
      parsing: """
        version: 1
        scores: {zeal: {feature: events_30d, linear: [0, 10]}}
        segments: [{id: base, when: {did: post}}]
        """, file: "p.yaml")
  }

  @Test(arguments: cases)
  func windowsAreBounds(_ test: Case) throws {
    let found = try project().condition(parsing: test.condition, source: "test").lookBack
    let expected = test.days.map {
      LookBack.bounded(microseconds: Int64($0 * Double(Timestamp.microsecondsPerDay)))
    }
    #expect(found == expected ?? .unbounded)
  }

  @Test(arguments: [
    ("{did_nott: post}", "unknown condition \"did_nott\""),
    ("{score: zeall, gt: 1}", "unknown score \"zeall\""),
    ("{segment: bas}", "unknown segment \"bas\""),
    ("{list: nobody}", "unknown list \"nobody\""),
    ("", "nothing; it needs a condition"),
    ("[1, 2]", "a condition needs a mapping"),
    ("{did: post", "not YAML"),
  ])
  func errorsNameTheOption(_ text: String, _ message: String) throws {
    do {
      _ = try project().condition(parsing: text, source: "--outcome")
      Issue.record("\(text) was read")
    } catch let error as ProjectFileError {
      #expect(error.description.contains(message), "\(error)")
      #expect(error.description.hasPrefix("--outcome:"), "\(error)")
    }
  }
}
