import ArgumentParser
import Engagement
import EventLog
import Foundation
import LinearAlgebra
import Membership
import Models
import Segmentation

/// `coterie drift`: events and a model in, whether to train again out.
struct Drift: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says how far a community has moved from what a model was trained on.",
    discussion: """
      The population stability index (PSI) compares bins at the training deciles: under 0.1 a feature is as \
      it was, over 0.25 it has shifted. Segments that are a larger or smaller part of the members than in \
      training, by more than chance (Fisher's exact test, 1 % over all segments), are marked surge and \
      drop-off, and so are shares among the features (Kolmogorov-Smirnov). Novel members, unlike anyone in \
      training, are described by their medians. Ends with stable, watch or retrain; the exit code is 1 for \
      retrain.

      Exit codes: 0 done, 1 retrain, 2 bad input, 64 usage.

      Example:
        coterie drift events.csv --members members.csv --model members.safetensors \\
          --as-of last
      """)

  @Argument(help: CommunityOptions.eventsHelp, completion: .file())
  var events: [String]

  @OptionGroup var community: CommunityOptions

  @Option(help: "The model file.", completion: .file())
  var model: String

  @Option(help: "The seed of random draws; this verb makes none.")
  var seed: UInt64 = 0

  func run() throws {
    let model = try NamedModel(path: model)
    let project = try community.project()
    let (table, missing, isInside, input) = try features(of: model, project: project)
    try input.check(isAfter: model)
    Console.progress("comparing")
    let drift = try ModelDrift(
      of: model.model, from: isInside.map { table.rows(where: $0) } ?? table, missing: missing,
      threadCount: community.threads)
    Console.endProgress()
    let report = DriftReport(
      drift: drift, model: model, project: project, outsideCount: isInside?.count { !$0 })
    if community.json {
      try JSONValue.print(
        verb: "drift", input.json.merging(report.json) { input, _ in input })
    } else {
      print(
        "\(counted(drift.memberCount, "member")) as of \(project.settings.clock.text(input.asOf))\n\n\(report.text)"
      )
    }
    if drift.verdict == .retrain { throw ExitCode(Failure.Code.foundSomething) }
  }

  /// The model's inputs that can be computed, and why the others cannot.
  private func features(
    of model: NamedModel, project: ProjectFile
  ) throws -> (FeatureTable, [ModelDrift.MissingFeature], isInside: [Bool]?, LoadedCommunity) {
    let (inputs, settings) = (model.model.inputs, model.model.settings)
    let scope = try MemberScope(of: model)
    let scopes = scope.map { [$0] } ?? []
    if let scanned = try community.scan(
      events, project: project, [(inputs, settings)], scopes: scopes)
    {
      do {
        let table = try scanned.table()
        let isInside = try scope.map { try scanned.isInside($0) }
        try check(isInside, of: scope, asOf: scanned.input.asOf)
        return (table, [], isInside, scanned.input)
      } catch let error as EngagementError {
        // Which ones are missing is asked of the events themselves, below.
        if !error.isOfOneFeature { throw error }
      }
    }
    let loaded = try community.load(
      events, project: project, features: inputs, scopes: scopes)
    func table(_ features: [FeatureDefinition]) throws(EngagementError) -> FeatureTable {
      try FeatureTable(
        of: loaded.community, asOf: loaded.asOf, features: features, settings: settings,
        threadCount: community.threads)
    }
    var missing: [ModelDrift.MissingFeature] = []
    for feature in inputs {
      do {
        _ = try table([feature])
      } catch {
        if !error.isOfOneFeature { throw error }
        missing.append(
          ModelDrift.MissingFeature(feature: feature, reason: error.description))
      }
    }
    let present = inputs.filter { input in !missing.contains { $0.feature == input } }
    let found = try table(present)
    let isInside = try scope?.isInside(
      found.communityRows, of: loaded.community, asOf: loaded.asOf,
      threadCount: community.threads)
    try check(isInside, of: scope, asOf: loaded.asOf)
    return (found, missing, isInside, loaded)
  }

  /// Nothing can be compared where the model is about nobody.
  private func check(_ isInside: [Bool]?, of scope: MemberScope?, asOf: Timestamp) throws {
    guard let scope, let isInside, !isInside.contains(true) else { return }
    throw scope.nobody(of: isInside.count, asOf: "\(asOf)")
  }
}

extension EngagementError {
  /// False where no feature at all can be computed.
  fileprivate var isOfOneFeature: Bool {
    if case .noMembers = self { false } else { true }
  }
}
