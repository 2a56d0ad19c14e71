public import LinearAlgebra

/// The nearest and the second-nearest cluster of one row.
public struct NearestTwoClusters: Sendable, Hashable {
  /// The label of the nearest centroid, in 0..<k; of equal distances the lowest.
  public let label: Int
  /// The label of the second-nearest centroid; nil where there is one cluster.
  public let secondLabel: Int?
  /// The Euclidean distance to the nearest centroid.
  public let distance: Double
  /// The Euclidean distance to the second-nearest centroid; infinite where there is none.
  public let secondDistance: Double

  /// How much nearer the nearest centroid is, at least 0: `secondDistance - distance`.
  public var margin: Double { secondDistance - distance }

  /// How clearly the row belongs to its cluster: s / (n + s) with the squared distances n to the
  /// nearest and s to the second-nearest centroid.
  ///
  /// In 0.5...1: 0.5 on the border and where both distances are 0, 1 on the centroid and where there
  /// is one cluster. It is the membership of fuzzy c-means with exponent 2 among the two clusters
  /// (Bezdek 1981, doi 10.1007/978-1-4757-0450-1).
  public var confidence: Double {
    guard secondDistance < .infinity else { return 1 }
    guard secondDistance > 0 else { return 0.5 }
    let ratio = distance / secondDistance
    return 1 / (1 + ratio * ratio)
  }
}

extension KMeansModel {
  /// The nearest two clusters of every sample (n × d), by direct differences; none for no rows.
  ///
  /// The labels are those of `predict`.
  ///
  /// - Throws: `ClusteringError.columnCount`, `.nonFinite`, `.valueTooLarge`.
  /// - Complexity: O(n k d), in one pass over the samples after the one that checks them.
  public func nearestTwo<Samples: RowMajorMatrix>(
    _ samples: Samples, threadCount: Int = availableProcessorCount
  ) throws(ClusteringError) -> [NearestTwoClusters] where Samples.Element: BLASScalar {
    let (k, d) = (centroids.rowCount, centroids.columnCount)
    guard samples.columnCount == d else {
      throw .columnCount(expected: d, found: samples.columnCount)
    }
    guard samples.rowCount > 0 else { return [] }
    _ = try ShiftedSamples(samples, totalWeight: 1, threadCount: threadCount)
    let rows = try ShiftedSamples(unshifted: samples)
    let none = NearestTwoClusters(label: 0, secondLabel: nil, distance: 0, secondDistance: 0)
    var results = [NearestTwoClusters](repeating: none, count: rows.rowCount)
    results.withUnsafeMutableBufferPointer { results in
      nonisolated(unsafe) let results = results
      rows.forEachBlock(threadCount: threadCount) { _, range, rows in
        centroids.elements.withUnsafeBufferPointer { centroids in
          guard let centroids = centroids.baseAddress else { return }
          for (offset, row) in range.enumerated() {
            var (best, label, second) = (Double.infinity, 0, Double.infinity)
            var secondLabel: Int?
            for cluster in 0..<k {
              let distance = squaredDistance(rows + offset * d, centroids + cluster * d, d)
              if distance < best {
                if cluster > 0 { (second, secondLabel) = (best, label) }
                (best, label) = (distance, cluster)
              } else if distance < second {
                (second, secondLabel) = (distance, cluster)
              }
            }
            results[row] = NearestTwoClusters(
              label: label, secondLabel: secondLabel, distance: best.squareRoot(),
              secondDistance: second.squareRoot())
          }
        }
      }
    }
    return results
  }
}
