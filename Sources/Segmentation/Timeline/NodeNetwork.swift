/// Which segments and machines look at which.
struct NodeNetwork {
  /// For each leaf, the place of its segment or machine.
  let nodeOfLeaf: [Int]
  /// For each place, the places that look at it.
  let dependents: [[Int]]

  init(
    order: [TimelinePlan.Node], segments: [TimelinePlan.PlannedSegment],
    machines: [TimelinePlan.PlannedMachine], leaves: [PlannedLeaf]
  ) {
    var nodeOfSegment = [Int](repeating: 0, count: segments.count)
    var nodeOfMachine = [Int](repeating: 0, count: machines.count)
    for (place, node) in order.enumerated() {
      switch node {
      case .segment(let position): nodeOfSegment[position] = place
      case .machine(let position): nodeOfMachine[position] = place
      }
    }
    var nodeOfLeaf = [Int](repeating: 0, count: leaves.count)
    var dependents = [Set<Int>](repeating: [], count: order.count)
    for (place, node) in order.enumerated() {
      let range: Range<Int>
      switch node {
      case .segment(let position):
        range = segments[position].leaves
        for rival in segments[position].rivals {
          dependents[nodeOfSegment[rival.segment]].insert(place)
        }
      case .machine(let position): range = machines[position].leaves
      }
      for leaf in range {
        nodeOfLeaf[leaf] = place
        switch leaves[leaf].kind {
        case .segment(let other, _): dependents[nodeOfSegment[other]].insert(place)
        case .stage(let machine, _): dependents[nodeOfMachine[machine]].insert(place)
        default: break
        }
      }
    }
    self.nodeOfLeaf = nodeOfLeaf
    self.dependents = dependents.map { $0.sorted() }
  }
}
