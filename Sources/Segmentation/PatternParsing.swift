import Engagement
import EventLog

// The conditions that are a mapping of their own: `regular: {…}`.

extension ProjectParser {
  /// The entries of a leaf whose content is one mapping, with `if_missing` beside it where it may be.
  private mutating func body(
    _ node: SourceNode, _ kind: SourceNode.Entry, known: [String], mayBeMissing: Bool = false
  ) -> [String: SourceNode]? {
    let outer = fields(
      of: node, in: "a \(kind.key) condition",
      known: [kind.key] + (mayBeMissing ? ["if_missing"] : []))
    checkIfMissing(outer?["if_missing"])
    return fields(of: kind.value, in: kind.key, known: known)
  }

  /// Events as a name, a list of names, or `{did: …, where: …}`.
  private mutating func eventSelection(_ node: SourceNode, _ what: String) -> EventSelection? {
    guard node.entries != nil else { return selection(node, where: nil) }
    guard let fields = fields(of: node, in: what, known: ["did", "where"]) else { return nil }
    guard let names = fields["did"] else {
      if !hasReportedKey(in: node) { report(node, "\(what) needs events: {did: post_created}") }
      return nil
    }
    return selection(names, where: fields["where"])
  }

  /// `regular: {did: learning, unit: week, at_least: 3, of_last: 4}`.
  mutating func regular(_ node: SourceNode, _ kind: SourceNode.Entry) -> Leaf.Question? {
    let known = ["did", "where", "unit", "at_least", "of_last", "consecutive"]
    guard let fields = body(node, kind, known: known) else { return nil }
    guard let unitNode = fields["unit"], let least = fields["at_least"],
      let last = fields["of_last"]
    else {
      if !hasReportedKey(in: kind.value) {
        report(
          kind.value,
          "regular needs unit, at_least and of_last: {unit: week, at_least: 3, of_last: 4}")
      }
      return nil
    }
    let everything = SourceNode(
      position: kind.value.position, content: .scalar("*", isPlain: false))
    let selection = selection(fields["did"] ?? everything, where: fields["where"])
    let unit = choice(unitNode, "unit", of: RegularActivity.Unit.self)
    let leastActive = wholeNumber(least, "at_least", least: 1)
    let periodCount = wholeNumber(last, "of_last", least: 1)
    let isConsecutive = fields["consecutive"].map { truthValue($0, "consecutive") } ?? false
    guard let selection, let unit, let leastActive, let periodCount, let isConsecutive else {
      return nil
    }
    if periodCount > RegularActivity.mostPeriods {
      report(last, "of_last can be at most \(RegularActivity.mostPeriods)")
      return nil
    }
    if leastActive > periodCount {
      report(least, "at_least asks for \(leastActive) of the last \(periodCount) periods")
    }
    return .regular(
      RegularActivity(
        selection: selection, unit: unit, leastActive: leastActive, periodCount: periodCount,
        isConsecutive: isConsecutive))
  }

  /// `sequence: {steps: [cart_added], without: order_placed, same: cart_id, after: 1h, within: 3d}`.
  mutating func sequence(_ node: SourceNode, _ kind: SourceNode.Entry) -> Leaf.Question? {
    let known = ["steps", "span", "within", "after", "same", "without", "order"]
    guard let fields = body(node, kind, known: known) else { return nil }
    guard let stepsNode = fields["steps"], let items = stepsNode.items, !items.isEmpty else {
      if fields["steps"] != nil || !hasReportedKey(in: kind.value) {
        report(fields["steps"] ?? kind.value, "sequence needs steps: [signed_up, post_created]")
      }
      return nil
    }
    if items.count > EventSequence.mostSteps {
      report(stepsNode, "a sequence can have up to \(EventSequence.mostSteps) steps")
      return nil
    }
    let steps = items.map { eventSelection($0, "a step") }
    let without = fields["without"].map { eventSelection($0, "without") }
    let same = fields["same"].map { text($0, "same") }
    var durations: [String: ExactDuration] = [:]
    var isValid = true
    for key in ["span", "within", "after"] {
      guard let node = fields[key] else { continue }
      if let duration = duration(node, key) { durations[key] = duration } else { isValid = false }
    }
    if let node = fields["within"], durations["within"]?.microseconds == 0 {
      report(node, "within must be longer than 0")
    }
    if let within = durations["within"], let after = durations["after"], after >= within,
      let node = fields["after"]
    {
      report(node, "after \(after) leaves nothing within \(within)")
    }
    if let node = fields["order"], node.text != "any" {
      report(node, "order can only be any, not \(node.kindName); leave it out otherwise")
    }
    if case .some(nil) = without { isValid = false }
    if case .some(nil) = same { isValid = false }
    let found = steps.compactMap { $0 }
    guard isValid, found.count == steps.count else { return nil }
    return .sequence(
      EventSequence(
        steps: found, without: without.flatMap { $0 },
        same: same.flatMap { $0 }.map { EventField($0) }, span: durations["span"],
        within: durations["within"], after: durations["after"],
        isOrdered: fields["order"] == nil))
  }

