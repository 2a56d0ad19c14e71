import Clustering
import LinearAlgebra
import Testing

/// Single, centroid and median linkage of rows are those of looking at all pairs at every step, merge
/// by merge and bit by bit, whatever is tied.
struct LeastMergeTests {
  struct Problem: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let samples: Matrix<Double>

    static let all: [Problem] = [
      Problem("one row", RandomSamples.blobs(1, 2, centers: 1, seed: 1)),
      Problem("two equal rows", Matrix(rows: [[1, 2], [1, 2]])),
      Problem("equal rows", Matrix(rowCount: 60, columnCount: 3)),
      Problem("a line", RandomSamples.blobs(120, 1, centers: 9, seed: 2)),
      Problem(
        "even steps",
        Matrix(rowCount: 90, columnCount: 1, elements: (0..<90).map { Double($0 * 37 % 90) })),
      Problem("a grid", RandomSamples.lattice(150, 2, side: 30, seed: 3)),
      Problem("a grid with duplicates", RandomSamples.lattice(150, 2, side: 8, seed: 4)),
      Problem("a grid in three columns", RandomSamples.lattice(140, 3, side: 4, seed: 5)),
      Problem("blobs", RandomSamples.blobs(150, 5, centers: 6, seed: 6)),
      Problem("blobs and duplicates", twice(RandomSamples.blobs(70, 4, centers: 3, seed: 7))),
      Problem("far from zero", RandomSamples.blobs(120, 4, centers: 5, offset: 1e6, seed: 8)),
      Problem("many columns", RandomSamples.blobs(80, 37, centers: 4, seed: 9)),
      Problem("one far row", withFarRow(RandomSamples.blobs(120, 3, centers: 4, seed: 10))),
    ]

    init(_ name: String, _ samples: Matrix<Double>) {
      (testDescription, self.samples) = (name, samples)
    }

    private static func withFarRow(_ samples: Matrix<Double>) -> Matrix<Double> {
      var samples = samples
      samples[70, 1] = 1e9
      return samples
    }

    private static func twice(_ samples: Matrix<Double>) -> Matrix<Double> {
      Matrix(rows: (0..<2 * samples.rowCount).map { Array(samples.row($0 / 2)) })
    }
  }

  @Test(arguments: Problem.all, [Linkage.single, .centroid, .median])
  func treeIsThatOfAllPairs(problem: Problem, linkage: Linkage) throws {
    let samples = problem.samples
    let expected = AllPairs(samples, linkage).merges
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
