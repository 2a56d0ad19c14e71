import Engagement
import EventLog

extension SegmentEvaluator {
  /// The first instant after now at which a leaf's truth changes for the member at a position of `rows`, if
  /// nothing but time happens: events after ``EvaluationInstant/known`` are left out.
  ///
  /// Nil means never (for features and scores: not in a thousand years). The instant is exact to the
  /// microsecond. It may be one at which the leaf turns out as it was, so that the next one is to be asked
  /// for from there:
  /// - after 64 instants at which windows or periods change and the leaf does not,
  /// - where a feature or score touches a limit without crossing it,
  /// - for `rank`, which is looked at again as each calendar day begins: others move it, too,
  /// - for features of one's own, whose change is looked for as calendar days begin and events leave their
  ///   window.
  ///
  /// - Complexity: O(changes looked at × events).
  func nextChange(_ leaf: CompiledLeaf, at index: Int) -> Timestamp? {
    nextChange(leaf, of: view(at: index))
  }

  private func nextChange(_ leaf: CompiledLeaf, of member: MemberView) -> Timestamp? {
    let index = member.index
    switch leaf.question {
    case .segment(let position, _): return nextChange(segments[position].condition, of: member)
    case .events(let question):
      return question.nextChange(of: member.events, at: now, isUnknown: leaf.isUnknownIfMissing)
        .map { Timestamp(microseconds: $0) }
    case .number(_, let source, let comparisons):
      return nextCrossing(of: source, comparisons, at: index)
    case .pattern(.rank(let rank, _)):
      if case .instant(let fixed) = rank.snapshot {
        guard fixed > now.asOf else { return nil }
        return min(fixed, now.clock.nextChangeOfDay(after: now.asOf))
      }
      return now.clock.nextChangeOfDay(after: now.asOf)
    case .attribute(let reader, let tests):
      guard
        let instant = reader.instant(ofRow: rows[index], in: community, clock: now.clock)
      else { return nil }
      let edges = [instant.microseconds] + tests.flatMap { $0.edges(for: instant, at: now) }
      return firstChange(of: leaf, at: edges, member)
    case .list(let entries, let expires):
      let ends = expires + (entries[rows[index]] ?? []).compactMap(\.expires)
      return firstChange(of: leaf, at: ends.map(\.microseconds), member)
    case .pattern, .cluster, .remembered: return nil
    }
  }

  /// The first of some instants after now at which a leaf is not what it is now.
  private func firstChange(
    of leaf: CompiledLeaf, at edges: [Int64], _ member: MemberView
  ) -> Timestamp? {
    let truth = observe(leaf, of: member, isMember: [], wantsFact: false).truth
    let instants = Set(edges).filter { $0 > now.asOf.microseconds }.sorted()
    for (count, microseconds) in instants.enumerated() {
      let instant = Timestamp(microseconds: microseconds)
      if count == EventQuestion.mostInstants { return instant }
      let then = moved(to: instant, known: now.known)
      if then.observe(leaf, of: member, isMember: [], wantsFact: false).truth != truth {
        return instant
      }
    }
    return nil
  }

  /// The first instant after now at which a leaf of a condition may change by time alone, or nil.
  func nextChange(_ condition: CompiledCondition, at index: Int) -> Timestamp? {
    nextChange(condition, of: view(at: index))
  }

  private func nextChange(_ condition: CompiledCondition, of member: MemberView) -> Timestamp? {
    switch condition {
    case .all(let parts), .any(let parts), .none(let parts), .atLeast(_, let parts):
      parts.compactMap { nextChange($0, of: member) }.min()
    case .not(let part): nextChange(part, of: member)
    case .leaf(let leaf): nextChange(leaf, of: member)
    }
  }

  /// The same rules at another instant, with the events up to `known`, by default up to that instant.
  func moved(to instant: Timestamp, known: Timestamp? = nil) -> SegmentEvaluator {
    var moved = self
    moved.now = EvaluationInstant(asOf: instant, clock: now.clock, known: known)
    return moved
  }
}
