import ArgumentParser
import Comparison
import Engagement
import EventLog
import Foundation
import Membership
import Models
import Segmentation

/// `coterie compare`: learned segments beside written ones.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares learned segments with written rules, lists and stages.",
    discussion: """
      With several models or project files, each model is compared with each file, and all with one \
      another. With --outcome: which of them foretells better what becomes of members? Members are put \
      in segments at each time of --since and --every, by what was known then, and the outcome is \
      evaluated --horizon later.

      Exit codes: 0 done, 2 bad input, 64 usage.

      Examples:
        coterie compare events.csv --members members.csv \\
          --model members.safetensors --config coterie.yaml --as-of last
        coterie compare events.csv --model members.safetensors \\
          --config coterie.yaml --as-of last \\
          --outcome '{did_not: "*", within: 30d}' --among '{did: "*", within: 90d}' \\
          --since 2024-01-01 --every 3mo --retrain
      """)

  @Argument(help: CommunityOptions.eventsHelp, completion: .file())
  var events: [String]

  @OptionGroup var community: CommunityOptions

  @Option(help: "A model file; may be said several times.", completion: .file())
  var model: [String] = []

  @Flag(help: "Show every pair of segments that share members, not only the three best.")
  var all = false

  @OptionGroup var outcome: OutcomeOptions

  @Option(help: "The seed of the draws that intervals are from, and of folds.")
  var seed: UInt64 = 0

  func validate() throws {
    if community.config == nil {
      throw ValidationError("compare needs --config: the project file with the written segments")
    }
    if model.isEmpty { throw ValidationError("compare needs --model: the learned segments") }
  }

  func run() throws {
    let models = try model.map { try NamedModel(path: $0) }
    let projects = try community.projects()
    for project in projects
    where project.segments.isEmpty && project.lists.isEmpty && project.stages.isEmpty {
      throw Failure.badInput(
        "\(project.file): has no segments, lists or stages to compare with: write some under "
          + "segments:")
    }
    let question = try outcome.question(in: projects[0])
    // With --outcome, those whom it is about are looked for at each time.
    let scope = try question == nil ? outcome.scope(in: projects[0]) : nil
    let (tables, loaded) = try tables(
      projects, models, among: scope, keepsEvents: question != nil)
    var reports: [ComparisonReport] = []
    for (project, table) in zip(projects, tables) {
      for model in models {
        Console.progress("comparing \(model.name) with \(project.file)")
        reports.append(
          ComparisonReport(
            SegmentComparison(
              table, model: model, seed: seed, threadCount: community.threads), model: model,
            checks: table.claimChecks[model.name] ?? [], project: project))
      }
    }
    let divisions = reports.count > 1 ? DivisionsReport(tables, models, projects) : nil
    let study = try question.map { question in
      OutcomeReport(
        try outcome.study(
          question, of: loaded, models: models, projects: projects, seed: seed,
          threads: community.threads), question: outcome, models: models, projects: projects)
    }
    Console.endProgress()
    if community.json {
      var json = loaded.json.merging(reports[0].json) { loaded, _ in loaded }
      if reports.count > 1 { json["comparisons"] = .array(reports.map { .object($0.json) }) }
      if let divisions { json["divisions"] = divisions.json }
      if let study { json["outcome"] = study.json }
      if let scope { json["among"] = scope.json(outside: tables[0].leftOutCount) }
      try JSONValue.print(verb: "compare", json)
      return
    }
    print(
      "\(counted(tables[0].memberIDs.count, "member")) as of \(projects[0].settings.clock.text(loaded.asOf))\n"
    )
    for report in reports {
      if reports.count > 1 { print(wrapped("\(report.title)\n")) }
      print(wrapped(report.text(matchLimit: all ? nil : 3)))
      if reports.count > 1 || study != nil { print("") }
    }
    if let divisions { print(divisions.text + (study == nil ? "" : "\n")) }
    if let study { print(wrapped(study.text)) }
  }

  /// The memberships by each project, from one reading of the events.
  private func tables(
    _ projects: [ProjectFile], _ models: [NamedModel], among scope: MemberScope?,
    keepsEvents: Bool
  ) throws -> ([MembershipTable], LoadedCommunity) {
    guard keepsEvents || projects.count > 1 else {
      let (table, loaded) = try community.memberships(
        events, models: models, project: projects[0], among: scope, doing: "comparing")
      return ([table], loaded)
    }
    let loaded = try community.load(
      events, project: projects[0], features: models.flatMap(\.model.inputs),
      otherProjects: Array(projects.dropFirst()),
      scopes: models.scopes() + (scope.map { [$0] } ?? []))
    for project in projects.dropFirst() { try community.check(project, against: loaded.community) }
    let tables = try projects.map { project in
      Console.progress("evaluating \(project.file)")
      return try MembershipTable(
        labelling: loaded.community, asOf: loaded.asOf, models: models, project: project,
        threadCount: community.threads)
    }
    guard let scope else { return (tables, loaded) }
    let isInside = try scope.isInside(
      tables[0].communityRows, of: loaded.community, asOf: loaded.asOf,
      threadCount: community.threads)
    try scope.tell(isInside, asOf: loaded.asOf)
    return (tables.map { $0.restricted(to: isInside) }, loaded)
  }
}
