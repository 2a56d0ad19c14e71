import Clustering
import LinearAlgebra
import Testing

/// Complete and average linkage by a tree, by all distances, and by both in turn: the same merges.
struct PairwiseMergingTests {
  /// Whatever the matrix holds at most, from two clusters to all rows.
  private static let matrixLimits = [0, 10, 60, 1000]

  @Test(arguments: RowProblem.all(rowCount: 500), [Linkage.complete, .average])
  func treeAndMatrixMergeAlike(problem: RowProblem, linkage: Linkage) throws {
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
