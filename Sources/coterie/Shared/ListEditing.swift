import ArgumentParser
import Engagement
import EventLog
import Foundation
import Segmentation

/// A time as written on the command line; plain dates begin in the project's zone.
enum WrittenTime: ExpressibleByArgument, Equatable {
  case now
  case text(String)

  init?(argument: String) {
    guard argument == "now" || Timestamp(argument) != nil else { return nil }
    self = argument == "now" ? .now : .text(argument)
  }

  func instant(in clock: Clock) -> Timestamp {
    switch self {
    case .now: return Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
    case .text(let text):
      guard let instant = Timestamp(text, in: clock) else {
        preconditionFailure("the argument was read before")
      }
      return instant
    }
  }
}

/// What adding to a list and removing from it have in common.
struct ListEditOptions: ParsableArguments {
  @Argument(help: "The list's name in the project file.")
  var name: String

  @Argument(
    help: "The members' ids; with --match what they have in that column, such as addresses.")
  var members: [String] = []

  @Option(help: "The project file.", completion: .file())
  var config: String

  @Option(
    help: "A file of ids, or -: CSV with a column member_id, else the first one counts.",
    completion: .file())
  var from: String?

  @Option(help: "Find members by this column of --members instead of by their ids, such as email.")
  var match: String?

  @Option(
    name: .customLong("members"), help: "The members file that --match looks in.",
    completion: .file())
  var membersFile: String?

  @Option(help: "From when on: RFC 3339, a date (as it begins in the project's zone) or 'now'.")
  var at: WrittenTime

  @Option(help: "Who does it.")
  var by: String?

  @Option(help: "Why.")
  var reason: String?

  @Flag(help: "Print one JSON object on the standard output.")
  var json = false

  func validate() throws {
    if members.isEmpty, from == nil {
      throw ValidationError("say the members' ids, or --from a file of them")
    }
    if (match == nil) != (membersFile == nil) {
      throw ValidationError("--match and --members go together: a column, and the file that has it")
    }
  }

  /// A text, or nil where it is blank.
  func name(_ text: String?) -> String? {
    let text = text?.trimmingCharacters(in: .whitespaces) ?? ""
    return text.isEmpty ? nil : text
  }

  /// The ids given on the command line, then those of the file.
  func ids() throws -> [String] {
    var ids = members.map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " \t")) }
    if ids.contains("") { throw Failure.usage("a member's id is empty") }
    if let from {
      let text: String
      if from == "-" {
        guard
          let input = String(
            bytes: FileHandle.standardInput.readDataToEndOfFile(), encoding: .utf8)
        else { throw EventLogError.unreadable(file: "-", reason: "it is not UTF-8 text") }
        text = input
      } else {
        text = try ProjectFile.text(of: from)
      }
      do {
        ids += try ListFile(text).texts(ofColumn: match)
      } catch {
        throw Failure.badInput("\(from): \(error)")
      }
    }
    if let id = ids.first(where: { $0.utf8.contains(0) }) {
      throw Failure.badInput("an id cannot hold the character NUL: \(id)")
    }
    guard let match, let membersFile else { return ids }
    return try MemberMatching(column: match, file: membersFile).ids(of: ids)
  }

  /// The list in its project.
  func editing(createsFile: Bool) throws -> ListEditing {
    let project = try ProjectFile(
      path: config, missingList: createsFile ? ListFile.fullHeader : nil)
    guard let definition = project.lists[name] else {
      throw Failure.badInput(
        "\(config): no list \"\(name)\""
          + suggestion(for: name, among: project.lists.keys.sorted(by: bytesPrecede)))
    }
    guard let file = definition.file else {
      let lines = definition.memberLines ?? definition.position.line...definition.position.line
      let place =
        lines.count == 1
        ? "line \(lines.lowerBound)" : "lines \(lines.lowerBound) to \(lines.upperBound)"
      throw Failure.badInput(
        """
        \(config):\(lines.lowerBound): the members of \(name) stand in the project file (\(place)), \
        which is not edited; move them to a file: write \(name): {file: \(name).csv} there, and into \
        \(name).csv the line member_id, then an id a line
        """)
    }
    return ListEditing(
      definition: definition, path: project.path(ofListFile: file), clock: project.settings.clock)
  }
}

/// A list whose file can be changed.
struct ListEditing {
  let definition: ListDefinition
  let path: String
  let clock: Clock

  /// Changes the list's file, whole or not at all, while nobody else does; a file that stays as it is
  /// is not written.
  ///
  /// - Parameters:
  ///   - isRefused: whether what was found forbids to write.
  ///   - body: the change.
  /// - Returns: what the change found.
  /// - Throws: ``Failure`` for a file that is none, and `EventLogError` where it cannot be read or written.
  func change<Found>(
    unless isRefused: (Found) -> Bool = { _ in false },
    _ body: (inout ListFile) throws(ListFileError) -> Found
  ) throws -> Found {
    // A link stays one: what it leads to is replaced.
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    let lock = try FolderLock(target.deletingLastPathComponent().path)
    defer { lock.release() }
    let exists = FileManager.default.fileExists(atPath: target.path)
    do {
      let before = exists ? try ProjectFile.text(of: target.path) : ListFile.fullHeader
      var file = try ListFile(before)
      guard file.isListFile else {
        throw Failure.badInput(
          """
          \(path): not a list's file, and left as it is: its header is \
          \(file.columnNames.joined(separator: ", ")); a list's file has member_id alone, or member_id and \
          columns such as added_at. Give the list a file of its own, or write such a header
          """)
      }
      let found = try body(&file)
      if !isRefused(found), file.text != before {
        let output = try OutputFile(target.path, keepsPermissions: true)
        try output.write(file.text)
        try output.commit()
      }
      return found
    } catch let error as ListFileError {
      guard case .badCells = error else { throw Failure.badInput("\(path): \(error)") }
      throw Failure.badInput(
        error.description.split(separator: "\n").map { "\(path):\($0)" }.joined(separator: "\n"))
    }
  }
}

/// A lock on a folder, for those who replace files in it: the files themselves are other ones
/// after that.
struct FolderLock {
  private let descriptor: Int32

  /// Waits until nobody else has the lock.
  init(_ path: String) throws {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw EventLogError.unwritable(file: path, reason: String(cString: strerror(errno)))
    }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else {
        let reason = "it cannot be locked: " + String(cString: strerror(errno))
        close(descriptor)
        throw EventLogError.unwritable(file: path, reason: reason)
      }
    }
  }

  /// Gives the lock back.
  func release() { close(descriptor) }
}
