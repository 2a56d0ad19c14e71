public import LinearAlgebra

/// What labelling new rows by k-means needs: the centroids, nothing else.
public struct KMeansModel: Sendable, Hashable {
  /// The centroids, k × d, in label order.
  public let centroids: Matrix<Double>

  /// Makes a model from stored centroids, k × d.
  ///
  /// - Precondition: k and d are at least 1 and all elements finite.
  public init(centroids: Matrix<Double>) {
    precondition(centroids.rowCount > 0 && centroids.columnCount > 0, "a centroid is needed")
    precondition(centroids.elements.allSatisfy(\.isFinite), "centroids must be finite")
    self.centroids = centroids
  }

  /// The nearest centroid of every sample (n × d): n labels in 0..<k; none for no rows.
  ///
  /// Distances that tie give the lowest label.
  ///
  /// - Throws: `ClusteringError.columnCount`, `.nonFinite`, `.valueTooLarge`.
  /// - Complexity: O(n k d).
  public func predict<Samples: RowMajorMatrix>(
    _ samples: Samples, threadCount: Int = availableProcessorCount
  ) throws(ClusteringError) -> [Int] where Samples.Element: BLASScalar {
    try predict(
      samples, threadCount: threadCount, instructionSet: try InstructionSet.selected())
  }

  /// The Euclidean distances of samples (n × d) to all centroids, n × k, by direct differences.
  ///
  /// - Throws: `ClusteringError.columnCount`, `.nonFinite`, `.valueTooLarge`.
  /// - Complexity: O(n k d).
  public func transform<Samples: RowMajorMatrix>(
    _ samples: Samples, threadCount: Int = availableProcessorCount
  ) throws(ClusteringError) -> Matrix<Double> where Samples.Element: BLASScalar {
    let (k, d) = (centroids.rowCount, centroids.columnCount)
    var distances = Matrix<Double>(rowCount: samples.rowCount, columnCount: k)
    guard let rows = try checked(samples, threadCount: threadCount) else { return distances }
    distances.elements.withUnsafeMutableBufferPointer { distances in
      nonisolated(unsafe) let distances = distances
      rows.forEachBlock(threadCount: threadCount) { _, range, rows in
        centroids.elements.withUnsafeBufferPointer { centroids in
          guard let centroids = centroids.baseAddress else { return }
          for (offset, row) in range.enumerated() {
            for cluster in 0..<k {
              distances[row * k + cluster] = squaredDistance(
                rows + offset * d, centroids + cluster * d, d
              ).squareRoot()
            }
          }
        }
      }
    }
    return distances
  }

  /// The samples, unshifted, where they are fit for this model; nil where there are no rows.
  private func checked<Samples: RowMajorMatrix>(
    _ samples: Samples, threadCount: Int
  ) throws(ClusteringError) -> ShiftedSamples? where Samples.Element: BLASScalar {
    guard samples.columnCount == centroids.columnCount else {
      throw .columnCount(expected: centroids.columnCount, found: samples.columnCount)
    }
    guard samples.rowCount > 0 else { return nil }
    return try ShiftedSamples(samples, totalWeight: 1, threadCount: threadCount).unshifted
  }
}
