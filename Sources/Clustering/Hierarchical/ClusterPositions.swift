/// Where clusters are: their centroids or midpoints, n × d, row after row.
struct ClusterPositions {
  private var values: [Double]
  private let columnCount: Int
  private let isWard: Bool

  init(_ rows: InitialClusters, _ linkage: Linkage) {
    values = rows.centeredElements()
    columnCount = rows.columnCount
    isWard = linkage == .ward
  }

  /// The squared distance of two clusters of given sizes; for Ward twice the rise of the sum of squares.
  func separation(_ i: Int, _ j: Int, _ size: Double, _ other: Double) -> Double {
    var square = 0.0
    for column in 0..<columnCount {
      let difference = values[i * columnCount + column] - values[j * columnCount + column]
      square += difference * difference
    }
    return isWard ? 2 * (size * other / (size + other) * square) : square
  }

  mutating func move(_ i: Int, towards j: Int, by share: Double) {
    for column in 0..<columnCount {
      let start = values[i * columnCount + column]
      values[i * columnCount + column] =
        start + (values[j * columnCount + column] - start) * share
    }
  }
}
