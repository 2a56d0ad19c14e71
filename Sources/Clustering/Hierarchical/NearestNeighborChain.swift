/// A chain of clusters, each followed by its nearest neighbour, grown until two are each other's.
///
/// Along the chain distances fall strictly, for the cluster before the last is preferred in ties; so
/// it ends, and for reducible linkages merging its last two never breaks the rest (Murtagh 1983).
struct NearestNeighborChain {
  private(set) var clusters: [Int] = []
  private var isMember: [Bool]

  init(rowCount: Int) {
    clusters.reserveCapacity(64)
    isMember = [Bool](repeating: false, count: rowCount)
  }

  /// The cluster before the last, or -1.
  var previous: Int { clusters.count > 1 ? clusters[clusters.count - 2] : -1 }

  /// Grows the chain by the last cluster's nearest neighbour, or takes the last two off it to merge.
  ///
  /// A neighbour deeper in the chain can only be nearest by rounding; the one before the last is then
  /// as near within rounding, and merging it keeps the chain whole.
  mutating func follow(to nearest: Int) -> (Int, Int)? {
    if clusters.count > 1, nearest == previous || isMember[nearest] {
      let (last, other) = (clusters.removeLast(), clusters.removeLast())
      isMember[last] = false
      isMember[other] = false
      return (min(last, other), max(last, other))
    }
    append(nearest)
    return nil
  }

  mutating func append(_ cluster: Int) {
    clusters.append(cluster)
    isMember[cluster] = true
  }
}

/// The merges of a reducible linkage, in chain order, from the matrix of distances.
///
/// Clusters are named by their smallest row. Distances to a merged cluster come from those to its
/// parts (Lance & Williams 1967, doi 10.1093/comjnl/9.4.373). Heights never fall from part to whole.
///
/// - Complexity: O(n²).
func chainMerges(_ distances: CondensedDistances, _ linkage: Linkage) -> [RowMerge] {
  let n = distances.rowCount
  var distances = distances
  var live = Array(0..<n)
  var sizes = [Double](repeating: 1, count: n)
  var heights = [Double](repeating: 0, count: n)
  var chain = NearestNeighborChain(rowCount: n)
  var merges: [RowMerge] = []
  merges.reserveCapacity(max(0, n - 1))
  distances.values.withUnsafeMutableBufferPointer { values in
    guard let values = values.baseAddress else { return }
    func index(_ i: Int, _ j: Int) -> Int {
      i < j
        ? CondensedDistances.start(i, rowCount: n) &+ j
        : CondensedDistances.start(j, rowCount: n) &+ i
    }
    while live.count > 1 {
      if chain.clusters.isEmpty { chain.append(live[0]) }
      let last = chain.clusters[chain.clusters.count - 1]
      let previous = chain.previous
      var nearest = previous
      var least = previous < 0 ? Double.infinity : values[index(last, previous)]
      let lastStart = CondensedDistances.start(last, rowCount: n)
      live.withUnsafeBufferPointer { live in
        var place = 0
        while live[place] < last {
          let other = live[place]
          let distance = values[CondensedDistances.start(other, rowCount: n) &+ last]
          if distance < least { (least, nearest) = (distance, other) }
          place &+= 1
        }
        place &+= 1
        while place < live.count {
          let distance = values[lastStart &+ live[place]]
          if distance < least { (least, nearest) = (distance, live[place]) }
          place &+= 1
        }
      }
      guard let (kept, dropped) = chain.follow(to: nearest) else { continue }
      let gap = values[index(kept, dropped)]
      let height = max(gap, heights[kept], heights[dropped])
      merges.append(RowMerge(left: kept, right: dropped, height: height))
      live.remove(at: lowerBound(of: dropped, in: live))
      let update = LanceWilliams(linkage, sizes[kept], sizes[dropped], gap)
      for other in live where other != kept {
        let place = index(other, kept)
        values[place] = update.distance(
          values[place], values[index(other, dropped)], sizes[other])
      }
      sizes[kept] += sizes[dropped]
      heights[kept] = height
    }
  }
  return merges
}

/// The distance of a merged cluster to another one, from those of its two parts.
private struct LanceWilliams {
  private let linkage: Linkage
  private let left: Double
  private let right: Double
  private let gap: Double

  init(_ linkage: Linkage, _ left: Double, _ right: Double, _ gap: Double) {
    (self.linkage, self.left, self.right, self.gap) = (linkage, left, right, gap)
  }

  func distance(_ toLeft: Double, _ toRight: Double, _ size: Double) -> Double {
    switch linkage {
    case .single: return min(toLeft, toRight)
    case .complete: return max(toLeft, toRight)
    case .average: return (left * toLeft + right * toRight) / (left + right)
    case .weighted: return (toLeft + toRight) / 2
    case .ward:
      let total = left + right + size
      let squared =
        ((left + size) * toLeft * toLeft + (right + size) * toRight * toRight - size * gap * gap)
        / total
      return max(0, squared).squareRoot()
    case .centroid, .median: preconditionFailure("not a reducible linkage")
    }
  }
}

/// The place of the first element that is not under `value`, in a rising array.
private func lowerBound(of value: Int, in values: [Int]) -> Int {
  var (low, high) = (0, values.count)
  while low < high {
    let middle = (low + high) / 2
    if values[middle] < value { low = middle + 1 } else { high = middle }
  }
  return low
}
