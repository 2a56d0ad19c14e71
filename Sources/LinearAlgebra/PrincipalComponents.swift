/// Principal component analysis (Pearson 1901, doi 10.1080/14786440109462720) of centred columns.
public struct PrincipalComponents: Sendable, Hashable {
  /// The column means that are subtracted, d numbers.
  public let mean: [Double]
  /// The components as orthonormal rows, r × d, by falling variance.
  ///
  /// The entry of largest size in each row is positive, so that a refit does not flip axes.
  public let components: Matrix<Double>
  /// The variance along each component, divided by n - 1; r numbers.
  public let explainedVariance: [Double]
  /// The share of the total variance along each component, 0...1; r numbers, all 0 where the data
  /// have no variance at all.
  public let explainedVarianceRatio: [Double]
  /// The singular values of the centred data, r numbers.
  public let singularValues: [Double]

  /// Makes an analysis from stored parts.
  ///
  /// - Precondition: the counts agree: d means and columns, r rows, variances, ratios and values.
  public init(
    mean: [Double], components: Matrix<Double>, explainedVariance: [Double],
    explainedVarianceRatio: [Double], singularValues: [Double]
  ) {
    precondition(mean.count == components.columnCount, "one mean per column is needed")
    let counts = [explainedVariance.count, explainedVarianceRatio.count, singularValues.count]
    precondition(counts.allSatisfy { $0 == components.rowCount }, "one number per component")
    self.mean = mean
    self.components = components
    self.explainedVariance = explainedVariance
    self.explainedVarianceRatio = explainedVarianceRatio
    self.singularValues = singularValues
  }

  /// Finds the components of samples (n × d) through the singular values of the centred data.
  ///
  /// - Parameters:
  ///   - samples: One row per sample, n at least 2, d at least 1.
  ///   - componentCount: How many to keep, 1...min(n, d); all where nil.
  /// - Throws: `LinearAlgebraError.shape`, `.nonFinite`, `.didNotConverge`.
  /// - Complexity: O(n d min(n, d)) time, three copies of the samples in memory.
  public init<Scalar: BLASScalar>(
    _ samples: Matrix<Scalar>, componentCount: Int? = nil
  ) throws(LinearAlgebraError) {
    let (n, d) = (samples.rowCount, samples.columnCount)
    guard n > 1, d > 0 else {
      throw .shape(expected: "at least 2 rows and 1 column", rows: n, columns: d)
    }
    let count = componentCount ?? min(n, d)
    guard (1...min(n, d)).contains(count) else {
      throw .shape(
        expected: "min(rows, columns) at least the \(count) components, and 1,", rows: n, columns: d
      )
    }
    if let place = samples.firstNonFinite() {
      throw .nonFinite(row: place.row, column: place.column)
    }
    let mean = samples.columnMeans()
    let decomposition = try SingularValueDecomposition(samples.subtracting(mean))
    let variances = decomposition.values.map { $0 * $0 / Double(n - 1) }
    let total = variances.reduce(0, +)
    self.init(
      mean: mean, components: decomposition.right.selectingRows(0..<count),
      explainedVariance: Array(variances.prefix(count)),
      explainedVarianceRatio: variances.prefix(count).map { total > 0 ? $0 / total : 0 },
      singularValues: Array(decomposition.values.prefix(count)))
  }

  /// The scores of samples (n × d) on the components, n × r: (x - mean) · componentsᵀ.
  ///
  /// - Throws: `LinearAlgebraError.shape` where the column count is another.
  public func transform<Scalar: BLASScalar>(
    _ samples: Matrix<Scalar>
  ) throws(LinearAlgebraError) -> Matrix<Double> {
    guard samples.columnCount == mean.count else {
      throw .shape(
        expected: "\(mean.count) columns", rows: samples.rowCount, columns: samples.columnCount)
    }
    return try samples.subtracting(mean).multiplied(byTransposeOf: components)
  }
}
