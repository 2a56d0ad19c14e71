internal import LinearAlgebra

/// Clusterings of the same samples into several numbers of clusters, all made alike.
struct CandidateClusterings: Sendable {
  /// How clusters are made.
  struct Method: Sendable {
    /// The cuts of one tree; nil for k-means.
    let linkage: Linkage?
    let metric: Metric
    let seed: UInt64
    var threadCount: Int

    /// The method for one number of clusters.
    func clustering(_ count: Int) -> ClusteringMethod {
      guard let linkage else {
        return .kMeans(
          KMeans(clusterCount: count, restartCount: 3, seed: seed, threadCount: threadCount))
      }
      return .hierarchical(
        Hierarchical(linkage: linkage, metric: metric, threadCount: threadCount),
        cut: .clusterCount(count))
    }
  }

  let samples: Matrix<Double>
  /// The tree that was cut; nil for k-means.
  let tree: Dendrogram?
  /// The clusterings' labels, by number of clusters.
  private let labels: [Int: [Int]]
  private let threadCount: Int

  /// Clusters samples into one cluster and into each of `counts`: one tree, or 3 k-means runs each and a
  /// fourth from the clusters of one fewer.
  init(
    _ samples: Matrix<Double>, counts: ClosedRange<Int>, method: Method
  ) throws(ClusteringError) {
    self.samples = samples
    threadCount = method.threadCount
    var labels: [Int: [Int]] = [1: [Int](repeating: 0, count: samples.rowCount)]
    var tree: Dendrogram?
    var fewer: KMeansFit?
    for count in counts {
      switch method.clustering(count) {
      // A reference may have fewer distinct rows than the samples.
      case .kMeans(let kMeans):
        var fit = try kMeans.fitFewer(samples)
        if let fewer, let warm = try kMeans.fit(samples, after: fewer), warm.inertia < fit.inertia {
          fit = warm
        }
        labels[count] = fit.labels
        fewer = fit
      case .hierarchical(let hierarchical, let cut):
        if tree == nil { tree = try hierarchical.fit(samples) }
        labels[count] = try tree?.cut(cut).labels
      }
    }
    self.labels = labels
    self.tree = tree
  }

  /// The labels of a number of clusters.
  func labels(_ count: Int) -> [Int] {
    guard let labels = labels[count] else { preconditionFailure("\(count) is no candidate") }
    return labels
  }

  /// The samples with the labels of a number of clusters.
  func labeled(_ count: Int) throws(ClusteringError) -> LabeledSamples {
    try LabeledSamples(samples, labels: labels(count), threadCount: threadCount)
  }
}

extension KMeans {
  /// The fit that starts from one cluster fewer and the row farthest from its centroid, whose inertia can
  /// only be less; nil where another number of clusters was fitted, or no row is away from its centroid.
  fileprivate func fit(
    _ samples: Matrix<Double>, after fewer: KMeansFit
  ) throws(ClusteringError) -> KMeansFit? {
    let centroids = fewer.model.centroids
    guard centroids.rowCount == clusterCount - 1 else { return nil }
    var (farthest, greatest) = (0, 0.0)
    for (row, label) in fewer.labels.enumerated() {
      let distance = zip(samples.row(row), centroids.row(label)).reduce(0) {
        $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
      }
      if distance > greatest { (farthest, greatest) = (row, distance) }
    }
    guard greatest > 0 else { return nil }
    var warm = self
    warm.initialization = .centroids(
      Matrix(
        rowCount: clusterCount, columnCount: samples.columnCount,
        elements: centroids.elements + samples.row(farthest)))
    return try warm.fit(samples)
  }
}
