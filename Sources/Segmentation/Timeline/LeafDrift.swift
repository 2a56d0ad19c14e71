import EventLog
import Engagement

/// Which way time alone takes a leaf.
///
/// Of leaves that time takes one way and events the other, most need not be looked at when an event comes:
/// what events have taken as far as they can stays so, and a time at which it would end can only become a
/// later one.
enum LeafDrift: Sendable {
  /// Time makes it false only, and events true only.
  case towardFalse
  /// Time makes it true only, and events false only.
  case towardTrue
  case either
}

extension PlannedLeaf {
  /// Which way time takes the leaf.
  func drift(_ settings: EngagementSettings) -> LeafDrift {
    guard !leaf.isUnknownIfMissing else { return .either }
    switch kind {
    case .events(let question): return question.drift(settings.clock)
    case .number(let question, _):
      guard let rises = question.node.risesWithEvents(settings) else { return .either }
      if question.comparisons.areLowerBounds { return rises ? .towardFalse : .towardTrue }
      if question.comparisons.areUpperBounds { return rises ? .towardTrue : .towardFalse }
      return .either
    case .attribute, .near, .bucket, .list, .cluster, .consent, .segment, .stage, .rank:
      return .either
    }
  }
}

extension EventQuestion {
  /// Which way time takes the leaf where what is missing is false.
  func drift(_ clock: Clock) -> LeafDrift {
    guard !hasTimedTests else { return .either }
    switch self {
    case .did(_, .within, let measure, let comparisons),
      .did(_, .ever, let measure, let comparisons):
      if case .aggregate(let aggregate, _, _) = measure {
        // Where nothing has a number they do not hold.
        let isRaised = aggregate == .greatest && comparisons.areLowerBounds
        let isLowered = aggregate == .least && comparisons.areUpperBounds
        return isRaised || isLowered ? .towardFalse : .either
      }
      if comparisons.areLowerBounds { return .towardFalse }
      return comparisons.areUpperBounds ? .towardTrue : .either
    case .didNot(_, .within, _): return .towardTrue
    case .regular: return clock.isUniversal ? .towardFalse : .either
    case .occurrence(let occurrence, _, nil) where occurrence.instant.isEmpty:
      let ages = occurrence.age.map { $0.map { Double($0.microseconds) } }
      guard !ages.isEmpty else { return .either }
      if ages.areUpperBounds { return .towardFalse }
      return ages.areLowerBounds ? .towardTrue : .either
    case .sequence(let sequence, let parts):
      return parts.without == nil && sequence.after == nil ? .towardFalse : .either
    case .did, .didNot, .occurrence, .trend, .share: return .either
    }
  }
}

extension NumberQuestion.Node {
  /// True for numbers that events can only raise, and time can only lower; false for the opposite; nil for
  /// others.
  fileprivate func risesWithEvents(_ settings: EngagementSettings) -> Bool? {
    switch self {
    case .feature(let feature): return feature.risesWithEvents(settings)
    case .linear(let feature, let zero, let three):
      return feature.risesWithEvents(settings).map { $0 == (three > zero) }
    case .percentile(let feature, _):
      return feature.risesWithEvents(settings).map { $0 != (feature == .recencyDays) }
    case .points(_, let points, _, _): return points.values.allSatisfy { $0 >= 0 } ? true : nil
    case .weightedSum(let parts):
      let ways = parts.map { part, weight in
        weight == 0 ? nil : part.risesWithEvents(settings).map { $0 == (weight > 0) }
      }
      guard let first = ways.first, ways.allSatisfy({ $0 == first }) else { return nil }
      return first
    }
  }
}

extension FeatureDefinition {
  fileprivate func risesWithEvents(_ settings: EngagementSettings) -> Bool? {
    switch self {
    case .frequency, .eventCount, .activeDays, .activeWeeks, .distinctValues: true
    case .recencyDays: false
    case .impact, .impactRate:
      settings.valueUse != .linear && settings.weights.values.allSatisfy { $0 >= 0 } ? true : nil
    default: nil
    }
  }
}
