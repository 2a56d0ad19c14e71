import Engagement
import EventLog

extension EventQuestion {
  /// What was observed, in words.
  func fact(of events: MarkedEvents, at now: EvaluationInstant) -> String {
    switch self {
    case .did(let selector, let window, let measure, let comparisons):
      guard let number = number(measure, of: selector, in: window, events, at: now) else {
        return "no \(selector.names) with a number to measure"
      }
      let name =
        switch measure {
        case .count: "count"
        case .distinctPeriods, .distinctKeys: "distinct count"
        case .aggregate(let aggregate, let field, _): "\(aggregate.rawValue) of \(field)"
        }
      let text = "\(name) \(formatted(number)), needs \(comparisons.needs)"
      guard events.latest(selector, in: window, at: now) != nil else { return text }
      return text + "; " + latest(selector, in: window, events, at: now)
    case .didNot(let selector, _, _): return latest(selector, in: .ever, events, at: now)
    case .occurrence(let occurrence, let selector, _):
      guard let place = place(of: occurrence, selector, events, at: now) else {
        return "no \(selector.names) ever"
      }
      return "\(occurrence.order.rawValue) \(selector.names) "
        + now.described(Timestamp(microseconds: events.times[place]))
    case .regular(let regular, let selector):
      let most = mostActive(regular, selector, events, at: now)
      return
        "\(selector.names) in \(most)\(regular.isConsecutive ? " consecutive" : "") of the last "
        + "\(regular.periodCount) \(regular.unit.rawValue)s, needs \(regular.leastActive)"
    case .sequence(let sequence, let parts):
      let names = parts.steps.map(\.names)
        .joined(separator: sequence.isOrdered ? ", then " : ", ")
      guard let (first, last) = match(of: sequence, parts, in: events, at: now) else {
        return "no \(names) that fit"
      }
      return "\(names) from \(now.described(Timestamp(microseconds: first)))"
        + (first == last ? "" : " to \(now.described(Timestamp(microseconds: last)))")
    case .trend(let trend, let selector):
      let (current, previous) = counts(of: trend, selector, events, at: now)
      guard current + previous >= trend.leastCount else {
        return "\(previous), then \(current) \(selector.names), needs \(trend.leastCount) in both "
          + "together"
      }
      let value = trend.value(current: current, previous: previous)
      return
        "\(previous) in \(trend.previous), then \(current) \(selector.names) in \(trend.current)"
        + (value.map { ", \(trend.measure.rawValue) \(formatted($0))" } ?? "")
        + ", needs \(trend.comparisons.needs)"
    case .share(let share, let selector, let part):
      let (passing, all) = counts(of: share, selector, part, events, at: now)
      let counts = "\(passing) of \(all) \(selector.names)"
      guard all >= share.leastCount else { return "\(counts), needs \(share.leastCount) at least" }
      guard all > 0 else { return "no \(selector.names)" }
      return "\(counts), share \(formatted(Double(passing) / Double(all))), "
        + "needs \(share.comparisons.needs)"
    }
  }

  /// The latest selected event in a window, in words.
  private func latest(
    _ selector: EventSelector, in window: EventWindow, _ events: MarkedEvents,
    at now: EvaluationInstant
  ) -> String {
    guard let place = events.latest(selector, in: window, at: now) else {
      return "no \(selector.names) ever"
    }
    return "last \(selector.names) \(now.described(Timestamp(microseconds: events.times[place])))"
  }
}

extension [Comparison<Double>] {
  /// What an observed number needs, in words.
  var needs: String { map { $0.description(formatted) }.joined(separator: " and ") }
}

extension EvaluationInstant {
  /// `2024-05-01T00:00:00Z, 41.2 days ago`.
  func described(_ instant: Timestamp) -> String {
    let tenths = (asOf.days(since: instant) * 10).rounded() / 10
    return "\(instant), \(formatted(tenths)) days ago"
  }
}
