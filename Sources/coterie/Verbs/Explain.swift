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
      Example:
        coterie explain m42 events.csv --model members.safetensors --config coterie.yaml --as-of last
      """)

  @Argument(help: "The member's id; with --pseudonymize the plain id or the pseudonym.")
  var member: String

  @Argument(help: CommunityOptions.eventsHelp)
  var events: [String]

  @OptionGroup var community: CommunityOptions

  @Option(help: "A model file; may be said several times.")
  var model: [String] = []

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
        "member \"\(named)\" has no event and had not joined at \(loaded.asOf): give a later --as-of"
      )
    }
    let learned = try table.models.map { model in
      let label = table.labels[model.name]?[position]
      return LearnedExplanation(
        model: model, label: label,
        outside: try label == nil
          ? MemberScope(of: model)?.explanation(ofRow: row, of: all, asOf: loaded.asOf) : nil,
        change: try label == nil
          ? nil
          : model.model.nextChange(of: all, row: row, asOf: loaded.asOf, modelName: model.name),
        table: try model.model.featureTable(
          of: all, rows: [row], asOf: loaded.asOf, modelName: model.name, threadCount: 1),
        project: project)
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
    let evaluator = try prepared(project)
    // A rank is others' to change, too.
    let prospects = try
      (project.rankedSegments.isEmpty
      ? evaluator : prepared(project.withoutRankedSegments)).prospects(ofRow: row)
    let written = try project.segments.map { segment in
      (segment: segment, explanation: try evaluator.explain(segment.id, row: row))
    }
    let stages = try project.stages.map { machine in
      (machine: machine.name, explanation: try evaluator.explain(stage: machine.name, row: row))
    }
    func report(
      _ subject: MembershipProspect.Subject, _ explanation: Explanation
    ) -> ProspectReport? {
      prospects.first { $0.subject == subject }.map {
        ProspectReport(prospect: $0, isMember: explanation.truth == .true)
      }
    }
    let count = all.events(ofRow: row, asOf: loaded.asOf).count
    if community.json {
      var json = loaded.json
      json["member"] = .string(named)
      json["member_events"] = .integer(count)
      json["learned"] = .array(learned.map(\.json))
      json["written"] = .array(
        written.map { segment, explanation in
          .object(
            [
              "segment": .string(segment.id), "kind": .string(segment.kind.rawValue),
              "member": .boolean(explanation.truth == .true), "fact": JSONValue(explanation.fact),
              "because": .array(explanation.parts.map(Self.json)),
            ].merging(report(.segment(segment.id), explanation)?.json ?? [:]) { first, _ in first })
        })
      if !stages.isEmpty {
        json["stages"] = .array(
          stages.map { machine, explanation in
            .object(
              [
                "machine": .string(machine), "state": .string(explanation.rule),
                "fact": JSONValue(explanation.fact),
                "moves": .array(explanation.parts.map(Self.json)),
              ].merging(report(.machine(machine), explanation)?.json ?? [:]) { first, _ in first })
          })
      }
      try JSONValue.print(verb: "explain", json)
      return
    }
    print("\(named) as of \(loaded.asOf): \(count) events")
    for explanation in learned { print("\n" + explanation.text) }
    for (segment, explanation) in written {
      let verdict = explanation.truth == .true ? "is in" : "is not in"
      let since = explanation.fact.map { ", \($0)" } ?? ""
      print("\n\(verdict) \(segment.kind.rawValue) \(segment.id)\(since)")
      for part in explanation.parts { print(Self.lines(part, indent: 1).joined(separator: "\n")) }
      let ahead = report(.segment(segment.id), explanation)?.lines
      print(
        (ahead ?? ["  next change: hangs on a rank, which others change, too"]).joined(
          separator: "\n"))
    }
    for (machine, explanation) in stages {
      let since = explanation.fact.map { ", \($0)" } ?? ""
      print("\nis in stage \(explanation.rule) of \(machine)\(since)")
      for part in explanation.parts { print(Self.lines(part, indent: 1).joined(separator: "\n")) }
      for line in report(.machine(machine), explanation)?.lines ?? [] { print(line) }
    }
    if learned.isEmpty, written.isEmpty, stages.isEmpty {
      print("\nNo --model and no segments in --config: nothing else to explain.")
    }
  }

  static func lines(_ explanation: Explanation, indent: Int) -> [String] {
    let fact = explanation.fact.map { " — \($0)" } ?? ""
    let line =
      String(repeating: "  ", count: indent) + "\(explanation.truth): \(explanation.rule)\(fact)"
    return [line] + explanation.parts.flatMap { lines($0, indent: indent + 1) }
  }

  static func json(_ explanation: Explanation) -> JSONValue {
    .object([
      "rule": .string(explanation.rule), "truth": .string("\(explanation.truth)"),
      "fact": JSONValue(explanation.fact), "parts": .array(explanation.parts.map(json)),
    ])
  }
}
