import Engagement
import EventLog

/// How far before its as-of time the events are that a condition asks for.
public enum LookBack: Sendable, Hashable {
  /// No further than so many microseconds; 0 where it asks for no events.
  case bounded(microseconds: Int64)
  /// As far as the log goes.
  case unbounded

  /// The farther of two.
  func joined(_ other: LookBack) -> LookBack {
    guard case .bounded(let own) = self, case .bounded(let others) = other else {
      return .unbounded
    }
    return .bounded(microseconds: max(own, others))
  }

  private static func days(_ count: Int) -> LookBack {
    .bounded(microseconds: Int64(count) * Timestamp.microsecondsPerDay)
  }

  init(_ window: EventWindow) {
    switch window {
    case .ever, .range: self = .unbounded
    case .within(let length): self = .bounded(microseconds: length.microseconds)
    case .ago(let older, _): self = .bounded(microseconds: older.microseconds)
    }
  }

  init(_ feature: FeatureDefinition) {
    switch feature {
    case .eventCount(_, let window?), .activeDays(let window?), .impact(let window?),
      .share(_, let window?), .propertyShare(_, _, let window?), .distinctValues(_, let window?),
      .valueSum(let window?),
      .valueMean(let window?):
      self = .days(window)
    case .activeWeeks(let window?): self = .days(window)
    case .trend: self = .days(56)
    case .attribute: self = .bounded(microseconds: 0)
    default: self = .unbounded
    }
  }

  init(_ question: Leaf.Question) {
    switch question {
    case .did(_, let window, _, _): self.init(window)
    case .didNot(_, let window, let afterEver): self = afterEver ? .unbounded : LookBack(window)
    case .share(let share): self.init(share.window)
    case .trend(let trend):
      self = .bounded(microseconds: trend.current.microseconds + trend.previous.microseconds)
    case .sequence(let sequence):
      self = sequence.within.map { .bounded(microseconds: $0.microseconds) } ?? .unbounded
    case .regular(let regular):
      let length =
        switch regular.unit {
        case .day: 1
        case .week: 7
        case .month: 31
        }
      self = .days(regular.periodCount * length)
    case .feature(let feature, _): self.init(feature)
    case .attribute, .list, .near, .bucket: self = .bounded(microseconds: 0)
    case .occurrence, .score, .segment, .segmentHistory, .stage, .consent, .cluster, .rank:
      self = .unbounded
    }
  }
}

extension Condition {
  /// How far back the events are that the condition asks for.
  ///
  /// Unbounded where a leaf has no window, counts with a half-life, or asks for a score, a stage, another
  /// segment, consent, a learned label or a rank. Attributes are what they are now, and count as no time.
  public var lookBack: LookBack {
    leaves.reduce(.bounded(microseconds: 0)) { $0.joined(LookBack($1.question)) }
  }
}
