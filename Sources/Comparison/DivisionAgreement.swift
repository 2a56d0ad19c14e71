import Clustering

/// How far two divisions of the same members agree as a whole.
///
/// The first is a partition or a cover; so is the second. Where a cover is asked for a partition, a member
/// belongs to the first segment, in order, that claims it, and those in none are one class.
public struct DivisionAgreement: Sendable, Hashable {
  /// The adjusted Rand index of the partitions (Hubert & Arabie 1985), at most 1; 0 for chance.
  public let adjustedRand: Double?
  /// Their adjusted mutual information (Vinh, Epps & Bailey 2010), arithmetic mean, at most 1.
  public let adjustedMutualInformation: Double?
  /// Their normalized mutual information, arithmetic mean: the V-measure, 0 to 1.
  public let normalizedMutualInformation: Double?
  /// The part of the first one's entropy that the second explains, 0 to 1.
  public let homogeneity: Double?
  /// The part of the second one's entropy that the first explains, 0 to 1.
  public let completeness: Double?
  /// The Fowlkes–Mallows index of the partitions, 0 to 1.
  public let fowlkesMallows: Double?
  /// The part of the members who are in the commonest first segment of their second one, 0 to 1.
  public let purity: Double?
  /// The part of the members named right when each second segment is named after one first segment, and
  /// no two after the same, 0 to 1.
  public let matchedAccuracy: Double?
  /// The omega index of the covers (Collins & Dent 1988), at most 1; 0 for chance.
  public let omega: Double?
  /// The extended BCubed precision of the second cover (Amigó and others 2009), 0 to 1.
  public let precision: Double?
  /// Its extended BCubed recall, 0 to 1.
  public let recall: Double?
  /// The harmonic mean of the two, 0 to 1.
  public let fMeasure: Double?

  /// Compares two divisions, given as the segments of each side, in order, with the number of members who
  /// are in just these.
  ///
  /// - Complexity: O(p²) for p different patterns.
  public init(_ patterns: [(first: [Int], second: [Int], count: Int)]) {
    let cover = CoverAgreement(
      patterns.map {
        CoverAgreement.Pattern(first: $0.first, second: $0.second, count: $0.count)
      })
    omega = cover.omega
    (precision, recall, fMeasure) = (cover.precision, cover.recall, cover.fMeasure)
    let table = Self.table(patterns)
    adjustedRand = table?.adjustedRand
    adjustedMutualInformation = table?.adjustedMutualInformation
    normalizedMutualInformation = table?.normalizedMutualInformation
    homogeneity = table?.homogeneity
    completeness = table?.completeness
    fowlkesMallows = table?.fowlkesMallows
    purity = table?.purity
    matchedAccuracy = table?.matchedAccuracy
  }

  /// Compares two covers of the same members, given as the segments of each.
  public init(_ first: [[Int]], _ second: [[Int]]) {
    precondition(first.count == second.count, "both divide the same members")
    var counts: [[[Int]]: Int] = [:]
    for (first, second) in zip(first, second) { counts[[first, second], default: 0] += 1 }
    self.init(counts.map { (first: $0.key[0], second: $0.key[1], count: $0.value) })
  }

  private static func table(
    _ patterns: [(first: [Int], second: [Int], count: Int)]
  ) -> ContingencyTable? {
    // The contingency table counts rows itself.
    var (first, second): ([Int], [Int]) = ([], [])
    for pattern in patterns {
      first += repeatElement(pattern.first.first ?? -1, count: pattern.count)
      second += repeatElement(pattern.second.first ?? -1, count: pattern.count)
    }
    return try? ContingencyTable(first, second)
  }
}
