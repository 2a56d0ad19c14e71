public import Engagement

/// Which way a part of a community went since training, by more than chance.
public enum ShareMovement: String, Sendable, Hashable, CaseIterable {
  /// It rose.
  case surge
  /// It fell.
  case dropOff = "drop-off"
  /// Chance alone may have made the difference.
  case steady

  /// The chance under which a movement is one, over all that are looked at together (Bonferroni).
  public static let chance = 0.01

  init(change: Double, pValue: Double, of count: Int) {
    guard pValue * Double(count) < Self.chance, change != 0 else {
      self = .steady
      return
    }
    self = change > 0 ? .surge : .dropOff
  }
}

extension ModelDrift {
  /// How a feature that is a share, of event types or of a property's values, went since training.
  public struct FeatureShare: Sendable, Hashable {
    /// The feature.
    public let feature: FeatureDefinition
    /// Its mean over the training members who had it, to what the stored knots tell, 0...1.
    public let trainingMean: Double
    /// Its mean over the members who have it now, 0...1.
    public let mean: Double
    /// Whether its distribution is another one (Kolmogorov–Smirnov), and which way the mean went.
    public let movement: ShareMovement
  }

  /// The members who are unlike anyone in training, as a group.
  public struct NovelGroup: Sendable, Hashable {
    /// A feature's median within the group and over all members; NaN where nobody there has it.
    public struct Median: Sendable, Hashable {
      /// The feature.
      public let feature: FeatureDefinition
      /// The median of the group.
      public let group: Double
      /// The median of all members.
      public let all: Double
    }

    /// The number of members, one at least.
    public let count: Int
    /// The medians, in the order of the model's columns.
    public let medians: [Median]

    init?(_ isNovel: [Bool], features: [FeatureDefinition], table: FeatureTable) {
      count = isNovel.count(where: { $0 })
      guard count > 0 else { return nil }
      medians = features.compactMap { feature in
        table.column(feature).map { values in
          Median(
            feature: feature, group: median(of: zip(values, isNovel).filter(\.1).map(\.0)),
            all: median(of: values))
        }
      }
    }
  }

  static func shares(
    _ drifts: [FeatureDrift], model: SegmentModel, table: FeatureTable
  ) -> [FeatureShare] {
    let shares = drifts.filter { $0.feature.isShare && $0.presentCount > 0 }
    return shares.compactMap { drift in
      guard let training = model.distributions[drift.feature],
        let values = table.column(drift.feature)?.filter({ !$0.isNaN })
      else { return nil }
      let mean = values.reduce(0, +) / Double(values.count)
      return FeatureShare(
        feature: drift.feature, trainingMean: training.mean, mean: mean,
        movement: ShareMovement(
          change: mean - training.mean, pValue: drift.pValue ?? 1, of: shares.count))
    }
  }
}

/// The chance of two parts at least as unlike as these in a community that has not changed: Fisher's exact
/// test, two-sided, by the chance of each table with the same sums.
///
/// Members who were there at both times make parts more alike than those of strangers; it then errs on the
/// side of chance.
///
/// - Parameters:
///   - before: how many of those before are in the part.
///   - totalBefore: how many there were, at least as many.
///   - now: how many of those now are in the part.
///   - total: how many there are, at least as many.
/// - Returns: 0...1.
/// - Complexity: O(before + now).
func exactPValue(_ before: Int, of totalBefore: Int, _ now: Int, of total: Int) -> Double {
  let part = before + now
  // The chance of a table is r(x) times that of the one with x − 1 now; that of the table found is 1.
  func ratio(_ x: Int) -> Double {
    Double(total - x + 1) * Double(part - x + 1) / (Double(x) * Double(totalBefore - part + x))
  }
  var (all, extreme) = (1.0, 1.0)
  func add(_ weight: Double) {
    all += weight
    if weight <= 1 + 1e-9 { extreme += weight }
  }
  var weight = 1.0
  for x in stride(from: now + 1, through: min(part, total), by: 1) {
    weight *= ratio(x)
    add(weight)
  }
  weight = 1
  for x in stride(from: now, to: max(0, part - totalBefore), by: -1) {
    weight /= ratio(x)
    add(weight)
  }
  return min(1, extreme / all)
}

/// The median of the values that are there; NaN without any.
private func median(of values: [Double]) -> Double {
  let sorted = values.filter { !$0.isNaN }.sorted()
  guard !sorted.isEmpty else { return .nan }
  // Halves, since the sum of two large numbers may overflow.
  return sorted[(sorted.count - 1) / 2] / 2 + sorted[sorted.count / 2] / 2
}

extension FeatureDefinition {
  fileprivate var isShare: Bool {
    switch self {
    case .share, .propertyShare: true
    default: false
    }
  }
}

extension EmpiricalDistribution {
  /// The mean of a variable whose quantiles are the knots, linear in between.
  fileprivate var mean: Double {
    zip(knots, knots.dropFirst()).reduce(0) { $0 + ($1.0 / 2 + $1.1 / 2) } / Double(knots.count - 1)
  }
}
