internal import LinearAlgebra

/// How rows are clustered, with all that is known before the rows are.
public enum ClusteringMethod: Sendable, Hashable {
  /// k-means, as configured.
  case kMeans(KMeans)
  /// A tree, cut.
  case hierarchical(Hierarchical, cut: Dendrogram.Cut)
}

extension ClusteringMethod {
  /// Clusters some of the rows of samples, and labels the others with the model of that.
  ///
  /// - Parameters:
  ///   - samples: All rows, n × d.
  ///   - drawn: The rows clustered, in any order; one may be there more than once.
  ///   - isDrawn: Which rows are among them, n of them.
  ///   - seed: Takes the place of the method's own.
  /// - Returns: n labels, and how many clusters they are of: fewer than asked for where k-means has
  ///   too few distinct rows.
  /// - Throws: `ClusteringError` for what the method refuses.
  func labels(
    of samples: Matrix<Double>, clustering drawn: [Int], isDrawn: [Bool], seed: UInt64
  ) throws(ClusteringError) -> (labels: [Int], clusterCount: Int) {
    let subset = samples.selectingRows(drawn)
    switch self {
    case .kMeans(var kMeans):
      (kMeans.seed, kMeans.threadCount) = (seed, 1)
      let model = try kMeans.fitFewer(subset).model
      return (try model.predict(samples, threadCount: 1), model.centroids.rowCount)
    case .hierarchical(var hierarchical, let cut):
      hierarchical.threadCount = 1
      let tree = try hierarchical.fit(subset)
      let clusters = try tree.cut(cut)
      var labels = [Int](repeating: 0, count: samples.rowCount)
      for (place, row) in drawn.enumerated() { labels[row] = clusters.labels[place] }
      let others = labels.indices.filter { !isDrawn[$0] }
      if !others.isEmpty {
        let model = try HierarchicalModel(
          subset, tree, cut: cut, linkage: hierarchical.linkage, metric: hierarchical.metric,
          seed: seed, threadCount: 1)
        let found = try model.predict(samples.selectingRows(others), threadCount: 1)
        for (row, label) in zip(others, found) { labels[row] = label }
      }
      return (labels, clusters.clusterCount)
    }
  }
}

extension KMeans {
  /// The fit of as many clusters as asked for, or of as many as there are distinct rows.
  func fitFewer(_ samples: Matrix<Double>) throws(ClusteringError) -> KMeansFit {
    do throws(ClusteringError) {
      return try fit(samples)
    } catch {
      guard case .tooFewDistinctRows(let distinct, _) = error else { throw error }
      var fewer = self
      fewer.clusterCount = distinct
      if case .centroids = initialization { fewer.initialization = .localSearch }
      return try fewer.fit(samples)
    }
  }
}
