internal import CKernels
internal import LinearAlgebra

/// The edges of the minimum spanning tree of rows at their Euclidean distances, which are the merges
/// of single linkage, by height.
///
/// Borůvka's rounds (1926; Bentley & Friedman 1978, doi 10.1109/TC.1978.1675043): components look for
/// the least edge that leaves them, and all those edges are of the tree, since edges are ordered by
/// distance, then by the smaller and the larger row, and no two are equal.
///
/// - Complexity: O(log n) rounds of at most n searches of a tree, of O(log n) leaves each in few
///   columns and O(n) at worst; O(n d) memory.
func spanningTree(
  _ rows: InitialClusters, threadCount: Int, engine: HierarchicalEngine
) -> [RowMerge] {
  let tree = ClusterTree(
    centroids: rows.elements, sizes: rows.weights, isWard: false, threadCount: threadCount,
    engine: engine)
  var edges = SpanningForest(tree, engine: engine).edges()
  edges.sort { $0.precedes($1) }
  return rows.merges(
    followedBy: edges.map {
      RowMerge(left: Int($0.left), right: Int($0.right), height: $0.squaredDistance.squareRoot())
    })
}

/// A pair of rows, in the order of all pairs.
private struct SpanningEdge {
  var squaredDistance: Double
  var left: Int32
  var right: Int32

  func precedes(_ other: SpanningEdge) -> Bool {
    guard squaredDistance == other.squaredDistance else {
      return squaredDistance < other.squaredDistance
    }
    return left == other.left ? right < other.right : left < other.left
  }
}

/// The components that edges found so far make.
///
/// What a row found stays a bound of what it will find, as components only grow: it is not asked while
/// that is over an edge which its component has.
private final class SpanningForest {
  private let tree: ClusterTree
  private let engine: HierarchicalEngine
  /// By slot: the slot that stands for its component; -1 where empty.
  private let components: SharedBuffer<Int32>
  /// By slot that stands for a component: its rows.
  private let sizes: SharedBuffer<Int32>
  /// By level and child: the component of all that is under it, or -1.
  private let childComponents: [SharedBuffer<Int32>]
  private let bounds: SharedBuffer<Double>
  private let targets: SharedBuffer<Int32>
  private let limits: SharedBuffer<Double>
  private var slotCount: Int { tree.builtCount }

  init(_ tree: ClusterTree, engine: HierarchicalEngine) {
    self.tree = tree
    self.engine = engine
    let count = tree.names.count
    components = SharedBuffer(count: count, of: -1)
    for slot in 0..<tree.builtCount { components[slot] = Int32(slot) }
    sizes = SharedBuffer(count: count, of: 1)
    childComponents = tree.levels.map { SharedBuffer(count: $0.allowances.count, of: -1) }
    bounds = SharedBuffer(count: count, of: 0)
    targets = SharedBuffer(count: count, of: -1)
    limits = SharedBuffer(count: count, of: .infinity)
  }

  /// All edges of the minimum spanning tree.
  func edges() -> [SpanningEdge] {
    var edges: [SpanningEdge] = []
    edges.reserveCapacity(max(0, slotCount - 1))
    while edges.count < slotCount - 1 {
      label()
      let largest = largestSize()
      // What one row finds leaves out most others of its component.
      search(lowestBounds(upTo: largest))
      search(open(upTo: largest))
      join(leastEdges(upTo: largest), &edges)
    }
    return edges
  }

  private func root(_ slot: Int32) -> Int32 {
    var slot = slot
    while components[Int(slot)] != slot {
      components[Int(slot)] = components[Int(components[Int(slot)])]
      slot = components[Int(slot)]
    }
    return slot
  }

  /// Brings labels up to date, and the limits to what is known without a search.
  private func label() {
    for slot in 0..<slotCount { components[slot] = root(Int32(slot)) }
    for slot in 0..<slotCount { limits[slot] = .infinity }
    for slot in 0..<slotCount {
      let target = targets[slot]
      guard target >= 0 else { continue }
      let component = Int(components[slot])
      if components[Int(target)] == components[slot] {
        targets[slot] = -1
      } else if bounds[slot] < limits[component] {
        limits[component] = bounds[slot]
      }
    }
    var below = components
    for (level, above) in zip(tree.levels, childComponents) {
      for child in 0..<level.childCount {
        var component = below[child * 16]
        for lane in 1..<16 where child * 16 + lane < below.count {
          let other = below[child * 16 + lane]
          if other != component, below !== components || other >= 0 { component = -1 }
        }
        above[child] = component
      }
      below = above
    }
  }

  /// The size over which components wait to be reached, since their rows are the most to ask.
  ///
  /// The largest always does, so that no row is asked after its component has won most of the others.
  private func largestSize() -> Int32 {
    var (smallest, largest) = (Int32.max, Int32(0))
    for slot in 0..<slotCount where components[slot] == Int32(slot) {
      smallest = min(smallest, sizes[slot])
      largest = max(largest, sizes[slot])
    }
    return max(smallest, min(largest - 1, Int32(slotCount / 16)))
  }

