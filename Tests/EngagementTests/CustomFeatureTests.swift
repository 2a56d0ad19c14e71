import Engagement
import EventLog
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// A custom feature is the same in tables, snapshots and live states.
struct CustomFeatureTests {
  /// Custom features, and the built-in ones that they are the same as.
  static func twins() throws -> [(custom: CustomFeature, builtIn: String)] {
    [
      (
        try CustomFeature(
          name: "my_recency", formula: "T - last event", unit: "days", source: "recency_days"
        ) { member in member.events.last.map { member.asOf.days(since: $0.timestamp) } },
        "recency_days"
      ),
      (
        try CustomFeature(
          name: "my_events_30d", formula: "events", unit: "count", source: "events_30d",
          windowInDays: 30
        ) { Double($0.events.count) }, "events_30d"
      ),
      (
        try CustomFeature(
          name: "my_posts", formula: "posts", unit: "count", valueOfNothing: 0,
          source: "events_post", windowInDays: 7
        ) { member in
          let count = member.events.count { $0.type == "post" }
          return count == 0 ? nil : Double(count)
        }, "events_post_7d"
      ),
      (
        try CustomFeature(
          name: "my_areas", formula: "areas", unit: "count", source: "distinct_area",
          windowInDays: 90, properties: ["area"]
        ) { member in
          Double(Set(member.events.compactMap { $0.properties["area"] }).count)
        }, "distinct_area_90d"
      ),
      (
        try CustomFeature(
          name: "my_tenure", formula: "T - joining or first event", unit: "days",
          source: "tenure_days"
        ) { member in
          let start = [member.profile.joinedAt, member.events.first?.timestamp].compactMap { $0 }
          return start.min().map { member.asOf.days(since: $0) }
        }, "tenure_days"
      ),
      (
        try CustomFeature(
          name: "my_karma", formula: "karma", unit: "points", source: "karma"
        ) { $0.profile.attributes["karma"] }, "karma"
      ),
    ]
  }

  /// What depends on every part of every event and on their order.
  static func order() throws -> CustomFeature {
    try CustomFeature(
      name: "order", formula: "a hash", unit: "none", valueOfNothing: -1, source: "this test",
      properties: ["note", "area"]
    ) { member in
      var hash: UInt64 = 7
      for event in member.events {
        let note = event.properties["note"].map { "\($0)" } ?? "-"
        let area = event.properties["area"]?.description ?? "-"
        let text = "\(event.type) \(event.value ?? .nan) \(event.targetID ?? "-") \(note) \(area)"
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      }
      return member.events.isEmpty ? nil : Double(hash >> 12)
    }
  }

  static func settings(_ base: EngagementSettings) throws -> EngagementSettings {
    var settings = base
    for twin in try twins() { try settings.add(twin.custom) }
    try settings.add(order())
    return settings
  }

  static func names() throws -> [String] {
    try twins().flatMap { [$0.custom.name, $0.builtIn] } + ["order"]
  }

  /// Equal bits in the columns of twins, and of two tables.
  private func expectTwins(_ values: [Double], _ comment: String) throws {
    for (index, twin) in try Self.twins().enumerated()
    where values[2 * index].bitPattern != values[2 * index + 1].bitPattern {
      Issue.record(
        "\(comment), \(twin.custom.name) \(values[2 * index]), built in \(values[2 * index + 1])")
    }
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func liveIsBatchAndTheBuiltInTwin(chunk: UInt64) throws {
    for seed in chunk * 30..<(chunk + 1) * 30 {
      var history = try LiveHistory(seed: seed)
      let settings = try Self.settings(history.plan.settings)
      let features = try Self.names().map { FeatureDefinition($0, aliases: ["social"]) }
      let plan = LivePlan(features: features, settings: settings)
      var states = Dictionary(
        uniqueKeysWithValues: LiveHistory.memberIDs.map { ($0, MemberState(plan: plan)) })
      for step in history.steps {
        history.take(step, &states)
        if Int.random(in: 0..<6, using: &history.generator) == 0 {
          states = try states.mapValues { try MemberState(decoding: $0.encoded(), plan: plan) }
        }
      }
      history.take(.clock(history.clock), &states)
      // The bytes follow from events and clock alone.
      var told = Dictionary(
        uniqueKeysWithValues: LiveHistory.memberIDs.map { ($0, MemberState(plan: plan)) })
      history.take(.clock(history.clock), &told)
      for event in history.events.shuffled(using: &history.generator) {
        history.take(.event(event), &told)
      }
      for asOf in history.asOfTimes {
        let table = try self.table(history, asOf: asOf, features: features, settings: settings)
        for (row, id) in table.memberIDs.enumerated() {
          let state = try #require(states[id])
          let profile = try #require(history.profiles[id])
          let live = try state.values(asOf: asOf, profile: profile)
          #expect(try state.encoded() == #require(told[id]).encoded(), "seed \(seed), \(id)")
          #expect(
            live.map(\.bitPattern) == table.values.row(row).map(\.bitPattern),
            "seed \(seed), \(id), \(asOf): \(live), \(Array(table.values.row(row)))")
          try expectTwins(live, "seed \(seed), \(id), \(asOf)")
        }
      }
    }
  }

