public import Clustering
public import Engagement
import LinearAlgebra

/// How the segments of a model follow those of an earlier one.
public struct ModelSuccession: Sendable, Hashable {
  /// A segment that is called otherwise than it was.
  public struct Renaming: Sendable, Hashable {
    /// The segment's id.
    public let id: String
    /// The name that it had.
    public let previousName: String
    /// The name that it has.
    public let name: String
    /// What the earlier name claims and is no longer true, with the shares of today; empty where the earlier
    /// model does not say what its names claim, or this community's features cannot tell.
    public let untrueClaims: [SegmentClaim]
  }

  /// A segment follows one of an earlier model where their Jaccard index is at least this.
  ///
  /// Two segments of one size that share half of their members have an index of a third.
  public static let leastJaccard = 1.0 / 3

  /// The model with the ids and names that it takes over.
  public let model: SegmentModel
  /// The ids that were taken over.
  public let kept: [String]
  /// The ids that are new.
  public let new: [String]
  /// The earlier model's ids that no segment took over.
  public let vanished: [String]
  /// Segments whose names are no longer true.
  public let renamings: [Renaming]
  /// Who moves where.
  public let migration: SegmentMigration

  /// Gives the segments of a model the ids and names of those of an earlier one that they share most
  /// members with.
  ///
  /// Segments are matched one to one so that the number of members that stay in theirs is the largest
  /// possible (Kuhn 1955, doi 10.1002/nav.3800020109), of pairs whose Jaccard index is at least
  /// ``leastJaccard``: fewer shared members make no segment the same. One without a match gets the next
  /// number that no model of the line has used, and a name of its own. A name stays, for those who know it,
  /// as long as all that it claims is true of ``SegmentClaim/leastInsideShare`` of the segment's members; one
  /// that is not true any more, or of which nothing says what it claims, gives way. Names that people gave
  /// stay. Descriptions are always the new model's.
  ///
  /// - Parameters:
  ///   - model: the new model.
  ///   - labels: the new model's label of each training member.
  ///   - previous: the earlier model.
  ///   - previousID: its id, kept in the training record.
  ///   - previousLabels: the earlier model's label of the same members.
  ///   - table: the inputs of both models for the same members.
  ///   - words: what members and events are called.
  ///   - haveJoined: which of them joined since the earlier model was trained; by default nobody.
  /// - Precondition: there is a label of each model for every member, and a row in the table, which has
  ///   the new model's inputs.
  /// - Throws: `ClusteringError`.
  /// - Complexity: O(members × (k + columns) + k³).
  public init(
    _ model: SegmentModel, labels: [Int], previous: SegmentModel, previousID: String,
    previousLabels: [Int], table: FeatureTable, words: EventWords = .community,
    haveJoined: [Bool]? = nil
  ) throws(ClusteringError) {
    let haveJoined = haveJoined ?? [Bool](repeating: false, count: labels.count)
    let previousIDs = previous.segments.map(\.id)
    let unnamed = try SegmentMigration(
      previousIDs: previousIDs, previousLabels: previousLabels, ids: model.segments.map(\.id),
      labels: labels, haveJoined: haveJoined)
    let match = try Self.match(unnamed)
    var naming = SuccessionNaming(model, previous: previous, match: match)
    naming.name(
      labelings: [labels, try model.label(table).map(\.segment)], table: table, words: words)

    var training = model.training
    training.parentID = previousID
    training.nextSegmentNumber = naming.nextNumber
    self.model = model.replacing(naming.segments, training: training)
    let ids = naming.segments.map(\.id)
    let (kept, new) = (ids.filter(previousIDs.contains), ids.filter { !previousIDs.contains($0) })
    self.kept = kept
    self.new = new
    vanished = previousIDs.filter { !kept.contains($0) }
    renamings = naming.renamings
    migration = try SegmentMigration(
      previousIDs: previousIDs, previousLabels: previousLabels, ids: ids, labels: labels,
      haveJoined: haveJoined)
  }

