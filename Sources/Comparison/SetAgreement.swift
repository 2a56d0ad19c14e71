/// How well one set of members reproduces another one.
public struct SetAgreement: Sendable, Hashable {
  /// Members of both.
  public let both: Int
  /// Members of the set alone.
  public let setOnly: Int
  /// Members of the target alone.
  public let targetOnly: Int
  /// Members of neither.
  public let neither: Int

  /// Makes an agreement from its counts.
  public init(both: Int, setOnly: Int, targetOnly: Int, neither: Int) {
    (self.both, self.setOnly, self.targetOnly) = (both, setOnly, targetOnly)
    self.neither = neither
  }

  /// Counts members, of whom two conditions are asked.
  init(_ members: some Sequence<Int>, set: (Int) -> Bool, target: (Int) -> Bool) {
    var (both, setOnly, targetOnly, neither) = (0, 0, 0, 0)
    for member in members {
      switch (set(member), target(member)) {
      case (true, true): both += 1
      case (true, false): setOnly += 1
      case (false, true): targetOnly += 1
      case (false, false): neither += 1
      }
    }
    self.init(both: both, setOnly: setOnly, targetOnly: targetOnly, neither: neither)
  }

  /// The part of the set's members who are in the target; nil for an empty set.
  public var precision: Double? { ratio(both, both + setOnly) }
  /// The part of the target's members who are in the set; nil for an empty target.
  public var recall: Double? { ratio(both, both + targetOnly) }
  /// The harmonic mean of precision and recall, 0 to 1; nil where both sets are empty.
  public var f1: Double? { ratio(2 * both, 2 * both + setOnly + targetOnly) }
  /// The members of both by those of either (Jaccard 1901); nil where both are empty.
  public var jaccard: Double? { ratio(both, both + setOnly + targetOnly) }
  /// The part of all members of whom both say the same; nil without members.
  public var fidelity: Double? {
    ratio(both + neither, both + neither + setOnly + targetOnly)
  }

  private func ratio(_ part: Int, _ whole: Int) -> Double? {
    whole > 0 ? Double(part) / Double(whole) : nil
  }
}
