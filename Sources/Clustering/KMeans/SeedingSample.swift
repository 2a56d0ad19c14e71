internal import LinearAlgebra

/// A weighted sample of the rows, small enough for the cache, column after column.
///
/// Up to twice `rowLimit` rows are taken whole. Of more, one row is drawn from each of `rowLimit`
/// strata of equal weight in row order, so every row's expected weight in the sample is in
/// proportion to its own. Rows of weight 0 are left out.
struct SeedingSample: Sendable {
  /// The sample's rows, by their number in the samples, rising.
  let rows: [Int]
  /// d runs of `rowCount` numbers.
  let values: [Double]
  /// The weight of each sampled row.
  let weights: [Double]
  let columnCount: Int
  /// True where every row of positive weight is in the sample.
  let isWhole: Bool

  var rowCount: Int { rows.count }

  init(
    _ samples: ShiftedSamples, weights: [Double]?, rowLimit: Int,
    using generator: inout SeededGenerator
  ) {
    var (rows, drawn) = ([Int](), [Double]())
    isWhole = samples.rowCount <= 2 * rowLimit
    if isWhole {
      rows =
        weights.map { weights in weights.indices.filter { weights[$0] > 0 } }
        ?? Array(0..<samples.rowCount)
      drawn = rows.map { weights?[$0] ?? 1 }
    } else {
      let total = weights?.reduce(0, +) ?? Double(samples.rowCount)
      let stratum = total / Double(rowLimit)
      var (row, end) = (0, weights?[0] ?? 1)
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
        if rows.last == row {
          drawn[drawn.count - 1] += stratum
        } else {
          rows.append(row)
          drawn.append(stratum)
        }
      }
    }
    let (count, d) = (rows.count, samples.columnCount)
    var values = [Double](repeating: 0, count: count * d)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: d) { scratch in
      guard let scratch = scratch.baseAddress else { return }
      for (position, row) in rows.enumerated() {
        samples.load(row..<row + 1, into: scratch)
        for column in 0..<d { values[column * count + position] = scratch[column] }
      }
    }
    self.rows = rows
    self.values = values
    self.weights = drawn
    columnCount = d
  }

  static let blockSize = 512

  var blockCount: Int { (rowCount + Self.blockSize - 1) / Self.blockSize }

  func rows(of block: Int) -> Range<Int> {
    block * Self.blockSize..<min(rowCount, (block + 1) * Self.blockSize)
  }

  /// Calls `body` for every block of rows, on one thread where `work` numbers per element are too
  /// few to share.
  func forEachBlock(work: Int, threadCount: Int, _ body: @Sendable (_ block: Int) -> Void) {
    let threads = rowCount * columnCount * work < 1 << 17 ? 1 : threadCount
    LinearAlgebra.forEachBlock(count: blockCount, threadCount: threads, body)
  }

  /// One sampled row, d numbers.
  func row(_ position: Int) -> [Double] {
    (0..<columnCount).map { values[$0 * rowCount + position] }
  }
}
