public import LinearAlgebra

/// The assignment of rows to columns, each used at most once, whose costs sum to the least.
///
/// Shortest augmenting paths (Jonker & Volgenant 1987, doi 10.1007/BF02278710). min(R, C) rows get
/// a column; of equal costs a path takes the lowest column.
///
/// - Parameter cost: R × C; a cost may be negative.
/// - Returns: For every row its column, nil where rows outnumber columns and it got none.
/// - Throws: `ClusteringError.nonFinite` with the place.
/// - Complexity: O(min(R, C)² max(R, C)).
public func minimumCostAssignment(_ cost: Matrix<Double>) throws(ClusteringError) -> [Int?] {
  if let place = cost.firstNonFinite() { throw .nonFinite(row: place.row, column: place.column) }
  guard cost.rowCount > cost.columnCount else { return assignment(ofEveryRow: cost) }
  var columns = [Int?](repeating: nil, count: cost.rowCount)
  for (column, row) in assignment(ofEveryRow: cost.transposed()).enumerated() {
    if let row { columns[row] = column }
  }
  return columns
}

private func assignment(ofEveryRow cost: Matrix<Double>) -> [Int?] {
  let (rowCount, columnCount) = (cost.rowCount, cost.columnCount)
  var rowPotentials = [Double](repeating: 0, count: rowCount)
  var columnPotentials = [Double](repeating: 0, count: columnCount)
  var rowOf = [Int?](repeating: nil, count: columnCount)
  for start in 0..<rowCount {
    // Dijkstra's algorithm from `start` to the nearest free column, in reduced costs.
    var lengths = [Double](repeating: .infinity, count: columnCount)
    var before = [Int?](repeating: nil, count: columnCount)
    var isVisited = [Bool](repeating: false, count: columnCount)
    var (row, length) = (start, 0.0)
    var current: Int?
    while true {
      var next = -1
      for column in 0..<columnCount where !isVisited[column] {
        let reduced = cost[row, column] - rowPotentials[row] - columnPotentials[column]
        if length + reduced < lengths[column] {
          lengths[column] = length + reduced
          before[column] = current
        }
        if next < 0 || lengths[column] < lengths[next] { next = column }
      }
      isVisited[next] = true
      length = lengths[next]
      current = next
      guard let taken = rowOf[next] else { break }
      row = taken
    }
    rowPotentials[start] += length
    for column in 0..<columnCount where isVisited[column] {
      if let row = rowOf[column] { rowPotentials[row] += length - lengths[column] }
      columnPotentials[column] -= length - lengths[column]
    }
    // Shift every assignment on the path by one column.
    var column = current
    while let end = column {
      column = before[end]
      rowOf[end] = column.flatMap { rowOf[$0] } ?? start
    }
  }
  var columns = [Int?](repeating: nil, count: rowCount)
  for (column, row) in rowOf.enumerated() {
    if let row { columns[row] = column }
  }
  return columns
}
