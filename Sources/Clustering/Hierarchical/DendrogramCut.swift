/// The clusters that a cut of a tree leaves.
public struct FlatClusters: Sendable, Hashable {
  /// The cluster of each row, n labels in 0..<k by falling cluster size, ties by smallest row.
  public let labels: [Int]
  /// The number of rows in each cluster, k of them.
  public let sizes: [Int]
  /// The node of the tree that is each cluster, k of them.
  public let nodes: [Int]
  /// The number of clusters, k.
  public var clusterCount: Int { sizes.count }
}

extension Dendrogram {
  /// Where to cut a tree.
  public enum Cut: Sendable, Hashable {
    /// After n - k merges: exactly k clusters, 1...n.
    case clusterCount(Int)
    /// The largest nodes in which no merge, down to the leaves, is higher than this.
    case height(Double)
    /// The largest nodes of at most so many rows, 1 or more: as few clusters as that allows.
    case largestCluster(Int)
  }

  /// The clusters that a cut leaves.
  ///
  /// - Throws: `ClusteringError.cutCount`, `.cutHeight` and `.cutSize`.
  /// - Complexity: O(n).
  public func cut(_ cut: Cut) throws(ClusteringError) -> FlatClusters {
    let isKept: [Bool]
    switch cut {
    case .clusterCount(let count):
      guard (1...leafCount).contains(count) else { throw .cutCount(count, leaves: leafCount) }
      isKept = merges.indices.map { $0 < leafCount - count }
    case .height(let height):
      guard !height.isNaN else { throw .cutHeight }
      isKept = subtreeMaxima().map { $0 <= height }
    case .largestCluster(let size):
      guard size >= 1 else { throw .cutSize(size) }
      isKept = merges.map { $0.size <= size }
    }
    // From the last merge down: a kept node belongs to the cluster of the node it went into.
    var nodeOf = Array(0..<leafCount + merges.count)
    for (index, merge) in merges.enumerated().reversed() where isKept[index] {
      nodeOf[merge.a] = nodeOf[leafCount + index]
      nodeOf[merge.b] = nodeOf[leafCount + index]
    }
    var numbers: [Int: Int] = [:]
    var nodes: [Int] = []
    let labels = (0..<leafCount).map { leaf -> Int in
      let node = nodeOf[leaf]
      if let number = numbers[node] { return number }
      numbers[node] = nodes.count
      nodes.append(node)
      return nodes.count - 1
    }
    let canonical = CanonicalLabels(canonicalizing: labels, clusterCount: nodes.count)
    return FlatClusters(
      labels: canonical.labels, sizes: canonical.sizes,
      nodes: canonical.previousLabels.map { nodes[$0] })
  }

  /// The highest merge in each merge's subtree, itself included.
  private func subtreeMaxima() -> [Double] {
    var maxima: [Double] = []
    maxima.reserveCapacity(merges.count)
    for merge in merges {
      var height = merge.height
      for part in [merge.a, merge.b] where part >= leafCount {
        height = max(height, maxima[part - leafCount])
      }
      maxima.append(height)
    }
    return maxima
  }
}
