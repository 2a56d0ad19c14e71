import Engagement
import EventLog
import Membership
import Models
import Segmentation

/// What a training needs of the events: from one pass over them, or from events that are kept where a
/// feature asks for them.
struct TrainingHistory {
  let prepared: ModelTraining.Prepared
  let input: LoadedCommunity
  /// The events up to the as-of time.
  let span: EventSpan
  /// For each member of the table, whether it takes part; nil where all do.
  private let isInside: [Bool]?
  private let scanned: ScannedCommunity?

  /// The number of members who take no part.
  var outsideCount: Int { isInside?.count { !$0 } ?? 0 }

  /// Reads events and members and computes the features, those of an earlier model, too.
  init(
    _ community: CommunityOptions, events: [String], project: ProjectFile,
    training: ModelTraining, choice: FeatureChoice, among scope: MemberScope?,
    earlier: NamedModel?
  ) throws {
    let wanted =
      [(training.inputs, training.settings)]
      + (earlier.map { [(Self.inputs(of: $0), $0.model.settings)] } ?? [])
    let scopes = scope.map { [$0] } ?? []
    scanned = try community.scan(events, project: project, wanted, scopes: scopes)
    if let scanned {
      input = scanned.input
      span = scanned.scans[0].span
      Console.progress("computing features")
      let table = try choice.translating { try scanned.table() }
      let isInside = try scope.map { try scanned.isInside($0) }
      if let scope, let isInside { try scope.tell(isInside, asOf: scanned.input.asOf) }
      self.isInside = isInside
      prepared = try choice.translating {
        try training.prepare(isInside.map { table.rows(where: $0) } ?? table)
      }
    } else {
      let loaded = try community.load(
        events, project: project, features: choice.features + (earlier?.model.inputs ?? []),
        scopes: scopes)
      input = loaded
      choice.tellUnknownValues(in: loaded.community.history)
      Console.progress("computing features")
      let rows = loaded.community.rows(asOf: loaded.asOf)
      let isInside = try scope?.isInside(
        rows, of: loaded.community, asOf: loaded.asOf, threadCount: community.threads)
      if let scope, let isInside { try scope.tell(isInside, asOf: loaded.asOf) }
      self.isInside = isInside
      prepared = try choice.translating {
        try training.prepare(
          loaded.community, rows: isInside.map { zip(rows, $0).filter(\.1).map(\.0) },
          asOf: loaded.asOf)
      }
      span = EventSpan(of: loaded.community.history, asOf: loaded.asOf)
    }
  }

  /// The inputs of an earlier model, and what tells who joined since.
  private static func inputs(of earlier: NamedModel) -> [FeatureDefinition] {
    let inputs = earlier.model.inputs
    return inputs.contains(.tenureDays) ? inputs : inputs + [.tenureDays]
  }

  /// For each training member whether it joined, or had its first event, after an earlier model's as-of
  /// time.
  func joined(since earlier: NamedModel, threads: Int) throws -> [Bool] {
    guard let then = Timestamp(earlier.model.training.asOf) else {
      return prepared.table.communityRows.map { _ in false }
    }
    let days = Double(input.asOf.microseconds - then.microseconds) / 86_400e6
    let tenures =
      try scanned.map { try participants($0.table(1)).column(.tenureDays) }
      ?? FeatureTable(
        of: input.community, rows: prepared.table.communityRows, asOf: input.asOf,
        features: [.tenureDays], settings: earlier.model.settings, threadCount: threads
      ).column(.tenureDays)
    // Nobody knows when those joined who have done nothing.
    return (tenures ?? []).map { $0 < days }
  }

  /// The inputs of the earlier model, of the training members.
  func table(of earlier: NamedModel, threads: Int) throws -> FeatureTable {
    guard let scanned else {
      return try earlier.model.featureTable(
        of: input.community, rows: prepared.table.communityRows, asOf: input.asOf,
        modelName: earlier.name, threadCount: threads)
    }
    do {
      return participants(try scanned.table(1))
    } catch {
      throw ModelError.missingInput(model: earlier.name, reason: error.description)
    }
  }

  /// The rows of a table that take part.
  private func participants(_ table: FeatureTable) -> FeatureTable {
    isInside.map { table.rows(where: $0) } ?? table
  }
}
