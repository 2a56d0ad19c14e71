internal import CKernels

/// The rows of clusters, those of a cluster side by side but for the merges since the last grouping.
///
/// A run is what was a cluster at the last grouping, and has the number of its slot then. A merge puts
/// the runs of one cluster behind those of the other.
final class ClusterMembers: @unchecked Sendable {
  let isAverage: Bool
  let columnCount: Int
  /// By row: d coordinates, and its weight where not all are 1.
  private(set) var rows: SharedBuffer<Double>
  private(set) var weights: SharedBuffer<Double>?
  private var firsts = SharedBuffer<Int32>(count: 0, of: 0)
  private var counts = SharedBuffer<Int32>(count: 0, of: 0)
  private var next = SharedBuffer<Int32>(count: 0, of: -1)
  /// The last run of the cluster in a slot.
  private var last = SharedBuffer<Int32>(count: 0, of: -1)
  private var totals = SharedBuffer<Int32>(count: 0, of: 0)
  private(set) var largestTotal = 1

  /// Every row a cluster of its own, and a run.
  init(_ initial: InitialClusters, isAverage: Bool) {
    self.isAverage = isAverage
    columnCount = initial.columnCount
    let count = initial.weights.count
    rows = SharedBuffer(count: count * columnCount, of: 0)
    for (index, element) in initial.elements.enumerated() { rows[index] = element }
    if isAverage, initial.weights.contains(where: { $0 != 1 }) {
      let weights = SharedBuffer<Double>(count: count, of: 1)
      for (row, weight) in initial.weights.enumerated() { weights[row] = weight }
      self.weights = weights
    }
    firsts = SharedBuffer(count: count, of: 0)
    counts = SharedBuffer(count: count, of: 1)
    next = SharedBuffer(count: count, of: -1)
    last = SharedBuffer(count: count, of: 0)
    totals = SharedBuffer(count: count, of: 1)
    for row in 0..<count {
      firsts[row] = Int32(row)
      last[row] = Int32(row)
    }
  }

  /// Puts the rows of a cluster behind those of another, by their slots.
  func append(run: Int, to slot: Int) {
    next[Int(last[slot])] = Int32(run)
    last[slot] = last[run]
    totals[slot] += totals[run]
    largestTotal = max(largestTotal, Int(totals[slot]))
  }

  /// Calls `body` with the place of every row of the cluster in a slot.
  func forEachRow(of slot: Int, _ body: (Int) -> Void) {
    var run = slot
    while run >= 0 {
      for row in Int(firsts[run])..<Int(firsts[run] + counts[run]) { body(row) }
      run = Int(next[run])
    }
  }

  func rowCount(of slot: Int) -> Int { Int(totals[slot]) }

  /// Orders the rows anew by slot: clusters whose first runs were `runs` are now in `slots`.
  func regroup(
    runs: [Int32], slots: SharedBuffer<Int32>, clusters: [Int32], slotCount: Int
  ) {
    let d = columnCount
    var runOfSlot = [Int32](repeating: -1, count: slotCount)
    for (run, cluster) in zip(runs, clusters) { runOfSlot[Int(slots[Int(cluster)])] = run }
    let newRows = SharedBuffer<Double>(count: rows.count, of: 0)
    let newWeights = weights.map { SharedBuffer<Double>(count: $0.count, of: 1) }
    let newFirsts = SharedBuffer<Int32>(count: slotCount, of: 0)
    let newCounts = SharedBuffer<Int32>(count: slotCount, of: 0)
    var place = 0
    for slot in 0..<slotCount {
      newFirsts[slot] = Int32(place)
      guard runOfSlot[slot] >= 0 else { continue }
      forEachRow(of: Int(runOfSlot[slot])) { row in
        (newRows.base + place * d).update(from: rows.base + row * d, count: d)
        if let weights { newWeights?[place] = weights[row] }
        place += 1
      }
      newCounts[slot] = Int32(place) - newFirsts[slot]
    }
    rows = newRows
    weights = newWeights
    firsts = newFirsts
    counts = newCounts
    next = SharedBuffer(count: slotCount, of: -1)
    last = SharedBuffer(count: slotCount, of: 0)
    totals = SharedBuffer(count: slotCount, of: 0)
    for slot in 0..<slotCount {
      last[slot] = Int32(slot)
      totals[slot] = newCounts[slot]
    }
  }

  func raw(variances: SharedBuffer<Double>, error: Double) -> coterie_cluster_members {
    coterie_cluster_members(
      is_average: isAverage ? 1 : 0, rows: rows.base, weights: weights?.base, firsts: firsts.base,
      counts: counts.base, next: next.base, totals: totals.base, variances: variances.base,
      error: error)
  }
}
