import EventLog
import Foundation
import LinearAlgebra

extension FeatureTransform {
  /// Fits a transform to a training table.
  ///
  /// Absent recency becomes tenure; absent shares, burstiness, lifespan and means become 0; every
  /// other absent value the median of the training rows. Columns that are then the same for all are
  /// dropped and named, and so is one that, once transformed, says what an earlier one says: whose
  /// correlation with it is 1 or −1 (``DistinctColumns``). Scales are linear over the training rows:
  /// mean and standard deviation (over n), or median and interquartile range (where that is 0, the
  /// standard deviation).
  ///
  /// - Parameters:
  ///   - table: the training rows, with at least ``inputs(for:)`` of the features.
  ///   - features: the columns wanted, in order.
  ///   - choices: logarithm, scale, reduction.
  /// - Throws: ``EngagementError/allColumnsDropped(_:)``, or ``EngagementError/unknownFeature(name:suggestion:)``
  ///   where a logarithm is asked of a column that is not there,
  ///   ``EngagementError/valueTooLarge(feature:)`` for a value over 1e100 in size, or
  ///   ``EngagementError/cannotReduce(reason:)``.
  /// - Complexity: O(n d log n) for n rows and d columns, and O(n d²) where columns are nearly the same.
  public init(
    fitting table: FeatureTable, features: [FeatureDefinition],
    choices: TransformChoices = TransformChoices()
  ) throws(EngagementError) {
    if case .columns(let names) = choices.logarithm {
      let known = features.map(\.description)
      for name in names where !known.contains(name) {
        throw .unknownFeature(name: name, suggestion: suggestion(for: name, among: known))
      }
    }
    var columns: [ColumnTransform] = []
    var dropped: [DroppedColumn] = []
    var distinct = DistinctColumns()
    for feature in features {
      let present = (table.column(feature) ?? []).filter(\.isFinite).sorted()
      guard !present.isEmpty else {
        dropped.append(DroppedColumn(feature: feature, reason: "absent for every member"))
        continue
      }
      let imputation = ColumnTransform.Imputation(
        feature: Self.standIn(for: feature), value: Self.fallback(for: feature, sorted: present))
      let values = Self.imputed(feature, imputation, in: table)
      guard let least = values.min(), let greatest = values.max(), least < greatest else {
        dropped.append(DroppedColumn(feature: feature, reason: "the same for every member"))
        continue
      }
      // Squares and their sums must be finite, or the transform fitted would not be.
      guard max(-least, greatest) <= 1e100 else {
        throw .valueTooLarge(feature: feature.description)
      }
      let logarithm = Self.logarithm(for: feature, values: values, choice: choices.logarithm)
      let logged = values.map { ColumnTransform.apply(logarithm, to: $0) }
      guard let scale = Self.scale(of: logged, choice: choices.scale) else {
        dropped.append(DroppedColumn(feature: feature, reason: "nearly the same for every member"))
        continue
      }
      let column = ColumnTransform(
        feature: feature, imputation: imputation, logarithm: logarithm, scale: scale)
      if let twin = distinct.add(column, values: values) {
        dropped.append(DroppedColumn(feature: feature, reason: "it says the same as \(twin)"))
      } else {
        columns.append(column)
      }
    }
    guard !columns.isEmpty else { throw .allColumnsDropped(features.map(\.description)) }
    let plain = FeatureTransform(columns: columns, dropped: dropped)
    self.init(
      columns: columns, dropped: dropped,
      projection: try Self.projection(choices.reduction, fitting: plain, to: table))
  }

  private static func fallback(for feature: FeatureDefinition, sorted: [Double]) -> Double {
    switch feature {
    case .share, .propertyShare, .burstiness, .lifespanDays, .valueMean: 0
    default: quantile(0.5, ofSorted: sorted)
    }
  }

  private static func logarithm(
    for feature: FeatureDefinition, values: [Double], choice: TransformChoices.Logarithm
  ) -> ColumnTransform.Logarithm {
    let isNegative = values.contains { $0 < 0 }
    switch choice {
    case .automatic:
      let skew = skewness(of: values)
      if !isNegative { return skew > 1 ? .log1p : .none }
      guard isAmount(feature), abs(skew) > 1 else { return .none }
      let logged = values.map { ColumnTransform.apply(.signed, to: $0) }
      return abs(skewness(of: logged)) < abs(skew) ? .signed : .none
    case .columns(let names):
      guard names.contains(feature.description) else { return .none }
      return isNegative ? .signed : .log1p
    }
  }

  /// Whether a feature adds up or averages what people enter, in units of theirs; a rate of change is
  /// no amount, and its sign says more than its size.
  private static func isAmount(_ feature: FeatureDefinition) -> Bool {
    switch feature {
    case .impact, .impactRate, .receivedImpactRate, .valueSum, .valueMean, .attribute: true
    default: false
    }
  }

  private static func scale(
    of values: [Double], choice: TransformChoices.Scale
  ) -> ColumnTransform.Scale? {
    let (mean, deviation) = meanAndDeviation(of: values)
    // A spread within rounding of the mean is no spread: dividing by it would make noise of nothing.
    guard deviation > abs(mean) * 1e-12 else { return nil }
    switch choice {
    case .none: return .linear(center: 0, scale: 1)
    case .standardize: return .linear(center: mean, scale: deviation)
    case .robust:
      let sorted = values.sorted()
      let range = quantile(0.75, ofSorted: sorted) - quantile(0.25, ofSorted: sorted)
      return .linear(center: quantile(0.5, ofSorted: sorted), scale: range > 0 ? range : deviation)
    case .quantile: return EmpiricalDistribution(of: values).map { .normal($0) }
    }
  }

  private static func projection(
    _ choice: TransformChoices.Reduction, fitting plain: FeatureTransform, to table: FeatureTable
  ) throws(EngagementError) -> Projection? {
    do {
      switch choice {
      case .none: return nil
      case .whiten:
        let whitening = try Whitening(plain.apply(to: table))
        return Projection(kind: .whitening, mean: whitening.mean, matrix: whitening.matrix)
      case .principalComponents(let count):
        let components = try PrincipalComponents(plain.apply(to: table), componentCount: count)
        return Projection(
          kind: .principalComponents, mean: components.mean, matrix: components.components)
      }
    } catch {
      if case .notPositiveDefinite(let column) = error {
        let name = plain.columns[column].feature.description
        throw .cannotReduce(
          reason: "\"\(name)\" is a linear combination of the columns before it: leave it out, or "
            + "reduce with pca")
      }
      throw .cannotReduce(reason: error.description)
    }
  }
}

/// The mean and the standard deviation (over n), the latter from deviations of the former.
package func meanAndDeviation(of values: [Double]) -> (mean: Double, deviation: Double) {
  var sum = ExactSum()
  for value in values { sum.add(value) }
  let mean = sum.value / Double(values.count)
  var squares = ExactSum()
  for value in values { squares.add((value - mean) * (value - mean)) }
  return (mean, (squares.value / Double(values.count)).squareRoot())
}

/// The third standardised moment; 0 where there is no spread.
private func skewness(of values: [Double]) -> Double {
  let (mean, deviation) = meanAndDeviation(of: values)
  guard deviation > 0 else { return 0 }
  var cubes = ExactSum()
  for value in values {
    let z = (value - mean) / deviation
    cubes.add(z * z * z)
  }
  return cubes.value / Double(values.count)
}
