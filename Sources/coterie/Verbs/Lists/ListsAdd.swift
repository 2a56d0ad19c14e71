import ArgumentParser
import EventLog
import Segmentation

/// `coterie lists add`: puts members on a list.
struct ListsAdd: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Puts members on a list, from a time on.",
    discussion: """
      Those who are on the list at that time stay as they are. A stay that would overlap one that begins \
      later, or that somebody ended, is refused, and nothing is written. The list's file is made where there is \
      none; a file that is no list's file is left as it is, and an error. With --match email, addresses of \
      the members file stand for ids: where nobody or several have one, nothing is written.

      Exit codes: 0 done, 2 bad input, 64 usage.

      Examples:
        coterie lists add hosts m0007 m0161 --config coterie.yaml --at 2025-07-01 \\
          --by eva
        coterie lists add hosts eva@example.org --match email --members members.csv \\
          --config c.yaml --at now
      """)

  @OptionGroup var edit: ListEditOptions

  @Option(help: "When the stays end: RFC 3339, or a date, which ends them as it begins.")
  var expires: WrittenTime?

  func run() throws {
    let lists = try edit.editing(createsFile: true)
    let time = edit.at.instant(in: lists.clock)
    let end = expires?.instant(in: lists.clock)
    if let end, end <= time {
      throw Failure.usage("--expires \(end) is not after --at \(time)")
    }
    if let over = lists.definition.expires, over <= time {
      throw Failure.badInput(
        "the list \(edit.name) ended \(over): nobody is on it at \(time); change its expires first")
    }
    let ids = try edit.ids()
    let found = try lists.change(unless: { !$0.conflicts.isEmpty }) {
      file throws(ListFileError) in
      try file.add(
        ids, at: time, expires: end, by: edit.name(edit.by), reason: edit.name(edit.reason),
        clock: lists.clock)
    }
    if !found.conflicts.isEmpty {
      throw Failure.badInput(
        (found.conflicts.map { message($0, lists, at: time) } + ["nothing was written"])
          .joined(separator: "\n"))
    }
    if edit.json {
      try JSONValue.print(
        verb: "lists add",
        [
          "list": .string(edit.name), "file": .string(lists.path), "at": .string(time.description),
          "expires": JSONValue(end?.description), "added": .array(found.added.map { .string($0) }),
          "present": .array(found.present.map { .string($0.memberID) }),
        ])
      return
    }
    for entry in found.present {
      let until = entry.expires.map { " until \($0)" } ?? ""
      let kept =
        end == nil || end == entry.expires
        ? "" : "; --expires changes no stay: correct it in \(lists.path)"
      Console.note("\(entry.memberID) is on the list \(edit.name) already\(until)\(kept)")
    }
    print("\(edit.name): \(found.added.count) added, \(found.present.count) on it already")
  }

  /// Which stay stands against a new one, and what can be done.
  private func message(_ conflict: ListConflict, _ lists: ListEditing, at time: Timestamp) -> String
  {
    let entry = conflict.entry
    let stay =
      (entry.added.map { "from \($0)" } ?? "from the beginning")
      + (entry.end.map { " until \($0)" } ?? " on")
    let place = "\(lists.path):\(conflict.line): \(entry.memberID) is on the list \(stay)"
    if let added = entry.added, added > time {
      return
        "\(place), which a stay from \(time) on would overlap: end the new one with --expires \(added), "
        + "or correct added_at in that row"
    }
    return
      "\(place), a stay that was ended by hand: begin the new one with --at \(entry.end ?? time) or later, "
      + "or correct removed_at in that row"
  }
}
