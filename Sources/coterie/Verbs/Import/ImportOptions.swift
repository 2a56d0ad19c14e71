import ArgumentParser
import EventLog
import Foundation

/// Where an import goes, and what members are called in it.
struct ImportOptions: ParsableArguments {
  @Option(help: "The folder to write to; it is made if it is not there.", completion: .directory)
  var output: String = "."

  @Option(help: "What the files' names begin with.")
  var name: String?

  @Option(
    help: """
      A file of 16 bytes or more that ids are hashed with: the same key gives the same ids. Without \
      it the key is random and thrown away.
      """, completion: .file())
  var key: String?

  @Flag(name: .customLong("plain-ids"), help: "Keep the source's own ids instead of hashing them.")
  var keepsPlainIDs = false

  @Flag(help: "Print one JSON object on the standard output.")
  var json = false

  func validate() throws {
    if keepsPlainIDs, key != nil {
      throw ValidationError("--plain-ids hashes nothing: leave out --key or --plain-ids")
    }
    if let name, name.isEmpty || name.contains("/") {
      throw ValidationError("--name is the beginning of a file's name, without /")
    }
  }

  /// What members are called.
  func naming() throws -> MemberNaming {
    if keepsPlainIDs { return .plain }
    if let key { return .pseudonyms(try Pseudonymizer(keyFile: key, digitCount: 10)) }
    Console.note(
      "ids are hashed with a random key that is thrown away: another import gives other ids"
        + " (--key FILE keeps them, --plain-ids hashes nothing)")
    return .pseudonyms(.withRandomKey(digitCount: 10))
  }

  /// Writes both files, or neither, and says what was found.
  func write(_ community: ImportedCommunity, source: String, defaultName: String) throws {
    let folder = URL(fileURLWithPath: output, isDirectory: true)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw EventLogError.unwritable(file: output, reason: "the folder cannot be made")
    }
    func path(_ kind: String) -> String {
      (output as NSString).appendingPathComponent("\(name ?? defaultName)-\(kind).csv")
    }
    let events = try OutputFile(path("events"))
    let members = try OutputFile(path("members"))
    try community.writeEvents { try events.write($0) }
    try community.writeMembers { try members.write($0) }
    try events.commit()
    try members.commit()
    Console.endProgress()
    community.report.tell(source)
    let counts = community.eventCounts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    if json {
      try JSONValue.print(
        verb: "import",
        [
          "source": .string(source),
          "files": .object([
            "events": .string(path("events")), "members": .string(path("members")),
          ]),
          "members": .integer(community.memberCount),
          "events": .object([
            "records": .integer(community.report.reading.recordCount),
            "accepted": .integer(community.eventCount),
            "repeated": .integer(community.report.reading.repeatedEventCount),
            "rejected": .object(
              community.report.reading.rejectedByKind.mapValues { .integer($0) }),
            "left_out": .object(community.report.leftOut.mapValues { .integer($0) }),
            "incomplete": .object(community.report.incomplete.mapValues { .integer($0) }),
            "types": .object(community.eventCounts.mapValues { .integer($0) }),
          ]),
        ])
      return
    }
    print(
      "\(counted(community.eventCount, "event")) of \(counted(community.memberCount, "member"))")
    for (type, count) in counts { print("  \(type): \(count)") }
    print("\(path("events"))\n\(path("members"))")
  }
}

extension ImportReport {
  /// Says on the standard error what was refused, left out and taken without a part.
  fileprivate func tell(_ source: String) {
    reading.tell(source, repeats: "left out: repeats of others")
    func inOrder(_ counts: [String: Int]) -> [(key: String, value: Int)] {
      counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    }
    for (reason, count) in inOrder(leftOut) {
      Console.note("\(source): \(counted(count, "record")) left out: \(reason)")
    }
    for (reason, count) in inOrder(incomplete) {
      Console.note("\(source): \(counted(count, "event")) with \(reason)")
    }
  }
}

/// How many bad records an import takes, and where they go.
struct ImportRejectionOptions: ParsableArguments {
  @Option(
    name: .customLong("max-rejected"),
    help: "How many bad records end the run: a number, or a share such as 0.5%.")
  var maximumRejected: RejectionLimit = .share(0.01)

  @Option(
    help: "A file for all rejected records, as they are: file,line,reason,record.",
    completion: .file())
  var rejects: String?

  /// Imports, with the rejected records written also where that fails.
  func collecting(
    _ body: ((Rejection) throws -> Void) throws -> ImportedCommunity
  ) throws -> ImportedCommunity {
    let file = try rejects.map { try RejectionFile($0) }
    do {
      let community = try body { try file?.write($0) }
      try file?.commit()
      return community
    } catch {
      Console.endProgress()
      try file?.commit()
      throw error
    }
  }
}
