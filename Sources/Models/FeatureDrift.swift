public import Engagement
import Foundation

/// How one feature of a community differs from what a model was trained on.
public struct FeatureDrift: Sendable, Hashable {
  /// The feature.
  public let feature: FeatureDefinition
  /// The members who have it now.
  public let presentCount: Int
  /// The members who do not.
  public let absentCount: Int
  /// The population stability index Σ (q − p) ln(q / p) over the bins of ``DriftBins``, p of training and q
  /// now, half a member added to each bin of either; 0 where all is as it was, nil where nobody has the
  /// feature.
  public let stabilityIndex: Double?
  /// What the index exceeds in one of a hundred communities of this size that have not changed: n N/(n + N)
  /// times the index is about χ² with one degree less than there are bins (Yurdakul & Naranjo 2020,
  /// doi 10.21314/JRMV.2020.227).
  public let chanceLimit: Double?
  /// The Kolmogorov–Smirnov statistic: the largest difference of the two distribution functions, 0...1,
  /// to the 1/256 to which the stored knots tell the first; nil where nobody has the feature.
  public let kolmogorovSmirnov: Double?
  /// The chance of a difference as large in a community that has not changed, asymptotic (Stephens 1970's
  /// form of Kolmogorov's series), of the statistic less 1/256.
  public let pValue: Double?

  /// Compares values with a training distribution.
  ///
  /// - Parameters:
  ///   - feature: the feature.
  ///   - training: its distribution over the training members who had it.
  ///   - trainingCount: how many members there were.
  ///   - values: its values now; NaN is absent.
  /// - Complexity: O(n log n).
  public init(
    _ feature: FeatureDefinition, training: EmpiricalDistribution, trainingCount: Int,
    values: [Double]
  ) {
    let sorted = values.filter { !$0.isNaN }.sorted()
    self.feature = feature
    presentCount = sorted.count
    absentCount = values.count - sorted.count
    guard !sorted.isEmpty else {
      (stabilityIndex, chanceLimit, kolmogorovSmirnov, pValue) = (nil, nil, nil, nil)
      return
    }
    let (before, now) = (Double(trainingCount), Double(sorted.count))
    let bins = DriftBins(training)
    stabilityIndex = populationStabilityIndex(
      bins.shares.map { $0 * before }, bins.counts(ofSorted: sorted).map(Double.init))
    chanceLimit = chanceStabilityIndex(binCount: bins.shares.count, before: before, now: now)
    let statistic = training.greatestDifference(fromSorted: sorted)
    kolmogorovSmirnov = statistic
    let size = (before * now / (before + now)).squareRoot()
    pValue = kolmogorovTail(
      (size + 0.12 + 0.11 / size)
        * max(0, statistic - 1 / Double(EmpiricalDistribution.knotCount - 1)))
  }
}

/// Bins at the deciles of a training distribution.
///
/// A value that several deciles share, such as the 0 of a feature that most members have none of, gets a
/// bin of its own, between what is less and what is more.
public struct DriftBins: Sendable, Hashable {
  /// The upper ends, ascending; the last bin has none.
  private var ends: [(value: Double, isInside: Bool)] = []
  /// The part of the training members in each bin.
  public let shares: [Double]

  /// Makes the bins of a distribution.
  public init(_ distribution: EmpiricalDistribution) {
    let deciles = (1...9).map { distribution.value(atFraction: Double($0) / 10) }
    var position = 0
    while position < deciles.count {
      let value = deciles[position]
      let next = deciles[position...].firstIndex { $0 != value } ?? deciles.count
      if next - position > 1 { ends.append((value, false)) }
      ends.append((value, true))
      position = next
    }
    let fractions = ends.map { end in
      let fractions = distribution.fractions(at: end.value)
      return end.isInside ? fractions.upTo : fractions.below
    }
    shares = zip(fractions + [1], [0] + fractions).map { max(0, $0 - $1) }
  }

