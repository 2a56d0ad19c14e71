import ArgumentParser
import Engagement
import EventLog
import Foundation
import Segmentation

/// `coterie lists show`: who is on lists.
struct ListsShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Shows who is on lists at a time, since when, by whom and why, and what is due.",
    discussion: """
      Exit codes: 0 done, 2 bad input, 64 usage.

      Example:
        coterie lists show ambassadors --config coterie.yaml --as-of 2025-07-01
      """)

  @Argument(help: "The list's name in the project file; all lists without one.")
  var name: String?

  @Option(help: "The project file.", completion: .file())
  var config: String

  @Option(
    name: .customLong("as-of"), help: "The time to look at: RFC 3339, a date or 'now'.")
  var asOf: AsOf

  @Flag(help: "Print one JSON object on the standard output.")
  var json = false

  func validate() throws {
    if asOf == .last { throw ValidationError("--as-of last needs events; say a time instead") }
  }

  func run() throws {
    let project = try ProjectFile(path: config)
    guard let time = asOf.known(in: project.settings.clock) else {
      throw Failure.usage("--as-of needs a time")
    }
    let names = project.lists.keys.sorted(by: bytesPrecede)
    if let name, project.lists[name] == nil {
      throw Failure.badInput("\(config): no list \"\(name)\"" + suggestion(for: name, among: names))
    }
    let reports = (name.map { [$0] } ?? names).compactMap { name in
      project.lists[name].map { ListReport(name: name, list: $0, asOf: time) }
    }
    if json {
      try JSONValue.print(
        verb: "lists show",
        ["as_of": .string(time.description), "lists": .array(reports.map(\.json))])
      return
    }
    print("as of \(project.settings.clock.text(time))")
    if reports.isEmpty { print("\(config) has no lists") }
    for report in reports { print("\n" + report.text(in: project.settings.clock)) }
  }
}

/// A list at one time.
private struct ListReport {
  let name: String
  let list: ListDefinition
  let entries: [ListEntry]
  let isReviewDue: Bool
  /// The entries that expire within 30 days.
  let expiring: [ListEntry]

  init(name: String, list: ListDefinition, asOf: Timestamp) {
    self.name = name
    self.list = list
    entries = list.entries(at: asOf)
    isReviewDue = list.reviewBy.map { $0 <= asOf } ?? false
    expiring = entries.filter { entry in
      Self.end(entry, list).map { $0 <= asOf.subtracting(days: -30) } ?? false
    }
  }

  /// When a member's stay ends: by itself, or with the list.
  private static func end(_ entry: ListEntry, _ list: ListDefinition) -> Timestamp? {
    [entry.expires, list.expires].compactMap { $0 }.min()
  }

  func text(in clock: Clock) -> String {
    var title = "\(name): " + counted(entries.count, "member")
    if let owner = list.owner { title += ", owner \(owner)" }
    if let date = list.reviewBy {
      title +=
        isReviewDue ? ", review was due \(clock.text(date))" : ", review by \(clock.text(date))"
    }
    if let end = list.expires { title += ", until \(clock.text(end))" }
    var lines = [title]
    if !entries.isEmpty {
      var table = TextTable(header: ["member", "since", "until", "by", "reason"])
      for entry in entries {
        table.add([
          entry.memberID, entry.added.map(clock.text) ?? "the beginning",
          Self.end(entry, list).map(clock.text) ?? "", entry.addedBy ?? "",
          (entry.reason ?? "").replacingOccurrences(of: "\n", with: " "),
        ])
      }
      lines.append(table.text)
    }
    if !expiring.isEmpty {
      lines.append(
        "within 30 days \(expiring.count) of them \(expiring.count == 1 ? "expires" : "expire"): "
          + expiring.prefix(10).map(\.memberID).joined(separator: ", ")
          + (expiring.count > 10 ? " and \(expiring.count - 10) more" : ""))
    }
    return lines.joined(separator: "\n")
  }

  var json: JSONValue {
    .object([
      "list": .string(name), "file": JSONValue(list.file), "owner": JSONValue(list.owner),
      "review_by": JSONValue(list.reviewBy?.description), "review_due": .boolean(isReviewDue),
      "expires": JSONValue(list.expires?.description),
      "members": .array(
        entries.map { entry in
          .object([
            "member": .string(entry.memberID), "since": JSONValue(entry.added?.description),
            "until": JSONValue(Self.end(entry, list)?.description),
            "by": JSONValue(entry.addedBy), "reason": JSONValue(entry.reason),
          ])
        }),
      "expiring": .array(expiring.map { .string($0.memberID) }),
    ])
  }
}
