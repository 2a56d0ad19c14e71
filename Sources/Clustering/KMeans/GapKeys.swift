internal import CKernels

/// Which rows a pass need not look at, since no centroid has come near enough to take them over.
///
/// When a row is labelled, the gap between the distances to its second nearest and its nearest
/// centroid bounds how far centroids must move before its label can change: the own by drift(own)
/// and any other by at most the largest drift among the others (Hamerly 2010, doi
/// 10.1137/1.9781611972801.12). Both bounds are kept as one number that is written once and then
/// only compared: `key = spent(label) + gap`, where `spent(c)` sums drift(c) + the largest other
/// drift over the passes. A row is safe while `spent(label) < key`. A block of rows is safe while the
/// sum of the largest such spendings stays below the least slack it had when it was last looked at.
///
/// Keys are rounded down and spendings up. A safe row has its label by more than all rounding
/// errors of its scores, so skipping changes no label and, since only rows that move are summed, no
/// bit of a centroid.
///
/// A dense pass wins while centroids move far, at few clusters in particular, as it reads memory
/// as fast as it comes; keys win from the time few rows change label on, the more so the more
/// clusters there are, and blocks at the end of a long run, when passes touch next to nothing.
final class GapKeys: @unchecked Sendable {
  let keys: UnsafeMutableBufferPointer<Float>
  /// A block is safe while `totalSpent` is below its key.
  let blockKeys: UnsafeMutableBufferPointer<Double>
  private(set) var totalSpent = 0.0
  /// Rounded up and down, k each.
  private(set) var spentAtMost: [Float]
  private(set) var spentAtLeast: [Float]
  private var spent: [Double]

  init(rowCount: Int, blockCount: Int, clusterCount: Int) {
    keys = .allocate(capacity: rowCount)
    blockKeys = .allocate(capacity: blockCount)
    keys.initialize(repeating: 0)
    blockKeys.initialize(repeating: 0)
    spent = [Double](repeating: 0, count: clusterCount)
    spentAtMost = [Float](repeating: 0, count: clusterCount)
    spentAtLeast = spentAtMost
  }

  deinit {
    keys.deallocate()
    blockKeys.deallocate()
  }

  /// Begins anew; all keys must then be written.
  func reset() {
    totalSpent = 0
    for cluster in spent.indices { spent[cluster] = 0 }
    round()
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
    var largest = 0.0
    for cluster in 0..<k {
      let spending = drifts[cluster] + (cluster == first ? second : drifts[first])
      spent[cluster] = (spent[cluster] + spending) * (1 + 4 * Double.ulpOfOne)
      largest = max(largest, spending)
    }
    totalSpent = (totalSpent + largest) * (1 + 4 * Double.ulpOfOne)
    round()
  }

  private func round() {
    for (cluster, value) in spent.enumerated() {
      let nearest = Float(value)
      spentAtMost[cluster] = Double(nearest) < value ? nearest.nextUp : nearest
      spentAtLeast[cluster] = Double(nearest) > value ? nearest.nextDown : nearest
    }
  }
}