  /// For each new label the earlier one that it follows, if any.
  private static func match(_ migration: SegmentMigration) throws(ClusteringError) -> [Int?] {
    func weight(_ new: Int, _ old: Int) -> Int {
      migration.jaccard(previous: old, new: new) >= leastJaccard ? migration.counts[old][new] : 0
    }
    var cost = Matrix<Double>(
      rowCount: migration.ids.count, columnCount: migration.previousIDs.count)
    for new in migration.ids.indices {
      for old in migration.previousIDs.indices { cost[new, old] = -Double(weight(new, old)) }
    }
    return try minimumCostAssignment(cost).enumerated().map { new, old in
      old.flatMap { weight(new, $0) > 0 ? $0 : nil }
    }
  }
}

/// Ids and names of segments that follow others.
private struct SuccessionNaming {
  private let previous: SegmentModel
  /// For each segment the earlier one that it follows.
  private let match: [SegmentModel.Segment?]
  private let inputs: [FeatureDefinition]
  private(set) var segments: [SegmentModel.Segment]
  private(set) var nextNumber: Int
  private(set) var renamings: [ModelSuccession.Renaming] = []

  init(_ model: SegmentModel, previous: SegmentModel, match: [Int?]) {
    self.previous = previous
    self.match = match.map { $0.map { previous.segments[$0] } }
    inputs = model.inputs
    segments = model.segments
    nextNumber = previous.training.nextSegmentNumber ?? previous.leastUnusedNumber
    takeOverIDs()
  }

  private mutating func takeOverIDs() {
    let previousIDs = Set(previous.segments.map(\.id))
    for position in segments.indices {
      if let old = match[position] {
        segments[position].id = old.id
        segments[position].givenName = old.givenName
      } else {
        while previousIDs.contains("c\(nextNumber)") { nextNumber += 1 }
        segments[position].id = "c\(nextNumber)"
        nextNumber += 1
      }
    }
  }

  /// Keeps the names that are still true, and names the others.
  mutating func name(labelings: [[Int]], table: FeatureTable, words: EventWords) {
    let measure = ClaimMeasure(labelings: labelings, segmentCount: segments.count)
    var kept: [Int: SegmentNaming.KeptName] = [:]
    var untrue: [Int: [SegmentClaim]] = [:]
    for (position, old) in match.enumerated() {
      guard let old else { continue }
      let claims = old.claims.filter(\.isInName).map {
        $0.measured(in: table, measure, segment: position)
      }
      let found = claims.compactMap { $0 }
      untrue[position] = found.filter { !$0.shares.allSatisfy(\.isTrueInside) }.map(\.claim)
      if !claims.isEmpty, found.count == claims.count, untrue[position]?.isEmpty == true {
        kept[position] = SegmentNaming.KeptName(name: old.name, claims: found.map(\.claim))
      }
    }
    let search = ClaimSearch(ClaimColumns(inputs, of: table), measure: measure, words: words)
    let portrayals = SegmentNaming.portrayals(search, ids: segments.map(\.id), kept: kept)
    for (position, portrayal) in portrayals.enumerated() {
      segments[position].name = portrayal.name
      segments[position].description = portrayal.description
      segments[position].claims = portrayal.claims
      if let old = match[position], old.name != portrayal.name {
        renamings.append(
          ModelSuccession.Renaming(
            id: old.id, previousName: old.name, name: portrayal.name,
            untrueClaims: untrue[position] ?? []))
      }
    }
  }
}

extension SegmentClaim {
  /// The claim with the shares of other members; nil where the table lacks a feature.
  fileprivate func measured(
    in table: FeatureTable, _ measure: ClaimMeasure, segment: Int
  ) -> (claim: SegmentClaim, shares: [ClaimShares])? {
    guard let truths = truths(in: table) else { return nil }
    let shares = measure.shares(truths)[segment]
    var claim = self
    (claim.insideShare, claim.outsideShare) = (shares[0].inside, shares[0].outside)
    return (claim, shares)
  }
}

extension SegmentModel {
  /// The number behind the highest that an id has.
  fileprivate var leastUnusedNumber: Int {
    1 + (segments.compactMap { Int($0.id.dropFirst()) }.filter { $0 < 1_000_000 }.max() ?? -1)
  }
}
