internal import LinearAlgebra

extension LloydPass {
  /// Gives every empty cluster a row of its own: the farthest from its centroid that is left.
  ///
  /// Donors differ in value from one another, come from clusters that keep another row of positive
  /// weight, and are taken by falling distance, ties by row. The inertia falls with every refill,
  /// so iterations that refill still end. An empty cluster stays empty only if no row is left that
  /// is off its centroid.
  ///
  /// - Complexity: O(n (d + log n)), in the rare passes that leave a cluster empty.
  mutating func refillEmptyClusters(
    _ samples: ShiftedSamples, weights rowWeights: [Double]?, centroids: [Double],
    labels: inout [Int32], threadCount: Int
  ) {
    var empty = emptyClusters[...]
    guard !empty.isEmpty else { return }
    let d = samples.columnCount
    let distances = squaredDistancesToOwnCentroid(
      samples, centroids: centroids, labels: labels, threadCount: threadCount)
    var rowCounts = [Int](repeating: 0, count: weights.count)
    for (row, label) in labels.enumerated() where rowWeights?[row] ?? 1 > 0 {
      rowCounts[Int(label)] += 1
    }
    let candidates = distances.indices.filter { distances[$0] > 0 && rowWeights?[$0] ?? 1 > 0 }
      .sorted { (-distances[$0], $0) < (-distances[$1], $1) }
    var donated = Set<[Double]>()
    for row in candidates {
      guard let cluster = empty.first else { return }
      let donor = Int(labels[row])
      let values = samples.row(row)
      guard rowCounts[donor] > 1, donated.insert(values).inserted else { continue }
      let weight = rowWeights?[row] ?? 1
      for column in 0..<d {
        sums[donor * d + column] -= weight * values[column]
        sums[cluster * d + column] = weight * values[column]
      }
      weights[donor] -= weight
      weights[cluster] = weight
      rowCounts[donor] -= 1
      rowCounts[cluster] = 1
      labels[row] = Int32(cluster)
      hasChanged = true
      empty = empty.dropFirst()
    }
  }

  /// The centroids of the sums; a cluster that stayed empty keeps its old one.
  ///
  /// They are rounded to what `shift + centroid` can hold, so that the model's centroids, which are
  /// not shifted, are exactly those the rows were compared with.
  func centroids(previous: [Double], shift: [Double]) -> [Double] {
    let d = shift.count
    var centroids = previous
    for cluster in weights.indices where weights[cluster] > 0 {
      for column in 0..<d {
        let mean = sums[cluster * d + column] / weights[cluster]
        centroids[cluster * d + column] = (shift[column] + mean) - shift[column]
      }
    }
    return centroids
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
