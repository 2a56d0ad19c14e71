import Engagement
import Foundation

/// What sets a segment apart: its medians of the features in which its mean lies farthest from the
/// community's, in standard deviations, at most three, and the community's medians beside them.
///
/// - Parameters:
///   - portrait: the segment.
///   - communityMedians: for each column, the community's median.
/// - Returns: the description, in words.
func segmentDescription(of portrait: SegmentPortrait, communityMedians: [Double]) -> String {
  // Two features of one kind, such as a rate with two half-lives, say the same thing twice.
  var told: [FeatureDefinition.Kind] = []
  var parts: [String] = []
  for column in portrait.columnsByEffect
  where abs(portrait.effects[column]) >= 0.25 && parts.count < 3 {
    let feature = portrait.features[column]
    // Where nothing happens nothing is steady.
    let isIdle =
      portrait.isAbsent && feature.kind == .change && abs(portrait.medians[column]) < 0.05
    guard !told.contains(feature.kind), !isIdle else { continue }
    told.append(feature.kind)
    let phrase = phrase(for: feature, value: portrait.medians[column])
    let others = amount(of: feature, value: communityMedians[column])
    parts.append("\(phrase) (all members: \(others))")
  }
  return parts.isEmpty ? "much like the whole community" : parts.joined(separator: "; ")
}

/// Says in words what a feature's value means for a member.
func phrase(for feature: FeatureDefinition, value: Double) -> String {
  let amount = amount(of: feature, value: value)
  return switch feature {
  case .recencyDays: "last active \(amount) ago"
  case .tenureDays: "joined \(amount) ago"
  case .lifespanDays: "\(amount) from first to last event"
  case .eventCount(let alias, let window):
    "\(amount) \(alias.map { "\($0) " } ?? "")\(amount == "1" ? "event" : "events")\(within(window))"
  case .activeDays(let window) where value == 0: "not active\(within(window))"
  case .activeDays(let window):
    "active on \(amount) \(amount == "1" ? "day" : "days")\(within(window))"
  case .activeWeeks(let window):
    "active in \(amount) \(amount == "1" ? "week" : "weeks")\(within(window))"
  // A rate of now, which need not have lasted as long as the time that it is told for.
  case .frequency: amount.hasSuffix("lately") ? amount : "lately at \(amount)"
  case .impact(let window): "\(amount) points of impact\(within(window))"
  case .impactRate: amount.hasSuffix("lately") ? amount : "impact lately at \(amount)"
  case .receivedImpactRate:
    amount.hasSuffix("lately") ? "\(amount) from others" : "lately at \(amount) from others"
  case .velocity where abs(value) < 0.05: "steady activity"
  case .velocity: "activity at \(amount) \(amount.hasSuffix("%") ? "of " : "")its usual rate"
  case .acceleration: "velocity changed by \(amount) doublings in 14 days"
  case .trend: "\(amount) events a week more each week"
  case .medianGapDays: "\(amount) between events"
  case .burstiness: "burstiness \(amount)"
  case .streakWeeks: "\(amount) weeks in a row active"
  case .share(let alias, let window): "\(amount) of events are \(alias)\(within(window))"
  case .propertyShare(let property, .text(let text), let window):
    "\(amount) of events with \(property) \(text)\(within(window))"
  case .propertyShare(let property, .commonest, let window):
    "\(amount) of events with \(property)\(within(window))"
  case .distinctValues(let property, let window): "\(amount) different \(property)\(within(window))"
  case .typeEntropy where value < 0.05: "events of one type only"
  case .typeEntropy: "as varied as \(amount) event types"
  case .valueSum(let window): "values of \(amount) in all\(within(window))"
  case .valueMean(let window): "values of \(amount) on average\(within(window))"
  case .attribute(let name): "\(name) \(amount)"
  }
}

/// A feature's value in the unit in which it is easiest to read.
private func amount(of feature: FeatureDefinition, value: Double) -> String {
  guard value.isFinite else { return "none" }
  return switch feature {
  case .recencyDays, .tenureDays, .lifespanDays, .medianGapDays: duration(inDays: value)
  case .frequency: rate(inDays: value, of: "event")
  case .impactRate, .receivedImpactRate: rate(inDays: value, of: "point")
  // 2^v is the ratio of the two rates; of equally many events of e^H types the entropy is H.
  case .velocity:
    value < 0.5 ? "\(rounded(exp2(value) * 100)) %" : "\(rounded(exp2(value))) times"
  case .typeEntropy: String(format: "%.1f", exp(value))
  case .share, .propertyShare: "\(rounded(value * 100)) %"
  default: rounded(value)
  }
}

private func within(_ window: Int?) -> String { window.map { " in the last \($0) days" } ?? "" }

/// A duration in hours, days, weeks, months or years.
private func duration(inDays days: Double) -> String {
  return switch days {
  case ..<(47 / 48.0): counted((days * 24).rounded(), "hour")
  case ..<14: counted(days.rounded(), "day")
  case ..<60: counted((days / 7).rounded(), "week")
  case ..<730: counted((days / 30.4375).rounded(), "month")
  default: counted(days / 365.25, "year")
  }
}

/// A number of things, which are one or many.
private func counted(_ count: Double, _ thing: String) -> String {
  let text = rounded(count)
  return "\(text) \(text == "1" ? thing : "\(thing)s")"
}

/// A rate in the unit of time in which it is a whole number at least.
private func rate(inDays rate: Double, of thing: String) -> String {
  let (count, unit) =
    switch rate {
    case 1...: (rate, "day")
    case (1 / 7.0)...: (rate * 7, "week")
    case (1 / 30.4375)...: (rate * 30.4375, "month")
    default: (rate * 365.25, "year")
    }
  return count < 0.05 ? "no \(thing)s lately" : "\(counted(count, thing)) a \(unit)"
}

/// Two significant digits at least, no fraction from 10 on, and 0 for what is far below any unit.
private func rounded(_ value: Double) -> String {
  if abs(value) < 1e-4 { return "0" }
  if abs(value) >= 10 { return String(format: "%.0f", value) }
  let text = String(format: "%.2g", value)
  return Double(text).map { $0 == $0.rounded() ? String(format: "%.0f", $0) : text } ?? text
}
