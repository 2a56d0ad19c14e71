import Engagement
import EventLog

/// A comparison of a feature or of a score, its parts looked up.
struct NumberQuestion: Sendable {
  /// What a number is made of.
  indirect enum Node: Sendable {
    case feature(FeatureDefinition)
    case linear(FeatureDefinition, zeroAt: Double, threeAt: Double)
    case percentile(FeatureDefinition, EmpiricalDistribution)
    case points(EventSelector, [String: Double], column: Int, halfLife: Int64?)
    case weightedSum([(part: Node, weight: Double)])
  }

  /// As written.
  let name: String
  let node: Node
  let comparisons: [Comparison<Double>]

  /// The number at the present instant or a later one, if nothing but time happens; NaN where missing.
  func value(for facts: MemberFacts, at instant: Timestamp) -> Double {
    Self.value(node, facts, instant)
  }

  static func value(_ node: Node, _ facts: MemberFacts, _ instant: Timestamp) -> Double {
    switch node {
    case .feature(let feature): return facts.value(of: feature, asOf: instant)
    case .linear(let feature, let zero, let three):
      return linearScore(
        facts.value(of: feature, asOf: instant), zeroAt: zero, threeAt: three)
    case .percentile(let feature, let distribution):
      return percentileScore(
        facts.value(of: feature, asOf: instant), in: distribution, of: feature)
    case .points(let selector, _, let column, let halfLife):
      let events = facts.events
      let now = EvaluationInstant(asOf: instant, clock: facts.plan.project.settings.clock)
      return pointSum(
        of: (0..<events.end(at: facts.present)).lazy
          .filter { events.isSelected($0, selector, at: now) }
          .map { (events.number($0, column), events.times[$0]) },
        halfLife: halfLife, asOf: instant)
    case .weightedSum(let parts):
      return parts.reduce(0) { $0 + $1.weight * value($1.part, facts, instant) }
    }
  }

  /// Bounds of the number from one instant through another, between which no window ends.
  func range(
    for facts: MemberFacts, from start: Timestamp, through end: Timestamp
  ) -> ClosedRange<Double>? {
    Self.range(node, facts, start, end)
  }

  private static func range(
    _ node: Node, _ facts: MemberFacts, _ start: Timestamp, _ end: Timestamp
  ) -> ClosedRange<Double>? {
    func feature(_ feature: FeatureDefinition) -> ClosedRange<Double>? {
      featureRange(feature, from: start, through: end) { facts.value(of: $0, asOf: $1) }
    }
    switch node {
    case .feature(let definition): return feature(definition)
    case .linear(let definition, let zero, let three):
      return feature(definition)?.mapped { linearScore($0, zeroAt: zero, threeAt: three) }
    case .percentile(let definition, let distribution):
      return feature(definition)?.mapped {
        percentileScore($0, in: distribution, of: definition)
      }
    case .points: return .between(value(node, facts, start), value(node, facts, end))
    case .weightedSum(let parts):
      var (low, high) = (0.0, 0.0)
      for (part, weight) in parts {
        guard let range = range(part, facts, start, end)?.mapped({ weight * $0 }) else {
          return nil
        }
        low += range.lowerBound
        high += range.upperBound
      }
      return low...high
    }
  }
}