  /// `trend: {of: {did: post_created}, current: 14d, previous: 14d, ratio: {gte: 2}, min: 4}`.
  mutating func trend(_ node: SourceNode, _ kind: SourceNode.Entry) -> Leaf.Question? {
    let known = ["of", "current", "previous", "ratio", "delta", "min"]
    guard let fields = body(node, kind, known: known, mayBeMissing: true) else { return nil }
    let measures = EventTrend.Measure.allCases.filter { fields[$0.rawValue] != nil }
    guard let of = fields["of"], let currentNode = fields["current"], let measure = measures.first,
      let measureNode = fields[measure.rawValue]
    else {
      if !hasReportedKey(in: kind.value) {
        report(
          kind.value,
          "trend needs of, current and ratio or delta: "
            + "{of: {did: post_created}, current: 14d, ratio: {gte: 2}}")
      }
      return nil
    }
    if measures.count > 1, let other = fields[measures[1].rawValue] {
      report(other, "ratio and delta stand in one condition; put both under all:")
    }
    let selection = eventSelection(of, "of")
    let current = duration(currentNode, "current")
    let previous = fields["previous"].map { duration($0, "previous") } ?? current
    let comparisons = bounds(measureNode, of: measure.rawValue)
    let least = fields["min"].map { wholeNumber($0, "min") } ?? 0
    for (key, duration) in [("current", current), ("previous", previous)] {
      if let node = fields[key], duration?.microseconds == 0 {
        report(node, "\(key) must be longer than 0")
      }
    }
    guard let selection, let current, let previous, let comparisons, let least else { return nil }
    return .trend(
      EventTrend(
        selection: selection, current: current, previous: previous, measure: measure,
        comparisons: comparisons, leastCount: least))
  }

  /// `2`, which means at least 2, or a mapping of comparisons.
  private mutating func bounds(_ node: SourceNode, of what: String) -> [Comparison<Double>]? {
    guard node.entries != nil else { return number(node, what).map { [.atLeast($0)] } }
    return comparisons(node, of: what)
  }

  /// `share: {of: {did: product_viewed}, where: {category: {is: winter}}, gte: 0.4, within: 45d}`.
  mutating func share(_ node: SourceNode, _ kind: SourceNode.Entry) -> Leaf.Question? {
    let known = ["of", "where", "min"] + ComparisonOperator.names + Self.windowKeys
    guard let fields = body(node, kind, known: known, mayBeMissing: true) else { return nil }
    guard let of = fields["of"], let filter = fields["where"] else {
      if !hasReportedKey(in: kind.value) {
        report(
          kind.value,
          "share needs of and where: {of: {did: post_created}, where: {area: {is: help}}, gte: 0.4}"
        )
      }
      return nil
    }
    let selection = eventSelection(of, "of")
    let conditions = eventConditions(filter, in: "where")
    let window = window(fields)
    let comparisons = numberComparisons(kind.value, in: "share")
    let least = fields["min"].map { wholeNumber($0, "min") } ?? 0
    guard let selection, let conditions, let window, let comparisons, let least else { return nil }
    return .share(
      EventShare(
        selection: selection, conditions: conditions, window: window, comparisons: comparisons,
        leastCount: least))
  }
}
