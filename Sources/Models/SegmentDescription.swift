import Engagement
import Foundation

/// Says in words what a feature's value means for a member.
func phrase(for feature: FeatureDefinition, value: Double) -> String {
  let number = rounded(value)
  return switch feature {
  case .recencyDays: "last active \(number) days ago"
  case .tenureDays: "known for \(number) days"
  case .lifespanDays: "\(number) days between first and last event"
  case .eventCount(let alias, let window):
    "\(number) \(alias.map { "\($0) " } ?? "")events\(within(window))"
  case .activeDays(let window): "\(number) active days\(within(window))"
  case .activeWeeks(let window): "\(number) active weeks\(within(window))"
  case .frequency(let halfLife): "\(number) events a day (half-life \(halfLife) days)"
  case .impact(let window): "\(number) points of impact\(within(window))"
  case .impactRate(let halfLife): "\(number) points of impact a day (half-life \(halfLife) days)"
  case .receivedImpactRate(let halfLife):
    "\(number) points a day from others (half-life \(halfLife) days)"
  case .velocity:
    abs(value) < 0.05
      ? "steady activity"
      : "activity \(value > 0 ? "rising" : "falling") by \(rounded(abs(value))) doublings"
  case .acceleration: "velocity changed by \(number) doublings in 14 days"
  case .trend: "\(number) events a week more each week"
  case .medianGapDays: "\(number) days between events"
  case .burstiness: "burstiness \(number)"
  case .streakWeeks: "\(number) weeks in a row active"
  case .share(let alias, let window):
    "\(rounded(value * 100)) % of events are \(alias)\(within(window))"
  case .distinctValues(let property, let window): "\(number) different \(property)\(within(window))"
  case .typeEntropy: "variety of events \(number) nats"
  case .valueSum(let window): "values of \(number) in all\(within(window))"
  case .valueMean(let window): "values of \(number) on average\(within(window))"
  case .attribute(let name): "\(name) \(number)"
  }
}

private func within(_ window: Int?) -> String { window.map { " in the last \($0) days" } ?? "" }

/// Two significant digits at least, no fraction from 10 on, and 0 for what is far below any unit.
private func rounded(_ value: Double) -> String {
  guard value.isFinite else { return "no" }
  if abs(value) < 1e-4 { return "0" }
  if abs(value) >= 10 { return String(format: "%.0f", value) }
  let text = String(format: "%.2g", value)
  return Double(text).map { $0 == $0.rounded() ? String(format: "%.0f", $0) : text } ?? text
}

/// What sets a segment apart: its medians of the features in which its mean lies farthest from the
/// community's, in standard deviations, at most three, and the community's medians beside them.
///
/// - Parameters:
///   - features: the columns.
///   - effects: for each column, the difference of means in standard deviations.
///   - medians: for each column, the segment's median in the feature's own unit.
///   - communityMedians: for each column, the community's median.
/// - Returns: the description, in words.
func segmentDescription(
  features: [FeatureDefinition], effects: [Double], medians: [Double], communityMedians: [Double]
) -> String {
  let ranked = features.indices.sorted { left, right in
    abs(effects[left]) != abs(effects[right])
      ? abs(effects[left]) > abs(effects[right]) : left < right
  }
  // Two features of one kind, such as a rate with two half-lives, say the same thing twice.
  var told: [FeatureDefinition.Kind] = []
  var parts: [String] = []
  for column in ranked where abs(effects[column]) >= 0.25 && parts.count < 3 {
    guard !told.contains(features[column].kind) else { continue }
    told.append(features[column].kind)
    let own = phrase(for: features[column], value: medians[column])
    let others = rounded(communityMedians[column])
    parts.append("\(own) (all members: \(others))")
  }
  return parts.isEmpty ? "much like the whole community" : parts.joined(separator: "; ")
}

extension FeatureDefinition {
  /// What a feature tells of, whatever its window or half-life.
  enum Kind {
    case recency, age, volume, change, rhythm, variety, value, attribute
  }

  var kind: Kind {
    switch self {
    case .recencyDays: .recency
    case .tenureDays, .lifespanDays: .age
    case .eventCount, .activeDays, .activeWeeks, .frequency, .impact, .impactRate,
      .receivedImpactRate:
      .volume
    case .velocity, .acceleration, .trend: .change
    case .medianGapDays, .burstiness, .streakWeeks: .rhythm
    case .share, .distinctValues, .typeEntropy: .variety
    case .valueSum, .valueMean: .value
    case .attribute: .attribute
    }
  }
}
