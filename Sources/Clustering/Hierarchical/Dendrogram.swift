internal import Foundation
public import LinearAlgebra

/// The tree of an agglomerative clustering: which nodes merged, in which order, and how high.
///
/// Leaves are nodes 0..<n, the rows; merge i makes node n + i. These are SciPy's ids and heights.
public struct Dendrogram: Sendable, Hashable {
  /// Two nodes that became one.
  public struct Merge: Sendable, Hashable {
    /// The node of the smaller id.
    public let a: Int
    /// The node of the larger id.
    public let b: Int
    /// How far apart the nodes were, in the linkage's units.
    public let height: Double
    /// The number of rows in the node made.
    public let size: Int
  }

  /// The number of rows, n, at least 1.
  public let leafCount: Int
  /// The merges in order, n - 1 of them; heights never fall but for centroid and median linkage.
  public let merges: [Merge]

  /// The merges as SciPy's matrix Z, (n - 1) × 4: a, b, height, size.
  public var linkageMatrix: Matrix<Double> {
    Matrix(
      rowCount: merges.count, columnCount: 4,
      elements: merges.flatMap { [Double($0.a), Double($0.b), $0.height, Double($0.size)] })
  }

  /// Reads a tree from SciPy's matrix Z, (n - 1) × 4.
  ///
  /// - Throws: `ClusteringError.linkageMatrix` with the first row that is not a merge of two nodes
  ///   made before and not merged yet, whose height is not a number of at least 0, or whose size is
  ///   wrong.
  public init(linkageMatrix: Matrix<Double>) throws(ClusteringError) {
    guard linkageMatrix.columnCount == 4 else { throw .linkageMatrix(row: 0) }
    let n = linkageMatrix.rowCount + 1
    var isMerged = [Bool](repeating: false, count: 2 * n - 1)
    var merges: [Merge] = []
    for row in 0..<linkageMatrix.rowCount {
      let height = linkageMatrix[row, 2]
      guard let a = Int(exactly: linkageMatrix[row, 0]),
        let b = Int(exactly: linkageMatrix[row, 1]),
        let size = Int(exactly: linkageMatrix[row, 3]), 0 <= a, a < b, b < n + row, !isMerged[a],
        !isMerged[b], height >= 0, height.isFinite,
        size == Self.size(a, n, merges) + Self.size(b, n, merges)
      else { throw .linkageMatrix(row: row) }
      isMerged[a] = true
      isMerged[b] = true
      merges.append(Merge(a: a, b: b, height: height, size: size))
    }
    leafCount = n
    self.merges = merges
  }

  private static func size(_ node: Int, _ n: Int, _ merges: [Merge]) -> Int {
    node < n ? 1 : merges[node - n].size
  }

  /// The same tree of rows that are larger or smaller by a power of two.
  func scalingHeights(byPowerOfTwo exponent: Int) -> Dendrogram {
    Dendrogram(
      leafCount: leafCount,
      merges: merges.map {
        Merge(a: $0.a, b: $0.b, height: scalbn($0.height, exponent), size: $0.size)
      })
  }

  private init(leafCount: Int, merges: [Merge]) {
    self.leafCount = leafCount
    self.merges = merges
  }

  /// Numbers merges in the order given.
  init(inOrder merges: [RowMerge], leafCount: Int) {
    var forest = DisjointSets(count: leafCount)
    var nodes = Array(0..<leafCount)
    var sizes = [Int](repeating: 1, count: leafCount)
    var numbered: [Merge] = []
    numbered.reserveCapacity(merges.count)
    for merge in merges {
      let (left, right) = (forest.root(merge.left), forest.root(merge.right))
      let size = sizes[left] + sizes[right]
      numbered.append(
        Merge(
          a: min(nodes[left], nodes[right]), b: max(nodes[left], nodes[right]),
          height: merge.height, size: size))
      let root = forest.join(left, right)
      nodes[root] = leafCount + numbered.count - 1
      sizes[root] = size
    }
    self.leafCount = leafCount
    self.merges = numbered
  }

  /// Numbers merges of clusters, named by their smallest row, by height.
  ///
  /// Those of one height come by how many steps of that height they are made of, then by their rows.
  /// Of the order given it matters alone that parts come before wholes.
  init(sorting merges: [RowMerge], leafCount: Int) {
    // Heights are not under 0, so that their bits are in their order.
    var keys = merges.indices.map { (merges[$0].height.bitPattern, Int32($0)) }
    keys.sort { $0.0 != $1.0 ? $0.0 < $1.0 : $0.1 < $1.1 }
    var order = keys.map { Int($0.1) }
    var levels = [Int](repeating: 0, count: merges.count)
    /// The last merge that made a cluster of this name.
    var latest = [Int](repeating: -1, count: leafCount)
    var start = 0
    while start < order.count {
      let height = merges[order[start]].height
      var end = start
      while end < order.count, merges[order[end]].height == height {
        let index = order[end]
        for name in [merges[index].left, merges[index].right] {
          let part = latest[name]
          guard part >= 0, merges[part].height == height else { continue }
          levels[index] = max(levels[index], levels[part] + 1)
        }
        latest[merges[index].left] = index
        end += 1
      }
      if end - start > 1 {
        order[start..<end].sort {
          (levels[$0], merges[$0].left, merges[$0].right)
            < (levels[$1], merges[$1].left, merges[$1].right)
        }
      }
      start = end
    }
    self.init(inOrder: order.map { merges[$0] }, leafCount: leafCount)
  }
}

/// Disjoint sets of 0..<count (Tarjan 1975, doi 10.1145/321879.321884).
struct DisjointSets {
  private var parents: [Int]
  private var sizes: [Int]

  init(count: Int) {
    parents = Array(0..<count)
    sizes = [Int](repeating: 1, count: count)
  }

  mutating func root(_ element: Int) -> Int {
    var element = element
    while parents[element] != element {
      parents[element] = parents[parents[element]]
      element = parents[element]
    }
    return element
  }

  /// Joins two sets, given by their roots, and returns the new root.
  mutating func join(_ left: Int, _ right: Int) -> Int {
    let (large, small) = sizes[left] >= sizes[right] ? (left, right) : (right, left)
    parents[small] = large
    sizes[large] += sizes[small]
    return large
  }
}
