/// Live clusters, named by numbers, among which the nearest of one can be found.
protocol ClusterSpace {
  /// The live clusters, those near one another mostly side by side.
  var liveNames: [Int32] { get }
  /// Where a cluster is in that order; negative for one merged away.
  func place(of name: Int32) -> Int32
  /// The nearest other cluster of each of those named, ties to the least name, and its distance.
  ///
  /// Of a pair, both must find the same bits. Each has a hint, a cluster that is likely to be near, or
  /// -1.
  mutating func nearest(of clusters: [Int32], hints: [Int32]) -> [(name: Int32, distance: Double)]
  /// Makes one cluster, of the name kept, of two.
  mutating func merge(kept: Int32, dropped: Int32)
}

/// Merges by rounds of reciprocal nearest neighbours.
///
/// Clusters that are each other's nearest neighbours merge whatever the others do, as long as no
/// merge brings anything nearer (Bruynooghe 1978; Murtagh 1983, doi 10.1093/comjnl/26.4.354), so all
/// such pairs merge in one round. After it the nearest neighbour is looked for by those clusters only
/// that were made in the round or whose nearest neighbour merged. Pairs are ordered by distance, then
/// by the smaller and the larger name: the least of them is reciprocal, so every round merges.
struct ReciprocalMerging<Space: ClusterSpace> {
  private(set) var space: Space
  private var liveCount: Int
  private var nearest: [Int32]
  private var distances: [Double]
  /// The clusters whose nearest is a given one, as lists: the first of each, and links by cluster.
  private var first: [Int32]
  private var next: [Int32]
  private var previous: [Int32]
  /// The clusters that look for their nearest in the next round.
  private var pending: [Int32]
  private var isPending: [Bool]
  /// What the nearest of each has become part of.
  private var hints: [Int32]

  /// `count` clusters, named 0..<count.
  init(_ space: Space, count: Int) {
    self.space = space
    liveCount = count
    nearest = [Int32](repeating: -1, count: count)
    distances = [Double](repeating: 0, count: count)
    first = nearest
    next = nearest
    previous = nearest
    pending = space.liveNames
    isPending = [Bool](repeating: true, count: count)
    hints = nearest
  }

  /// Merges until one cluster is left.
  ///
  /// - Parameter height: The height of a merge at a distance.
  /// - Returns: The merges, parts before wholes; heights do not rise throughout.
  mutating func merges(height: (Double) -> Double) -> [RowMerge] {
    var merges: [RowMerge] = []
    merges.reserveCapacity(max(0, liveCount - 1))
    var heights = [Double](repeating: 0, count: nearest.count)
    while liveCount > 1 {
      for (kept, dropped) in reciprocalPairs() {
        // Rounding must not put a whole under its parts.
        let (left, right) = (Int(kept), Int(dropped))
        heights[left] = max(height(distances[left]), heights[left], heights[right])
        merges.append(RowMerge(left: left, right: right, height: heights[left]))
        unlink(left)
        unlink(right)
        space.merge(kept: kept, dropped: dropped)
        liveCount -= 1
        release(followersOf: left, to: kept)
        release(followersOf: right, to: kept)
        postpone(kept)
      }
      orderPending()
    }
    return merges
  }

  /// Finds the nearest of the pending clusters; returns the pairs that are now each other's nearest.
  private mutating func reciprocalPairs() -> [(kept: Int32, dropped: Int32)] {
    for (name, found) in zip(
      pending, space.nearest(of: pending, hints: pending.map { hints[Int($0)] }))
    {
      let (cluster, target) = (Int(name), Int(found.name))
      nearest[cluster] = found.name
      distances[cluster] = found.distance
      next[cluster] = first[target]
      previous[cluster] = -1
      if first[target] >= 0 { previous[Int(first[target])] = name }
      first[target] = name
    }
    var pairs: [(kept: Int32, dropped: Int32)] = []
    for name in pending {
      let other = nearest[Int(name)]
      // A pair of which both were pending is seen twice.
      guard nearest[Int(other)] == name, name < other || !isPending[Int(other)] else { continue }
      pairs.append((min(name, other), max(name, other)))
    }
    for name in pending { isPending[Int(name)] = false }
    pending.removeAll(keepingCapacity: true)
    // Kept names are told apart by themselves.
    pairs.sort { $0.kept < $1.kept }
    return pairs
  }

  /// Puts the pending clusters that are left in the order of the space.
  private mutating func orderPending() {
    // Place and name in one number, which is quick to sort.
    var keys: [UInt64] = []
    keys.reserveCapacity(pending.count)
    for name in pending {
      let place = space.place(of: name)
      if place >= 0 { keys.append(UInt64(place) << 32 | UInt64(name)) }
    }
    keys.sort()
    pending.removeAll(keepingCapacity: true)
    for key in keys { pending.append(Int32(truncatingIfNeeded: key)) }
  }

  private mutating func postpone(_ name: Int32) {
    guard !isPending[Int(name)] else { return }
    isPending[Int(name)] = true
    pending.append(name)
  }

  /// Takes a cluster out of the list of its nearest.
  private mutating func unlink(_ cluster: Int) {
    let target = nearest[cluster]
    guard target >= 0 else { return }
    let (before, after) = (previous[cluster], next[cluster])
    if before >= 0 { next[Int(before)] = after } else { first[Int(target)] = after }
    if after >= 0 { previous[Int(after)] = before }
    nearest[cluster] = -1
  }

  /// Makes all those pending whose nearest a cluster was; it is part of `whole` now.
  private mutating func release(followersOf cluster: Int, to whole: Int32) {
    var follower = first[cluster]
    first[cluster] = -1
    while follower >= 0 {
      nearest[Int(follower)] = -1
      hints[Int(follower)] = whole
      postpone(follower)
      follower = next[Int(follower)]
    }
  }
}
