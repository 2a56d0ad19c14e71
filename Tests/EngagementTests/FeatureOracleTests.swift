import Engagement
import EventLog
import Foundation
import LinearAlgebra
import TestSupport
import Testing

struct FeatureOracleTests {
  static let features = [
    "recency_days", "tenure_days", "lifespan_days", "events", "events_30d", "active_days",
    "active_days_90d", "active_weeks", "active_weeks_28d", "frequency_h14", "frequency_h56",
    "frequency_h1", "impact", "impact_90d", "impact_h56", "received_impact_h56", "velocity",
    "velocity_h7_h28", "acceleration", "trend", "median_gap_days", "burstiness", "streak_weeks",
    "share_social", "share_social_90d", "events_social", "events_social_30d", "events_post_7d",
    "distinct_area", "distinct_area_90d", "share_of_area=area 1",
    "share_of_area_90d=area 2", "type_entropy", "value_sum", "value_sum_90d",
    "value_mean", "value_mean_90d",
  ].map { FeatureDefinition($0, aliases: ["social"]) }

  /// A history with bursts, equal instants, events exactly on the edges of windows, events after the
  /// as-of time, members who only joined and members who only received.
  struct Random {
    let events: [Event]
    let joinedAt: [String: Timestamp]
    let settings: EngagementSettings
    let asOf: Timestamp

    init(seed: UInt64) throws {
      var generator = TestGenerator(seed: seed)
      let day = Timestamp.microsecondsPerDay
      let asOf = try #require(Timestamp("2024-02-29T06:00:00Z")).microseconds
      let kinds = ["post", "like", "like_again", "comment", "visit"]
      var events: [Event] = []
      for member in 0..<12 {
        var instant = asOf - Int64.random(in: 0...700 * day, using: &generator)
        for _ in 0..<Int.random(in: 0...30, using: &generator) {
          switch Int.random(in: 0..<6, using: &generator) {
          case 0: break
          case 1: instant += Int64.random(in: 0...60_000_000, using: &generator)
          case 2: instant = asOf - Int64.random(in: 0...14, using: &generator) * 7 * day
          case 3: instant = asOf - 30 * day + Int64.random(in: -1...1, using: &generator)
          default: instant += Int64.random(in: 0...20 * day, using: &generator)
          }
          let area = Int.random(in: 0...3, using: &generator)
          events.append(
            Event(
              memberID: "m\(member)", timestamp: Timestamp(microseconds: instant),
              type: kinds.randomElement(using: &generator) ?? "post",
              value: Bool.random(using: &generator)
                ? Double(Int.random(in: -50...500, using: &generator)) / 8 : nil,
              targetID: Bool.random(using: &generator)
                ? "m\(Int.random(in: 0..<14, using: &generator))" : nil,
              properties: area == 0 ? [:] : ["area": .string("area \(area)")]))
        }
      }
      self.events = events.shuffled(using: &generator)
      joinedAt = [
        "m0": Timestamp(microseconds: asOf - 800 * day), "m1": Timestamp(microseconds: asOf + 1),
        "idle": Timestamp(microseconds: asOf),
      ]
      settings = EngagementSettings(
        weights: ["post": 3, "like": 0.5, "visit": 0.1],
        valueUse: EngagementSettings.ValueUse.allCases[Int(seed % 3)],
        aliases: ["social": ["like*", "comment"]])
      self.asOf = Timestamp(microseconds: asOf)
    }

    var community: Community {
      let names = joinedAt.keys.sorted()
      return Community(
        history: EventHistory(events),
        members: MemberTable(ids: names, joinedAt: names.map { joinedAt[$0] }))
    }
  }

  @Test(arguments: Array(UInt64(1)...24))
  func everyFeatureEqualsItsDefinition(seed: UInt64) throws {
    let random = try Random(seed: seed)
    let table = try FeatureTable(
      of: random.community, asOf: random.asOf, features: Self.features, settings: random.settings)
    let oracle = FeatureOracle(
      events: random.events, joinedAt: random.joinedAt, settings: random.settings,
      asOf: random.asOf)
    let present = Set(
      random.events.filter { $0.timestamp <= random.asOf }.flatMap {
        [$0.memberID] + ($0.targetID.map { [$0] } ?? [])
      } + random.joinedAt.filter { $0.value <= random.asOf }.keys)
    #expect(table.memberIDs == present.sorted(by: bytesPrecede), "seed \(seed)")
    for (row, member) in table.memberIDs.enumerated() {
      for (column, feature) in Self.features.enumerated() {
        let found = table.values[row, column]
        let expected = oracle.value(feature, of: member)
        let agrees =
          expected.isNaN
          ? found.isNaN : abs(found - expected) <= max(1e-12, 1e-9 * abs(expected))
        if !agrees {
          Issue.record("seed \(seed), \(member), \(feature): \(found), expected \(expected)")
        }
      }
    }
  }

