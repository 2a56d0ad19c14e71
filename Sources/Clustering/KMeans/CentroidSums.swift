internal import CKernels
internal import LinearAlgebra

/// The weighted sums of the rows of each cluster, kept from pass to pass by what the rows that move
/// add and take away.
///
/// Rows are summed in a number of runs that depends on n alone, each in row order, and runs that had
/// moves are added in run order: the same for every number of threads. A sum carries the remainder
/// of all its roundings (Knuth's two-sum), so that what was added can be taken away again.
final class CentroidSums: @unchecked Sendable {
  private let clusterCount: Int
  private let columnCount: Int
  /// Of one cluster: d + 2 sums (columns, weight, rows of positive weight) and their remainders.
  private let width: Int
  private let totals: UnsafeMutableBufferPointer<Double>
  private let runs: UnsafeMutableBufferPointer<Double>
  private let hasMoves: UnsafeMutableBufferPointer<Bool>

  init(clusterCount: Int, columnCount: Int, runCount: Int) {
    self.clusterCount = clusterCount
    self.columnCount = columnCount
    width = 2 * (columnCount + 2)
    totals = .allocate(capacity: clusterCount * width)
    runs = .allocate(capacity: clusterCount * width * runCount)
    hasMoves = .allocate(capacity: runCount)
    totals.initialize(repeating: 0)
    runs.initialize(repeating: 0)
    hasMoves.initialize(repeating: false)
  }

  deinit {
    totals.deallocate()
    runs.deallocate()
    hasMoves.deallocate()
  }

  func reset() {
    totals.update(repeating: 0)
  }

  /// The sums of a run to write moves to, zero where the run has none yet.
  ///
  /// Each run belongs to one thread at a time.
  func sums(ofRun run: Int) -> UnsafeMutablePointer<Double> {
    guard let base = runs.baseAddress else { preconditionFailure("there are clusters") }
    let sums = base + run * clusterCount * width
    if !hasMoves[run] {
      sums.update(repeating: 0, count: clusterCount * width)
      hasMoves[run] = true
    }
    return sums
  }

  /// Adds what the runs hold; returns whether any row moved.
  func addRuns() -> Bool {
    guard let base = runs.baseAddress, let totals = totals.baseAddress else { return false }
    var hasChanged = false
    for run in hasMoves.indices where hasMoves[run] {
      coterie_add_sums(
        Int64(clusterCount), Int64(columnCount), base + run * clusterCount * width, totals)
      hasMoves[run] = false
      hasChanged = true
    }
    return hasChanged
  }

  /// The clusters without a row of positive weight, lowest first.
  var emptyClusters: [Int] {
    (0..<clusterCount).filter { totals[$0 * width + columnCount + 1] <= 0 }
  }

  /// The mean of each cluster, k × d; a cluster that is empty keeps its previous centroid.
  ///
  /// They are rounded to what `shift + centroid` can hold, so that the model's centroids, which are
  /// not shifted, are exactly those the rows were compared with.
  func centroids(previous: [Double], shift: [Double]) -> [Double] {
    let (d, half) = (columnCount, columnCount + 2)
    var centroids = previous
    for cluster in 0..<clusterCount where totals[cluster * width + d + 1] > 0 {
      let sums = cluster * width
      let weight = totals[sums + d] + totals[sums + half + d]
      for column in 0..<d {
        let mean = (totals[sums + column] + totals[sums + half + column]) / weight
        centroids[cluster * d + column] = (shift[column] + mean) - shift[column]
      }
    }
    return centroids
  }
}
