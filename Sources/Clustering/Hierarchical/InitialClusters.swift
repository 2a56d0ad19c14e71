internal import Foundation
internal import LinearAlgebra

/// What a tree of rows begins with: one cluster for all rows that are equal.
///
/// Equal rows are at distance 0, so they merge before all others, lowest first; what is left to
/// cluster has no two rows in one place, however many of a million rows are the same.
struct InitialClusters: Sendable {
  /// The number of rows given, n.
  let rowCount: Int
  let columnCount: Int
  /// The first row of each group, rising, m of them.
  let representatives: [Int]
  /// The rows of the groups, m × d, row after row.
  let elements: [Double]
  /// The weight of each group: the sum over its rows, or their number.
  let weights: [Double]
  /// The merges of equal rows, by group and row.
  let merges: [RowMerge]

  /// Groups rows.
  ///
  /// - Complexity: O(n d) expected.
  init(_ samples: ShiftedSamples, weights rowWeights: [Double]?) {
    let (n, d) = (samples.rowCount, samples.columnCount)
    var table = RowTable(columnCount: d)
    var representatives: [Int] = []
    var weights: [Double] = []
    var duplicates: [RowMerge] = []
    withUnsafeTemporaryAllocation(of: Double.self, capacity: d) { values in
      guard let values = values.baseAddress else { return }
      for row in 0..<n {
        samples.loadUnshifted(row..<row + 1, into: values)
        let place = Int(table.place(of: values))
        if place == representatives.count {
          representatives.append(row)
          weights.append(rowWeights?[row] ?? 1)
        } else {
          weights[place] += rowWeights?[row] ?? 1
          duplicates.append(RowMerge(left: representatives[place], right: row, height: 0))
        }
      }
    }
    duplicates.sort { ($0.left, $0.right) < ($1.left, $1.right) }
    rowCount = n
    columnCount = d
    self.representatives = representatives
    elements = table.rows
    self.weights = weights
    merges = duplicates
  }

  /// The same groups of rows that are larger or smaller by a power of two.
  func multiplied(byPowerOfTwo exponent: Int) -> InitialClusters {
    InitialClusters(
      rowCount: rowCount, columnCount: columnCount, representatives: representatives,
      elements: elements.map { scalbn($0, exponent) }, weights: weights, merges: merges)
  }

  private init(
    rowCount: Int, columnCount: Int, representatives: [Int], elements: [Double],
    weights: [Double], merges: [RowMerge]
  ) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.representatives = representatives
    self.elements = elements
    self.weights = weights
    self.merges = merges
  }

  /// The rows of the groups, m × d, less the middle of those columns in which that loses nothing.
  ///
  /// Where all values of a column are of one sign and within a factor of two, differences from one of
  /// them are exact (Sterbenz 1974), and means of them keep the digits that a large common part would
  /// have taken. Other columns are no farther from 0 than they are wide.
  func centeredElements() -> [Double] {
    let d = columnCount
    var low = Array(elements.prefix(d))
    var high = low
    for index in elements.indices {
      low[index % d] = min(low[index % d], elements[index])
      high[index % d] = max(high[index % d], elements[index])
    }
    let middle = zip(low, high).map { low, high in
      (low > 0 && high <= 2 * low) || (high < 0 && low >= 2 * high) ? low + (high - low) / 2 : 0
    }
    guard middle.contains(where: { $0 != 0 }) else { return elements }
    return elements.indices.map { elements[$0] - middle[$0 % d] }
  }

  /// The merges of all rows, given those of the groups, named by their place.
  func merges(followedBy groupMerges: [RowMerge]) -> [RowMerge] {
    guard !merges.isEmpty else { return groupMerges }
    return merges
      + groupMerges.map {
        RowMerge(
          left: representatives[$0.left], right: representatives[$0.right], height: $0.height)
      }
  }
}
