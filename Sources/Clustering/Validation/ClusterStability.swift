public import LinearAlgebra

/// How far the clusters of a clustering come back when its rows are drawn anew.
///
/// Bootstrap stability by cluster (Hennig 2007, doi 10.1016/j.csda.2006.11.025): as many rows as there
/// are are drawn with replacement, the method clusters them, and each cluster is compared with the
/// most like it of those found, by the Jaccard coefficient |A ∩ B| / |A ∪ B| over the distinct rows
/// drawn. A cluster that such a small change of the data takes apart is no fact about them. Hennig
/// reads a mean of 0.75 and more as stable, of 0.5 and less as dissolved; stable clusters need not be
/// apart from others.
///
/// Every replicate also labels the rows it did not draw, with the model it found: ``matchedLabels``
/// says for every row where it went, so that how sure its label is can be counted.
public struct ClusterStability: Sendable, Hashable {
  /// The number of replicates, B.
  public let replicateCount: Int
  /// The rows used, m of them, rising: all, or a sample of them.
  public let rows: [Int]
  /// The labels of the rows used in the clustering in question, m of them.
  public let labels: [Int]
  /// The mean over replicates of the Jaccard coefficient with the most like cluster, 0...1; k of
  /// them.
  ///
  /// A replicate that drew none of a cluster's rows counts as 0; so does one in all replicates that
  /// has no rows.
  public let jaccard: [Double]
  /// The share of replicates in which that coefficient is at least 0.75, 0...1; k of them.
  public let recovered: [Double]
  /// The share of replicates in which that coefficient is at most 0.5, 0...1; k of them.
  public let dissolved: [Double]
  /// The cluster that each row used went to, B × m: of every replicate the cluster of the clustering
  /// in question that its own was matched with, or -1 where that has no match.
  ///
  /// Clusters are matched one to one so that the distinct rows drawn agree most
  /// (``minimumCostAssignment(_:)``).
  public let matchedLabels: [[Int32]]
  /// The share of replicates in which each row used keeps its cluster, 0...1; m of them.
  public let agreement: [Double]

  /// Draws the rows of samples (n × d) anew and clusters them, `replicateCount` times.
  ///
  /// - Parameters:
  ///   - samples: The rows that were clustered.
  ///   - labels: What came of it: n labels in 0..<k, of any number of clusters.
  ///   - method: How they were clustered; seeds are drawn anew for each replicate.
  ///   - replicateCount: The number of replicates, B, at least 1.
  ///   - maximumRowCount: The most rows used, at least 1: of more, a sample. Rows of clusters that the
  ///     sample has no row of are added, the first of each.
  ///   - seed: The seed of the sample, the draws and the fits.
  ///   - threadCount: The most threads used; the result does not depend on it.
  /// - Throws: `ClusteringError` for data that are empty, not finite or too large to square, for
  ///   another number of labels than of rows, and for what the method refuses of the rows used.
  /// - Complexity: O(n d) to check the rows, then B fits of m rows, and as many labellings; O(B m)
  ///   memory.
  /// - Precondition: labels are not negative.
  public init<Samples: RowMajorMatrix>(
    _ samples: Samples, labels: [Int], method: ClusteringMethod, replicateCount: Int = 100,
    maximumRowCount: Int = 2000, seed: UInt64 = 0, threadCount: Int = availableProcessorCount
  ) throws(ClusteringError) where Samples.Element: BLASScalar {
    precondition(replicateCount >= 1 && maximumRowCount >= 1, "a replicate and a row are needed")
    precondition(labels.allSatisfy { $0 >= 0 }, "labels count from 0")
    _ = try ShiftedSamples(
      samples, totalWeight: Double(samples.rowCount), threadCount: threadCount)
    guard labels.count == samples.rowCount else {
      throw .labelCount(expected: samples.rowCount, found: labels.count)
    }
    let clusterCount = (labels.max() ?? 0) + 1
    let rows = Self.rows(
      labels, clusterCount: clusterCount, maximum: maximumRowCount, seed: seed)
    let used: Matrix<Double> = samples.selectingRows(rows).converted()
    let original = rows.map { labels[$0] }
    let replicates = try mapInParallel(
      count: replicateCount, threadCount: threadCount
    ) { (replicate) throws(ClusteringError) in
      try Replicate(
        used, original, clusterCount: clusterCount, method: method, seed: seed, number: replicate)
    }
    let count = Double(replicateCount)
    func share(_ isMet: (Double) -> Bool) -> [Double] {
      (0..<clusterCount).map { cluster in
        Double(replicates.count { isMet($0.jaccard[cluster]) }) / count
      }
    }
    self.replicateCount = replicateCount
    self.rows = rows
    self.labels = original
    jaccard = (0..<clusterCount).map { cluster in
      replicates.reduce(0.0) { $0 + $1.jaccard[cluster] } / count
    }
    recovered = share { $0 >= 0.75 }
    dissolved = share { $0 <= 0.5 }
    matchedLabels = replicates.map(\.matchedLabels)
    agreement = original.indices.map { row in
      Double(replicates.count { Int($0.matchedLabels[row]) == original[row] }) / count
    }
  }

  /// A sample of rows in which no cluster is missing.
  private static func rows(
    _ labels: [Int], clusterCount: Int, maximum: Int, seed: UInt64
  ) -> [Int] {
    guard labels.count > maximum else { return Array(labels.indices) }
    var generator = SeededGenerator(seed: seed)
    let rows = generator.sample(maximum, outOf: labels.count)
    var isMissing = [Bool](repeating: true, count: clusterCount)
    for row in rows { isMissing[labels[row]] = false }
    guard isMissing.contains(true) else { return rows }
    var added: [Int] = []
    for (row, label) in labels.enumerated() where isMissing[label] {
      added.append(row)
      isMissing[label] = false
    }
    return (rows + added).sorted()
  }
}

/// One draw of the rows, clustered.
private struct Replicate {
  let jaccard: [Double]
  let matchedLabels: [Int32]

  init(
    _ samples: Matrix<Double>, _ original: [Int], clusterCount k: Int, method: ClusteringMethod,
    seed: UInt64, number: Int
  ) throws(ClusteringError) {
    var generator = SeededGenerator(seed: seed, stream: UInt64(number + 1))
    let n = samples.rowCount
    let drawn = (0..<n).map { _ in generator.below(n) }
    var isDrawn = [Bool](repeating: false, count: n)
    for row in drawn { isDrawn[row] = true }
    let (labels, found) = try method.labels(
      of: samples, clustering: drawn, isDrawn: isDrawn, seed: generator.next())
    var overlaps = Matrix<Double>(rowCount: found, columnCount: k)
    var (sizes, foundSizes) = (
      [Double](repeating: 0, count: k), [Double](repeating: 0, count: found)
    )
    for row in 0..<n where isDrawn[row] {
      overlaps[labels[row], original[row]] += 1
      sizes[original[row]] += 1
      foundSizes[labels[row]] += 1
    }
    jaccard = (0..<k).map { cluster in
      (0..<found).reduce(0.0) { best, other in
        let overlap = overlaps[other, cluster]
        let union = sizes[cluster] + foundSizes[other] - overlap
        return union > 0 ? max(best, overlap / union) : best
      }
    }
    let costs = Matrix(rowCount: found, columnCount: k, elements: overlaps.elements.map { -$0 })
    let matches = try minimumCostAssignment(costs).enumerated().map { other, match in
      match.flatMap { overlaps[other, $0] > 0 ? Int32($0) : nil } ?? -1
    }
    matchedLabels = labels.map { matches[$0] }
  }
}