  /// Whether a slot may be nearer to another component than what its own has found.
  private func isOpen(_ slot: Int) -> Bool {
    targets[slot] < 0 && bounds[slot] <= limits[Int(components[slot])]
  }

  private func open(upTo largest: Int32) -> [Int32] {
    var open: [Int32] = []
    for slot in 0..<slotCount where isOpen(slot) && sizes[Int(components[slot])] <= largest {
      open.append(Int32(slot))
    }
    return open
  }

  /// Of every component the slot that is open with the lowest bound.
  private func lowestBounds(upTo largest: Int32) -> [Int32] {
    let lowest = SharedBuffer<Int32>(count: slotCount, of: -1)
    for slot in 0..<slotCount where isOpen(slot) && sizes[Int(components[slot])] <= largest {
      let component = Int(components[slot])
      if lowest[component] < 0 || bounds[slot] < bounds[Int(lowest[component])] {
        lowest[component] = Int32(slot)
      }
    }
    var slots: [Int32] = []
    for component in 0..<slotCount where lowest[component] >= 0 { slots.append(lowest[component]) }
    return slots
  }

  /// By component the least edge that leaves it; infinite where that has not been looked for.
  private func leastEdges(upTo largest: Int32) -> [Int32] {
    var least = [Int32](repeating: -1, count: slotCount)
    for slot in 0..<slotCount where targets[slot] >= 0 && sizes[Int(components[slot])] <= largest {
      let component = Int(components[slot])
      if least[component] < 0 || edge(slot).precedes(edge(Int(least[component]))) {
        least[component] = Int32(slot)
      }
    }
    return least
  }

  private func edge(_ slot: Int) -> SpanningEdge {
    let (name, other) = (tree.names[slot], tree.names[Int(targets[slot])])
    return SpanningEdge(
      squaredDistance: bounds[slot], left: min(name, other), right: max(name, other))
  }

  private func join(_ least: [Int32], _ edges: inout [SpanningEdge]) {
    for slot in least where slot >= 0 {
      let (left, right) = (root(slot), root(targets[Int(slot)]))
      guard left != right else { continue }
      let isLarger = sizes[Int(left)] >= sizes[Int(right)]
      let (large, small) = isLarger ? (left, right) : (right, left)
      components[Int(small)] = large
      sizes[Int(large)] += sizes[Int(small)]
      edges.append(edge(Int(slot)))
    }
  }

  /// Looks for the least edges that leave components from some slots.
  ///
  /// Where bounds leave out little, which a trial of a few searches finds, every query is compared with
  /// all leaves.
  @discardableResult
  private func search(_ queries: [Int32]) -> Int {
    guard engine.search == .automatic, queries.count > 4 * Self.trialCount else {
      return search(queries, isPruning: engine.search != .exhaustive)
    }
    let trial = (0..<Self.trialCount).map { queries[$0 * queries.count / Self.trialCount] }
    let visited = search(trial, isPruning: true)
    // A leaf that is asked for costs some eight times what one in a row does.
    let isPruning = visited < Self.trialCount * tree.names.count / 16 / 8
    return visited + search(queries, isPruning: isPruning)
  }

  private static let trialCount = 256

  /// Returns the number of leaves that were looked at, where bounds are asked.
  private func search(_ queries: [Int32], isPruning: Bool) -> Int {
    let partSize = 64
    let partCount = (queries.count + partSize - 1) / partSize
    let total = queries.count
    var visited = [Int64](repeating: 0, count: partCount)
    let pointers = childComponents.map { UnsafePointer($0.base) }
    let instructions = engine.instructionSet.instructions
    let columnCount = tree.columnCount
    tree.withRaw { raw in
      pointers.withUnsafeBufferPointer { pointers in
        queries.withUnsafeBufferPointer { queries in
          visited.withUnsafeMutableBufferPointer { visited in
            guard let pointers = pointers.baseAddress, let queries = queries.baseAddress else {
              return
            }
            var forest = coterie_forest(
              tree: raw, components: components.base, child_components: pointers,
              limits: limits.base, bounds: bounds.base, targets: targets.base)
            withUnsafePointer(to: &forest) { forest in
              nonisolated(unsafe) let (forest, queries, visited) = (forest, queries, visited)
              forEachBlock(count: partCount, threadCount: tree.threadCount) { part in
                let first = part * partSize
                let scratchCount = Int(COTERIE_QUERY_TILE) * columnCount
                withUnsafeTemporaryAllocation(of: Float.self, capacity: scratchCount) { scratch in
                  guard let scratch = scratch.baseAddress else { return }
                  visited[part] = coterie_leave_components(
                    instructions, forest, queries + first, Int64(min(partSize, total - first)),
                    isPruning ? 1 : 0, scratch)
                }
              }
            }
          }
        }
      }
    }
    return Int(visited.reduce(0, +))
  }
}
