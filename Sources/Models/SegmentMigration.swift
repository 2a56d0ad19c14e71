public import Clustering

/// How the members of a community move when a model takes an earlier one's place: both models' labels
/// of the same members at the same time, so that only the models differ.
public struct SegmentMigration: Sendable, Hashable {
  /// The earlier model's ids, by label.
  public let previousIDs: [String]
  /// The new model's ids, by label.
  public let ids: [String]
  /// Members by earlier label (outer) and new label (inner).
  public let counts: [[Int]]
  /// For each new label, those of its members who joined since the earlier model was trained, and whom it
  /// therefore has never seen.
  public let joinedCounts: [Int]
  /// The adjusted Rand index of the two labelings, -0.5...1; nil without members.
  public let adjustedRand: Double?

  /// Counts who moves where.
  ///
  /// - Parameters:
  ///   - previousIDs: the earlier model's ids, by label.
  ///   - previousLabels: the earlier model's label of each member.
  ///   - ids: the new model's ids, by label.
  ///   - labels: the new model's label of the same members.
  ///   - haveJoined: which of them joined since the earlier model was trained.
  /// - Precondition: there is a label of each model, and whether they joined, for every member.
  /// - Throws: `ClusteringError`.
  /// - Complexity: O(members).
  public init(
    previousIDs: [String], previousLabels: [Int], ids: [String], labels: [Int], haveJoined: [Bool]
  ) throws(ClusteringError) {
    precondition(
      labels.count == previousLabels.count && labels.count == haveJoined.count,
      "both label the same members")
    var counts = [[Int]](
      repeating: [Int](repeating: 0, count: ids.count), count: previousIDs.count)
    var joined = [Int](repeating: 0, count: ids.count)
    for row in labels.indices {
      counts[previousLabels[row]][labels[row]] += 1
      if haveJoined[row] { joined[labels[row]] += 1 }
    }
    self.previousIDs = previousIDs
    self.ids = ids
    self.counts = counts
    joinedCounts = joined
    adjustedRand = labels.isEmpty ? nil : try ContingencyTable(previousLabels, labels).adjustedRand
  }

  /// The number of members.
  public var memberCount: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

  /// The number of members whose segment has the same id in both models.
  public var stayingCount: Int {
    var count = 0
    for (old, oldID) in previousIDs.enumerated() {
      for (new, id) in ids.enumerated() where id == oldID { count += counts[old][new] }
    }
    return count
  }

  /// The part of the members whose segment has the same id in both models, 0...1; nil without members.
  public var stayingShare: Double? {
    memberCount > 0 ? Double(stayingCount) / Double(memberCount) : nil
  }

  /// The Jaccard index of an earlier and a new segment: of the members of either, the part of those in
  /// both, 0...1.
  public func jaccard(previous: Int, new: Int) -> Double {
    let both = counts[previous][new]
    let either = counts[previous].reduce(0, +) + counts.reduce(0) { $0 + $1[new] } - both
    return either > 0 ? Double(both) / Double(either) : 0
  }

  /// The earlier segment most like a new one, ties to the first; nil where none shares a member.
  public func bestMatch(of new: Int) -> (previous: Int, jaccard: Double)? {
    let best = previousIDs.indices.map { ($0, jaccard(previous: $0, new: new)) }
      .max { $0.1 < $1.1 || ($0.1 == $1.1 && $0.0 > $1.0) }
    return best.flatMap { $0.1 > 0 ? (previous: $0.0, jaccard: $0.1) : nil }
  }
}
