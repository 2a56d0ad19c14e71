internal import CKernels
internal import LinearAlgebra

/// A weighted sample of the rows, small enough for the cache, column after column.
///
/// Up to twice `rowLimit` rows are taken whole. Of more, one row is drawn from each of `rowLimit`
/// strata of equal weight in row order, so every row's expected weight in the sample is in
/// proportion to its own. Rows of weight 0 are left out.
struct SeedingSample: Sendable {
  let rowCount: Int
  /// d columns of `stride` numbers, of which the last are 0.
  let values: [Double]
  /// The weight of each sampled row, and 0 for what follows to the stride.
  let weights: [Double]
  let columnCount: Int
  /// The number of rows rounded up to a multiple of 8.
  let stride: Int
  /// True where every row of positive weight is in the sample.
  let isWhole: Bool

  init(
    _ samples: ShiftedSamples, weights: [Double]?, rowLimit: Int,
    threadCount: Int, using generator: inout SeededGenerator
  ) {
    var (rows, drawn) = ([Int64](), [Double]())
    isWhole = samples.rowCount <= 2 * rowLimit
    if isWhole {
      rows =
        weights.map { weights in weights.indices.filter { weights[$0] > 0 }.map { Int64($0) } }
        ?? Array(0..<Int64(samples.rowCount))
      drawn = rows.map { weights?[Int($0)] ?? 1 }
    } else {
      let total = weights?.reduce(0, +) ?? Double(samples.rowCount)
      let stratum = total / Double(rowLimit)
      var (row, end) = (0, weights?[0] ?? 1)
      rows.reserveCapacity(rowLimit)
      drawn.reserveCapacity(rowLimit + 8)
      for index in 0..<rowLimit {
        let target = (Double(index) + generator.uniform()) * stratum
        if let weights {
          while end <= target, row + 1 < samples.rowCount {
            row += 1
            end += weights[row]
          }
          // Rounding may leave the last target past the last row that weighs anything.
          while weights[row] <= 0 { row -= 1 }
        } else {
          row = min(samples.rowCount - 1, Int(target))
        }
        if let last = rows.last, last == row {
          drawn[drawn.count - 1] += stratum
        } else {
          rows.append(Int64(row))
          drawn.append(stratum)
        }
      }
    }
    rowCount = rows.count
    columnCount = samples.columnCount
    stride = (rowCount + 7) / 8 * 8
    drawn.append(contentsOf: repeatElement(0, count: stride - rowCount))
    self.weights = drawn
    values = Self.columns(of: rows, samples, stride: stride, threadCount: threadCount)
  }

  /// The rows, column after column.
  private static func columns(
    of rows: [Int64], _ samples: ShiftedSamples, stride: Int, threadCount: Int
  ) -> [Double] {
    let size = stride * samples.columnCount
    return [Double](unsafeUninitializedCapacity: size) { values, count in
      for column in 0..<samples.columnCount {
        for position in rows.count..<stride {
          values.initializeElement(at: column * stride + position, to: 0)
        }
      }
      count = size
      KernelSamples(samples, weights: nil).withUnsafe { raw in
        rows.withUnsafeBufferPointer { rows in
          nonisolated(unsafe) let (raw, rows, values) = (raw, rows, values)
          let blockCount = (rows.count + blockSize - 1) / blockSize
          LinearAlgebra.forEachBlock(count: blockCount, threadCount: threadCount) { block in
            guard let source = rows.baseAddress, let values = values.baseAddress else { return }
            let first = block * blockSize
            coterie_gather(
              raw, source + first, Int64(min(blockSize, rows.count - first)), Int64(stride),
              values + first)
          }
        }
      }
    }
  }

  static let blockSize = 2048

  var blockCount: Int { (rowCount + Self.blockSize - 1) / Self.blockSize }

  func rows(of block: Int) -> Range<Int> {
    block * Self.blockSize..<min(rowCount, (block + 1) * Self.blockSize)
  }

  /// Calls `body` for every block with the sample as the loops in C read it, on one thread where
  /// `work` operations per element are too few to share.
  ///
  /// The number of rows is that of the block, rounded up to eights.
  func forEachBlock(
    work: Int, threadCount: Int,
    _ body:
      @Sendable (
        _ block: Int, _ sample: UnsafePointer<coterie_sample>, _ first: Int, _ count: Int
      ) -> Void
  ) {
    let threads = rowCount * columnCount * work < 1 << 20 ? 1 : threadCount
    values.withUnsafeBufferPointer { values in
      weights.withUnsafeBufferPointer { weights in
        guard let values = values.baseAddress, let weights = weights.baseAddress else { return }
        var raw = coterie_sample(
          values: values, weights: weights, stride: Int64(stride), column_count: Int64(columnCount))
        withUnsafePointer(to: &raw) { raw in
          nonisolated(unsafe) let raw = raw
          LinearAlgebra.forEachBlock(count: blockCount, threadCount: threads) { block in
            let first = block * Self.blockSize
            body(block, raw, first, min(Self.blockSize, stride - first))
          }
        }
      }
    }
  }

  /// `size` sums over all rows, taken per block and added in block order.
  func sums(
    ofBlocks size: Int, work: Int, threadCount: Int,
    _ body:
      @Sendable (
        _ sample: UnsafePointer<coterie_sample>, _ first: Int, _ count: Int,
        _ sums: UnsafeMutablePointer<Double>
      ) -> Void
  ) -> [Double] {
    var partials = [Double](repeating: 0, count: blockCount * size)
    partials.withUnsafeMutableBufferPointer { partials in
      nonisolated(unsafe) let partials = partials
      forEachBlock(work: work, threadCount: threadCount) { block, raw, first, count in
        guard let partials = partials.baseAddress else { return }
        body(raw, first, count, partials + block * size)
      }
    }
    var totals = Array(partials.prefix(size))
    for block in 1..<max(1, blockCount) {
      for index in 0..<size { totals[index] += partials[block * size + index] }
    }
    return totals
  }

  /// One sampled row, d numbers.
  func row(_ position: Int) -> [Double] {
    (0..<columnCount).map { values[$0 * stride + position] }
  }
}
