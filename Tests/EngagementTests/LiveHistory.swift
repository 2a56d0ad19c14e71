import Engagement
import EventLog
import TestSupport
import Testing

/// A random plan, and what random events and clock times reach its states in which order.
struct LiveHistory {
  enum Step {
    case event(Event)
    case clock(Timestamp)
  }

  static let features =
    FeatureOracleTests.features
    + [
      "events_7d", "events_like*_28d", "active_days_1d", "impact_7d", "impact_h1",
      "received_impact_h1", "velocity_h1_h2", "distinct_area_7d", "distinct_note",
      "share_of_note=1", "share_of_note=true", "share_of_note=caf\u{e9}", "share_of_note_14d=1",
      "share_of_area=area 2, named at length", "share_of_area_28d=area 1, named at length",
      "share_post_28d", "value_mean_1d", "frequency_h365", "karma",
    ].map { FeatureDefinition($0, aliases: ["social"]) }

  static let memberIDs = ["a", "b", "c"]
  static let properties = ["area", "note"]

  let seed: UInt64
  let plan: LivePlan
  let profiles: [String: MemberProfile]
  let steps: [Step]
  /// The last time told.
  let clock: Timestamp
  /// As-of times from the last one told on: it, a little later, and far ahead of some events.
  let asOfTimes: [Timestamp]
  var generator: TestGenerator

  init(seed: UInt64) throws {
    var generator = TestGenerator(seed: seed)
    let day = Timestamp.microsecondsPerDay
    let ends = ["2024-02-29T06:00:00Z", "2024-03-01", "2023-12-31T23:59:59.999999Z", "1970-03-01"]
    let end = try #require(Timestamp(ends.randomElement(using: &generator) ?? "")).microseconds
    func earlier(_ longest: Int64) -> Int64 {
      max(0, end - Int64.random(in: 0...longest, using: &generator))
    }
    let windows: [Int64] = [1, 7, 14, 21, 28, 30, 49, 56, 90]
    let scales = Self.hasWideValues(seed) ? [1e-9, 1, 1e12] : [1]
    var events: [Event] = []
    for member in Self.memberIDs {
      var instant = earlier(400 * day)
      for _ in 0..<Int.random(in: 0...18, using: &generator) {
        switch Int.random(in: 0..<9, using: &generator) {
        case 0: break
        case 1: instant += Int64.random(in: 0...60_000_000, using: &generator)
        case 2, 3:
          instant = end - (windows.randomElement(using: &generator) ?? 1) * day
          instant += Int64.random(in: -1...1, using: &generator)
        case 4: instant = end / day * day - Int64.random(in: 0...9, using: &generator) * day
        case 5: instant = end + Int64.random(in: 0...30 * day, using: &generator)
        case 6:
          // Where blocks of 256 half-lives begin.
          instant = end / (256 * day) * 256 * day + Int64.random(in: -1...1, using: &generator)
        default: instant += Int64.random(in: 0...20 * day, using: &generator)
        }
        instant = max(0, instant)
        let kind = Int.random(in: 0...4, using: &generator)
        let area = Int.random(in: 0...3, using: &generator)
        var properties: [String: PropertyValue] = [:]
        if area > 0 { properties["area"] = .string("area \(area), named at length") }
        switch kind {
        case 0: properties["note"] = .number(1)
        case 1: properties["note"] = .string("1")
        case 2: properties["note"] = .boolean(true)
        // One text to Unicode, two as bytes.
        case 3: properties["note"] = .string(area > 1 ? "caf\u{e9}" : "cafe\u{301}")
        default: break
        }
        events.append(
          Event(
            memberID: member, timestamp: Timestamp(microseconds: instant),
            type: ["post", "like", "like_again", "comment", "visit"][kind],
            value: Bool.random(using: &generator)
              ? Double(Int.random(in: -50...500, using: &generator)) / 7
                * (scales.randomElement(using: &generator) ?? 1) : nil,
            targetID: Bool.random(using: &generator)
              ? Self.memberIDs.randomElement(using: &generator) : nil,
            properties: properties))
        // The same once more is another event.
        if kind == 0, let last = events.last { events.append(last) }
      }
    }
    if Bool.random(using: &generator) {
      events.shuffle(using: &generator)
    } else {
      events.sort { $0.timestamp < $1.timestamp }
      for _ in 0..<events.count / 4 {
        events.swapAt(
          Int.random(in: events.indices, using: &generator),
          Int.random(in: events.indices, using: &generator))
      }
    }
    var steps = events.map { Step.event($0) }
    for _ in 0..<Int.random(in: 0...5, using: &generator) {
      let time = Timestamp(microseconds: earlier(200 * day))
      steps.insert(.clock(time), at: Int.random(in: 0...steps.count, using: &generator))
    }
    clock = Timestamp(microseconds: end)
    var asOfTimes = [clock]
    asOfTimes.append(
      Timestamp(microseconds: end + Int64.random(in: 1...day, using: &generator)))
    asOfTimes.append(
      Timestamp(microseconds: end + Int64.random(in: 1...100 * day, using: &generator)))
    if let event = events.randomElement(using: &generator), event.timestamp > clock {
      asOfTimes.append(event.timestamp)
    }
    self.asOfTimes = asOfTimes
    self.steps = steps
    profiles = [
      "a": MemberProfile(
        joinedAt: Timestamp(microseconds: earlier(800 * day)), attributes: ["karma": 3.5]),
      "b": MemberProfile(joinedAt: Timestamp(microseconds: end + 1), attributes: ["karma": .nan]),
      "c": MemberProfile(attributes: ["karma": -1]),
    ]
    let vienna = try #require(Clock(zoneName: "Europe/Vienna", weekStart: .sunday))
    let settings = EngagementSettings(
      clock: seed % 4 == 0 ? vienna : .utc,
      weights: ["post": 3, "like": 0.5, "visit": 0.1, "comment": seed % 5 == 0 ? 0 : -2],
      valueUse: EngagementSettings.ValueUse.allCases[Int(seed % 3)],
      aliases: ["social": ["like*", "comment"]])
    // Few features keep little, so that nothing is there by another one's need.
    let count = Int.random(in: 1...Self.features.count, using: &generator)
    let features =
      seed % 3 == 0
      ? Self.features : Array(Self.features.shuffled(using: &generator).prefix(count))
    plan = LivePlan(features: features, settings: settings)
    self.seed = seed
    self.generator = generator
  }

