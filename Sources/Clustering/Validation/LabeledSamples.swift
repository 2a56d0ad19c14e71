public import LinearAlgebra

/// Samples and their clusters, for indices that ask how compact and how separate clusters are.
///
/// Every index is nil where it is undefined: unless there are at least 2 clusters and fewer
/// clusters than rows.
public struct LabeledSamples: Sendable {
  /// The distinct labels, rising, k of them.
  public let clusterLabels: [Int]
  /// The number of rows of each cluster, k of them.
  public let sizes: [Int]
  /// The samples, cluster after cluster.
  let ordered: Matrix<Double>
  /// The row that each row of `ordered` was.
  let order: [Int]
  /// Where each cluster starts in `ordered`, k + 1 places.
  let offsets: [Int]
  let threadCount: Int

  /// Checks samples (n × d) and labels (n, any numbers).
  ///
  /// - Throws: `ClusteringError` for data that are empty, not finite or too large to square, and
  ///   for another number of labels than of rows.
  /// - Complexity: O(n d) time and memory.
  public init<Scalar: BLASScalar>(
    _ samples: Matrix<Scalar>, labels: [Int], threadCount: Int = availableProcessorCount
  ) throws(ClusteringError) {
    guard labels.count == samples.rowCount else {
      throw .labelCount(expected: samples.rowCount, found: labels.count)
    }
    _ = try ShiftedSamples(
      samples, totalWeight: Double(samples.rowCount), threadCount: threadCount)
    let rows = try ShiftedSamples(unshifted: samples)
    let encoding = LabelEncoding(labels)
    var offsets = [0]
    for size in encoding.counts { offsets.append(offsets[offsets.count - 1] + size) }
    var next = offsets
    var order = [Int](repeating: 0, count: labels.count)
    for (row, code) in encoding.codes.enumerated() {
      order[next[Int(code)]] = row
      next[Int(code)] += 1
    }
    let d = rows.columnCount
    let elements = [Double](unsafeUninitializedCapacity: labels.count * d) { buffer, count in
      if let target = buffer.baseAddress {
        for (place, row) in order.enumerated() {
          rows.loadUnshifted(row..<row + 1, into: target + place * d)
        }
      }
      count = labels.count * d
    }
    clusterLabels = encoding.labels
    sizes = encoding.counts
    ordered = Matrix(rowCount: labels.count, columnCount: d, elements: elements)
    self.order = order
    self.offsets = offsets
    self.threadCount = threadCount
  }

  /// True where indices are defined: 2 <= k < n.
  public var isDefined: Bool { sizes.count >= 2 && sizes.count < ordered.rowCount }

  /// The rows of a cluster in `ordered`.
  func rows(of cluster: Int) -> Range<Int> { offsets[cluster]..<offsets[cluster + 1] }

  /// The mean of every cluster, k × d, from deviations from its first row.
  func centroids() -> Matrix<Double> {
    let d = ordered.columnCount
    var centroids = Matrix<Double>(rowCount: sizes.count, columnCount: d)
    for cluster in sizes.indices {
      let rows = rows(of: cluster)
      for column in 0..<d {
        let origin = ordered[rows.lowerBound, column]
        let sum = rows.reduce(0.0) { $0 + (ordered[$1, column] - origin) }
        centroids[cluster, column] = origin + sum / Double(rows.count)
      }
    }
    return centroids
  }

  /// The squared distances of the rows of `ordered` to their clusters' centroids.
  func squaredDeviations(_ centroids: Matrix<Double>) -> [Double] {
    let d = ordered.columnCount
    var deviations = [Double](repeating: 0, count: ordered.rowCount)
    ordered.elements.withUnsafeBufferPointer { rows in
      centroids.elements.withUnsafeBufferPointer { centroids in
        guard let rows = rows.baseAddress, let centroids = centroids.baseAddress else { return }
        for cluster in sizes.indices {
          for row in self.rows(of: cluster) {
            deviations[row] = squaredDistance(rows + row * d, centroids + cluster * d, d)
          }
        }
      }
    }
    return deviations
  }
}
