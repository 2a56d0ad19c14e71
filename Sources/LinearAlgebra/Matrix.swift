/// A dense row-major matrix: row `i` is a sample, column `j` a feature.
///
/// Element (i, j) is `elements[i * columnCount + j]`. A matrix may have no rows or no columns.
/// Copies share their storage until one is written to.
public struct Matrix<Element: BinaryFloatingPoint & Sendable>: Sendable, Hashable {
  /// The number of rows, n.
  public let rowCount: Int
  /// The number of columns, d.
  public let columnCount: Int
  /// All elements, n × d, row after row.
  public var elements: [Element]

  /// Makes a matrix from its elements, row after row.
  ///
  /// - Precondition: `elements.count == rowCount * columnCount`, both counts not negative.
  @inlinable
  public init(rowCount: Int, columnCount: Int, elements: [Element]) {
    precondition(rowCount >= 0 && columnCount >= 0, "a matrix cannot have negative counts")
    precondition(elements.count == rowCount * columnCount, "elements must be rows × columns")
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.elements = elements
  }

  /// Makes a matrix that holds one value everywhere.
  @inlinable
  public init(rowCount: Int, columnCount: Int, repeating value: Element = 0) {
    self.init(
      rowCount: rowCount, columnCount: columnCount,
      elements: [Element](repeating: value, count: rowCount * columnCount))
  }

  /// Makes a matrix from rows of equal length.
  ///
  /// - Precondition: all rows have the same count.
  @inlinable
  public init(rows: [[Element]]) {
    let columnCount = rows.first?.count ?? 0
    precondition(rows.allSatisfy { $0.count == columnCount }, "rows must have equal counts")
    self.init(rowCount: rows.count, columnCount: columnCount, elements: rows.flatMap { $0 })
  }

  /// The element in row `row` and column `column`, both counted from 0.
  @inlinable
  public subscript(row: Int, column: Int) -> Element {
    get { elements[row * columnCount + column] }
    set { elements[row * columnCount + column] = newValue }
  }

  /// Row `row` as a slice of the storage.
  @inlinable
  public func row(_ row: Int) -> ArraySlice<Element> {
    elements[row * columnCount..<(row + 1) * columnCount]
  }

  /// The elements of column `column`, top to bottom.
  ///
  /// - Complexity: O(n).
  @inlinable
  public func column(_ column: Int) -> [Element] {
    (0..<rowCount).map { elements[$0 * columnCount + column] }
  }

  /// The matrix of the columns named, in the order given.
  @inlinable
  public func selectingColumns(_ columns: [Int]) -> Matrix {
    var selected: [Element] = []
    selected.reserveCapacity(rowCount * columns.count)
    for row in 0..<rowCount {
      for column in columns { selected.append(self[row, column]) }
    }
    return Matrix(rowCount: rowCount, columnCount: columns.count, elements: selected)
  }

  /// The transposed matrix, d × n.
  @inlinable
  public func transposed() -> Matrix {
    var result = Matrix(rowCount: columnCount, columnCount: rowCount)
    for row in 0..<rowCount {
      for column in 0..<columnCount { result[column, row] = self[row, column] }
    }
    return result
  }
}
