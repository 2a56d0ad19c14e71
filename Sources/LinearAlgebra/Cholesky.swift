internal import COpenBLAS

/// The Cholesky factor of a symmetric positive definite matrix: A = L Lᵀ, L lower triangular.
public struct Cholesky: Sendable, Hashable {
  /// L, d × d; zero above the diagonal.
  public let lower: Matrix<Double>

  /// Factorises a matrix, of which only the lower triangle is read (LAPACK's `dpotrf`).
  ///
  /// - Parameters:
  ///   - matrix: A, d × d.
  ///   - relativeTolerance: A pivot at or under this share of its diagonal element of A counts as
  ///     zero: the column is then, up to rounding, a combination of those before it.
  /// - Throws: `LinearAlgebraError.shape` unless square; `.nonFinite`; `.notPositiveDefinite` with
  ///   the first column whose pivot is not positive.
  /// - Complexity: O(d³).
  public init(
    _ matrix: Matrix<Double>, relativeTolerance: Double = 0
  ) throws(LinearAlgebraError) {
    let size = matrix.rowCount
    guard matrix.columnCount == size else {
      throw .shape(expected: "a square matrix", rows: size, columns: matrix.columnCount)
    }
    if let place = matrix.firstNonFinite() {
      throw .nonFinite(row: place.row, column: place.column)
    }
    guard size > 0 else {
      lower = matrix
      return
    }
    _ = OpenBLAS.isSingleThreaded
    var factor = matrix
    var (n, info) = (OpenBLAS.dimension(size), Int32(0))
    var leadingDimension = n
    // LAPACK's upper triangle, by columns, is our lower triangle, by rows.
    dpotrf_("U", &n, &factor.elements, &leadingDimension, &info, 1)
    precondition(info >= 0, "dpotrf refused argument \(-info)")
    if info > 0 { throw .notPositiveDefinite(column: Int(info) - 1) }
    for row in 0..<size {
      let pivot = factor[row, row] * factor[row, row]
      if pivot <= relativeTolerance * matrix[row, row] { throw .notPositiveDefinite(column: row) }
      for column in row + 1..<max(size, row + 1) { factor[row, column] = 0 }
    }
    lower = factor
  }

  /// L⁻¹, d × d, lower triangular (LAPACK's `dtrtri`).
  ///
  /// - Complexity: O(d³).
  public func inverseLower() -> Matrix<Double> {
    var inverse = lower
    guard lower.rowCount > 0 else { return inverse }
    _ = OpenBLAS.isSingleThreaded
    var (n, info) = (OpenBLAS.dimension(lower.rowCount), Int32(0))
    var leadingDimension = n
    dtrtri_("U", "N", &n, &inverse.elements, &leadingDimension, &info, 1, 1)
    precondition(info == 0, "the diagonal of a Cholesky factor is positive")
    return inverse
  }
}
