import Clustering
public import LinearAlgebra
public import Membership
import Models

/// How the learned segments of one model and the written segments of a project compare.
///
/// Written segments are rules and lists together. They need not be a partition: members may be in
/// none or in several.
public struct SegmentComparison: Sendable, Hashable {
  /// A learned and a written segment side by side.
  public struct Match: Sendable, Hashable {
    /// The learned segment's id.
    public let learned: String
    /// The written segment's id.
    public let written: String
    /// The number of members in both.
    public let both: Int
    /// The part of the written segment's members that are in the learned one; nil where the written
    /// one is empty.
    public let precision: Double?
    /// The part of the learned segment's members that are in the written one; nil where the learned
    /// one is empty.
    public let recall: Double?
    /// Members in both by members in either (Jaccard 1901); nil where both are empty.
    public let jaccard: Double?
    /// How many times likelier a member of the learned segment is in the written one than any member;
    /// nil where either is empty.
    public let lift: Double?
    /// Between which bounds the four lie for 95 % of the draws of members.
    public internal(set) var intervals = Intervals()
    /// The ids of the members in both whom the model is surest of, at most ``exampleLimit``.
    public internal(set) var examples: [String] = []
  }

  /// Intervals of 95 %: percentiles over draws of as many members with replacement (Efron 1979, doi
  /// 10.1214/aos/1176344552); nil where fewer than half of the draws have the number.
  public struct Intervals: Sendable, Hashable {
    /// Of precision.
    public internal(set) var precision: ClosedRange<Double>?
    /// Of recall.
    public internal(set) var recall: ClosedRange<Double>?
    /// Of the Jaccard index.
    public internal(set) var jaccard: ClosedRange<Double>?
    /// Of lift.
    public internal(set) var lift: ClosedRange<Double>?
  }

  /// A segment's id and size.
  public struct Size: Sendable, Hashable {
    /// The segment's id.
    public let id: String
    /// The number of its members.
    public let count: Int
  }

  /// Members whom the same several written segments claim.
  public struct Overlap: Sendable, Hashable {
    /// The written segments' ids, in the order of the file.
    public let segments: [String]
    /// The number of members.
    public let count: Int
    /// The ids of the first few of them, at most ``exampleLimit``.
    public let examples: [String]
  }

  /// The number of examples that are named.
  public static let exampleLimit = 5
  /// The number of draws that intervals are from.
  public static let replicateCount = 200

  /// The model's name.
  public let model: String
  /// The number of members.
  public let memberCount: Int
  /// The learned segments, by label.
  public let learned: [Size]
  /// The written segments, in the order of the file, then lists, then states as `MACHINE=STATE`.
  public let written: [Size]
  /// The number of the table's members whom the model is not about, and who are left out.
  public let outsideCount: Int
  /// Every learned segment with every written one, learned by learned.
  public let matches: [Match]
  /// The number of members whom no rule or list claims.
  public let uncoveredCount: Int
  /// The ids of the first few of them.
  public let uncoveredExamples: [String]
  /// The number of uncovered members in each learned segment, by label.
  public let uncoveredByLearned: [Int]
  /// The number of members in two written segments or more.
  public let overclaimedCount: Int
  /// The commonest sets of written segments that share members, at most ten.
  public let overlaps: [Overlap]
  /// How far the two divisions agree as a whole.
  public let agreement: DivisionAgreement
  /// Between which bounds the adjusted Rand index lies for 95 % of the draws.
  public let adjustedRandInterval: ClosedRange<Double>?

  /// The adjusted Rand index of the two partitions of ``agreement``.
  public var adjustedRand: Double? { agreement.adjustedRand }
  /// Their adjusted mutual information, arithmetic mean.
  public var adjustedMutualInformation: Double? { agreement.adjustedMutualInformation }