  /// The batch answer, events in another order.
  private func table(
    _ history: LiveHistory, asOf: Timestamp, features: [FeatureDefinition],
    settings: EngagementSettings
  ) throws -> FeatureTable {
    var generator = history.generator
    var types = Interner()
    for type in ["post", "like"] { _ = types.intern(type) }
    var log = EventHistory(types: types, propertyNames: LiveHistory.properties)
    for event in history.events.shuffled(using: &generator) { log.append(event) }
    let ids = LiveHistory.memberIDs
    let community = Community(
      history: log,
      members: MemberTable(
        ids: ids, joinedAt: ids.map { history.profiles[$0]?.joinedAt },
        attributes: [
          "karma": .number(ids.map { history.profiles[$0]?.attributes["karma"] ?? .nan })
        ]
      ))
    return try FeatureTable(
      of: community, rows: ids.compactMap { community.row(of: $0) }, asOf: asOf,
      features: features, settings: settings)
  }

  @Test(arguments: Array(UInt64(1)...8))
  func snapshotsAreTablesAndTheBuiltInTwin(seed: UInt64) throws {
    let random = try FeatureOracleTests.Random(seed: seed)
    let names = random.joinedAt.keys.sorted()
    let community = Community(
      history: EventHistory(
        random.events.map { event in
          var event = event
          event.properties["note"] = .number(event.value ?? 0)
          return event
        }),
      members: MemberTable(
        ids: names, joinedAt: names.map { random.joinedAt[$0] },
        attributes: ["karma": .number(names.indices.map { Double($0) / 3 })]))
    let settings = try Self.settings(random.settings)
    let features = try Self.names().map { FeatureDefinition($0, aliases: ["social"]) }
    let times = [400, 90, 30, 29, 7, 0].map { random.asOf.subtracting(days: $0) }
    var snapshots = try FeatureSnapshots(
      of: community, at: times, features: features, settings: settings, threadCount: 2)
    for time in times {
      let table = try #require(try snapshots.next())
      let alone = try FeatureTable(
        of: community, rows: table.communityRows, asOf: time, features: features,
        settings: settings)
      #expect(table.memberIDs.count > 1 || time < random.asOf)
      #expect(
        table.values.elements.map(\.bitPattern) == alone.values.elements.map(\.bitPattern))
      for row in table.memberIDs.indices {
        try expectTwins(Array(table.values.row(row)), "\(time)")
      }
    }
  }

  @Test func scanAsksForTheEvents() throws {
    let asOf = Timestamp(microseconds: 0)
    let settings = try Self.settings(EngagementSettings())
    #expect(
      FeatureScan(features: [.attribute("my_events_30d")], asOf: asOf, settings: settings) == nil)
    #expect(FeatureScan(features: [.attribute("my_events_30d")], asOf: asOf) != nil)
  }
}

struct CustomFeatureErrorTests {
  private func custom(
    _ name: String, windowInDays: Int? = nil, properties: [String] = [],
    _ compute: @escaping @Sendable (MemberHistory) -> Double? = { _ in nil }
  ) throws(EngagementError) -> CustomFeature {
    try CustomFeature(
      name: name, formula: "none", unit: "none", source: "none", windowInDays: windowInDays,
      properties: properties, compute: compute)
  }

