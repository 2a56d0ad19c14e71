import Engagement

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
    case .share, .propertyShare, .distinctValues, .typeEntropy: .variety
    case .valueSum, .valueMean: .value
    case .attribute: .attribute
    }
  }
}
