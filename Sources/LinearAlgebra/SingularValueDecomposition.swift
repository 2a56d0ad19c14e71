internal import COpenBLAS

/// The thin singular value decomposition A = U diag(s) V, with r = min(n, d).
public struct SingularValueDecomposition: Sendable, Hashable {
  /// U, n × r, orthonormal columns.
  public let left: Matrix<Double>
  /// The singular values, r of them, largest first, none negative.
  public let values: [Double]
  /// V, r × d, orthonormal rows; the entry of largest size in each row is positive.
  public let right: Matrix<Double>

  /// Decomposes a matrix of n × d by divide and conquer (LAPACK's `dgesdd`).
  ///
  /// - Throws: `LinearAlgebraError.nonFinite`, `.didNotConverge`, and `.shape` for a matrix without
  ///   elements.
  /// - Complexity: O(n d min(n, d)) time, two copies of the matrix in memory.
  public init(_ matrix: Matrix<Double>) throws(LinearAlgebraError) {
    let (rows, columns) = (matrix.rowCount, matrix.columnCount)
    guard rows > 0, columns > 0 else {
      throw .shape(expected: "a matrix with elements", rows: rows, columns: columns)
    }
    if let place = matrix.firstNonFinite() {
      throw .nonFinite(row: place.row, column: place.column)
    }
    _ = OpenBLAS.isSingleThreaded
    // What is row-major here is the transpose to LAPACK: Aᵀ = Vᵀ diag(s) Uᵀ, and its outputs, by
    // columns, are V and U by rows.
    let rank = min(rows, columns)
    var a = matrix.elements
    var singularValues = [Double](repeating: 0, count: rank)
    var v = [Double](repeating: 0, count: columns * rank)
    var u = [Double](repeating: 0, count: rank * rows)
    var (m, n) = (OpenBLAS.dimension(columns), OpenBLAS.dimension(rows))
    var (aStride, vStride, uStride) = (m, m, OpenBLAS.dimension(rank))
    var integerWork = [Int32](repeating: 0, count: 8 * rank)
    var info: Int32 = 0
    var workSize: Int32 = -1
    var work = [0.0]
    dgesdd_(
      "S", &m, &n, &a, &aStride, &singularValues, &v, &vStride, &u, &uStride, &work, &workSize,
      &integerWork, &info, 1)
    guard info == 0, let needed = Int32(exactly: work[0].rounded(.up)) else {
      throw .didNotConverge(routine: "dgesdd", code: Int(info))
    }
    workSize = needed
    work = [Double](repeating: 0, count: Int(needed))
    dgesdd_(
      "S", &m, &n, &a, &aStride, &singularValues, &v, &vStride, &u, &uStride, &work, &workSize,
      &integerWork, &info, 1)
    guard info == 0 else { throw .didNotConverge(routine: "dgesdd", code: Int(info)) }
    values = singularValues
    let unsigned = Matrix(rowCount: rank, columnCount: columns, elements: v)
    let signs = unsigned.rowSigns()
    var signedLeft = Matrix(rowCount: rows, columnCount: rank, elements: u)
    for component in 0..<rank where signs[component] < 0 {
      for row in 0..<rows { signedLeft[row, component] = -signedLeft[row, component] }
    }
    left = signedLeft
    right = unsigned.withPositiveLargestEntries()
  }
}
