internal import LinearAlgebra

/// The merges of complete or average linkage under the Euclidean distance, in memory linear in the rows.
///
/// Many small clusters look for their nearest in a tree over centroids, and distances between them are
/// computed from their rows. When few enough are left, the distances of all pairs are computed once and
/// kept up to date from there: that takes every pair of rows once, n²/2 of them, which mean distances
/// need in any case.
///
/// - Complexity: O(n² d) time with a small factor; O(n d) memory.
func pairwiseMerges(
  _ rows: InitialClusters, isAverage: Bool, threadCount: Int, engine: HierarchicalEngine
) -> [RowMerge] {
  let space = PairwiseSpace(
    rows, isAverage: isAverage, threadCount: threadCount, engine: engine)
  var merging = ReciprocalMerging(space, count: rows.representatives.count)
  return rows.merges(followedBy: merging.merges { $0 })
}

/// Clusters at the largest or the mean distance of their rows.
private struct PairwiseSpace: ClusterSpace {
  private let tree: ClusterTree
  private let members: ClusterMembers
  private let matrixLimit: Int
  private var matrix: ClusterDistances?
  private var liveCount: Int

  init(_ rows: InitialClusters, isAverage: Bool, threadCount: Int, engine: HierarchicalEngine) {
    let count = rows.representatives.count
    members = ClusterMembers(rows, isAverage: isAverage)
    tree = ClusterTree(
      centroids: rows.centeredElements(),
      sizes: rows.weights, isWard: false, members: members, threadCount: threadCount,
      engine: engine)
    liveCount = count
    // Largest distances between large clusters take few of their rows, mean distances all of them.
    let factor: Double = isAverage ? 6 : 4
    matrixLimit = engine.matrixLimit ?? max(1024, Int(factor * Double(count).squareRoot()))
  }

  var liveNames: [Int32] { tree.liveNames }

  func place(of name: Int32) -> Int32 { tree.place(of: name) }

  mutating func nearest(of clusters: [Int32], hints: [Int32]) -> [(name: Int32, distance: Double)] {
    if matrix == nil, liveCount <= matrixLimit { matrix = ClusterDistances(tree, members) }
    return matrix?.nearest(of: clusters) ?? tree.nearest(of: clusters, hints: hints)
  }

  mutating func merge(kept: Int32, dropped: Int32) {
    liveCount -= 1
    if let matrix {
      matrix.merge(kept: kept, dropped: dropped)
      tree.drop(dropped)
    } else {
      tree.merge(kept: kept, dropped: dropped)
    }
  }
}
