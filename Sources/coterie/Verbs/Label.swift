import ArgumentParser
import Engagement
import EventLog
import Foundation
import Membership
import Models
import Segmentation

/// `coterie label`: events and models and rules in, memberships out.
struct Label: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Labels members with models, rules and lists.",
    discussion: """
      The file has one row a membership: member_id,kind,source,segment,confidence,distance,novel. With \
      --wide it has one row a member: the segment's id for each model, the state for each stage machine, \
      true or false for each segment and list. --probabilities adds a column MODEL:SEGMENT for each \
      learned segment: (1/d^p) of its distance d over the sum of these of all segments, with the model's \
      exponent p, so that the two nearest are to each other as the confidence is to the rest of 1.

      Exit codes: 0 done, 2 bad input, 64 usage.

      Examples:
        coterie label events.csv --model members.safetensors --as-of last \\
          --output labels.csv
        coterie label events.csv --config coterie.yaml --as-of last --wide --names \\
          --output wide.csv
      """)

  @Argument(help: CommunityOptions.eventsHelp, completion: .file())
  var events: [String]

  @OptionGroup var community: CommunityOptions

  @Option(help: "A model file; may be said several times.", completion: .file())
  var model: [String] = []

  @Option(help: "Where to write the memberships: a CSV file, or -.", completion: .file())
  var output: String

  @OptionGroup var layout: LabelLayoutOptions

  @Option(help: "The seed of random draws; this verb makes none.")
  var seed: UInt64 = 0

  func validate() throws {
    if model.isEmpty, community.config == nil {
      throw ValidationError("say --model, --config or both: there is nothing to label with")
    }
    if community.json, output == "-" {
      throw ValidationError("--json and --output - both want the standard output")
    }
    let attributes = layout.attributes.flatMap(\.names)
    guard Set(attributes).count == attributes.count else {
      throw ValidationError("--attributes names a column twice")
    }
    if !layout.attributes.isEmpty, community.members == nil {
      throw ValidationError("--attributes needs --members: its columns are what it names")
    }
    if layout.hasProbabilities, model.isEmpty {
      throw ValidationError("--probabilities needs --model: they are of learned segments")
    }
  }

  func run() throws {
    try community.check(outputs: [output], inputs: events + model)
    let models = try model.map { try NamedModel(path: $0) }
    let project = try community.project()
    let only = try layout.selection(in: SegmentDirectory(models: models, project: project))
    let (table, loaded) = try community.memberships(
      events, models: models, project: project, wantsProbabilities: layout.hasProbabilities,
      doing: "labelling")
    Console.endProgress()
    for line in table.outsideLines { Console.note(line) }
    let written = try layout.layout(
      of: table, only: only, members: loaded.community.members, file: community.members)
    tellUnknownListed(table)
    let file = try OutputFile(output)
    try table.writeCSV(written, project: project) { try file.write($0) }
    try file.commit()
    let counts = SegmentCounts(table, project: project, only: only)
    let claims = table.models.map {
      ClaimReport(model: $0, checks: table.claimChecks[$0.name] ?? [], project: project)
    }
    for line in claims.flatMap(\.lines) { Console.note(line) }
    if community.json {
      var json = loaded.json
      json["members"] = .integer(table.memberIDs.count)
      json["models"] = .object(
        Dictionary(uniqueKeysWithValues: models.map { ($0.name, .string($0.id)) }))
      json["outside_among"] = table.outsideJSON
      json["segments"] = counts.json
      json["untrue_claims"] = .array(claims.flatMap(\.json))
      json["unknown_listed"] = .object(
        table.unknownListed.mapValues { .array($0.map { .string($0) }) })
      json["peak_memory_bytes"] = .integer(peakMemoryInBytes())
      try JSONValue.print(verb: "label", json)
    } else if output != "-" {
      print(
        "\(counted(table.memberIDs.count, "member")) as of \(project.settings.clock.text(loaded.asOf))\n"
      )
      print(counts.text)
    }
  }

  /// Says which ids on lists nobody has, or how many.
  private func tellUnknownListed(_ table: MembershipTable) {
    for (name, ids) in table.unknownListed.sorted(by: { bytesPrecede($0.key, $1.key) }) {
      Console.note(
        ListDefinition.warning(
          ofUnknown: ids, onList: name, tellsIDs: community.pseudonymize == nil))
    }
  }
}
