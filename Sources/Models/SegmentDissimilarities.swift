public import Clustering
public import Engagement
public import LinearAlgebra

extension SegmentModel {
  /// How far each row of a table is from each segment, rows × segments: Euclidean distances to the
  /// centroids for k-means, the linkage's own dissimilarities for trees.
  ///
  /// - Precondition: the table has all of ``inputs``.
  /// - Throws: `ClusteringError` where a number is too large to compute with.
  /// - Complexity: O(members × segments × columns) for centroids.
  public func dissimilarities(
    _ table: FeatureTable, threadCount: Int = availableProcessorCount
  ) throws(ClusteringError) -> Matrix<Double> {
    try algorithm.assign(transform.apply(to: table), threadCount: threadCount).distances
  }
}
