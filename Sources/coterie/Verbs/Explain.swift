import ArgumentParser
import Engagement
import EventLog
import Foundation
import LinearAlgebra
import Membership
import Models
import Segmentation

/// `coterie explain`: why a member is in the segments it is in.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Explains the segments of one member.",
    discussion: """
      Three lines: the segments, why, and what comes next by time alone and by what somebody can do. \
      --verbose adds every feature, every condition with what was observed, and what would change each \
      membership; --json always has all of it.

      Exit codes: 0 done, 2 bad input, 64 usage.

      Example:
        coterie explain m42 events.csv --model m.safetensors --config coterie.yaml \\
          --as-of last
      """)

  @Argument(help: "The member's id; with --pseudonymize the plain id or the pseudonym.")
  var member: String

  @Argument(help: CommunityOptions.eventsHelp, completion: .file())
  var events: [String]

  @OptionGroup var community: CommunityOptions

  @Option(help: "A model file; may be said several times.", completion: .file())
  var model: [String] = []

  @Flag(help: "Show every feature and condition, and what would change each membership.")
  var verbose = false

  @Option(help: "The seed of random draws; this verb makes none.")
  var seed: UInt64 = 0

  func validate() throws {
    if events.isEmpty { throw ValidationError("explain needs the member's id and the event log") }
  }

  func run() throws {
    let models = try model.map { try NamedModel(path: $0) }
    let project = try community.project()
    let wanted = models.flatMap(\.model.inputs) + FeatureDefinition.defaults
    let loaded = try community.load(
      events, project: project, features: wanted, scopes: models.scopes())
    let all = loaded.community
    // Those who know a member's own id need not compute the pseudonym.
    let pseudonym = try community.pseudonymizer()?.pseudonym(of: member)
    let named = pseudonym.flatMap { all.row(of: $0) == nil ? nil : $0 } ?? member
    guard let row = all.row(of: named) else {
      throw Failure.badInput(
        "no member \"\(member)\" in the log or the members file"
          + suggestion(for: member, among: all.memberIDs))
    }
    let table = try MembershipTable(
      labelling: all, asOf: loaded.asOf, models: models, project: project,
      threadCount: community.threads)
    guard let position = table.communityRows.firstIndex(of: row) else {
      throw Failure.badInput(
        "member \"\(named)\" has no event and had not joined at "
          + "\(project.settings.clock.text(loaded.asOf)): give a later --as-of"
      )
    }
    func prepared(_ project: ProjectFile) throws -> SegmentEvaluator {
      try SegmentEvaluator(
        project, community: all, rows: [row], asOf: loaded.asOf,
        labels: MembershipTable.ruleLabels(
          table.models, table.labels.mapValues { [$0[position]] }, project: project),
        distributions: Dictionary(
          uniqueKeysWithValues: models.map { ($0.name, $0.model.distributions) }),
        threadCount: 1)
    }
    let learned = try table.models.map { model in
      let label = table.labels[model.name]?[position]
      let scope = try label == nil ? MemberScope(of: model) : nil
      return LearnedExplanation(
        model: model, label: label,
        outside: try scope?.explanation(ofRow: row, of: all, asOf: loaded.asOf),
        entry: try scope.flatMap { try prepared($0.project).prospects(ofRow: row).first?.advice },
        change: try label == nil
          ? nil
          : model.model.nextChange(of: all, row: row, asOf: loaded.asOf, modelName: model.name),
        table: try model.model.featureTable(
          of: all, rows: [row], asOf: loaded.asOf, modelName: model.name, threadCount: 1),
        project: project)
    }
    let written =
      try explanations(of: project, row: row, prepared)
      + explanations(of: project.listsAsSegments, row: row, prepared)
    let count = all.events(ofRow: row, asOf: loaded.asOf).count
    if community.json {
      var json = loaded.json
      json["member"] = .string(named)
      json["member_events"] = .integer(count)
      json["learned"] = .array(learned.map(\.json))
      json["written"] = .array(written.filter { $0.kind != .stage }.map(\.json))
      let stages = written.filter { $0.kind == .stage }
      if !stages.isEmpty { json["stages"] = .array(stages.map(\.json)) }
      try JSONValue.print(verb: "explain", json)
      return
    }
    let readable = ReadableText(clock: project.settings.clock)
    print(
      ExplanationSummary(
        member: named, asOf: loaded.asOf, eventCount: count, learned: learned, written: written,
        readable: readable
      ).text)
    guard verbose else { return }
    for explanation in learned { print("\n" + explanation.text(readable)) }
    for explanation in written {
      print("\n" + explanation.lines(readable).joined(separator: "\n"))
    }
  }

  /// Explains all segments and stage machines of a project.
  private func explanations(
    of project: ProjectFile, row: Int, _ prepared: (ProjectFile) throws -> SegmentEvaluator
  ) throws -> [WrittenExplanation] {
    let evaluator = try prepared(project)
    // A rank is others' to change, too.
    let prospects = try
      (project.rankedSegments.isEmpty
      ? evaluator : prepared(project.withoutRankedSegments)).prospects(ofRow: row)
    func prospect(_ subject: MembershipProspect.Subject) -> MembershipProspect? {
      prospects.first { $0.subject == subject }
    }
    let segments = try project.segments.map { segment in
      WrittenExplanation(
        kind: segment.kind == .list ? .list : .rule, id: segment.id,
        explanation: try evaluator.explain(segment.id, row: row),
        prospect: prospect(.segment(segment.id)))
    }
    return try segments
      + project.stages.map { machine in
        WrittenExplanation(
          kind: .stage, id: machine.name,
          explanation: try evaluator.explain(stage: machine.name, row: row),
          prospect: prospect(.machine(machine.name)))
      }
  }
}
