/// The columns that a transform has so far, to tell whether another one says the same.
///
/// Two columns say the same where their correlation r is 1 or −1: one is then a linear function of the
/// other, and would count twice in every distance. Standardised to unit length as u and v,
/// 1 − |r| = ‖u ∓ v‖² / 2, which loses no digits where r is near 1 and can stop as soon as the sum is
/// too large.
struct DistinctColumns {
  /// The most that 1 − |r| may be: what rounding alone may make of equal columns.
  static let tolerance = 1e-9

  private var kept: [(feature: FeatureDefinition, values: [Double])] = []

  /// Adds a column unless an earlier one says the same.
  ///
  /// - Parameters:
  ///   - column: how the column is transformed; its values then spread.
  ///   - values: the values that it takes, none absent.
  /// - Returns: the feature of the earlier column that says the same; nil where the column was added.
  /// - Complexity: O(n d) for n values and d earlier columns, O(n + d) where none is alike.
  mutating func add(_ column: ColumnTransform, values: [Double]) -> FeatureDefinition? {
    let unit = Self.unit(values.map(column.apply))
    if let twin = kept.first(where: { Self.areAlike($0.values, unit) }) { return twin.feature }
    kept.append((column.feature, unit))
    return nil
  }

  private static func unit(_ values: [Double]) -> [Double] {
    let (mean, deviation) = meanAndDeviation(of: values)
    let length = deviation * Double(values.count).squareRoot()
    return values.map { ($0 - mean) / length }
  }

  private static func areAlike(_ left: [Double], _ right: [Double]) -> Bool {
    var (difference, sum) = (0.0, 0.0)
    for (left, right) in zip(left, right) {
      difference += (left - right) * (left - right)
      sum += (left + right) * (left + right)
      if min(difference, sum) > 2 * tolerance { return false }
    }
    return true
  }
}
