internal import CKernels
internal import LinearAlgebra

/// The distances between all pairs of some clusters, kept up to date while they merge.
///
/// The largest distance to a merged cluster is the larger of those to its parts. For the mean, the sums
/// of the distances of all pairs of rows are kept in twice the precision and added up: a mean is rounded
/// once, so that it is the same however its clusters came about.
final class ClusterDistances: @unchecked Sendable {
  private let isAverage: Bool
  private let threadCount: Int
  /// Rising, m of them; those left are `live`, by place.
  private let names: [Int32]
  private var live: [Int]
  private var sizes: [Double]
  /// m × m; infinity for a cluster to itself and for those merged away.
  private let distances: SharedBuffer<Double>
  /// The sums of pairs i > j at i(i - 1)/2 + j, in two parts.
  private let sums: SharedBuffer<(high: Double, low: Double)>

  /// Computes the distances of the clusters that are left in a tree.
  init(_ tree: ClusterTree, _ members: ClusterMembers) {
    let (d, isAverage) = (tree.columnCount, members.isAverage)
    let names = tree.liveNames.sorted()
    let count = names.count
    let slots = names.map { Int(tree.slots[Int($0)]) }
    let sizes = slots.map { tree.sizes[$0] }
    var starts: [Int64] = [0]
    for slot in slots {
      starts.append(starts[starts.count - 1] + Int64(members.rowCount(of: slot)))
    }
    let rowCount = Int(starts[count])
    let eights = SharedBuffer<Double>(count: (rowCount + 7) / 8 * 8 * d, of: 0)
    let weights = members.weights.map { _ in SharedBuffer<Double>(count: rowCount, of: 1) }
    var place = 0
    for slot in slots {
      members.forEachRow(of: slot) { row in
        for column in 0..<d {
          eights[(place / 8 * d + column) * 8 + place % 8] = members.rows[row * d + column]
        }
        if let given = members.weights { weights?[place] = given[row] }
        place += 1
      }
    }
    let (centers, radii) = Self.balls(starts, eights, columnCount: d)
    // Whether most groups are large enough that few of their rows need to be compared.
    let isSparse = !isAverage && rowCount > Self.leastMeanCount * count
    let largest = zip(starts.dropFirst(), starts).map { Int($0 - $1) }.max() ?? 0
    let distances = SharedBuffer<Double>(count: count * count, of: .infinity)
    let sums = SharedBuffer<(high: Double, low: Double)>(
      count: isAverage ? count * (count - 1) / 2 : 0, of: (0, 0))
    let instructions = tree.instructionSet.instructions
    starts.withUnsafeBufferPointer { starts in
      nonisolated(unsafe) let starts = starts
      forEachBlock(count: count, threadCount: tree.threadCount) { group in
        guard let starts = starts.baseAddress else { return }
        var groups = coterie_grouped_rows(
          column_count: Int64(d), group_count: Int64(count), starts: starts, eights: eights.base,
          weights: weights?.base, centers: centers.base, radii: radii.base)
        let highs = SharedBuffer<Double>(count: count, of: 0)
        let lows = SharedBuffer<Double>(count: count, of: 0)
        if isSparse {
          let scratch = SharedBuffer<Double>(count: (largest + 7) / 8 * 16 * (d + 1), of: 0)
          coterie_largest_to_later(
            instructions, &groups, Int64(group), highs.base, scratch.base)
        } else {
          coterie_distances_to_later(
            instructions, &groups, Int64(group), isAverage ? 1 : 0, highs.base, lows.base)
        }
        for other in group + 1..<max(count, group + 1) {
          var distance = highs[other]
          if isAverage {
            sums[other * (other - 1) / 2 + group] = (highs[other], lows[other])
            distance = coterie_mean(highs[other], lows[other], sizes[group] * sizes[other])
          }
          distances[group * count + other] = distance
          distances[other * count + group] = distance
        }
      }
    }
    self.isAverage = isAverage
    threadCount = tree.threadCount
    self.names = names
    live = Array(0..<count)
    self.sizes = sizes
    self.distances = distances
    self.sums = sums
  }

  /// Groups of fewer rows are compared as a whole.
  private static let leastMeanCount = 16

  /// The means of groups of rows, and how far their rows are from there at most.
  private static func balls(
    _ starts: [Int64], _ eights: SharedBuffer<Double>, columnCount d: Int
  ) -> (centers: SharedBuffer<Double>, radii: SharedBuffer<Double>) {
    let count = starts.count - 1
    let centers = SharedBuffer<Double>(count: count * d, of: 0)
    let radii = SharedBuffer<Double>(count: count, of: 0)
    for group in 0..<count {
      let rows = Int(starts[group])..<Int(starts[group + 1])
      for row in rows {
        for column in 0..<d {
          let share = 1 / Double(rows.count)
          centers[group * d + column] += share * eights[(row / 8 * d + column) * 8 + row % 8]
        }
      }
      var radius = 0.0
      for row in rows {
        var square = 0.0
        for column in 0..<d {
          let difference =
            eights[(row / 8 * d + column) * 8 + row % 8] - centers[group * d + column]
          square += difference * difference
        }
        radius = max(radius, square)
      }
      radii[group] = radius.squareRoot() * (1 + 0x1p-40)
    }
    return (centers, radii)
  }

  private func place(of name: Int32) -> Int {
    var (low, high) = (0, names.count)
    while low < high {
      let middle = (low + high) / 2
      if names[middle] < name { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The nearest other cluster of each, ties to the least name.
  func nearest(of clusters: [Int32]) -> [(name: Int32, distance: Double)] {
    clusters.map { name in
      let row = distances.base + place(of: name) * names.count
      var (nearest, least) = (live[0], Double.infinity)
      live.withUnsafeBufferPointer { live in
        for other in live where row[other] < least { (nearest, least) = (other, row[other]) }
      }
      return (names[nearest], least)
    }
  }

  func merge(kept: Int32, dropped: Int32) {
    let (count, kept, dropped) = (names.count, place(of: kept), place(of: dropped))
    live.removeAll { $0 == dropped }
    let size = sizes[kept] + sizes[dropped]
    sizes[kept] = size
    for other in live where other != kept {
      var distance = max(distances[kept * count + other], distances[dropped * count + other])
      if isAverage {
        let (target, source) = (pair(kept, other), pair(dropped, other))
        var sum = sums[target]
        coterie_add_scaled(sums[source].high, sums[source].low, 1, &sum.high, &sum.low)
        // Parts that do not overlap.
        let high = sum.high + sum.low
        sums[target] = (high, sum.low - (high - sum.high))
        distance = coterie_mean(sums[target].high, sums[target].low, size * sizes[other])
      }
      distances[kept * count + other] = distance
      distances[other * count + kept] = distance
    }
  }

  private func pair(_ first: Int, _ second: Int) -> Int {
    let (small, large) = (min(first, second), max(first, second))
    return large * (large - 1) / 2 + small
  }
}
