public import Clustering
import Engagement
import LinearAlgebra

/// How the segments of a model follow those of an earlier one.
public struct ModelSuccession: Sendable, Hashable {
  /// A segment that keeps its name although the name's words are no longer true of it.
  public struct ChangedMeaning: Sendable, Hashable {
    /// The segment's id.
    public let id: String
    /// The name that it keeps.
    public let name: String
    /// The words of the name that are not true any more.
    public let words: [String]
    /// The name that a model without an earlier one would give it.
    public let nameToday: String
  }

  /// A segment that is called otherwise than it was.
  public struct Renaming: Sendable, Hashable {
    /// The segment's id.
    public let id: String
    /// The name that it had.
    public let previousName: String
    /// The name that it has.
    public let name: String
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
  /// Segments whose names were taken over and are not true any more.
  public let changedMeanings: [ChangedMeaning]
  /// Segments whose names were untrue twice in a row.
  public let renamings: [Renaming]
  /// Who moves where.
  public let migration: SegmentMigration

  /// Gives the segments of a model the ids and names of those of an earlier one that they share most
  /// members with.
  ///
  /// Segments are matched one to one so that the number of members that stay in theirs is the largest
  /// possible (Kuhn 1955, doi 10.1002/nav.3800020109), of pairs whose Jaccard index is at least
  /// ``leastJaccard``: fewer shared members make no segment the same. One without a match gets the next
  /// number that no model of the line has used, and a name of its own. Names stay as long as segments do,
  /// for those who know them; where one is not true any more, ``changedMeanings`` says so. One that was
  /// not true of the earlier model's segment either gives way to the name that both models would be given
  /// alone, where that is one and the same: what a single odd quarter says renames nobody. Descriptions
  /// are always the new model's. A name that is an id, as models of format 1 have, gives way.
  ///
  /// - Parameters:
  ///   - model: the new model.
  ///   - labels: the new model's label of each training member.
  ///   - previous: the earlier model.
  ///   - previousID: its id, kept in the training record.
  ///   - previousLabels: the earlier model's label of the same members.
  ///   - haveJoined: which of them joined since the earlier model was trained; by default nobody.
  /// - Precondition: there is a label of each model for every member.
  /// - Throws: `ClusteringError`.
  /// - Complexity: O(members + k³).
  public init(
    _ model: SegmentModel, labels: [Int], previous: SegmentModel, previousID: String,
    previousLabels: [Int], haveJoined: [Bool]? = nil
  ) throws(ClusteringError) {
    let haveJoined = haveJoined ?? [Bool](repeating: false, count: labels.count)
    let previousIDs = previous.segments.map(\.id)
    let unnamed = try SegmentMigration(
      previousIDs: previousIDs, previousLabels: previousLabels, ids: model.segments.map(\.id),
      labels: labels, haveJoined: haveJoined)
    let match = try Self.match(unnamed)
    var naming = SuccessionNaming(model, previous: previous, match: match)
    naming.run()

    var training = model.training
    training.parentID = previousID
    training.nextSegmentNumber = naming.nextNumber
    self.model = SegmentModel(
      settings: model.settings, transform: model.transform, algorithm: model.algorithm,
      segments: naming.segments, training: training, distributions: model.distributions,
      linkageMatrix: model.linkageMatrix, confidenceExponent: model.confidenceExponent,
      among: model.among)
    let ids = naming.segments.map(\.id)
    let (kept, new) = (ids.filter(previousIDs.contains), ids.filter { !previousIDs.contains($0) })
    self.kept = kept
    self.new = new
    vanished = previousIDs.filter { !kept.contains($0) }
    changedMeanings = naming.changedMeanings
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
  private let match: [Int?]
  private let portraits: [SegmentPortrait]
  private let previousPortraits: [SegmentPortrait]
  /// What the earlier model's segments would be called, had they no names yet; nil where it does not say
  /// enough of them.
  private let previousNames: [String]?
  private(set) var segments: [SegmentModel.Segment]
  private(set) var nextNumber: Int
  private(set) var changedMeanings: [ModelSuccession.ChangedMeaning] = []
  private(set) var renamings: [ModelSuccession.Renaming] = []

  init(_ model: SegmentModel, previous: SegmentModel, match: [Int?]) {
    self.previous = previous
    self.match = match
    segments = model.segments
    nextNumber = previous.training.nextSegmentNumber ?? previous.leastUnusedNumber
    portraits = model.portraits
    previousPortraits = previous.portraits
    let isKnown = previous.segments.allSatisfy {
      $0.effects.count == previous.transform.columns.count
    }
    previousNames = isKnown ? SegmentNaming.names(of: previousPortraits) : nil
  }

  mutating func run() {
    let previousIDs = Set(previous.segments.map(\.id))
    let keptNames = Set(match.compactMap { $0.map { previous.segments[$0].name } })
    var (taken, unnamed): (Set<String>, [Int]) = ([], [])
    for (position, place) in match.enumerated() {
      guard let place, case let old = previous.segments[place] else {
        while previousIDs.contains("c\(nextNumber)") { nextNumber += 1 }
        segments[position].id = "c\(nextNumber)"
        nextNumber += 1
        unnamed.append(position)
        continue
      }
      segments[position].id = old.id
      guard old.name != old.id, taken.insert(old.name).inserted else {
        unnamed.append(position)
        continue
      }
      let wrong = portraits[position].wrongWords(in: old.name)
      let nameToday = segments[position].name
      if !wrong.isEmpty, !previousPortraits[place].wrongWords(in: old.name).isEmpty,
        previousNames?[place] == nameToday, !keptNames.contains(nameToday)
      {
        taken.remove(old.name)
        taken.insert(nameToday)
        renamings.append(
          ModelSuccession.Renaming(id: old.id, previousName: old.name, name: nameToday))
        continue
      }
      if !wrong.isEmpty {
        changedMeanings.append(
          ModelSuccession.ChangedMeaning(
            id: old.id, name: old.name, words: wrong, nameToday: nameToday))
      }
      segments[position].name = old.name
    }
    // The names that were made for the new model alone, where they are free.
    for position in unnamed {
      if taken.contains(segments[position].name),
        let other = SegmentNaming.names(of: [portraits[position]], taken: taken).first
      {
        segments[position].name = other
      }
      taken.insert(segments[position].name)
    }
  }
}

extension SegmentModel {
  /// What the segments look like.
  fileprivate var portraits: [SegmentPortrait] {
    segments.map { segment in
      SegmentPortrait(
        features: transform.columns.map(\.feature), medians: segment.medians,
        effects: segment.effects, size: segment.size)
    }
  }

  /// The number behind the highest that an id has.
  fileprivate var leastUnusedNumber: Int {
    1 + (segments.compactMap { Int($0.id.dropFirst()) }.filter { $0 < 1_000_000 }.max() ?? -1)
  }
}
