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
    let samples = samples.samples
    var distances = squaredDistancesToOwnCentroid(
      samples, centroids: centroids, labels: UnsafeBufferPointer(labels), threadCount: threadCount)
    var rowCounts = [Int](repeating: 0, count: clusterCount)
    for (row, label) in labels.enumerated() {
      if self.samples.weights?[row] ?? 1 > 0 {
        rowCounts[Int(label)] += 1
      } else {
        distances[row] = 0
      }
    }
    var donated = Set<[Double]>()
    // A few of the farthest rows will do, unless they are all the same.
    var (candidates, limit) = ([Int](), 1 << 10)
    repeat {
      candidates = farthestRows(distances, after: candidates.last, atMost: limit)
      for row in candidates {
        guard let cluster = empty.first else { break }
        let donor = Int(labels[row])
        guard rowCounts[donor] > 1, donated.insert(samples.row(row)).inserted else { continue }
        rowCounts[donor] -= 1
        rowCounts[cluster] = 1
        labels[row] = Int32(cluster)
        empty = empty.dropFirst()
      }
      limit *= 8
    } while !empty.isEmpty && !candidates.isEmpty
    if !donated.isEmpty { labelsHaveChanged() }
  }
}

/// The rows by falling distance, ties by row, that follow on a row: at most `limit` of them, none
/// whose distance is 0.
private func farthestRows(_ distances: [Double], after first: Int?, atMost limit: Int) -> [Int] {
  func precedes(_ left: Int, _ right: Int) -> Bool {
    (-distances[left], left) < (-distances[right], right)
  }
  var rows: [Int] = []
  /// What comes after this row is not among the first `limit`.
  var last: Int?
  for row in distances.indices where distances[row] > 0 {
    if let last, !precedes(row, last) { continue }
    if let first, !precedes(first, row) { continue }
    rows.append(row)
    if rows.count == 2 * limit {
      rows.sort(by: precedes)
      rows.removeLast(limit)
      last = rows.last
    }
  }
  rows.sort(by: precedes)
  return Array(rows.prefix(limit))
}

/// The squared distance of every row to the centroid of its label, by direct differences.
private func squaredDistancesToOwnCentroid(
  _ samples: ShiftedSamples, centroids: [Double], labels: UnsafeBufferPointer<Int32>,
  threadCount: Int
) -> [Double] {
  let d = samples.columnCount
  var distances = [Double](repeating: 0, count: samples.rowCount)
  distances.withUnsafeMutableBufferPointer { distances in
    nonisolated(unsafe) let (distances, labels) = (distances, labels)
    samples.forEachBlock(threadCount: threadCount) { _, range, rows in
      centroids.withUnsafeBufferPointer { centroids in
        guard let centroids = centroids.baseAddress else { return }
        for (offset, row) in range.enumerated() {
          distances[row] = squaredDistance(
            rows + offset * d, centroids + Int(labels[row]) * d, d)
        }
      }
    }
  }
  return distances
}
