import Engagement
import EventLog

/// Rebuilds a condition, asking for every threshold what it shall be.
struct ThresholdRewriting {
  private let value: (RuleThreshold) -> RuleThreshold.Value
  private var count = 0
  private var leaf: Leaf?
  /// False where a value does not go with the others.
  private(set) var isSensible = true

  init(value: @escaping (RuleThreshold) -> RuleThreshold.Value) { self.value = value }

  mutating func condition(_ condition: Condition) -> Condition {
    switch condition {
    case .all(let parts): return .all(conditions(parts))
    case .any(let parts): return .any(conditions(parts))
    case .none(let parts): return Condition.none(conditions(parts))
    case .not(let part): return .not(self.condition(part))
    case .atLeast(let count, let parts): return .atLeast(count, conditions(parts))
    case .leaf(let leaf):
      self.leaf = leaf
      let question = question(leaf.question)
      return question == leaf.question
        ? condition : .made(question, isUnknownIfMissing: leaf.isUnknownIfMissing)
    }
  }

  private mutating func conditions(_ parts: [Condition]) -> [Condition] {
    var result: [Condition] = []
    for part in parts { result.append(condition(part)) }
    return result
  }

  private mutating func question(_ question: Leaf.Question) -> Leaf.Question {
    switch question {
    case .feature(let feature, let bounds):
      return .feature(feature, comparisons(bounds, .feature(feature)))
    case .score(let name, let bounds):
      return .score(name: name, comparisons(bounds, .score(name)))
    case .attribute(let name, let tests):
      return .attribute(name: name, tests: self.tests(tests, .attribute(name)))
    case .did(let selection, let window, let measure, let bounds):
      let quantity: RuleThreshold.Quantity =
        if case .aggregate = measure { .number } else { .count }
      let window = self.window(window)
      return .did(selection, window, measure, comparisons(bounds, quantity))
    case .didNot(let selection, let window, let afterEver):
      return .didNot(selection, self.window(window), afterEver: afterEver)
    case .occurrence(let occurrence):
      return .occurrence(
        EventOccurrence(
          order: occurrence.order, selection: occurrence.selection,
          age: comparisons(occurrence.age), instant: occurrence.instant,
          having: occurrence.having))
    case .regular(let regular):
      let least = whole(regular.leastActive)
      let count = whole(regular.periodCount)
      if least > count || count > RegularActivity.mostPeriods { isSensible = false }
      return .regular(
        RegularActivity(
          selection: regular.selection, unit: regular.unit, leastActive: least, periodCount: count,
          isConsecutive: regular.isConsecutive))
    case .sequence(let sequence):
      return .sequence(
        EventSequence(
          steps: sequence.steps, without: sequence.without, same: sequence.same,
          span: sequence.span.map { duration($0) }, within: sequence.within.map { duration($0) },
          after: sequence.after.map { duration($0) }, isOrdered: sequence.isOrdered))
    case .trend(let trend):
      let current = duration(trend.current)
      // Where both windows are one number in the file, they stay so.
      let previous = trend.previous == trend.current ? current : duration(trend.previous)
      return .trend(
        EventTrend(
          selection: trend.selection, current: current, previous: previous, measure: trend.measure,
          comparisons: comparisons(trend.comparisons, .number),
          leastCount: trend.leastCount == 0 ? 0 : whole(trend.leastCount)))
    case .share(let share):
      return .share(
        EventShare(
          selection: share.selection, conditions: share.conditions, window: window(share.window),
          comparisons: comparisons(share.comparisons, .share),
          leastCount: share.leastCount == 0 ? 0 : whole(share.leastCount)))
    case .segmentHistory(let history):
      return .segmentHistory(
        SegmentHistoryQuestion(
          id: history.id, isMember: history.isMember,
          heldFor: history.heldFor.map { duration($0) },
          enteredWithin: history.enteredWithin.map { duration($0) },
          leftWithin: history.leftWithin.map { duration($0) }, ever: history.ever))
    case .segment, .stage, .consent, .cluster, .list, .rank, .near, .bucket: return question
    }
  }

