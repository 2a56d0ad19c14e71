import Clustering
import LinearAlgebra
import Testing

struct HierarchicalErrorTests {
  @Test(arguments: [Linkage.ward, .centroid, .median])
  func geometricLinkagesNeedEuclideanDistances(linkage: Linkage) {
    for metric in Metric.allCases where metric != .euclidean {
      #expect(throws: ClusteringError.linkageNeedsEuclidean(linkage, metric)) {
        try Hierarchical(linkage: linkage, metric: metric).fit(Matrix<Double>(rows: [[0], [1]]))
      }
    }
  }

  @Test(arguments: Linkage.allCases)
  func badDataAreRefused(linkage: Linkage) {
    let configuration = Hierarchical(linkage: linkage)
    #expect(throws: ClusteringError.emptyMatrix(rows: 0, columns: 0)) {
      try configuration.fit(Matrix<Double>(rows: []))
    }
    #expect(throws: ClusteringError.nonFinite(row: 1, column: 0)) {
      try configuration.fit(Matrix<Double>(rows: [[0], [.nan]]))
    }
    #expect(throws: ClusteringError.self) {
      try configuration.fit(Matrix<Double>(rows: [[0], [1e300]]))
    }
  }

  @Test func rowsWithoutAnAngleAreRefused() {
    #expect(throws: ClusteringError.undefinedDistance(row: 1, .cosine)) {
      try Hierarchical(linkage: .average, metric: .cosine).fit(
        Matrix<Double>(rows: [[1, 2], [0, 0]]))
    }
    #expect(throws: ClusteringError.undefinedDistance(row: 0, .correlation)) {
      try Hierarchical(linkage: .average, metric: .correlation)
        .fit(Matrix<Double>(rows: [[3, 3], [0, 1]]))
    }
  }

  @Test func matricesOverTheLimitAreRefusedWithTheirSize() throws {
    let samples = RandomSamples.blobs(100, 2, centers: 2, seed: 1)
    for linkage in Linkage.allCases {
      var configuration = Hierarchical(linkage: linkage, maximumMatrixBytes: 39_599)
      if linkage != .weighted {
        #expect(try configuration.fit(samples).merges.count == 99)
        continue
      }
      #expect(throws: ClusteringError.matrixTooLarge(bytes: 39_600, limit: 39_599)) {
        try configuration.fit(samples)
      }
      configuration.maximumMatrixBytes = 39_600
      #expect(try configuration.fit(samples).merges.count == 99)
    }
  }

  @Test func givenDistancesAreChecked() throws {
    let configuration = Hierarchical(linkage: .complete)
    #expect(throws: ClusteringError.condensedCount(2)) {
      try configuration.fit(condensedDistances: [1, 2])
    }
    for bad in [-1, .nan, .infinity] {
      #expect(throws: ClusteringError.distance(index: 2)) {
        try configuration.fit(condensedDistances: [1, 2, bad])
      }
    }
    #expect(try configuration.fit(condensedDistances: []).leafCount == 1)
  }

  /// However many rows are the same, they cost no more than reading them.
  @Test func aMillionEqualRowsAreOneCluster() throws {
    let samples = Matrix<Float>(rowCount: 1_000_000, columnCount: 2)
    for linkage in [Linkage.ward, .weighted] {
      let tree = try Hierarchical(linkage: linkage).fit(samples)
      #expect(tree.merges.count == 999_999)
      #expect(tree.merges.allSatisfy { $0.height == 0 })
      #expect(tree.merges.last?.size == 1_000_000)
      #expect(try tree.cut(.height(0)).sizes == [1_000_000])
      #expect(try tree.cut(.clusterCount(2)).sizes == [999_999, 1])
    }
  }

  /// More rows than 16 bits can number.
  @Test(arguments: [Linkage.ward, .single, .centroid])
  func rowsBeyond65536AreToldApart(linkage: Linkage) throws {
    let n = 65_601
    // Pairs 1 apart, next to one another at growing gaps, and one row alone.
    let samples = Matrix(
      rowCount: n, columnCount: 1,
      elements: (0..<n).map { row in Double(row % 2) + Double(row / 2) * 1000 })
    let tree = try Hierarchical(linkage: linkage).fit(samples)
    #expect(tree.merges.filter { $0.height == 1 }.count == n / 2)
    let clusters = try tree.cut(.height(1))
    #expect(clusters.sizes == Array(repeating: 2, count: n / 2) + [1])
    #expect(clusters.labels == (0..<n).map { $0 / 2 })
  }

  /// Values are let through only as far as every height stays a number, and those are exact: a tree at
  /// the limit is that of the same rows made smaller by a power of two.
  @Test(arguments: Linkage.allCases)
  func theLargestValuesMakeFiniteHeights(linkage: Linkage) throws {
    let samples = RandomSamples.blobs(60, 2, centers: 4, seed: 3)
    let configuration = Hierarchical(linkage: linkage)
    func scaled(by exponent: Int) -> Matrix<Double> {
      Matrix(
        rowCount: 60, columnCount: 2,
        elements: samples.elements.map {
          $0 * Double(sign: .plus, exponent: exponent, significand: 1)
        }
      )
    }
    let exponent = try #require(
      (480..<520).last { (try? configuration.fit(scaled(by: $0))) != nil })
    #expect(exponent < 519)
    let (tree, expected) = (
      try configuration.fit(scaled(by: exponent)), try configuration.fit(samples)
    )
    let scale = Double(sign: .plus, exponent: exponent, significand: 1)
    #expect(tree.merges.map(\.a) == expected.merges.map(\.a))
    #expect(tree.merges.map(\.height) == expected.merges.map { $0.height * scale })
  }

  /// Squares of the smallest numbers are 0; the trees of such rows, and of such distances, are not.
  @Test(arguments: Linkage.allCases, [-400, -664, -900, -1010])
  func theSmallestValuesMakeTheSameTree(linkage: Linkage, exponent: Int) throws {
    let samples = RandomSamples.lattice(60, 2, side: 1 << 10, seed: 5)
    let scale = Double(sign: .plus, exponent: exponent, significand: 1)
    let scaled = Matrix(
      rowCount: 60, columnCount: 2, elements: samples.elements.map { $0 * scale })
    let configuration = Hierarchical(linkage: linkage)
    let (tree, expected) = (try configuration.fit(scaled), try configuration.fit(samples))
    #expect(tree.merges.map(\.a) == expected.merges.map(\.a))
    #expect(tree.merges.map(\.height) == expected.merges.map { $0.height * scale })
    let condensed = expected.merges.indices.flatMap { i in
      (i + 1..<60).map { j in
        abs(samples[i, 0] - samples[j, 0]) + abs(samples[i, 1] - samples[j, 1])
      }
    }
    let given = try configuration.fit(condensedDistances: condensed)
    let tiny = try configuration.fit(condensedDistances: condensed.map { $0 * scale })
    #expect(tiny.merges.map(\.a) == given.merges.map(\.a))
    #expect(tiny.merges.map(\.height) == given.merges.map { $0.height * scale })
  }

  @Test(arguments: Linkage.allCases)
  func moreClustersThanRowsAreRefused(linkage: Linkage) throws {
    let tree = try Hierarchical(linkage: linkage).fit(Matrix<Double>(rows: [[0], [1], [1]]))
    #expect(try tree.cut(.clusterCount(3)).labels == [0, 1, 2])
    for count in [-1, 0, 4, Int.max] {
      #expect(throws: ClusteringError.cutCount(count, leaves: 3)) {
        try tree.cut(.clusterCount(count))
      }
    }
  }
}
