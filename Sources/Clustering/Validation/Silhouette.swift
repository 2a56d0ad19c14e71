internal import LinearAlgebra

extension LabeledSamples {
  /// The silhouette of every row (Rousseeuw 1987, doi 10.1016/0377-0427(87)90125-7), n numbers in
  /// -1...1.
  ///
  /// (b - a) / max(a, b), where a is the mean distance to the other rows of the own cluster and b
  /// the least mean distance to the rows of another; 0 for a row alone in its cluster and where a =
  /// b = 0.
  ///
  /// - Throws: `ClusteringError.undefinedDistance` for cosine and correlation.
  /// - Complexity: O(n² d) time, O(n d) memory.
  public func silhouettes(metric: Metric = .euclidean) throws(ClusteringError) -> [Double]? {
    try silhouettes(metric: metric, instructionSet: try InstructionSet.selected())
  }

  package func silhouettes(
    metric: Metric, instructionSet: InstructionSet
  ) throws(ClusteringError) -> [Double]? {
    guard isDefined else { return nil }
    let clusters = try ClusteredEights(self, metric: metric)
    let (n, k) = (ordered.rowCount, sizes.count)
    let rowsPerBlock = 64
    var values = [Double](repeating: 0, count: n)
    values.withUnsafeMutableBufferPointer { values in
      nonisolated(unsafe) let values = values
      forEachBlock(count: (n + rowsPerBlock - 1) / rowsPerBlock, threadCount: threadCount) {
        block in
        let rows = block * rowsPerBlock..<min(n, (block + 1) * rowsPerBlock)
        let sums = clusters.distanceSums(from: rows, instructionSet)
        var own = offsets.lastIndex { $0 <= rows.lowerBound } ?? 0
        for row in rows {
          while offsets[own + 1] <= row { own += 1 }
          values[order[row]] = silhouette(own: own) { cluster in
            sums[(row - rows.lowerBound) * k + cluster]
          }
        }
      }
    }
    return values
  }

  /// The mean silhouette over all rows, -1...1.
  ///
  /// - Throws: `ClusteringError.undefinedDistance` for cosine and correlation.
  /// - Complexity: O(n² d) time, O(n d) memory.
  public func silhouette(metric: Metric = .euclidean) throws(ClusteringError) -> Double? {
    try silhouettes(metric: metric).map { $0.reduce(0, +) / Double($0.count) }
  }

  /// The silhouette of every row for squared Euclidean distances, n numbers in -1...1.
  ///
  /// Not the plain silhouette: squares weigh far rows more. The mean squared distance to a cluster
  /// is the squared distance to its centroid plus its mean squared deviation, so no pairs are
  /// visited.
  ///
  /// - Complexity: O(n k d).
  public func squaredEuclideanSilhouettes() -> [Double]? {
    guard isDefined else { return nil }
    let (n, d) = (ordered.rowCount, ordered.columnCount)
    let centroids = centroids()
    let deviations = squaredDeviations(centroids)
    let totals = sizes.indices.map { rows(of: $0).reduce(0.0) { $0 + deviations[$1] } }
    var values = [Double](repeating: 0, count: n)
    values.withUnsafeMutableBufferPointer { values in
      nonisolated(unsafe) let values = values
      forEachBlock(count: sizes.count, threadCount: threadCount) { own in
        ordered.elements.withUnsafeBufferPointer { elements in
          centroids.elements.withUnsafeBufferPointer { centroids in
            guard let elements = elements.baseAddress, let centroids = centroids.baseAddress else {
              return
            }
            for row in rows(of: own) {
              values[order[row]] = silhouette(own: own) { cluster in
                let gap = squaredDistance(elements + row * d, centroids + cluster * d, d)
                return Double(sizes[cluster]) * gap + totals[cluster]
              }
            }
          }
        }
      }
    }
    return values
  }

  /// One row's silhouette from the sums of its distances to the rows of each cluster.
  private func silhouette(own: Int, sum: (_ cluster: Int) -> Double) -> Double {
    guard sizes[own] > 1 else { return 0 }
    let within = sum(own) / Double(sizes[own] - 1)
    var nearest = Double.infinity
    for cluster in sizes.indices where cluster != own {
      nearest = min(nearest, sum(cluster) / Double(sizes[cluster]))
    }
    let larger = max(within, nearest)
    return larger > 0 ? (nearest - within) / larger : 0
  }
}
