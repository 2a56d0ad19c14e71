import Engagement
import EventLog
import LinearAlgebra
import TestSupport
import Testing

/// One pass over the events gives the table that a community gives, bit by bit.
struct FeatureScanTests {
  static let features = FeatureOracleTests.features.filter {
    FeatureScan(features: [$0], asOf: Timestamp(microseconds: 0)) != nil
  }

  @Test func onlyGapsAndPropertiesNeedTheEvents() {
    let others = FeatureOracleTests.features.filter { !Self.features.contains($0) }
    #expect(
      others.map(\.description) == [
        "median_gap_days", "burstiness", "distinct_area", "distinct_area_90d",
        "share_of_area=area 1", "share_of_area_90d=area 2",
      ])
  }

  @Test(arguments: Array(UInt64(1)...24), [1, 3])
  func scanEqualsTheTableOfACommunity(seed: UInt64, threadCount: Int) throws {
    let random = try FeatureOracleTests.Random(seed: seed)
    let expected = try FeatureTable(
      of: random.community, asOf: random.asOf, features: Self.features, settings: random.settings)
    var scan = try #require(
      FeatureScan(
        features: Self.features, asOf: random.asOf, settings: random.settings,
        threadCount: threadCount))
    let report = try scan.read(
      [.bytes(Array(Self.csv(random.events).utf8), name: "events.csv")], with: EventReader())
    #expect(report.recordCount == random.events.count)
    #expect(report.rejectedCount == 0)
    #expect(scan.eventCount == random.events.count)
    try expect(scan.table(members: random.community.members), equals: expected, "seed \(seed)")
  }

  /// Days that come in order are listed; the first that comes late changes that.
  @Test(arguments: Array(UInt64(1)...12))
  func logsInOrderAndAlmostInOrderAreTheSame(seed: UInt64) throws {
    let random = try FeatureOracleTests.Random(seed: seed)
    let expected = try FeatureTable(
      of: random.community, asOf: random.asOf, features: Self.features, settings: random.settings)
    var events = random.events.sorted { $0.timestamp < $1.timestamp }
    var generator = TestGenerator(seed: seed)
    for _ in 0..<Int(seed % 4) {
      events.swapAt(
        Int.random(in: events.indices, using: &generator),
        Int.random(in: events.indices, using: &generator))
    }
    var scan = try #require(
      FeatureScan(features: Self.features, asOf: random.asOf, settings: random.settings))
    _ = try scan.read(
      [.bytes(Array(Self.csv(events).utf8), name: "events.csv")], with: EventReader())
    try expect(scan.table(members: random.community.members), equals: expected, "seed \(seed)")
  }

  /// Sums over decades, of terms of very different sizes, and of values near the largest.
  @Test(arguments: Array(UInt64(1)...6))
  func sumsOfAnySizeAndAgeAreTheSame(seed: UInt64) throws {
    var generator = TestGenerator(seed: seed)
    let asOf = try #require(Timestamp("2150-07-01T00:00:00Z"))
    let events = (0..<400).map { index in
      Event(
        memberID: "m\(index % 5)",
        timestamp: Timestamp(
          microseconds: Int64.random(in: 0...asOf.microseconds, using: &generator)),
        type: ["a", "b", "c"][index % 3],
        value: Double.random(in: -1...1, using: &generator)
          * [1e-300, 1e-40, 1e-9, 1, 1e15][Int.random(in: 0..<5, using: &generator)])
    }
    let settings = EngagementSettings(
      weights: ["a": 1e-30, "b": 1e12, "c": 0], valueUse: .linear)
    let features = [
      "frequency_h1", "frequency_h14", "impact", "impact_h1", "impact_h3", "impact_h56",
      "value_sum", "value_mean", "value_sum_9000d", "active_days_190d", "active_days_191d",
      "active_weeks_100d", "streak_weeks", "acceleration",
    ].map { FeatureDefinition($0, aliases: []) }
    let expected = try FeatureTable(
      of: Community(history: EventHistory(events)), asOf: asOf, features: features,
      settings: settings)
    var scan = try #require(FeatureScan(features: features, asOf: asOf, settings: settings))
    _ = try scan.read(
      [.bytes(Array(Self.csv(events).utf8), name: "events.csv")], with: EventReader())
    try expect(scan.table(members: MemberTable()), equals: expected, "seed \(seed)")
  }

  /// Nothing has no sign: a weight of 0 times a value under 0.
  @Test func sumsOfNothingAreTheSame() throws {
    let asOf = try #require(Timestamp("2024-06-01"))
    let events = [-3.0, -5].map { value in
      Event(memberID: "a", timestamp: asOf.subtracting(days: 3), type: "x", value: value)
    }
    let features = ["impact", "impact_h14", "velocity"].map { FeatureDefinition($0, aliases: []) }
    let settings = EngagementSettings(weights: ["x": 0], valueUse: .linear)
    let expected = try FeatureTable(
      of: Community(history: EventHistory(events)), asOf: asOf, features: features,
      settings: settings)
    #expect(expected.values.row(0).prefix(2).allSatisfy { $0.sign == .plus && $0 == 0 })
    var scan = try #require(FeatureScan(features: features, asOf: asOf, settings: settings))
    _ = try scan.read(
      [.bytes(Array(Self.csv(events).utf8), name: "events.csv")], with: EventReader())
    try expect(scan.table(members: MemberTable()), equals: expected, "")
  }

  @Test func calendarOfAZoneIsUsed() throws {
    let random = try FeatureOracleTests.Random(seed: 77)
    let settings = EngagementSettings(
      clock: try #require(Clock(zoneName: "America/St_Johns", weekStart: .sunday)))
    let features = ["active_days", "active_days_90d", "active_weeks_28d", "streak_weeks"].map {
      FeatureDefinition($0, aliases: [])
    }
    let expected = try FeatureTable(
      of: random.community, asOf: random.asOf, features: features, settings: settings)
    var scan = try #require(
      FeatureScan(features: features, asOf: random.asOf, settings: settings))
    _ = try scan.read(
      [.bytes(Array(Self.csv(random.events).utf8), name: "events.csv")], with: EventReader())
    try expect(scan.table(members: random.community.members), equals: expected, "")
  }

  @Test func unknownNamesAndEmptyTablesAreErrors() throws {
    let asOf = try #require(Timestamp("2024-01-01"))
    let log = Input.bytes(
      Array("member_id,timestamp,event\na,2024-02-01,post\n".utf8), name: "events.csv")
    var scan = try #require(FeatureScan(features: [.recencyDays], asOf: asOf))
    _ = try scan.read([log], with: EventReader())
    #expect(
      throws: EngagementError.noMembers(
        asOf: "2024-01-01T00:00:00Z", oldest: "2024-02-01T00:00:00Z")
    ) { try scan.table(members: MemberTable()) }
    var other = try #require(
      FeatureScan(features: [.share(of: "posd", windowInDays: nil)], asOf: asOf))
    _ = try other.read([log], with: EventReader())
    #expect(throws: EngagementError.self) { try other.table(members: MemberTable()) }
  }

  private func expect(
    _ found: FeatureTable, equals expected: FeatureTable, _ comment: String
  ) throws {
    #expect(found.memberIDs == expected.memberIDs, "\(comment)")
    try #require(found.values.elements.count == expected.values.elements.count)
    for row in 0..<found.values.rowCount {
      for (column, feature) in found.features.enumerated()
      where found.values[row, column].bitPattern != expected.values[row, column].bitPattern {
        Issue.record(
          """
          \(comment), \(found.memberIDs[row]), \(feature): \(found.values[row, column]), \
          expected \(expected.values[row, column])
          """)
      }
    }
  }

  private static func csv(_ events: [Event]) -> String {
    events.reduce(into: "member_id,timestamp,event,value,target_id,area\n") { text, event in
      let area = event.properties["area"]?.description ?? ""
      let value = event.value.map { "\($0)" } ?? ""
      text +=
        "\(event.memberID),\(event.timestamp),\(event.type),\(value),\(event.targetID ?? ""),\(area)\n"
    }
  }
}
