import EventLog
import LinearAlgebra
import Testing

@testable import Engagement

/// Shares of an event property's values, and which values those are.
struct PropertyShareTests {
  private let asOf = Timestamp(microseconds: 1_700_000_000_000_000)

  /// A community of events, each of a member, an age in days and the value of its property `area`.
  private func community(_ events: [(member: String, age: Int, area: PropertyValue?)]) -> Community
  {
    Community(
      history: EventHistory(
        events.map { event in
          Event(
            memberID: event.member, timestamp: asOf.subtracting(days: event.age), type: "visit",
            properties: event.area.map { ["area": $0] } ?? [:])
        }))
  }

  private func expanded(_ names: [String], in community: Community) throws -> [String] {
    try names.map { FeatureDefinition($0, aliases: []) }.expanded(in: community, asOf: asOf)
      .map(\.description)
  }

  @Test func sharesAreOfTheEventsThatHaveTheProperty() throws {
    let community = community([
      ("a", 1, .string("help")), ("a", 40, .string("ideas")), ("a", 2, nil),
      ("b", 1, nil), ("c", 50, .number(1)), ("c", 51, .string("1")),
    ])
    let names = [
      "share_of_area=help", "share_of_area_30d=help", "share_of_area=1", "share_of_area=never",
    ]
    let table = try FeatureTable(
      of: community, asOf: asOf, features: names.map { FeatureDefinition($0, aliases: []) })
    #expect(table.values.row(0).map { $0 } == [0.5, 1, 0, 0])
    #expect(table.values.row(1).allSatisfy { $0.isNaN })
    #expect(table.values[2, 0] == 0)
    #expect(table.values[2, 1].isNaN)
    #expect(table.values[2, 2] == 1)
  }

