internal import CKernels
internal import Foundation
internal import LinearAlgebra

/// A tree over the centroids of live clusters, in which the nearest of a cluster is found exactly.
///
/// It is a k-d tree (Bentley 1975, doi 10.1145/361002.361007), cut at the middle of the widest
/// column, with 16 clusters to a leaf and 16 children to a node, so that one vector holds all of
/// them. A bound of Ward's distance to whatever is in a box is n m / (n + m) times the squared
/// distance to the box, m being the least size under the node. Bounds and leaves are compared in
/// single precision, widened by its errors; what passes is decided in double precision.
///
/// A cluster made by a merge takes the slot of its larger part, and the boxes above it grow as far as
/// its centroid asks; the other part's slot is empty from then on. The least size under a node stays
/// a bound, since clusters only grow. When half of the slots are empty the tree is built anew.
///
/// Where `members` are given, distances are those between the rows of two clusters: the largest, or the
/// mean. Neither is under the distance of the centroids; the largest, being at least the root mean
/// square, is not under the root of the squared distance of the centroids plus both variances, so that
/// the least variance under a node takes the part of the least size.
///
/// Where bounds leave out little, as in many columns, comparing every query with all leaves is faster
/// than asking them: a trial of a few searches decides it after every building.
final class ClusterTree: ClusterSpace, @unchecked Sendable {

  let columnCount: Int
  let isWard: Bool
  let threadCount: Int
  let instructionSet: InstructionSet
  /// The rows of the clusters, where distances are between them.
  let members: ClusterMembers?
  /// Single precision sees (coordinate - center) · scale.
  let center: [Double]
  let scale: Double
  /// The live clusters at the time of building, and now.
  var builtCount = 0
  private var liveCount = 0
  private let chosenSearch: ClusterSearch
  /// Whether searches ask bounds; nil before and during the trial.
  private var isPruning: Bool?
  /// The searches of the trial so far, and the leaves they looked at.
  private var trial = (count: 0, visited: 0)
  /// Where each cluster is, by name; -1 for those merged away.
  let slots: SharedBuffer<Int32>
  var names = SharedBuffer<Int32>(count: 0, of: -1)
  var sizes = SharedBuffer<Double>(count: 0, of: 1)
  /// Mean squared distances of members to their centroid; empty where there are no `members`.
  var variances = SharedBuffer<Double>(count: 0, of: 0)
  var centroids = SharedBuffer<Double>(count: 0, of: 0)
  var points = SharedBuffer<Float>(count: 0, of: 0)
  var allowances = SharedBuffer<Float>(count: 0, of: 0)
  var levels: [Level] = []

  /// Nodes of 16 children.
  struct Level {
    let childCount: Int
    let boxes: SharedBuffer<Float>
    let allowances: SharedBuffer<Float>
  }

  /// Builds a tree over clusters named 0..<n, by their centroids (n × d) and sizes.
  init(
    centroids: [Double], sizes: [Double], isWard: Bool, members: ClusterMembers? = nil,
    threadCount: Int, engine: HierarchicalEngine
  ) {
    let d = centroids.count / sizes.count
    columnCount = d
    self.isWard = isWard
    self.members = members
    self.threadCount = threadCount
    instructionSet = engine.instructionSet
    chosenSearch = engine.search
    isPruning = engine.search.isPruning
    var low = [Double](repeating: .infinity, count: d)
    var high = [Double](repeating: -.infinity, count: d)
    centroids.withUnsafeBufferPointer { centroids in
      for row in 0..<sizes.count {
        for column in 0..<d {
          low[column] = min(low[column], centroids[row * d + column])
          high[column] = max(high[column], centroids[row * d + column])
        }
      }
    }
    center = zip(low, high).map { $0 + ($1 - $0) / 2 }
    let size = zip(low, high).reduce(0) { max($0, ($1.1 - $1.0) / 2) }
    scale = size > 0 ? scalbn(1.0, min(1000, max(-1000, -Int(size.exponent) - 1))) : 1
    slots = SharedBuffer(count: sizes.count, of: -1)
    liveCount = sizes.count
    let clusters = Array(0..<Int32(sizes.count))
    build(clusters, centroids, sizes, variances: nil)
    members?.regroup(runs: clusters, slots: slots, clusters: clusters, slotCount: names.count)
  }

  func place(of name: Int32) -> Int32 { slots[Int(name)] }

  var liveNames: [Int32] { (0..<names.count).map { names[$0] }.filter { $0 >= 0 } }

  /// Merges two clusters into one of the name kept, at their weighted mean.
  func merge(kept: Int32, dropped: Int32) {
    let size = sizes[Int(slots[Int(dropped)])]
    merge(kept: kept, dropped: dropped, share: size / (sizes[Int(slots[Int(kept)])] + size))
  }