  @Test(arguments: ["", "2x", "a b", "größe", "attr.x", "a-b"])
  func nameMustBeOne(name: String) {
    #expect(
      throws: EngagementError.customFeature(
        name: name, reason: "a name is a letter, then letters, digits and underscores")
    ) { try custom(name) }
  }

  @Test(arguments: ["events", "recency_days", "events_x", "share_anything", "impact_h3"])
  func nameMustNotBeABuiltInFeatures(name: String) {
    #expect(
      throws: EngagementError.customFeature(
        name: name, reason: "a built-in feature has this name: take another")
    ) { try custom(name) }
  }

  @Test func windowsAndNamesInSettingsAreChecked() throws {
    for days in [0, -1, 100_000] {
      #expect(throws: EngagementError.self) { try custom("x", windowInDays: days) }
    }
    var settings = EngagementSettings()
    try settings.add(custom("x"))
    #expect(
      throws: EngagementError.customFeature(
        name: "x", reason: "another one has this name already")
    ) { try settings.add(custom("x", windowInDays: 3)) }
    #expect(settings.customFeatures["x"]?.windowInDays == nil)
  }

  private static let asOf = Timestamp(microseconds: Timestamp.microsecondsPerDay)

  private static let community = Community(
    history: EventHistory(
      ["a", "b", "c"].map { Event(memberID: $0, timestamp: asOf, type: "post") }),
    members: MemberTable(ids: ["a"], joinedAt: [nil], attributes: ["taken": .text(["x"])]))

  private func error(_ feature: CustomFeature) throws -> EngagementError? {
    var settings = EngagementSettings()
    try settings.add(feature)
    do {
      _ = try FeatureTable(
        of: Self.community, asOf: Self.asOf, features: [.attribute(feature.name)],
        settings: settings)
      return nil
    } catch { return error }
  }

  @Test func columnsOfTheMembersFileAndUnknownPropertiesAreErrors() throws {
    #expect(
      try error(custom("taken"))
        == .customFeature(
          name: "taken", reason: "a column of the members file has this name: rename one of them"))
    #expect(
      try error(custom("free", properties: ["topic"]))
        == .unknownProperty(feature: "free", name: "topic", suggestion: ""))
    #expect(try error(custom("free")) == nil)
  }

  /// In tables, snapshots and live states.
  @Test func infiniteValuesNameFeatureAndMember() throws {
    let feature = try custom("boundless") { $0.events.first?.memberID == "b" ? .infinity : .nan }
    let expected = EngagementError.infiniteValue(feature: "boundless", member: "b")
    #expect(try error(feature) == expected)
    var settings = EngagementSettings()
    try settings.add(feature)
    let definition = FeatureDefinition("boundless", aliases: [])
    var snapshots = try FeatureSnapshots(
      of: Self.community, at: [Self.asOf], features: [definition], settings: settings)
    #expect(throws: expected) { try snapshots.next() }
    var state = MemberState(plan: LivePlan(features: [definition], settings: settings))
    #expect(try state.values(asOf: Self.asOf).allSatisfy(\.isNaN))
    state.add(Event(memberID: "b", timestamp: Self.asOf, type: "post"))
    #expect(throws: expected) { try state.values(asOf: Self.asOf) }
    #expect(throws: expected) { try state.value(of: definition, asOf: Self.asOf) }
    #expect(expected.description.contains("\"boundless\" is infinite for member \"b\""))
  }

  @Test func stateForgetsWhatNoWindowReaches() throws {
    var settings = EngagementSettings()
    try settings.add(custom("near", windowInDays: 2) { Double($0.events.count) })
    try settings.add(custom("nearer", windowInDays: 1) { Double($0.events.count) })
    let plan = LivePlan(
      features: ["near", "nearer"].map { FeatureDefinition($0, aliases: []) }, settings: settings)
    var state = MemberState(plan: plan)
    let day = Timestamp.microsecondsPerDay
    for index in 0..<40 {
      let time = Timestamp(microseconds: Int64(index) * day / 4)
      state.add(Event(memberID: "a", timestamp: time, type: "post"))
      state.advance(to: time)
      if index >= 8 { #expect(try state.values(asOf: time) == [8, 4]) }
    }
    #expect(state.byteCount < 3000)
  }
}

/// The Swift that the README shows compiles, and gives what it promises.
struct ReadmeFeatureTests {
  @Test func snippetCompilesAndRuns() throws {
    let asOf = try #require(Timestamp("2024-02-01"))
    let community = Community(
      history: EventHistory(
        [1, 4, 11].map {
          Event(memberID: "a", timestamp: asOf.subtracting(days: $0), type: "post")
        }))
    // README begin
    let longestGap = try CustomFeature(
      name: "longest_gap_days", formula: "longest time between neighbouring events",
      unit: "days", source: "our handbook"
    ) { member in
      zip(member.events, member.events.dropFirst())
        .map { $1.timestamp.days(since: $0.timestamp) }.max()
    }
    var settings = EngagementSettings()
    try settings.add(longestGap)
    let features = ["recency_days", "longest_gap_days"].map {
      FeatureDefinition($0, aliases: [])
    }
    let table = try FeatureTable(
      of: community, asOf: asOf, features: features, settings: settings)
    // README end
    #expect(table.values.elements == [1, 7])
  }

  @Test func snippetIsTheOneShown() throws {
    let source = try String(contentsOfFile: #filePath, encoding: .utf8)
    let marked = source.components(separatedBy: "    // README begin\n").dropFirst().first?
      .components(separatedBy: "    // README end\n").first
    let snippet = try #require(marked).split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("    ") ? $0.dropFirst(4) : $0 }.joined(separator: "\n")
    let readme = try String(
      contentsOf: ReferenceData.checkout.appendingPathComponent("README.md"), encoding: .utf8)
    #expect(readme.contains("```swift\nimport Engagement\nimport EventLog\n\n\(snippet)```"))
  }
}
