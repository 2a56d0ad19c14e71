internal import CKernels
internal import LinearAlgebra

/// Clusters of which all distances to one another are kept, and follow from those to their parts when
/// they merge (Lance & Williams 1967, doi 10.1093/comjnl/9.4.373).
///
/// Ward, centroid and median linkage are linear in squared distances, which are what is kept for them.
/// Where the rows are known these follow from the positions of clusters instead, which lose nothing to
/// subtraction and tie as the rows do. For the mean, the sums over all pairs of rows are kept besides in
/// twice the precision, so that a mean is rounded once, however its clusters came about.
final class CondensedSpace: ClusterSpace {
  private let linkage: Linkage
  private let rowCount: Int
  /// Rising; a cluster's name is its smallest row.
  private(set) var liveNames: [Int32]
  private var isLive: [Bool]
  private var sizes: [Double]
  private let values: SharedBuffer<Double>
  private let sums: SharedBuffer<(high: Double, low: Double)>?
  private var positions: ClusterPositions?

  /// The bytes that are kept of a pair of rows.
  static func bytesPerPair(_ linkage: Linkage) -> Int { linkage == .average ? 24 : 8 }

  /// Takes over the distances of rows of given weights; `positions` are those rows, where known.
  init(
    _ distances: CondensedDistances, _ linkage: Linkage, weights: [Double],
    positions: ClusterPositions? = nil
  ) {
    let n = distances.rowCount
    self.positions = linkage.needsEuclidean ? positions : nil
    self.linkage = linkage
    rowCount = n
    liveNames = (0..<Int32(n)).map { $0 }
    isLive = [Bool](repeating: true, count: n)
    sizes = weights
    values = distances.values
    sums = linkage == .average ? SharedBuffer(uninitializedCount: values.count) : nil
    guard sums != nil || linkage.needsEuclidean else { return }
    for left in 0..<n {
      let start = CondensedDistances.start(left, rowCount: n)
      for right in left + 1..<max(left + 1, n) {
        let (distance, place) = (values[start + right], start + right)
        if let sums {
          var sum = (high: 0.0, low: 0.0)
          coterie_add_scaled(distance, 0, weights[left] * weights[right], &sum.high, &sum.low)
          (sums.base + place).initialize(to: sum)
        } else if let positions = self.positions {
          values[place] = positions.separation(left, right, weights[left], weights[right])
        } else {
          let (weight, other) = (weights[left], weights[right])
          let factor = linkage == .ward ? 2 * weight * other / (weight + other) : 1
          values[place] = factor * distance * distance
        }
      }
    }
  }

  func place(of name: Int32) -> Int32 { isLive[Int(name)] ? name : -1 }

  func nearest(of clusters: [Int32], hints: [Int32]) -> [(name: Int32, distance: Double)] {
    // Most pairs are then asked for twice; looking through all of them once also reads in order.
    guard clusters.count > liveNames.count / 4 else { return clusters.map { nearest(of: $0) } }
    let all = nearestOfAll()
    return clusters.map { all[Int($0)] }
  }

  private func nearest(of cluster: Int32) -> (name: Int32, distance: Double) {
    let name = Int(cluster)
    let ownStart = CondensedDistances.start(name, rowCount: rowCount)
    var (nearest, least) = (-1 as Int32, Double.infinity)
    liveNames.withUnsafeBufferPointer { live in
      var place = 0
      while live[place] < cluster {
        let other = Int(live[place])
        let distance = values.base[CondensedDistances.start(other, rowCount: rowCount) &+ name]
        if distance < least { (nearest, least) = (live[place], distance) }
        place &+= 1
      }
      place &+= 1
      while place < live.count {
        let distance = values.base[ownStart &+ Int(live[place])]
        if distance < least { (nearest, least) = (live[place], distance) }
        place &+= 1
      }
    }
    return (nearest, least)
  }

