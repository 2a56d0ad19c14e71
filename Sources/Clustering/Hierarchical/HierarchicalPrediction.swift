public import LinearAlgebra

extension HierarchicalModel {
  /// The cluster that each sample (n × d) would join: n labels in 0..<k, ties to the lowest.
  ///
  /// - Throws: `ClusteringError.columnCount`, `.nonFinite`, `.valueTooLarge`, `.undefinedDistance`.
  /// - Complexity: O(n m d), m being the number of centers or exemplars.
  public func predict<Scalar: BLASScalar>(
    _ samples: Matrix<Scalar>, threadCount: Int = availableProcessorCount
  ) throws(ClusteringError) -> [Int] {
    let distances = try dissimilarities(samples, threadCount: threadCount)
    return (0..<distances.rowCount).map { row in
      let values = distances.row(row)
      var best = values.startIndex
      for index in values.indices where values[index] < values[best] { best = index }
      return best - values.startIndex
    }
  }

  /// How far each sample (n × d) is from each cluster, n × k, in the units of the tree's heights.
  ///
  /// - Throws: `ClusteringError.columnCount`, `.nonFinite`, `.valueTooLarge`, `.undefinedDistance`.
  /// - Complexity: O(n m d), m being the number of centers or exemplars.
  public func dissimilarities<Scalar: BLASScalar>(
    _ samples: Matrix<Scalar>, threadCount: Int = availableProcessorCount
  ) throws(ClusteringError) -> Matrix<Double> {
    guard samples.columnCount == columnCount else {
      throw .columnCount(expected: columnCount, found: samples.columnCount)
    }
    let k = clusterCount
    var result = Matrix<Double>(rowCount: samples.rowCount, columnCount: k)
    guard samples.rowCount > 0 else { return result }
    let rows = try MetricRows(samples, metric: metric, threadCount: threadCount)
    let points: Matrix<Double>
    switch representation {
    case .centers(let matrix, _), .exemplars(let matrix, _, _): points = matrix
    }
    let references = try MetricRows(points, metric: metric, threadCount: threadCount)
    let summary = summary()
    result.elements.withUnsafeMutableBufferPointer { result in
      nonisolated(unsafe) let result = result
      let rowsPerBlock = 64
      let blockCount = (rows.rowCount + rowsPerBlock - 1) / rowsPerBlock
      forEachBlock(count: blockCount, threadCount: threadCount) { block in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: references.rowCount) { scratch in
          guard let distances = scratch.baseAddress else { return }
          for row in block * rowsPerBlock..<min(rows.rowCount, (block + 1) * rowsPerBlock) {
            rows.row(row).withUnsafeBufferPointer { point in
              guard let point = point.baseAddress else { return }
              references.distances(from: point, to: 0..<references.rowCount, into: distances)
            }
            for cluster in 0..<k { result[row * k + cluster] = summary(cluster, distances) }
          }
        }
      }
    }
    return result
  }

  /// The dissimilarity to a cluster, from the distances to all centers or exemplars.
  private func summary() -> @Sendable (Int, UnsafePointer<Double>) -> Double {
    switch representation {
    case .centers(_, let sizes):
      guard linkage == .ward else { return { cluster, distances in distances[cluster] } }
      let factors = sizes.map { (2 * Double($0) / Double($0 + 1)).squareRoot() }
      return { cluster, distances in factors[cluster] * distances[cluster] }
    case .exemplars(_, let weights, let offsets):
      let linkage = linkage
      return { cluster, distances in
        let range = offsets[cluster]..<offsets[cluster + 1]
        switch linkage {
        case .single: return range.reduce(.infinity) { min($0, distances[$1]) }
        case .complete: return range.reduce(0) { max($0, distances[$1]) }
        default:
          let total = range.reduce(0.0) { $0 + weights[$1] }
          return range.reduce(0.0) { $0 + weights[$1] * distances[$1] } / total
        }
      }
    }
  }
}
