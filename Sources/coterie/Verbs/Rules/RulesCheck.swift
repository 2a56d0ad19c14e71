import ArgumentParser
import Engagement
import EventLog
import Foundation
import Membership
import Segmentation

/// `coterie rules check`: rules that cannot be meant.
struct RulesCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Finds rules that contradict themselves, repeat others or match nobody.",
    discussion: """
      Without events, what the rules alone prove: segments that nobody or everybody is always in, that \
      always have the members of another one or are a part of it, stages that nobody comes into, unused \
      aliases, lists and scores, names that stand twice, reviews that are due. Segments that put on and \
      take off the same tag, or tell the same place as members enter one and leave the other, where \
      nothing proves that no member is in both. With events also what they show: nobody in a segment, \
      the same members in two, sizes outside 'expect', fewer than 20 members for each segment or more \
      than half of the segments under 1 % of the members. Every finding says whether it is a proof, comes \
      from data or is tested only: looked for in the rules, and not excluded.

      With events, a table says what each condition of a rule keeps and drops: how many members it is true \
      of alone, and how many are left after it. Reviews that are due are told where --as-of is given, which \
      events need.

      Exit codes: 0 nothing found, 1 something found, 2 bad input, 64 usage.

      Examples:
        coterie rules check --config coterie.yaml
        coterie rules check events.csv --config coterie.yaml --as-of last
      """)

  @Argument(help: CommunityOptions.eventsHelp, completion: .file())
  var events: [String] = []

  @OptionGroup var input: InputOptions

  @Option(
    name: .customLong("as-of"),
    help: "The time to look at: RFC 3339, a date, 'last' (the newest event) or 'now'.")
  var asOf: AsOf?

  @Option(help: "A model file that rules refer to; may be said several times.", completion: .file())
  var model: [String] = []

  @Option(help: "The seed of random draws; this verb makes none.")
  var seed: UInt64 = 0

  func validate() throws {
    guard input.config != nil else { throw ValidationError("say --config: it holds the rules") }
    if !events.isEmpty, asOf == nil { throw ValidationError("events need --as-of") }
    if events.isEmpty, asOf == .last {
      throw ValidationError("--as-of last needs events; say a time instead")
    }
  }

  func run() throws {
    let models = try model.map { try NamedModel(path: $0) }
    let community = CommunityOptions(input: input, asOf: asOf ?? .last)
    let project = try community.project()
    let linter = RuleLinter(project)
    var findings = linter.proofs()
    var conflicts = linter.conflicts()
    var memberCount: Int?
    var asOf = self.asOf?.known(in: project.settings.clock)
    var funnel: FunnelReport?
    if !events.isEmpty {
      let rules = RuleFunnel(project)
      let (table, loaded) = try community.memberships(
        events, models: models, project: rules.project, doing: "evaluating rules")
      Console.endProgress()
      let members = table.written.prefix(rules.ownCount).map { (id: $0.id, rows: $0.members) }
      findings += linter.witnesses(members, of: table.memberIDs.count)
      findings += linter.unknownMembers(
        table.unknownListed, tellsIDs: input.pseudonymize == nil)
      conflicts = linter.conflicts(members) { table.memberIDs[$0] }
      funnel = FunnelReport(rules, table)
      (memberCount, asOf) = (table.memberIDs.count, loaded.asOf)
    }
    findings += conflicts
    findings += linter.upkeep(asOf: asOf)
    if input.json {
      try JSONValue.print(
        verb: "rules check",
        [
          "as_of": asOf.map { .string($0.description) } ?? .null,
          "members": memberCount.map { .integer($0) } ?? .null,
          "segments": .integer(project.segments.count),
          "findings": .array(findings.map(\.json)), "funnel": funnel?.json ?? .null,
        ])
    } else {
      let readable = ReadableText(clock: project.settings.clock)
      for finding in findings { print(readable.text(finding.description)) }
      let count = project.segments.count
      print(
        (count == 1 ? "1 segment, " : "\(count) segments, ")
          + (findings.isEmpty ? "nothing found" : "\(findings.count) found"))
      if let funnel, project.segments.contains(where: { $0.kind == .rule }) {
        print("\n" + funnel.text)
      }
    }
    if !findings.isEmpty { throw ExitCode(Failure.Code.foundSomething) }
  }
}

extension RuleFinding {
  fileprivate var json: JSONValue {
    .object([
      "kind": .string(kind.rawValue), "basis": .string(basis.rawValue),
      "segment": segment.map { .string($0) } ?? .null, "file": .string(diagnostic.file),
      "line": .integer(diagnostic.position.line), "column": .integer(diagnostic.position.column),
      "message": .string(diagnostic.message),
    ])
  }
}
