public import EventLog
public import LinearAlgebra

/// Features of all members of a community at one as-of time: a row a member, a column a feature.
public struct FeatureTable: Sendable {
  /// The as-of time; nothing later than it was looked at.
  public let asOf: Timestamp
  /// The members' ids, in ascending order of their bytes.
  public let memberIDs: [String]
  /// For each row, the member's row in the ``Community`` it was made from.
  public let communityRows: [Int]
  /// The features, in the order asked for.
  public let features: [FeatureDefinition]
  /// The values, members × features; NaN where absent.
  public let values: Matrix<Double>

  /// Makes a table from its parts.
  ///
  /// - Precondition: the counts agree.
  public init(
    asOf: Timestamp, memberIDs: [String], communityRows: [Int], features: [FeatureDefinition],
    values: Matrix<Double>
  ) {
    precondition(values.rowCount == memberIDs.count && values.columnCount == features.count)
    precondition(communityRows.count == memberIDs.count)
    self.asOf = asOf
    self.memberIDs = memberIDs
    self.communityRows = communityRows
    self.features = features
    self.values = values
  }

  /// The column of a feature, or nil where the table does not have it.
  public func column(_ feature: FeatureDefinition) -> [Double]? {
    features.firstIndex(of: feature).map { values.column($0) }
  }

  /// The table of some of the rows, in their order.
  ///
  /// - Precondition: there is an answer for each row.
  /// - Complexity: O(rows × features).
  public func rows(where isWanted: [Bool]) -> FeatureTable {
    precondition(isWanted.count == memberIDs.count, "an answer for each row")
    let kept = isWanted.indices.filter { isWanted[$0] }
    return FeatureTable(
      asOf: asOf, memberIDs: kept.map { memberIDs[$0] },
      communityRows: kept.map { communityRows[$0] }, features: features,
      values: Matrix(
        rowCount: kept.count, columnCount: features.count,
        elements: kept.flatMap { Array(values.row($0)) }))
  }
}
