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
  /// - Complexity: O(n + R C) where labels are small numbers, else O(n log n).
  public init(_ first: [Int], _ second: [Int]) throws(ClusteringError) {
    guard first.count == second.count else {
      throw .labelCount(expected: first.count, found: second.count)
    }
    let (rows, columns) = (LabelEncoding(first), LabelEncoding(second))
    count = first.count
    (rowLabels, columnLabels) = (rows.labels, columns.labels)
    (rowSums, columnSums) = (rows.counts, columns.counts)
    let width = max(1, columns.labels.count)
    let size = rows.labels.count.multipliedReportingOverflow(by: width)
    if !size.overflow, size.partialValue <= 4 * first.count + 1024 {
      var counts = [Int](repeating: 0, count: size.partialValue)
      for index in first.indices {
        counts[rows.codes[index] * width + columns.codes[index]] += 1
      }
      cells = counts.enumerated().filter { $0.element > 0 }.map {
        Cell(row: $0.offset / width, column: $0.offset % width, count: $0.element)
      }
    } else {
      var counts: [[Int]: Int] = [:]
      for index in first.indices {
        counts[[rows.codes[index], columns.codes[index]], default: 0] += 1
      }
      cells = counts.map { Cell(row: $0.key[0], column: $0.key[1], count: $0.value) }
        .sorted { ($0.row, $0.column) < ($1.row, $1.column) }
    }
  }
}

/// Labels as places in the rising list of the distinct ones.
struct LabelEncoding {
  let labels: [Int]
  let codes: [Int]
  let counts: [Int]

  init(_ values: [Int]) {
    guard let least = values.min(), let most = values.max() else {
      (labels, codes, counts) = ([], [], [])
      return
    }
    let span = most.subtractingReportingOverflow(least)
    if !span.overflow, span.partialValue <= 4 * values.count + 1024 {
      var counts = [Int](repeating: 0, count: span.partialValue + 1)
      for value in values { counts[value - least] += 1 }
      let present = counts.indices.filter { counts[$0] > 0 }
      var places = [Int](repeating: 0, count: counts.count)
      for (place, index) in present.enumerated() { places[index] = place }
      labels = present.map { $0 + least }
      codes = values.map { places[$0 - least] }
      self.counts = present.map { counts[$0] }
    } else {
      let distinct = Set(values).sorted()
      let places = Dictionary(uniqueKeysWithValues: zip(distinct, distinct.indices))
      let codes = values.map { places[$0, default: 0] }
      var counts = [Int](repeating: 0, count: distinct.count)
      for code in codes { counts[code] += 1 }
      (self.labels, self.codes, self.counts) = (distinct, codes, counts)
    }
  }
}
