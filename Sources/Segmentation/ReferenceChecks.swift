import EventLog

extension ProjectParser {
  /// Reports ids that stand twice, references to what does not exist, and what refers to itself in
  /// circles.
  mutating func checkReferences() {
    var positions: [String: SourcePosition] = [:]
    for segment in project.segments {
      if let first = positions[segment.id] {
        report(
          segment.position, "segment \"\(segment.id)\" is already defined in line \(first.line)")
      } else {
        positions[segment.id] = segment.position
      }
    }
    for leaf in project.leaves { checkReference(leaf) }
    for machine in project.stages {
      positions[SegmentNeeds.name(ofMachine: machine.name)] = machine.position
    }
    if case .failure(let cycle) = SegmentNeeds(of: project).order(),
      let first = cycle.path.first, let position = positions[first]
    {
      let path = cycle.path.map(SegmentNeeds.described).joined(separator: " → ")
      report(position, "segments refer to each other in a circle: \(path)")
    }
    checkRanks()
  }

  /// A place among others is not known of one member's past, which replays look at.
  private mutating func checkRanks() {
    let remembered = project.remembered
    let segments = project.segments.filter { remembered.contains($0.id) }.flatMap(\.conditions)
    for leaf in (segments + project.stages.flatMap { $0.moves.map(\.when) }).flatMap(\.leaves) {
      guard case .rank = leaf.question else { continue }
      report(
        leaf.position,
        "rank cannot stand in stages, in segments that have a memory, or in what they refer to, in "
          + "this version")
    }
  }

  private mutating func checkScore(_ name: String, at position: SourcePosition) {
    guard !declaredScores.contains(name) else { return }
    let hint = suggestion(for: name, among: declaredScores)
    report(position, "unknown score \"\(name)\"\(hint)")
  }

  /// Reports a name that the project does not have.
  mutating func checkReference(_ leaf: Leaf) {
    switch leaf.question {
    case .segment(let id, _): checkSegment(id, at: leaf.position)
    case .segmentHistory(let history): checkSegment(history.id, at: leaf.position)
    case .stage(let name, let states):
      guard let machine = project.stageMachine(name) else {
        if !declaredStages.contains(name) {
          let hint = suggestion(for: name, among: declaredStages)
          report(leaf.position, "unknown stage machine \"\(name)\"\(hint)")
        }
        return
      }
      for state in states where !machine.states.contains(state) {
        let hint = suggestion(for: state, among: machine.states)
        let way = hint.isEmpty ? "; known are \(listing(machine.states))" : hint
        report(leaf.position, "stage machine \(name) has no state \"\(state)\"\(way)")
      }
    case .score(let name, _): checkScore(name, at: leaf.position)
    case .rank(let rank):
      if case .score(let name) = rank.quantity { checkScore(name, at: leaf.position) }
    case .list(let name) where project.lists[name] == nil:
      report(leaf.position, "unknown list \"\(name)\"\(suggestion(for: name, among: listNames))")
    default: break
    }
  }

  private mutating func checkSegment(_ id: String, at position: SourcePosition) {
    guard !declaredSegments.contains(id) else { return }
    let ids = project.segments.map(\.id)
    report(position, "unknown segment \"\(id)\"\(suggestion(for: id, among: ids))")
  }
}
