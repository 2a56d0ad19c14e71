internal import Foundation
internal import LinearAlgebra

/// The distances between all pairs of n rows: (0, 1), (0, 2), ..., (1, 2), ..., n(n - 1)/2 of them.
struct CondensedDistances {
  let rowCount: Int
  let values: SharedBuffer<Double>

  /// Where the distance of two rows stands, less the larger of them: `start(i) + j` for i < j.
  static func start(_ row: Int, rowCount: Int) -> Int {
    let before = row &* (row &+ 1) / 2
    return row &* rowCount &- before &- row &- 1
  }

  /// Takes given distances after checking them.
  init(_ values: [Double]) throws(ClusteringError) {
    let root: Double = (1 + 8 * Double(values.count)).squareRoot()
    let rowCount = Int((1 + root) / 2)
    guard rowCount * (rowCount - 1) / 2 == values.count else { throw .condensedCount(values.count) }
    for (index, value) in values.enumerated() where !(value >= 0 && value < 1e150) {
      throw .distance(index: index)
    }
    self.rowCount = rowCount
    self.values = SharedBuffer(values)
  }

  /// Computes all distances of rows, by direct differences: products of rows would lose the digits
  /// of those that are near one another.
  ///
  /// The limit is asked for what clustering will keep of each pair, `bytesPerPair`.
  ///
  /// - Throws: `ClusteringError.matrixTooLarge` before any memory is taken.
  init(
    _ rows: MetricRows, bytesPerPair: Int, maximumBytes: Int, threadCount: Int
  ) throws(ClusteringError) {
    let n = rows.rowCount
    let count = (n * (n - 1) / 2).multipliedReportingOverflow(by: bytesPerPair)
    guard !count.overflow, count.partialValue <= maximumBytes else {
      throw .matrixTooLarge(bytes: count.overflow ? .max : count.partialValue, limit: maximumBytes)
    }
    rowCount = n
    let values = SharedBuffer<Double>(uninitializedCount: n * (n - 1) / 2)
    let rowsPerBlock = 16
    forEachBlock(count: (n + rowsPerBlock - 1) / rowsPerBlock, threadCount: threadCount) { block in
      for row in block * rowsPerBlock..<min(n, (block + 1) * rowsPerBlock) {
        rows.row(row).withUnsafeBufferPointer { point in
          guard let point = point.baseAddress else { return }
          let target = values.base + (Self.start(row, rowCount: n) + row + 1)
          rows.distances(from: point, to: row + 1..<n, into: target)
        }
      }
    }
    self.values = values
  }
}
