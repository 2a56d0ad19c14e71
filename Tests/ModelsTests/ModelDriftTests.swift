import Clustering
import Engagement
import EventLog
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@testable import Models

@Suite struct ModelDriftTests {
  private static let asOf = Timestamp(microseconds: 1_772_323_200_000_000)

  /// A model of the attribute x, learnt from these values.
  private func model(_ values: [Double], clusterCount: Int = 2) throws -> SegmentModel {
    let ids = values.indices.map { "m\($0)" }
    let community = Community(
      history: EventHistory(),
      members: MemberTable(
        ids: ids, joinedAt: ids.map { _ in Self.asOf }, attributes: ["x": .number(values)]))
    var training = ModelTraining(
      features: [.attribute("x")],
      choices: TransformChoices(logarithm: .columns([]), scale: .none),
      algorithm: .kMeans(KMeans(clusterCount: clusterCount)), toolVersion: "test")
    training.resampleCount = 0
    return try training.fit(
      training.prepare(community, asOf: Self.asOf), community: community
    ).model
  }

  private func table(_ values: [Double], days: Int = 0) -> FeatureTable {
    FeatureTable(
      asOf: Self.asOf.subtracting(days: -days), memberIDs: values.indices.map { "n\($0)" },
      communityRows: Array(values.indices), features: [.attribute("x")],
      values: Matrix(rows: values.map { [$0] }))
  }

  private func normal(
    _ count: Int, mean: Double, _ generator: inout TestGenerator
  ) -> [Double] {
    (0..<count).map { _ in
      (0..<12).reduce(mean - 6) { sum, _ in sum + Double.random(in: 0...1, using: &generator) }
    }
  }

  /// The statistics of the raw samples themselves, which the knots tell to 1/256.
  @Test(arguments: 1...12) func statisticsAreThoseOfTheSamples(seed: UInt64) throws {
    var generator = TestGenerator(seed: seed)
    func sample(_ count: Int, shift: Double) -> [Double] {
      let values = normal(count, mean: shift, &generator)
      // Half of the seeds have an atom in the middle, a quarter whole numbers only.
      switch seed % 4 {
      case 0: return values.map { $0.rounded() }
      case 1: return values.enumerated().map { $0 % 3 == 0 ? 0 : $1 }
      case 2: return values.enumerated().map { $0 % 10 < 9 ? 0 : abs($1) }
      default: return values
      }
    }
    let before = sample(2000, shift: 0)
    let now = sample(700, shift: Double(seed % 3) / 2)
    let training = try #require(EmpiricalDistribution(of: before))
    let drift = FeatureDrift(
      .attribute("x"), training: training, trainingCount: before.count, values: now)

    let points = before + now
    let statistic = points.reduce(0.0) { greatest, point in
      let shares = [before, now].map { values in
        Double(values.count { $0 <= point }) / Double(values.count)
      }
      return max(greatest, abs(shares[0] - shares[1]))
    }
    let found = try #require(drift.kolmogorovSmirnov)
    // A knot's place is known to one part of 256, and to one member.
    let resolution = 1.0 / 256 + 1.0 / 2000
    #expect(abs(found - statistic) <= resolution, "\(found), expected \(statistic)")

    let bins = DriftBins(training)
    let counts = bins.counts(ofSorted: now.sorted())
    let countsBefore = bins.counts(ofSorted: before.sorted())
    #expect(counts.reduce(0, +) == now.count)
    for (share, count) in zip(bins.shares, countsBefore) {
      // A share is the difference of two places.
      #expect(abs(share - Double(count) / 2000) <= 2 * resolution)
    }
    let index = populationStabilityIndex(
      countsBefore.map(Double.init), counts.map(Double.init))
    let foundIndex = try #require(drift.stabilityIndex)
    #expect(abs(foundIndex - index) <= 0.02 + 0.1 * index, "\(foundIndex), expected \(index)")
  }

