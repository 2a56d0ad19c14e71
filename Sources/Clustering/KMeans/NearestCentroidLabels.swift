internal import CKernels
package import LinearAlgebra

// The samples are read once: every block is checked and then labelled while it is in the cache, with
// nothing kept but the labels. A few rows are labelled directly, since what the loops in C need
// would take longer to make.

extension KMeansModel {
  package func predict<Samples: RowMajorMatrix>(
    _ samples: Samples, threadCount: Int = availableProcessorCount,
    instructionSet: InstructionSet
  ) throws(ClusteringError) -> [Int] where Samples.Element: BLASScalar {
    try NearestCentroidLabels(centroids: centroids, factors: nil).labels(
      of: samples, threadCount: threadCount, instructionSet: instructionSet)
  }
}

/// The nearest centroids of new rows: for k-means, and for the trees whose clusters are compared by
/// points.
struct NearestCentroidLabels: Sendable {
  /// k × d.
  let centroids: Matrix<Double>
  /// What distances to each centroid are multiplied by, k of them, over 0; nil where the squared
  /// distances are compared as they are.
  ///
  /// Roots can be equal where squares are not: factors of 1 are not the same as none.
  let factors: [Double]?

  /// The products n k d up to which rows are labelled directly.
  private static let mostWorkDone = 1 << 12
  /// Rows that are checked and then labelled, while they are in the cache.
  private static let blockSize = 1024
  /// Blocks that a thread takes at a time.
  private static let blocksOfRun = 16

  /// The label of each row, n of them, by the least distance in double precision, ties to the lowest.
  func labels<Samples: RowMajorMatrix>(
    of samples: Samples, threadCount: Int, instructionSet: InstructionSet
  ) throws(ClusteringError) -> [Int] where Samples.Element: BLASScalar {
    guard samples.columnCount == centroids.columnCount else {
      throw .columnCount(expected: centroids.columnCount, found: samples.columnCount)
    }
    let (n, work) = (samples.rowCount, samples.rowCount * centroids.elements.count)
    guard n > 0 else { return [] }
    if work <= Self.mostWorkDone, let labels = directLabels(samples) { return labels }
    let isSmall = work < KMeans.Engine(instructionSet: instructionSet).leastWorkOfThread
    let labels = labels(
      try ShiftedSamples(unshifted: samples), threadCount: isSmall ? 1 : threadCount,
      instructionSet.instructions)
    guard let labels else {
      // Finds the first element that is at fault.
      _ = try ShiftedSamples(samples, totalWeight: 1, threadCount: threadCount)
      preconditionFailure("an element is not finite or too large")
    }
    return labels
  }

  /// The labels of all rows; nil where an element is not finite or too large.
  private func labels(
    _ samples: ShiftedSamples, threadCount: Int, _ instructions: coterie_instructions
  ) -> [Int]? {
    let (n, d, k) = (samples.rowCount, samples.columnCount, centroids.rowCount)
    let limit = ShiftedSamples.sizeLimit(columnCount: d, totalWeight: 1)
    let means = (0..<d).map { column in
      (0..<k).reduce(0) { $0 + centroids[$1, column] / Double(k) }
    }
    let rows = KernelSamples(
      samples.centered(on: means), weights: nil, including: centroids.elements)
    // Farther out than this, scores could overflow.
    let scoreLimit = 0x1p40 / rows.scale
    // Squares so small that double precision has none to compare scores by.
    let isTiny = factors != nil && rows.scale > 0x1p400
    let blockCount = (n + Self.blockSize - 1) / Self.blockSize
    let runCount = (blockCount + Self.blocksOfRun - 1) / Self.blocksOfRun
    var isSound = [Bool](repeating: false, count: runCount)
    let labels = [Int](unsafeUninitializedCapacity: n) { labels, count in
      rows.withUnsafe { raw in
        PackedCentroids(centroids.elements, factors: factors, raw).withUnsafe { packed in
          isSound.withUnsafeMutableBufferPointer { isSound in
            nonisolated(unsafe) let (raw, packed) = (raw, packed)
            nonisolated(unsafe) let (labels, isSound) = (labels, isSound)
            forEachBlock(count: isSound.count, threadCount: threadCount) { run in
              let blocks = run * Self.blocksOfRun..<min(blockCount, (run + 1) * Self.blocksOfRun)
              isSound[run] = blocks.allSatisfy { block in
                let rows = block * Self.blockSize..<min(n, (block + 1) * Self.blockSize)
                let size = coterie_largest_size(
                  instructions, raw, Int64(rows.lowerBound), Int64(rows.count))
                guard size <= limit, let target = labels.baseAddress.map({ $0 + rows.lowerBound })
                else { return false }
                if size <= scoreLimit && !isTiny {
                  assign(raw, packed, rows, instructions, to: target)
                } else {
                  assignDirectly(samples, rows, to: target)
                }
                return true
              }
            }
          }
        }
      }
      count = isSound.allSatisfy { $0 } ? n : 0
    }
    return labels.isEmpty ? nil : labels
  }

