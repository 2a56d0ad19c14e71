import Clustering
import LinearAlgebra
import TestSupport
import Testing

/// The ways to look for nearest clusters give the same tree, bit for bit.
struct ClusterSearchTests {
  struct Problem: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let samples: Matrix<Double>

    static let all: [Problem] = [
      Problem("one row", RandomSamples.blobs(1, 2, centers: 1, seed: 1)),
      Problem("two equal rows", Matrix(rows: [[1, 2], [1, 2]])),
      Problem("equal rows", Matrix(rowCount: 3000, columnCount: 3)),
      Problem("a line", RandomSamples.blobs(2000, 1, centers: 9, seed: 2)),
      Problem("a grid", RandomSamples.lattice(3000, 2, side: 40, seed: 3)),
      Problem("a grid with duplicates", RandomSamples.lattice(2000, 3, side: 7, seed: 4)),
      Problem("blobs", RandomSamples.blobs(5000, 5, centers: 6, seed: 5)),
      Problem("far from zero", RandomSamples.blobs(2000, 4, centers: 5, offset: 1e6, seed: 6)),
      Problem("many columns", RandomSamples.blobs(700, 37, centers: 4, seed: 7)),
      Problem("one far row", withFarRow(RandomSamples.blobs(1500, 3, centers: 4, seed: 8))),
      Problem("growing gaps", growingGaps(600)),
    ]

    init(_ name: String, _ samples: Matrix<Double>) {
      (testDescription, self.samples) = (name, samples)
    }

    private static func withFarRow(_ samples: Matrix<Double>) -> Matrix<Double> {
      var samples = samples
      samples[700, 1] = 1e9
      return samples
    }

    /// Every row nearest to the one before it: a merge a round.
    private static func growingGaps(_ count: Int) -> Matrix<Double> {
      Matrix(
        rowCount: count, columnCount: 1, elements: (0..<count).map { 1.02.power($0) })
    }
  }

  @Test(arguments: Problem.all, [Linkage.ward, .centroid, .median, .single])
  func treeIsThatOfComparingWithAll(problem: Problem, linkage: Linkage) throws {
    let samples = problem.samples
    let expected = try Hierarchical(linkage: linkage, threadCount: 1).fit(
      samples, engine: HierarchicalEngine(search: .exhaustive, instructionSet: .baseline))
    #expect(expected.merges.count == samples.rowCount - 1)
    for instructionSet in InstructionSet.supported {
      for search in [ClusterSearch.tree, .exhaustive, .automatic] {
        let engine = HierarchicalEngine(search: search, instructionSet: instructionSet)
        let tree = try Hierarchical(linkage: linkage, threadCount: 3).fit(samples, engine: engine)
        #expect(tree == expected, "\(instructionSet) \(search)")
      }
    }
  }

  /// Weights as many equal rows: the tree of the repeated rows has the same heights above 0.
  @Test(arguments: [Linkage.ward, .centroid, .average])
  func weightsAreRepeatedRows(linkage: Linkage) throws {
    let samples = RandomSamples.blobs(300, 3, centers: 4, seed: 11)
    let counts = (0..<300).map { 1 + $0 % 4 }
    let repeated = samples.selectingRows(
      (0..<300).flatMap { Array(repeating: $0, count: counts[$0]) })
    let weighted = try Hierarchical(linkage: linkage).fit(
      samples, weights: counts.map { Double($0) })
    let all = try Hierarchical(linkage: linkage).fit(repeated)
    let heights = all.merges.map(\.height).filter { $0 > 0 }
    #expect(heights.count == 299)
    for (left, right) in zip(weighted.merges.map(\.height), heights) {
      #expect(relativeError(left, right) < 1e-10)
    }
    #expect(weighted.merges.last?.size == 300)
  }

  @Test func weightsThatCannotBeAreRefused() throws {
    let samples = Matrix<Double>(rows: [[0], [1], [3]])
    let ward = Hierarchical(linkage: .ward)
    #expect(throws: ClusteringError.weightCount(expected: 3, found: 2)) {
      try ward.fit(samples, weights: [1, 1])
    }
    for weight in [0, -1, .nan, .infinity] as [Double] {
      #expect(throws: ClusteringError.leafWeight(row: 1)) {
        try ward.fit(samples, weights: [1, weight, 1])
      }
    }
    #expect(throws: ClusteringError.linkageTakesNoWeights(.single)) {
      try Hierarchical(linkage: .single).fit(samples, weights: [1, 1, 1])
    }
  }
}

extension Double {
  fileprivate func power(_ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { power, _ in power * self }
  }
}
