internal import CKernels
internal import Foundation
internal import LinearAlgebra

/// Samples in double precision, read in blocks of fixed size, less a shift that loses no bit.
///
/// Columns far from zero would cost digits in the expanded form of squared distances and in sums.
/// The shift of such a column is its mean rounded to a power of two about as large as its range, so
/// that every difference x - shift is exact: shifted data have exactly the distances of the data
/// given.
struct ShiftedSamples: Sendable {
  static let blockSize = 1024

  let rowCount: Int
  let columnCount: Int
  let shift: [Double]
  let storage: SampleStorage
  /// Least, largest and mean element of every column, and its population variance, whatever the
  /// weights; empty where the samples were not read.
  let least: [Double]
  let largest: [Double]
  let means: [Double]
  let variances: [Double]

  var blockCount: Int { (rowCount + Self.blockSize - 1) / Self.blockSize }

  func rows(of block: Int) -> Range<Int> {
    block * Self.blockSize..<min(rowCount, (block + 1) * Self.blockSize)
  }

  /// Reads the samples once to check them and to choose the shift.
  ///
  /// `totalWeight` is what squared distances are multiplied by at most; it sets the limit of size.
  init<Samples: RowMajorMatrix>(
    _ samples: Samples, totalWeight: Double, threadCount: Int
  ) throws(ClusteringError) where Samples.Element: BLASScalar {
    let unshifted = try Self(unshifted: samples)
    let limit = Self.sizeLimit(columnCount: samples.columnCount, totalWeight: totalWeight)
    let summaries = unshifted.columnSummaries(threadCount: threadCount)
    if let range = summaries.firstOutside(limit),
      let place = unshifted.firstOutside(limit, in: range)
    {
      if !place.value.isFinite { throw .nonFinite(row: place.row, column: place.column) }
      throw .valueTooLarge(row: place.row, column: place.column, limit: limit)
    }
    let (least, largest, means, variances) = summaries.totals()
    self.init(
      rowCount: unshifted.rowCount, columnCount: unshifted.columnCount,
      shift: (0..<samples.columnCount).map { column in
        Self.shift(least: least[column], largest: largest[column], mean: means[column])
      }, storage: unshifted.storage, least: least, largest: largest, means: means,
      variances: variances)
  }

  /// The samples as they are, not checked but for being there at all.
  init<Samples: RowMajorMatrix>(
    unshifted samples: Samples
  ) throws(ClusteringError) where Samples.Element: BLASScalar {
    guard samples.rowCount > 0, samples.columnCount > 0 else {
      throw .emptyMatrix(rows: samples.rowCount, columns: samples.columnCount)
    }
    self.init(
      rowCount: samples.rowCount, columnCount: samples.columnCount,
      shift: [Double](repeating: 0, count: samples.columnCount), storage: SampleStorage(samples),
      least: [], largest: [], means: [], variances: [])
  }

