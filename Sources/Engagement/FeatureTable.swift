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
    return selecting(isWanted.indices.filter { isWanted[$0] })
  }

  /// The table of some of its rows, in their order.
  public func selecting(_ rows: [Int]) -> FeatureTable {
    FeatureTable(
      asOf: asOf, memberIDs: rows.map { memberIDs[$0] },
      communityRows: rows.map { communityRows[$0] }, features: features,
      values: values.selectingRows(rows))
  }

  /// The table with the columns of another one of the same members that it does not have itself.
  ///
  /// - Precondition: both have the same members and the same as-of time.
  public func joined(with other: FeatureTable) -> FeatureTable {
    precondition(asOf == other.asOf && memberIDs == other.memberIDs, "tables of the same members")
    let added = other.features.indices.filter { !features.contains(other.features[$0]) }
    let width = features.count + added.count
    var elements: [Double] = []
    elements.reserveCapacity(memberIDs.count * width)
    for row in memberIDs.indices {
      elements += values.row(row)
      for column in added { elements.append(other.values[row, column]) }
    }
    return FeatureTable(
      asOf: asOf, memberIDs: memberIDs, communityRows: communityRows,
      features: features + added.map { other.features[$0] },
      values: Matrix(rowCount: memberIDs.count, columnCount: width, elements: elements))
  }
}
