public import LinearAlgebra

/// Mini-batch k-means (Sculley 2010, doi 10.1145/1772690.1772862): an approximation of k-means from
/// a stated number of small random batches.
///
/// Every batch is labelled by the centroids as they are; each of its rows then pulls its centroid by
/// a rate of one over the rows that the centroid has seen. The centroids do not come to rest in a
/// minimum, so the inertia is a few per cent over that of `KMeans`, and there is no convergence to
/// speak of: the fit's `stopReason` is `.maximumIterations`. Its labels, sizes and inertia are exact
/// for its centroids.
///
/// Batches may pull two centroids to one place and leave one without a row that weighs anything. Such
/// a centroid is put on the row that is farthest from its own, as `KMeans` does it, once the batches
/// are done: then no cluster is empty.
public struct MiniBatchKMeans: Sendable, Hashable {
  /// The number of clusters, k, at least 1.
  public var clusterCount: Int
  /// The rows drawn for a batch, with replacement and in proportion to weight; at least 1.
  public var batchSize: Int
  /// The number of batches, at least 1.
  public var batchCount: Int
  /// The seed of all random draws.
  public var seed: UInt64
  /// The most threads used; the result does not depend on it.
  public var threadCount: Int

  /// Makes a configuration; everything but the number of clusters has a default.
  public init(
    clusterCount: Int, batchSize: Int = 1024, batchCount: Int = 100, seed: UInt64 = 0,
    threadCount: Int = availableProcessorCount
  ) {
    self.clusterCount = clusterCount
    self.batchSize = batchSize
    self.batchCount = batchCount
    self.seed = seed
    self.threadCount = threadCount
  }

  /// Clusters samples (n × d, n at least k), approximately.
  ///
  /// - Parameters:
  ///   - samples: One row per sample.
  ///   - weights: One weight per row, none negative, not all 0; nil for 1 each.
  /// - Returns: The clustering by the last centroids.
  /// - Throws: `ClusteringError` as `KMeans.fit` does, and `.batch` for a size or count under 1.
  /// - Complexity: O(b k d) per batch of b rows, and O(n k d) once at the end.
  public func fit<Scalar: BLASScalar>(
    _ samples: Matrix<Scalar>, weights: [Double]? = nil
  ) throws(ClusteringError) -> KMeansFit {
    try fit(samples, weights: weights, start: nil)
  }

  package func fit<Scalar: BLASScalar>(
    _ samples: Matrix<Scalar>, weights: [Double]? = nil, start: Matrix<Double>?
  ) throws(ClusteringError) -> KMeansFit {
    guard batchSize >= 1, batchCount >= 1 else {
      throw .batch(size: batchSize, count: batchCount)
    }
    let kMeans = KMeans(clusterCount: clusterCount, seed: seed, threadCount: threadCount)
    let shifted = try kMeans.checked(samples, weights: weights)
    var centroids =
      start?.subtracting(shifted.shift).elements
      ?? LocalSearchSeeding(
        samples: shifted, weights: weights, clusterCount: clusterCount, seed: seed,
        threadCount: threadCount
      ).plusPlusCentroids()
    // Streams of restarts count from 0, that of the sample is the last.
    var generator = SeededGenerator(seed: seed, stream: .max - 1)
    let draw = WeightedDraw(rowCount: shifted.rowCount, weights: weights)
    var seen = [Double](repeating: 0, count: clusterCount)
    for _ in 0..<batchCount {
      let rows = (0..<batchSize).map { _ in shifted.row(draw.row(using: &generator)) }
      pull(&centroids, towards: rows, &seen)
    }
    let d = shifted.columnCount
    // Rounded to what `shift + centroid` can hold, as the model's centroids are not shifted.
    for index in centroids.indices {
      let shift = shifted.shift[index % d]
      centroids[index] = (shift + centroids[index]) - shift
    }
    let run = LloydRun(
      samples: shifted, weights: weights, maximumIterations: 0, squaredTolerance: nil,
      threadCount: threadCount,
      engine: KMeans.Engine(instructionSet: try InstructionSet.selected()))
    var labelled = run.result(from: centroids)
    while fillEmptyClusters(&centroids, labelled.state) {
      labelled = run.result(from: centroids)
    }
    return KMeansFit(
      LloydRun.Result(
        centroids: labelled.centroids, state: labelled.state, inertia: labelled.inertia,
        iterationCount: batchCount, stopReason: .maximumIterations), shift: shifted.shift,
      threadCount: threadCount)
  }

  /// Puts the centroids without a row on rows of their own; returns whether there were any.
  ///
  /// A centroid without a row costs nothing where it is and saves something on a row that is off all
  /// others, so the inertia falls every time, and this ends. As k rows differ, there is such a row.
  private func fillEmptyClusters(_ centroids: inout [Double], _ state: LloydState) -> Bool {
    let empty = state.sums.emptyClusters
    guard !empty.isEmpty else { return false }
    state.refillEmptyClusters(centroids: centroids, threadCount: threadCount)
    let weights = state.samples.weights
    var isChanged = false
    for cluster in empty {
      let row = state.labels.indices.first {
        state.labels[$0] == Int32(cluster) && weights?[$0] ?? 1 > 0
      }
      guard let row else { continue }
      let d = state.samples.samples.columnCount
      centroids.replaceSubrange(
        cluster * d..<(cluster + 1) * d, with: state.samples.samples.row(row))
      isChanged = true
    }
    return isChanged
  }

  private func pull(_ centroids: inout [Double], towards rows: [[Double]], _ seen: inout [Double]) {
    let d = rows[0].count
    let labels = rows.map { row in
      row.withUnsafeBufferPointer { row in
        centroids.withUnsafeBufferPointer { centroids in
          var (least, label) = (Double.infinity, 0)
          guard let row = row.baseAddress, let centroids = centroids.baseAddress else { return 0 }
          for cluster in 0..<clusterCount {
            let distance = squaredDistance(row, centroids + cluster * d, d)
            if distance < least { (least, label) = (distance, cluster) }
          }
          return label
        }
      }
    }
    for (row, label) in zip(rows, labels) {
      seen[label] += 1
      for column in 0..<d {
        let index = label * d + column
        centroids[index] += (row[column] - centroids[index]) / seen[label]
      }
    }
  }
}

/// Draws of rows in proportion to weight, with replacement.
private struct WeightedDraw {
  private let rowCount: Int
  /// The sums of weights up to and with each row; empty where all weigh 1.
  private let sums: [Double]

  init(rowCount: Int, weights: [Double]?) {
    self.rowCount = rowCount
    var total = 0.0
    sums = (weights ?? []).map { weight in
      total += weight
      return total
    }
  }

  func row(using generator: inout SeededGenerator) -> Int {
    guard let total = sums.last else { return generator.below(rowCount) }
    let target = generator.uniform() * total
    // The first row whose sum is over the target; that row weighs something.
    var (low, high) = (0, rowCount - 1)
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] > target { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
