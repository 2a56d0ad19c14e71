import LinearAlgebra

/// What the values of one feature look like over all members.
public struct ColumnProfile: Sendable, Hashable {
  /// How the values that are there lie.
  public struct Distribution: Sendable, Hashable {
    /// The least value.
    public let minimum: Double
    /// The greatest value.
    public let maximum: Double
    /// The arithmetic mean.
    public let mean: Double
    /// The adjusted Fisher-Pearson coefficient of skewness G₁; nil under three values or where all are equal.
    ///
    /// G₁ = √(n(n−1)) / (n−2) · m₃ / m₂^(3/2), where mᵢ is the mean i-th power of the difference to the
    /// mean (Joanes & Gill 1998, doi 10.1111/1467-9884.00122). Positive where the long tail is at large
    /// values.
    public let skew: Double?
    /// The quantiles at ``ColumnProfile/probabilities``, linear between neighbouring values: type 7 of
    /// Hyndman & Fan 1996, doi 10.2307/2684934.
    public let quantiles: [Double]
    /// How many different values there are; 0 and −0 are the same.
    public let distinctCount: Int
    /// How many values are 0.
    public let zeroCount: Int
    /// How many values lie in each of ``ColumnProfile/binCount`` bins of equal width from minimum to
    /// maximum, each without its upper end but for the last; one bin where all values are equal.
    public let histogram: [Int]
  }

  /// Where quantiles are taken.
  public static let probabilities = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
  /// The number of bins of a histogram.
  public static let binCount = 20

  /// The number of members, those without a value included.
  public let memberCount: Int
  /// The number of members without a value.
  public let missingCount: Int
  /// How the values lie; nil where every member lacks one.
  public let distribution: Distribution?

  /// The part of the members without a value, from 0 to 1; 0 where there are no members.
  public var missingShare: Double {
    memberCount == 0 ? 0 : Double(missingCount) / Double(memberCount)
  }

  /// Looks at the values of all members; NaN, or any other value that is not finite, is a missing one.
  ///
  /// - Complexity: O(n log n) for n members.
  public init(of values: some Collection<Double>) {
    let sorted = values.filter(\.isFinite).sorted()
    memberCount = values.count
    missingCount = values.count - sorted.count
    distribution = Distribution(ofSorted: sorted)
  }
}

extension ColumnProfile.Distribution {
  init?(ofSorted values: [Double]) {
    guard let minimum = values.first, let maximum = values.last else { return nil }
    self.minimum = minimum
    self.maximum = maximum
    // Powers of two divide without rounding; no sum or power below can overflow then.
    let largest = max(abs(minimum), abs(maximum))
    let scale = largest > 0 ? Double(sign: .plus, exponent: largest.exponent, significand: 1) : 1
    let mean = values.reduce(0) { $0 + $1 / scale } / Double(values.count)
    self.mean = minimum == maximum ? minimum : mean * scale
    skew = minimum == maximum ? nil : Self.skew(of: values, scale: scale, mean: mean)
    quantiles = ColumnProfile.probabilities.map { quantile($0, ofSorted: values) }
    distinctCount = 1 + zip(values, values.dropFirst()).count { $0 != $1 }
    zeroCount = values.count { $0 == 0 }
    histogram = Self.histogram(of: values, from: minimum, to: maximum)
  }

  private static func skew(of values: [Double], scale: Double, mean: Double) -> Double? {
    guard values.count >= 3, let first = values.first, let last = values.last else { return nil }
    // In units of the largest difference, so that small ones are not lost beside a large mean.
    let unit = max(abs(first / scale - mean), abs(last / scale - mean))
    guard unit > 0 else { return nil }
    var (squares, cubes) = (0.0, 0.0)
    for value in values {
      let difference = (value / scale - mean) / unit
      squares += difference * difference
      cubes += difference * difference * difference
    }
    let n = Double(values.count)
    let (m2, m3) = (squares / n, cubes / n)
    return (n * (n - 1)).squareRoot() / (n - 2) * m3 / (m2 * m2.squareRoot())
  }

  private static func histogram(
    of values: [Double], from minimum: Double, to maximum: Double
  ) -> [Int] {
    guard minimum < maximum else { return [values.count] }
    var counts = [Int](repeating: 0, count: ColumnProfile.binCount)
    // Halves, since the difference of two large numbers may overflow.
    let width = maximum / 2 - minimum / 2
    for value in values {
      let part = (value / 2 - minimum / 2) / width
      let bin = Int(part * Double(ColumnProfile.binCount))
      counts[min(bin, ColumnProfile.binCount - 1)] += 1
    }
    return counts
  }
}

extension FeatureTable {
  /// What each feature's values look like, in the order of ``features``.
  public var profiles: [ColumnProfile] {
    features.indices.map { ColumnProfile(of: values.column($0)) }
  }
}
