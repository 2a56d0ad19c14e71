public import Engagement

/// Something that a segment's name or sentence says of its members, in words and as conditions that can
/// be checked member by member.
///
/// A claim is used only where it is true of at least ``leastInsideShare`` of the segment's training
/// members and of at most ``mostOutsideRatio`` times that share of all others; plain numbers, which
/// stand where nothing sets a segment apart, need the first only.
public struct SegmentClaim: Sendable, Hashable {
  /// Bounds on a feature, or on the difference of two; false of a member for whom one is absent.
  public struct Condition: Sendable, Hashable {
    /// The feature that is compared.
    public let feature: FeatureDefinition
    /// What is subtracted from it first, if anything.
    public let minus: FeatureDefinition?
    /// The least number for which it is true.
    public let lowerBound: Double
    /// The least number above for which it is false; infinite where there is no such bound.
    public let upperBound: Double

    /// Makes a condition that holds in lowerBound..<upperBound.
    ///
    /// - Precondition: the lower bound is less than the upper one.
    public init(
      _ feature: FeatureDefinition, minus: FeatureDefinition? = nil,
      atLeast lowerBound: Double = -.infinity, below upperBound: Double = .infinity
    ) {
      precondition(lowerBound < upperBound, "bounds in order")
      self.feature = feature
      self.minus = minus
      self.lowerBound = lowerBound
      self.upperBound = upperBound
    }

    /// Whether it is true of a number; never of NaN.
    func isTrue(of number: Double) -> Bool { number >= lowerBound && number < upperBound }
  }

  /// The least part of a segment that a claim is true of.
  public static let leastInsideShare = 2.0 / 3
  /// The most that the share of the others may be of the segment's share.
  public static let mostOutsideRatio = 0.5
  /// Sentences say the share of the segment where it is under this.
  public static let plainShare = 0.9

  /// The claim in words, such as `last active 90 or more days ago`.
  public let text: String
  /// What must all be true of a member.
  public let conditions: [Condition]
  /// Whether the segment's name says it.
  public internal(set) var isInName: Bool
  /// Whether it is one of the plain numbers that stand where nothing sets the segment apart: it may be as
  /// true of others.
  public let isPlain: Bool
  /// The part of the segment's training members that it is true of, 0...1.
  public internal(set) var insideShare: Double
  /// The part of all other training members that it is true of, 0...1; 0 where there are none.
  public internal(set) var outsideShare: Double

  /// Makes a claim.
  ///
  /// - Precondition: there is a condition.
  public init(
    text: String, conditions: [Condition], isInName: Bool = false, isPlain: Bool = false,
    insideShare: Double, outsideShare: Double
  ) {
    precondition(!conditions.isEmpty, "a claim has a condition")
    self.text = text
    self.conditions = conditions
    self.isInName = isInName
    self.isPlain = isPlain
    self.insideShare = insideShare
    self.outsideShare = outsideShare
  }

  /// The claim as a sentence has it, with the segment's share where that is wanted, and the others'.
  func sentence(sayingShare: Bool) -> String {
    var shares: [String] = []
    if sayingShare { shares.append(percentage(insideShare)) }
    if outsideShare > 0 { shares.append("others: \(percentage(outsideShare))") }
    return shares.isEmpty ? text : "\(text) (\(shares.joined(separator: "; ")))"
  }

  /// Whether it is true, row by row of a table; nil where the table lacks a feature.
  func truths(in table: FeatureTable) -> [Bool]? {
    var truths = [Bool](repeating: true, count: table.memberIDs.count)
    for condition in conditions {
      let quantity = ClaimColumns.Quantity(feature: condition.feature, minus: condition.minus)
      guard let numbers = ClaimColumns.numbers(quantity, of: table) else { return nil }
      for (row, number) in numbers.enumerated() where !condition.isTrue(of: number) {
        truths[row] = false
      }
    }
    return truths
  }

  /// What it tells of.
  var kinds: Set<FeatureDefinition.Kind> {
    Set(conditions.map { $0.minus == nil ? $0.feature.kind : .age })
  }
}

/// A share in whole percent; what is more than nothing is never said to be none.
private func percentage(_ share: Double) -> String {
  if share > 0, share < 0.01 { return "under 1 %" }
  if share < 1, share > 0.99 { return "over 99 %" }
  return "\(Int((100 * share).rounded())) %"
}

/// The numbers of members that claims are about, a column for each.
struct ClaimColumns {
  /// A feature, or the difference of two.
  struct Quantity: Hashable {
    let feature: FeatureDefinition
    var minus: FeatureDefinition?
  }

  /// What there are columns for, in order.
  let quantities: [Quantity]
  private let columns: [[Double]]
  /// The number of members.
  let memberCount: Int

  /// Takes the columns of some features, and how long members took part where that is not one of them:
  /// from joining to the last event.
  ///
  /// - Precondition: the table has the features.
  init(_ features: [FeatureDefinition], of table: FeatureTable) {
    var quantities = features.map { Quantity(feature: $0) }
    if features.contains(.recencyDays), features.contains(.tenureDays),
      !features.contains(.lifespanDays)
    {
      quantities.append(Quantity(feature: .tenureDays, minus: .recencyDays))
    }
    self.quantities = quantities
    memberCount = table.memberIDs.count
    columns = quantities.map { Self.numbers($0, of: table) ?? [] }
  }

  /// The numbers of a quantity, member by member; nil where the table lacks a feature.
  static func numbers(_ quantity: Quantity, of table: FeatureTable) -> [Double]? {
    guard let values = table.column(quantity.feature) else { return nil }
    guard let minus = quantity.minus else { return values }
    return table.column(minus).map { zip(values, $0).map { $0 - $1 } }
  }

  /// The numbers of a quantity, member by member.
  subscript(position: Int) -> [Double] { columns[position] }

  /// Whether conditions are true, member by member.
  ///
  /// - Precondition: there is a column for each.
  func truths(_ conditions: [SegmentClaim.Condition]) -> [Bool] {
    var truths = [Bool](repeating: true, count: memberCount)
    for condition in conditions {
      let quantity = Quantity(feature: condition.feature, minus: condition.minus)
      guard let position = quantities.firstIndex(of: quantity) else {
        preconditionFailure("no column for a condition")
      }
      for (row, number) in columns[position].enumerated() where !condition.isTrue(of: number) {
        truths[row] = false
      }
    }
    return truths
  }
}