  /// The nearest of each live cluster, by name.
  private func nearestOfAll() -> [(name: Int32, distance: Double)] {
    var all = [(name: Int32, distance: Double)](repeating: (-1, .infinity), count: rowCount)
    all.withUnsafeMutableBufferPointer { all in
      liveNames.withUnsafeBufferPointer { live in
        for first in live.indices {
          let left = Int(live[first])
          let start = CondensedDistances.start(left, rowCount: rowCount)
          // Names rise, so that the first of equal distances has the least name.
          var own = all[left]
          var place = first + 1
          while place < live.count {
            let right = Int(live[place])
            let distance = values.base[start &+ right]
            if distance < own.distance { own = (live[place], distance) }
            if distance < all[right].distance { all[right] = (live[first], distance) }
            place &+= 1
          }
          all[left] = own
        }
      }
    }
    return all
  }

  func merge(kept: Int32, dropped: Int32) {
    let (left, right) = (sizes[Int(kept)], sizes[Int(dropped)])
    let gap = values[index(Int(kept), Int(dropped))]
    isLive[Int(dropped)] = false
    liveNames.removeAll { $0 == dropped }
    sizes[Int(kept)] = left + right
    if positions != nil {
      let share = linkage == .median ? 0.5 : right / (left + right)
      positions?.move(Int(kept), towards: Int(dropped), by: share)
      return updatePositions(kept)
    }
    switch linkage {
    case .single: update(kept, dropped) { toLeft, toRight, _ in min(toLeft, toRight) }
    case .complete: update(kept, dropped) { toLeft, toRight, _ in max(toLeft, toRight) }
    case .weighted: update(kept, dropped) { toLeft, toRight, _ in (toLeft + toRight) / 2 }
    case .average: updateMeans(kept, dropped)
    case .ward:
      update(kept, dropped) { toLeft, toRight, size in
        let parts = (left + size) * toLeft + (right + size) * toRight
        return max(0, (parts - size * gap) / (left + right + size))
      }
    case .centroid, .median:
      let share = linkage == .median ? 0.5 : right / (left + right)
      update(kept, dropped) { toLeft, toRight, _ in
        let between = (1 - share) * toLeft + share * toRight
        return max(0, between - share * (1 - share) * gap)
      }
    }
  }

  /// Overwrites the distances of `kept` by those of the cluster it makes with `dropped`.
  private func update(
    _ kept: Int32, _ dropped: Int32,
    _ combine: (_ toLeft: Double, _ toRight: Double, _ size: Double) -> Double
  ) {
    let (kept, dropped) = (Int(kept), Int(dropped))
    let keptStart = CondensedDistances.start(kept, rowCount: rowCount)
    let droppedStart = CondensedDistances.start(dropped, rowCount: rowCount)
    for name in liveNames where name != kept {
      let other = Int(name)
      let start = CondensedDistances.start(other, rowCount: rowCount)
      let toKept = other < kept ? start &+ kept : keptStart &+ other
      let toDropped = other < dropped ? start &+ dropped : droppedStart &+ other
      values.base[toKept] = combine(values.base[toKept], values.base[toDropped], sizes[other])
    }
  }

  private func updatePositions(_ kept: Int32) {
    guard let positions else { return }
    let size = sizes[Int(kept)]
    for name in liveNames where name != kept {
      values[index(Int(kept), Int(name))] =
        positions.separation(Int(kept), Int(name), size, sizes[Int(name)])
    }
  }

  private func updateMeans(_ kept: Int32, _ dropped: Int32) {
    guard let sums else { return }
    for name in liveNames where name != kept {
      let target = index(Int(kept), Int(name))
      let source = sums[index(Int(dropped), Int(name))]
      var sum = sums[target]
      coterie_add_scaled(source.high, source.low, 1, &sum.high, &sum.low)
      // Parts that do not overlap.
      let high = sum.high + sum.low
      sums[target] = (high, sum.low - (high - sum.high))
      values[target] = coterie_mean(
        sums[target].high, sums[target].low, sizes[Int(kept)] * sizes[Int(name)])
    }
  }

  private func index(_ i: Int, _ j: Int) -> Int {
    CondensedDistances.start(min(i, j), rowCount: rowCount) + max(i, j)
  }
}
