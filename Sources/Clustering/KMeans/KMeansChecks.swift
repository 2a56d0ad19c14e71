internal import LinearAlgebra

extension KMeans {
  /// The samples, where options, samples and weights are fit for one another.
  func checked<Samples: RowMajorMatrix>(
    _ samples: Samples, weights: [Double]?
  ) throws(ClusteringError) -> ShiftedSamples where Samples.Element: BLASScalar {
    try checkOptions()
    try checkWeights(weights, rowCount: samples.rowCount)
    let shifted = try ShiftedSamples(
      samples, totalWeight: totalWeight(weights, rowCount: samples.rowCount),
      threadCount: threadCount)
    guard shifted.rowCount >= clusterCount else {
      throw .tooFewRows(rows: shifted.rowCount, clusterCount: clusterCount)
    }
    try checkDistinctRows(shifted, weights)
    return shifted
  }

  func totalWeight(_ weights: [Double]?, rowCount: Int) -> Double {
    weights?.reduce(0, +) ?? Double(rowCount)
  }

  func checkOptions() throws(ClusteringError) {
    guard clusterCount >= 1 else { throw .clusterCount(clusterCount) }
    guard restartCount >= 1 else { throw .restartCount(restartCount) }
    guard maximumIterations >= 1 else { throw .maximumIterations(maximumIterations) }
    guard tolerance >= 0, tolerance.isFinite else { throw .tolerance(tolerance) }
  }

  func checkWeights(_ weights: [Double]?, rowCount: Int) throws(ClusteringError) {
    guard let weights, rowCount > 0 else { return }
    guard weights.count == rowCount else {
      throw .weightCount(expected: rowCount, found: weights.count)
    }
    var total = 0.0
    for (row, weight) in weights.enumerated() {
      total += weight
      guard weight >= 0, total.isFinite else { throw .weight(row: row) }
    }
    guard total > 0 else { throw .noPositiveWeight }
  }

  func checkCentroids(
    _ centroids: Matrix<Double>, _ samples: ShiftedSamples, totalWeight: Double
  ) throws(ClusteringError) {
    guard centroids.rowCount == clusterCount, centroids.columnCount == samples.columnCount else {
      throw .centroidShape(
        expectedRows: clusterCount, expectedColumns: samples.columnCount,
        rows: centroids.rowCount, columns: centroids.columnCount)
    }
    let limit = ShiftedSamples.sizeLimit(
      columnCount: samples.columnCount, totalWeight: totalWeight)
    for (index, value) in centroids.elements.enumerated() where !(abs(value) <= limit) {
      throw .centroidValue(
        row: index / samples.columnCount, column: index % samples.columnCount)
    }
  }

  /// Throws unless k rows of positive weight differ from one another; reads no further than needed.
  func checkDistinctRows(
    _ samples: ShiftedSamples, _ weights: [Double]?
  ) throws(ClusteringError) {
    var distinct = Set<[Double]>()
    for row in 0..<samples.rowCount where weights?[row] ?? 1 > 0 {
      if distinct.insert(samples.row(row)).inserted, distinct.count >= clusterCount { return }
    }
    throw .tooFewDistinctRows(distinct: distinct.count, clusterCount: clusterCount)
  }

  /// The mean over columns of the weighted population variance.
  func meanVariance(
    _ samples: ShiftedSamples, weights: [Double]?, threadCount: Int
  ) -> Double {
    guard let weights else {
      return samples.variances.reduce(0, +) / Double(samples.columnCount)
    }
    let raw = KernelSamples(samples, weights: weights)
    let total = totalWeight(weights, rowCount: samples.rowCount)
    var means = samples.means
    let offsets = raw.moments(base: means, threadCount: threadCount).sums
    for column in means.indices { means[column] += offsets[column] / total }
    let squares = raw.moments(base: means, threadCount: threadCount).squares
    return squares.reduce(0, +) / total / Double(samples.columnCount)
  }
}
