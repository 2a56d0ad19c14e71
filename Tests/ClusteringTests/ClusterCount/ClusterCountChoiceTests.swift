import Clustering
import LinearAlgebra
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
