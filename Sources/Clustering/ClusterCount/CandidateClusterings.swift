internal import LinearAlgebra

/// Clusterings of the same samples into several numbers of clusters, all made alike.
struct CandidateClusterings: Sendable {
  /// How clusters are made.
  struct Method: Sendable {
    /// The cuts of one tree; nil for k-means.
    let linkage: Linkage?
    let metric: Metric
    let seed: UInt64
    let threadCount: Int
  }

  let samples: Matrix<Double>
  /// The clusterings' labels, by number of clusters.
  private let labels: [Int: [Int]]
  private let threadCount: Int

  /// Clusters samples into one cluster and into each of `counts`: 3 k-means runs each, or one tree.
  init(
    _ samples: Matrix<Double>, counts: ClosedRange<Int>, method: Method
  ) throws(ClusteringError) {
    self.samples = samples
    threadCount = method.threadCount
    var labels: [Int: [Int]] = [1: [Int](repeating: 0, count: samples.rowCount)]
    if let linkage = method.linkage {
      let tree = try Hierarchical(
        linkage: linkage, metric: method.metric, threadCount: method.threadCount
      ).fit(samples)
      for count in counts { labels[count] = try tree.cut(.clusterCount(count)).labels }
    } else {
      for count in counts {
        labels[count] = try KMeans(
          clusterCount: count, restartCount: 3, seed: method.seed, threadCount: method.threadCount
        ).fit(samples).labels
      }
    }
    self.labels = labels
  }

  /// The samples with the labels of a number of clusters.
  func labeled(_ count: Int) throws(ClusteringError) -> LabeledSamples {
    guard let labels = labels[count] else { preconditionFailure("\(count) is no candidate") }
    return try LabeledSamples(samples, labels: labels, threadCount: threadCount)
  }
}
