internal import LinearAlgebra

/// The merges of centroid or median linkage in merge order, from positions alone.
///
/// Weights stand for as many equal rows.
///
/// - Complexity: some n searches of a tree, of O(log n) leaves each in few columns and O(n) at worst;
///   O(n d) memory.
func centroidMerges(
  _ rows: InitialClusters, _ linkage: Linkage, threadCount: Int, engine: HierarchicalEngine
) -> [RowMerge] {
  let tree = ClusterTree(
    centroids: rows.centeredElements(), sizes: rows.weights, isWard: false,
    threadCount: threadCount,
    engine: engine)
  var merging = LeastPairMerging(PositionSpace(tree: tree, isMedian: linkage == .median))
  return rows.merges(followedBy: merging.merges())
}

/// Clusters at the squared distance of their centroids, or of their midpoints.
private struct PositionSpace: ClusterSpace {
  let tree: ClusterTree
  let isMedian: Bool

  var liveNames: [Int32] { tree.liveNames }

  func place(of name: Int32) -> Int32 { tree.place(of: name) }

  func nearest(of clusters: [Int32], hints: [Int32]) -> [(name: Int32, distance: Double)] {
    tree.nearest(of: clusters, hints: hints)
  }

  func merge(kept: Int32, dropped: Int32) {
    if isMedian {
      tree.merge(kept: kept, dropped: dropped, share: 0.5)
    } else {
      tree.merge(kept: kept, dropped: dropped)
    }
  }
}
