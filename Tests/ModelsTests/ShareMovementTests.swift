import Clustering
import Engagement
import EventLog
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@testable import Models

/// What rises and falls since training, and who is new.
struct ShareMovementTests {
  /// Tables of the same sums, counted by hand.
  @Test func exactTestByHand() {
    // C(4, x) C(4, 4 − x) of C(8, 4) = 70 tables: 1, 16, 36, 16, 1.
    #expect(abs(exactPValue(1, of: 4, 3, of: 4) - 34.0 / 70) < 1e-12)
    #expect(abs(exactPValue(4, of: 4, 0, of: 4) - 2.0 / 70) < 1e-12)
    #expect(abs(exactPValue(2, of: 4, 2, of: 4) - 1) < 1e-12)
    // One member in a part that one of a hundred was in: 2 of 101.
    #expect(abs(exactPValue(1, of: 100, 1, of: 1) - 2.0 / 101) < 1e-12)
    #expect(exactPValue(0, of: 10, 0, of: 5) == 1)
    #expect(exactPValue(10, of: 10, 5, of: 5) == 1)
    // However large, it neither overflows nor is it lost.
    #expect(exactPValue(500_000, of: 1_000_000, 900_000, of: 1_000_000) == 0)
    #expect(exactPValue(500_000, of: 1_000_000, 500_000, of: 1_000_000) == 1)
  }

  /// Where nothing changed, one of the segments of a hundred communities moves, or fewer.
  @Test func chanceAloneIsSteady() {
    var generator = TestGenerator(seed: 5)
    var moved = 0
    for _ in 0..<400 {
      let before = (0..<300).count { _ in Int.random(in: 0..<10, using: &generator) < 3 }
      let now = (0..<200).count { _ in Int.random(in: 0..<10, using: &generator) < 3 }
      let pValue = exactPValue(before, of: 300, now, of: 200)
      if ShareMovement(change: 1, pValue: pValue, of: 1) != .steady { moved += 1 }
    }
    // 1 % of 400, and three standard deviations.
    #expect(moved <= 10)
  }

  private let asOf = Timestamp(microseconds: 1_772_323_200_000_000)

  @Test func segmentsSurgeAndDropOffAndNovelMembersAreAGroup() throws {
    let values = (0..<300).map { (number: Int) -> Double in
      let center: Double = number % 2 == 0 ? 0 : 12
      return center + Double(number % 7) / 7
    }
    let ids = values.indices.map { "m\($0)" }
    let feature = FeatureDefinition("share_of_area=help", aliases: [])
    func table(_ xs: [Double], shares: [Double]) -> FeatureTable {
      FeatureTable(
        asOf: asOf, memberIDs: xs.indices.map { "n\($0)" }, communityRows: Array(xs.indices),
        features: [.attribute("x"), feature],
        values: Matrix(rows: zip(xs, shares).map { [$0, $1] }))
    }
    var training = ModelTraining(
      features: [.attribute("x"), feature],
      choices: TransformChoices(logarithm: .columns([]), scale: .none),
      algorithm: .kMeans(KMeans(clusterCount: 2)), toolVersion: "test")
    training.resampleCount = 0
    let shares = ids.indices.map { Double($0 % 10) / 10 }
    let model = try training.fit(
      training.prepare(table(values, shares: shares)), events: EventSpan()
    ).model
    let same = try ModelDrift(of: model, from: table(values, shares: shares))
    #expect(same.segments.map(\.movement) == [.steady, .steady])
    #expect(same.segments.map(\.pValue) == [1, 1])
    #expect(same.shares.map(\.movement) == [.steady])
    #expect(abs((same.shares.first?.trainingMean ?? 0) - 0.45) < 0.01)
    #expect(same.novelGroup == nil)

    let settled: [Double] = (0..<200).map { $0 < 160 ? 12.4 : 0.4 }
    let moved = settled + [90, 100, 110]
    let now = try ModelDrift(
      of: model, from: table(moved, shares: moved.map { $0 > 1 ? 0.9 : 0.3 }))
    let high = try #require(now.segments.max { $0.share < $1.share })
    let low = try #require(now.segments.min { $0.share < $1.share })
    #expect(high.movement == .surge && low.movement == .dropOff)
    #expect(high.pValue < 1e-6)
    let share = try #require(now.shares.first)
    #expect(share.feature == feature && share.movement == .surge)
    let mean = (163 * 0.9 + 40 * 0.3) / 203
    #expect(abs(share.mean - mean) < 1e-12)
    let novel = try #require(now.novelGroup)
    #expect(novel.count == 3 && novel.count == now.novelCount)
    #expect(novel.medians.map(\.feature) == [.attribute("x"), feature])
    #expect(novel.medians.map(\.group) == [100, 0.9])
    #expect(novel.medians.map(\.all) == [12.4, 0.9])
  }
}
