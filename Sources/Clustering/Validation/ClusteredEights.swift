internal import CKernels
internal import LinearAlgebra

/// Rows cluster after cluster, once as they come and once in eights that vectors take at a time, for
/// sums of the distances from rows to whole clusters.
struct ClusteredEights: Sendable {
  private let measure: coterie_measure
  private let columnCount: Int
  /// The rows in the form that distances are computed in, and 3 more.
  private let rows: [Double]
  /// Columns of 8 coordinates; the last eight of a cluster is filled up with zeros.
  private let eights: [Double]
  /// The number of rows of each cluster.
  private let sizes: [Int]

  init(_ samples: LabeledSamples, metric: Metric) throws(ClusteringError) {
    let (n, d) = (samples.ordered.rowCount, samples.ordered.columnCount)
    measure =
      switch metric {
      case .euclidean: COTERIE_ROOT_OF_SQUARES
      case .squaredEuclidean: COTERIE_SQUARES
      case .cityblock: COTERIE_SIZES
      case .chebyshev: COTERIE_LARGEST_SIZE
      case .cosine, .correlation: COTERIE_HALF_OF_SQUARES
      }
    columnCount = d
    sizes = samples.sizes
    var rows = samples.ordered.elements
    if metric == .cosine || metric == .correlation {
      for row in 0..<n {
        let prepared = try MetricRows.prepared(
          Array(rows[row * d..<(row + 1) * d]), metric, row: samples.order[row])
        for column in 0..<d { rows[row * d + column] = prepared[column] }
      }
    }
    let eightCount = sizes.reduce(0) { $0 + ($1 + 7) / 8 }
    var eights = [Double](repeating: 0, count: eightCount * 8 * d)
    eights.withUnsafeMutableBufferPointer { eights in
      rows.withUnsafeBufferPointer { rows in
        var (row, eight) = (0, 0)
        for size in samples.sizes {
          for place in 0..<size {
            let first = (eight &+ place / 8) &* 8 &* d &+ place % 8
            for column in 0..<d { eights[first &+ 8 &* column] = rows[row &* d &+ column] }
            row &+= 1
          }
          eight &+= (size &+ 7) / 8
        }
      }
    }
    self.eights = eights
    // Rows are compared four at a time.
    rows.append(contentsOf: repeatElement(0, count: 3 * d))
    self.rows = rows
  }

  /// The sums of the distances from each row of a range to the rows of each cluster, count × k.
  func distanceSums(from range: Range<Int>, _ instructionSet: InstructionSet) -> [Double] {
    let (k, d) = (sizes.count, columnCount)
    let count = (range.count + 3) / 4 * 4
    // Eights that stay in the cache while all rows of the range are compared with them.
    let eightsPerRun = max(1, 4096 / d)
    var sums = [Double](repeating: 0, count: count * k)
    sums.withUnsafeMutableBufferPointer { sums in
      rows.withUnsafeBufferPointer { rows in
        eights.withUnsafeBufferPointer { eights in
          guard let sums = sums.baseAddress, let rows = rows.baseAddress,
            let eights = eights.baseAddress
          else { return }
          var first = 0
          for (cluster, size) in sizes.enumerated() {
            let end = first + (size + 7) / 8
            while first < end {
              let last = min(end, first + eightsPerRun)
              coterie_distance_sums(
                instructionSet.instructions, measure, Int64(d), rows + range.lowerBound * d,
                Int64(count), eights + first * 8 * d, Int64(last - first),
                last == end ? Int64((size - 1) % 8 + 1) : 8, sums + cluster, Int64(k))
              first = last
            }
          }
        }
      }
    }
    return sums
  }
}
