/// Merges the least pair until one cluster is left, for linkages in which a merge can bring clusters
/// nearer; distances are squared ones.
///
/// Every cluster keeps the least pair it was last found in, which is a lower bound of the least that
/// it is in now: other clusters only go, and those that come look for theirs at once, so a pair that
/// an inversion brings nearer is known to the cluster it has made. The least bound of all either is
/// right, and its pair merges, or is looked for again (after Müllner 2011, arXiv:1109.2378, section
/// 3.1). Pairs are ordered by distance, then by the smaller and the larger name, a cluster's name
/// being its first row.
struct LeastPairMerging<Space: ClusterSpace> {
  private var space: Space
  private var pairs: LeastPairs
  /// How often a cluster has changed, and how often its nearest had when it was found.
  private var versions: [Int32]
  private var seenVersions: [Int32]

  init(_ space: Space) {
    self.space = space
    let live = space.liveNames
    versions = [Int32](repeating: 0, count: live.count)
    seenVersions = versions
    pairs = LeastPairs(count: live.count)
    guard live.count > 1 else { return }
    for (name, found) in zip(
      live, self.space.nearest(of: live, hints: live.map { _ in -1 }))
    {
      pairs.set(name, found.name, found.distance)
    }
    pairs.order()
  }

  mutating func merges() -> [RowMerge] {
    var merges: [RowMerge] = []
    merges.reserveCapacity(max(0, pairs.count - 1))
    while pairs.count > 1 {
      let first = pairs.least
      guard isRight(first) else {
        look(for: stale())
        continue
      }
      let second = pairs.nearest[Int(first)]
      let (kept, dropped) = (min(first, second), max(first, second))
      merges.append(
        RowMerge(
          left: Int(kept), right: Int(dropped),
          height: pairs.distances[Int(first)].squareRoot()))
      space.merge(kept: kept, dropped: dropped)
      versions[Int(kept)] += 1
      versions[Int(dropped)] += 1
      pairs.remove(dropped)
      if pairs.count > 1 { look(for: [kept]) }
    }
    return merges
  }

  private func isRight(_ name: Int32) -> Bool {
    versions[Int(pairs.nearest[Int(name)])] == seenVersions[Int(name)]
  }

  /// Clusters with low bounds that are not right any more.
  private func stale() -> [Int32] {
    pairs.heap.prefix(16).filter { !isRight($0) }
  }

  private mutating func look(for names: [Int32]) {
    let hints = names.map { pairs.nearest[Int($0)] }
    for (name, found) in zip(names, space.nearest(of: names, hints: hints)) {
      pairs.set(name, found.name, found.distance)
      seenVersions[Int(name)] = versions[Int(found.name)]
      pairs.update(name)
    }
  }
}

/// A binary heap of clusters by the pairs they are in (Williams 1964, doi 10.1145/512274.512284).
private struct LeastPairs {
  private(set) var heap: [Int32]
  private(set) var nearest: [Int32]
  private(set) var distances: [Double]
  /// Where a cluster is in the heap.
  private var places: [Int32]

  init(count: Int) {
    heap = (0..<Int32(count)).map { $0 }
    places = heap
    nearest = heap
    distances = [Double](repeating: .infinity, count: count)
  }

  var count: Int { heap.count }
  var least: Int32 { heap[0] }

  /// Writes a pair; `order` or `update` must follow.
  mutating func set(_ name: Int32, _ other: Int32, _ distance: Double) {
    nearest[Int(name)] = other
    distances[Int(name)] = distance
  }

  mutating func order() {
    for place in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(place) }
  }

  mutating func update(_ name: Int32) {
    rise(Int(places[Int(name)]))
    sink(Int(places[Int(name)]))
  }

  mutating func remove(_ name: Int32) {
    let place = Int(places[Int(name)])
    let last = heap.removeLast()
    guard last != name else { return }
    heap[place] = last
    places[Int(last)] = Int32(place)
    update(last)
  }

  private func precedes(_ left: Int32, _ right: Int32) -> Bool {
    let (distance, other) = (distances[Int(left)], distances[Int(right)])
    guard distance == other else { return distance < other }
    let (a, b) = (nearest[Int(left)], nearest[Int(right)])
    return (min(left, a), max(left, a)) < (min(right, b), max(right, b))
  }

  private mutating func swap(_ i: Int, _ j: Int) {
    heap.swapAt(i, j)
    places[Int(heap[i])] = Int32(i)
    places[Int(heap[j])] = Int32(j)
  }

  private mutating func rise(_ start: Int) {
    var place = start
    while place > 0, precedes(heap[place], heap[(place - 1) / 2]) {
      swap(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  private mutating func sink(_ start: Int) {
    var place = start
    while 2 * place + 1 < heap.count {
      var child = 2 * place + 1
      if child + 1 < heap.count, precedes(heap[child + 1], heap[child]) { child += 1 }
      guard precedes(heap[child], heap[place]) else { return }
      swap(place, child)
      place = child
    }
  }
}
