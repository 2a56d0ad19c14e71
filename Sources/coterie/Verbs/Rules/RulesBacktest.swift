import ArgumentParser
import Engagement
import EventLog
import Foundation
import Membership
import Models
import Segmentation

/// `coterie rules backtest`: segments at past times, and before a change goes live.
struct RulesBacktest: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backtest",
    abstract: "Says how segments would have done at past times, and what a change would do.",
    discussion: """
      With --since and --every: the size of every segment, list and state at each time, who entered and \
      left on the way, and what they share at the end. Each time is looked at as if it were now. With --edit: \
      who would enter and leave at --as-of if the project file were the other one.

      Exit codes: 0 done, 2 bad input, 64 usage.

      Examples:
        coterie rules backtest events.csv --config coterie.yaml --since 2023-06-01 \\
          --every 1mo --as-of 2024-06-01
        coterie rules backtest events.csv --config coterie.yaml --edit new.yaml \\
          --as-of last
      """)

  @Argument(help: CommunityOptions.eventsHelp, completion: .file())
  var events: [String]

  @OptionGroup var community: CommunityOptions
  @OptionGroup var snapshots: SnapshotOptions

  @Option(help: "Another project file: who would enter and leave with it?", completion: .file())
  var edit: String?

  @Option(help: "A model file; may be said several times.", completion: .file())
  var model: [String] = []

  @Option(help: "The seed of random draws; this verb makes none.")
  var seed: UInt64 = 0

  func validate() throws {
    guard community.config != nil else { throw ValidationError("say --config: it holds the rules") }
    guard snapshots.isSeries || edit != nil else {
      throw ValidationError("say --since and --every for past times, --edit for a change, or both")
    }
  }

  func run() throws {
    let models = try model.map { try NamedModel(path: $0) }
    let project = try community.project()
    var changed: ProjectFile?
    if let edit {
      var options = community
      options.config = edit
      changed = try options.project()
    }
    if let last = community.asOf.known(in: project.settings.clock) {
      _ = try snapshots.times(through: last, clock: project.settings.clock)
    }
    let loaded = try community.load(
      events, project: project, features: models.flatMap(\.model.inputs),
      otherProjects: changed.map { [$0] } ?? [], scopes: models.scopes())
    var json = loaded.json
    if snapshots.isSeries {
      let times = try snapshots.times(through: loaded.asOf, clock: project.settings.clock)
      let backtest = try MembershipBacktest(
        of: loaded.community, at: times, models: models, project: project,
        threadCount: community.threads
      ) { Console.progress("evaluating segments as of \(project.settings.clock.text($0))") }
      Console.endProgress()
      json["backtest"] = backtest.json
      if !community.json { print(backtest.text(in: project.settings.clock)) }
    }
    if let changed {
      Console.progress("comparing the two files")
      let tables = try [project, changed].map { project in
        try MembershipTable(
          labelling: loaded.community, asOf: loaded.asOf, models: models, project: project,
          threadCount: community.threads)
      }
      Console.endProgress()
      let changes = MembershipChange.between(tables[0], tables[1])
      json["edit"] = .array(changes.map(\.json))
      if !community.json { print(MembershipChange.text(changes)) }
    }
    if community.json { try JSONValue.print(verb: "rules backtest", json) }
  }
}

extension MembershipBacktest {
  fileprivate func text(in clock: Clock) -> String {
    var lines = [
      "\(times.count) times from \(clock.text(times[0])) to \(clock.text(times[times.count - 1])); "
        + "\(memberCounts[0]) to \(counted(memberCounts[memberCounts.count - 1], "member"))", "",
    ]
    var table = TextTable(
      header: ["segment", "first", "least", "most", "last", "entered", "left", "churn a step"])
    for series in series {
      table.add([
        series.title, "\(series.sizes[0])", "\(series.sizes.min() ?? 0)",
        "\(series.sizes.max() ?? 0)", "\(series.sizes[series.sizes.count - 1])",
        "\(series.entered.reduce(0, +))", "\(series.left.reduce(0, +))",
        series.meanChurn.map { String(format: "%.1f %%", 100 * $0) } ?? "",
      ])
    }
    lines += [table.text, "", "Members at each time:", sizes(in: clock)]
    let large = overlaps.filter { $0.jaccard >= 0.25 }.prefix(10)
    if !large.isEmpty { lines += ["", "Shared at the end:"] }
    for overlap in large {
      lines.append(
        "  \(series[overlap.first].title) and \(series[overlap.second].title): "
          + "\(counted(overlap.sharedCount, "member")), Jaccard \(String(format: "%.2f", overlap.jaccard))"
      )
    }
    return lines.joined(separator: "\n")
  }

  /// The size of each segment at each time, a column a time.
  private func sizes(in clock: Clock) -> String {
    // Days where each has one time, else the instants.
    let areDays = Set(times.map(clock.day)).count == times.count
    var table = TextTable(
      header: ["segment"]
        + times.map {
          areDays ? "\(CivilDate(daysSince1970: clock.day(of: $0)))" : clock.text($0)
        })
    for series in series { table.add([series.title] + series.sizes.map(String.init)) }
    table.add(["(all members)"] + memberCounts.map(String.init))
    return table.text
  }

  fileprivate var json: JSONValue {
    func numbers(_ values: [Int]) -> JSONValue { .array(values.map { .integer($0) }) }
    return .object([
      "times": .array(times.map { .string($0.description) }), "members": numbers(memberCounts),
      "segments": .array(
        series.map { series in
          .object([
            "kind": .string(series.kind.rawValue), "source": .string(series.source),
            "segment": .string(series.id), "sizes": numbers(series.sizes),
            "entered": numbers(series.entered), "left": numbers(series.left),
            "mean_churn": series.meanChurn.map { .number($0) } ?? .null,
          ])
        }),
      "overlaps": .array(
        overlaps.map { overlap in
          .object([
            "first": .string(series[overlap.first].title),
            "second": .string(series[overlap.second].title),
            "shared": .integer(overlap.sharedCount), "jaccard": .number(overlap.jaccard),
          ])
        }),
    ])
  }
}

extension MembershipBacktest.Series {
  fileprivate var title: String {
    switch kind {
    case .stage: "\(source)=\(id)"
    case .learned: "\(source) \(id)"
    case .list, .rule: id
    }
  }
}

extension MembershipChange {
  fileprivate static func text(_ changes: [MembershipChange]) -> String {
    var table = TextTable(header: ["segment", "members then", "enter", "leave", ""])
    for change in changes {
      let note =
        change.exists.before ? (change.exists.after ? "" : "no longer there") : "new"
      table.add([
        change.id, "\(change.size)", "\(change.entered.count)", "\(change.left.count)", note,
      ])
    }
    var lines = [table.text]
    for change in changes where change.exists.before && change.exists.after {
      for (word, ids) in [("enter", change.entered), ("leave", change.left)] where !ids.isEmpty {
        lines.append(
          "\(change.id): \(ids.prefix(10).joined(separator: ", "))"
            + (ids.count > 10 ? " and \(ids.count - 10) more" : "") + " would \(word)")
      }
    }
    return lines.joined(separator: "\n")
  }

  fileprivate var json: JSONValue {
    .object([
      "segment": .string(id), "is_new": .boolean(!exists.before),
      "is_gone": .boolean(!exists.after), "members": .integer(size),
      "entered": .array(entered.map { .string($0) }), "left": .array(left.map { .string($0) }),
    ])
  }
}
