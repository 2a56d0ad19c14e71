import Engagement
import EventLog
import LinearAlgebra
import Segmentation

/// The values that are tried for thresholds, those nearest to the present one first.
struct ThresholdValues {
  private let cuts: [FeatureDefinition: [Double]]

  /// Looks at the features that thresholds bound, to try what divides the members of a community.
  init(
    of thresholds: [RuleThreshold], community: Community, asOf: Timestamp,
    settings: EngagementSettings, threadCount: Int
  ) throws {
    var features: [FeatureDefinition] = []
    for case .feature(let feature) in thresholds.map(\.quantity) where !features.contains(feature) {
      features.append(feature)
    }
    guard !features.isEmpty else {
      cuts = [:]
      return
    }
    let table = try FeatureTable(
      of: community, asOf: asOf, features: features, settings: settings, threadCount: threadCount)
    var cuts: [FeatureDefinition: [Double]] = [:]
    for (index, feature) in features.enumerated() {
      let sorted = table.values.column(index).filter(\.isFinite).sorted()
      cuts[feature] = BinnedFeatures.cuts(of: sorted, resolution: 24, preferred: false)
    }
    self.cuts = cuts
  }

  private static let days: [Double] = [
    1, 2, 3, 5, 7, 10, 14, 21, 28, 30, 45, 60, 75, 90, 120, 150, 180, 270, 365, 545, 730, 1095,
  ]
  private static let factors = [
    0.25, 0.33, 0.5, 0.67, 0.75, 0.8, 0.9, 1.1, 1.25, 1.5, 1.75, 2, 3, 4,
  ]

  func candidates(for threshold: RuleThreshold) -> [RuleThreshold.Value] {
    switch threshold.value {
    case .duration(let present):
      let day = Double(Timestamp.microsecondsPerDay)
      let now = Double(present.microseconds) / day
      guard now > 0 else { return [] }
      // Lengths under a day are varied in proportion, longer ones by lengths that people say.
      let lengths =
        now < 1
        ? Self.factors.map { ExactDuration("\(Int((now * $0 * 86_400).rounded()))s") }
        : Self.days.filter { $0 >= now / 8 && $0 <= now * 8 }.map { ExactDuration("\(Int($0))d") }
      return
        lengths.compactMap { $0 }.filter { $0 != present && $0.microseconds > 0 }
        .sorted { distance($0, present) < distance($1, present) }.map { .duration($0) }
    case .number(let present):
      var numbers: [Double]
      switch threshold.quantity {
      case .feature(let feature): numbers = cuts[feature] ?? []
      case .count:
        numbers = Self.factors.map { (present * $0).rounded() }
        numbers += [1, 2, 3].flatMap { [present - $0, present + $0] }
        numbers = numbers.filter { $0 >= (present > 0 ? 1 : 0) }
      case .share:
        numbers = stride(from: 0.1, through: 0.9, by: 0.1).map { ($0 * 10).rounded() / 10 }
      case .score, .attribute, .number, .duration:
        numbers = Self.factors.map { factor in
          let value = present * factor
          let span = abs(value) * 0.04
          return value == 0
            ? 0 : roundNumber(above: value - span, through: value + span)
        }
      }
      var seen: Set<Double> = [present]
      return numbers.filter { seen.insert($0).inserted }
        .sorted { (abs($0 - present), $0) < (abs($1 - present), $1) }.map { .number($0) }
    }
  }

  private func distance(_ length: ExactDuration, _ present: ExactDuration) -> Double {
    let ratio = Double(length.microseconds) / Double(present.microseconds)
    return max(ratio, 1 / ratio)
  }
}
