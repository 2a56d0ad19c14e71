public import LinearAlgebra

/// Bisecting k-means (Steinbach, Karypis & Kumar 2000, "A Comparison of Document Clustering
/// Techniques", KDD workshop on text mining).
///
/// The cluster of largest inertia is split in two by k-means until there are k. The centroids are
/// then refined by Lloyd's iterations on all rows, as the paper suggests, so that every row ends with
/// its nearest centroid and labels are those of the model.
public struct BisectingKMeans: Sendable, Hashable {
  /// The number of clusters, k, at least 1.
  public var clusterCount: Int
  /// The k-means of every split and of the refinement; its number of clusters and its starts are
  /// not used.
  public var kMeans: KMeans

  /// Makes a configuration.
  public init(
    clusterCount: Int, seed: UInt64 = 0, threadCount: Int = availableProcessorCount
  ) {
    self.clusterCount = clusterCount
    kMeans = KMeans(clusterCount: clusterCount, seed: seed, threadCount: threadCount)
  }

  /// Clusters samples (n × d, n at least k).
  ///
  /// - Parameters:
  ///   - samples: One row per sample.
  ///   - weights: One weight per row, none negative, not all 0; nil for 1 each.
  /// - Returns: The refined clustering; its iterations are those of the refinement.
  /// - Throws: `ClusteringError`, as `KMeans.fit` does.
  /// - Complexity: O(n d) per iteration and level of splits, and O(n k d) per one of the refinement.
  public func fit<Scalar: BLASScalar>(
    _ samples: Matrix<Scalar>, weights: [Double]? = nil
  ) throws(ClusteringError) -> KMeansFit {
    var configuration = kMeans
    configuration.clusterCount = clusterCount
    try configuration.checkOptions()
    configuration.initialization = .localSearch
    configuration.clusterCount = 1
    let whole = try configuration.fit(samples, weights: weights)
    guard samples.rowCount >= clusterCount else {
      throw .tooFewRows(rows: samples.rowCount, clusterCount: clusterCount)
    }
    var parts = [
      Part(
        rows: Array(0..<samples.rowCount), centroid: whole.model.centroids.elements,
        inertia: whole.inertia)
    ]
    configuration.clusterCount = 2
    while parts.count < clusterCount {
      let candidates = parts.indices.filter { parts[$0].isSplittable }
      // The largest inertia, ties by the most rows, then by the earlier part.
      guard
        let index = candidates.max(by: {
          (parts[$0].inertia, parts[$0].rows.count, -$0)
            < (parts[$1].inertia, parts[$1].rows.count, -$1)
        })
      else {
        // Every part is one distinct row.
        throw .tooFewDistinctRows(distinct: parts.count, clusterCount: clusterCount)
      }
      if let halves = try split(parts[index], samples, weights, configuration) {
        parts[index] = halves.first
        parts.append(halves.second)
      } else {
        parts[index].isSplittable = false
      }
    }
    configuration.clusterCount = clusterCount
    configuration.initialization = .centroids(
      Matrix(
        rowCount: clusterCount, columnCount: samples.columnCount,
        elements: parts.flatMap(\.centroid)))
    return try configuration.fit(samples, weights: weights)
  }

  private struct Part {
    let rows: [Int]
    let centroid: [Double]
    let inertia: Double
    var isSplittable = true
  }

  /// The part in two; nil where its rows are all equal.
  private func split<Scalar: BLASScalar>(
    _ part: Part, _ samples: Matrix<Scalar>, _ weights: [Double]?, _ configuration: KMeans
  ) throws(ClusteringError) -> (first: Part, second: Part)? {
    guard part.rows.count > 1 else { return nil }
    let rows = samples.selectingRows(part.rows)
    let partWeights = weights.map { weights in part.rows.map { weights[$0] } }
    let fit: KMeansFit
    do throws(ClusteringError) {
      fit = try configuration.fit(rows, weights: partWeights)
    } catch {
      if case .tooFewDistinctRows = error { return nil }
      throw error
    }
    var inertias = [0.0, 0.0]
    for (row, label) in fit.labels.enumerated() {
      var squared = 0.0
      for column in 0..<rows.columnCount {
        let difference = Double(rows[row, column]) - fit.model.centroids[label, column]
        squared += difference * difference
      }
      inertias[label] += (partWeights?[row] ?? 1) * squared
    }
    func half(_ label: Int) -> Part {
      Part(
        rows: part.rows.indices.filter { fit.labels[$0] == label }.map { part.rows[$0] },
        centroid: Array(fit.model.centroids.row(label)), inertia: inertias[label])
    }
    return (half(0), half(1))
  }
}
