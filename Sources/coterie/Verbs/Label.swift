import ArgumentParser
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
      Example:
        coterie label events.csv --members members.csv --model members.safetensors \
      --config coterie.yaml --as-of last --output labels.csv
      """)

  @Argument(help: CommunityOptions.eventsHelp)
  var events: [String]

  @OptionGroup var community: CommunityOptions

  @Option(help: "A model file; may be said several times.")
  var model: [String] = []

  @Option(help: "Where to write the memberships: a CSV file, or -.")
  var output: String

  @Option(help: "The seed of random draws; this verb makes none.")
  var seed: UInt64 = 0

  func validate() throws {
    if model.isEmpty, community.config == nil {
      throw ValidationError("say --model, --config or both: there is nothing to label with")
    }
    if community.json, output == "-" {
      throw ValidationError("--json and --output - both want the standard output")
    }
  }

  func run() throws {
    try community.check(outputs: [output], inputs: events + model)
    let models = try model.map { try NamedModel(path: $0) }
    let project = try community.project()
    let (table, loaded) = try community.memberships(
      events, models: models, project: project, doing: "labelling")
    let file = try OutputFile(output)
    try table.writeCSV { try file.write($0) }
    try file.commit()
    Console.endProgress()
    for line in table.outsideLines { Console.note(line) }
    let counts = SegmentCounts(table, project: project)
    if community.json {
      var json = loaded.json
      json["members"] = .integer(table.memberIDs.count)
      json["models"] = .object(
        Dictionary(uniqueKeysWithValues: models.map { ($0.name, .string($0.id)) }))
      json["outside_among"] = table.outsideJSON
      json["segments"] = counts.json
      json["peak_memory_bytes"] = .integer(peakMemoryInBytes())
      try JSONValue.print(verb: "label", json)
    } else if output != "-" {
      print("\(table.memberIDs.count) members as of \(loaded.asOf)\n")
      print(counts.text)
    }
  }
}

/// How many members each segment has.
struct SegmentCounts {
  private struct Row {
    let kind: String
    let source: String
    let id: String
    let name: String
    let count: Int
    let novel: Int?
  }

  private var rows: [Row] = []
  private let total: Int

  init(_ table: MembershipTable, project: ProjectFile) {
    total = table.memberIDs.count
    for model in table.models {
      let labels = table.labels[model.name] ?? []
      for (position, segment) in model.model.segments.enumerated() {
        let own = labels.compactMap { $0 }.filter { $0.segment == position }
        rows.append(
          Row(
            kind: "learned", source: model.name, id: segment.id,
            name: model.segmentName(position, in: project), count: own.count,
            novel: own.count(where: \.isNovel)))
      }
    }
    for segment in table.written + table.stages {
      let name = segment.kind == .stage ? nil : project.segment(segment.id)?.name
      rows.append(
        Row(
          kind: segment.kind.rawValue, source: segment.source, id: segment.id,
          name: name ?? segment.id, count: segment.members.count, novel: nil))
    }
  }

  var json: JSONValue {
    .array(
      rows.map { row in
        .object([
          "kind": .string(row.kind), "source": .string(row.source), "segment": .string(row.id),
          "name": .string(row.name), "members": .integer(row.count),
          "novel": row.novel.map { .integer($0) } ?? .null,
        ])
      })
  }

  var text: String {
    var table = TextTable(header: ["segment", "kind", "members", "share", "novel"])
    for row in rows {
      let title = row.name == row.id ? row.id : "\(row.id) \(row.name)"
      let source = row.source.isEmpty ? row.kind : "\(row.kind) (\(row.source))"
      table.add([
        title, source, String(row.count), percent(row.count, of: total),
        row.novel.map(String.init) ?? "",
      ])
    }
    return table.text
  }
}

/// A share in percent, one digit behind the point.
func percent(_ part: Int, of whole: Int) -> String {
  whole == 0 ? "–" : String(format: "%.1f %%", 100 * Double(part) / Double(whole))
}