  private init(
    rowCount: Int, columnCount: Int, shift: [Double], storage: SampleStorage, least: [Double],
    largest: [Double], means: [Double], variances: [Double]
  ) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.shift = shift
    self.storage = storage
    self.least = least
    self.largest = largest
    self.means = means
    self.variances = variances
  }

  /// The same samples without a shift.
  var unshifted: ShiftedSamples {
    ShiftedSamples(
      rowCount: rowCount, columnCount: columnCount,
      shift: [Double](repeating: 0, count: columnCount), storage: storage, least: least,
      largest: largest, means: means, variances: variances)
  }

  /// The same samples, to be centred on `means` where they are scored.
  func centered(on means: [Double]) -> ShiftedSamples {
    ShiftedSamples(
      rowCount: rowCount, columnCount: columnCount, shift: shift, storage: storage, least: least,
      largest: largest, means: means, variances: variances)
  }

  /// Some of the rows, as they were given: of the same shift, means and bounds.
  func replacingRows(by rows: Matrix<Double>) -> ShiftedSamples {
    ShiftedSamples(
      rowCount: rows.rowCount, columnCount: columnCount, shift: shift,
      storage: SampleStorage(rows), least: least, largest: largest, means: means,
      variances: variances)
  }

  /// The largest size of an element for which no sum of squared distances overflows.
  static func sizeLimit(columnCount: Int, totalWeight: Double) -> Double {
    let terms = 16 * Double(columnCount) * max(1, totalWeight)
    return (Double.greatestFiniteMagnitude / terms).squareRoot()
  }

  /// Writes rows, shifted, to `target`.
  func load(_ rows: Range<Int>, into target: UnsafeMutablePointer<Double>) {
    loadUnshifted(rows, into: target)
    guard shift.contains(where: { $0 != 0 }) else { return }
    shift.withUnsafeBufferPointer { shift in
      var position = 0
      for _ in rows {
        var column = 0
        while column < columnCount {
          target[position] -= shift[column]
          position &+= 1
          column &+= 1
        }
      }
    }
  }

  /// Writes rows as they were given to `target`.
  func loadUnshifted(_ rows: Range<Int>, into target: UnsafeMutablePointer<Double>) {
    storage.widen(rows.lowerBound * columnCount, rows.count * columnCount, into: target)
  }

  /// One row, shifted.
  func row(_ row: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: columnCount) { buffer, count in
      if let target = buffer.baseAddress { load(row..<row + 1, into: target) }
      count = columnCount
    }
  }

  /// Calls `body` with every block, shifted, on at most `threadCount` threads.
  func forEachBlock(
    threadCount: Int,
    _ body: @Sendable (_ block: Int, _ rows: Range<Int>, UnsafePointer<Double>) -> Void
  ) {
    LinearAlgebra.forEachBlock(count: blockCount, threadCount: threadCount) { block in
      let rows = rows(of: block)
      withUnsafeTemporaryAllocation(of: Double.self, capacity: rows.count * columnCount) {
        scratch in
        guard let target = scratch.baseAddress else { return }
        load(rows, into: target)
        body(block, rows, target)
      }
    }
  }

  private func columnSummaries(threadCount: Int) -> ColumnSummaries {
    let columnCount = columnCount
    var summaries = [Double](repeating: 0, count: blockCount * 4 * columnCount)
    let raw = KernelSamples(self, weights: nil)
    raw.withUnsafe { samples in
      summaries.withUnsafeMutableBufferPointer { buffer in
        nonisolated(unsafe) let (buffer, samples) = (buffer, samples)
        LinearAlgebra.forEachBlock(count: blockCount, threadCount: threadCount) { block in
          guard let base = buffer.baseAddress else { return }
          let rows = rows(of: block)
          let summary = base + block * 4 * columnCount
          coterie_summarize(
            InstructionSet.best.instructions, samples, Int64(rows.lowerBound), Int64(rows.count),
            summary, summary + columnCount, summary + 2 * columnCount,
            summary + 3 * columnCount)
        }
      }
    }
    let weights = (0..<blockCount).map { Double(rows(of: $0).count) / Double(rowCount) }
    return ColumnSummaries(
      columnCount: columnCount, weights: weights, rowCount: rowCount, values: summaries)
  }

  /// The shift of a column; see the type.
  private static func shift(least: Double, largest: Double, mean: Double) -> Double {
    let range = largest - least
    if range == 0 { return least }
    // Within 8 ranges of zero there is nothing to gain; beyond, x and the shift are multiples of
    // the same small power of two and close enough for their difference to be exact.
    guard abs(mean) >= 8 * range else { return 0 }
    let unit = scalbn(1.0, Int(range.exponent) + 1)
    return (mean / unit).rounded() * unit
  }

  private func firstOutside(
    _ limit: Double, in block: Int
  ) -> (row: Int, column: Int, value: Double)? {
    for row in rows(of: block) {
      for (column, value) in self.row(row).enumerated() where !(abs(value) <= limit) {
        return (row, column, value)
      }
    }
    return nil
  }
}

/// Least, largest and mean value of every column in every block, and its sum of squares around it.
private struct ColumnSummaries {
  let columnCount: Int
  /// The share of the rows that are in each block.
  let weights: [Double]
  let rowCount: Int
  let values: [Double]

  /// The first block that has an element over `limit` in size, or none that is a number.
  func firstOutside(_ limit: Double) -> Int? {
    weights.indices.first { block in
      let bounds = values[block * 4 * columnCount..<(block * 4 + 2) * columnCount]
      return bounds.contains { !(abs($0) <= limit) }
    }
  }

  /// Least, largest and mean value of every column, and its population variance.
  func totals() -> (
    least: [Double], largest: [Double], means: [Double], variances: [Double]
  ) {
    var least = [Double](repeating: .infinity, count: columnCount)
    var largest = [Double](repeating: -.infinity, count: columnCount)
    var means = [Double](repeating: 0, count: columnCount)
    var variances = means
    for block in weights.indices {
      for column in 0..<columnCount {
        let summary = block * 4 * columnCount + column
        least[column] = min(least[column], values[summary])
        largest[column] = max(largest[column], values[summary + columnCount])
        means[column] += weights[block] * values[summary + 2 * columnCount]
      }
    }
    for block in weights.indices {
      for column in 0..<columnCount {
        let summary = block * 4 * columnCount + column
        let offset = values[summary + 2 * columnCount] - means[column]
        variances[column] +=
          values[summary + 3 * columnCount] / Double(rowCount) + weights[block] * offset * offset
      }
    }
    return (least, largest, means, variances)
  }
}
