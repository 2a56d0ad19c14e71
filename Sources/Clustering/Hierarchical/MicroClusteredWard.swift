public import LinearAlgebra

/// Ward's tree of more rows than an exact one can be had of: of the clusters of a k-means with many
/// small ones, each with its rows' weight.
///
/// An approximation, named as such. The rise of the sum of squares when two sets of rows merge
/// depends on their sizes and means alone, so above the micro-clusters the tree is Ward's exactly;
/// what it cannot undo is which rows k-means put together. The more micro-clusters, the less that is.
public struct MicroClusteredWard: Sendable, Hashable {
  /// The number of micro-clusters; rows that are no more are each their own, and the tree is exact.
  public var microClusterCount: Int
  /// The most passes of k-means over the rows.
  public var maximumIterations = 5
  /// The seed of the first centroids.
  public var seed: UInt64 = 0
  /// The most threads used; the result does not depend on it.
  public var threadCount = availableProcessorCount

  /// Makes a configuration.
  public init(
    microClusterCount: Int = 1000, maximumIterations: Int = 5, seed: UInt64 = 0,
    threadCount: Int = availableProcessorCount
  ) {
    self.microClusterCount = microClusterCount
    self.maximumIterations = maximumIterations
    self.seed = seed
    self.threadCount = threadCount
  }

  /// What a fit found.
  public struct Fit: Sendable, Hashable {
    /// The micro-cluster of each row, n of them, a leaf of the tree.
    public let microClusters: [Int]
    /// The mean row of each micro-cluster, m × d.
    public let centroids: Matrix<Double>
    /// The number of rows of each micro-cluster, m of them.
    public let sizes: [Int]
    /// The tree over the micro-clusters, m leaves; its sizes count leaves, not rows.
    public let tree: Dendrogram

    /// The clusters of the rows that a cut of the tree leaves: n labels in 0..<k by falling number of
    /// rows, ties by smallest row.
    ///
    /// `.largestCluster` counts micro-clusters.
    ///
    /// - Throws: `ClusteringError.cutCount`, `.cutHeight` and `.cutSize`.
    /// - Complexity: O(n + m).
    public func labels(cut: Dendrogram.Cut) throws(ClusteringError) -> [Int] {
      let clusters = try tree.cut(cut)
      return CanonicalLabels(
        canonicalizing: microClusters.map { clusters.labels[$0] },
        clusterCount: clusters.clusterCount
      ).labels
    }
  }

  /// Clusters samples (n × d).
  ///
  /// - Returns: The micro-clusters and their tree.
  /// - Throws: `ClusteringError` for what `KMeans` and `Hierarchical` refuse.
  /// - Complexity: O(n m d) time a pass, O(n + m d) memory beyond the samples.
  public func fit<Scalar: BLASScalar>(
    _ samples: Matrix<Scalar>
  ) throws(ClusteringError) -> Fit {
    let ward = Hierarchical(linkage: .ward, threadCount: threadCount)
    guard samples.rowCount > microClusterCount else {
      return Fit(
        microClusters: Array(0..<samples.rowCount), centroids: samples.converted(to: Double.self),
        sizes: [Int](repeating: 1, count: samples.rowCount), tree: try ward.fit(samples))
    }
    let micro = try KMeans(
      clusterCount: microClusterCount, initialization: .kMeansParallel, restartCount: 1,
      maximumIterations: maximumIterations, seed: seed, threadCount: threadCount
    ).fit(samples)
    // A limit of passes can leave a micro-cluster empty: it is no leaf.
    let kept = micro.sizes.indices.filter { micro.sizes[$0] > 0 }
    var leaves = [Int](repeating: -1, count: micro.sizes.count)
    for (leaf, cluster) in kept.enumerated() { leaves[cluster] = leaf }
    let microClusters = micro.labels.map { leaves[$0] }
    // Where passes ran out, the model's centroids are not the means of its labels.
    let centroids = samples.means(ofLabels: microClusters, count: kept.count)
    let sizes = kept.map { micro.sizes[$0] }
    return Fit(
      microClusters: microClusters, centroids: centroids, sizes: sizes,
      tree: try ward.fit(centroids, weights: sizes.map { Double($0) }))
  }
}
