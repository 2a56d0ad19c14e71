import Engagement
import Foundation

/// The numbers at which claims about a feature may begin and end: round ones, as people say them.
///
/// Intervals are half-open. The edge ``aboveZero`` divides nothing from something: below it lies what is
/// 0 or less.
enum ClaimEdges {
  /// The least number above 0.
  static let aboveZero = Double.leastNonzeroMagnitude

  /// Days in a year, as claims say it.
  static let daysInYear = 365.0

  /// Round edges, ascending: those between the least and the greatest number, and one beyond each.
  static func round(_ quantity: ClaimColumns.Quantity, in numbers: ClosedRange<Double>) -> [Double]
  {
    let edges: [Double] =
      switch quantity.feature.unit {
      case .days: durations
      case .count: [aboveZero] + counts
      case .perDay: rates
      case .doublings: ratios.map { log2($0) }
      case .share: [aboveZero] + (1...10).map { Double($0) / 10 }
      case .nats: [aboveZero] + effectiveNumbers.map { log($0) }
      case .other: [aboveZero] + series(from: numbers)
      }
    let below = edges.last { $0 <= numbers.lowerBound }
    let above = edges.first { $0 > numbers.upperBound }
    return [below].compactMap { $0 }
      + edges.filter { $0 > numbers.lowerBound && $0 <= numbers.upperBound }
      + [above].compactMap { $0 }
  }

  /// Edges between the quantiles of the numbers themselves, of two digits in the unit in which they are said.
  ///
  /// They are for segments that round edges do not tell apart. Rates and ratios have none: nobody thinks
  /// in exact ones.
  static func fine(_ quantity: ClaimColumns.Quantity, ofSorted numbers: [Double]) -> [Double] {
    guard !numbers.isEmpty else { return [] }
    let quantiles = (1..<40).map { numbers[$0 * (numbers.count - 1) / 40] }
    return quantiles.compactMap { number -> Double? in
      switch quantity.feature.unit {
      case .days:
        number < 2 * daysInYear
          ? (number < 1 ? nil : twoDigits(number).rounded())
          : (2 * number / daysInYear).rounded() / 2 * daysInYear
      case .count: number.rounded()
      case .share: (number * 20).rounded() / 20
      case .perDay, .doublings, .nats: nil
      case .other: twoDigits(number)
      }
    }
  }

  private static let durations =
    [1, 2, 3, 7, 14, 21, 30, 45, 60, 90, 120, 180, 270]
    + [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30].map { $0 * daysInYear }

  private static let counts: [Double] =
    [1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 20, 24, 25, 30, 40, 50, 54, 60, 80]
    + (2...12).flatMap { exponent in [1, 1.5, 2, 3, 5].map { $0 * pow(10, Double(exponent)) } }

  private static let rates: [Double] =
    [1, 2, 3, 5, 10, 20, 30].map { $0 / daysInYear } + [1, 2, 3, 5].map { $0 / 7 }
    + (0...9).flatMap { exponent in [1, 2, 3, 5].map { $0 * pow(10, Double(exponent)) } }

  private static let ratios = [1 / 8.0, 1 / 4.0, 1 / 2.0, 2 / 3.0, 1.5, 2, 4, 8]

  private static let effectiveNumbers = [2.0, 3, 4, 6, 8]

  /// 1, 2, 3 and 5 times powers of ten, as large as the numbers, and below 0, too.
  private static func series(from numbers: ClosedRange<Double>) -> [Double] {
    let size = max(abs(numbers.lowerBound), abs(numbers.upperBound))
    guard size > 0, size.isFinite else { return [] }
    let exponent = Int(log10(size).rounded(.down))
    var sizes: [Double] = []
    for exponent in exponent - 4...exponent {
      // Of whole powers, so that 0.3 is the number that is written so.
      let power = pow(10, Double(abs(exponent)))
      for digit in [1.0, 2, 3, 5] { sizes.append(exponent < 0 ? digit / power : digit * power) }
    }
    return sizes.reversed().map { -$0 } + sizes
  }

  /// The nearest number of two decimal digits.
  static func twoDigits(_ number: Double) -> Double {
    Double(String(format: "%.1e", number)) ?? number
  }
}

extension FeatureDefinition {
  /// In what a feature's numbers are said.
  enum Unit {
    case days, count, perDay, doublings, share, nats, other
  }

  var unit: Unit {
    switch self {
    case .recencyDays, .tenureDays, .lifespanDays, .medianGapDays: .days
    case .eventCount, .activeDays, .activeWeeks, .streakWeeks, .distinctValues: .count
    case .frequency, .impactRate, .receivedImpactRate: .perDay
    case .velocity: .doublings
    case .share, .propertyShare: .share
    case .typeEntropy: .nats
    case .acceleration, .trend, .impact, .burstiness, .valueSum, .valueMean, .attribute: .other
    }
  }
}