  var events: [Event] {
    steps.compactMap { if case .event(let event) = $0 { event } else { nil } }
  }

  /// The states of all members, by id, after some steps.
  func states(after steps: some Sequence<Step>) -> [String: MemberState] {
    var states = Dictionary(
      uniqueKeysWithValues: Self.memberIDs.map { ($0, MemberState(plan: plan)) })
    for step in steps { take(step, &states) }
    return states
  }

  func take(_ step: Step, _ states: inout [String: MemberState]) {
    switch step {
    case .event(let event):
      states[event.memberID]?.add(event)
      if let target = event.targetID { states[target]?.receive(event) }
    case .clock(let time):
      for id in Self.memberIDs { states[id]?.advance(to: time) }
    }
  }

  /// The batch answer from events, all members having a row.
  func table(of events: [Event], asOf: Timestamp) throws -> FeatureTable {
    var types = Interner()
    for type in ["post", "like"] { _ = types.intern(type) }
    var history = EventHistory(types: types, propertyNames: Self.properties)
    for event in events { history.append(event) }
    let members = MemberTable(
      ids: Self.memberIDs, joinedAt: Self.memberIDs.map { profiles[$0]?.joinedAt },
      attributes: [
        "karma": .number(Self.memberIDs.map { profiles[$0]?.attributes["karma"] ?? .nan })
      ]
    )
    let community = Community(history: history, members: members)
    return try FeatureTable(
      of: community, rows: Self.memberIDs.compactMap { community.row(of: $0) }, asOf: asOf,
      features: plan.features, settings: plan.settings, threadCount: 1)
  }
}

extension LiveHistory {
  func events(in steps: some Sequence<Step>) -> [Event] {
    steps.compactMap { if case .event(let event) = $0 { event } else { nil } }
  }

  /// Whether values differ so much in size that a plain sum of them loses some.
  static func hasWideValues(_ seed: UInt64) -> Bool { seed % 7 == 0 }

  /// The definitions know days and weeks of UTC alone, neither attributes nor texts by bytes, and add
  /// values up plainly.
  func isInOracle(_ feature: FeatureDefinition) -> Bool {
    switch feature {
    case .activeDays, .activeWeeks, .streakWeeks: plan.settings.clock == .utc
    case .attribute: false
    case .distinctValues(let name, _): name != "note"
    case .valueSum, .valueMean, .impact, .impactRate, .receivedImpactRate:
      !Self.hasWideValues(seed)
    default: true
    }
  }
}
