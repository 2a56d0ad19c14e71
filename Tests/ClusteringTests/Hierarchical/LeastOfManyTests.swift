import Clustering
import LinearAlgebra
import Testing

/// Every merge of a tree of 200 rows is the least possible at its step.
///
/// Distances between clusters are kept by the definition of the linkage: least, largest and sum over
/// pairs of rows, or recomputed from means.
struct LeastOfManyTests {
  @Test(arguments: Linkage.allCases)
  func everyMergeIsTheLeastLeft(linkage: Linkage) throws {
    for problem in RowProblem.all(rowCount: 200) {
      let tree = try Hierarchical(linkage: linkage).fit(problem.samples)
      let excess = Self.largestExcess(of: tree, problem.centeredSamples, linkage)
      #expect(excess.overLeast < 1e-11, "\(problem.testDescription)")
      #expect(excess.overOwn < 1e-11, "\(problem.testDescription)")
    }
  }

  /// How far heights are from the least distance left at their step, and from the distance of their own
  /// two nodes, as shares of the largest distance.
  private static func largestExcess(
    of tree: Dendrogram, _ samples: Matrix<Double>, _ linkage: Linkage
  ) -> (overLeast: Double, overOwn: Double) {
    let n = samples.rowCount
    var positions = (0..<n).map { Array(samples.row($0)) }
    var sizes = [Double](repeating: 1, count: n)
    var distances = positions.map { x in positions.map { euclidean(x, $0) } }
    let largest = max(distances.joined().max() ?? 0, .leastNormalMagnitude)
    var live = Array(0..<n)
    /// The place of a node of the tree.
    var places = Array(0..<n)
    var (overLeast, overOwn) = (0.0, 0.0)
    func distance(_ i: Int, _ j: Int) -> Double {
      switch linkage {
      case .average: distances[i][j] / (sizes[i] * sizes[j])
      case .ward: (2 * sizes[i] * sizes[j] / (sizes[i] + sizes[j])).squareRoot() * distances[i][j]
      default: distances[i][j]
      }
    }
    for merge in tree.merges {
      let (kept, dropped) = (places[merge.a], places[merge.b])
      var least = Double.infinity
      for (place, i) in live.enumerated() {
        for j in live[(place + 1)...] { least = min(least, distance(i, j)) }
      }
      overLeast = max(overLeast, abs(merge.height - least) / largest)
      overOwn = max(overOwn, abs(merge.height - distance(kept, dropped)) / largest)
      live.removeAll { $0 == dropped }
      let share = linkage == .median ? 0.5 : sizes[dropped] / (sizes[kept] + sizes[dropped])
      positions[kept] = zip(positions[kept], positions[dropped]).map { $0 + share * ($1 - $0) }
      sizes[kept] += sizes[dropped]
      for other in live where other != kept {
        let (left, right) = (distances[kept][other], distances[dropped][other])
        let joined =
          switch linkage {
          case .single: min(left, right)
          case .complete: max(left, right)
          case .average: left + right
          case .weighted: (left + right) / 2
          case .centroid, .median, .ward: euclidean(positions[kept], positions[other])
          }
        distances[kept][other] = joined
        distances[other][kept] = joined
      }
      places.append(kept)
    }
    return (overLeast, overOwn)
  }

  private static func euclidean(_ x: [Double], _ y: [Double]) -> Double {
    zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }
}
