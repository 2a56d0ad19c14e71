/// A chain of clusters, each followed by its nearest neighbour, grown until two are each other's.
///
/// Along the chain distances fall strictly, for the cluster before the last is preferred in ties;
/// so it ends, and for reducible linkages merging its last two never breaks the rest (Murtagh
/// 1983).
struct NearestNeighborChain {
  private(set) var clusters: [Int] = []
  private var isMember: [Bool]

  init(rowCount: Int) {
    clusters.reserveCapacity(64)
    isMember = [Bool](repeating: false, count: rowCount)
  }

  /// The cluster before the last, or -1.
  var previous: Int { clusters.count > 1 ? clusters[clusters.count - 2] : -1 }

  /// Grows the chain by the last cluster's nearest neighbour, or takes the last two off it to
  /// merge.
  ///
  /// A neighbour deeper in the chain can only be nearest by rounding; the one before the last is
  /// then as near within rounding, and merging it keeps the chain whole.
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
/// parts (Lance & Williams 1967, doi 10.1093/comjnl/9.4.373). Heights never fall from part to
/// whole.
///
/// - Complexity: O(n²), in the memory of the distances given up.
func chainMerges(_ distances: consuming CondensedDistances, _ linkage: Linkage) -> [RowMerge] {
  let n = distances.rowCount
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
      linkage.updateDistances(
        values, rowCount: n, live, sizes, kept: kept, dropped: dropped, gap: gap)
      sizes[kept] += sizes[dropped]
      heights[kept] = height
    }
  }
  return merges
}

extension Linkage {
  /// Overwrites the distances of `kept` by those of the cluster it makes with `dropped`.
  fileprivate func updateDistances(
    _ values: UnsafeMutablePointer<Double>, rowCount: Int, _ live: [Int], _ sizes: [Double],
    kept: Int, dropped: Int, gap: Double
  ) {
    let (left, right) = (sizes[kept], sizes[dropped])
    func update(_ combine: (_ toLeft: Double, _ toRight: Double, _ size: Double) -> Double) {
      let keptStart = CondensedDistances.start(kept, rowCount: rowCount)
      let droppedStart = CondensedDistances.start(dropped, rowCount: rowCount)
      live.withUnsafeBufferPointer { live in
        sizes.withUnsafeBufferPointer { sizes in
          for other in live where other != kept {
            let start = CondensedDistances.start(other, rowCount: rowCount)
            let toKept = other < kept ? start &+ kept : keptStart &+ other
            let toDropped = other < dropped ? start &+ dropped : droppedStart &+ other
            values[toKept] = combine(values[toKept], values[toDropped], sizes[other])
          }
        }
      }
    }
    switch self {
    case .single: update { toLeft, toRight, _ in min(toLeft, toRight) }
    case .complete: update { toLeft, toRight, _ in max(toLeft, toRight) }
    case .average:
      let total = left + right
      update { toLeft, toRight, _ in (left * toLeft + right * toRight) / total }
    case .weighted: update { toLeft, toRight, _ in (toLeft + toRight) / 2 }
    case .ward:
      update { toLeft, toRight, size in
        let parts = (left + size) * toLeft * toLeft + (right + size) * toRight * toRight
        return max(0, (parts - size * gap * gap) / (left + right + size)).squareRoot()
      }
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
