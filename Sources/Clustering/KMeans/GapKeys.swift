internal import CKernels
internal import LinearAlgebra

/// Which rows a pass need not look at, since no centroid has come near enough to take them over.
///
/// When a row is labelled, the gap between the distances to its second nearest and its nearest
/// centroid bounds how far centroids must move before its label can change: its own by drift(own),
/// any other by at most the largest drift among the others (Hamerly 2010, doi
/// 10.1137/1.9781611972801.12). Both bounds are kept as one number that is written once and then
/// only compared: `key = spent(label) + gap`, where `spent(c)` sums drift(c) + the largest other
/// drift over the passes. A row is safe while `spent(label) < key`.
///
/// From time to time the rows whose slack `key - spent(label)` is within reach of the next passes
/// are listed, and until that reach is spent no other row is looked at (the idea of the heaps of
/// Hamerly & Drake 2015, doi 10.1007/978-3-319-09259-1_2, with lists that are read in row order).
///
/// Keys are rounded down and spendings up. A safe row has its label by more than all rounding
/// errors of its scores, so skipping changes no label and, since only rows that move are summed, no
/// bit of a centroid.
///
/// A dense pass wins while centroids move far, at few clusters in particular, as it reads memory
/// as fast as it comes; keys win from the time few rows change label on, the more so the more
/// clusters there are, and lists in the long run to the end, when passes touch next to nothing.
final class GapKeys: @unchecked Sendable {
  /// n keys, not initialised before they are first written.
  let keys: UnsafeMutableBufferPointer<Float>
  /// Rounded up and down, k each.
  private(set) var spentAtMost: [Float]
  private(set) var spentAtLeast: [Float]
  /// The largest spending of the last move.
  private(set) var lastSpending = 0.0
  /// The rows listed of each run; nil where there were too many.
  var watched: [WatchList?]
  /// True while no row that is not listed can have spent its key.
  private(set) var isWatching = false

  private var spent: [Double]
  private var spentWhenListed: [Float] = []
  private var reach = 0.0

  init(rowCount: Int, runCount: Int, clusterCount: Int) {
    keys = .allocate(capacity: rowCount)
    adviseLargePages(keys)
    watched = [WatchList?](repeating: nil, count: runCount)
    spent = [Double](repeating: 0, count: clusterCount)
    spentAtMost = [Float](repeating: 0, count: clusterCount)
    spentAtLeast = spentAtMost
  }

  deinit { keys.deallocate() }

  /// Begins anew; all keys must then be written.
  func reset() {
    for cluster in spent.indices { spent[cluster] = 0 }
    isWatching = false
    round()
  }

  /// Says that the rows with a slack under `reach` are about to be listed.
  func watch(within reach: Float) {
    self.reach = Double(reach) * (1 - 0x1p-20)
    spentWhenListed = spentAtLeast
    isWatching = true
  }

  /// Accounts for the move of the centroids, k × d, in the units of the keys.
  func spend(from previous: [Double], to centroids: [Double], scale: Double) {
    let k = spent.count
    let d = centroids.count / k
    let drifts = (0..<k).map { cluster in
      var sum = 0.0
      for index in cluster * d..<(cluster + 1) * d {
        let difference = centroids[index] - previous[index]
        sum += difference * difference
      }
      // Up: the sum is rounded d times, and what underflows is less than any key can tell.
      return (sum.squareRoot() * scale) * (1 + Double(d + 8) * Double.ulpOfOne) + 1e-30
    }
    let first = drifts.indices.max { drifts[$0] < drifts[$1] } ?? 0
    let second = drifts.indices.filter { $0 != first }.map { drifts[$0] }.max() ?? 0
    lastSpending = 0
    for cluster in 0..<k {
      let spending = drifts[cluster] + (cluster == first ? second : drifts[first])
      spent[cluster] = (spent[cluster] + spending) * (1 + 4 * Double.ulpOfOne)
      lastSpending = max(lastSpending, spending)
    }
    round()
    if isWatching {
      isWatching = (0..<k).allSatisfy {
        Double(spentAtMost[$0]) - Double(spentWhenListed[$0]) < reach
      }
    }
  }

  private func round() {
    for (cluster, value) in spent.enumerated() {
      let nearest = Float(value)
      spentAtMost[cluster] = Double(nearest) < value ? nearest.nextUp : nearest
      spentAtLeast[cluster] = Double(nearest) > value ? nearest.nextDown : nearest
    }
  }
}

/// The rows of a run that are within reach of spending their keys, with copies of keys and labels
/// side by side, so that a pass reads nothing else of them.
struct WatchList: Sendable {
  /// From the first row of the run, rising.
  var offsets: [Int32]
  var keys: [Float]
  var labels: [Int32]

  /// Takes over what rows, `count` of them at these places of the list, have become.
  mutating func update(
    _ places: UnsafePointer<Int32>, _ rows: UnsafePointer<Int32>, count: Int,
    keys newKeys: UnsafePointer<Float>, labels newLabels: UnsafePointer<Int32>
  ) {
    keys.withUnsafeMutableBufferPointer { keys in
      labels.withUnsafeMutableBufferPointer { labels in
        for index in 0..<count {
          keys[Int(places[index])] = newKeys[Int(rows[index])]
          labels[Int(places[index])] = newLabels[Int(rows[index])]
        }
      }
    }
  }
}
