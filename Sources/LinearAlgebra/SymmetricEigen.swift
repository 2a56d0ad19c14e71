internal import COpenBLAS

/// The eigenvalues and eigenvectors of a symmetric matrix: A v = λ v.
public struct SymmetricEigen: Sendable, Hashable {
  /// The eigenvalues, d of them, largest first.
  public let values: [Double]
  /// The eigenvectors as rows, d × d, orthonormal, row i for eigenvalue i.
  ///
  /// Of a vector and its negative the one whose entry of largest size is positive (the first such
  /// entry where two are equal). Equal eigenvalues fix no vectors, only their common space.
  public let vectors: Matrix<Double>

  /// Decomposes a symmetric matrix by divide and conquer (LAPACK's `dsyevd`).
  ///
  /// - Throws: `LinearAlgebraError.shape` unless square; `.nonFinite`; `.notSymmetric` where an
  ///   element and its mirror image differ by more than 1e-10 of the largest element;
  ///   `.didNotConverge`.
  /// - Complexity: O(d³).
  public init(_ matrix: Matrix<Double>) throws(LinearAlgebraError) {
    let size = matrix.rowCount
    guard matrix.columnCount == size else {
      throw .shape(expected: "a square matrix", rows: size, columns: matrix.columnCount)
    }
    if let place = matrix.firstNonFinite() {
      throw .nonFinite(row: place.row, column: place.column)
    }
    let largest = matrix.elements.reduce(0) { max($0, abs($1)) }
    for row in 0..<size {
      for column in 0..<row
      where abs(matrix[row, column] - matrix[column, row]) > 1e-10 * largest {
        throw .notSymmetric(row: row, column: column)
      }
    }
    guard size > 0 else {
      (values, vectors) = ([], matrix)
      return
    }
    _ = OpenBLAS.isSingleThreaded
    var a = matrix.elements
    var eigenvalues = [Double](repeating: 0, count: size)
    var (n, info) = (OpenBLAS.dimension(size), Int32(0))
    var workSize = OpenBLAS.dimension(1 + 6 * size + 2 * size * size)
    var integerWorkSize = OpenBLAS.dimension(3 + 5 * size)
    var work = [Double](repeating: 0, count: Int(workSize))
    var integerWork = [Int32](repeating: 0, count: Int(integerWorkSize))
    var leadingDimension = n
    // Column-major eigenvector columns are row-major eigenvector rows.
    dsyevd_(
      "V", "U", &n, &a, &leadingDimension, &eigenvalues, &work, &workSize, &integerWork,
      &integerWorkSize, &info, 1, 1)
    guard info == 0 else { throw .didNotConverge(routine: "dsyevd", code: Int(info)) }
    let ascending = Matrix(rowCount: size, columnCount: size, elements: a)
    values = eigenvalues.reversed()
    vectors = ascending.selectingRows((0..<size).reversed()).withPositiveLargestEntries()
  }
}

extension Matrix<Double> {
  /// The signs that make every row's entry of largest size positive.
  func rowSigns() -> [Double] {
    (0..<rowCount).map { index in
      let row = row(index)
      let largest = row.reduce(0.0) { abs($1) > abs($0) ? $1 : $0 }
      return largest < 0 ? -1 : 1
    }
  }

  /// The matrix with every row negated where its entry of largest size is negative.
  func withPositiveLargestEntries() -> Matrix<Double> {
    var result = self
    for (index, sign) in rowSigns().enumerated() where sign < 0 {
      for column in 0..<columnCount { result[index, column] = -result[index, column] }
    }
    return result
  }
}
