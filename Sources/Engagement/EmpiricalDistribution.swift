/// The distribution of a feature in a training community, kept as 257 quantile knots.
public struct EmpiricalDistribution: Sendable, Hashable {
  /// The number of knots, for the quantiles from 0/256 to 256/256.
  public static let knotCount = 257

  /// The quantiles, in ascending order.
  public let knots: [Double]

  /// Makes a distribution from stored knots, or nil where they are not 257 finite numbers in
  /// ascending order.
  public init?(knots: [Double]) {
    guard knots.count == Self.knotCount, knots.allSatisfy(\.isFinite),
      zip(knots, knots.dropFirst()).allSatisfy({ $0 <= $1 })
    else { return nil }
    self.knots = knots
  }

  /// The distribution of some values, or nil where none is finite; NaN is left out.
  ///
  /// Knot i is the quantile i/256, linear between neighbouring order statistics (type 7 of Hyndman &
  /// Fan 1996, doi 10.2307/2684934).
  ///
  /// - Complexity: O(n log n).
  public init?(of values: some Sequence<Double>) {
    let sorted = values.filter(\.isFinite).sorted()
    guard !sorted.isEmpty else { return nil }
    knots = (0..<Self.knotCount).map { knot in
      quantile(Double(knot) / Double(Self.knotCount - 1), ofSorted: sorted)
    }
  }

  /// F(x), from 0 to 1: the part of the community below x, half of those equal to it included.
  ///
  /// Between knots F is linear; where several knots are equal it is the middle of their ranks, so
  /// that a value shared by many gets their mid-rank. NaN gives NaN.
  ///
  /// - Complexity: O(log 257).
  public func fraction(below value: Double) -> Double {
    guard !value.isNaN else { return .nan }
    let last = Double(knots.count - 1)
    let firstNotBelow = partition { $0 >= value }
    let firstAbove = partition { $0 > value }
    if firstNotBelow < firstAbove {
      return Double(firstNotBelow + firstAbove - 1) / 2 / last
    }
    if firstNotBelow == 0 { return 0 }
    if firstNotBelow == knots.count { return 1 }
    let (low, high) = (knots[firstNotBelow - 1], knots[firstNotBelow])
    // Halves, since the difference of two large numbers may overflow.
    let part = (value / 2 - low / 2) / (high / 2 - low / 2)
    return (Double(firstNotBelow - 1) + part) / last
  }

  private func partition(_ holds: (Double) -> Bool) -> Int {
    var low = 0
    var high = knots.count
    while low < high {
      let middle = (low + high) / 2
      if holds(knots[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// The quantile of some values in ascending order, linear between neighbours.
func quantile(_ probability: Double, ofSorted values: [Double]) -> Double {
  let position = probability * Double(values.count - 1)
  let below = Int(position)
  guard below + 1 < values.count else { return values[values.count - 1] }
  // Halves, since the difference of two large numbers may overflow.
  let (low, high) = (values[below] / 2, values[below + 1] / 2)
  return 2 * (low + (position - Double(below)) * (high - low))
}
