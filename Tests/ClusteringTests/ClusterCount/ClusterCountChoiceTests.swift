import Clustering
import Foundation
import LinearAlgebra
import TestSupport
import Testing

struct ClusterCountChoiceTests {
  /// Points spread evenly over a box whose sides differ.
  static func noise(_ count: Int, _ columns: Int, seed: UInt64) -> Matrix<Double> {
    var generator = SeededGenerator(seed: seed, stream: 77)
    return Matrix(
      rowCount: count, columnCount: columns,
      elements: (0..<count * columns).map { generator.uniform() * Double(1 + $0 % columns) })
  }

  /// Normal blobs of unit width, 12 apart along the axes and the diagonal.
  static func separated(_ groups: Int, _ columns: Int, seed: UInt64) -> Matrix<Double> {
    var generator = SeededGenerator(seed: seed, stream: 78)
    var elements: [Double] = []
    for row in 0..<50 * groups {
      let group = row % groups
      for column in 0..<columns {
        let place = 12.0 * Double(group % columns == column ? 1 + group / columns : 0)
        elements.append(place + generator.normal())
      }
    }
    return Matrix(rowCount: 50 * groups, columnCount: columns, elements: elements)
  }

  @Test(arguments: [1, 2, 3, 8], [Linkage?.none, .ward])
  func evenNoiseHasNoClearGroups(columns: Int, linkage: Linkage?) throws {
    let clear = try (0..<20).filter { seed in
      try ClusterCountChoice(
        Self.noise(150, columns, seed: UInt64(seed)), counts: 2...6, linkage: linkage,
        seed: UInt64(seed)
      ).isClear
    }
    #expect(clear.count <= 1, "seeds \(clear) were called clear")
  }

  @Test(arguments: [2, 5])
  func oneNormalBlobHasNoClearGroups(columns: Int) throws {
    let clear = try (0..<20).filter { seed in
      try ClusterCountChoice(
        RandomSamples.blobs(150, columns, centers: 1, seed: UInt64(seed)), counts: 2...6
      ).isClear
    }
    #expect(clear.count <= 1, "seeds \(clear) were called clear")
  }

  /// Rows of one kind of noise.
  static func tails(_ count: Int, _ columns: Int, seed: UInt64) -> Matrix<Double> {
    var generator = SeededGenerator(seed: seed, stream: 79)
    return Matrix(
      rowCount: count, columnCount: columns,
      elements: (0..<count * columns).map { _ in -log(1 - generator.uniform()) })
  }

  @Test(arguments: [1, 4], [Linkage?.none, .ward])
  func oneGroupWithALongTailHasNoClearGroups(columns: Int, linkage: Linkage?) throws {
    let choices = try (0..<20 as Range<UInt64>).map { seed in
      try ClusterCountChoice(
        Self.tails(150, columns, seed: seed), counts: 2...6, linkage: linkage, seed: seed)
    }
    #expect(choices.count(where: \.isClear) <= 1)
    #expect(choices.contains { $0.reason.contains("parts of a single group with such tails") })
  }

  /// Where the most that were tried are chosen, there may be more.
  @Test func theEdgeOfTheRangeIsSaid() throws {
    let hint = "They are the most that were tried: there may be more."
    let samples = Self.separated(4, 8, seed: 1)
    let atTheEdge = try ClusterCountChoice(samples, counts: 2...4)
    #expect(atTheEdge.clusterCount == 4)
    #expect(atTheEdge.reason.hasSuffix(hint))
    let inside = try ClusterCountChoice(samples, counts: 2...8)
    #expect(inside.clusterCount == 4)
    #expect(!inside.reason.contains(hint))
  }

  @Test func groupsThatDoNotLastAreNotClear() throws {
    // A ring, evenly filled: to k-means arcs, which could lie anywhere.
    let samples = Matrix(
      rows: (0..<400).map { row in
        let angle = 2 * Double.pi * Double(row) / 400
        return [cos(angle), sin(angle)].map { $0 * (6 + 0.1 * Double(row % 3)) }
      })
    let choice = try ClusterCountChoice(samples, counts: 5...8)
    #expect(!choice.isClear)
    #expect(choice.reason.hasSuffix("but they do not come back when rows are drawn anew."))
  }

