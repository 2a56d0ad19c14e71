/// A dense matrix whose elements lie in memory row after row, whoever holds them.
///
/// Element (i, j) is number `i * columnCount + j` of the elements. What takes any such matrix reads
/// it in place, so that elements in a file (`MappedMatrix`) need no copy beside them.
public protocol RowMajorMatrix<Element>: Sendable {
  /// The type of the elements.
  associatedtype Element: BinaryFloatingPoint & Sendable
  /// The number of rows, n.
  var rowCount: Int { get }
  /// The number of columns, d.
  var columnCount: Int { get }

  /// Calls `body` with all elements, n × d, row after row; the pointer must not escape.
  func withUnsafeElements<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result
}

extension Matrix: RowMajorMatrix {
  /// Calls `body` with all elements, n × d, row after row; the pointer must not escape.
  @inlinable
  public func withUnsafeElements<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try elements.withUnsafeBufferPointer(body)
  }

  /// Makes a matrix of its own from any other; one that is a `Matrix` already shares its storage.
  ///
  /// - Complexity: O(n d) time and memory, or O(1).
  public init(_ other: some RowMajorMatrix<Element>) {
    if let matrix = other as? Matrix {
      self = matrix
    } else {
      self.init(
        rowCount: other.rowCount, columnCount: other.columnCount,
        elements: other.withUnsafeElements { Array($0) })
    }
  }
}

extension RowMajorMatrix {
  /// The matrix of the rows named, in the order given; a row may be named more than once.
  ///
  /// - Precondition: all rows are in 0..<n.
  @inlinable
  public func selectingRows(_ rows: some Sequence<Int>) -> Matrix<Element> {
    var selected: [Element] = []
    var count = 0
    withUnsafeElements { elements in
      for row in rows {
        selected.append(contentsOf: elements[row * columnCount..<(row + 1) * columnCount])
        count += 1
      }
    }
    return Matrix(rowCount: count, columnCount: columnCount, elements: selected)
  }

  /// The same numbers in another precision.
  @inlinable
  public func converted<Other: BinaryFloatingPoint & Sendable>(
    to type: Other.Type = Other.self
  ) -> Matrix<Other> {
    Matrix<Other>(
      rowCount: rowCount, columnCount: columnCount,
      elements: withUnsafeElements { elements in elements.map { Other($0) } })
  }
}