  private mutating func tests(
    _ tests: [FieldTest], _ quantity: RuleThreshold.Quantity
  ) -> [FieldTest] {
    var result: [FieldTest] = []
    for test in tests {
      switch test {
      case .number(let bound): result.append(.number(comparison(bound, quantity)))
      case .olderThan(let length): result.append(.olderThan(duration(length)))
      case .newerThan(let length): result.append(.newerThan(duration(length)))
      case .anniversaryWithin(let length): result.append(.anniversaryWithin(duration(length)))
      default: result.append(test)
      }
    }
    return result
  }

  private mutating func window(_ window: EventWindow) -> EventWindow {
    switch window {
    case .ever, .range: return window
    case .within(let length): return .within(duration(length))
    case .ago(let older, let newer):
      let (older, newer) = (duration(older), duration(newer))
      if older <= newer { isSensible = false }
      return .ago(older: older, newer: newer)
    }
  }

  private mutating func comparisons(
    _ bounds: [Comparison<Double>], _ quantity: RuleThreshold.Quantity
  ) -> [Comparison<Double>] {
    var result: [Comparison<Double>] = []
    for bound in bounds { result.append(comparison(bound, quantity)) }
    return result
  }

  private mutating func comparison(
    _ bound: Comparison<Double>, _ quantity: RuleThreshold.Quantity
  ) -> Comparison<Double> {
    switch bound {
    case .equal(let value): return .equal(number(value, quantity))
    case .greater(let value): return .greater(number(value, quantity))
    case .atLeast(let value): return .atLeast(number(value, quantity))
    case .less(let value): return .less(number(value, quantity))
    case .atMost(let value): return .atMost(number(value, quantity))
    case .between(let low, let high):
      let (low, high) = (number(low, quantity), number(high, quantity))
      if low > high { isSensible = false }
      return .between(low, high)
    }
  }

  private mutating func comparisons(
    _ bounds: [Comparison<ExactDuration>]
  ) -> [Comparison<ExactDuration>] {
    var result: [Comparison<ExactDuration>] = []
    for bound in bounds {
      switch bound {
      case .equal(let value): result.append(.equal(duration(value)))
      case .greater(let value): result.append(.greater(duration(value)))
      case .atLeast(let value): result.append(.atLeast(duration(value)))
      case .less(let value): result.append(.less(duration(value)))
      case .atMost(let value): result.append(.atMost(duration(value)))
      case .between(let low, let high):
        let (low, high) = (duration(low), duration(high))
        if low > high { isSensible = false }
        result.append(.between(low, high))
      }
    }
    return result
  }

  private mutating func whole(_ number: Int) -> Int {
    let value = self.number(Double(number), .count)
    guard value >= 1, value <= 1e9, value == value.rounded() else {
      isSensible = false
      return number
    }
    return Int(value)
  }

  private mutating func number(
    _ number: Double, _ quantity: RuleThreshold.Quantity
  ) -> Double {
    guard case .number(let value) = asked(quantity, .number(number)) else {
      preconditionFailure("a number is replaced by a number")
    }
    return value
  }

  private mutating func duration(_ length: ExactDuration) -> ExactDuration {
    guard case .duration(let value) = asked(.duration, .duration(length)) else {
      preconditionFailure("a length of time is replaced by one")
    }
    return value
  }

  private mutating func asked(
    _ quantity: RuleThreshold.Quantity, _ present: RuleThreshold.Value
  ) -> RuleThreshold.Value {
    guard let leaf else { preconditionFailure("thresholds stand in leaves") }
    defer { count += 1 }
    return value(
      RuleThreshold(
        index: count, quantity: quantity, value: present, leaf: leaf.written,
        position: leaf.position))
  }
}
