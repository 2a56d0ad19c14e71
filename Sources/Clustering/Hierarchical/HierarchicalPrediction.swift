internal import CKernels
public import LinearAlgebra

// Where a cluster is a point, and for the nearest exemplar, labels are those of the nearest of some
// centroids, in the loops of k-means. The other linkages compare with all exemplars of the clusters
// that cannot be ruled out.

extension HierarchicalModel {
  /// The cluster that each sample (n × d) would join: n labels in 0..<k, ties to the lowest.
  ///
  /// It is the one of the least of ``dissimilarities(_:threadCount:)``, of which few are computed and
  /// none kept.
  ///
  /// - Throws: `ClusteringError.columnCount`, `.nonFinite`, `.valueTooLarge`, `.undefinedDistance`.
  /// - Complexity: O(n m d), m being the number of centers or exemplars.
  public func predict<Samples: RowMajorMatrix>(
    _ samples: Samples, threadCount: Int = availableProcessorCount
  ) throws(ClusteringError) -> [Int] where Samples.Element: BLASScalar {
    try predict(
      samples, threadCount: threadCount, instructionSet: try InstructionSet.selected())
  }

  package func predict<Samples: RowMajorMatrix>(
    _ samples: Samples, threadCount: Int = availableProcessorCount,
    instructionSet: InstructionSet
  ) throws(ClusteringError) -> [Int] where Samples.Element: BLASScalar {
    switch (representation, metric) {
    case (.centers(let centers, _), _):
      return try NearestCentroidLabels(centroids: centers, factors: factors).labels(
        of: samples, threadCount: threadCount, instructionSet: instructionSet)
    case (.exemplars(let exemplars, let weights, let offsets), .euclidean),
      (.exemplars(let exemplars, let weights, let offsets), .squaredEuclidean):
      guard linkage == .single else { break }
      let nearest = NearestCentroidLabels(
        centroids: exemplars, factors: metric == .euclidean ? weights.map { _ in 1 } : nil)
      var labels = try nearest.labels(
        of: samples, threadCount: threadCount, instructionSet: instructionSet)
      let clusters = zip(offsets, offsets.dropFirst()).enumerated().flatMap { cluster, range in
        repeatElement(cluster, count: range.1 - range.0)
      }
      for row in labels.indices { labels[row] = clusters[labels[row]] }
      return labels
    default: break
    }
    var labels = [Int](repeating: 0, count: samples.rowCount)
    let k = clusterCount
    try labels.withUnsafeMutableBufferPointer { labels throws(ClusteringError) in
      nonisolated(unsafe) let labels = labels
      try forEachBlock(samples, threadCount: threadCount) { exemplars, range, rows in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: k) { scratch in
          withUnsafeTemporaryAllocation(of: Int64.self, capacity: range.count) { found in
            guard let scratch = scratch.baseAddress, let wide = found.baseAddress else { return }
            coterie_least_dissimilar(
              instructionSet.instructions, exemplars, rows, Int64(range.count), wide, scratch)
            for (row, label) in zip(range, found) { labels[row] = Int(label) }
          }
        }
      }
    }
    return labels
  }

  /// How far each sample (n × d) is from each cluster, n × k, in the units of the tree's heights.
  ///
  /// - Throws: `ClusteringError.columnCount`, `.nonFinite`, `.valueTooLarge`, `.undefinedDistance`.
  /// - Complexity: O(n m d), m being the number of centers or exemplars.
  public func dissimilarities<Samples: RowMajorMatrix>(
    _ samples: Samples, threadCount: Int = availableProcessorCount
  ) throws(ClusteringError) -> Matrix<Double> where Samples.Element: BLASScalar {
    try dissimilarities(
      samples, threadCount: threadCount, instructionSet: try InstructionSet.selected())
  }

  package func dissimilarities<Samples: RowMajorMatrix>(
    _ samples: Samples, threadCount: Int = availableProcessorCount,
    instructionSet: InstructionSet
  ) throws(ClusteringError) -> Matrix<Double> where Samples.Element: BLASScalar {
    let k = clusterCount
    var result = Matrix<Double>(rowCount: samples.rowCount, columnCount: k)
    try result.elements.withUnsafeMutableBufferPointer { result throws(ClusteringError) in
      nonisolated(unsafe) let result = result
      try forEachBlock(samples, threadCount: threadCount) { exemplars, range, rows in
        guard let target = result.baseAddress.map({ $0 + range.lowerBound * k }) else { return }
        coterie_dissimilarities(
          instructionSet.instructions, exemplars, rows, Int64(range.count), target)
      }
    }
    return result
  }

  /// What the distance to each center is multiplied by, k of them.
  var factors: [Double] {
    guard case .centers(_, let sizes) = representation else { return [] }
    guard linkage == .ward else { return sizes.map { _ in 1 } }
    return sizes.map { (2 * Double($0) / (Double($0) + 1)).squareRoot() }
  }

  /// Rows that are made ready and then compared, while they are in the cache.
  private static let blockSize = 256

  /// Calls `body` with all rows, block by block, as the metric compares them.
  private func forEachBlock<Samples: RowMajorMatrix>(
    _ samples: Samples, threadCount: Int,
    _ body:
      @Sendable (
        UnsafePointer<coterie_exemplars>, _ rows: Range<Int>, UnsafePointer<Double>
      ) -> Void
  ) throws(ClusteringError) where Samples.Element: BLASScalar {
    guard samples.columnCount == columnCount else {
      throw .columnCount(expected: columnCount, found: samples.columnCount)
    }
    let (n, d, metric) = (samples.rowCount, columnCount, metric)
    guard n > 0 else { return }
    _ = try ShiftedSamples(samples, totalWeight: 1, threadCount: threadCount)
    let rows = try ShiftedSamples(unshifted: samples)
    let blockCount = (n + Self.blockSize - 1) / Self.blockSize
    var isDefined = [Bool](repeating: true, count: blockCount)
    ExemplarClusters(self).withUnsafe { exemplars in
      isDefined.withUnsafeMutableBufferPointer { isDefined in
        nonisolated(unsafe) let (exemplars, isDefined) = (exemplars, isDefined)
        LinearAlgebra.forEachBlock(count: blockCount, threadCount: threadCount) { block in
          let range = block * Self.blockSize..<min(n, (block + 1) * Self.blockSize)
          withUnsafeTemporaryAllocation(of: Double.self, capacity: range.count * d) { loaded in
            guard let target = loaded.baseAddress else { return }
            rows.loadUnshifted(range, into: target)
            isDefined[block] = MetricRows.prepare(loaded, columnCount: d, metric)
            if isDefined[block] { body(exemplars, range, target) }
          }
        }
      }
    }
    guard let block = isDefined.firstIndex(of: false) else { return }
    for row in block * Self.blockSize..<min(n, (block + 1) * Self.blockSize) {
      _ = try MetricRows.prepared(rows.row(row), metric, row: row)
    }
    preconditionFailure("a distance is not defined")
  }
}