  private func assign(
    _ samples: UnsafePointer<coterie_samples>, _ centroids: UnsafePointer<coterie_centroids>,
    _ rows: Range<Int>, _ instructions: coterie_instructions,
    to labels: UnsafeMutablePointer<Int>
  ) {
    let scratchCount = Int(coterie_scratch_count(samples.pointee.column_count))
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: rows.count) { narrow in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: scratchCount) { scratch in
        guard let narrow = narrow.baseAddress, let scratch = scratch.baseAddress else { return }
        _ = coterie_assign(
          instructions, samples, centroids, Int64(rows.lowerBound), nil, Int64(rows.count), narrow,
          nil, nil, nil, nil, scratch)
        var row = 0
        while row < rows.count {
          labels[row] = Int(narrow[row])
          row &+= 1
        }
      }
    }
  }

  private func assignDirectly(
    _ samples: ShiftedSamples, _ rows: Range<Int>, to labels: UnsafeMutablePointer<Int>
  ) {
    for (offset, row) in rows.enumerated() {
      labels[offset] = samples.row(row).withUnsafeBufferPointer { row in
        row.baseAddress.map { nearest($0).label } ?? 0
      }
    }
  }

  /// The labels of a few rows; nil where one must be looked at more closely, or is at fault.
  private func directLabels<Samples: RowMajorMatrix>(
    _ samples: Samples
  ) -> [Int]? where Samples.Element: BLASScalar {
    let (n, d) = (samples.rowCount, samples.columnCount)
    let limit = ShiftedSamples.sizeLimit(columnCount: d, totalWeight: 1)
    var isSound = true
    let labels = [Int](unsafeUninitializedCapacity: n) { labels, count in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: d) { row in
        samples.withUnsafeElements { elements in
          guard let row = row.baseAddress, let elements = elements.baseAddress else { return }
          for index in 0..<n {
            Samples.Element.widen(elements + index * d, into: row, count: d)
            for column in 0..<d where !(abs(row[column]) <= limit) { isSound = false }
            let (label, distance) = nearest(row)
            // Squares that underflow or overflow tell nothing; with factors they are what is asked for.
            isSound = isSound && (factors != nil || distance > 1e-280 && distance < .infinity)
            labels[index] = label
          }
        }
      }
      count = n
    }
    return isSound ? labels : nil
  }

  /// The nearest centroid by direct differences, ties to the lowest, and its distance: the squared
  /// one where there are no factors.
  private func nearest(_ row: UnsafePointer<Double>) -> (label: Int, distance: Double) {
    centroids.elements.withUnsafeBufferPointer { elements in
      var (least, label) = (Double.infinity, 0)
      guard let base = elements.baseAddress else { return (label, least) }
      for cluster in 0..<centroids.rowCount {
        var distance = squaredDistance(
          row, base + cluster * centroids.columnCount, centroids.columnCount)
        if let factors { distance = factors[cluster] * distance.squareRoot() }
        if distance < least { (least, label) = (distance, cluster) }
      }
      return (label, least)
    }
  }
}
