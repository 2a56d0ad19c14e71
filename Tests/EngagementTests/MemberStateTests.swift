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
      let values = try state.values(asOf: asOf, plan: plan, profile: profile)
      for (column, feature) in plan.features.enumerated() {
        let (live, batch) = (values[column], table.values[row, column])
        if live.bitPattern != batch.bitPattern, !(live.isNaN && batch.isNaN) {
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
        try MemberState(decoding: $0.encoded(plan: history.plan), plan: history.plan)
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