  /// How many of some values in ascending order are in each bin.
  public func counts(ofSorted values: [Double]) -> [Int] {
    var counts: [Int] = []
    var start = 0
    for end in ends {
      let next =
        values[start...].firstIndex { end.isInside ? $0 > end.value : $0 >= end.value }
        ?? values.count
      counts.append(next - start)
      start = next
    }
    return counts + [values.count - start]
  }

  /// Whether two divide values the same way.
  public static func == (left: DriftBins, right: DriftBins) -> Bool {
    left.shares == right.shares && left.ends.elementsEqual(right.ends, by: ==)
  }

  /// Feeds what tells bins apart.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(shares)
    for end in ends { hasher.combine(end.value) }
  }
}

extension EmpiricalDistribution {
  /// The quantile, linear between knots.
  func value(atFraction fraction: Double) -> Double {
    let position = fraction * Double(knots.count - 1)
    let low = min(Int(position), knots.count - 2)
    let part = position - Double(low)
    return part == 0 ? knots[low] : knots[low] * (1 - part) + knots[low + 1] * part
  }

  /// The parts below a value and up to it: they differ where knots are equal to it.
  func fractions(at value: Double) -> (below: Double, upTo: Double) {
    let last = Double(knots.count - 1)
    let notBelow = knots.firstIndex { $0 >= value } ?? knots.count
    let above = knots.firstIndex { $0 > value } ?? knots.count
    if above - notBelow > 1 {
      // All knots from the first to the last are the value's.
      return (Double(notBelow) / last, Double(above - 1) / last)
    }
    let fraction = self.fraction(below: value)
    return (fraction, fraction)
  }

  /// The largest difference between this distribution function and that of some values in ascending
  /// order; at each value and knot from both sides.
  func greatestDifference(fromSorted values: [Double]) -> Double {
    let count = Double(values.count)
    var (below, upTo, greatest) = (0, 0, 0.0)
    var points = values + knots
    points.sort()
    for point in points {
      while below < values.count, values[below] < point { below += 1 }
      while upTo < values.count, values[upTo] <= point { upTo += 1 }
      let own = fractions(at: point)
      greatest = max(
        greatest, abs(own.below - Double(below) / count), abs(own.upTo - Double(upTo) / count))
    }
    return greatest
  }
}

/// Σ (q − p) ln(q / p), half added to each count of either first.
func populationStabilityIndex(_ before: [Double], _ now: [Double]) -> Double {
  let (sumBefore, sumNow) = (
    before.reduce(0, +) + Double(before.count) / 2, now.reduce(0, +) + Double(now.count) / 2
  )
  return zip(before, now).reduce(0) { sum, pair in
    let (p, q) = ((pair.0 + 0.5) / sumBefore, (pair.1 + 0.5) / sumNow)
    return sum + (q - p) * log(q / p)
  }
}

/// What the index of two samples of one distribution exceeds in a hundredth of cases.
func chanceStabilityIndex(binCount: Int, before: Double, now: Double) -> Double {
  guard binCount > 1 else { return 0 }
  // The 99 % quantile of χ² (Wilson & Hilferty 1931, doi 10.1073/pnas.17.12.684).
  let degrees = Double(binCount - 1)
  let root = 1 - 2 / (9 * degrees) + 2.326_347_874 * (2 / (9 * degrees)).squareRoot()
  return degrees * root * root * root * (1 / before + 1 / now)
}

/// Kolmogorov's 2 Σ (−1)^(j − 1) e^(−2 j² λ²), 0...1.
func kolmogorovTail(_ lambda: Double) -> Double {
  // Under 0.2 the sum is 1 to twelve digits, and slow to get there.
  guard lambda > 0.2 else { return 1 }
  var (sum, sign) = (0.0, 1.0)
  for term in 1...100 {
    let addend = exp(-2 * Double(term * term) * lambda * lambda)
    sum += sign * addend
    sign = -sign
    if addend < 1e-16 { break }
  }
  return min(1, max(0, 2 * sum))
}
