public import Engagement

/// Whether a claim is still true of a segment, among members that were labelled with a model.
public struct ClaimCheck: Sendable, Hashable {
  /// The segment's position in ``SegmentModel/segments``.
  public let segment: Int
  /// The claim, with the shares of the training members.
  public let claim: SegmentClaim
  /// The number of members that are labelled with the segment, at least one.
  public let memberCount: Int
  /// The rows of those whom the claim is true of, ascending.
  public let trueRows: [Int]

  /// The part of the members that the claim is true of, 0...1.
  public var share: Double { Double(trueRows.count) / Double(memberCount) }

  /// False where it is true of fewer than ``SegmentClaim/leastInsideShare`` of the members.
  public var isTrue: Bool { share >= SegmentClaim.leastInsideShare - 1e-9 }

  /// The check among some of the members.
  ///
  /// - Parameters:
  ///   - places: for each row its new row, nil for those that are left out.
  ///   - memberCount: how many of those that are left are labelled with the segment.
  /// - Returns: the check; nil where none of them is labelled with the segment.
  public func restricted(to places: [Int?], memberCount: Int) -> ClaimCheck? {
    memberCount == 0
      ? nil
      : ClaimCheck(
        segment: segment, claim: claim, memberCount: memberCount,
        trueRows: trueRows.compactMap { places[$0] })
  }
}

extension SegmentModel {
  /// Checks what the segments' names and sentences claim on members that were labelled with the model.
  ///
  /// - Parameters:
  ///   - table: rows with all of ``inputs``.
  ///   - labels: for each row the position of its segment, or nil where it has none.
  /// - Returns: a check for each claim of each segment that somebody is in, in order; none for models of
  ///   formats 1 and 2, which do not keep their claims.
  /// - Precondition: there is a label for each row.
  /// - Complexity: O(members × claims).
  public func claimChecks(_ table: FeatureTable, labels: [Int?]) -> [ClaimCheck] {
    precondition(labels.count == table.memberIDs.count, "a label for each row")
    var members = [[Int]](repeating: [], count: segments.count)
    for (row, label) in labels.enumerated() {
      if let label { members[label].append(row) }
    }
    return segments.enumerated().flatMap { position, segment in
      segment.claims.compactMap { claim -> ClaimCheck? in
        let rows = members[position]
        guard !rows.isEmpty, let truths = claim.truths(in: table) else { return nil }
        return ClaimCheck(
          segment: position, claim: claim, memberCount: rows.count,
          trueRows: rows.filter { truths[$0] })
      }
    }
  }
}
