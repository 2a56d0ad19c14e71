import EventLog

extension ProjectParser {
  /// Reports ids that stand twice, references to what does not exist, and segments in circles.
  mutating func checkReferences() {
    let segments = project.segments
    var positions: [String: SourcePosition] = [:]
    for segment in segments {
      if let first = positions[segment.id] {
        report(
          segment.position, "segment \"\(segment.id)\" is already defined in line \(first.line)")
      } else {
        positions[segment.id] = segment.position
      }
    }
    let ids = segments.map(\.id)
    var needs: [String: [String]] = [:]
    for segment in segments {
      guard case .rule(let condition) = segment.membership else { continue }
      for leaf in condition.leaves {
        switch leaf.question {
        case .segment(let id, _):
          needs[segment.id, default: []].append(id)
          if !declaredSegments.contains(id) {
            report(
              leaf.position, "unknown segment \"\(id)\"\(suggestion(for: id, among: ids))")
          }
        case .score(let name, _): checkScore(name, at: leaf.position)
        case .rank(let rank):
          if case .score(let name) = rank.quantity { checkScore(name, at: leaf.position) }
        case .list(let name) where project.lists[name] == nil:
          report(
            leaf.position, "unknown list \"\(name)\"\(suggestion(for: name, among: listNames))")
        default: break
        }
      }
    }
    if case .failure(let cycle) = inOrderOfNeed(ids, needs: { needs[$0] ?? [] }),
      let first = cycle.path.first, let position = positions[first]
    {
      report(
        position,
        "segments refer to each other in a circle: \(cycle.path.joined(separator: " → "))")
    }
  }

  private mutating func checkScore(_ name: String, at position: SourcePosition) {
    guard !declaredScores.contains(name) else { return }
    let hint = suggestion(for: name, among: declaredScores)
    report(position, "unknown score \"\(name)\"\(hint)")
  }
}
