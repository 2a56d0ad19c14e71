import ArgumentParser
import EventLog
import Segmentation

/// `coterie lists add`: puts members on a list.
struct ListsAdd: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Puts members on a list, from a time on.",
    discussion: """
      Those who are on the list at that time stay as they are. The list's file is made where there is \
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
    let found = try lists.change { file throws(ListFileError) in
      try file.add(
        ids, at: time, expires: end, by: edit.name(edit.by), reason: edit.name(edit.reason),
        clock: lists.clock)
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
      Console.note("\(entry.memberID) is on the list \(edit.name) already\(until)")
    }
    print("\(edit.name): \(found.added.count) added, \(found.present.count) on it already")
  }
}
