import Engagement
import EventLog
import Foundation

/// What tells how long a leaf may be left alone, whatever events come.
///
/// Where events take a leaf one way and time the other, a leaf that events have not yet taken as far as they
/// can needs so and so many events more to turn, or events on so and so many days: until then it is not looked
/// at.
enum LeafPatience: Sendable {
  /// It is looked at whenever an event comes that it listens to.
  case none
  /// The member's number of events up to which it stays what it is.
  case events
  /// The instant before which it stays what it is.
  case instant
}

extension PlannedLeaf {
  /// What the leaf's patience is counted in.
  func patience(_ settings: EngagementSettings) -> LeafPatience {
    guard !leaf.isUnknownIfMissing else { return .none }
    let isUniversal = settings.clock.isUniversal
    switch kind {
    case .events(let question):
      switch question {
      // These are looked at again only where time can take nothing but events away.
      case .trend(let trend, let selector):
        return trend.leastCount > 1 && !selector.isTimed ? .events : .none
      case .share(let share, let selector, _):
        guard share.leastCount > 1, !selector.isTimed else { return .none }
        switch share.window {
        case .within, .ever: return .events
        case .ago, .range: return .none
        }
      default: break
      }
      if case .either = question.drift(settings.clock) { return .none }
      switch question {
      case .did(_, _, .count, _), .did(_, _, .distinctKeys, _): return .events
      case .did(_, _, .distinctPeriods, _): return isUniversal ? .instant : .events
      case .regular: return .instant
      default: return .none
      }
    case .number(let question, _):
      if case .either = drift(settings) { return .none }
      switch question.node {
      case .feature(.activeDays) where isUniversal: return .instant
      default: return .events
      }
    case .attribute, .near, .bucket, .list, .cluster, .consent, .segment, .stage, .rank:
      return .none
    }
  }
}

extension MemberFacts {
  /// How long a leaf that is what it is now may be left alone, in what its ``LeafPatience`` is counted in; the
  /// least number where any event may turn it.
  func patience(of leaf: Int, at now: EvaluationInstant) -> Int64 {
    let end = events.end(at: now.known.microseconds)
    func after(_ count: Int?) -> Int64 { count.map { Int64(end) + Int64($0) } ?? .min }
    switch plan.leaves[leaf].kind {
    case .events(let question):
      switch question {
      case .trend(let trend, let selector):
        let (current, previous) = question.counts(of: trend, selector, events, at: now)
        return after(trend.leastCount - 1 - current - previous)
      case .share(let share, let selector, let part):
        let all = question.counts(of: share, selector, part, events, at: now).all
        return after(share.leastCount - 1 - all)
      case .did(let selector, let window, let measure, let comparisons):
        let places = events.places(in: window, at: now)
        guard case .distinctPeriods(let unit) = measure else {
          let count =
            measure.isDistinct
            ? events.latestDistinct(measure, selector, in: places, at: now).count
            : events.count(selector, in: places, at: now).count
          return after(comparisons.turningCount(from: count).map { $0 - count - 1 })
        }
        let count = events.latestDistinct(measure, selector, in: places, at: now).count
        guard let turning = comparisons.turningCount(from: count) else { return .min }
        guard now.clock.isUniversal else { return after(turning - count - 1) }
        return start(ofPeriods: turning - count, unit, selector, from: places.lowerBound, at: now)
      case .regular(let regular, let selector):
        let active = question.mostActive(regular, selector, events, at: now)
        return start(
          ofPeriods: regular.leastActive - active, regular.unit, selector, from: 0, at: now)
      case .didNot, .occurrence, .sequence: return .min
      }
    case .number(let question, _):
      let value = question.value(for: self, at: now.asOf)
      if case .feature(.activeDays) = question.node, now.clock.isUniversal {
        guard !value.isNaN, let turning = question.comparisons.turningCount(from: Int(value)) else {
          return .min
        }
        return start(ofPeriods: turning - Int(value), .day, nil, from: 0, at: now)
      }
      return after(question.eventsToSpare(value, self, at: now))
    case .attribute, .near, .bucket, .list, .cluster, .consent, .segment, .stage, .rank:
      return .min
    }
  }

