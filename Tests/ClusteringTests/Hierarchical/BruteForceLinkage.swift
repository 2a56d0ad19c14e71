import Clustering
import LinearAlgebra

/// Linkage distances between two sets of rows straight from their definitions.
struct BruteForceLinkage {
  let rows: [[Double]]
  let linkage: Linkage
  let metric: Metric

  /// A cluster: its rows, and for weighted and median linkage how it came about.
  indirect enum Node {
    case leaf(Int)
    case merge(Node, Node)

    var leaves: [Int] {
      switch self {
      case .leaf(let row): [row]
      case .merge(let left, let right): left.leaves + right.leaves
      }
    }
  }

  func distance(_ left: Node, _ right: Node) -> Double {
    let pairs = left.leaves.flatMap { a in right.leaves.map { b in distance(rows[a], rows[b]) } }
    switch linkage {
    case .single: return pairs.min() ?? .nan
    case .complete: return pairs.max() ?? .nan
    case .average: return pairs.reduce(0, +) / Double(pairs.count)
    case .weighted: return weighted(left, right)
    case .centroid: return distance(mean(left), mean(right))
    case .median: return distance(midpoint(left), midpoint(right))
    case .ward:
      let (n, m) = (Double(left.leaves.count), Double(right.leaves.count))
      return (2 * n * m / (n + m)).squareRoot() * distance(mean(left), mean(right))
    }
  }

  /// The mean over the parts of one side, then of the other, all the way down.
  private func weighted(_ left: Node, _ right: Node) -> Double {
    switch (left, right) {
    case (.leaf(let a), .leaf(let b)): distance(rows[a], rows[b])
    case (.merge(let first, let second), _): (weighted(first, right) + weighted(second, right)) / 2
    case (_, .merge(let first, let second)): (weighted(left, first) + weighted(left, second)) / 2
    }
  }

  func mean(_ node: Node) -> [Double] {
    let leaves = node.leaves
    return rows[0].indices.map { column in
      leaves.reduce(0.0) { $0 + rows[$1][column] } / Double(leaves.count)
    }
  }

  func midpoint(_ node: Node) -> [Double] {
    switch node {
    case .leaf(let row): return rows[row]
    case .merge(let left, let right):
      return zip(midpoint(left), midpoint(right)).map { ($0 + $1) / 2 }
    }
  }

  func distance(_ x: [Double], _ y: [Double]) -> Double {
    let differences = zip(x, y).map { $0 - $1 }
    switch metric {
    case .euclidean: return differences.reduce(0) { $0 + $1 * $1 }.squareRoot()
    case .squaredEuclidean: return differences.reduce(0) { $0 + $1 * $1 }
    case .cityblock: return differences.reduce(0) { $0 + abs($1) }
    case .chebyshev: return differences.reduce(0) { max($0, abs($1)) }
    case .cosine: return cosine(x, y)
    case .correlation:
      func centred(_ row: [Double]) -> [Double] {
        row.map { $0 - row.reduce(0, +) / Double(row.count) }
      }
      return cosine(centred(x), centred(y))
    }
  }

  private func cosine(_ x: [Double], _ y: [Double]) -> Double {
    func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
    return 1 - dot(x, y) / (dot(x, x) * dot(y, y)).squareRoot()
  }
}
