/// A linear map after which columns are uncorrelated and have variance 1.
///
/// z = L⁻¹ (x - mean), where L Lᵀ is the sample covariance (divided by n - 1): Euclidean distance
/// between whitened rows is Mahalanobis distance between the rows. L⁻¹ is lower triangular, so
/// column j of the result depends on columns 0...j alone.
public struct Whitening: Sendable, Hashable {
  /// The column means that are subtracted, d numbers.
  public let mean: [Double]
  /// L⁻¹, d × d, lower triangular.
  public let matrix: Matrix<Double>

  /// Makes a whitening from stored parts.
  ///
  /// - Precondition: `matrix` is d × d for d means.
  public init(mean: [Double], matrix: Matrix<Double>) {
    precondition(
      matrix.rowCount == mean.count && matrix.columnCount == mean.count, "d × d for d means")
    self.mean = mean
    self.matrix = matrix
  }

  /// Fits the map to samples (n × d) by the Cholesky factor of their covariance.
  ///
  /// A covariance is refused as singular where a column's variance, after regression on the columns
  /// before it, is at most 1e-10 of its own variance. With n at most d that is always so.
  ///
  /// - Throws: `LinearAlgebraError.notPositiveDefinite` with the column to drop, `.shape`,
  ///   `.nonFinite`.
  /// - Complexity: O(n d² + d³).
  public init<Scalar: BLASScalar>(_ samples: Matrix<Scalar>) throws(LinearAlgebraError) {
    let cholesky = try Cholesky(samples.covariance(), relativeTolerance: 1e-10)
    self.init(mean: samples.columnMeans(), matrix: cholesky.inverseLower())
  }

  /// The whitened samples, n × d.
  ///
  /// - Throws: `LinearAlgebraError.shape` where the column count is another.
  public func transform<Scalar: BLASScalar>(
    _ samples: Matrix<Scalar>
  ) throws(LinearAlgebraError) -> Matrix<Double> {
    guard samples.columnCount == mean.count else {
      throw .shape(
        expected: "\(mean.count) columns", rows: samples.rowCount, columns: samples.columnCount)
    }
    return try samples.subtracting(mean).multiplied(byTransposeOf: matrix)
  }
}
