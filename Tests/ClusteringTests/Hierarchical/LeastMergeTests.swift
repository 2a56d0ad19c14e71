import Clustering
import LinearAlgebra
import Testing

/// Single, centroid and median linkage of rows are those of looking at all pairs at every step, merge
/// by merge and bit by bit, whatever is tied.
struct LeastMergeTests {
  @Test(arguments: RowProblem.all(rowCount: 120), [Linkage.single, .centroid, .median])
  func treeIsThatOfAllPairs(problem: RowProblem, linkage: Linkage) throws {
    let samples = problem.samples
    let expected = AllPairs(problem.centeredSamples, linkage).merges
    for instructionSet in InstructionSet.supported {
      for search in [ClusterSearch.tree, .exhaustive, .automatic] {
        let engine = HierarchicalEngine(search: search, instructionSet: instructionSet)
        let tree = try Hierarchical(linkage: linkage, threadCount: 3).fit(samples, engine: engine)
        let merges = tree.merges.map { [Double($0.a), Double($0.b), $0.height, Double($0.size)] }
        #expect(merges == expected, "\(instructionSet) \(search)")
      }
    }
  }

  /// Merges the least of all pairs at every step, by squared distance and the names of both: of
  /// clusters their first rows, for single linkage the two rows that are nearest.
  private struct AllPairs {
    let linkage: Linkage
    private var positions: [[Double]]
    private var sizes: [Int]
    private var nodes: [Int]
    private var live: [Int]
    private var squares: [[Double]]
    /// The cluster of a row.
    private var labels: [Int]

    init(_ samples: Matrix<Double>, _ linkage: Linkage) {
      self.linkage = linkage
      let n = samples.rowCount
      let rows = (0..<n).map { Array(samples.row($0)) }
      positions = rows
      sizes = Array(repeating: 1, count: n)
      nodes = Array(0..<n)
      live = nodes
      labels = nodes
      squares = rows.map { row in rows.map { Self.squaredDistance(row, $0) } }
    }

    private static func squaredDistance(_ x: [Double], _ y: [Double]) -> Double {
      zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }

    /// Rows of SciPy's matrix.
    var merges: [[Double]] {
      var state = self
      return (0..<max(0, sizes.count - 1)).map { state.merge($0) }
    }

    /// The least pair, of rows for single linkage, else of clusters.
    private var least: (left: Int, right: Int) {
      let names = linkage == .single ? Array(labels.indices) : live
      var (least, best) = (Double.infinity, (-1, -1))
      for (place, left) in names.enumerated() {
        for right in names[(place + 1)...]
        where squares[left][right] < least && labels[left] != labels[right] {
          (least, best) = (squares[left][right], (left, right))
        }
      }
      return best
    }

    private mutating func merge(_ step: Int) -> [Double] {
      let (left, right) = least
      let height = squares[left][right].squareRoot()
      let kept = min(labels[left], labels[right])
      let dropped = max(labels[left], labels[right])
      let size = sizes[kept] + sizes[dropped]
      let ids = [nodes[kept], nodes[dropped]].sorted()
      live.removeAll { $0 == dropped }
      for row in labels.indices where labels[row] == dropped { labels[row] = kept }
      if linkage != .single {
        let share = linkage == .median ? 0.5 : Double(sizes[dropped]) / Double(size)
        positions[kept] = zip(positions[kept], positions[dropped]).map { $0 + ($1 - $0) * share }
        for other in live where other != kept {
          squares[kept][other] = Self.squaredDistance(positions[kept], positions[other])
          squares[other][kept] = squares[kept][other]
        }
      }
      sizes[kept] = size
      nodes[kept] = sizes.count + step
      return [Double(ids[0]), Double(ids[1]), height, Double(size)]
    }
  }
}
