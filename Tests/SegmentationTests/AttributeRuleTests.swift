import Engagement
import EventLog
import Segmentation
import Testing

/// What `attr` says of members, by hand.
struct AttributeRuleTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let rule: String
    let expected: String
    init(_ rule: String, _ expected: String) {
      self.rule = rule
      self.expected = expected
    }
    var testDescription: String { rule }
  }

  /// Three members; c has no attribute at all, and is in the table for joining.
  private func harness() throws -> RuleHarness {
    let joined = try ["2024-01-01", "2024-03-01T00:00:00.000001Z", "2024-03-01"].map(instant)
    let members = MemberTable(
      ids: ["a", "b", "c"], joinedAt: joined,
      attributes: [
        "age": .number([30, 41.5, .nan]),
        "city": .text(["Straße É", "STRASSE e\u{301}", nil]),
        "role": .text(["Senior Product Manager", "Designer", nil]),
        "paid": .boolean([true, false, nil]),
        "topics": .list([["Swift", "Data"], ["data"], nil]),
        "born": .time([try instant("2000-02-29"), try instant("1999-04-02"), nil]),
        "renews": .time([try instant("2024-03-31"), try instant("2024-04-01"), nil]),
      ])
    return RuleHarness(
      community: Community(history: EventHistory(), members: members),
      asOf: try instant("2024-03-31"))
  }

  @Test(
    arguments: [
      Case("{attr: age, is: 30.0}", "a"), Case("{attr: age, is: \"30\"}", "a"),
      Case("{attr: age, is_not: 30}", "bc"), Case("{attr: age, in: [41.5, 7]}", "b"),
      Case("{attr: age, not_in: [30, 41.5]}", "c"), Case("{attr: age, gt: 30}", "b"),
      Case("{attr: age, gte: 30, lt: 41.5}", "a"), Case("{attr: age, lte: 41.5}", "ab"),
      Case("{attr: age, between: [30, 41.5]}", "ab"), Case("{attr: age, exists: true}", "ab"),
      Case("{attr: age, exists: false}", "c"), Case("{attr: age, missing: true}", "c"),
      Case("{attr: age, missing: false}", "ab"), Case("{not: {attr: age, gt: 0}}", "c"),
      Case("{attr: city, is: strasse é}", "ab"), Case("{attr: city, contains: RASSE}", "ab"),
      Case("{attr: city, is: straße e}", ""), Case("{attr: city, ends_with: É}", "ab"),
      Case("{attr: role, contains: product manager}", "a"),
      Case("{attr: role, not_contains: manager}", "bc"),
      Case("{attr: role, starts_with: DES}", "b"), Case("{attr: role, ends_with: manager}", "a"),
      Case("{attr: role, matches: \"^(senior|lead) .*MANAGER$\"}", "a"),
      Case("{attr: role, matches: \"[A-D]e?s\"}", "b"),
      Case("{attr: paid, is: true}", "a"), Case("{attr: paid, is_not: true}", "bc"),
      Case("{attr: topics, has_any: [swift, rust]}", "a"),
      Case("{attr: topics, has_all: [DATA, swift]}", "a"),
      Case("{attr: topics, has_none: [swift]}", "bc"), Case("{attr: topics, contains: dat}", "ab"),
      Case("{attr: role, has_any: [designer]}", "b"),
      // 30 days before the as-of time is 2024-03-01T00:00:00Z.
      Case("{attr: joined_at, older_than: 30d}", "ac"),
      Case("{attr: joined_at, newer_than: 30d}", "b"),
      Case("{attr: joined_at, before: 2024-03-01}", "a"),
      Case("{attr: joined_at, after: 2024-03-01}", "b"),
      Case("{attr: joined_at, gte: 2024-03-01}", "bc"),
      Case("{attr: joined_at, between: [2024-01-01, 2024-03-01]}", "ac"),
      // A date that is not yet does not exist.
      Case("{attr: renews, exists: true}", "a"), Case("{attr: renews, newer_than: 1d}", "a"),
      Case("{attr: born, anniversary_within: 2d}", ""),
      Case("{attr: born, anniversary_within: 3d}", "b"),
      Case("{attr: nothing, is: 3}", ""), Case("{attr: nothing, is_not: 3}", "abc"),
      Case("{attr: age, contains: \"1.5\"}", "b"),
    ])
  func attributesAreCompared(_ example: Case) throws {
    #expect(try harness().members(of: example.rule).joined() == example.expected)
  }

  @Test(arguments: [
    ("2023-02-27T23:00:00Z", "1d", true), ("2023-02-27T23:00:00Z", "1h", false),
    ("2023-02-27T23:00:00Z", "3601s", true),
    ("2023-02-28T23:59:59Z", "1s", true), ("2023-03-01", "364d", false),
    ("2023-03-01", "365d", false), ("2023-03-01", "366d", true),
    ("2024-02-28", "1d", false), ("2024-02-29T12:00:00Z", "1s", true),
    ("2000-02-29", "1d", false),
  ])
  func leapDayAnniversaryIsOn28FebruaryInOtherYears(
    asOf: String, within: String, expected: Bool
  ) throws {
    let members = MemberTable(
      ids: ["a"], joinedAt: [try instant("1990-01-01")],
      attributes: ["born": .time([try instant("2000-02-29")])])
    let harness = RuleHarness(
      community: Community(history: EventHistory(), members: members), asOf: try instant(asOf))
    let isIn = try !harness.members(of: "{attr: born, anniversary_within: \(within)}").isEmpty
    #expect(isIn == expected)
  }

  @Test func missingMayBeUnknownAndStaysUnknownUnderNot() throws {
    let harness = try harness()
    let leaf = "{attr: age, gt: 0, if_missing: unknown}"
    let table: [(String, Truth)] = [
      (leaf, .unknown), ("{not: \(leaf)}", .unknown), ("{none: [\(leaf)]}", .unknown),
      ("{all: [\(leaf), {attr: age, exists: true}]}", .false),
      ("{any: [\(leaf), {attr: age, missing: true}]}", .true),
      ("{all: [\(leaf), {attr: age, missing: true}]}", .unknown),
      ("{at_least: {n: 1, of: [\(leaf), {attr: age, gt: 0}]}}", .unknown),
      ("{at_least: {n: 2, of: [\(leaf), {attr: age, gt: 0}]}}", .false),
      ("{attr: age, is_not: 3, if_missing: unknown}", .unknown),
      ("{attr: age, exists: false, if_missing: unknown}", .true),
      ("{feature: age, gt: 0, if_missing: unknown}", .unknown),
      ("{feature: age, gt: 0}", .false), ("{last: x, age: {gt: 1d}}", .false),
      ("{last: x, age: {gt: 1d}, if_missing: unknown}", .unknown),
      ("{did: x, avg: value, gt: 0, if_missing: unknown}", .unknown),
      ("{did: x, sum: value, lte: 0}", .true),
    ]
    for (rule, truth) in table {
      #expect(try harness.truth(of: rule, for: "c") == truth, "\(rule)")
      #expect(try harness.members(of: rule).contains("c") == (truth == .true), "\(rule)")
    }
  }

  @Test func plainDatesBeginInTheClocksZone() throws {
    // Vienna is an hour ahead of UTC in winter: 2024-03-01 begins at 23:00 UTC on 29 February.
    let members = MemberTable(
      ids: ["a", "b"],
      joinedAt: try ["2024-02-29T22:59:59.999999Z", "2024-02-29T23:00:00Z"].map(instant))
    let harness = RuleHarness(
      community: Community(history: EventHistory(), members: members),
      asOf: try instant("2024-04-01"), clock: "{zone: Europe/Vienna}")
    #expect(try harness.members(of: "{attr: joined_at, before: 2024-03-01}") == ["a"])
    #expect(try harness.members(of: "{attr: joined_at, gte: 2024-03-01}") == ["b"])
    #expect(
      try harness.members(of: "{attr: joined_at, before: 2024-03-01T00:00:00Z}") == ["a", "b"])
  }
}
