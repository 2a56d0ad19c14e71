import Clustering
import LinearAlgebra
import Testing

/// The matrix of all distances makes the tree that searches make.
struct MatrixPathTests {
  /// Bit for bit, whatever is tied; weighted linkage has no other path.
  @Test(
    arguments: RowProblem.all(rowCount: 300), Linkage.allCases.filter { $0 != .weighted })
  func matrixMergesAsSearchesDo(problem: RowProblem, linkage: Linkage) throws {
    let found = try Hierarchical(linkage: linkage, threadCount: 2).fit(
      problem.samples, engine: HierarchicalEngine(isMatrix: true))
    let expected = try Hierarchical(linkage: linkage).fit(problem.samples)
    #expect(found == expected)
  }

  /// Given distances alone, those of Ward, centroid and median clusters follow from those of their
  /// parts: the same to rounding, which decides between ties.
  @Test(arguments: Linkage.allCases)
  func givenDistancesMergeAsRowsDo(linkage: Linkage) throws {
    for problem in RowProblem.all(rowCount: 200) where !problem.isTied {
      let samples = problem.samples
      let n = samples.rowCount
      let oracle = BruteForceLinkage(
        rows: (0..<n).map { Array(samples.row($0)) }, linkage: linkage, metric: .euclidean)
      let condensed = (0..<n).flatMap { i in
        (i + 1..<max(i + 1, n)).map { oracle.distance(oracle.rows[i], oracle.rows[$0]) }
      }
      let found = try Hierarchical(linkage: linkage).fit(condensedDistances: condensed)
      let expected = try Hierarchical(linkage: linkage).fit(samples)
      #expect(found.merges.map(\.a) == expected.merges.map(\.a), "\(problem.testDescription)")
      #expect(found.merges.map(\.b) == expected.merges.map(\.b), "\(problem.testDescription)")
      let error = zip(found.merges, expected.merges)
        .map { relativeError($0.height, $1.height) }.max()
      #expect(error ?? 0 < 1e-10, "\(problem.testDescription)")
    }
  }

  /// Equal rows are one before distances are computed, whatever the metric.
  @Test(arguments: [Metric.cityblock, .chebyshev, .squaredEuclidean, .cosine])
  func equalRowsNeedNoMatrix(metric: Metric) throws {
    let samples = Matrix(
      rowCount: 200_000, columnCount: 2, elements: (0..<400_000).map { Double($0 % 6 + 1) })
    for linkage in [Linkage.single, .complete, .average, .weighted] {
      let tree = try Hierarchical(linkage: linkage, metric: metric).fit(samples)
      #expect(tree.merges.filter { $0.height > 1e-12 }.count == 2)
      #expect(try tree.cut(.clusterCount(3)).sizes == [66_667, 66_667, 66_666])
    }
  }

  /// Weights as many equal rows, in the matrix too.
  @Test func weightsAreRepeatedRowsUnderEveryMetric() throws {
    let samples = RandomSamples.blobs(60, 3, centers: 4, seed: 11)
    let counts = (0..<60).map { 1 + $0 % 4 }
    let repeated = samples.selectingRows(
      (0..<60).flatMap { Array(repeating: $0, count: counts[$0]) })
    for metric in Metric.allCases {
      let average = Hierarchical(linkage: .average, metric: metric)
      let weighted = try average.fit(samples, weights: counts.map { Double($0) })
      let heights = try average.fit(repeated).merges.map(\.height).suffix(59)
      #expect(weighted.merges.map(\.height) == Array(heights))
    }
  }
}
