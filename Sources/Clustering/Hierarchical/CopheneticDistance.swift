public import LinearAlgebra

extension Dendrogram {
  /// The height of the lowest merge that two rows have in common; 0 for a row and itself.
  ///
  /// - Precondition: both rows are in 0..<n.
  /// - Complexity: O(n).
  public func copheneticDistance(_ left: Int, _ right: Int) -> Double {
    precondition(
      (0..<leafCount).contains(left) && (0..<leafCount).contains(right), "rows are leaves")
    var (left, right) = (left, right)
    guard left != right else { return 0 }
    let parents = parents()
    // A parent's id is larger than its parts', so the smaller id is never above the other.
    while left != right {
      if left < right { left = parents[left] } else { right = parents[right] }
    }
    return merges[left - leafCount].height
  }

  /// The correlation of the tree's cophenetic distances with the distances of its samples (Sokal &
  /// Rohlf 1962, doi 10.2307/1217208), -1...1; nil where either do not vary.
  ///
  /// - Parameters:
  ///   - samples: The rows the tree was made of, n × d.
  ///   - metric: The distance to compare with.
  ///   - rowLimit: More rows than this are refused, since the time grows with their square.
  ///   - threadCount: The most threads used; the result does not depend on it.
  /// - Returns: Pearson's correlation over all pairs of rows.
  /// - Throws: `ClusteringError.leafCount`, `.tooManyRows`, and what distances throw.
  /// - Complexity: O(n² d) time, O(n d) memory.
  public func copheneticCorrelation<Scalar: BLASScalar>(
    _ samples: Matrix<Scalar>, metric: Metric = .euclidean, rowLimit: Int = 50_000,
    threadCount: Int = availableProcessorCount
  ) throws(ClusteringError) -> Double? {
    guard samples.rowCount == leafCount else {
      throw .leafCount(expected: leafCount, found: samples.rowCount)
    }
    guard leafCount <= rowLimit else { throw .tooManyRows(rows: leafCount, limit: rowLimit) }
    let rows = try MetricRows(samples, metric: metric, threadCount: threadCount)
    let walk = LeafOrder(self)
    let pairCount = Double(leafCount) * Double(leafCount - 1) / 2
    func sums(_ centers: (Double, Double)) -> [Double] {
      walk.sums(rows, centers, threadCount: threadCount)
    }
    let means = sums((0, 0))
    let (distanceMean, heightMean) = (means[3] / pairCount, means[4] / pairCount)
    let moments = sums((distanceMean, heightMean))
    guard moments[0] > 0, moments[1] > 0 else { return nil }
    return moments[2] / (moments[0].squareRoot() * moments[1].squareRoot())
  }

  /// The node each node went into; the root is its own.
  func parents() -> [Int] {
    var parents = Array(0..<leafCount + merges.count)
    for (index, merge) in merges.enumerated() {
      parents[merge.a] = leafCount + index
      parents[merge.b] = leafCount + index
    }
    return parents
  }
}

/// The leaves in an order that puts those of every node side by side.
struct LeafOrder {
  let tree: Dendrogram
  /// The leaves, in order.
  let leaves: [Int]
  /// Where the leaves of each node begin.
  private let starts: [Int]
  private let parents: [Int]

  init(_ tree: Dendrogram) {
    let n = tree.leafCount
    var starts = [Int](repeating: 0, count: n + tree.merges.count)
    for (index, merge) in tree.merges.enumerated().reversed() {
      starts[merge.a] = starts[n + index]
      starts[merge.b] = starts[n + index] + (merge.a < n ? 1 : tree.merges[merge.a - n].size)
    }
    var leaves = [Int](repeating: 0, count: n)
    for leaf in 0..<n { leaves[starts[leaf]] = leaf }
    (self.tree, self.leaves, self.starts) = (tree, leaves, starts)
    parents = tree.parents()
  }

  /// The leaves of a node.
  func leaves(of node: Int) -> ArraySlice<Int> {
    let n = tree.leafCount
    return leaves[starts[node]..<starts[node] + (node < n ? 1 : tree.merges[node - n].size)]
  }

  /// Cophenetic distances of one row to all rows, by row.
  func heights(of row: Int) -> [Double] {
    var heights = [Double](repeating: 0, count: tree.leafCount)
    var node = row
    while parents[node] != node {
      let merge = tree.merges[parents[node] - tree.leafCount]
      for leaf in leaves(of: merge.a == node ? merge.b : merge.a) { heights[leaf] = merge.height }
      node = parents[node]
    }
    return heights
  }

  /// Σ dd, Σ cc, Σ dc, Σ d, Σ c over pairs, for distances d and heights c less their centres.
  func sums(_ rows: MetricRows, _ centers: (Double, Double), threadCount: Int) -> [Double] {
    let n = tree.leafCount
    let rowsPerBlock = 16
    let blockCount = (n + rowsPerBlock - 1) / rowsPerBlock
    var partials = [Double](repeating: 0, count: blockCount * 5)
    partials.withUnsafeMutableBufferPointer { partials in
      nonisolated(unsafe) let partials = partials
      forEachBlock(count: blockCount, threadCount: threadCount) { block in
        var distances = [Double](repeating: 0, count: n)
        for row in block * rowsPerBlock..<min(n, (block + 1) * rowsPerBlock) {
          let heights = heights(of: row)
          distances.withUnsafeMutableBufferPointer { distances in
            rows.row(row).withUnsafeBufferPointer { point in
              guard let target = distances.baseAddress, let point = point.baseAddress else {
                return
              }
              rows.distances(from: point, to: row + 1..<n, into: target)
            }
          }
          for other in row + 1..<max(n, row + 1) {
            let d = distances[other - row - 1] - centers.0
            let c = heights[other] - centers.1
            partials[block * 5] += d * d
            partials[block * 5 + 1] += c * c
            partials[block * 5 + 2] += d * c
            partials[block * 5 + 3] += d
            partials[block * 5 + 4] += c
          }
        }
      }
    }
    var totals = [Double](repeating: 0, count: 5)
    for index in partials.indices { totals[index % 5] += partials[index] }
    return totals
  }
}
