import Clustering
import Engagement
import EventLog
import LinearAlgebra
import TestSupport
import Testing

@testable import Models

/// Segments of customers, a few of whom spend very much more than the others.
struct PurchaseTrainingTests {
  private static let heavy: Set = ["heavy 0", "heavy 1", "heavy 2"]

  /// 300 customers with returns among their purchases, some of what they bought before the log begins,
  /// and three who buy a hundred times as much.
  private func purchases(seed: UInt64, asOf: Timestamp) -> Community {
    var generator = TestGenerator(seed: seed)
    var events: [Event] = []
    func buy(_ customer: String, _ amounts: ClosedRange<Double>, times: Int, lastDays: Int) {
      for number in 0..<times {
        let amount = Double.random(in: amounts, using: &generator)
        events.append(
          Event(
            memberID: customer,
            timestamp: asOf.subtracting(days: Int.random(in: 1...lastDays, using: &generator)),
            type: "purchase", value: number % 4 == 0 ? -amount : amount))
      }
    }
    for number in 0..<300 {
      let times = Int.random(in: 1...12, using: &generator)
      buy("customer \(number)", 5...90, times: times, lastDays: number % 3 == 0 ? 40 : 360)
    }
    for (name, times) in zip(Self.heavy.sorted(), [1.0, 2, 6]) {
      buy(name, 4_000 * times...6_000 * times, times: 10, lastDays: 360)
    }
    return Community(history: EventHistory(events))
  }

  /// How many of four segments hold heavy customers alone.
  private func segmentsOfHeavyCustomers(
    seed: UInt64, logarithm: TransformChoices.Logarithm
  ) throws -> (count: Int, logarithms: [ColumnTransform.Logarithm]) {
    let asOf = try #require(Timestamp("2024-06-01"))
    let features = ["recency_days", "value_sum", "value_mean"].map {
      FeatureDefinition($0, aliases: [])
    }
    var training = ModelTraining(
      features: features, choices: TransformChoices(logarithm: logarithm),
      algorithm: .kMeans(KMeans(clusterCount: 4, seed: seed)), seed: seed, threadCount: 1,
      toolVersion: "test")
    training.resampleCount = 0
    let community = purchases(seed: seed, asOf: asOf)
    let prepared = try training.prepare(community, asOf: asOf)
    let labels = try training.fit(prepared, community: community).labels
    let members = Dictionary(grouping: zip(labels, prepared.table.memberIDs), by: \.0)
    let count = members.values.count { $0.allSatisfy { Self.heavy.contains($0.1) } }
    return (count, prepared.transform.columns.map(\.logarithm))
  }

  @Test(arguments: UInt64(1)...5)
  func threeHeavyCustomersAreNotTwoSegments(seed: UInt64) throws {
    let found = try segmentsOfHeavyCustomers(seed: seed, logarithm: .automatic)
    #expect(found.logarithms.suffix(2) == [.signed, .signed])
    #expect(found.count <= 1)
    // Without a logarithm they are, so the test can fail.
    #expect(
      try segmentsOfHeavyCustomers(seed: seed, logarithm: .columns([])).count >= 2)
  }
}
