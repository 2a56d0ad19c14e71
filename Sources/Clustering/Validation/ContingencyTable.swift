/// How two labelings of the same rows cross: how many rows have label i in one and j in the other.
public struct ContingencyTable: Sendable, Hashable {
  /// A label pair that some row has.
  public struct Cell: Sendable, Hashable {
    /// The place of the first labeling's label in `rowLabels`.
    public let row: Int
    /// The place of the second labeling's label in `columnLabels`.
    public let column: Int
    /// The number of rows that have both labels, at least 1.
    public let count: Int
  }

  /// The distinct labels of the first labeling, rising; R of them.
  public let rowLabels: [Int]
  /// The distinct labels of the second labeling, rising; C of them.
  public let columnLabels: [Int]
  /// The cells that are not 0, row after row.
  public let cells: [Cell]
  /// The number of rows of each label of the first labeling, R of them.
  public let rowSums: [Int]
  /// The number of rows of each label of the second labeling, C of them.
  public let columnSums: [Int]
  /// The number of rows labelled, n.
  public let count: Int

  /// Crosses two labelings; labels may be any numbers.
  ///
  /// - Parameters:
  ///   - first: The truth, where an index tells truth and prediction apart; n labels.
  ///   - second: The prediction; n labels.
  /// - Throws: `ClusteringError.labelCount` where the counts differ.
  /// - Complexity: O(n) time and memory beside the cells, where labels are numbers of a range not much
  ///   wider than n; else a hash table of the labels more.
  public init(_ first: [Int], _ second: [Int]) throws(ClusteringError) {
    guard first.count == second.count else {
      throw .labelCount(expected: first.count, found: second.count)
    }
    let (rows, columns) = (LabelEncoding(first), LabelEncoding(second))
    count = first.count
    (rowLabels, columnLabels) = (rows.labels, columns.labels)
    (rowSums, columnSums) = (rows.counts, columns.counts)
    let size = rows.labels.count.multipliedReportingOverflow(by: columns.labels.count)
    cells =
      !size.overflow && size.partialValue <= Self.mostCounters
      ? Self.countedDensely(rows, columns) : Self.countedByRow(rows, columns)
  }

  /// A counter for each possible cell is kept up to this many, which the cache holds.
  private static let mostCounters = 1 << 22

  private static func countedDensely(_ rows: LabelEncoding, _ columns: LabelEncoding) -> [Cell] {
    let width = columns.labels.count
    var counts = [UInt32](repeating: 0, count: rows.labels.count * width)
    var carries: [Int: Int] = [:]
    rows.codes.withUnsafeBufferPointer { rows in
      columns.codes.withUnsafeBufferPointer { columns in
        counts.withUnsafeMutableBufferPointer { counts in
          var index = 0
          while index < rows.count {
            let cell = Int(rows[index]) &* width &+ Int(columns[index])
            counts[cell] &+= 1
            if counts[cell] == 0 { carries[cell, default: 0] += 1 << 32 }
            index &+= 1
          }
        }
      }
    }
    var cells: [Cell] = []
    for row in rows.labels.indices {
      for column in 0..<width {
        let place = row &* width &+ column
        let count = Int(counts[place]) + (carries.isEmpty ? 0 : carries[place, default: 0])
        if count > 0 { cells.append(Cell(row: row, column: column, count: count)) }
      }
    }
    return cells
  }

  /// Counts the columns of one row label after another, the rows being put in the order of these.
  private static func countedByRow(_ rows: LabelEncoding, _ columns: LabelEncoding) -> [Cell] {
    var next = [0]
    for count in rows.counts { next.append(next[next.count - 1] + count) }
    let starts = next
    let ordered = [Int32](unsafeUninitializedCapacity: rows.codes.count) { target, count in
      for (row, column) in zip(rows.codes, columns.codes) {
        target[next[Int(row)]] = column
        next[Int(row)] &+= 1
      }
      count = rows.codes.count
    }
    var counts = [Int](repeating: 0, count: columns.labels.count)
    var (cells, found): ([Cell], [Int32]) = ([], [])
    for row in rows.labels.indices {
      for column in ordered[starts[row]..<starts[row + 1]] {
        if counts[Int(column)] == 0 { found.append(column) }
        counts[Int(column)] &+= 1
      }
      found.sort()
      for column in found {
        cells.append(Cell(row: row, column: Int(column), count: counts[Int(column)]))
        counts[Int(column)] = 0
      }
      found.removeAll(keepingCapacity: true)
    }
    return cells
  }
}

/// Labels as places in the rising list of the distinct ones, of which there are fewer than 2³¹.
struct LabelEncoding {
  let labels: [Int]
  let codes: [Int32]
  let counts: [Int]

  init(_ values: [Int]) {
    var (least, most) = (Int.max, Int.min)
    for value in values {
      least = Swift.min(least, value)
      most = Swift.max(most, value)
    }
    guard least <= most else {
      (labels, codes, counts) = ([], [], [])
      return
    }
    let span = most.subtractingReportingOverflow(least)
    if !span.overflow, span.partialValue <= 4 * values.count + 1024 {
      var counts = [Int](repeating: 0, count: span.partialValue + 1)
      for value in values { counts[value &- least] &+= 1 }
      let present = counts.indices.filter { counts[$0] > 0 }
      var places = [Int32](repeating: 0, count: counts.count)
      for (place, index) in present.enumerated() { places[index] = Int32(place) }
      labels = present.map { $0 + least }
      codes = values.map { places[$0 &- least] }
      self.counts = present.map { counts[$0] }
    } else {
      let distinct = Set(values).sorted()
      let places = Dictionary(
        uniqueKeysWithValues: zip(distinct, 0 as Int32..<Int32(distinct.count)))
      let codes = values.map { places[$0, default: 0] }
      var counts = [Int](repeating: 0, count: distinct.count)
      for code in codes { counts[Int(code)] += 1 }
      (self.labels, self.codes, self.counts) = (distinct, codes, counts)
    }
  }
}
