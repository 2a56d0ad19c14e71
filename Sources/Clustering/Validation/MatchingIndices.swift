internal import LinearAlgebra

/// Indices that name each cluster after a class; nil for tables of no rows.
extension ContingencyTable {
  /// The share of rows that are of the commonest class of their cluster, 0...1 (purity).
  ///
  /// Classes are the labels of the first labeling, clusters those of the second. It never falls as
  /// clusters are split, and is 1 where each row is one.
  public var purity: Double? {
    guard count > 0 else { return nil }
    var largest = [Int](repeating: 0, count: columnSums.count)
    for cell in cells { largest[cell.column] = max(largest[cell.column], cell.count) }
    return Double(largest.reduce(0, +)) / Double(count)
  }

  /// The largest share of rows that clusters can name right when each is named after one class, and no
  /// two after the same, 0...1 (clustering accuracy).
  ///
  /// - Complexity: O(min(R, C)² max(R, C)): for thousands of labels on both sides some seconds.
  public var matchedAccuracy: Double? {
    guard count > 0 else { return nil }
    return bestMatch { Double($0.count) } / Double(count)
  }

  /// The mean over classes of the share of their rows in the cluster named after them, above what equal
  /// shares give, at most 1 (Gagolewski 2025, normalised clustering accuracy, doi
  /// 10.1007/s00357-024-09482-2).
  ///
  /// (A - 1/k) / (1 - 1/k) for k classes and the best one-to-one match of classes and clusters: a small
  /// class counts as much as a large one. Classes without a cluster have a share of 0. 1 for a single
  /// class that is a single cluster.
  ///
  /// - Complexity: O(min(R, C)² max(R, C)).
  public var normalizedAccuracy: Double? {
    guard count > 0 else { return nil }
    let classes = Double(rowSums.count)
    let mean = bestMatch { Double($0.count) / Double(rowSums[$0.row]) } / classes
    return classes > 1 ? (mean - 1 / classes) / (1 - 1 / classes) : mean
  }

  /// The largest sum of values of cells of which no two share a row or a column.
  private func bestMatch(_ value: (Cell) -> Double) -> Double {
    var values = Matrix<Double>(rowCount: rowSums.count, columnCount: columnSums.count)
    for cell in cells { values[cell.row, cell.column] = -value(cell) }
    // Counts are finite, so there is an assignment.
    guard let columns = try? minimumCostAssignment(values) else { return 0 }
    return columns.enumerated().reduce(0.0) { sum, match in
      match.element.map { sum - values[match.offset, $0] } ?? sum
    }
  }
}
