/// Pairs of rows, counted in both orders, by whether each labeling puts them together.
public struct PairConfusion: Sendable, Hashable {
  /// Apart in both labelings.
  public let apartInBoth: Int
  /// Together in the second labeling only.
  public let togetherInSecondOnly: Int
  /// Together in the first labeling only.
  public let togetherInFirstOnly: Int
  /// Together in both labelings.
  public let togetherInBoth: Int
}

/// Indices that count pairs of rows; nil for tables of no rows.
///
/// Counts are exact whole numbers: products of two are taken in 128 bits, which hold for n up to
/// 3e9.
extension ContingencyTable {
  /// Ordered pairs of different rows, n(n - 1) in all.
  public var pairConfusion: PairConfusion {
    let together = cells.reduce(0) { $0 + $1.count * $1.count }
    let first = rowSums.reduce(0) { $0 + $1 * $1 }
    let second = columnSums.reduce(0) { $0 + $1 * $1 }
    return PairConfusion(
      apartInBoth: count * count - first - second + together,
      togetherInSecondOnly: second - together, togetherInFirstOnly: first - together,
      togetherInBoth: together - count)
  }

  /// The Rand index (1971, doi 10.1080/01621459.1971.10482356): the share of pairs that both
  /// labelings treat alike, 0...1; 1 for a single row.
  public var rand: Double? {
    guard count > 0 else { return nil }
    let pairs = pairConfusion
    guard count > 1 else { return 1 }
    return Double(pairs.apartInBoth + pairs.togetherInBoth) / Double(count * (count - 1))
  }

  /// The Rand index corrected for chance (Hubert & Arabie 1985, doi 10.1007/BF01908075), -0.5...1.
  ///
  /// 1 for equal partitions, near 0 for unrelated ones; 1 too where both are trivial in the same
  /// way.
  public var adjustedRand: Double? {
    guard count > 0 else { return nil }
    let pairs = pairConfusion
    let apart = Int128(pairs.apartInBoth)
    let together = Int128(pairs.togetherInBoth)
    let firstOnly = Int128(pairs.togetherInFirstOnly)
    let secondOnly = Int128(pairs.togetherInSecondOnly)
    guard firstOnly != 0 || secondOnly != 0 else { return 1 }
    let agreement = together * apart - firstOnly * secondOnly
    let first = (together + firstOnly) * (firstOnly + apart)
    let second = (together + secondOnly) * (secondOnly + apart)
    return 2 * Double(agreement) / (Double(first) + Double(second))
  }

  /// The Fowlkes–Mallows index (1983, doi 10.1080/01621459.1983.10478008), 0...1: the geometric
  /// mean of pairwise precision and recall; 0 where no pair is together in both.
  public var fowlkesMallows: Double? {
    guard count > 0 else { return nil }
    let pairs = pairConfusion
    let together = Double(pairs.togetherInBoth)
    guard together > 0 else { return 0 }
    let precision = together / (together + Double(pairs.togetherInSecondOnly))
    let recall = together / (together + Double(pairs.togetherInFirstOnly))
    return precision.squareRoot() * recall.squareRoot()
  }
}
