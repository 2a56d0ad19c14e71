public import Engagement
public import EventLog

extension FeatureDefinition {
  /// True for features that a person can check by looking at a member's events: no half-lives, no
  /// entropy.
  var isReadable: Bool {
    switch self {
    case .frequency, .impactRate, .receivedImpactRate, .typeEntropy, .acceleration, .burstiness:
      false
    default: true
    }
  }

  /// The features that suggested rules are made of, where nothing else is said: those that people
  /// understand, with the model's own readable ones.
  ///
  /// Times since the last event and since joining, events and active days in windows of 7, 30 and 90
  /// days and ever, weeks active, impact, velocity and streak; then, of the aliases and of the twelve
  /// commonest event types, counts in 90 days and ever, and their share.
  ///
  /// - Parameters:
  ///   - history: The events, whose types are counted.
  ///   - settings: The aliases.
  ///   - model: The features of the model.
  /// - Returns: The features, each once.
  public static func readable(
    in history: EventHistory, settings: EngagementSettings, model: [FeatureDefinition]
  ) -> [FeatureDefinition] {
    var features: [FeatureDefinition] = [
      .recencyDays, .tenureDays, .lifespanDays, .eventCount(of: nil, windowInDays: nil),
    ]
    for window in [7, 30, 90] { features.append(.eventCount(of: nil, windowInDays: window)) }
    features += [
      .activeDays(windowInDays: nil), .activeDays(windowInDays: 30), .activeDays(windowInDays: 90),
      .activeWeeks(windowInDays: 90), .velocity(shortHalfLifeInDays: 14, longHalfLifeInDays: 56),
      .impact(windowInDays: 90), .impact(windowInDays: nil), .streakWeeks, .medianGapDays,
    ]
    var counts = [Int](repeating: 0, count: history.types.strings.count)
    for type in history.typeIndices { counts[Int(type)] += 1 }
    let types = counts.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }.prefix(12)
      .map { history.types.strings[$0] }
    let aliases = settings.aliases.keys.sorted(by: bytesPrecede)
    if types.count > 1 {
      for name in aliases + types.filter({ settings.aliases[$0] == nil }) {
        for feature in [
          FeatureDefinition.eventCount(of: name, windowInDays: nil),
          .eventCount(of: name, windowInDays: 90), .share(of: name, windowInDays: nil),
        ]
        // A type whose name cannot stand in a feature's name has none.
        where FeatureDefinition(feature.description, aliases: aliases + types) == feature {
          features.append(feature)
        }
      }
    }
    if history.values.contains(where: { !$0.isNaN }) {
      features += [
        .valueSum(windowInDays: nil), .valueSum(windowInDays: 90), .valueMean(windowInDays: nil),
      ]
    }
    for feature in model where feature.isReadable && !features.contains(feature) {
      features.append(feature)
    }
    return features
  }
}
