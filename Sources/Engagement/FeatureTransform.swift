import EventLog
import Foundation
public import LinearAlgebra

/// The fitted way from a feature table to the matrix that is clustered: imputation, logarithm and
/// scale for each column, then all columns together.
public struct FeatureTransform: Sendable, Hashable {
  /// A linear map of all columns, (x − mean) Mᵀ: whitening or principal components.
  public struct Projection: Sendable, Hashable {
    /// What the rows of the matrix are.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
      /// The inverse of the covariance's Cholesky factor.
      case whitening
      /// The first principal components.
      case principalComponents = "pca"
    }

    /// What the rows of the matrix are.
    public let kind: Kind
    /// The mean of each column, d.
    public let mean: [Double]
    /// M, one row for each column that comes out, d wide.
    public let matrix: Matrix<Double>

    /// Makes a projection from its parts.
    ///
    /// - Precondition: the matrix is as wide as there are means.
    public init(kind: Kind, mean: [Double], matrix: Matrix<Double>) {
      precondition(matrix.columnCount == mean.count, "a projection needs a mean for each column")
      self.kind = kind
      self.mean = mean
      self.matrix = matrix
    }
  }

  /// A column that was left out, and why.
  public struct DroppedColumn: Sendable, Hashable {
    /// The feature.
    public let feature: FeatureDefinition
    /// Why, in a few words.
    public let reason: String

    /// Makes a record of a column left out.
    public init(feature: FeatureDefinition, reason: String) {
      self.feature = feature
      self.reason = reason
    }
  }

  /// The columns, in the order in which they come out (before a projection).
  public let columns: [ColumnTransform]
  /// The columns that were left out in training.
  public let dropped: [DroppedColumn]
  /// What is done with all columns together, if anything.
  public let projection: Projection?

  /// Makes a transform from its parts.
  public init(
    columns: [ColumnTransform], dropped: [DroppedColumn] = [], projection: Projection? = nil
  ) {
    self.columns = columns
    self.dropped = dropped
    self.projection = projection
  }

  /// The features that a table must have for ``apply(to:)``: the columns', then those that stand in
  /// for absent values.
  public var inputs: [FeatureDefinition] {
    Self.inputs(for: columns.map(\.feature), imputations: columns.compactMap(\.imputation.feature))
  }

  /// The features that a table must have to fit a transform of some features.
  public static func inputs(for features: [FeatureDefinition]) -> [FeatureDefinition] {
    inputs(for: features, imputations: features.compactMap(standIn))
  }

  /// The number of columns that come out.
  public var outputCount: Int { projection?.matrix.rowCount ?? columns.count }

  /// The matrix for clustering, members × ``outputCount``, without NaN.
  ///
  /// - Precondition: the table has all of ``inputs``.
  /// - Complexity: O(members × columns).
  public func apply(to table: FeatureTable) -> Matrix<Double> {
    let sources = columns.map { column in
      (column: column, values: Self.imputed(column.feature, column.imputation, in: table))
    }
    var matrix = Matrix<Double>(rowCount: table.memberIDs.count, columnCount: columns.count)
    for (index, source) in sources.enumerated() {
      for (row, value) in source.values.enumerated() {
        matrix[row, index] = source.column.apply(value)
      }
    }
    guard let projection else { return matrix }
    return projection.apply(to: matrix)
  }

  /// A point of the clustered space in the features' own units, in the order of ``columns``; nil
  /// where a projection cannot be undone.
  public func invert(_ point: some Collection<Double>) -> [Double]? {
    guard projection == nil else { return nil }
    return zip(columns, point).map { $0.invert($1) }
  }

  /// The values of a feature with absent ones replaced.
  package static func imputed(
    _ feature: FeatureDefinition, _ imputation: ColumnTransform.Imputation, in table: FeatureTable
  ) -> [Double] {
    guard var values = table.column(feature) else {
      preconditionFailure("the table lacks \(feature)")
    }
    let standIn = imputation.feature.flatMap { table.column($0) }
    for row in values.indices where values[row].isNaN {
      let other = standIn?[row] ?? .nan
      values[row] = other.isNaN ? imputation.value : other
    }
    return values
  }

  /// The feature that stands in for an absent one: who was never active has been away since joining.
  static func standIn(for feature: FeatureDefinition) -> FeatureDefinition? {
    feature == .recencyDays ? .tenureDays : nil
  }

  private static func inputs(
    for features: [FeatureDefinition], imputations: [FeatureDefinition]
  ) -> [FeatureDefinition] {
    var inputs: [FeatureDefinition] = []
    for feature in features + imputations where !inputs.contains(feature) {
      inputs.append(feature)
    }
    return inputs
  }
}

extension FeatureTransform.Projection {
  func apply(to matrix: Matrix<Double>) -> Matrix<Double> {
    var result = Matrix<Double>(rowCount: matrix.rowCount, columnCount: self.matrix.rowCount)
    let width = mean.count
    for row in 0..<matrix.rowCount {
      for output in 0..<self.matrix.rowCount {
        var sum = 0.0
        for column in 0..<width {
          sum += (matrix[row, column] - mean[column]) * self.matrix[output, column]
        }
        result[row, output] = sum
      }
    }
    return result
  }
}
