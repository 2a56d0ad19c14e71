internal import LinearAlgebra

/// Ward's merges, from centroids and sizes alone.
///
/// The rise of the sum of squares when clusters of n and m rows merge is n m/(n + m) · the squared
/// distance of their centroids; the height is the square root of twice that. Weights stand for as
/// many equal rows.
///
/// - Complexity: O(n log n) searches, of O(log n) leaves each in few columns and O(n) at worst; O(n d)
///   memory.
func wardMerges(
  _ rows: InitialClusters, threadCount: Int, engine: HierarchicalEngine
) -> [RowMerge] {
  let tree = ClusterTree(
    centroids: rows.centeredElements(), sizes: rows.weights, isWard: true, threadCount: threadCount,
    engine: engine)
  var merging = ReciprocalMerging(tree, count: rows.representatives.count)
  return rows.merges(followedBy: merging.merges { (2 * $0).squareRoot() })
}
