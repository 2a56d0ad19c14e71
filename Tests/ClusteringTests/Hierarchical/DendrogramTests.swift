import Clustering
import LinearAlgebra
import Testing

struct DendrogramTests {
  private func tree(_ linkage: Linkage = .average, seed: UInt64 = 1) throws -> Dendrogram {
    try Hierarchical(linkage: linkage).fit(RandomSamples.blobs(40, 2, centers: 4, seed: seed))
  }

  @Test(arguments: Linkage.allCases)
  func cutsByCountHaveThatCountAndNest(linkage: Linkage) throws {
    let tree = try tree(linkage)
    var finer: [Int]?
    for count in (1...40).reversed() {
      let clusters = try tree.cut(.clusterCount(count))
      #expect(clusters.clusterCount == count)
      #expect(clusters.sizes.reduce(0, +) == 40)
      #expect(clusters.sizes == clusters.sizes.sorted(by: >))
      #expect(
        CanonicalLabels(canonicalizing: clusters.labels, clusterCount: count).labels
          == clusters.labels)
      if let finer {
        let pairs = Set(zip(finer, clusters.labels).map { [$0, $1] })
        #expect(pairs.count == Set(finer).count)
      }
      finer = clusters.labels
    }
  }

  @Test func cutsByHeightKeepWhatIsNotHigher() throws {
    let tree = try tree()
    let heights = tree.merges.map(\.height)
    #expect(try tree.cut(.height(-1)).clusterCount == 40)
    #expect(try tree.cut(.height(.infinity)).clusterCount == 1)
    for index in heights.indices {
      #expect(try tree.cut(.height(heights[index])).clusterCount == 39 - index)
      #expect(
        try tree.cut(.height(heights[index])).labels == tree.cut(.clusterCount(39 - index)).labels)
    }
  }

  @Test(arguments: Linkage.allCases)
  func rowsTogetherBelowAHeightAreTogetherInItsCut(linkage: Linkage) throws {
    let tree = try tree(linkage, seed: 3)
    guard linkage.isReducible else { return }
    let height = tree.merges[30].height
    let labels = try tree.cut(.height(height)).labels
    for i in 0..<40 {
      for j in 0..<i {
        #expect((labels[i] == labels[j]) == (tree.copheneticDistance(i, j) <= height))
      }
    }
  }

  @Test func nodesOfACutHoldItsRows() throws {
    let tree = try tree(.ward)
    let clusters = try tree.cut(.clusterCount(5))
    for (node, size) in zip(clusters.nodes, clusters.sizes) {
      #expect((node < 40 ? 1 : tree.merges[node - 40].size) == size)
    }
  }

  @Test func impossibleCutsAreRefused() throws {
    let tree = try tree()
    #expect(throws: ClusteringError.cutCount(0, leaves: 40)) { try tree.cut(.clusterCount(0)) }
    #expect(throws: ClusteringError.cutCount(41, leaves: 40)) { try tree.cut(.clusterCount(41)) }
    #expect(throws: ClusteringError.cutHeight) { try tree.cut(.height(.nan)) }
  }

  @Test(arguments: Linkage.allCases)
  func linkageMatricesReadBack(linkage: Linkage) throws {
    let tree = try tree(linkage)
    #expect(try Dendrogram(linkageMatrix: tree.linkageMatrix) == tree)
  }

  @Test(
    arguments: [
      [[0, 0, 1, 2]], [[0, 2, 1, 2]], [[1, 0, 1, 2]], [[0, 1, -1, 2]], [[0, 1, .nan, 2]],
      [[0, 1, 1, 3]], [[0, 1.5, 1, 2]], [[0, 1, 1]],
    ] as [[[Double]]])
  func faultyLinkageMatricesAreRefused(rows: [[Double]]) {
    #expect(throws: ClusteringError.linkageMatrix(row: 0)) {
      try Dendrogram(linkageMatrix: Matrix(rows: rows))
    }
  }

  @Test func nodesMergeOnlyOnce() {
    #expect(throws: ClusteringError.linkageMatrix(row: 1)) {
      try Dendrogram(linkageMatrix: Matrix(rows: [[0, 1, 1, 2], [1, 2, 2, 2]]))
    }
  }

  @Test func copheneticCorrelationIsThatOfAllPairs() throws {
    let samples = RandomSamples.blobs(40, 2, centers: 4, seed: 1)
    let tree = try tree()
    let oracle = BruteForceLinkage(
      rows: (0..<40).map { Array(samples.row($0)) }, linkage: .average, metric: .euclidean)
    var pairs: [(Double, Double)] = []
    for i in 0..<40 {
      for j in 0..<i {
        pairs.append(
          (oracle.distance(oracle.rows[i], oracle.rows[j]), tree.copheneticDistance(i, j)))
      }
    }
    let count = Double(pairs.count)
    let means = (pairs.reduce(0) { $0 + $1.0 } / count, pairs.reduce(0) { $0 + $1.1 } / count)
    let cross = pairs.reduce(0) { $0 + ($1.0 - means.0) * ($1.1 - means.1) }
    let first = pairs.reduce(0) { $0 + ($1.0 - means.0) * ($1.0 - means.0) }
    let second = pairs.reduce(0) { $0 + ($1.1 - means.1) * ($1.1 - means.1) }
    let expected = cross / (first * second).squareRoot()
    let found = try #require(try tree.copheneticCorrelation(samples))
    #expect(relativeError(found, expected) < 1e-12)
    for threadCount in [1, 2, 7] {
      #expect(try tree.copheneticCorrelation(samples, threadCount: threadCount) == found)
    }
  }

  @Test func copheneticCorrelationRefusesOtherRowsAndTooMany() throws {
    let tree = try tree()
    let samples = RandomSamples.blobs(40, 2, centers: 4, seed: 1)
    #expect(throws: ClusteringError.leafCount(expected: 40, found: 1)) {
      try tree.copheneticCorrelation(samples.selectingRows([0]))
    }
    #expect(throws: ClusteringError.tooManyRows(rows: 40, limit: 39)) {
      try tree.copheneticCorrelation(samples, rowLimit: 39)
    }
    let two = Matrix<Double>(rows: [[0], [1]])
    #expect(try Hierarchical(linkage: .single).fit(two).copheneticCorrelation(two) == nil)
  }
}
