extension FeatureDefinition {
  /// Reads a feature's name; a name that no built-in feature has is a member attribute's.
  ///
  /// - Parameters:
  ///   - name: the name, as in a feature list or a rule.
  ///   - aliases: the aliases that exist: `events_x_30d` counts alias `x_30d` where there is one, and
  ///     else alias or event type `x` in a window of 30 days.
  public init(_ name: String, aliases: some Sequence<String>) {
    if let builtIn = Self.parsingBuiltIn(name, aliases: Set(aliases)) {
      self = builtIn
    } else if name.hasPrefix("attr.") {
      self = .attribute(String(name.dropFirst(5)))
    } else {
      self = .attribute(name)
    }
  }

  /// The names of the built-in features, with common windows and half-lives, for suggestions.
  public static let exampleNames = [
    "recency_days", "tenure_days", "lifespan_days", "events", "events_30d", "events_90d",
    "active_days", "active_days_30d", "active_days_90d", "active_weeks", "active_weeks_90d",
    "frequency_h14", "frequency_h56", "impact", "impact_90d", "impact_h14", "impact_h56",
    "received_impact_h56", "velocity", "velocity_h7_h28", "acceleration", "trend",
    "median_gap_days", "burstiness", "streak_weeks", "type_entropy", "value_sum", "value_sum_90d",
    "value_mean", "value_mean_90d",
  ]

  static func parsingBuiltIn(_ name: String, aliases: Set<String>) -> FeatureDefinition? {
    switch name {
    case "recency_days": return .recencyDays
    case "tenure_days": return .tenureDays
    case "lifespan_days": return .lifespanDays
    case "events": return .eventCount(of: nil, windowInDays: nil)
    case "active_days": return .activeDays(windowInDays: nil)
    case "active_weeks": return .activeWeeks(windowInDays: nil)
    case "impact": return .impact(windowInDays: nil)
    case "velocity": return .velocity(shortHalfLifeInDays: 14, longHalfLifeInDays: 56)
    case "acceleration": return .acceleration
    case "trend": return .trend
    case "median_gap_days": return .medianGapDays
    case "burstiness": return .burstiness
    case "streak_weeks": return .streakWeeks
    case "type_entropy": return .typeEntropy
    case "value_sum": return .valueSum(windowInDays: nil)
    case "value_mean": return .valueMean(windowInDays: nil)
    default: return parsingParameters(name, aliases: aliases)
    }
  }

  private static func parsingParameters(
    _ name: String, aliases: Set<String>
  ) -> FeatureDefinition? {
    if let rest = rest(of: name, after: "active_days_") {
      return window(rest).map { .activeDays(windowInDays: $0) }
    }
    if let rest = rest(of: name, after: "active_weeks_") {
      return window(rest).map { .activeWeeks(windowInDays: $0) }
    }
    if let rest = rest(of: name, after: "frequency_") {
      return halfLife(rest).map { .frequency(halfLifeInDays: $0) }
    }
    if let rest = rest(of: name, after: "received_impact_") {
      return halfLife(rest).map { .receivedImpactRate(halfLifeInDays: $0) }
    }
    if let rest = rest(of: name, after: "impact_") {
      return window(rest).map { .impact(windowInDays: $0) }
        ?? halfLife(rest).map { .impactRate(halfLifeInDays: $0) }
    }
    if let rest = rest(of: name, after: "velocity_") {
      let parts = rest.split(separator: "_", omittingEmptySubsequences: false)
      guard parts.count == 2, let short = halfLife(parts[0]), let long = halfLife(parts[1]) else {
        return nil
      }
      return .velocity(shortHalfLifeInDays: short, longHalfLifeInDays: long)
    }
    if let rest = rest(of: name, after: "value_sum_") {
      return window(rest).map { .valueSum(windowInDays: $0) }
    }
    if let rest = rest(of: name, after: "value_mean_") {
      return window(rest).map { .valueMean(windowInDays: $0) }
    }
    if let rest = rest(of: name, after: "events_") {
      if let days = window(rest) { return .eventCount(of: nil, windowInDays: days) }
      let (alias, days) = named(rest, aliases: aliases)
      return .eventCount(of: alias, windowInDays: days)
    }
    if let rest = rest(of: name, after: "share_") {
      let (alias, days) = named(rest, aliases: aliases)
      if !aliases.contains(alias), let share = propertyShare(name) { return share }
      return .share(of: alias, windowInDays: days)
    }
    if let rest = rest(of: name, after: "distinct_") {
      let (property, days) = named(rest, aliases: [])
      return .distinctValues(of: property, windowInDays: days)
    }
    return nil
  }

  private static func rest(of name: String, after prefix: String) -> Substring? {
    name.hasPrefix(prefix) && name.utf8.count > prefix.utf8.count
      ? name.dropFirst(prefix.count) : nil
  }

  /// `share_of_PROPERTY`, then `_90d`, then `=VALUE` or `:8`.
  private static func propertyShare(_ name: String) -> FeatureDefinition? {
    guard let rest = rest(of: name, after: "share_of_") else { return nil }
    var (property, value) = (rest, PropertyShareValue.commonest(PropertyShareValue.usualCount))
    // By bytes: what follows may join with the sign to another character.
    if let mark = rest.utf8.firstIndex(of: UInt8(ascii: "=")) {
      value = .text(String(rest[rest.utf8.index(after: mark)...]))
      property = rest[..<mark]
    } else if let mark = rest.utf8.lastIndex(of: UInt8(ascii: ":")),
      let count = days(rest[rest.utf8.index(after: mark)...]),
      count <= PropertyShareValue.greatestCount
    {
      value = .commonest(count)
      property = rest[..<mark]
    }
    let (name, window) = named(property, aliases: [])
    return name.isEmpty ? nil : .propertyShare(of: name, value: value, windowInDays: window)
  }

  /// The days of `30d`; 1 to 99,999.
  static func window(_ text: Substring) -> Int? {
    text.last == "d" ? days(text.dropLast()) : nil
  }

  /// The days of `h14`; 1 to 99,999.
  static func halfLife(_ text: Substring) -> Int? {
    text.first == "h" ? days(text.dropFirst()) : nil
  }

  /// The longest window or half-life, in days.
  static let greatestDays = 99_999

  private static func days(_ digits: Substring) -> Int? {
    guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }),
      let days = Int(digits), days > 0
    else { return nil }
    return days
  }

  private static func named(_ rest: Substring, aliases: Set<String>) -> (String, Int?) {
    if !aliases.contains(String(rest)), let mark = rest.lastIndex(of: "_"), mark != rest.startIndex,
      let days = window(rest[rest.index(after: mark)...])
    {
      return (String(rest[..<mark]), days)
    }
    return (String(rest), nil)
  }
}
