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
      + (earlier.map { [($0.model.inputs, $0.model.settings)] } ?? [])
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
