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
    switch leaf.question {
    case .segment(let position, _): return nextChange(segments[position].condition, at: index)
    case .number(_, let source, let comparisons):
      return nextCrossing(of: source, comparisons, at: index)
    case .pattern(.rank(let rank, _)):
      if case .instant(let fixed) = rank.snapshot {
        guard fixed > now.asOf else { return nil }
        return min(fixed, now.clock.nextChangeOfDay(after: now.asOf))
      }
      return now.clock.nextChangeOfDay(after: now.asOf)
    default: break
    }
    let truth = observe(leaf, at: index, isMember: [], wantsFact: false).truth
    let instants = Set(edges(of: leaf, at: index)).filter { $0 > now.asOf.microseconds }.sorted()
    for (count, microseconds) in instants.enumerated() {
      let instant = Timestamp(microseconds: microseconds)
      if count == Self.mostInstants { return instant }
      let then = moved(to: instant, known: now.known)
      if then.observe(leaf, at: index, isMember: [], wantsFact: false).truth != truth {
        return instant
      }
    }
    return nil
  }

  /// The first instant after now at which a leaf of a condition may change by time alone, or nil.
  func nextChange(_ condition: CompiledCondition, at index: Int) -> Timestamp? {
    switch condition {
    case .all(let parts), .any(let parts), .none(let parts), .atLeast(_, let parts):
      parts.compactMap { nextChange($0, at: index) }.min()
    case .not(let part): nextChange(part, at: index)
    case .leaf(let leaf): nextChange(leaf, at: index)
    }
  }

  /// The same rules at another instant, with the events up to `known`, by default up to that instant.
  func moved(to instant: Timestamp, known: Timestamp? = nil) -> SegmentEvaluator {
    var moved = self
    moved.now = EvaluationInstant(asOf: instant, clock: now.clock, known: known)
    return moved
  }

  /// How many instants are looked at before the next one is given unseen.
  static let mostInstants = 64

  /// All instants at which a leaf may change by time alone, in no order, past ones too.
  func edges(of leaf: CompiledLeaf, at index: Int) -> [Int64] {
    let row = rows[index]
    switch leaf.question {
    case .attribute(let reader, let tests):
      guard let instant = reader.instant(ofRow: row, in: community, clock: now.clock) else {
        return []
      }
      return [instant.microseconds] + tests.flatMap { $0.edges(for: instant, at: now) }
    case .did(let selection, let window, _, _), .didNot(let selection, let window, _):
      return window.edges(of: eventInstants(selection, row: row))
        + edges(of: selection.tests, row: row)
    case .occurrence(let occurrence, let selection, let having):
      var instants = eventInstants(selection, row: row)
      if !selection.tests.contains(where: \.dependsOnTime) {
        instants = [instants.first, instants.last].compactMap { $0 }
      }
      let ages: [Int64] = occurrence.age.flatMap { $0.map(\.microseconds).operands }
      // An age that is exactly the limit is on one side of it, a microsecond more on the other.
      return instants.flatMap { instant in ages.flatMap { [instant + $0, instant + $0 + 1] } }
        + edges(of: selection.tests + having, row: row)
    case .list(_, let expires): return expires.map(\.microseconds)
    case .pattern(let pattern): return edges(of: pattern, row: row)
    case .number, .segment, .cluster, .remembered: return []
    }
  }

  private func edges(of pattern: CompiledPattern, row: Int) -> [Int64] {
    switch pattern {
    case .regular(let regular, let selection):
      let periods = Set(
        eventInstants(selection, row: row).map {
          now.clock.period(of: Timestamp(microseconds: $0), regular.unit)
        })
      // Each period with events is looked at until as many later ones have begun.
      return periods.map { $0 + regular.periodCount }.flatMap { period in
        now.clock.changes(atStartOfDay: now.clock.firstDay(ofPeriod: period, regular.unit))
          .map(\.microseconds)
      } + edges(of: selection.tests, row: row)
    case .sequence(let sequence, let compiled):
      let selections = compiled.steps + [compiled.without].compactMap { $0 }
      let instants = compiled.steps.flatMap { eventInstants($0, row: row) }
      let limits = [sequence.within, sequence.after].compactMap { $0?.microseconds }
      return instants.flatMap { instant in limits.map { instant + $0 } }
        + edges(of: selections.flatMap(\.tests), row: row)
    case .trend(let trend, let selection):
      let current = trend.current.microseconds
      return eventInstants(selection, row: row).flatMap {
        [$0 + current, $0 + current + trend.previous.microseconds]
      } + edges(of: selection.tests, row: row)
    case .share(let share, let selection, let part):
      return share.window.edges(of: eventInstants(selection, row: row))
        + edges(of: selection.tests + part, row: row)
    case .rank, .near, .bucket: return []
    }
  }

  /// The instants of a row's events that a selection selects now, or may select later, oldest first.
  func eventInstants(_ selection: CompiledSelection, row: Int) -> [Int64] {
    let isTimed = selection.tests.contains(where: \.dependsOnTime)
    let history = community.history
    return community.events(ofRow: row, asOf: now.known).compactMap { position in
      let event = Int(position)
      let isIn =
        isTimed
        ? selection.isSelected[Int(history.typeIndices[event])]
        : selection.matches(event, of: history, at: now)
      return isIn ? history.timestamps[event] : nil
    }
  }

  /// The instants at which tests of dates in a row's events change.
  func edges(of tests: [CompiledEventTest], row: Int) -> [Int64] {
    var edges: [Int64] = []
    for case .timed(let codes, let values, let tests) in tests.map(\.reading) {
      for position in community.events(ofRow: row, asOf: now.known) {
        let event = Int(position)
        guard event < codes.count, codes[event] >= 0,
          let instant = values[Int(codes[event])].instant(in: now.clock)
        else { continue }
        edges += tests.flatMap { $0.edges(for: instant, at: now) }
      }
    }
    return edges
  }
}

extension CompiledEventTest {
  fileprivate var dependsOnTime: Bool {
    if case .timed = reading { true } else { false }
  }
}
