public import LinearAlgebra

/// What labelling new rows by a linkage's own criterion needs.
///
/// A new row joins the cluster it would have merged with had it come after the cut, by a distance
/// in the units of the tree's heights:
///
/// - Ward: sqrt(2 n/(n + 1)) · distance to the centroid of n rows, the height SciPy would give;
/// - centroid, median: distance to the centroid, to the midpoint;
/// - single, complete, average: smallest, largest, mean distance to the exemplars;
/// - weighted: mean distance with weights 2^-depth, depth being the exemplar's in the cluster's
///   tree.
public struct HierarchicalModel: Sendable, Hashable {
  /// What a cluster is compared by.
  public enum Representation: Sendable, Hashable {
    /// One point per cluster (k × d), and the number of training rows of each (k).
    case centers(Matrix<Double>, sizes: [Int])
    /// Rows of the training data (m × d), cluster after cluster, each with its share in its
    /// cluster's mean (m numbers); cluster c has rows offsets[c]..<offsets[c + 1] (k + 1 numbers).
    case exemplars(Matrix<Double>, weights: [Double], offsets: [Int])
  }

  /// The linkage of the tree.
  public let linkage: Linkage
  /// The metric of the tree.
  public let metric: Metric
  /// What the clusters are compared by: centers for Ward, centroid and median, else exemplars.
  public let representation: Representation

  /// The number of clusters, k.
  public var clusterCount: Int {
    switch representation {
    case .centers(_, let sizes): sizes.count
    case .exemplars(_, _, let offsets): offsets.count - 1
    }
  }

  /// The number of features, d.
  public var columnCount: Int {
    switch representation {
    case .centers(let points, _), .exemplars(let points, _, _): points.columnCount
    }
  }

  /// Makes a model from stored parts.
  ///
  /// - Throws: `ClusteringError.representation` where the parts do not fit one another or the
  ///   linkage, a number is not finite or too large, a size is under 1, a cluster has no exemplar
  ///   or no positive weight, or the metric is not defined of an exemplar; `.linkageNeedsEuclidean`.
  public init(
    linkage: Linkage, metric: Metric = .euclidean, representation: Representation
  ) throws(ClusteringError) {
    guard metric == .euclidean || !linkage.needsEuclidean else {
      throw .linkageNeedsEuclidean(linkage, metric)
    }
    guard representation.isSound(for: linkage, metric) else { throw .representation(linkage) }
    self.linkage = linkage
    self.metric = metric
    self.representation = representation
  }

  /// Makes the model of a cut of a tree.
  ///
  /// Centroids and exemplars are kept in the label order of the cut. Where the linkage needs
  /// exemplars and there are more rows than `exemplarLimit`, each cluster keeps some of its rows, in
  /// proportion to its size and one at least, and distances to the others are not looked at:
  ///
  /// - complete: the extreme rows along random directions. The row that is farthest from a point is a
  ///   corner of the cluster's convex hull, so labels are exact once all corners are kept, as they
  ///   mostly are in few columns;
  /// - single: rows far apart, each the farthest from those before among a random sample of 4 for
  ///   each that is kept (Gonzalez 1985, doi 10.1016/0304-3975(85)90224-5): no row of the sample is
  ///   farther from its exemplar than the exemplars are from one another;
  /// - average, weighted: a systematic sample, the rows at even steps of their shares in the mean,
  ///   summed up along the tree: every part of the tree is in it by its share.
  ///
  /// - Parameters:
  ///   - samples: The rows the tree was made of, n × d.
  ///   - dendrogram: Their tree.
  ///   - cut: Where to cut it.
  ///   - linkage: The linkage of the tree.
  ///   - metric: The metric of the tree.
  ///   - exemplarLimit: The most exemplars kept in all, if that is at least the number of clusters.
  ///   - seed: The seed of samples and directions.
  ///   - threadCount: The most threads at once; the model does not depend on it.
  /// - Throws: `ClusteringError.leafCount`, what the cut throws, and what the data are refused for.
  /// - Complexity: O(n d), and with m exemplars O(n m d / k) for complete and O(m² d) for single
  ///   linkage where clusters are alike in size, up to k times that where one has nearly all rows.
  public init<Scalar: BLASScalar>(
    _ samples: Matrix<Scalar>, _ dendrogram: Dendrogram, cut: Dendrogram.Cut, linkage: Linkage,
    metric: Metric = .euclidean, exemplarLimit: Int = 4096, seed: UInt64 = 0,
    threadCount: Int = availableProcessorCount
  ) throws(ClusteringError) {
    guard samples.rowCount == dendrogram.leafCount else {
      throw .leafCount(expected: dendrogram.leafCount, found: samples.rowCount)
    }
    let clusters = try dendrogram.cut(cut)
    let rows = try ShiftedSamples(
      samples, totalWeight: Double(samples.rowCount), threadCount: threadCount
    ).unshifted
    if metric == .cosine || metric == .correlation {
      for row in 0..<rows.rowCount { _ = try MetricRows.prepared(rows.row(row), metric, row: row) }
    }
    let representation: Representation
    if linkage.needsEuclidean {
      let centers = dendrogram.centers(of: clusters, rows, isMidpoint: linkage == .median)
      representation = .centers(centers, sizes: clusters.sizes)
    } else {
      representation = dendrogram.exemplars(
        of: clusters, rows, isWeighted: linkage == .weighted,
        ExemplarChoice(
          linkage: linkage, metric: metric, limit: exemplarLimit, seed: seed,
          threadCount: threadCount))
    }
    try self.init(linkage: linkage, metric: metric, representation: representation)
  }
}

extension HierarchicalModel.Representation {
  fileprivate func isSound(for linkage: Linkage, _ metric: Metric) -> Bool {
    switch self {
    case .centers(let points, let sizes):
      return linkage.needsEuclidean && points.rowCount == sizes.count
        && sizes.allSatisfy { $0 >= 1 } && areSound(points, metric)
    case .exemplars(let points, let weights, let offsets):
      guard !linkage.needsEuclidean, weights.count == points.rowCount,
        offsets.count > 1, offsets.first == 0, offsets.last == points.rowCount,
        zip(offsets, offsets.dropFirst()).allSatisfy({ $0 < $1 })
      else { return false }
      return areSound(points, metric)
        && weights.allSatisfy { $0 >= 0 && $0.isFinite }
        && zip(offsets, offsets.dropFirst()).allSatisfy { weights[$0..<$1].contains { $0 > 0 } }
    }
  }

  /// True where all distances to the points can be computed.
  private func areSound(_ points: Matrix<Double>, _ metric: Metric) -> Bool {
    let limit = ShiftedSamples.sizeLimit(columnCount: points.columnCount, totalWeight: 1)
    guard !points.elements.isEmpty, points.elements.allSatisfy({ abs($0) <= limit }) else {
      return false
    }
    var elements = points.elements
    return elements.withUnsafeMutableBufferPointer {
      MetricRows.prepare($0, columnCount: points.columnCount, metric)
    }
  }
}
