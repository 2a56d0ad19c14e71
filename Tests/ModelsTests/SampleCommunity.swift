import Engagement
import EventLog
import LinearAlgebra
import Models
import TestSupport
import Testing

/// A community of 60 members of three kinds, and three who joined and never did anything.
struct SampleCommunity {
  let community: Community
  let asOf: Timestamp

  init(seed: UInt64 = 1) throws {
    let asOf = try #require(Timestamp("2026-03-01T00:00:00Z"))
    var generator = TestGenerator(seed: seed)
    var events: [Event] = []
    for member in 0..<60 {
      // Busy this month, now and then over a year, gone since half a year.
      let (count, ages) = [(25, 0...30), (6, 0...330), (10, 180...330)][member % 3]
      for _ in 0..<Int.random(in: count - 4...count + 10, using: &generator) {
        let age = Int64.random(
          in: Int64(ages.lowerBound) * 86_400...Int64(ages.upperBound) * 86_400,
          using: &generator)
        events.append(
          Event(
            memberID: "m\(member)",
            timestamp: Timestamp(microseconds: asOf.microseconds - age * 1_000_000),
            type: Bool.random(using: &generator) ? "post" : "like"))
      }
    }
    let silent = ["s0", "s1", "s2"]
    let joined = try ["2025-12-01", "2026-01-01", "2026-02-01"].map {
      try #require(Timestamp($0 + "T00:00:00Z"))
    }
    community = Community(
      history: EventHistory(events), members: MemberTable(ids: silent, joinedAt: joined))
    self.asOf = asOf
  }

  /// The model of a training, and the training members' labels.
  func model(
    _ algorithm: ModelTraining.Algorithm,
    features: [FeatureDefinition] = FeatureDefinition.defaults,
    choices: TransformChoices = TransformChoices(), threadCount: Int = 2
  ) throws -> (model: SegmentModel, labels: [Int], table: FeatureTable) {
    let training = ModelTraining(
      features: features, settings: EngagementSettings(weights: ["post": 3]), choices: choices,
      algorithm: algorithm, seed: 5,
      threadCount: threadCount, toolVersion: "test")
    let prepared = try training.prepare(community, asOf: asOf)
    let (model, labels, _) = try training.fit(prepared, community: community)
    return (model, labels, prepared.table)
  }
}
