import Clustering
import LinearAlgebra
import Testing

struct HierarchicalModelTests {
  /// Rows 0, 1, 3 | 10, 14 on a line.
  private let line = Matrix<Double>(rows: [[0], [1], [3], [10], [14]])

  private func model(_ linkage: Linkage, limit: Int = 4096) throws -> HierarchicalModel {
    let tree = try Hierarchical(linkage: linkage).fit(line)
    #expect(try tree.cut(.clusterCount(2)).labels == [0, 0, 0, 1, 1])
    return try HierarchicalModel(
      line, tree, cut: .clusterCount(2), linkage: linkage, exemplarLimit: limit)
  }

  @Test(
    arguments: [
      // From 6: 6, 5, 3 away from the first cluster and 4, 8 from the second.
      (.single, 3.0, 4.0), (.complete, 6, 8), (.average, 14.0 / 3, 6),
      // 0 and 1 merged first, so 3 has half the weight.
      (.weighted, 4.25, 6), (.centroid, 14.0 / 3, 6), (.median, 4.25, 6),
      (.ward, (6.0 / 4).squareRoot() * 14 / 3, (4.0 / 3).squareRoot() * 6),
    ] as [(Linkage, Double, Double)])
  func dissimilaritiesAreThoseWorkedByHand(linkage: Linkage, first: Double, second: Double) throws {
    let found = try model(linkage).dissimilarities(Matrix<Double>(rows: [[6]]))
    #expect(relativeError(found[0, 0], first) < 1e-14)
    #expect(relativeError(found[0, 1], second) < 1e-14)
  }

  @Test func wardPrefersSmallClustersAsItsCriterionDoes() throws {
    // Three to one: centroids at 0 and 10, the middle rises less by joining the single row.
    let model = try HierarchicalModel(
      linkage: .ward, representation: .centers(Matrix(rows: [[0], [10]]), sizes: [100, 1]))
    #expect(try model.predict(Matrix<Double>(rows: [[4.5]])) == [1])
    #expect(try model.predict(Matrix<Double>(rows: [[4]])) == [0])
  }

  @Test(arguments: Linkage.allCases)
  func aRowMergesAtTheDissimilarityPredicted(linkage: Linkage) throws {
    // Adding the row to each cluster by the definition gives the same numbers.
    let samples = RandomSamples.blobs(30, 3, centers: 3, seed: 12)
    let new = RandomSamples.blobs(8, 3, centers: 3, seed: 13)
    let tree = try Hierarchical(linkage: linkage).fit(samples)
    let clusters = try tree.cut(.clusterCount(4))
    let model = try HierarchicalModel(samples, tree, cut: .clusterCount(4), linkage: linkage)
    let found = try model.dissimilarities(new)
    let labels = try model.predict(new)
    var nodes = (0..<30).map { BruteForceLinkage.Node.leaf($0) }
    for merge in tree.merges { nodes.append(.merge(nodes[merge.a], nodes[merge.b])) }
    for row in 0..<8 {
      let oracle = BruteForceLinkage(
        rows: (0..<30).map { Array(samples.row($0)) } + [Array(new.row(row))], linkage: linkage,
        metric: .euclidean)
      let expected = clusters.nodes.map { oracle.distance(nodes[$0], .leaf(30)) }
      for (cluster, expected) in expected.enumerated() {
        #expect(relativeError(found[row, cluster], expected) < 1e-12)
      }
      #expect(labels[row] == expected.indices.min { expected[$0] < expected[$1] })
    }
    for threadCount in [1, 3] {
      #expect(try model.dissimilarities(new, threadCount: threadCount) == found)
    }
  }

  @Test(arguments: [Metric.cityblock, .chebyshev, .cosine, .correlation, .squaredEuclidean])
  func otherMetricsLabelByTheirOwnDistances(metric: Metric) throws {
    let samples = RandomSamples.blobs(30, 4, centers: 3, seed: 14)
    let tree = try Hierarchical(linkage: .average, metric: metric).fit(samples)
    let model = try HierarchicalModel(
      samples, tree, cut: .clusterCount(3), linkage: .average, metric: metric)
    let labels = try tree.cut(.clusterCount(3)).labels
    let oracle = BruteForceLinkage(
      rows: (0..<30).map { Array(samples.row($0)) }, linkage: .average, metric: metric)
    let found = try model.dissimilarities(samples)
    for row in 0..<30 {
      for cluster in 0..<3 {
        let members = (0..<30).filter { labels[$0] == cluster }
        let sum = members.reduce(0) { $0 + oracle.distance(oracle.rows[row], oracle.rows[$1]) }
        #expect(abs(found[row, cluster] - sum / Double(members.count)) < 1e-12)
      }
    }
  }

