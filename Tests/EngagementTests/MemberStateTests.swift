import Engagement
import EventLog
import LinearAlgebra
import TestSupport
import Testing

@Suite struct MemberStateTests {
  static let historiesPerChunk: UInt64 = 60

  /// Compares every feature of every member, bit for bit, with the table and the definitions.
  private func compare(
    _ states: [String: MemberState], with events: [Event], of history: LiveHistory,
    asOf: Timestamp, oracle isOracleAsked: Bool
  ) throws {
    let plan = history.plan
    let table = try history.table(of: events, asOf: asOf)
    let oracle = FeatureOracle(
      events: events, joinedAt: history.profiles.compactMapValues(\.joinedAt),
      settings: plan.settings, asOf: asOf)
    for (row, id) in table.memberIDs.enumerated() {
      let state = try #require(states[id])
      let profile = try #require(history.profiles[id])
      let values = try state.values(asOf: asOf, profile: profile)
      for (column, feature) in plan.features.enumerated() {
        let (live, batch) = (values[column], table.values[row, column])
        if live.bitPattern != batch.bitPattern {
          Issue.record(
            "seed \(history.seed), \(id) as of \(asOf), \(feature): live \(live), batch \(batch)")
        }
        guard isOracleAsked, history.isInOracle(feature) else { continue }
        let expected = oracle.value(feature, of: id)
        if live.isNaN != expected.isNaN
          || abs(live - expected) > max(1e-12, 1e-9 * abs(expected))
        {
          Issue.record(
            "seed \(history.seed), \(id) as of \(asOf), \(feature): \(live), defined \(expected)")
        }
      }
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func liveIsBatchAndDefinition(chunk: UInt64) throws {
    for seed in chunk * Self.historiesPerChunk..<(chunk + 1) * Self.historiesPerChunk {
      var history = try LiveHistory(seed: seed)
      let middle = Int.random(in: 0...history.steps.count, using: &history.generator)
      var states = history.states(after: history.steps[..<middle])
      // In the middle the clock may be anywhere: as of the newest time it allows, or later.
      try compare(
        states, with: history.events(in: history.steps[..<middle]), of: history,
        asOf: history.clock, oracle: false)
      states = try states.mapValues {
        try MemberState(decoding: $0.encoded(), plan: history.plan)
      }
      for step in history.steps[middle...] { history.take(step, &states) }
      history.take(.clock(history.clock), &states)
      for (index, asOf) in history.asOfTimes.enumerated() {
        try compare(
          states, with: history.events, of: history, asOf: asOf,
          oracle: index == Int(seed) % history.asOfTimes.count)
      }
    }
  }
}

extension MemberStateTests {
  private static func plan(_ names: String...) -> LivePlan {
    LivePlan(features: names.map { FeatureDefinition($0, aliases: []) })
  }

  private func event(_ time: Timestamp, type: String = "post") -> Event {
    Event(memberID: "a", timestamp: time, type: type, value: 1)
  }

  @Test func timeBeforeTheClockIsAnError() throws {
    let plan = Self.plan("events")
    let now = try #require(Timestamp("2024-03-02"))
    var state = MemberState(plan: plan)
    state.add(event(now.subtracting(days: 3)))
    #expect(try state.values(asOf: now.subtracting(days: 9)) == [0])
    state.advance(to: now)
    state.advance(to: now.subtracting(days: 1))
    #expect(state.clock == now)
    #expect(try state.values(asOf: now) == [1])
    #expect(
      throws: EngagementError.timeBeforeClock(
        asOf: "2024-03-01T00:00:00Z", clock: "2024-03-02T00:00:00Z")
    ) { try state.values(asOf: now.subtracting(days: 1)) }
    #expect(throws: EngagementError.featureNotInPlan("trend")) {
      try state.value(of: .trend, asOf: now)
    }
  }

  @Test func eventsAheadCountWhenTheirTimeComes() throws {
    let plan = Self.plan("events", "recency_days", "received_impact_h7")
    let now = try #require(Timestamp("2024-03-02"))
    let later = now.subtracting(days: -2)
    var state = MemberState(plan: plan)
    state.advance(to: now)
    state.add(event(later))
    var received = event(later)
    (received.memberID, received.targetID) = ("b", "a")
    state.receive(received)
    #expect(!state.isInTable(asOf: now))
    #expect(state.isInTable(asOf: later))
    #expect(state.isInTable(asOf: now, profile: MemberProfile(joinedAt: now)))
    for _ in 0..<2 {
      #expect(
        try state.value(of: .eventCount(of: nil, windowInDays: nil), asOf: now) == 0)
      #expect(try state.value(of: .recencyDays, asOf: now).isNaN)
      #expect(try state.value(of: .recencyDays, asOf: later) == 0)
      #expect(
        try state.value(of: .receivedImpactRate(halfLifeInDays: 7), asOf: now) == 0)
      state = try MemberState(decoding: state.encoded(), plan: plan)
    }
    state.advance(to: later)
    #expect(
      try state.value(of: .eventCount(of: nil, windowInDays: nil), asOf: later) == 1)
    #expect(
      try state.value(of: .receivedImpactRate(halfLifeInDays: 7), asOf: later) > 0.09)
  }

  @Test func ownEventsTowardsOneselfOnlyPutIntoTheTable() throws {
    let plan = Self.plan("received_impact_h7")
    let now = try #require(Timestamp("2024-03-02"))
    var state = MemberState(plan: plan)
    var own = event(now)
    own.targetID = "a"
    state.receive(own)
    #expect(state.isInTable(asOf: now))
    #expect(!state.isInTable(asOf: now.subtracting(days: 1)))
    #expect(try state.values(asOf: now) == [0])
  }

  /// A thousand events in a thousand days, the clock with them.
  private func stored(_ plan: LivePlan, days: Int) throws -> (memory: Int, bytes: Int) {
    let start = try #require(Timestamp("2020-01-01"))
    var state = MemberState(plan: plan)
    for day in 0..<days {
      let time = start.subtracting(days: -day)
      state.add(event(time))
      state.advance(to: time)
    }
    return (state.byteCount, state.encoded().count)
  }

  @Test func stateWithoutEventsTakesWhatIsDocumented() {
    let state = MemberState(plan: Self.plan("events"))
    #expect(state.byteCount == 200)
    #expect(!state.isInTable(asOf: Timestamp(microseconds: .max)))
  }

  /// Sums take a few more terms with the time that they span, up to 256 half-lives.
  @Test func stateGrowsOnlyWithWhatExactnessNeeds() throws {
    let constant = Self.plan(
      "recency_days", "events", "frequency_h14", "frequency_h56", "velocity", "impact_h56",
      "type_entropy", "value_mean", "tenure_days", "impact")
    let windows = Self.plan("events_30d", "trend", "active_days_28d", "value_sum_7d")
    let gaps = Self.plan("median_gap_days", "burstiness")
    for (plan, memory, bytes) in [(constant, 1300, 300), (windows, 4500, 1000)] {
      let (short, long) = (try stored(plan, days: 100), try stored(plan, days: 1000))
      #expect(long.memory <= memory && long.bytes <= bytes, "\(long)")
      #expect(long.bytes <= short.bytes + 40 && long.memory <= short.memory + 400, "\(long)")
    }
    let long = try stored(gaps, days: 1000)
    #expect(long.memory > 8000 && long.memory < 17_000 && long.bytes < 7000, "\(long)")
  }
}
