public import LinearAlgebra

/// How well clusters found in one half of the rows predict those found in the other (Tibshirani &
/// Walther 2005, doi 10.1198/106186005X59243).
///
/// The rows are split at random and both halves clustered. Of each cluster of one half, the share of
/// its pairs of rows is counted that the model of the other half puts together, too; the strength is
/// the least such share over the clusters, averaged over splits and over both ways round. The paper
/// takes the largest number of clusters whose strength is 0.8 or more. A cluster of a single row has no
/// pairs, so nothing speaks for it: it counts as 0. Small clusters need more rows to be strong.
public struct PredictionStrength: Sendable, Hashable {
  /// The strength of each split, 0...1, the mean of both ways round.
  public let values: [Double]

  /// The mean over splits, 0...1.
  public var mean: Double { values.reduce(0, +) / Double(values.count) }

  /// The standard error of the mean over splits, of which there are at least 2; else nil.
  public var standardError: Double? {
    guard values.count > 1 else { return nil }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1) / Double(values.count)).squareRoot()
  }

  /// Splits the rows of samples (n × d, n at least 2), `splitCount` times.
  ///
  /// - Parameters:
  ///   - samples: One row per sample.
  ///   - method: How both halves are clustered; seeds are drawn anew for each split.
  ///   - splitCount: The number of splits, at least 1.
  ///   - seed: The seed of the splits and the fits.
  ///   - threadCount: The most threads used; the result does not depend on it.
  /// - Throws: `ClusteringError` for fewer than 2 rows, and for what the method refuses of half the
  ///   rows.
  /// - Complexity: 2 fits of n/2 rows a split, and pairs counted from a table, not one by one.
  public init<Scalar: BLASScalar>(
    _ samples: Matrix<Scalar>, method: ClusteringMethod, splitCount: Int = 20, seed: UInt64 = 0,
    threadCount: Int = availableProcessorCount
  ) throws(ClusteringError) {
    precondition(splitCount >= 1, "a split is needed")
    let n = samples.rowCount
    guard n >= 2 else { throw .tooFewRows(rows: n, clusterCount: 2) }
    let rows: Matrix<Double> = samples.converted()
    values = try mapInParallel(
      count: splitCount, threadCount: threadCount
    ) { (split) throws(ClusteringError) in
      var generator = SeededGenerator(seed: seed, stream: UInt64(split + 1))
      let first = generator.sample(n / 2, outOf: n)
      var isFirst = [Bool](repeating: false, count: n)
      for row in first { isFirst[row] = true }
      let second = (0..<n).filter { !isFirst[$0] }
      let ofFirst = try method.labels(
        of: rows, clustering: first, isDrawn: isFirst, seed: generator.next()
      ).labels
      let ofSecond = try method.labels(
        of: rows, clustering: second, isDrawn: isFirst.map { !$0 }, seed: generator.next()
      ).labels
      let strengths = try [(first, ofFirst, ofSecond), (second, ofSecond, ofFirst)].map {
        (rows, own, predicted) throws(ClusteringError) in
        try Self.strength(rows.map { own[$0] }, rows.map { predicted[$0] })
      }
      return (strengths[0] + strengths[1]) / 2
    }
  }

  /// The least share, over clusters, of pairs that the prediction puts together.
  static func strength(_ labels: [Int], _ predicted: [Int]) throws(ClusteringError) -> Double {
    let table = try ContingencyTable(labels, predicted)
    var together = [Int](repeating: 0, count: table.rowSums.count)
    for cell in table.cells { together[cell.row] += cell.count * (cell.count - 1) }
    return zip(together, table.rowSums).reduce(1.0) { least, cluster in
      let (pairs, size) = cluster
      return size > 1 ? min(least, Double(pairs) / Double(size * (size - 1))) : 0
    }
  }
}
