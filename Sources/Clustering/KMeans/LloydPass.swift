internal import LinearAlgebra

/// What one pass over the rows finds: who moved, and the weighted sums per cluster.
struct LloydPass {
  /// True where a row's label is not what it was.
  var hasChanged = false
  /// Weighted sums of rows, k × d.
  var sums: [Double]
  /// Sums of row weights, k of them.
  var weights: [Double]

  /// The clusters without any weight, lowest first.
  var emptyClusters: [Int] { weights.indices.filter { weights[$0] <= 0 } }

  /// Rows are summed in at most this many runs, each in row order and combined in run order: a
  /// number that depends on nothing else makes sums the same for every number of threads.
  private static let runCount = 64

  /// Labels every row by its nearest centroid and sums the rows per cluster.
  ///
  /// - Complexity: O(n k d).
  init(
    _ samples: ShiftedSamples, weights: [Double]?, centroids: [Double], labels: inout [Int32],
    threadCount: Int
  ) {
    let d = samples.columnCount
    let assignment = CentroidAssignment(centroids: centroids, columnCount: d)
    let k = assignment.clusterCount
    let blockCount = samples.blockCount
    let runCount = min(Self.runCount, blockCount)
    let stride = k * (d + 1)
    var partials = [Double](repeating: 0, count: runCount * stride)
    var changes = [Bool](repeating: false, count: runCount)
    partials.withUnsafeMutableBufferPointer { partials in
      changes.withUnsafeMutableBufferPointer { changes in
        labels.withUnsafeMutableBufferPointer { labels in
          nonisolated(unsafe) let (partials, changes, labels) = (partials, changes, labels)
          LinearAlgebra.forEachBlock(count: runCount, threadCount: threadCount) { run in
            guard let partials = partials.baseAddress, let labels = labels.baseAddress else {
              return
            }
            let sums = partials + run * stride
            let blocks = run * blockCount / runCount..<(run + 1) * blockCount / runCount
            for block in blocks
            where Self.visit(
              samples.rows(of: block), samples, weights, assignment, labels, sums, sums + k * d)
            {
              changes[run] = true
            }
          }
        }
      }
    }
    var totals = Array(partials.prefix(stride))
    for run in 1..<max(1, runCount) {
      for index in 0..<stride { totals[index] += partials[run * stride + index] }
    }
    hasChanged = changes.contains(true)
    sums = Array(totals.prefix(k * d))
    self.weights = Array(totals.suffix(k))
  }

  private static func visit(
    _ range: Range<Int>, _ samples: ShiftedSamples, _ weights: [Double]?,
    _ assignment: CentroidAssignment, _ labels: UnsafeMutablePointer<Int32>,
    _ sums: UnsafeMutablePointer<Double>, _ clusterWeights: UnsafeMutablePointer<Double>
  ) -> Bool {
    let (count, d) = (range.count, samples.columnCount)
    var hasChanged = false
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: count) { newLabels in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: count * d) { scratch in
        guard let rows = scratch.baseAddress, let new = newLabels.baseAddress else { return }
        samples.load(range, into: rows)
        assignment.centroids.withUnsafeBufferPointer { centroids in
          guard let centroids = centroids.baseAddress else { return }
          assignment.assign(
            rows, exactRows: rows, exactCentroids: centroids, count: count, labels: new)
        }
        let old = labels + range.lowerBound
        var row = 0
        while row < count {
          let label = new[row]
          if old[row] != label {
            old[row] = label
            hasChanged = true
          }
          let weight = weights?[range.lowerBound &+ row] ?? 1
          let x = rows + row &* d
          let sum = sums + Int(label) &* d
          var column = 0
          while column < d {
            sum[column] += weight * x[column]
            column &+= 1
          }
          clusterWeights[Int(label)] += weight
          row &+= 1
        }
      }
    }
    return hasChanged
  }
}
