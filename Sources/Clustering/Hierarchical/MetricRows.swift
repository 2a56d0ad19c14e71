internal import LinearAlgebra

/// Rows stored column after column, so that distances from one point to a run of rows vectorise.
///
/// Distances are sums of direct differences, in the order of the columns. For cosine and
/// correlation the rows are (centred and) scaled to length 1 first: 1 - cos = ‖u - v‖²/2 then has
/// no cancellation.
struct MetricRows: Sendable {
  let metric: Metric
  let rowCount: Int
  let columnCount: Int
  /// Element (row, column) is `columns[column * rowCount + row]`.
  private(set) var columns: [Double]

  /// Checks samples and stores them.
  init<Scalar: BLASScalar>(
    _ samples: Matrix<Scalar>, metric: Metric, threadCount: Int
  ) throws(ClusteringError) {
    _ = try ShiftedSamples(
      samples, totalWeight: Double(samples.rowCount), threadCount: threadCount)
    let rows = try ShiftedSamples(unshifted: samples)
    try self.init(
      rowCount: rows.rowCount, columnCount: rows.columnCount, metric: metric, name: { $0 },
      row: { rows.row($0) })
  }

  /// Stores one row for each group of equal ones.
  init(_ rows: InitialClusters, metric: Metric) throws(ClusteringError) {
    let d = rows.columnCount
    try self.init(
      rowCount: rows.representatives.count, columnCount: d, metric: metric,
      name: { rows.representatives[$0] },
      row: { Array(rows.elements[$0 * d..<($0 + 1) * d]) })
  }

  // `row` gives the values of a row, `name` what it is called in errors.
  private init(
    rowCount n: Int, columnCount d: Int, metric: Metric, name: (Int) -> Int, row: (Int) -> [Double]
  ) throws(ClusteringError) {
    self.metric = metric
    rowCount = n
    columnCount = d
    columns = [Double](repeating: 0, count: n * d)
    for index in 0..<n {
      let values = try Self.prepared(row(index), metric, row: name(index))
      for column in 0..<d { columns[column * n + index] = values[column] }
    }
  }

  /// Stores rows that are in that form already, given row after row.
  init(prepared elements: [Double], columnCount: Int, metric: Metric) {
    self.metric = metric
    self.columnCount = columnCount
    rowCount = elements.count / columnCount
    columns = [Double](repeating: 0, count: elements.count)
    for row in 0..<rowCount {
      for column in 0..<columnCount {
        columns[column * rowCount + row] = elements[row * columnCount + column]
      }
    }
  }

  /// A row in the form that distances are computed in.
  static func prepared(
    _ row: [Double], _ metric: Metric, row index: Int
  ) throws(ClusteringError) -> [Double] {
    var row = row
    let isDefined = row.withUnsafeMutableBufferPointer {
      prepare($0, columnCount: $0.count, metric)
    }
    guard isDefined else { throw .undefinedDistance(row: index, metric) }
    return row
  }

  /// Brings rows into that form; false where one has no distances.
  static func prepare(
    _ rows: UnsafeMutableBufferPointer<Double>, columnCount d: Int, _ metric: Metric
  ) -> Bool {
    guard metric == .cosine || metric == .correlation else { return true }
    for first in stride(from: 0, to: rows.count, by: d) {
      let row = UnsafeMutableBufferPointer(rebasing: rows[first..<first + d])
      if metric == .correlation {
        let origin = row[0]
        let mean = row.reduce(0) { $0 + ($1 - origin) } / Double(d)
        for column in 0..<d { row[column] = (row[column] - origin) - mean }
      }
      let largest = row.reduce(0) { max($0, abs($1)) }
      guard largest > 0 else { return false }
      // Scaled first, so that squares of tiny numbers do not vanish.
      let length = row.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
      for column in 0..<d { row[column] = row[column] / largest / length }
    }
    return true
  }

  func row(_ row: Int) -> [Double] {
    (0..<columnCount).map { columns[$0 * rowCount + row] }
  }

  /// Writes the distances from `point` to the rows of `range` to `distances`, from its first place.
  func distances(
    from point: UnsafePointer<Double>, to range: Range<Int>,
    into distances: UnsafeMutablePointer<Double>
  ) {
    columns.withUnsafeBufferPointer { columns in
      guard let columns = columns.baseAddress else { return }
      let first = columns + range.lowerBound
      switch metric {
      case .cityblock:
        sumAbsoluteDifferences(first, rowCount, point, columnCount, range.count, distances)
      case .chebyshev:
        largestDifferences(first, rowCount, point, columnCount, range.count, distances)
      default: sumSquaredDifferences(first, rowCount, point, columnCount, range.count, distances)
      }
    }
    var index = 0
    switch metric {
    case .euclidean:
      while index < range.count {
        distances[index] = distances[index].squareRoot()
        index &+= 1
      }
    case .cosine, .correlation:
      while index < range.count {
        distances[index] *= 0.5
        index &+= 1
      }
    case .squaredEuclidean, .cityblock, .chebyshev: break
    }
  }

  /// Overwrites row `row` with the last of `liveCount` rows, which is thereby dropped.
  mutating func replace(_ row: Int, withLastOf liveCount: Int) {
    for column in 0..<columnCount {
      columns[column * rowCount + row] = columns[column * rowCount + liveCount - 1]
    }
  }

  /// Overwrites a row.
  mutating func set(_ row: Int, to values: [Double]) {
    for column in 0..<columnCount { columns[column * rowCount + row] = values[column] }
  }
}

/// Columns are visited for this many rows at a time, which stay in the first-level cache.
private let chunkSize = 512

/// Σ (x - y)² from one point to `count` rows whose columns are `stride` apart.
func sumSquaredDifferences(
  _ columns: UnsafePointer<Double>, _ stride: Int, _ point: UnsafePointer<Double>, _ d: Int,
  _ count: Int, _ sums: UnsafeMutablePointer<Double>
) {
  var start = 0
  while start < count {
    let size = min(chunkSize, count &- start)
    let target = sums + start
    var column = 0
    while column < d {
      let source = columns + (column &* stride &+ start)
      let value = point[column]
      var index = 0
      if column == 0 {
        while index < size {
          let difference = source[index] - value
          target[index] = difference * difference
          index &+= 1
        }
      } else {
        while index < size {
          let difference = source[index] - value
          target[index] += difference * difference
          index &+= 1
        }
      }
      column &+= 1
    }
    start &+= size
  }
}

private func sumAbsoluteDifferences(
  _ columns: UnsafePointer<Double>, _ stride: Int, _ point: UnsafePointer<Double>, _ d: Int,
  _ count: Int, _ sums: UnsafeMutablePointer<Double>
) {
  sums.update(repeating: 0, count: count)
  for column in 0..<d {
    let source = columns + column * stride
    let value = point[column]
    var index = 0
    while index < count {
      sums[index] += abs(source[index] - value)
      index &+= 1
    }
  }
}

private func largestDifferences(
  _ columns: UnsafePointer<Double>, _ stride: Int, _ point: UnsafePointer<Double>, _ d: Int,
  _ count: Int, _ largest: UnsafeMutablePointer<Double>
) {
  largest.update(repeating: 0, count: count)
  for column in 0..<d {
    let source = columns + column * stride
    let value = point[column]
    var index = 0
    while index < count {
      let difference = abs(source[index] - value)
      if difference > largest[index] { largest[index] = difference }
      index &+= 1
    }
  }
}
