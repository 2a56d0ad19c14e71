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
  private let scanned: ScannedCommunity?

  /// Reads events and members and computes the features, those of an earlier model, too.
  init(
    _ community: CommunityOptions, events: [String], project: ProjectFile,
    training: ModelTraining, choice: FeatureChoice, earlier: NamedModel?
  ) throws {
    let wanted =
      [(training.inputs, training.settings)]
      + (earlier.map { [(Self.inputs(of: $0), $0.model.settings)] } ?? [])
    scanned = try community.scan(events, project: project, wanted)
    if let scanned {
      input = scanned.input
      span = scanned.scans[0].span
      Console.progress("computing features")
      prepared = try choice.translating { try training.prepare(scanned.table()) }
    } else {
      let loaded = try community.load(
        events, project: project, features: choice.features + (earlier?.model.inputs ?? []))
      input = loaded
      Console.progress("computing features")
      prepared = try choice.translating {
        try training.prepare(loaded.community, asOf: loaded.asOf)
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
      try scanned?.table(1).column(.tenureDays)
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
      return try scanned.table(1)
    } catch {
      throw ModelError.missingInput(model: earlier.name, reason: error.description)
    }
  }
}
