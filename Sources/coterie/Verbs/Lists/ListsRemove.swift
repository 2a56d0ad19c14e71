import ArgumentParser
import EventLog
import Segmentation

/// `coterie lists remove`: takes members off a list.
struct ListsRemove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Takes members off a list, from a time on; their rows are kept.",
    discussion: """
      Members who are not on the list at that time are an error, and nothing is written, unless \
      --skip-missing is given.

      Exit codes: 0 done, 2 bad input, 64 usage.

      Example:
        coterie lists remove hosts m0007 --config coterie.yaml --at now --by eva \\
          --reason moved
      """)

  @OptionGroup var edit: ListEditOptions

  @Flag(
    name: .customLong("skip-missing"),
    help: "Leave members out that cannot be removed, and remove the others.")
  var skipsMissing = false

  func run() throws {
    let lists = try edit.editing(createsFile: false)
    let time = edit.at.instant(in: lists.clock)
    let ids = try edit.ids()
    let found = try lists.change(unless: { !$0.problems.isEmpty && !skipsMissing }) {
      file throws(ListFileError) in
      try file.remove(
        ids, at: time, by: edit.name(edit.by), reason: edit.name(edit.reason), clock: lists.clock)
    }
    if !found.problems.isEmpty, !skipsMissing {
      throw Failure.badInput(
        (found.problems + ["nothing was written; --skip-missing removes the others"])
          .joined(separator: "\n"))
    }
    for problem in found.problems { Console.note(problem) }
    if edit.json {
      try JSONValue.print(
        verb: "lists remove",
        [
          "list": .string(edit.name), "file": .string(lists.path), "at": .string(time.description),
          "removed": .array(found.removed.map { .string($0) }),
          "skipped": .array(found.problems.map { .string($0) }),
        ])
    } else {
      print("\(edit.name): \(found.removed.count) removed, \(found.problems.count) left out")
    }
  }
}