  /// The first instant at which so many more calendar periods can have a selected event than have one now,
  /// of events from a place on.
  private func start(
    ofPeriods count: Int, _ unit: RegularActivity.Unit, _ selector: EventSelector?,
    from place: Int, at now: EvaluationInstant
  ) -> Int64 {
    let clock = now.clock
    let present = clock.period(of: now.asOf, unit)
    let end = events.end(at: now.known.microseconds)
    let newest = selector.map { events.last($0, before: end, at: now) } ?? (end > 0 ? end - 1 : nil)
    let isActive = newest.map {
      $0 >= place
        && clock.period(of: Timestamp(microseconds: events.times[$0]), unit) == present
    }
    // No later than there are instants for; it is then looked at again.
    let later = min(count, 4_000) - (isActive == true ? 0 : 1)
    return later > 0 ? clock.start(ofPeriod: present + later, unit).microseconds : .min
  }
}

extension NumberQuestion {
  /// How many more events cannot turn the comparisons of a number that events can only raise; nil where
  /// that is not known.
  fileprivate func eventsToSpare(
    _ value: Double, _ facts: MemberFacts, at now: EvaluationInstant
  ) -> Int? {
    guard !value.isNaN, let rise = Self.rise(node, facts, now.asOf) else { return nil }
    // Of lower bounds all are to hold; of upper bounds, which hold, none is to fail.
    let limits = comparisons.filter { !comparisons.areLowerBounds || !$0.holds(for: value) }
      .flatMap(\.operands)
    let limit = comparisons.areLowerBounds ? limits.max() : limits.min()
    guard let limit else { return nil }
    let margin = 1e-9 * (abs(limit) + abs(value) + rise.once)
    let room = limit - value - rise.once - margin
    guard room >= 0 else { return nil }
    return rise.each > 0 ? Int(min(room / rise.each, 1e9)) : 1_000_000_000
  }

  /// By how much the first event to come can raise a number beside what each can; nil where that is not known.
  private static func rise(
    _ node: Node, _ facts: MemberFacts, _ instant: Timestamp
  ) -> (once: Double, each: Double)? {
    let settings = facts.plan.project.settings
    switch node {
    case .feature(let feature): return feature.rise(settings).map { (0, $0) }
    case .linear(.recencyDays, let zero, let three) where three < zero:
      return (linearScore(0, zeroAt: zero, threeAt: three) - value(node, facts, instant), 0)
    case .linear(let feature, let zero, let three) where three > zero:
      return feature.rise(settings).map { (0, 3 * $0 / (three - zero)) }
    case .linear, .percentile: return nil
    case .points(_, let points, _, _): return (0, points.values.reduce(0, +))
    case .weightedSum(let parts):
      var (once, each) = (0.0, 0.0)
      for (part, weight) in parts {
        guard weight > 0, let rise = rise(part, facts, instant) else { return nil }
        once += weight * rise.once
        each += weight * rise.each
      }
      return (once, each)
    }
  }
}

extension FeatureDefinition {
  /// By how much one event can raise the feature at most; nil where that is not known.
  fileprivate func rise(_ settings: EngagementSettings) -> Double? {
    switch self {
    case .eventCount, .activeDays, .activeWeeks, .distinctValues: return 1
    case .frequency(let halfLife): return log(2) / Double(halfLife)
    case .impact, .impactRate:
      guard settings.valueUse == .none else { return nil }
      let greatest = max(1, settings.weights.values.max() ?? 1)
      if case .impactRate(let halfLife) = self { return greatest * log(2) / Double(halfLife) }
      return greatest
    default: return nil
    }
  }
}

extension [Comparison<Double>] {
  /// The least count above one from which on comparisons are otherwise, where all are lower bounds, not all
  /// of which hold, or upper bounds that hold; nil for others.
  fileprivate func turningCount(from count: Int) -> Int? {
    var turning: Int?
    for comparison in self {
      let least: Double
      switch comparison {
      case .atLeast(let limit), .less(let limit): least = limit.rounded(.up)
      case .greater(let limit), .atMost(let limit): least = limit.rounded(.down) + 1
      case .equal, .between: return nil
      }
      let bound = Int(Swift.min(Swift.max(least, 0), 1e9))
      turning =
        turning.map { areLowerBounds ? Swift.max($0, bound) : Swift.min($0, bound) } ?? bound
    }
    return turning.flatMap { $0 > count ? $0 : nil }
  }
}
