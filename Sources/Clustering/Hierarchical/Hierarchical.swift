public import LinearAlgebra

/// Agglomerative clustering: every row starts alone, and the two closest clusters merge until one
/// is left.
///
/// Merges are exact. For Euclidean rows Ward, complete and average linkage run rounds of reciprocal
/// nearest neighbours, centroid and median merge the least pair of all, and single linkage finds a
/// spanning tree by Borůvka's rounds, all of them over a tree of boxes, in memory linear in the rows.
/// The others need the matrix of all distances: there reducible linkages run the nearest-neighbour
/// chain (Murtagh 1983, doi 10.1093/comjnl/26.4.354); single linkage of other metrics is a spanning
/// tree by Prim (1957, doi 10.1002/j.1538-7305.1957.tb01515.x). Of given distances, centroid and
/// median follow the generic algorithm of Müllner (2011, arXiv:1109.2378).
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
  /// A row of weight w counts as w equal rows, of which the tree shows one: with whole weights the
  /// heights are those at which such a group would merge with others.
  ///
  /// - Parameters:
  ///   - samples: One row per leaf.
  ///   - weights: One positive weight per row, for Ward, centroid and Euclidean average linkage; nil for
  ///     1 each.
  /// - Returns: The tree, in SciPy's numbering.
  /// - Throws: `ClusteringError` for data that are empty, not finite or too large to square, for
  ///   centroid, median and Ward linkage with a metric other than Euclidean, for rows that have no
  ///   cosine or correlation distance, for a matrix of distances over the limit, and for weights of
  ///   the wrong count or value or that the linkage has no use for.
  /// - Complexity: Ward, single, centroid and median of Euclidean rows some O(n log n) searches, each of
  ///   O(log n) leaves in few columns and of O(n) in many; complete and average O(n² d) with a small
  ///   factor; O(n d) memory all. Other metrics and weighted linkage O(n² d) time and 4 n² bytes, but
  ///   O(n d) memory for single linkage.
  public func fit<Scalar: BLASScalar>(
    _ samples: Matrix<Scalar>, weights: [Double]? = nil
  ) throws(ClusteringError) -> Dendrogram {
    try fit(
      samples, weights: weights,
      engine: HierarchicalEngine(instructionSet: try InstructionSet.selected()))
  }

  package func fit<Scalar: BLASScalar>(
    _ samples: Matrix<Scalar>, weights: [Double]? = nil, engine: HierarchicalEngine
  ) throws(ClusteringError) -> Dendrogram {
    guard metric == .euclidean || !linkage.needsEuclidean else {
      throw .linkageNeedsEuclidean(linkage, metric)
    }
    try checkWeights(weights, rowCount: samples.rowCount)
    switch linkage {
    case .ward:
      let rows = try initialClusters(samples, weights: weights)
      return Dendrogram(
        sorting: wardMerges(rows, threadCount: threadCount, engine: engine),
        leafCount: rows.rowCount)
    case .centroid, .median:
      let rows = try initialClusters(samples, weights: weights)
      return Dendrogram(
        inOrder: centroidMerges(rows, linkage, threadCount: threadCount, engine: engine),
        leafCount: rows.rowCount)
    case .complete where metric == .euclidean, .average where metric == .euclidean:
      let rows = try initialClusters(samples, weights: weights)
      return Dendrogram(
        sorting: pairwiseMerges(
          rows, isAverage: linkage == .average, threadCount: threadCount, engine: engine),
        leafCount: rows.rowCount)
    case .single where metric == .euclidean:
      let rows = try initialClusters(samples, weights: nil)
      return Dendrogram(
        sorting: spanningTree(rows, threadCount: threadCount, engine: engine),
        leafCount: rows.rowCount)
    case .single:
      let rows = try MetricRows(samples, metric: metric, threadCount: threadCount)
      return Dendrogram(sorting: spanningTree(rows), leafCount: rows.rowCount)
    default:
      let rows = try MetricRows(samples, metric: metric, threadCount: threadCount)
      return tree(
        try CondensedDistances(
          rows, maximumBytes: maximumMatrixBytes, threadCount: threadCount))
    }
  }

  /// The samples, checked, as the clusters that a tree begins with.
  private func initialClusters<Scalar: BLASScalar>(
    _ samples: Matrix<Scalar>, weights: [Double]?
  ) throws(ClusteringError) -> InitialClusters {
    let total = weights?.reduce(0, +) ?? Double(samples.rowCount)
    _ = try ShiftedSamples(samples, totalWeight: total, threadCount: threadCount)
    return InitialClusters(try ShiftedSamples(unshifted: samples), weights: weights)
  }

  private func checkWeights(_ weights: [Double]?, rowCount: Int) throws(ClusteringError) {
    guard let weights else { return }
    let takesWeights =
      linkage == .ward || linkage == .centroid || (linkage == .average && metric == .euclidean)
    guard takesWeights else { throw .linkageTakesNoWeights(linkage) }
    guard weights.count == rowCount else {
      throw .weightCount(expected: rowCount, found: weights.count)
    }
    var total = 0.0
    for (row, weight) in weights.enumerated() {
      total += weight
      guard weight > 0, total.isFinite else { throw .leafWeight(row: row) }
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