  /// Compares the segments of one of a table's models with its written segments.
  ///
  /// - Parameters:
  ///   - table: Members with learned labels and written segments; those whom the model is not about are
  ///     left out, of written segments, too.
  ///   - model: The model.
  ///   - seed: The seed of the draws that intervals are from.
  ///   - threadCount: How many threads work at once; the result does not depend on it.
  /// - Precondition: the table has labels of this model.
  /// - Complexity: O(members × draws + written memberships + learned × written × draws).
  public init(
    _ table: MembershipTable, model: NamedModel, seed: UInt64 = 0,
    threadCount: Int = availableProcessorCount
  ) {
    guard let all = table.labels[model.name] else {
      preconditionFailure("the table has no labels of \(model.name)")
    }
    let table = table.restricted(to: all.map { $0 != nil })
    outsideCount = all.count - table.memberIDs.count
    let labels = all.compactMap { $0 }
    let segments = model.model.segments
    let total = table.memberIDs.count
    let segmentsAndStates = table.writtenAndStates
    let claiming = segmentsAndStates.map(\.isClaim)
    var learnedCounts = [Int](repeating: 0, count: segments.count)
    for label in labels { learnedCounts[label.segment] += 1 }

    var claims = [[Int]](repeating: [], count: total)
    var both = [[Int]](
      repeating: [Int](repeating: 0, count: segmentsAndStates.count), count: segments.count)
    for (position, segment) in segmentsAndStates.enumerated() {
      for member in segment.members {
        claims[member].append(position)
        both[labels[member].segment][position] += 1
      }
    }
    self.model = model.name
    memberCount = total
    learned = zip(segments, learnedCounts).map { Size(id: $0.id, count: $1) }
    written = segmentsAndStates.map { Size(id: $0.title, count: $0.members.count) }
    let patterns = ClaimPatterns(
      labels: labels.map(\.segment), claims: claims, learnedCount: segments.count,
      writtenCount: segmentsAndStates.count, claiming: claiming)
    let draws = patterns.draws(
      count: Self.replicateCount, seed: seed, threadCount: threadCount)
    let examples = Self.examples(table, labels, learnedCount: segments.count)
    matches = segments.indices.flatMap { label in
      segmentsAndStates.indices.map { position in
        var match = Match(
          learned: segments[label].id, written: segmentsAndStates[position].title,
          both: both[label][position], learnedCount: learnedCounts[label],
          writtenCount: segmentsAndStates[position].members.count, memberCount: total)
        match.intervals = draws.intervals(
          learned: label, written: position, memberCount: total)
        match.examples = examples[label][position].map { table.memberIDs[$0] }
        return match
      }
    }
    claims = claims.map { $0.filter { claiming[$0] } }
    let uncovered = claims.indices.filter { claims[$0].isEmpty }
    uncoveredCount = uncovered.count
    uncoveredExamples = uncovered.prefix(Self.exampleLimit).map { table.memberIDs[$0] }
    var uncoveredByLearned = [Int](repeating: 0, count: segments.count)
    for member in uncovered { uncoveredByLearned[labels[member].segment] += 1 }
    self.uncoveredByLearned = uncoveredByLearned
    overclaimedCount = claims.count { $0.count > 1 }
    overlaps = Self.overlaps(claims, of: table)
    agreement = DivisionAgreement(
      patterns.patterns.map { ($0.first, $0.second.filter { claiming[$0] }, $0.count) })
    adjustedRandInterval = draws.adjustedRandInterval
  }

  /// For each pair of segments, the members of both with the highest confidence, the first of equals.
  private static func examples(
    _ table: MembershipTable, _ labels: [ModelLabel], learnedCount: Int
  ) -> [[[Int]]] {
    var examples = [[[Int]]](
      repeating: [[Int]](repeating: [], count: table.writtenAndStates.count), count: learnedCount)
    for (position, segment) in table.writtenAndStates.enumerated() {
      for member in segment.members {
        let label = labels[member].segment
        let place = examples[label][position].firstIndex {
          labels[$0].confidence < labels[member].confidence
        }
        examples[label][position].insert(
          member, at: place ?? examples[label][position].count)
        if examples[label][position].count > exampleLimit { examples[label][position].removeLast() }
      }
    }
    return examples
  }

  /// The written segments that share members with a learned one, by falling Jaccard index; equals in
  /// the order of the file.
  public func matches(ofLearned id: String) -> [Match] {
    let shared = matches.filter { $0.learned == id && $0.both > 0 }
    return shared.indices.sorted { left, right in
      let (first, second) = (shared[left].jaccard ?? 0, shared[right].jaccard ?? 0)
      return first != second ? first > second : left < right
    }.map { shared[$0] }
  }

  /// The written segment with the highest Jaccard index with a learned one, the first one of equals;
  /// nil where none shares a member.
  public func bestMatch(ofLearned id: String) -> Match? { matches(ofLearned: id).first }

  private static func overlaps(_ claims: [[Int]], of table: MembershipTable) -> [Overlap] {
    var members: [[Int]: (count: Int, first: [Int])] = [:]
    for (member, claim) in claims.enumerated() where claim.count > 1 {
      var known = members[claim] ?? (0, [])
      known.count += 1
      if known.first.count < exampleLimit { known.first.append(member) }
      members[claim] = known
    }
    let ranked = members.sorted { left, right in
      left.value.count != right.value.count
        ? left.value.count > right.value.count
        : left.key.lexicographicallyPrecedes(right.key)
    }
    return ranked.prefix(10).map { positions, found in
      Overlap(
        segments: positions.map { table.writtenAndStates[$0].title }, count: found.count,
        examples: found.first.map { table.memberIDs[$0] })
    }
  }
}

extension SegmentComparison.Match {
  init(
    learned: String, written: String, both: Int, learnedCount: Int, writtenCount: Int,
    memberCount: Int
  ) {
    func ratio(_ part: Double, _ whole: Double) -> Double? { whole > 0 ? part / whole : nil }
    let (shared, inLearned) = (Double(both), Double(learnedCount))
    let inWritten = Double(writtenCount)
    self.learned = learned
    self.written = written
    self.both = both
    precision = ratio(shared, inWritten)
    recall = ratio(shared, inLearned)
    jaccard = ratio(shared, inLearned + inWritten - shared)
    lift = ratio(shared * Double(memberCount), inLearned * inWritten)
  }
}
