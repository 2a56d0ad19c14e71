public import ArgumentParser
import Clustering
public import Engagement
import EventLog
import Foundation
import LinearAlgebra
import Membership
import Models
import Segmentation

extension TransformChoices.Scale: ExpressibleByArgument {}

/// `coterie train`: events in, a fitted model out.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Learns segments from history and saves them as a model.",
    discussion: """
      Exit codes: 0 done, 1 no model is worth writing, 2 bad input, 3 not converged under \
      --strict, 64 usage.

      Examples:
        coterie train events.csv --as-of last --algorithm kmeans --clusters auto \\
          --output members.safetensors
        coterie train events.csv --as-of 2024-06-01 --algorithm hierarchical \\
          --linkage ward --clusters 6 --output members.safetensors
        coterie train events.csv --as-of last --algorithm kmeans --clusters 4 \\
          --among '{did: "*", within: 90d}' --output active.safetensors
        coterie train events.csv --as-of last --algorithm kmeans \\
          --previous members.safetensors --output members-2.safetensors

      With --previous, segments keep the ids and names of those of the earlier model that they share a \
      third of their members with (Jaccard index), and the number of clusters is the earlier model's where \
      --clusters says nothing. k-means starts from the earlier segments, too, and goes on with them unless \
      a start of its own is better by over 5 % of the inertia. Where the new model differs too much, or a \
      segment of it is unstable, it is not written, and the exit code is 1. Without --among, the earlier \
      model's condition is taken over.

      With --among, members for whom the condition is not true take no part. The model keeps it: label, \
      explain, compare and drift give those members no label and count them.

      Where --clusters auto, or a range, finds no clear groups, no model is written either, and what other \
      options would give is printed. Groups under 10 members or 1 % of all are never clear.
      """)

  @Argument(help: CommunityOptions.eventsHelp, completion: .file())
  var events: [String]

  @OptionGroup var community: CommunityOptions
  @OptionGroup var clustering: ClusteringOptions
  @OptionGroup var among: AmongOptions

  @Option(help: "Features, separated by commas; by default the project's, else coterie's.")
  var features: [NameList] = []

  @Option(help: "How columns are scaled: none, standardize, robust or quantile.")
  var scale: TransformChoices.Scale?

  @Flag(help: "The same as --scale standardize.")
  var standardize = false

  @Option(help: "What is done with all columns together: none, whiten, or pca:N.")
  var reduce: ReductionArgument?

  @Option(
    help: "An earlier model, whose segments' ids and names are kept where members stay.",
    completion: .file())
  var previous: String?

  @Option(
    name: .customLong("least-agreement"),
    help: """
      With --previous: the least adjusted Rand index of the two models' labels, 0.6 if not given.
      """)
  var leastAgreement: Double?

  @Option(
    name: .customLong("least-stability"),
    help: """
      With --previous: the least stability of each segment, 0 to 1, 0.5 (dissolved) if not given.
      """)
  var leastStability: Double?

  @Option(help: "How often members are drawn anew to measure stability; 0: not at all.")
  var resamples = 50

  @Flag(help: "Write a model although there are no clear groups to choose a number of.")
  var force = false

  @Option(help: "Where to write the model: NAME.safetensors.", completion: .file())
  var output: String

  func validate() throws {
    guard output.hasSuffix(".safetensors"), ModelFile.name(ofPath: output) != "" else {
      throw ValidationError("--output must be a file named NAME.safetensors")
    }
    if previous == nil { try clustering.checkClusterCount() }
    guard (0...1000).contains(resamples) else {
      throw ValidationError("--resamples must be 0 to 1000")
    }
    guard leastAgreement ?? 0 <= 1, leastStability ?? 0 <= 1 else {
      throw ValidationError("--least-agreement and --least-stability must be 1 or less")
    }
    if previous == nil, leastAgreement != nil || leastStability != nil {
      throw ValidationError("--least-agreement and --least-stability go with --previous")
    }
    if force, clustering.clusters?.isChosen != true {
      throw ValidationError("--force goes with --clusters auto, or a range to choose from")
    }
    if standardize, let scale, scale != .standardize {
      throw ValidationError("say --standardize or --scale \(scale.rawValue), not both")
    }
  }

  func run() throws {
    // A model may take its predecessor's place: rules call it by the file's name.
    try community.check(
      outputs: [output, clustering.labels, clustering.centroids, clustering.linkageOutput],
      inputs: events + [previous].filter { $0 != output })
    try clustering.checkOutputs()
    try OutputFile(output).discard()
    let project = try community.project()
    let earlier = try previous.map { try NamedModel(path: $0) }
    let choice = try FeatureChoice(features, project: project)
    var training = ModelTraining(
      features: choice.features, settings: project.settings, choices: choices(project),
      algorithm: .kMeans(KMeans(clusterCount: 1)), percentileFeatures: percentiles(project),
      seed: clustering.seed, threadCount: community.threads,
      toolVersion: "coterie \(Coterie.version)")
    training.isSinglePrecision = clustering.precision == .float32
    training.resampleCount = resamples
    let scope = try scope(in: project, earlier: earlier)
    training.among = scope?.text

    let history = try TrainingHistory(
      community, events: events, project: project, training: training, choice: choice,
      among: scope, earlier: earlier)
    let (prepared, loaded) = (history.prepared, history.input)
    training.words = EventWords(types: loaded.community.history.types.strings)
    if let earlier { try loaded.check(isAfter: earlier) }
    for column in prepared.transform.dropped {
      Console.note("feature \(column.feature) is left out: \(column.reason)")
    }
    Console.progress("clustering \(counted(prepared.matrix.rowCount, "member"))")
    let started = Date()
    let chosen = try ChosenClusters(
      clustering, samples: prepared.matrix, threads: community.threads,
      previousCount: earlier?.model.segments.count)
    training.algorithm = chosen.algorithm
    if let choice = chosen.choice, !choice.isClear, !force {
      try refuse(choice, training: training, prepared: prepared, loaded)
    }
    let previousLabels = try earlier.map { earlier in
      try earlier.model.label(
        history.table(of: earlier, threads: community.threads), threadCount: community.threads
      ).map(\.segment)
    }
    if let earlier, let previousLabels {
      training.previousMeans = ModelTraining.previousMeans(
        prepared, labels: previousLabels, segmentCount: earlier.model.segments.count)
    }
    var (model, labels, tree) = try training.fit(prepared, events: history.span)
    var report: SuccessionReport?
    if let earlier, let previousLabels {
      let succession = try ModelSuccession(
        model, labels: labels, previous: earlier.model, previousID: earlier.id,
        previousLabels: previousLabels,
        table: prepared.table.joined(with: history.table(of: earlier, threads: community.threads)),
        words: training.words,
        haveJoined: try history.joined(since: earlier, threads: community.threads))
      model = succession.model
      let named = NamedModel(name: ModelFile.name(ofPath: output), id: "", model: model)
      report = SuccessionReport(
        succession: succession, previous: earlier.name,
        names: Dictionary(
          uniqueKeysWithValues: model.segments.enumerated().map {
            ($1.id, named.segmentName($0, in: project))
          }), limits: (leastAgreement ?? 0.6, leastStability ?? 0.5))
    }
    model = model.givingNames(project.segmentNames[ModelFile.name(ofPath: output)] ?? [:])
    let fitSeconds = Date().timeIntervalSince(started)
    Console.endProgress()
    if model.training.hasConverged == false {
      Console.note(
        "k-means has not converged in \(clustering.mostIterations) passes: raise --max-iterations"
      )
    }
    if clustering.strict, model.training.hasConverged == false {
      throw Failure(
        code: Failure.Code.notConverged,
        "k-means has not converged, and --strict was said; no model is written")
    }
    let objections = report?.objections ?? []
    if objections.isEmpty {
      let ids = (name: "member_id", cells: prepared.table.memberIDs)
      if let path = clustering.labels { try writeLabels(labels, ids: ids, to: path) }
      if let path = clustering.centroids {
        let columns = prepared.transform.columns.map(\.feature.description)
        let names =
          prepared.transform.projection == nil
          ? columns : (0..<prepared.matrix.columnCount).map { "x\($0 + 1)" }
        let centroids = prepared.matrix.means(ofLabels: labels, count: model.segments.count)
        try writeCSV(centroids, columns: names, to: path)
      }
      if let path = clustering.linkageOutput, let tree {
        try writeLinkage(tree.linkageMatrix, to: path)
      }
    }
    let id =
      objections.isEmpty
      ? try ModelFile.write(model, to: output) : sha256(ModelFile.bytes(of: model))
    let card = ModelCard(model, id: id, name: ModelFile.name(ofPath: output), project: project)
    if community.json {
      var json = card.json.merging(loaded.json) { card, _ in card }
      json["seconds"] = .object([
        "read": .number(loaded.readSeconds), "fit": .number(fitSeconds),
      ])
      json["peak_memory_bytes"] = .integer(peakMemoryInBytes())
      json["choice"] = chosen.json
      if let scope { json["among"] = scope.json(outside: history.outsideCount) }
      json["succession"] = report?.json ?? .null
      try JSONValue.print(verb: "train", json)
    } else {
      if let choice = chosen.choice {
        print("\(counted(choice.clusterCount, "cluster")): \(choice.reason)\n")
      }
      if let report { print(report.text + "\n") }
      if objections.isEmpty { print(card.text) }
    }
    guard objections.isEmpty else {
      for objection in objections { Console.note(objection) }
      throw Failure(
        code: Failure.Code.foundSomething,
        "the model is not written: mend what is noted, or say --least-agreement 0 --least-stability 0"
      )
    }
  }

  /// Says that there are no clear groups, and what else can be done; writes nothing.
  private func refuse(
    _ choice: ClusterCountChoice, training: ModelTraining, prepared: ModelTraining.Prepared,
    _ loaded: LoadedCommunity
  ) throws -> Never {
    let alternatives = try ClearGroupAlternatives(
      choice, training: training, prepared: prepared, clustering: clustering,
      threads: community.threads, isAmongAll: training.among == nil)
    Console.endProgress()
    if community.json {
      var json = loaded.json
      json["choice"] = ChoiceReport(choice: choice).json
      json["alternatives"] = alternatives.json
      json["model"] = .null
      try JSONValue.print(verb: "train", json)
    } else {
      print(alternatives.text)
    }
    throw Failure(
      code: Failure.Code.foundSomething,
      "no model is written, as there are no clear groups: name a number of segments with --clusters, "
        + "fewer members with --among, or --force")
  }

  private func choices(_ project: ProjectFile) -> TransformChoices {
    var choices = project.transform ?? TransformChoices()
    if let scale { choices.scale = scale }
    if standardize { choices.scale = .standardize }
    if let reduce { choices.reduction = reduce.reduction }
    return choices
  }

  /// Whom the model is about: by `--among`, else as the earlier model.
  private func scope(in project: ProjectFile, earlier: NamedModel?) throws -> MemberScope? {
    if among.among != nil { return try among.scope(in: project) }
    guard let earlier, let text = earlier.model.among else { return nil }
    Console.note("--among is taken over from \(earlier.name): \(text)")
    return try MemberScope(parsing: text, source: "--among", project: project)
  }

  /// The features of the project's percentile scores that name this model.
  private func percentiles(_ project: ProjectFile) -> [FeatureDefinition] {
    let name = ModelFile.name(ofPath: output)
    let features = project.scores.values.compactMap { score -> FeatureDefinition? in
      if case .percentile(let feature, name) = score { feature } else { nil }
    }
    return Set(features).sorted { bytesPrecede($0.description, $1.description) }
  }
}

/// `none`, `whiten` or `pca:3`.
struct ReductionArgument: ExpressibleByArgument {
  let reduction: TransformChoices.Reduction

  init?(argument: String) {
    switch argument {
    case "none": reduction = .none
    case "whiten": reduction = .whiten
    default:
      guard argument.hasPrefix("pca:"), let count = Int(argument.dropFirst(4)), count >= 1 else {
        return nil
      }
      reduction = .principalComponents(count)
    }
  }
}
