public import LinearAlgebra

/// Agglomerative clustering: every row starts alone, and the two closest clusters merge until one
/// is left.
///
/// Merges are exact. Reducible linkages run the nearest-neighbour chain (Murtagh 1983, doi
/// 10.1093/comjnl/26.4.354), Ward over centroids and single over a spanning tree (Prim 1957, doi
/// 10.1002/j.1538-7305.1957.tb01515.x) in memory linear in the rows; the others need the matrix of
/// all distances. Centroid and median follow the generic algorithm of Müllner (2011,
/// arXiv:1109.2378).
public struct Hierarchical: Sendable, Hashable {
  /// How far apart two clusters are.
  public var linkage: Linkage
  /// How far apart two rows are.
  public var metric: Metric = .euclidean
  /// The most threads used; the result does not depend on it.
  public var threadCount = availableProcessorCount
  /// The most memory that a matrix of distances may take; 4 GiB holds some 32,700 rows.
  public var maximumMatrixBytes = 4 << 30

  /// Makes a configuration.
  public init(
    linkage: Linkage, metric: Metric = .euclidean, threadCount: Int = availableProcessorCount,
    maximumMatrixBytes: Int = 4 << 30
  ) {
    self.linkage = linkage
    self.metric = metric
    self.threadCount = threadCount
    self.maximumMatrixBytes = maximumMatrixBytes
  }

  /// The tree of samples (n × d); for one row, a tree without merges.
  ///
  /// Equal distances are taken by the smallest row of the clusters where that is practical; another
  /// order of rows may then give another tree.
  ///
  /// - Throws: `ClusteringError` for data that are empty, not finite or too large to square, for
  ///   centroid, median and Ward linkage with a metric other than Euclidean, for rows that have no
  ///   cosine or correlation distance, and for a matrix of distances over the limit.
  /// - Complexity: O(n² d) time; O(n d) memory for single and Ward linkage, else 4 n² bytes.
  ///   Centroid and median linkage take O(n³) time at worst, near n² in practice.
  public func fit<Scalar: BLASScalar>(
    _ samples: Matrix<Scalar>
  ) throws(ClusteringError) -> Dendrogram {
    try fit(samples, engine: HierarchicalEngine(instructionSet: try InstructionSet.selected()))
  }

  package func fit<Scalar: BLASScalar>(
    _ samples: Matrix<Scalar>, engine: HierarchicalEngine
  ) throws(ClusteringError) -> Dendrogram {
    guard metric == .euclidean || !linkage.needsEuclidean else {
      throw .linkageNeedsEuclidean(linkage, metric)
    }
    let rows = try MetricRows(samples, metric: metric, threadCount: threadCount)
    switch linkage {
    case .ward:
      let rows = InitialClusters(try ShiftedSamples(unshifted: samples), weights: nil)
      return Dendrogram(
        sorting: wardMerges(rows, threadCount: threadCount, engine: engine),
        leafCount: rows.rowCount)
    case .single: return Dendrogram(sorting: spanningTree(rows), leafCount: rows.rowCount)
    default:
      return tree(
        try CondensedDistances(
          rows, maximumBytes: maximumMatrixBytes, threadCount: threadCount))
    }
  }

  /// The tree of given distances: those of rows (0, 1), (0, 2), ..., (1, 2), ..., n(n - 1)/2 of
  /// them.
  ///
  /// `metric` is not used. Centroid, median and Ward linkage are meaningful for Euclidean distances
  /// alone.
  ///
  /// - Throws: `ClusteringError.condensedCount` and `.distance`.
  /// - Complexity: O(n²) time, and a copy of the distances; centroid and median as above.
  public func fit(condensedDistances: [Double]) throws(ClusteringError) -> Dendrogram {
    tree(try CondensedDistances(condensedDistances))
  }

  private func tree(_ distances: consuming CondensedDistances) -> Dendrogram {
    let leafCount = distances.rowCount
    if linkage.isReducible {
      return Dendrogram(sorting: chainMerges(distances, linkage), leafCount: leafCount)
    }
    return Dendrogram(inOrder: greedyMerges(distances, linkage), leafCount: leafCount)
  }
}

/// Two clusters that merge, each named by one of its rows.
struct RowMerge {
  let left: Int
  let right: Int
  let height: Double
}