  @Test func commonestValuesComeFirstAndTiesByTheirBytes() throws {
    let community = community([
      ("a", 1, .string("c")), ("a", 1, .string("c")), ("a", 5, .string("b")),
      ("b", 5, .string("B")), ("b", 20, .string("d")), ("b", 90, .string("d")),
      ("b", 90, .string("d")), ("b", -1, .string("later")), ("c", 3, nil),
    ])
    #expect(
      try expanded(["share_of_area"], in: community) == [
        "share_of_area=d", "share_of_area=c", "share_of_area=B", "share_of_area=b",
      ])
    #expect(
      try expanded(["events", "share_of_area_30d:2", "share_of_area_30d=c"], in: community) == [
        "events", "share_of_area_30d=c", "share_of_area_30d=B",
      ])
    // Values are counted over the members that are asked for.
    let rows = [try #require(community.row(of: "a"))]
    #expect(
      try FeatureDefinition("share_of_area:1", aliases: [])
        .expanded(in: community, rows: rows, asOf: asOf).map(\.description)
        == ["share_of_area=c"])
  }

  @Test func textsThatAreOneToUnicodeAreOneValue() throws {
    let community = community([
      ("a", 1, .string("caf\u{e9}")), ("a", 1, .string("cafe\u{301}")), ("a", 1, .string("x")),
    ])
    let columns = try [FeatureDefinition("share_of_area", aliases: [])]
      .expanded(in: community, asOf: asOf)
    #expect(columns.count == 2)
    let table = try FeatureTable(of: community, asOf: asOf, features: columns)
    #expect(table.values.elements == [2.0 / 3, 1.0 / 3])
  }

  @Test func whatHasNoValuesOrSeveralColumnsIsAnError() throws {
    let community = community([("a", 40, .string("help"))])
    #expect(throws: EngagementError.noPropertyValues(feature: "share_of_area_7d")) {
      try expanded(["share_of_area_7d"], in: community)
    }
    #expect(
      throws: EngagementError.unknownProperty(
        feature: "share_of_aera", name: "aera", suggestion: "; did you mean \"area\"?")
    ) { try expanded(["share_of_aera"], in: community) }
    let error = EngagementError.severalColumns(feature: "share_of_area:3")
    #expect(throws: error) {
      try FeatureTable(
        of: community, asOf: asOf, features: [FeatureDefinition("share_of_area:3", aliases: [])])
    }
    #expect(error.description.contains("\"share_of_area=VALUE\""))
  }

  @Test func aliasesComeBeforeProperties() {
    #expect(
      FeatureDefinition("share_of_area_30d", aliases: ["of_area"])
        == .share(of: "of_area", windowInDays: 30))
    #expect(
      FeatureDefinition("share_of_area_30d", aliases: ["area"])
        == .propertyShare(of: "area", value: .commonest(5), windowInDays: 30))
    #expect(
      FeatureDefinition("share_of_area:100", aliases: [])
        == .propertyShare(of: "area:100", value: .commonest(5), windowInDays: nil))
    #expect(FeatureDefinition("share_of_", aliases: []) == .share(of: "of_", windowInDays: nil))
  }

  @Test(arguments: [
    ("share_of_area:0", "share_of_area:5", 99), ("share_of_area:-1", "share_of_area:5", 99),
    ("share_of_area:100", "share_of_area:5", 99), ("share_of_area:", "share_of_area:5", 99),
    ("share_of_area_30d:0", "share_of_area_30d:5", 99),
    ("share_of_area_0d", "share_of_area_90d", 99_999),
    ("share_of_area_0d=x_0d", "share_of_area_90d=x_0d", 99_999),
    ("distinct_area_-3d", "distinct_area_90d", 99_999), ("events_0d", "events_90d", 99_999),
    ("events_visit_100000d", "events_visit_90d", 99_999),
    ("share_visit_1.5d", "share_visit_90d", 99_999), ("active_days_0d", "active_days_90d", 99_999),
    ("impact_0d", "impact_90d", 99_999), ("impact_h0", "impact_h14", 99_999),
    ("frequency_h100000", "frequency_h14", 99_999), ("velocity_h0_h2", "velocity_h14_h2", 99_999),
    ("velocity_h7_h-1", "velocity_h7_h14", 99_999),
  ])
  func aNumberThatCannotBeIsToldWithItsRange(name: String, example: String, greatest: Int) throws {
    let community = community([("a", 1, .string("help"))])
    let error = #expect(throws: EngagementError.self) {
      try FeatureTable(
        of: community, asOf: asOf,
        features: [FeatureDefinition(name, aliases: [])].expanded(in: community, asOf: asOf))
    }
    guard case .impossibleNumber(name, _, greatest, example) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description.contains("from 1 to \(greatest), as in \"\(example)\"") == true)
    // What is proposed is a feature.
    #expect(FeatureDefinition(example, aliases: []).numberError == nil)
  }

  @Test func otherNamesAreNotTakenForSlipsOfNumbers() throws {
    for name in ["share_of_area:x", "karma_0d", "events_4you", "share_of_aera", "distinct_h0", "x"]
    {
      #expect(FeatureDefinition(name, aliases: []).numberError == nil, "\(name)")
    }
    // A type that ends as a window does is a type.
    let history = EventHistory([Event(memberID: "a", timestamp: asOf, type: "0d")])
    let table = try FeatureTable(
      of: Community(history: history), asOf: asOf,
      features: [FeatureDefinition("events_0d", aliases: [])])
    #expect(table.values.elements == [1])
  }

  @Test(arguments: EventReader.Role.allCases)
  func columnsOfTheLogAreNoProperties(role: EventReader.Role) throws {
    let community = community([("a", 1, .string("help"))])
    for name in ["share_of_\(role.rawValue)", "distinct_\(role.rawValue)_30d"] {
      let feature = FeatureDefinition(name, aliases: [])
      let error = EngagementError.propertyIsColumn(
        feature: name, name: role.rawValue, role: role)
      #expect(throws: error) {
        try FeatureTable(
          of: community, asOf: asOf, features: [feature].expanded(in: community, asOf: asOf))
      }
      #expect(error.description.contains("is not a property but the column that"))
    }
  }

  @Test func aValueThatNoEventHasIsWarnedOf() {
    let history = community([
      ("a", 1, .string("help")), ("a", 1, .string("ideas")), ("b", 1, .number(1)),
    ]).history
    func warning(_ name: String) -> String? {
      FeatureDefinition(name, aliases: []).unknownValueWarning(in: history)
    }
    #expect(
      warning("share_of_area=idea")
        == "feature \"share_of_area=idea\": no event has the area \"idea\", so that nobody has a share of "
        + "it; did you mean \"ideas\"?")
    #expect(warning("share_of_area_30d=quite else")?.hasSuffix("; there is help, ideas, 1") == true)
    #expect(warning("share_of_area=")?.contains("no event has an empty area") == true)
    for name in [
      "share_of_area=help", "share_of_area=1", "share_of_area", "share_of_x=y", "events",
    ] {
      #expect(warning(name) == nil, "\(name)")
    }
  }
}