  @Test func binsOfValuesThatManyShareAreTheirOwn() throws {
    let zeros = [Double](repeating: 0, count: 85) + (1...15).map(Double.init)
    let bins = DriftBins(try #require(EmpiricalDistribution(of: zeros)))
    // Less than 0, 0, up to the ninth decile, more.
    #expect(bins.shares.count == 4)
    #expect(bins.shares[0] == 0)
    #expect(abs(bins.shares[1] - 0.85) < 1.0 / 256 + 0.01)
    #expect(bins.counts(ofSorted: [-1, 0, 0, 1, 50]) == [1, 2, 1, 1])
    let constant = DriftBins(try #require(EmpiricalDistribution(of: [7, 7, 7])))
    #expect(constant.shares == [0, 1, 0])
    #expect(constant.counts(ofSorted: [6, 7, 8, 9]) == [1, 1, 2])
  }

  @Test func indexByHand() {
    // 10 and 30 of 40 before, 30 and 10 now, with a half in each: p = 10.5/41, q = 30.5/41.
    let (p, q) = (10.5 / 41, 30.5 / 41)
    let expected = (q - p) * log(q / p) + (p - q) * log(p / q)
    #expect(abs(populationStabilityIndex([10, 30], [30, 10]) - expected) < 1e-12)
    #expect(populationStabilityIndex([10, 30], [10, 30]) == 0)
    #expect(populationStabilityIndex([40, 0], [0, 40]).isFinite)
  }

  @Test(arguments: [
    (0.5, 0.963_945), (1.0, 0.269_999_7), (1.358, 0.05002680), (2.0, 0.000_670_925),
  ])
  func tailIsKolmogorovs(lambda: Double, expected: Double) {
    #expect(abs(kolmogorovTail(lambda) - expected) < 2e-6)
  }

  /// χ² of 9 degrees is over 21.666 in one of a hundred cases.
  @Test func chanceIsThatOfChiSquare() {
    let limit = chanceStabilityIndex(binCount: 10, before: 100, now: 50)
    #expect(abs(limit - 21.666 * (0.01 + 0.02)) < 0.01)
    #expect(chanceStabilityIndex(binCount: 1, before: 9, now: 9) == 0)
  }

  @Test(arguments: 1...10) func sameDistributionIsStable(seed: UInt64) throws {
    var generator = TestGenerator(seed: seed)
    let before = normal(1500, mean: 0, &generator) + normal(1500, mean: 12, &generator)
    let now = normal(400, mean: 0, &generator) + normal(400, mean: 12, &generator)
    let drift = try ModelDrift(of: model(before), from: table(now, days: 90))
    #expect(drift.verdict == .stable, "\(drift.reasons)")
    #expect(drift.reasons == [])
    #expect(drift.ageInDays == 90)
    #expect(drift.segments.map(\.count) == [400, 400])
    #expect(drift.segments.map(\.trainingShare) == [0.5, 0.5])
    #expect((drift.features.first?.pValue ?? 0) > 0.001)
  }

  @Test func shiftsAndNewcomersAskForRetraining() throws {
    var generator = TestGenerator(seed: 3)
    let before = normal(1500, mean: 0, &generator) + normal(1500, mean: 12, &generator)
    let model = try model(before)
    let moved = try ModelDrift(of: model, from: table(normal(800, mean: 2, &generator)))
    #expect(moved.verdict == .retrain)
    #expect(moved.reasons.first?.hasPrefix("the segments' shares have shifted") == true)
    #expect((moved.features.first?.pValue ?? 1) < 1e-9)
    // One of ten is far from all; the index alone would say watch.
    let planted = (0..<300).map { Double(100 + $0) }
    #expect(try ModelDrift(of: model, from: table(planted)).novelCount == 300)
    let novel = try ModelDrift(of: model, from: table(before.dropFirst(300) + planted))
    #expect(novel.verdict == .retrain)
    #expect(novel.reasons.contains { $0.hasPrefix("10.") && $0.contains("of members are novel") })
  }

  @Test func oldModelsAreWatched() throws {
    let values = (0..<100).map(Double.init)
    let model = try model(values)
    #expect(try ModelDrift(of: model, from: table(values, days: 729)).verdict == .stable)
    let old = try ModelDrift(of: model, from: table(values, days: 731))
    #expect(old.verdict == .watch)
    #expect(old.reasons == ["the model is 2.0 years old"])
  }

  /// However far one member is, one is no drift; and chance says why.
  @Test func oneMemberTellsNothing() throws {
    let model = try model((0..<100).map(Double.init))
    let drift = try ModelDrift(of: model, from: table([1e6]))
    #expect(drift.verdict == .stable)
    #expect(drift.novelCount == 1)
    let feature = try #require(drift.features.first)
    #expect((feature.stabilityIndex ?? 0) < (feature.chanceLimit ?? 0))
  }

  @Test func featuresThatAreGoneAreNamed() throws {
    let model = try model((0..<100).map(Double.init))
    let gone = ModelDrift.MissingFeature(feature: .attribute("x"), reason: "no such column")
    let other = FeatureTable(
      asOf: Self.asOf, memberIDs: ["a"], communityRows: [0], features: [.recencyDays],
      values: Matrix(rows: [[1]]))
    let drift = try ModelDrift(of: model, from: other, missing: [gone])
    #expect(drift.verdict == .retrain)
    #expect(drift.reasons == ["x cannot be computed: no such column"])
    #expect(drift.segments.isEmpty)
    #expect(drift.novelCount == nil)
    #expect(drift.features.isEmpty)
    let absent = try ModelDrift(of: model, from: table([.nan, .nan]))
    #expect(absent.features.first?.stabilityIndex == nil)
    #expect(absent.features.first?.absentCount == 2)
    #expect(absent.reasons.contains("x is absent for all members"))
  }
}