  @Test func groupsOfGroupsAreFound() throws {
    var generator = SeededGenerator(seed: 12)
    // Three groups 10 apart on the left, two on the right, 100 away.
    let samples = Matrix(
      rows: (0..<400).map { row in
        let place = [(0.0, 0.0), (0, 10), (10, 5), (100, 0), (100, 10)][row % 5]
        return [place.0 + generator.normal(), place.1 + generator.normal()]
      })
    let choice = try ClusterCountChoice(samples)
    let silhouettes = choice.candidates.compactMap(\.silhouette)
    #expect(silhouettes.max() == silhouettes[0], "bunches have the best silhouette")
    #expect(choice.clusterCount == 5)
    #expect(choice.isClear)
    #expect(
      choice.reason
        == "5 groups stand apart: 2 by silhouette, and some of these are groups of groups.")
    #expect(try ClusterCountChoice(samples, counts: 2...4).clusterCount == 2)
  }

  @Test(arguments: [Linkage?.none, .average])
  func fullEvidenceChangesNoChoiceAndSaysMore(linkage: Linkage?) throws {
    let samples = Self.separated(3, 2, seed: 4)
    let plain = try ClusterCountChoice(samples, counts: 2...5, linkage: linkage)
    var steps: [Int] = []
    let full = try ClusterCountChoice(
      samples, counts: 2...5, linkage: linkage, evidence: .full
    ) { step, count in
      #expect(count == 6)
      steps.append(step)
    }
    #expect(steps == [1, 2, 3, 4, 5, 6])
    #expect(full.clusterCount == plain.clusterCount)
    #expect(full.reason == plain.reason)
    #expect(plain.predictionStrengthChoice == nil)
    #expect(full.predictionStrengthChoice == 3)
    #expect(full.gapChoice == 3)
    #expect(full.knee == 3)
    let three = try #require(full.candidates[1].more)
    #expect(three.stability == [1, 1, 1])
    #expect(three.predictionStrength?.mean == 1)
    let five = try #require(full.candidates[3].more)
    #expect((five.stability.min() ?? 1) < 0.75)
    #expect((five.predictionStrength?.mean ?? 1) < 0.8)
    if linkage == nil {
      let fit = try KMeans(clusterCount: 3, restartCount: 3).fit(samples)
      let labeled = try LabeledSamples(samples, labels: fit.labels)
      let expected = try #require(labeled.squaredEuclideanSilhouettes()).reduce(0, +) / 150
      let found = try #require(three.squaredEuclideanSilhouette)
      #expect(relativeError(found, expected) < 1e-12)
      #expect(three.totalInertia == fit.inertia)
      #expect(full.candidates[0].heightTo == nil)
    } else {
      #expect(three.squaredEuclideanSilhouette == nil)
      let merges = try Hierarchical(linkage: .average).fit(samples).merges
      #expect(full.candidates[1].heightFrom == merges[146].height)
      #expect(full.candidates[1].heightTo == merges[147].height)
      #expect(full.candidates[0].heightTo == merges[148].height)
    }
  }

  @Test func aSampleHasAMarginAndAllRowsHaveNone() throws {
    let samples = Self.separated(2, 2, seed: 4)
    let all = try ClusterCountChoice(samples, counts: 2...3)
    #expect(all.rowCount == 100)
    #expect(all.sampledRowCount == 100)
    #expect(all.candidates.allSatisfy { $0.silhouetteMargin == nil })
    let some = try ClusterCountChoice(
      samples, counts: 2...3, evidence: .full, maximumRowCount: 60)
    #expect(some.sampledRowCount == 60)
    let margin = try #require(some.candidates[0].silhouetteMargin)
    #expect(margin > 0)
    #expect(margin < 0.05)
    let difference =
      try #require(some.candidates[0].silhouette)
      - (try #require(all.candidates[0].silhouette))
    #expect(abs(difference) < 2 * margin)
    // Squares are summed over all rows, whatever the sample.
    let labels = try KMeans(clusterCount: 2).fit(samples).labels
    let exact =
      try #require(
        try LabeledSamples(samples, labels: labels).squaredEuclideanSilhouettes()
      ).reduce(0, +) / 100
    let found = try #require(some.candidates[0].more?.squaredEuclideanSilhouette)
    #expect(relativeError(found, exact) < 1e-12)
  }

  struct Expected: Sendable, CustomTestStringConvertible {
    let name: String
    let clusterCount: Int
    var testDescription: String { name }

    static let all = [
      Expected(name: "s1", clusterCount: 15), Expected(name: "a1", clusterCount: 20),
      Expected(name: "r15", clusterCount: 15), Expected(name: "hepta", clusterCount: 7),
      Expected(name: "unbalance", clusterCount: 8), Expected(name: "iris", clusterCount: 2),
    ]
  }

  // Iris has three species, of which two touch: by compactness it is two groups.
  @Test(
    .enabled(if: ReferenceData.isPresent, "\(ReferenceData.absence)"), arguments: Expected.all)
  func referenceSetsAreCounted(expected: Expected) throws {
    let choice = try ClusterCountChoice(
      ReferenceData.set(expected.name),
      counts: expected.clusterCount > 10 ? 13...21 : 2...9, maximumRowCount: 1000)
    #expect(choice.clusterCount == expected.clusterCount)
    #expect(choice.isClear)
  }

  @Test(arguments: [2, 3, 4, 6], [Linkage?.none, .ward, .average])
  func separatedBlobsAreClearAndCounted(groups: Int, linkage: Linkage?) throws {
    for seed in 0..<4 as Range<UInt64> {
      let choice = try ClusterCountChoice(
        Self.separated(groups, 3, seed: seed), counts: 2...8, linkage: linkage, seed: seed)
      #expect(choice.clusterCount == groups)
      #expect(choice.isClear, "\(choice.reason)")
      #expect(choice.reason.hasPrefix("\(groups) groups stand apart"))
    }
  }

  @Test func candidatesCarryTheIndicesOfTheirClusterings() throws {
    let samples = RandomSamples.blobs(120, 2, centers: 3, seed: 5)
    let choice = try ClusterCountChoice(samples, counts: 2...5, seed: 9)
    #expect(choice.candidates.map(\.clusterCount) == [2, 3, 4, 5])
    for candidate in choice.candidates {
      let labels = try KMeans(clusterCount: candidate.clusterCount, restartCount: 3, seed: 9)
        .fit(samples).labels
      let labeled = try LabeledSamples(samples, labels: labels)
      #expect(candidate.inertia == labeled.inertia())
      #expect(try candidate.silhouette == labeled.silhouette())
      #expect(candidate.calinskiHarabasz == labeled.calinskiHarabasz())
      #expect(candidate.daviesBouldin == labeled.daviesBouldin())
      #expect(try #require(candidate.gapStandardError) > 0)
    }
    let best = try #require(choice.candidates.compactMap(\.silhouette).max())
    let chosen = choice.candidates.first { $0.clusterCount == choice.clusterCount }
    #expect(chosen?.silhouette == best)
  }

  @Test func exactDuplicatesAreTheirOwnGroups() throws {
    let rows: [[Double]] = (0..<60).map { [[0, 0], [5, 1], [1, 7]][$0 % 3] }
    let choice = try ClusterCountChoice(Matrix(rows: rows))
    #expect(choice.candidates.map(\.clusterCount) == [2, 3])
    #expect(choice.clusterCount == 3)
    #expect(choice.isClear)
    #expect(choice.candidates[1].inertia == 0)
    #expect(choice.candidates[1].gap == nil)
  }

  @Test(arguments: [[[1.0, 2]], [[1, 2], [1, 2], [1, 2]], [[1, 2], [3, 4]]])
  func tooFewOrTooAlikeRowsAreOneUnclearGroup(rows: [[Double]]) throws {
    let choice = try ClusterCountChoice(Matrix(rows: rows))
    #expect(choice.clusterCount == 1)
    #expect(!choice.isClear)
    #expect(choice.candidates.isEmpty)
  }

  @Test func resultIsThatOfTheSeedForAnyNumberOfThreadsAndEitherPrecision() throws {
    let samples = RandomSamples.blobs(2500, 2, centers: 2, seed: 3).converted(to: Float.self)
    let one = try ClusterCountChoice(samples, counts: 2...2, seed: 4, threadCount: 1)
    let three = try ClusterCountChoice(samples, counts: 2...2, seed: 4, threadCount: 3)
    let double = try ClusterCountChoice(samples.converted(to: Double.self), counts: 2...2, seed: 4)
    #expect(one == three)
    #expect(one == double)
  }

  @Test func badDataAreRefusedWithTheirPlaceAmongAllRows() throws {
    var samples = RandomSamples.blobs(3000, 2, centers: 2, seed: 3)
    samples[2999, 1] = .nan
    #expect(throws: ClusteringError.nonFinite(row: 2999, column: 1)) {
      try ClusterCountChoice(samples)
    }
    #expect(throws: ClusteringError.emptyMatrix(rows: 0, columns: 2)) {
      try ClusterCountChoice(Matrix<Double>(rowCount: 0, columnCount: 2))
    }
    #expect(throws: ClusteringError.tooFewDistinctRows(distinct: 3, clusterCount: 5)) {
      try ClusterCountChoice(Matrix<Double>(rows: [[1], [2], [3], [3]]), counts: 5...8)
    }
    #expect(throws: ClusteringError.linkageNeedsEuclidean(.ward, .cityblock)) {
      try ClusterCountChoice(
        RandomSamples.blobs(30, 2, centers: 2, seed: 3), linkage: .ward, metric: .cityblock)
    }
  }
}
