import ArgumentParser
import Comparison
import Engagement
import EventLog
import Foundation
import Membership
import Models
import Segmentation

/// `coterie rules suggest`: written rules for learned segments.
struct RulesSuggest: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suggest",
    abstract: "Writes the smallest rule that reproduces each learned segment of a model.",
    discussion: """
      Prints a project file with a rule for each learned segment, ready to paste and to run, and how \
      well each does on members who took no part in finding it. With --config: with that file's weights \
      and aliases, and for each of its rules the change of one threshold that brings it closest to the \
      learned segment that it is most alike.

      With --labels instead of --model: for each group of a labelling made elsewhere.

      Exit codes: 0 done, 2 bad input, 64 usage.

      Examples:
        coterie rules suggest events.csv --model members.safetensors --as-of last \\
          --output suggested.yaml
        coterie rules suggest events.csv --labels personas.csv --as-of last
      """)

  @Argument(help: CommunityOptions.eventsHelp, completion: .file())
  var events: [String]

  @OptionGroup var community: CommunityOptions

  @OptionGroup var among: AmongOptions

  @Option(help: "The model file.", completion: .file())
  var model: String?

  @Option(
    help: "Instead of a model, a CSV with a header: member_id first, the group's name last.",
    completion: .file())
  var labels: String?

  @Option(
    help: "What rules may be made of, separated by commas; by default what people understand.")
  var features: [NameList] = []

  @Option(help: "Where to write the rules; by default the standard output.", completion: .file())
  var output = "-"

  @Option(help: "The seed of the division into members to find, to choose and to measure rules on.")
  var seed: UInt64 = 0

  func validate() throws {
    if (model == nil) == (labels == nil) {
      throw ValidationError("say --model or --labels: what rules shall reproduce")
    }
  }

  func run() throws {
    try community.check(outputs: [output], inputs: events + [model, labels])
    let model = try model.map { try NamedModel(path: $0) }
    let project = try community.project()
    let file = try output == "-" ? nil : OutputFile(output)
    let settings = community.config == nil ? model?.model.settings : project.settings
    let choice = try FeatureChoice(features, project: project, settings: settings)
    let wanted = features.isEmpty ? nil : choice.features
    let scope = try among.scope(in: project)
    let loaded = try community.load(
      events, project: project, features: (model?.model.inputs ?? []) + (wanted ?? []),
      scopes: (model.map { [$0] } ?? []).scopes() + (scope.map { [$0] } ?? []))
    choice.tellUnknownValues(in: loaded.community.history)
    let outside = try tellOutside(scope, in: loaded)
    Console.progress("looking for rules")
    let groups = try groups(community.pseudonymizer())
    tellStrangers(groups, in: loaded)
    let place = community.config == nil ? nil : project
    let suggestion = try choice.translating {
      let wanted = try wanted?.expanded(in: loaded.community, asOf: loaded.asOf)
      if let model {
        return try RuleSuggestion(
          explaining: model, community: loaded.community, asOf: loaded.asOf, among: scope,
          project: place, features: wanted, seed: seed, threadCount: community.threads)
      }
      return try RuleSuggestion(
        explaining: groups, community: loaded.community, asOf: loaded.asOf, among: scope,
        project: place, features: wanted, seed: seed, threadCount: community.threads)
    }
    var changes: [ThresholdChange] = []
    if let model, !project.segments.isEmpty {
      Console.progress("looking for other thresholds of written rules")
      changes = try ThresholdChange.closest(
        project, to: model, community: loaded.community, asOf: loaded.asOf, among: scope,
        seed: seed,
        threadCount: community.threads)
    }
    Console.endProgress()
    let report = SuggestionReport(
      suggestion, changes, model: model, source: model?.name ?? labels ?? "", project: project)
    let text = report.text(asOf: loaded.asOf)
    if let file {
      try file.write(text)
      try file.commit()
    }
    if community.json {
      var json = loaded.json.merging(report.json) { loaded, _ in loaded }
      if let scope { json["among"] = scope.json(outside: outside) }
      try JSONValue.print(verb: "rules suggest", json)
    } else if file == nil {
      let standardOutput = try OutputFile("-")
      try standardOutput.write(text)
      try standardOutput.commit()
    } else {
      print(report.summary)
    }
  }

  /// The groups of `--labels` by member.
  private func groups(_ pseudonymizer: Pseudonymizer?) throws -> [String: String] {
    guard let labels else { return [:] }
    let file = try LabelsFile(path: labels)
    guard let ids = file.ids else {
      throw Failure.badInput(
        "\(labels): has one column only: put member_id first and the group's name last")
    }
    var groups: [String: String] = [:]
    for (row, id) in ids.enumerated() {
      let id = pseudonymizer.map { $0.pseudonym(of: id) } ?? id
      if let earlier = groups[id], earlier != file.labels[row] {
        throw Failure.badInput(
          "\(labels): row \(row + 1) puts a member in group \(file.labels[row]) who is in "
            + "\(earlier) already: leave one of the two")
      }
      groups[id] = file.labels[row]
    }
    return groups
  }

  /// Says how many members are outside `--among`, and counts them.
  private func tellOutside(_ scope: MemberScope?, in loaded: LoadedCommunity) throws -> Int {
    guard let scope else { return 0 }
    let isInside = try scope.isInside(
      loaded.community.rows(asOf: loaded.asOf), of: loaded.community, asOf: loaded.asOf,
      threadCount: community.threads)
    try scope.tell(isInside, asOf: loaded.asOf)
    return isInside.count { !$0 }
  }

  /// Says who is in a group and not in the log, or the other way round.
  private func tellStrangers(_ groups: [String: String], in loaded: LoadedCommunity) {
    guard let labels else { return }
    let rows = loaded.community.rows(asOf: loaded.asOf)
    let members = Set(rows.map { loaded.community.memberIDs[$0] })
    let strangers = groups.keys.filter { !members.contains($0) }.sorted()
    if !strangers.isEmpty {
      Console.note(
        "\(labels): left out \(counted(strangers.count, "member")), not in the log as of \(loaded.asOf): "
          + strangers.prefix(3).joined(separator: ", ") + (strangers.count > 3 ? ", …" : ""))
    }
    let others = members.subtracting(groups.keys).sorted()
    if !others.isEmpty {
      Console.note(
        "left out \(counted(others.count, "member")) of the log, in no group of \(labels): "
          + others.prefix(3).joined(separator: ", ") + (others.count > 3 ? ", …" : ""))
    }
  }
}
