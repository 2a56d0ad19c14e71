import ArgumentParser
import Comparison
import EventLog
import Foundation
import Membership
import Models
import Segmentation

/// `coterie compare`: learned segments beside written ones.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares learned segments with written rules and lists.",
    discussion: """
      Example:
        coterie compare events.csv --members members.csv --model members.safetensors \
      --config coterie.yaml --as-of last
      """)

  @Argument(help: CommunityOptions.eventsHelp)
  var events: [String]

  @OptionGroup var community: CommunityOptions

  @Option(help: "The model file.")
  var model: String

  @Flag(help: "Show every pair of segments that share members, not only the three best.")
  var all = false

  @Option(help: "The seed of random draws; this verb makes none.")
  var seed: UInt64 = 0

  func validate() throws {
    if community.config == nil {
      throw ValidationError("compare needs --config: the project file with the written segments")
    }
  }

  func run() throws {
    let model = try NamedModel(path: model)
    let project = try community.project()
    guard !project.segments.isEmpty else {
      throw Failure.badInput(
        "\(project.file): has no segments to compare with: write some under segments:")
    }
    let (table, loaded) = try community.memberships(
      events, models: [model], project: project, doing: "comparing")
    let comparison = SegmentComparison(table, model: model)
    Console.endProgress()
    let report = ComparisonReport(comparison, model: model, project: project)
    if community.json {
      try JSONValue.print(
        verb: "compare", loaded.json.merging(report.json) { loaded, _ in loaded })
    } else {
      print("\(comparison.memberCount) members as of \(loaded.asOf)\n")
      print(report.text(matchLimit: all ? nil : 3))
    }
  }
}