  /// Merges two clusters into one of the name kept, at a share of the way from it to the other.
  func merge(kept: Int32, dropped: Int32, share: Double) {
    let d = columnCount
    let (keptSlot, droppedSlot) = (Int(slots[Int(kept)]), Int(slots[Int(dropped)]))
    let size = sizes[keptSlot] + sizes[droppedSlot]
    let isLarger = sizes[droppedSlot] > sizes[keptSlot]
    let (slot, empty) = isLarger ? (droppedSlot, keptSlot) : (keptSlot, droppedSlot)
    if let members {
      members.append(run: empty, to: slot)
      var gap = 0.0
      for column in 0..<d {
        let difference = centroids[droppedSlot * d + column] - centroids[keptSlot * d + column]
        gap += difference * difference
      }
      let parts = (1 - share) * variances[keptSlot] + share * variances[droppedSlot]
      variances[slot] = parts + share * (1 - share) * gap
    }
    for column in 0..<d {
      let left = centroids[keptSlot * d + column]
      // Moving towards the other centroid by its share leaves equal rows exactly where they are.
      centroids[slot * d + column] = left + (centroids[droppedSlot * d + column] - left) * share
      points[(empty / 16 * d + column) * 16 + empty % 16] = .infinity
    }
    sizes[slot] = size
    names[slot] = kept
    names[empty] = -1
    slots[Int(kept)] = Int32(slot)
    slots[Int(dropped)] = -1
    place(slot)
    liveCount -= 1
    if liveCount < builtCount / 2 { rebuild() }
  }

  /// Forgets a cluster; for those whose searches have ended.
  func drop(_ name: Int32) { slots[Int(name)] = -1 }

  /// Builds anew over the clusters that are left.
  private func rebuild() {
    let live = liveNames
    let runs = live.map { slots[Int($0)] }
    let liveSizes = runs.map { sizes[Int($0)] }
    let liveVariances = members == nil ? nil : runs.map { variances[Int($0)] }
    var rows = [Double]()
    rows.reserveCapacity(live.count * columnCount)
    for name in live {
      let row = centroids.base + Int(slots[Int(name)]) * columnCount
      rows.append(contentsOf: UnsafeBufferPointer(start: row, count: columnCount))
    }
    build(live, rows, liveSizes, variances: liveVariances)
    members?.regroup(runs: runs, slots: slots, clusters: live, slotCount: names.count)
    isPruning = chosenSearch.isPruning
    trial = (0, 0)
  }

  /// What a cluster's distance may be larger by, in the terms of the search in single precision.
  func allowance(size: Double, variance: Double) -> Float {
    if isWard { return Float(1 / size).nextUp }
    guard let members, !members.isAverage, variance > 0 else { return 0 }
    return Float(-variance * scale * scale * (1 - 0x1p-20)).nextUp
  }

  /// Brings what single precision sees of a slot, and the boxes above, up to date.
  private func place(_ slot: Int) {
    let d = columnCount
    let allowance = allowance(
      size: sizes[slot], variance: members == nil ? 0 : variances[slot])
    allowances[slot] = allowance
    var isInside = false
    withUnsafeTemporaryAllocation(of: Float.self, capacity: d) { point in
      for column in 0..<d {
        point[column] = Float((centroids[slot * d + column] - center[column]) * scale)
        points[(slot / 16 * d + column) * 16 + slot % 16] = point[column]
      }
      var child = slot / 16
      for level in levels where !isInside {
        isInside = true
        let (parent, lane) = (child / 16, child % 16)
        if allowance > level.allowances[child] {
          level.allowances[child] = allowance
          isInside = false
        }
        for column in 0..<d {
          let at = (parent * d + column) * 32 + lane
          if point[column] < level.boxes[at] {
            level.boxes[at] = point[column]
            isInside = false
          }
          if point[column] > level.boxes[at + 16] {
            level.boxes[at + 16] = point[column]
            isInside = false
          }
        }
        child = parent
      }
    }
  }

  func nearest(of clusters: [Int32], hints: [Int32]) -> [(name: Int32, distance: Double)] {
    var (clusters, hints) = (clusters[...], hints[...])
    var found: [(name: Int32, distance: Double)] = []
    found.reserveCapacity(clusters.count)
    if isPruning == nil {
      let part = min(clusters.count, Self.trialCount - trial.count)
      trial.visited += search(
        clusters.prefix(part), hints: hints.prefix(part), isPruning: true, &found)
      trial.count += part
      (clusters, hints) = (clusters.dropFirst(part), hints.dropFirst(part))
      // A leaf that is asked for costs some eight times what one in a row does.
      if trial.count == Self.trialCount {
        isPruning = trial.visited < Self.trialCount * names.count / 16 / 8
      }
    }
    if !clusters.isEmpty {
      _ = search(clusters, hints: hints, isPruning: isPruning ?? true, &found)
    }
    return found
  }

