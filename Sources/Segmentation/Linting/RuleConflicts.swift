// Segments whose actions undo one another's.

extension RuleLinter {
  /// Pairs of segments that can share members and act against each other on them, in the order of the file.
  ///
  /// Two segments do where they have the same `tag`, which leaving the one takes off though the other
  /// puts it on, or where one tells a place only as members enter and the other tells it only as members
  /// leave. A pair is left out where it is proved that no member is in both: by the rules of segments
  /// whose members never stay longer than their rule holds, or by an exclusive group.
  ///
  /// - Parameters:
  ///   - members: who is in each segment, as rows of any table; empty where that is not known.
  ///   - memberID: the id of the member of a row.
  /// - Returns: a finding a pair, from data where a member is in both, else tested.
  /// - Complexity: O(segments²) searches, each of a limited number of steps.
  public func conflicts(
    _ members: [(id: String, rows: [Int])] = [], memberID: (_ row: Int) -> String = { "\($0)" }
  ) -> [RuleFinding] {
    let rows = Dictionary(members.map { ($0.id, $0.rows) }, uniquingKeysWith: { one, _ in one })
    var findings: [RuleFinding] = []
    for (index, first) in project.segments.enumerated() {
      for (offset, second) in project.segments[(index + 1)...].enumerated() {
        guard let conflict = Self.conflict(first, second),
          !isProvedDisjoint(index, index + 1 + offset)
        else { continue }
        let both = Set(rows[first.id] ?? []).intersection(rows[second.id] ?? []).sorted()
        let witness =
          both.first.map { row in
            let others = both.count > 1 ? " and \(both.count - 1) more are" : " is"
            return "\(memberID(row))\(others) in both"
          } ?? "no proof that nobody is in both"
        findings.append(
          finding(
            .conflictingActions, second,
            "\"\(second.id)\" and \"\(first.id)\" \(conflict); \(witness)",
            both.isEmpty ? .tested : .data))
      }
    }
    return sorted(findings)
  }

  /// What two segments do against each other, or nil where they do nothing.
  private static func conflict(
    _ first: SegmentDefinition, _ second: SegmentDefinition
  ) -> String? {
    if let tag = first.tag, tag == second.tag {
      return "both put on and take off the tag \"\(tag)\""
    }
    let pairs = [(first, second), (second, first)]
    for (one, other) in pairs {
      let place = one.placesToldOnlyOnEntering.intersection(other.placesToldOnlyOnLeaving).min()
      if let place {
        return "tell \"\(place)\" as members enter \"\(one.id)\" and leave \"\(other.id)\""
      }
    }
    return nil
  }

  private func isProvedDisjoint(_ first: Int, _ second: Int) -> Bool {
    let segments = [project.segments[first], project.segments[second]]
    let isExclusive = project.exclusiveGroups.contains { group in
      segments.allSatisfy { segment in group.order.contains { bytesAreEqual($0, segment.id) } }
    }
    if isExclusive { return true }
    guard segments.allSatisfy({ $0.memory.stayWhile == nil && $0.memory.leastStay == nil }),
      let left = universe.formulas[first], let right = universe.formulas[second]
    else { return false }
    return universe.search.member(inAll: [left, right], outside: []) == .impossible
  }
}

extension SegmentDefinition {
  fileprivate var placesToldOnlyOnEntering: Set<String> {
    Set(onEnter.map(\.target)).subtracting(onExit.map(\.target))
  }

  fileprivate var placesToldOnlyOnLeaving: Set<String> {
    Set(onExit.map(\.target)).subtracting(onEnter.map(\.target))
  }
}