  @Test func exemplarsOverTheLimitAreSampledPerCluster() throws {
    let samples = RandomSamples.blobs(300, 2, centers: 3, seed: 15)
    let tree = try Hierarchical(linkage: .average).fit(samples)
    func model(_ seed: UInt64) throws -> HierarchicalModel {
      try HierarchicalModel(
        samples, tree, cut: .clusterCount(12), linkage: .average, exemplarLimit: 60, seed: seed)
    }
    guard case .exemplars(let points, let weights, let offsets) = try model(1).representation else {
      Issue.record("average linkage keeps exemplars")
      return
    }
    #expect(points.rowCount <= 60 && points.rowCount >= 48)
    #expect(offsets.count == 13 && offsets.last == points.rowCount)
    for cluster in 0..<12 {
      let share = weights[offsets[cluster]..<offsets[cluster + 1]]
      #expect(!share.isEmpty && abs(share.reduce(0, +) - 1) < 1e-12)
    }
    #expect(try model(1) == model(1))
    #expect(try model(1) != model(2))
  }

  @Test(arguments: Linkage.allCases)
  func modelsAreMadeOfStoredParts(linkage: Linkage) throws {
    let model = try model(linkage)
    let again = try HierarchicalModel(
      linkage: model.linkage, metric: model.metric, representation: model.representation)
    #expect(again == model && again.clusterCount == 2 && again.columnCount == 1)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let linkage: Linkage
    let representation: HierarchicalModel.Representation
    var testDescription: String { "\(linkage) \(representation)" }

    static let all = [
      Case(linkage: .average, representation: .centers(Matrix(rows: [[1]]), sizes: [1])),
      Case(linkage: .ward, representation: .centers(Matrix(rows: [[1]]), sizes: [1, 2])),
      Case(linkage: .ward, representation: .centers(Matrix(rows: [[1]]), sizes: [0])),
      Case(linkage: .ward, representation: .centers(Matrix(rows: [[.nan]]), sizes: [1])),
      Case(linkage: .ward, representation: .centers(Matrix(rows: []), sizes: [])),
      Case(
        linkage: .ward,
        representation: .exemplars(Matrix(rows: [[1]]), weights: [1], offsets: [0, 1])),
      Case(
        linkage: .single,
        representation: .exemplars(Matrix(rows: [[1]]), weights: [1, 1], offsets: [0, 1])),
      Case(
        linkage: .single,
        representation: .exemplars(Matrix(rows: [[1]]), weights: [1], offsets: [0, 0, 1])),
      Case(
        linkage: .single,
        representation: .exemplars(Matrix(rows: [[1]]), weights: [1], offsets: [0, 2])),
      Case(
        linkage: .single,
        representation: .exemplars(Matrix(rows: [[1], [2]]), weights: [1, 1], offsets: [0, 3, 2])),
      Case(
        linkage: .average,
        representation: .exemplars(Matrix(rows: [[1]]), weights: [0], offsets: [0, 1])),
    ]
  }

  @Test(arguments: Case.all)
  func partsThatDoNotFitAreRefused(testCase: Case) {
    #expect(throws: ClusteringError.representation(testCase.linkage)) {
      try HierarchicalModel(linkage: testCase.linkage, representation: testCase.representation)
    }
  }

  @Test func otherDataAreRefused() throws {
    let model = try model(.average)
    #expect(throws: ClusteringError.columnCount(expected: 1, found: 2)) {
      try model.predict(Matrix<Double>(rows: [[1, 2]]))
    }
    #expect(throws: ClusteringError.nonFinite(row: 0, column: 0)) {
      try model.predict(Matrix<Double>(rows: [[.nan]]))
    }
    #expect(try model.predict(Matrix<Double>(rowCount: 0, columnCount: 1)).isEmpty)
    let tree = try Hierarchical(linkage: .average).fit(line)
    #expect(throws: ClusteringError.leafCount(expected: 5, found: 1)) {
      try HierarchicalModel(
        Matrix<Double>(rows: [[1]]), tree, cut: .clusterCount(1), linkage: .average)
    }
    #expect(throws: ClusteringError.linkageNeedsEuclidean(.ward, .cosine)) {
      try HierarchicalModel(
        linkage: .ward, metric: .cosine, representation: .centers(Matrix(rows: [[1]]), sizes: [1]))
    }
  }
}
