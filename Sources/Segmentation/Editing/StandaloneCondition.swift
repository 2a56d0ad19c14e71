// Conditions that are read without the project file that they were written beside.

extension ProjectParser {
  /// What leaves of some keywords need of a project file besides clock, weights and aliases, or of other
  /// members.
  private static let outsideNeeds = [
    "segment": "the project's other segments", "stage": "the project's stage machines",
    "list": "the project's lists", "cluster": "the labels of a model", "rank": "all other members",
    "score": "the project's scores", "consent": "the project's privacy section",
  ]

  /// Reports a leaf that needs more than its condition has, whatever else is wrong with it; false where
  /// it needs nothing.
  mutating func refusesOutsideNeed(of leaf: SourceNode.Entry) -> Bool {
    guard standsAlone, let need = Self.outsideNeeds[leaf.key] else { return false }
    report(
      leaf.value,
      "a \(leaf.key) condition depends on \(need), and this one is kept and read without them: use "
        + "events, features and attributes")
    return true
  }
}

extension Condition {
  /// The condition with event types in place of the aliases that stand for them.
  ///
  /// An alias of patterns one of which is an alias itself stays as it is: its patterns alone would be
  /// read as that alias. So do the aliases that features name.
  ///
  /// - Complexity: O(size of the condition).
  public func expandingAliases(_ aliases: [String: [String]]) -> Condition {
    switch self {
    case .all(let parts): .all(parts.map { $0.expandingAliases(aliases) })
    case .any(let parts): .any(parts.map { $0.expandingAliases(aliases) })
    case .none(let parts): .none(parts.map { $0.expandingAliases(aliases) })
    case .not(let part): .not(part.expandingAliases(aliases))
    case .atLeast(let count, let parts):
      .atLeast(count, parts.map { $0.expandingAliases(aliases) })
    case .leaf(let leaf):
      Condition.made(
        leaf.question.expandingAliases(aliases), isUnknownIfMissing: leaf.isUnknownIfMissing,
        position: leaf.position)
    }
  }
}

extension Leaf.Question {
  fileprivate func expandingAliases(_ aliases: [String: [String]]) -> Leaf.Question {
    switch self {
    case .did(let selection, let window, let measure, let comparisons):
      return .did(selection.expanding(aliases), window, measure, comparisons)
    case .didNot(let selection, let window, let afterEver):
      return .didNot(selection.expanding(aliases), window, afterEver: afterEver)
    case .occurrence(let occurrence):
      return .occurrence(
        EventOccurrence(
          order: occurrence.order, selection: occurrence.selection.expanding(aliases),
          age: occurrence.age, instant: occurrence.instant, having: occurrence.having))
    case .regular(let regular):
      return .regular(
        RegularActivity(
          selection: regular.selection.expanding(aliases), unit: regular.unit,
          leastActive: regular.leastActive, periodCount: regular.periodCount,
          isConsecutive: regular.isConsecutive))
    case .sequence(let sequence):
      return .sequence(
        EventSequence(
          steps: sequence.steps.map { $0.expanding(aliases) },
          without: sequence.without?.expanding(aliases), same: sequence.same, span: sequence.span,
          within: sequence.within, after: sequence.after, isOrdered: sequence.isOrdered))
    case .trend(let trend):
      return .trend(
        EventTrend(
          selection: trend.selection.expanding(aliases), current: trend.current,
          previous: trend.previous, measure: trend.measure, comparisons: trend.comparisons,
          leastCount: trend.leastCount))
    case .share(let share):
      return .share(
        EventShare(
          selection: share.selection.expanding(aliases), conditions: share.conditions,
          window: share.window, comparisons: share.comparisons, leastCount: share.leastCount))
    default: return self
    }
  }
}

extension EventSelection {
  fileprivate func expanding(_ aliases: [String: [String]]) -> EventSelection {
    var expanded: [String] = []
    for name in names {
      let patterns = aliases[name] ?? [name]
      let isPlain = patterns.allSatisfy { $0 == name || aliases[$0] == nil }
      for pattern in isPlain ? patterns : [name] where !expanded.contains(pattern) {
        expanded.append(pattern)
      }
    }
    return EventSelection(names: expanded, conditions: conditions, position: position)
  }
}
