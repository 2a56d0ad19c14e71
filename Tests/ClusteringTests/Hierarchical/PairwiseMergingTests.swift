import Clustering
import LinearAlgebra
import Testing

/// Complete and average linkage by a tree, by all distances, and by both in turn: the same merges.
struct PairwiseMergingTests {
  struct Problem: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let samples: Matrix<Double>

    static let all: [Problem] = [
      Problem("one row", RandomSamples.blobs(1, 2, centers: 1, seed: 1)),
      Problem("two equal rows", Matrix(rows: [[1, 2], [1, 2]])),
      Problem("equal rows", Matrix(rowCount: 900, columnCount: 3)),
      Problem("a line", RandomSamples.blobs(500, 1, centers: 9, seed: 2)),
      Problem("a line of whole numbers", RandomSamples.lattice(300, 1, side: 200, seed: 12)),
      Problem("a grid", RandomSamples.lattice(500, 2, side: 30, seed: 3)),
      Problem("a grid with duplicates", RandomSamples.lattice(500, 3, side: 6, seed: 4)),
      Problem("planted ties", plantedTies(RandomSamples.blobs(60, 3, centers: 4, seed: 9))),
      Problem("blobs", RandomSamples.blobs(700, 5, centers: 6, seed: 5)),
      Problem("far from zero", RandomSamples.blobs(500, 4, centers: 5, offset: 1e6, seed: 6)),
      Problem("many columns", RandomSamples.blobs(300, 37, centers: 4, seed: 7)),
      Problem("one far row", withFarRow(RandomSamples.blobs(400, 3, centers: 4, seed: 8))),
      Problem(
        "growing gaps",
        Matrix(
          rowCount: 200, columnCount: 1,
          elements: (0..<200).map { row in (0..<row).reduce(1) { gap, _ in 1.02 * gap } })),
    ]

    init(_ name: String, _ samples: Matrix<Double>) {
      (testDescription, self.samples) = (name, samples)
    }

    private static func withFarRow(_ samples: Matrix<Double>) -> Matrix<Double> {
      var samples = samples
      samples[200, 1] = 1e9
      return samples
    }

    /// Copies of a set of rows, so far apart that every distance in one is exactly that in the others.
    private static func plantedTies(_ samples: Matrix<Double>) -> Matrix<Double> {
      let rows = (0..<samples.rowCount).map { row in
        samples.row(row).map { (256 * $0).rounded() / 256 }
      }
      return Matrix(
        rows: [0.0, 1024, 4096, 16384].flatMap { offset in
          rows.map { row in [row[0] + offset] + row.dropFirst() }
        })
    }
  }

  /// Whatever the matrix holds at most, from two clusters to all rows.
  private static let matrixLimits = [0, 10, 60, 1000]

  @Test(arguments: Problem.all, [Linkage.complete, .average])
  func treeAndMatrixMergeAlike(problem: Problem, linkage: Linkage) throws {
    let samples = problem.samples
    let expected = try Hierarchical(linkage: linkage, threadCount: 1).fit(
      samples, engine: HierarchicalEngine(instructionSet: .baseline, matrixLimit: 1000))
    #expect(expected.merges.count == samples.rowCount - 1)
    for instructionSet in InstructionSet.supported {
      for search in [ClusterSearch.tree, .exhaustive, .automatic] {
        for matrixLimit in Self.matrixLimits {
          let engine = HierarchicalEngine(
            search: search, instructionSet: instructionSet, matrixLimit: matrixLimit)
          let tree = try Hierarchical(linkage: linkage, threadCount: 3).fit(
            samples, engine: engine)
          #expect(tree == expected, "\(instructionSet) \(search) \(matrixLimit)")
        }
      }
    }
  }

  /// The chain over a matrix of given distances knows nothing of rows.
  @Test(arguments: [Linkage.complete, .average], [5, 6, 7] as [UInt64])
  func treeIsThatOfGivenDistances(linkage: Linkage, seed: UInt64) throws {
    let samples = RandomSamples.blobs(400, 4, centers: 5, seed: seed)
    let oracle = BruteForceLinkage(
      rows: (0..<400).map { Array(samples.row($0)) }, linkage: linkage, metric: .euclidean)
    let condensed = (0..<400).flatMap { i in
      (i + 1..<400).map { oracle.distance(oracle.rows[i], oracle.rows[$0]) }
    }
    let expected = try Hierarchical(linkage: linkage).fit(condensedDistances: condensed)
    for matrixLimit in Self.matrixLimits {
      let found = try Hierarchical(linkage: linkage).fit(
        samples, engine: HierarchicalEngine(matrixLimit: matrixLimit))
      #expect(found.merges.map(\.a) == expected.merges.map(\.a))
      #expect(found.merges.map(\.b) == expected.merges.map(\.b))
      for (found, expected) in zip(found.merges, expected.merges) {
        #expect(relativeError(found.height, expected.height) < 1e-13)
      }
    }
  }

  /// Equal rows stand for themselves: the mean counts every one of them.
  @Test(arguments: [0, 1000])
  func duplicatesCountInTheMean(matrixLimit: Int) throws {
    let samples = Matrix<Double>(rows: [[0], [1], [1], [1], [10], [10], [12]])
    let tree = try Hierarchical(linkage: .average).fit(
      samples, engine: HierarchicalEngine(matrixLimit: matrixLimit))
    let heights = tree.merges.map(\.height)
    #expect(heights.prefix(3) == [0, 0, 0])
    #expect(heights[3] == 1)
    #expect(heights[4] == 2)
    // Of 0 to 10, 10 and 12, and three times of 1.
    let sum: Double = 32 + 3 * 29
    #expect(heights[5] == sum / 12)
  }
}
