/// A feature of a member, as written: what is computed, over which window or half-life.
///
/// Below, T is the as-of time and a the age of an event in days of 86,400 s; only events with a ≥ 0
/// count. A window of N days holds the ages [0, N). A half-life of N days means the rate
/// λ = ln 2 / N. "Absent" is NaN in a ``FeatureTable``.
public enum FeatureDefinition: Sendable, Hashable {
  /// `recency_days`: T minus the last event, in days; absent without events.
  case recencyDays
  /// `tenure_days`: T minus the earlier of joining and the first event, in days; absent without both.
  case tenureDays
  /// `lifespan_days`: last event minus first event, in days; absent without events.
  case lifespanDays
  /// `events`, `events_30d`, `events_ALIAS`, `events_ALIAS_30d`: number of events; 0 without any.
  case eventCount(of: String?, windowInDays: Int?)
  /// `active_days`, `active_days_90d`: distinct calendar days with an event.
  case activeDays(windowInDays: Int?)
  /// `active_weeks`, `active_weeks_90d`: distinct calendar weeks with an event.
  case activeWeeks(windowInDays: Int?)
  /// `frequency_h14`: λ Σ 2^(−a/14), the exponentially weighted event rate, in events per day.
  case frequency(halfLifeInDays: Int)
  /// `impact`, `impact_90d`: Σ w_e g(value), in points.
  case impact(windowInDays: Int?)
  /// `impact_h56`: λ Σ w_e g(value) 2^(−a/56), in points per day.
  case impactRate(halfLifeInDays: Int)
  /// `received_impact_h56`: the impact rate of other members' events whose target is this member.
  case receivedImpactRate(halfLifeInDays: Int)
  /// `velocity`, `velocity_h7_h28`: log2 of the ratio of two frequencies, each plus 1/365 events a
  /// day, in doublings; 0 without events. Without suffix the half-lives are 14 and 56 days.
  case velocity(shortHalfLifeInDays: Int, longHalfLifeInDays: Int)
  /// `acceleration`: velocity at T minus velocity at T − 14 d, in doublings, each from the events up
  /// to its own time.
  case acceleration
  /// `trend`: least-squares slope of the counts in 8 bins of 7 days back from T, in events per week
  /// per week; 0 without events.
  case trend
  /// `median_gap_days`: median time between neighbouring events, in days; absent under 2 events.
  case medianGapDays
  /// `burstiness`: (sd − mean) / (sd + mean) of the gaps, sd over n, from −1 to 1; absent under 3
  /// events or when all gaps are 0 (Goh & Barabási 2008, doi 10.1209/0295-5075/81/48002).
  case burstiness
  /// `streak_weeks`: consecutive calendar weeks with an event that end in T's week or the one before.
  case streakWeeks
  /// `share_ALIAS`, `share_ALIAS_90d`: part of the events whose type is in the alias, from 0 to 1;
  /// absent where there are no events.
  case share(of: String, windowInDays: Int?)
  /// `share_of_PROPERTY=VALUE`, `share_of_PROPERTY_90d=VALUE`: part of the events with the property in
  /// which it is VALUE, from 0 to 1; absent where no event has the property.
  ///
  /// Values are compared as texts, equal as Unicode has it: the number 1 and the text `1` are one value.
  /// `share_of_PROPERTY` and `share_of_PROPERTY:8` are the columns of the commonest values; see
  /// ``expanded(in:rows:asOf:)``.
  case propertyShare(of: String, value: PropertyShareValue, windowInDays: Int?)
  /// `distinct_PROPERTY`, `distinct_PROPERTY_90d`: distinct values of an event property.
  case distinctValues(of: String, windowInDays: Int?)
  /// `type_entropy`: Shannon entropy over event types, in nats; 0 without events.
  case typeEntropy
  /// `value_sum`, `value_sum_90d`: sum over the events that have a value; 0 without any.
  case valueSum(windowInDays: Int?)
  /// `value_mean`, `value_mean_90d`: mean over the events that have a value; absent without any.
  case valueMean(windowInDays: Int?)
  /// Any numeric member attribute, as it is; `attr.NAME` where the name is a feature's too. Where the
  /// settings have a ``CustomFeature`` of the name, it is that.
  case attribute(String)

  /// The features that `train` uses where nothing else is said.
  public static let defaults: [FeatureDefinition] = [
    .recencyDays, .frequency(halfLifeInDays: 14), .frequency(halfLifeInDays: 56),
    .activeDays(windowInDays: 90), .impactRate(halfLifeInDays: 56),
    .velocity(shortHalfLifeInDays: 14, longHalfLifeInDays: 56), .tenureDays, .typeEntropy,
  ]
}

extension FeatureDefinition: CustomStringConvertible {
  /// The feature's name, which parses back to the same definition.
  public var description: String {
    switch self {
    case .recencyDays: "recency_days"
    case .tenureDays: "tenure_days"
    case .lifespanDays: "lifespan_days"
    case .eventCount(let alias, let window): "events" + suffix(alias) + suffix(window)
    case .activeDays(let window): "active_days" + suffix(window)
    case .activeWeeks(let window): "active_weeks" + suffix(window)
    case .frequency(let halfLife): "frequency_h\(halfLife)"
    case .impact(let window): "impact" + suffix(window)
    case .impactRate(let halfLife): "impact_h\(halfLife)"
    case .receivedImpactRate(let halfLife): "received_impact_h\(halfLife)"
    case .velocity(14, 56): "velocity"
    case .velocity(let short, let long): "velocity_h\(short)_h\(long)"
    case .acceleration: "acceleration"
    case .trend: "trend"
    case .medianGapDays: "median_gap_days"
    case .burstiness: "burstiness"
    case .streakWeeks: "streak_weeks"
    case .share(let alias, let window): "share_\(alias)" + suffix(window)
    case .propertyShare(let property, let value, let window):
      "share_of_\(property)" + suffix(window) + value.description
    case .distinctValues(let property, let window): "distinct_\(property)" + suffix(window)
    case .typeEntropy: "type_entropy"
    case .valueSum(let window): "value_sum" + suffix(window)
    case .valueMean(let window): "value_mean" + suffix(window)
    case .attribute(let name):
      FeatureDefinition.parsingBuiltIn(name, aliases: []) == nil && !name.hasPrefix("attr.")
        ? name : "attr.\(name)"
    }
  }

  private func suffix(_ window: Int?) -> String { window.map { "_\($0)d" } ?? "" }
  private func suffix(_ alias: String?) -> String { alias.map { "_\($0)" } ?? "" }
}