  private static let trialCount = 256

  /// Returns the number of leaves that were looked at, where bounds are asked.
  private func search(
    _ clusters: ArraySlice<Int32>, hints hintNames: ArraySlice<Int32>, isPruning: Bool,
    _ found: inout [(name: Int32, distance: Double)]
  ) -> Int {
    let total = clusters.count
    let partSize = total > 2048 ? 256 : 8
    let partCount = (total + partSize - 1) / partSize
    let queries = SharedBuffer(clusters.map { slots[Int($0)] })
    let hints = SharedBuffer(hintNames.map { $0 < 0 ? -1 : slots[Int($0)] })
    let names = SharedBuffer<Int32>(count: total, of: -1)
    let distances = SharedBuffer<Double>(count: total, of: .infinity)
    let visited = SharedBuffer<Int>(count: partCount, of: 0)
    let instructions = instructionSet.instructions
    withRaw { raw in
      nonisolated(unsafe) let raw = raw
      forEachBlock(count: partCount, threadCount: threadCount) { part in
        let first = part * partSize
        let count = Int64(min(partSize, total - first))
        let scratchCount = Int(COTERIE_QUERY_TILE) * columnCount
        let queryRows = UnsafeMutableBufferPointer<Double>.allocate(
          capacity: (members.map { ($0.largestTotal + 7) / 8 * 8 } ?? 0) * (columnCount + 1))
        defer { queryRows.deallocate() }
        withUnsafeTemporaryAllocation(of: Float.self, capacity: scratchCount) { scratch in
          guard let scratch = scratch.baseAddress else { return }
          if isPruning {
            visited[part] = Int(
              coterie_nearest_clusters(
                instructions, raw, queries.base + first, hints.base + first, count,
                distances.base + first, names.base + first, scratch, queryRows.baseAddress))
          } else {
            coterie_compare_with_all(
              instructions, raw, queries.base + first, count, distances.base + first,
              names.base + first, scratch, queryRows.baseAddress)
          }
        }
      }
    }
    for index in 0..<total { found.append((names[index], distances[index])) }
    return (0..<partCount).reduce(0) { $0 + visited[$1] }
  }

  func withRaw(_ body: (UnsafePointer<coterie_cluster_tree>) -> Void) {
    let rawLevels = levels.map {
      coterie_tree_level(
        child_count: Int64($0.childCount), boxes: $0.boxes.base, allowances: $0.allowances.base)
    }
    // Of a coordinate at most 1 in size half a unit of 2^-24 is lost, twice for a difference; of the
    // sum of two lengths, (a + e)² <= (1 + 2^-10) a² + (1 + 2^10) e².
    let d = Double(columnCount)
    let rawMembers = members.map {
      SharedBuffer(
        count: 1, of: $0.raw(variances: variances, error: d * 0x1p-69 / (scale * scale)))
    }
    withExtendedLifetime(rawMembers) {
      rawLevels.withUnsafeBufferPointer { rawLevels in
        guard let rawLevels = rawLevels.baseAddress else { return }
        var raw = coterie_cluster_tree(
          column_count: Int64(columnCount), leaf_count: Int64(names.count / 16),
          level_count: Int64(levels.count), levels: rawLevels,
          points: points.base, allowances: allowances.base, centroids: centroids.base,
          sizes: sizes.base, names: names.base, is_ward: isWard ? 1 : 0,
          members: rawMembers.map { UnsafePointer($0.base) },
          widening: scale * scale * (1 + 0x1p-10) * (1 + (d + 16) * 0x1p-22),
          error: 1100 * d * 0x1p-46)
        withUnsafePointer(to: &raw) { body($0) }
      }
    }
  }
}

/// How the nearest clusters are looked for; no part of a result depends on it.
package enum ClusterSearch: Sendable {
  /// By bounds where a trial finds that they leave out enough.
  case automatic
  /// By the bounds of a tree.
  case tree
  /// By comparing with all.
  case exhaustive

  var isPruning: Bool? {
    switch self {
    case .automatic: nil
    case .tree: true
    case .exhaustive: false
    }
  }
}

/// How trees are built; no part of a result depends on it.
package struct HierarchicalEngine: Sendable {
  package var search = ClusterSearch.automatic
  package var instructionSet = InstructionSet.best
  /// The most clusters whose distances are all kept; nil for what suits the number of rows.
  package var matrixLimit: Int?
  /// Whether trees of Euclidean rows are made from all their distances, too.
  package var isMatrix = false

  package init(
    search: ClusterSearch = .automatic, instructionSet: InstructionSet? = nil,
    matrixLimit: Int? = nil, isMatrix: Bool = false
  ) {
    self.search = search
    self.isMatrix = isMatrix
    self.matrixLimit = matrixLimit
    self.instructionSet = instructionSet ?? .best
  }
}
