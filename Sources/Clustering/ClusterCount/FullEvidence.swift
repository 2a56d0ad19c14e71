internal import LinearAlgebra

extension ClusterCountTrial {
  /// What the full evidence adds to a number of clusters.
  func fullEvidence<Samples: RowMajorMatrix>(
    _ count: Int, allRows: Samples
  ) throws(ClusteringError) -> ClusterCountChoice.FullEvidence where Samples.Element: BLASScalar {
    let clusterings = test.clusterings
    let (samples, labels) = (clusterings.samples, clusterings.labels(count))
    let clustering = method.clustering(count)
    let strength =
      samples.rowCount / 2 >= count
      ? try PredictionStrength(
        samples, method: clustering, seed: method.seed, threadCount: method.threadCount) : nil
    var (silhouette, inertia) = (Double?.none, Double?.none)
    if method.linkage == nil {
      let fit = try KMeans(
        clusterCount: count,
        initialization: .centroids(samples.means(ofLabels: labels, count: count)),
        threadCount: method.threadCount
      ).fit(allRows)
      inertia = fit.inertia
      silhouette = try ShiftedSamples(unshifted: allRows).squaredEuclideanSilhouette(
        fit.labels, sizes: fit.sizes, threadCount: method.threadCount)
    }
    return ClusterCountChoice.FullEvidence(
      squaredEuclideanSilhouette: silhouette, totalInertia: inertia,
      predictionStrength: strength, stability: try stability(count).jaccard)
  }
}

extension ShiftedSamples {
  /// The mean silhouette of squared Euclidean distances, read in blocks: the mean of
  /// ``LabeledSamples/squaredEuclideanSilhouettes()`` without a copy of the samples.
  ///
  /// - Complexity: O(n k d) time, O(n/1024 k d) memory.
  func squaredEuclideanSilhouette(_ labels: [Int], sizes: [Int], threadCount: Int) -> Double? {
    let used = sizes.indices.filter { sizes[$0] > 0 }
    guard used.count > 1, used.count < rowCount else { return nil }
    let (k, d) = (sizes.count, columnCount)
    let origin = row(0)
    var means = reduced(count: k * d, threadCount: threadCount) { rows, samples, sums in
      for (offset, row) in rows.enumerated() {
        let label = labels[row]
        for column in 0..<d {
          sums[label &* d &+ column] += samples[offset &* d &+ column] - origin[column]
        }
      }
    }
    for index in means.indices {
      means[index] = origin[index % d] + means[index] / Double(max(1, sizes[index / d]))
    }
    let centers = means
    let totals = reduced(count: k, threadCount: threadCount) { rows, samples, sums in
      centers.withUnsafeBufferPointer { centers in
        guard let centers = centers.baseAddress else { return }
        for (offset, row) in rows.enumerated() {
          let label = labels[row]
          sums[label] += squaredDistance(samples + offset * d, centers + label * d, d)
        }
      }
    }
    let sum = reduced(count: 1, threadCount: threadCount) { rows, samples, sums in
      centers.withUnsafeBufferPointer { centers in
        guard let centers = centers.baseAddress else { return }
        for (offset, row) in rows.enumerated() {
          let label = labels[row]
          guard sizes[label] > 1 else { continue }
          var (within, nearest) = (0.0, Double.infinity)
          for cluster in used {
            let size = Double(sizes[cluster])
            let gap = squaredDistance(samples + offset * d, centers + cluster * d, d)
            if cluster == label {
              within = (size * gap + totals[cluster]) / (size - 1)
            } else {
              nearest = min(nearest, gap + totals[cluster] / size)
            }
          }
          let larger = max(within, nearest)
          if larger > 0 { sums[0] += (nearest - within) / larger }
        }
      }
    }
    return sum[0] / Double(rowCount)
  }

  /// Sums over the blocks, each added up on its own, and then in order.
  private func reduced(
    count: Int, threadCount: Int,
    _ body:
      @Sendable (Range<Int>, UnsafePointer<Double>, UnsafeMutablePointer<Double>) -> Void
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: blockCount * count)
    sums.withUnsafeMutableBufferPointer { sums in
      guard let base = sums.baseAddress else { return }
      nonisolated(unsafe) let target = base
      forEachBlock(threadCount: threadCount) { block, rows, samples in
        body(rows, samples, target + block * count)
      }
    }
    return (0..<count).map { index in
      stride(from: index, to: sums.count, by: count).reduce(0.0) { $0 + sums[$1] }
    }
  }
}
