internal import LinearAlgebra

extension LloydState {
  /// Gives every empty cluster a row of its own: the farthest from its centroid that is left.
  ///
  /// Donors differ in value from one another, come from clusters that keep another row of positive
  /// weight, and are taken by falling distance, ties by row. The inertia falls with every refill,
  /// so iterations that refill still end. An empty cluster stays empty only if no row is left that
  /// is off its centroid.
  ///
  /// - Complexity: O(n (d + log n)), in the rare passes that leave a cluster empty.
  func refillEmptyClusters(centroids: [Double], threadCount: Int) {
    var empty = sums.emptyClusters[...]
    guard !empty.isEmpty else { return }
    let (samples, rowWeights) = (samples.samples, samples.weights)
    let distances = squaredDistancesToOwnCentroid(
      samples, centroids: centroids, labels: Array(labels), threadCount: threadCount)
    var rowCounts = [Int](repeating: 0, count: clusterCount)
    for (row, label) in labels.enumerated() where rowWeights?[row] ?? 1 > 0 {
      rowCounts[Int(label)] += 1
    }
    let candidates = distances.indices.filter { distances[$0] > 0 && rowWeights?[$0] ?? 1 > 0 }
      .sorted { (-distances[$0], $0) < (-distances[$1], $1) }
    var donated = Set<[Double]>()
    for row in candidates {
      guard let cluster = empty.first else { break }
      let donor = Int(labels[row])
      guard rowCounts[donor] > 1, donated.insert(samples.row(row)).inserted else { continue }
      rowCounts[donor] -= 1
      rowCounts[cluster] = 1
      labels[row] = Int32(cluster)
      empty = empty.dropFirst()
    }
    if !donated.isEmpty { labelsHaveChanged() }
  }
}

/// The squared distance of every row to the centroid of its label, by direct differences.
func squaredDistancesToOwnCentroid(
  _ samples: ShiftedSamples, centroids: [Double], labels: [Int32], threadCount: Int
) -> [Double] {
  let d = samples.columnCount
  var distances = [Double](repeating: 0, count: samples.rowCount)
  distances.withUnsafeMutableBufferPointer { distances in
    nonisolated(unsafe) let distances = distances
    samples.forEachBlock(threadCount: threadCount) { _, range, rows in
      centroids.withUnsafeBufferPointer { centroids in
        labels.withUnsafeBufferPointer { labels in
          guard let centroids = centroids.baseAddress else { return }
          for (offset, row) in range.enumerated() {
            distances[row] = squaredDistance(
              rows + offset * d, centroids + Int(labels[row]) * d, d)
          }
        }
      }
    }
  }
  return distances
}