  @Test(arguments: Array(UInt64(1)...8))
  func orderOfEventsAndThreadsChangeNoBit(seed: UInt64) throws {
    let random = try Random(seed: seed)
    var generator = TestGenerator(seed: seed)
    let expected = try FeatureTable(
      of: random.community, asOf: random.asOf, features: Self.features, settings: random.settings,
      threadCount: 1)
    for threadCount in [1, 2, 3, 7] {
      let names = random.joinedAt.keys.sorted()
      let shuffled = Community(
        history: EventHistory(random.events.shuffled(using: &generator)),
        members: MemberTable(ids: names, joinedAt: names.map { random.joinedAt[$0] }))
      let table = try FeatureTable(
        of: shuffled, asOf: random.asOf, features: Self.features, settings: random.settings,
        threadCount: threadCount)
      #expect(
        table.values.elements.map(\.bitPattern) == expected.values.elements.map(\.bitPattern),
        "seed \(seed)")
    }
  }

  @Test func memberWithoutEventsHasZerosAndAbsences() throws {
    let joined = try #require(Timestamp("2024-01-01"))
    let community = Community(
      history: EventHistory([
        Event(
          memberID: "x", timestamp: joined, type: "post", properties: ["area": .string("a")])
      ]),
      members: MemberTable(ids: ["idle"], joinedAt: [joined]))
    let table = try FeatureTable(
      of: community, asOf: #require(Timestamp("2024-01-11")), features: Self.features,
      settings: EngagementSettings(aliases: ["social": ["post"]]))
    let absent: Set = [
      "recency_days", "lifespan_days", "median_gap_days", "burstiness", "share_social",
      "share_social_90d", "value_mean", "value_mean_90d", "share_of_area=area 1",
      "share_of_area_90d=area 2",
    ]
    for (column, feature) in Self.features.enumerated() {
      let value = table.values[0, column]
      let name = feature.description
      if absent.contains(name) {
        #expect(value.isNaN, "\(name)")
      } else {
        #expect(value == (name == "tenure_days" ? 10 : 0), "\(name)")
      }
    }
  }

  @Test func unknownNamesAreErrorsWithTheNearestOne() throws {
    let history = EventHistory([
      Event(memberID: "a", timestamp: Timestamp(microseconds: 0), type: "post")
    ])
    let community = Community(
      history: history,
      members: MemberTable(
        ids: ["a"], joinedAt: [nil],
        attributes: ["age": .number([3]), "city": .text(["Graz"])]))
    func error(_ name: String) -> EngagementError? {
      do {
        _ = try FeatureTable(
          of: community, asOf: Timestamp(microseconds: 1),
          features: [FeatureDefinition(name, aliases: [])])
        return nil
      } catch { return error }
    }
    #expect(
      error("recency_day")
        == .unknownFeature(
          name: "recency_day", suggestion: "; did you mean \"recency_days\"?"))
    #expect(
      error("events_pots")
        == .unknownEventType(
          feature: "events_pots", name: "pots", suggestion: "; did you mean \"post\"?"))
    #expect(
      error("distinct_area")
        == .unknownProperty(feature: "distinct_area", name: "area", suggestion: ""))
    #expect(error("city") == .attributeNotNumeric(name: "city", type: "text"))
    #expect(error("age") == nil)
    #expect(error("attr.age") == nil)
  }

  @Test func timeBeforeAllEventsIsAnError() throws {
    let community = Community(
      history: EventHistory([
        Event(memberID: "a", timestamp: try #require(Timestamp("2024-01-02")), type: "post")
      ]))
    #expect(
      throws: EngagementError.noMembers(
        asOf: "2024-01-01T00:00:00Z", oldest: "2024-01-02T00:00:00Z")
    ) {
      try FeatureTable(
        of: community, asOf: #require(Timestamp("2024-01-01")), features: [.recencyDays])
    }
  }

  @Test(arguments: [
    "recency_days", "events_30d", "events_x", "events_x_y_30d", "active_weeks_7d", "impact_h5",
    "impact_5d", "received_impact_h9", "velocity_h7_h28", "share_a_1d", "distinct_p_q",
    "share_of_area", "share_of_area_90d", "share_of_area:8", "share_of_area_7d:99",
    "share_of_area=winter", "share_of_area_90d=a=b, c_30d:2", "share_of_area=",
    "share_of_a_b=\u{338}",
    "value_mean_3d", "city", "attr.events",
  ])
  func namesParseBackToThemselves(name: String) {
    let feature = FeatureDefinition(name, aliases: [])
    #expect(feature.description == name)
    #expect(FeatureDefinition(feature.description, aliases: []) == feature)
  }

  @Test func aliasThatEndsLikeAWindowIsItself() {
    #expect(
      FeatureDefinition("events_top_30d", aliases: ["top_30d"])
        == .eventCount(of: "top_30d", windowInDays: nil))
    #expect(
      FeatureDefinition("events_top_30d", aliases: ["top"])
        == .eventCount(of: "top", windowInDays: 30))
  }

  @Test func daysAndWeeksAreThoseOfTheZone() throws {
    // 23:30 and 00:30 UTC on a Sunday night: one day and one week in Vienna, two of each in UTC.
    let events = ["2024-01-07T23:30:00Z", "2024-01-08T00:30:00Z"].compactMap { Timestamp($0) }
    let community = Community(
      history: EventHistory(events.map { Event(memberID: "a", timestamp: $0, type: "x") }))
    let features: [FeatureDefinition] = [
      .activeDays(windowInDays: nil), .activeWeeks(windowInDays: nil),
    ]
    let asOf = try #require(Timestamp("2024-02-01"))
    let vienna = try #require(Clock(zoneName: "Europe/Vienna"))
    let local = try FeatureTable(
      of: community, asOf: asOf, features: features, settings: EngagementSettings(clock: vienna))
    let utc = try FeatureTable(of: community, asOf: asOf, features: features)
    #expect(local.values.elements == [1, 1])
    #expect(utc.values.elements == [2, 2])
  }
}
