internal import LinearAlgebra

/// The facts of one k-means fit; all of them belong to the same run.
public struct KMeansFit: Sendable, Hashable {
  /// Why a run ended.
  public enum StopReason: String, Sendable, Hashable {
    /// No label changed in the last iteration: a fixed point.
    case labelsUnchanged
    /// The centroids moved no more than the tolerance.
    case tolerance
    /// The limit of iterations came first.
    case maximumIterations
  }

  /// The model: its centroids are in label order.
  public let model: KMeansModel
  /// The cluster of each row, n labels in 0..<k by falling cluster size, ties by smallest row; each
  /// is what `model.predict` says of the row, unless two centroids are equally near.
  public let labels: [Int]
  /// The number of rows in each cluster, k of them.
  ///
  /// One is 0 only where `stopReason` is `.maximumIterations`, or where rows of positive weight are
  /// so close that their squared distances underflow.
  public let sizes: [Int]
  /// The sum of weight · squared distance to the own centroid, by direct differences.
  public let inertia: Double
  /// The number of iterations made, counting the one in which no label changed.
  public let iterationCount: Int
  /// Why the run ended.
  public let stopReason: StopReason
  /// True unless the limit of iterations ended the run.
  public var hasConverged: Bool { stopReason != .maximumIterations }

  /// `distinct` where the run was of distinct rows alone.
  init(
    _ run: LloydRun.Result, shift: [Double], distinct: DistinctRows? = nil, threadCount: Int
  ) {
    let d = shift.count
    let k = run.centroids.count / d
    let found = UnsafeBufferPointer(run.state.labels)
    let canonical =
      if let distinct {
        distinct.expanded(found, threadCount: threadCount).withUnsafeBufferPointer {
          CanonicalLabels($0, clusterCount: k, threadCount: threadCount)
        }
      } else {
        CanonicalLabels(found, clusterCount: k, threadCount: threadCount)
      }
    let shifted = Matrix(rowCount: k, columnCount: d, elements: run.centroids)
    let ordered = shifted.selectingRows(canonical.previousLabels)
    model = KMeansModel(centroids: ordered.subtracting(shift.map { -$0 }))
    labels = canonical.labels
    sizes = canonical.sizes
    inertia = run.inertia
    iterationCount = run.iterationCount
    stopReason = run.stopReason
  }
}
