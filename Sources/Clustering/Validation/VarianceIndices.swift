internal import LinearAlgebra

extension LabeledSamples {
  /// The Calinski–Harabasz index (1974, doi 10.1080/03610927408827101), at least 0; more is better.
  ///
  /// (B / (k - 1)) / (W / (n - k)), where B and W are the sums of squares between and within
  /// clusters. 1 where W is 0, as scikit-learn has it.
  ///
  /// - Complexity: O(n d).
  public func calinskiHarabasz() -> Double? {
    guard isDefined else { return nil }
    let centroids = centroids()
    let within = squaredDeviations(centroids).reduce(0, +)
    guard within > 0 else { return 1 }
    let (n, d) = (Double(ordered.rowCount), ordered.columnCount)
    var between = 0.0
    for column in 0..<d {
      let origin = centroids[0, column]
      let mean =
        sizes.indices.reduce(0.0) {
          $0 + Double(sizes[$1]) * (centroids[$1, column] - origin)
        } / n
      for (cluster, size) in sizes.enumerated() {
        let deviation = (centroids[cluster, column] - origin) - mean
        between += Double(size) * deviation * deviation
      }
    }
    let k = Double(sizes.count)
    return between * (n - k) / (within * (k - 1))
  }

  /// The Davies–Bouldin index (1979, doi 10.1109/TPAMI.1979.4766909), at least 0; less is better.
  ///
  /// The mean over clusters of the largest (s_i + s_j) / d_ij, where s is the mean distance of a
  /// cluster's rows to its centroid and d the distance of two centroids; pairs of equal centroids
  /// are left out, and 0 is the answer where all are equal or no cluster spreads.
  ///
  /// - Complexity: O(n d + k² d).
  public func daviesBouldin() -> Double? {
    guard isDefined else { return nil }
    let (k, d) = (sizes.count, ordered.columnCount)
    let centroids = centroids()
    let deviations = squaredDeviations(centroids)
    let spreads = sizes.indices.map { cluster in
      rows(of: cluster).reduce(0.0) { $0 + deviations[$1].squareRoot() } / Double(sizes[cluster])
    }
    var sum = 0.0
    centroids.elements.withUnsafeBufferPointer { centroids in
      guard let centroids = centroids.baseAddress else { return }
      for i in 0..<k {
        var worst = 0.0
        for j in 0..<k where j != i {
          let gap = squaredDistance(centroids + i * d, centroids + j * d, d).squareRoot()
          if gap > 0 { worst = max(worst, (spreads[i] + spreads[j]) / gap) }
        }
        sum += worst
      }
    }
    return sum / Double(k)
  }
}

extension LabeledSamples {
  /// The inertia: the sum over rows of the squared distance to the centroid of the own cluster.
  ///
  /// - Complexity: O(n d).
  public func inertia() -> Double { squaredDeviations(centroids()).reduce(0, +) }
}
