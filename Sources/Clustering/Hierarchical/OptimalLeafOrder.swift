public import LinearAlgebra

extension Dendrogram {
  /// The leaves from one side of the tree to the other, each merge's first part first.
  ///
  /// - Complexity: O(n).
  public var leafOrder: [Int] { LeafOrder(self).leaves }

  /// The order of the leaves in which neighbours are nearest to one another in sum, of all that
  /// turning merges around can give (Bar-Joseph, Gifford & Jaakkola 2001, doi
  /// 10.1093/bioinformatics/17.suppl_1.S22).
  ///
  /// - Parameters:
  ///   - samples: The rows the tree was made of, n × d.
  ///   - metric: The distance of neighbours.
  ///   - rowLimit: More rows than this are refused, since the time grows with their cube.
  ///   - threadCount: The most threads used; the result does not depend on it.
  /// - Returns: All leaves, n of them.
  /// - Throws: `ClusteringError.leafCount`, `.tooManyRows`, and what distances throw.
  /// - Complexity: O(n³) time, 16 n² bytes.
  public func optimalLeafOrder<Scalar: BLASScalar>(
    _ samples: Matrix<Scalar>, metric: Metric = .euclidean, rowLimit: Int = 4000,
    threadCount: Int = availableProcessorCount
  ) throws(ClusteringError) -> [Int] {
    guard samples.rowCount == leafCount else {
      throw .leafCount(expected: leafCount, found: samples.rowCount)
    }
    guard leafCount <= rowLimit else { throw .tooManyRows(rows: leafCount, limit: rowLimit) }
    let rows = try MetricRows(samples, metric: metric, threadCount: threadCount)
    return LeafArrangement(self, rows, threadCount: threadCount).best()
  }
}

/// The least lengths of the leaves of each node, by the leaves at its two ends.
private struct LeafArrangement {
  private let tree: Dendrogram
  private let order: LeafOrder
  private let threadCount: Int
  /// Distances, n × n.
  private let distances: SharedBuffer<Double>
  /// By two leaves: the least length of the node that joined them with these at its ends.
  private let lengths: SharedBuffer<Double>

  private var n: Int { tree.leafCount }

  init(_ tree: Dendrogram, _ rows: MetricRows, threadCount: Int) {
    let n = tree.leafCount
    self.tree = tree
    self.threadCount = threadCount
    order = LeafOrder(tree)
    distances = SharedBuffer(count: n * n, of: 0)
    lengths = SharedBuffer(count: n * n, of: 0)
    let target = distances
    forEachBlock(count: n, threadCount: threadCount) { row in
      rows.row(row).withUnsafeBufferPointer { point in
        guard let point = point.baseAddress else { return }
        rows.distances(from: point, to: 0..<n, into: target.base + row * n)
      }
    }
  }

  func best() -> [Int] {
    for merge in tree.merges { join(merge) }
    guard let root = tree.merges.last else { return [0] }
    var (ends, least) = ((0, 0), Double.infinity)
    for left in order.leaves(of: root.a) {
      for right in order.leaves(of: root.b) where lengths[left * n + right] < least {
        (ends, least) = ((left, right), lengths[left * n + right])
      }
    }
    return leaves(from: ends.0, to: ends.1)
  }

  /// The leaves of a node that can be at the other end where `leaf` is at one.
  private func opposite(_ leaf: Int, in node: Int) -> ArraySlice<Int> {
    guard node >= n else { return [leaf] }
    let merge = tree.merges[node - n]
    let isInFirst = order.leaves(of: merge.a).contains(leaf)
    return order.leaves(of: isInFirst ? merge.b : merge.a)
  }

  /// Finds the lengths of a merge from those of its parts.
  private func join(_ merge: Dendrogram.Merge) {
    let (n, order, distances, lengths) = (n, order, distances, lengths)
    let lefts = order.leaves(of: merge.a)
    let rights = Array(order.leaves(of: merge.b))
    let innerOfRight = opposites(in: merge.b)
    let innerOfLeft = opposites(in: merge.a)
    let threads = lefts.count * rights.count < 1 << 12 ? 1 : threadCount
    forEachBlock(count: lefts.count, threadCount: threads) { block in
      let left = lefts[lefts.startIndex + block]
      var toRight = [Double](repeating: .infinity, count: n)
      for inner in innerOfLeft(left) {
        let length = lengths[left * n + inner]
        for right in rights {
          toRight[right] = min(toRight[right], length + distances[inner * n + right])
        }
      }
      for right in rights {
        var least = Double.infinity
        for inner in innerOfRight(right) {
          least = min(least, toRight[inner] + lengths[inner * n + right])
        }
        lengths[left * n + right] = least
        lengths[right * n + left] = least
      }
    }
  }

  /// `opposite` for the leaves of one node, found once.
  private func opposites(in node: Int) -> @Sendable (Int) -> ArraySlice<Int> {
    guard node >= n else { return { [$0] } }
    let merge = tree.merges[node - n]
    let (first, second) = (order.leaves(of: merge.a), order.leaves(of: merge.b))
    let members = Set(first)
    return { members.contains($0) ? second : first }
  }

  /// The leaves of the node that joined two leaves, in its best order with these at its ends.
  private func leaves(from first: Int, to last: Int) -> [Int] {
    let parents = tree.parents()
    var leaves: [Int] = []
    var stack = [(first, last)]
    while let (from, to) = stack.popLast() {
      guard from != to else {
        leaves.append(from)
        continue
      }
      var (left, right) = (from, to)
      while parents[left] != parents[right] {
        if parents[left] < parents[right] { left = parents[left] } else { right = parents[right] }
      }
      let ends = innerEnds(from, in: left, to, in: right)
      stack.append((ends.right, to))
      stack.append((from, ends.left))
    }
    return leaves
  }

  /// The two leaves that meet where the parts of a node, with these at their outer ends, are joined.
  private func innerEnds(
    _ from: Int, in leftNode: Int, _ to: Int, in rightNode: Int
  ) -> (left: Int, right: Int) {
    var (best, least) = ((left: from, right: to), Double.infinity)
    for left in opposite(from, in: leftNode) {
      for right in opposite(to, in: rightNode) {
        let length =
          lengths[from * n + left] + distances[left * n + right] + lengths[right * n + to]
        if length < least { (best, least) = ((left, right), length) }
      }
    }
    return best
  }
}
