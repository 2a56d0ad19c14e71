import ArgumentParser
import Engagement
import EventLog
import Foundation
import Membership
import Models
import Segmentation

/// `coterie rules forecast`: who will leave and enter segments by time alone.
struct RulesForecast: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forecast",
    abstract: "Says who will leave and enter segments and stages by time alone, when and why.",
    discussion: """
      Nothing new happens in the days to come: windows end, dates come due, list stays expire. Events, \
      additions to lists and removals after --as-of are not looked at, learned labels stay as they are.

      Exit codes: 0 done, 2 bad input, 64 usage.

      Example:
        coterie rules forecast events.csv --config coterie.yaml --as-of last \\
          --days 14 --output leaving.csv
      """)

  @Argument(help: CommunityOptions.eventsHelp, completion: .file())
  var events: [String]

  @OptionGroup var community: CommunityOptions

  @Option(help: "How many days to look ahead, of 24 hours each.")
  var days: Int = 30

  @Option(help: "Only this segment, or the states of this stage machine.")
  var segment: String?

  @Option(
    help: """
      Where to write all changes: a CSV file, or -, with member_id, segment, direction, time, reason \
      and evidence.
      """, completion: .file())
  var output: String?

  @Option(help: "A model file that rules refer to; may be said several times.", completion: .file())
  var model: [String] = []

  @Option(help: "The seed of random draws; this verb makes none.")
  var seed: UInt64 = 0

  func validate() throws {
    guard community.config != nil else { throw ValidationError("say --config: it holds the rules") }
    guard (1...36_500).contains(days) else {
      throw ValidationError("--days must be from 1 to 36500")
    }
    if community.json, output == "-" {
      throw ValidationError("--json and --output - both want the standard output")
    }
  }

  func run() throws {
    let models = try model.map { try NamedModel(path: $0) }
    let project = try community.project()
    if let segment, project.segment(segment) == nil, project.stageMachine(segment) == nil {
      let names = project.segments.map(\.id) + project.stages.map(\.name)
      throw Failure.usage(
        "no segment or stage machine \"\(segment)\"" + suggestion(for: segment, among: names))
    }
    let loaded = try community.load(
      events, project: project, features: models.flatMap(\.model.inputs),
      scopes: models.scopes())
    let end = loaded.asOf.subtracting(days: -days)
    guard Timestamp.accepted.contains(end) else {
      throw Failure.usage("--days \(days) leads to \(end), beyond the times that are read")
    }
    Console.progress("running \(loaded.community.memberIDs.count) timelines on")
    let forecast = try MembershipForecast(
      of: loaded.community, asOf: loaded.asOf, through: end, models: models,
      project: segment.map { project.reduced(to: $0) } ?? project, threadCount: community.threads)
    Console.endProgress()
    let wanted = ForecastReport(
      forecast, segment: segment, readable: ReadableText(clock: project.settings.clock))
    for id in forecast.leftOut where segment == nil || segment == id {
      Console.note("\(id) depends on a rank, which other members change, too: it has no forecast")
    }
    if let output {
      let file = try OutputFile(output)
      try forecast.writeCSV(where: wanted.isWanted) { try file.write($0) }
      try file.commit()
    }
    if community.json {
      try JSONValue.print(
        verb: "rules forecast", loaded.json.merging(wanted.json) { first, _ in first })
    } else if output != "-" {
      print(wanted.text)
    }
  }
}

/// A forecast, or the part of it that is one segment or machine.
private struct ForecastReport {
  let forecast: MembershipForecast
  let segment: String?
  let series: [MembershipForecast.Series]
  let transitions: [Transition]
  private let readable: ReadableText

  init(_ forecast: MembershipForecast, segment: String?, readable: ReadableText) {
    self.forecast = forecast
    self.readable = readable
    self.segment = segment
    series = forecast.series.filter { Self.isWanted($0.subject, segment) }
    transitions = forecast.transitions.filter { Self.isWanted($0.subject, segment) }
  }

  func isWanted(_ transition: Transition) -> Bool { Self.isWanted(transition.subject, segment) }

  private static func isWanted(_ subject: Transition.Subject, _ segment: String?) -> Bool {
    guard let segment else { return true }
    switch subject {
    case .segment(let id): return id == segment
    case .stage(let machine, _): return machine == segment
    }
  }

  var text: String {
    var lines = [
      "\(counted(forecast.memberCount, "member")) as of \(readable.time(forecast.asOf)); by time alone until "
        + readable.time(forecast.end),
      "",
    ]
    var table = TextTable(header: ["segment", "now", "leave", "enter", "then"])
    for series in series {
      table.add([
        series.subject.description, "\(series.size)", "\(series.left.reduce(0, +))",
        "\(series.entered.reduce(0, +))", "\(series.sizeAtEnd)",
      ])
    }
    lines.append(table.text)
    var days = TextTable(header: ["day", "leave", "enter"])
    for (index, day) in forecast.days.enumerated() {
      let left = series.reduce(0) { $0 + $1.left[index] }
      let entered = series.reduce(0) { $0 + $1.entered[index] }
      if left + entered > 0 { days.add(["\(day)", "\(left)", "\(entered)"]) }
    }
    if transitions.isEmpty { return (lines + ["", "Nothing changes."]).joined(separator: "\n") }
    lines += ["", days.text, ""]
    for transition in transitions.prefix(10) {
      let verb = transition.direction == .left ? "leaves" : "enters"
      let evidence = transition.evidence.map { evidence in
        evidence.rule + (evidence.fact.map { " (\(readable.text($0)))" } ?? "")
      }.joined(separator: "; ")
      lines.append(
        "\(readable.time(transition.time)) \(transition.memberID) \(verb) \(transition.subject)"
          + " (\(transition.reason.rawValue)): \(evidence)")
    }
    if transitions.count > 10 {
      lines.append("and \(transitions.count - 10) more; --output FILE.csv has them all")
    }
    return lines.joined(separator: "\n")
  }

  var json: [String: JSONValue] {
    func numbers(_ values: [Int]) -> JSONValue { .array(values.map { .integer($0) }) }
    return [
      "until": .string(forecast.end.description), "members": .integer(forecast.memberCount),
      "days": .array(forecast.days.map { .string($0.description) }),
      "segments": .array(
        series.map { series in
          .object([
            "kind": .string(series.kind.rawValue), "source": .string(series.source),
            "segment": .string(series.id), "now": .integer(series.size),
            "leaving": .integer(series.left.reduce(0, +)),
            "entering": .integer(series.entered.reduce(0, +)),
            "then": .integer(series.sizeAtEnd), "left": numbers(series.left),
            "entered": numbers(series.entered),
          ])
        }),
      "changes": .integer(transitions.count),
      "left_out": .array(forecast.leftOut.map { .string($0) }),
    ]
  }
}
