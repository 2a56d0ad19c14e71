internal import Foundation
public import LinearAlgebra

/// Agglomerative clustering: every row starts alone, and the two closest clusters merge until one
/// is left.
///
/// Merges are exact. For Euclidean rows Ward, complete and average linkage run rounds of reciprocal
/// nearest neighbours, centroid and median merge the least pair of all, and single linkage finds a
/// spanning tree by Borůvka's rounds, all of them over a tree of boxes, in memory linear in the rows.
/// Weighted linkage, other metrics and given distances run the same rounds and the same least pairs on
/// the matrix of all distances; single linkage of other metrics is a spanning tree by Prim.
///
/// Pairs are ordered by distance, then by the smaller and the larger of the clusters' names, a cluster's
/// name being its first row. Which of equal distances come first is therefore settled, whatever the
/// search, the threads and the machine; another order of rows may give another tree.
public struct Hierarchical: Sendable, Hashable {
  /// How far apart two clusters are.
  public var linkage: Linkage
  /// How far apart two rows are.
  public var metric: Metric = .euclidean
  /// The most threads used; the result does not depend on it.
  public var threadCount = availableProcessorCount
  /// The most memory that a matrix of distances may take.
  ///
  /// 4 GiB holds some 32,700 rows, or for average linkage, which keeps exact sums besides, some 18,900.
  /// Equal rows count once.
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
  /// A row of weight w counts as w equal rows, of which the tree shows one: with whole weights the
  /// heights are those at which such a group would merge with others.
  ///
  /// - Parameters:
  ///   - samples: One row per leaf.
  ///   - weights: One positive weight per row, for Ward, centroid and average linkage; nil for 1 each.
  /// - Returns: The tree, in SciPy's numbering.
  /// - Throws: `ClusteringError` for data that are empty, not finite or too large to square, for
  ///   centroid, median and Ward linkage with a metric other than Euclidean, for rows that have no
  ///   cosine or correlation distance, for a matrix of distances over the limit, and for weights of
  ///   the wrong count or value or that the linkage has no use for.
  /// - Complexity: Ward, single, centroid and median of Euclidean rows some O(n log n) searches, each of
  ///   O(log n) leaves in few columns and of O(n) in many; complete and average O(n² d) with a small
  ///   factor; O(n d) memory all. Other metrics and weighted linkage O(n² d) time and 4 n² bytes, for
  ///   average linkage 12 n², for single linkage O(n d). n counts equal rows once.
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
    let rows = try initialClusters(samples, weights: weights)
    guard metric == .euclidean, let exponent = tinyExponent(rows.elements) else {
      return try tree(rows, engine: engine)
    }
    return try tree(rows.multiplied(byPowerOfTwo: -exponent), engine: engine)
      .scalingHeights(byPowerOfTwo: exponent)
  }

  private func tree(
    _ rows: InitialClusters, engine: HierarchicalEngine
  ) throws(ClusteringError) -> Dendrogram {
    let leafCount = rows.rowCount
    switch linkage {
    case _ where engine.isMatrix || metric != .euclidean || linkage == .weighted:
      return try matrixTree(rows)
    case .ward:
      return Dendrogram(
        sorting: wardMerges(rows, threadCount: threadCount, engine: engine), leafCount: leafCount)
    case .centroid, .median:
      return Dendrogram(
        inOrder: centroidMerges(rows, linkage, threadCount: threadCount, engine: engine),
        leafCount: leafCount)
    case .complete, .average, .weighted:
      return Dendrogram(
        sorting: pairwiseMerges(
          rows, isAverage: linkage == .average, threadCount: threadCount, engine: engine),
        leafCount: leafCount)
    case .single:
      return Dendrogram(
        inOrder: spanningTree(rows, threadCount: threadCount, engine: engine),
        leafCount: leafCount)
    }
  }

  /// The tree of rows by the distances of all pairs; for single linkage those needed, one at a time.
  private func matrixTree(_ rows: InitialClusters) throws(ClusteringError) -> Dendrogram {
    let metricRows = try MetricRows(rows, metric: metric)
    if linkage == .single {
      let edges = spanningTree(OutsideMetricRows(metricRows), rowCount: metricRows.rowCount)
      return Dendrogram(inOrder: rows.merges(followedBy: edges), leafCount: rows.rowCount)
    }
    let distances = try CondensedDistances(
      metricRows, bytesPerPair: CondensedSpace.bytesPerPair(linkage),
      maximumBytes: maximumMatrixBytes, threadCount: threadCount)
    let positions = linkage.needsEuclidean ? ClusterPositions(rows, linkage) : nil
    return tree(
      distances, weights: rows.weights, positions: positions, leafCount: rows.rowCount
    ) {
      rows.merges(followedBy: $0)
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
    let takesWeights = linkage == .ward || linkage == .centroid || linkage == .average
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
  /// alone; their distances follow from those of the parts, so that ties which only the rows would show
  /// may be broken by rounding.
  ///
  /// - Throws: `ClusteringError.condensedCount` and `.distance`.
  /// - Complexity: O(n²) time but for data made to be hard, and a copy of the distances; for average
  ///   linkage three times that.
  public func fit(condensedDistances: [Double]) throws(ClusteringError) -> Dendrogram {
    let distances = try CondensedDistances(condensedDistances)
    if let exponent = tinyExponent(condensedDistances) {
      let scaled = condensedDistances.map { scalbn($0, -exponent) }
      return try fit(condensedDistances: scaled).scalingHeights(byPowerOfTwo: exponent)
    }
    let n = distances.rowCount
    if linkage == .single {
      return Dendrogram(inOrder: spanningTree(distances, rowCount: n), leafCount: n)
    }
    return tree(distances, weights: Array(repeating: 1, count: n), leafCount: n) { $0 }
  }

  // `complete` adds the merges of equal rows to those of the groups.
  private func tree(
    _ distances: CondensedDistances, weights: [Double], positions: ClusterPositions? = nil,
    leafCount: Int, completing complete: ([RowMerge]) -> [RowMerge]
  ) -> Dendrogram {
    let count = distances.rowCount
    let space = CondensedSpace(distances, linkage, weights: weights, positions: positions)
    if linkage.isReducible {
      var merging = ReciprocalMerging(space, count: count)
      let merges = merging.merges { linkage == .ward ? $0.squareRoot() : $0 }
      return Dendrogram(sorting: complete(merges), leafCount: leafCount)
    }
    var merging = LeastPairMerging(space)
    return Dendrogram(inOrder: complete(merging.merges()), leafCount: leafCount)
  }
}

/// The exponent of the largest of some numbers, where all are so small that the squares of their
/// differences might vanish; nil where they are not.
private func tinyExponent(_ values: [Double]) -> Int? {
  var largest = 0.0
  for value in values { largest = max(largest, abs(value)) }
  return largest > 0 && largest < 0x1p-400 ? Int(largest.exponent) : nil
}

/// Two clusters that merge, each named by one of its rows.
struct RowMerge {
  let left: Int
  let right: Int
  let height: Double
}
