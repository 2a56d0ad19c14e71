import Engagement

/// What the training members of a segment look like: what names and sentences are made from.
struct SegmentPortrait {
  /// The columns.
  let features: [FeatureDefinition]
  /// For each column, the segment's median in the feature's own unit.
  let medians: [Double]
  /// For each column, how far the segment's mean lies from the community's, in standard deviations.
  let effects: [Double]
  /// The number of training members.
  let size: Int

  /// The columns by falling size of effect, ties in order.
  var columnsByEffect: [Int] {
    features.indices.sorted { left, right in
      abs(effects[left]) != abs(effects[right])
        ? abs(effects[left]) > abs(effects[right]) : left < right
    }
  }

  /// The first column of a feature.
  func column(where isWanted: (FeatureDefinition) -> Bool) -> Int? {
    features.firstIndex(where: isWanted)
  }

  /// The median days since the last event.
  var recency: Double? { column { $0 == .recencyDays }.map { medians[$0] } }

  /// The median days since joining or the first event.
  var tenure: Double? { column { $0 == .tenureDays }.map { medians[$0] } }

  /// How far tenure lies from the community's.
  var tenureEffect: Double { column { $0 == .tenureDays }.map { effects[$0] } ?? 0 }

  /// The median doublings by which the rate of events rises.
  var velocity: Double? {
    column { if case .velocity = $0 { true } else { false } }.map { medians[$0] }
  }

  /// About how many days a typical member took part, from joining to the last event: the medians'
  /// difference where the lifespan is no column.
  var span: Double? {
    if let column = column(where: { $0 == .lifespanDays }) { return medians[column] }
    guard let tenure, let recency else { return nil }
    return max(0, tenure - recency)
  }

  /// The median number of all events.
  var eventCount: Double? {
    column { $0 == .eventCount(of: nil, windowInDays: nil) }.map { medians[$0] }
  }

  /// About how many days of thirty a typical member is active: from active days in a window, else from
  /// the rate of events, which is no less.
  var activeDaysInThirty: Double? {
    for (column, feature) in features.enumerated() {
      if case .activeDays(let window?) = feature { return medians[column] * 30 / Double(window) }
    }
    for (column, feature) in features.enumerated() {
      switch feature {
      case .eventCount(nil, let window?): return medians[column] * 30 / Double(window)
      case .frequency: return medians[column] * 30
      default: continue
      }
    }
    return nil
  }

  /// The largest effect of the columns that tell how much members do, with its sign.
  var volumeEffect: Double {
    columnsByEffect.first { features[$0].kind == .volume }.map { effects[$0] } ?? 0
  }
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
    case .share, .propertyShare, .distinctValues, .typeEntropy: .variety
    case .valueSum, .valueMean: .value
    case .attribute: .attribute
    }
  }
}
