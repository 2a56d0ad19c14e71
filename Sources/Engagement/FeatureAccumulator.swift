import EventLog

/// What features need to know of a member's events, in whichever order those come: several features
/// may share one.
enum FeatureAccumulator: Hashable {
  /// Events whose type an alias holds, or all.
  case count(of: String?, windowInDays: Int?)
  /// Σ 2^(−a/h), with the weight in impact or with 1, of events up to some days before the as-of time.
  case decayed(halfLifeInDays: Int, isImpact: Bool, untilDaysBefore: Int)
  /// The same, weighted, of what others did to the member.
  case received(halfLifeInDays: Int)
  /// Σ w g.
  case impact(windowInDays: Int?)
  /// The values' sum.
  case valueSum(windowInDays: Int?)
  /// How many events have a value.
  case valueCount(windowInDays: Int?)
  /// The events in each of the last eight spans of seven days.
  case weeklyBins
  /// The days of a short window, a bit each.
  case recentDays(windowInDays: Int)
  /// The days of any window.
  case days(windowInDays: Int?)
  /// The events of each type.
  case types

  /// The longest window of which the days fit into a few words.
  static let longestRecentWindow = 190

  /// What a feature needs; nil where that is the events themselves.
  static func needed(by feature: FeatureDefinition) -> [FeatureAccumulator]? {
    switch feature {
    case .recencyDays, .tenureDays, .lifespanDays, .attribute: []
    case .eventCount(let name, let window): [.count(of: name, windowInDays: window)]
    case .share(let name, let window):
      [.count(of: name, windowInDays: window), .count(of: nil, windowInDays: window)]
    case .activeDays(let window), .activeWeeks(let window): [.days(inWindow: window)]
    case .streakWeeks: [.days(windowInDays: nil)]
    case .frequency(let halfLife): [.frequency(halfLife)]
    case .impact(let window): [.impact(windowInDays: window)]
    case .impactRate(let halfLife):
      [.decayed(halfLifeInDays: halfLife, isImpact: true, untilDaysBefore: 0)]
    case .receivedImpactRate(let halfLife): [.received(halfLifeInDays: halfLife)]
    case .velocity(let short, let long): [.frequency(short), .frequency(long)]
    case .acceleration:
      [.frequency(14), .frequency(56), .frequency(14, before: 14), .frequency(56, before: 14)]
    case .trend: [.weeklyBins]
    case .typeEntropy: [.types]
    case .valueSum(let window): [.valueSum(windowInDays: window)]
    case .valueMean(let window):
      [.valueSum(windowInDays: window), .valueCount(windowInDays: window)]
    case .medianGapDays, .burstiness, .distinctValues, .propertyShare: nil
    }
  }

  static func frequency(_ halfLife: Int, before days: Int = 0) -> FeatureAccumulator {
    .decayed(halfLifeInDays: halfLife, isImpact: false, untilDaysBefore: days)
  }

  static func days(inWindow window: Int?) -> FeatureAccumulator {
    if let window, window <= longestRecentWindow { return .recentDays(windowInDays: window) }
    return .days(windowInDays: window)
  }

  /// The words of 64 bits that it takes in the record of a member.
  var wordCount: Int {
    switch self {
    case .count, .valueCount: 1
    // A link to older blocks, and the sum.
    case .decayed, .received: 1 + Self.decayedWordCount
    case .impact, .valueSum: Self.sumWordCount
    case .weeklyBins: 8
    // Days are counted from the as-of day on, which a window may share with its first.
    case .recentDays(let window): (window + 1 + 63) / 64
    case .days, .types: 0
    }
  }

  /// Terms of 256 half-lives, and weights down to 2^-44 in full.
  static let decayedWordCount = 7
  static let decayedFractionBits = 96
  static let sumWordCount = 4
  static let sumFractionBits = 128
}
