import Clustering
import LinearAlgebra
import TestSupport
import Testing

/// The ways to look for nearest clusters give the same tree, bit for bit.
struct ClusterSearchTests {
  @Test(arguments: RowProblem.all(rowCount: 2000), [Linkage.ward, .centroid, .median, .single])
  func treeIsThatOfComparingWithAll(problem: RowProblem, linkage: Linkage) throws {
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
