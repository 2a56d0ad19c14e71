/// The numbers from a least to a greatest one, both in; there may be none.
///
/// All comparisons of one number together are such an interval.
struct Interval<Bound: Comparable & Hashable & Sendable & BitwiseCopyable>: BitwiseCopyable,
  Sendable
{
  private(set) var least: Bound
  private(set) var greatest: Bound
  private var isEmpty = false

  /// True for the numbers in it; never for NaN.
  func contains(_ value: Bound) -> Bool { !isEmpty && value >= least && value <= greatest }

  private mutating func keep(from low: Bound?, through high: Bound?) {
    guard let low, let high else {
      isEmpty = true
      return
    }
    least = max(least, low)
    greatest = min(greatest, high)
  }

  /// What comparisons hold for, of numbers from a least to a greatest one.
  ///
  /// - Parameters:
  ///   - comparisons: the comparisons, of which none is of NaN.
  ///   - least: the least number that there is.
  ///   - greatest: the greatest number that there is.
  ///   - next: the number that stands next above another one.
  ///   - previous: the number that stands next below another one.
  fileprivate init(
    of comparisons: [Comparison<Bound>], from least: Bound, through greatest: Bound,
    next: (Bound) -> Bound, previous: (Bound) -> Bound
  ) {
    (self.least, self.greatest) = (least, greatest)
    for comparison in comparisons {
      switch comparison {
      case .equal(let value): keep(from: value, through: value)
      case .greater(let value): keep(from: value < greatest ? next(value) : nil, through: greatest)
      case .atLeast(let value): keep(from: value, through: greatest)
      case .less(let value): keep(from: least, through: value > least ? previous(value) : nil)
      case .atMost(let value): keep(from: least, through: value)
      case .between(let low, let high): keep(from: low, through: high)
      }
    }
  }
}

extension Interval<Double> {
  /// What comparisons hold for.
  init(_ comparisons: [Comparison<Double>]) {
    self.init(
      of: comparisons, from: -.infinity, through: .infinity, next: \.nextUp, previous: \.nextDown)
  }
}

extension Interval<Int64> {
  /// What comparisons hold for.
  init(_ comparisons: [Comparison<Int64>]) {
    self.init(of: comparisons, from: .min, through: .max, next: { $0 + 1 }, previous: { $0 - 1 })
  }
}
