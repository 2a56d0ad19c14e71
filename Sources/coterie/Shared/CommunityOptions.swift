import ArgumentParser
import Engagement
import EventLog
import Foundation
import LinearAlgebra
import Membership
import Segmentation

/// Where members and rules come from, and how records are read.
struct InputOptions: ParsableArguments {
  @Option(help: "A members file: member_id, joined_at and attributes.", completion: .file())
  var members: String?

  @Option(
    name: .customLong("config"), help: "The project file; every command works without one.",
    completion: .file())
  var configs: [String] = []

  /// The project file, the first of several.
  var config: String? {
    get { configs.first }
    set { configs = newValue.map { [$0] } ?? [] }
  }

  @OptionGroup var columns: ColumnOptions

  @Option(
    name: .customLong("max-rejected"),
    help: "How many bad records end the run: a number, or a share such as 0.5%.")
  var maximumRejected: RejectionLimit = .share(0.01)

  @Option(help: "A file for all rejected records: file,line,reason,record.", completion: .file())
  var rejects: String?

  @Option(
    help: """
      The unit of times that are numbers since 1970: s, ms, us or ns; without it their size says.
      """)
  var timeUnit: EpochUnit?

  @Option(
    help: """
      The form of all times in strptime's letters, such as '%d/%m/%Y %H:%M'; without it RFC 3339, \
      dates as 2024-05-01 and numbers since 1970 are read.
      """, transform: { try TimeFormat($0) })
  var timeFormat: TimeFormat?

  @Option(
    help: """
      Replace all member ids by pseudonyms while reading: m and 16 digits of the HMAC-SHA256 under \
      the key in this file (16 bytes or more).
      """, completion: .file())
  var pseudonymize: String?

  @Option(help: "How many threads work at once.")
  var threads: Int = availableProcessorCount

  @Flag(
    help: """
      Give the events of one member one id, by records that say which ids are theirs, such as \
      identify and alias.
      """)
  var identities = false

  @Flag(help: "Print one JSON object on the standard output.")
  var json = false

  func validate() throws {
    guard threads >= 1 else { throw ValidationError("--threads must be at least 1") }
    if timeUnit != nil, timeFormat != nil {
      throw ValidationError("give --time-unit or --time-format, not both")
    }
  }
}

/// Where events and members come from, and as of when they are looked at.
struct CommunityOptions: ParsableArguments {
  /// What every verb says of its EVENTS.
  static let eventsHelp: ArgumentHelp = """
    Event logs: CSV or JSON Lines, also gzipped; files, patterns such as 'logs/2024-*.csv.gz', or - for \
    the standard input.
    """

  @OptionGroup var input: InputOptions

  @Option(
    name: .customLong("as-of"),
    help: "The time to look at: RFC 3339, a date, 'last' (the newest event) or 'now'.")
  var asOf: AsOf

  init() {}

  /// Options that were read apart from one another.
  init(input: InputOptions, asOf: AsOf) {
    self.init()
    self.input = input
    self.asOf = asOf
  }

  var members: String? { input.members }
  var configs: [String] { input.configs }
  var config: String? {
    get { input.config }
    set { input.config = newValue }
  }
  var maximumRejected: RejectionLimit { input.maximumRejected }
  var rejects: String? { input.rejects }
  var pseudonymize: String? { input.pseudonymize }
  var threads: Int { input.threads }
  var json: Bool { input.json }

  /// What replaces member ids, or nil where they stay as they are.
  func pseudonymizer() throws -> Pseudonymizer? {
    try pseudonymize.map { try Pseudonymizer(keyFile: $0) }
  }

  /// Reads the project file, or the empty project where there is none.
  ///
  /// Lists are written with plain ids or pseudonyms; both are found.
  func project() throws -> ProjectFile {
    guard configs.count <= 1 else {
      throw Failure.usage("--config was said \(configs.count) times: this verb takes one file")
    }
    return try projects().first ?? ProjectFile()
  }

  /// Reads all project files, in the order in which they were said.
  func projects() throws -> [ProjectFile] {
    let pseudonymizer = try pseudonymizer()
    return try configs.map { path in
      let project = try ProjectFile(path: path)
      return pseudonymizer.map { project.pseudonymizingLists(with: $0) } ?? project
    }
  }

  /// Reads events and members; the properties that project, features and scopes need are kept.
  func load(
    _ events: [String], project: ProjectFile, features: [FeatureDefinition],
    otherProjects: [ProjectFile] = [], scopes: [MemberScope] = []
  ) throws -> LoadedCommunity {
    let pseudonymizer = try pseudonymizer()
    let projects = [project] + otherProjects + scopes.map(\.project)
    let properties = features.eventProperties.union(projects.flatMap(\.eventProperties))
    let purpose =
      features.first { $0.isMadeOfValues(project.settings) }?.description
      ?? projects.lazy.compactMap(\.placeOfValues).first
    let started = Date()
    let (history, reports, memberTable) = try read(
      events, project: project, properties: properties, valuesNeededBy: purpose
    ) { reader, inputs in
      var (history, report) = try reader.read(inputs, threadCount: threads)
      if input.identities {
        let joined: EventHistory.JoinedIdentities
        (history, joined) = history.joining(report.identities)
        joined.tell(showsIDs: pseudonymizer == nil)
      }
      return (try pseudonymizer.map { try history.pseudonymized(with: $0) } ?? history, report)
    }
    let types = history.properties.sorted { bytesPrecede($0.key, $1.key) }
      .map { "\($0.key) \($0.value.type.rawValue)" }
    if !types.isEmpty { Console.note("events: \(types.joined(separator: ", "))") }
    let community = Community(history: history, members: memberTable)
    for project in [project] + scopes.map(\.project) { try check(project, against: community) }
    return LoadedCommunity(
      community: community, asOf: try asOf.instant(in: history, clock: project.settings.clock),
      report: reports.events,
      memberReport: reports.members, acceptedCount: history.count,
      readSeconds: Date().timeIntervalSince(started))
  }

  /// Reads events with `body`, then members, and says what was refused.
  func read<Events>(
    _ events: [String], project: ProjectFile, properties: Set<String>,
    valuesNeededBy purpose: String?,
    _ body: (EventReader, [Input]) throws -> (Events, ReadReport)
  ) throws -> (Events, (events: ReadReport, members: ReadReport?), MemberTable) {
    let pseudonymizer = try pseudonymizer()
    // A record as it stands holds the plain id.
    let rejections = try rejects.map {
      try RejectionFile($0, keepsRecords: pseudonymizer == nil)
    }
    let inputs = try Input.inputs(arguments: events)
    var reader = eventReader(project, properties: properties) { try rejections?.write($0) }
    reader.valuesNeededBy = purpose
    reader.showsCells = pseudonymizer == nil
    reader.propertyTypes = project.propertyTypes
    let progress = ReadProgress()
    reader.progress = progress
    let bar = ProgressBar(progress, of: inputs)
    let taken: Events
    var report: ReadReport
    var memberTable = MemberTable()
    var memberReport: ReadReport?
    do {
      (taken, report) = try body(reader, inputs)
      bar?.end()
      if let members {
        var reader = MemberReader(
          idColumn: input.columns.memberID(project, events: report),
          joinedColumn: input.columns.joinedColumn, times: times(project),
          rejectionLimit: maximumRejected
        ) { try rejections?.write($0) }
        reader.showsCells = pseudonymizer == nil
        reader.attributeTypes = project.attributeTypes
        let read = try reader.read(Input(argument: members))
        memberTable = read.members
        memberReport = read.report
      }
      if let pseudonymizer {
        report = report.pseudonymized(with: pseudonymizer)
        memberTable = try memberTable.pseudonymized(with: pseudonymizer)
        memberReport = memberReport?.pseudonymized(with: pseudonymizer)
      }
    } catch {
      // What was rejected until then is what helps to mend the file.
      bar?.end()
      try rejections?.commit()
      throw error
    }
    try rejections?.commit()
    report.tell(
      "events", showsCells: pseudonymizer == nil, joinsIdentities: input.identities)
    report.tellNotes()
    memberReport?.tellNotes()
    report.tellTimes(clock: project.settings.clock)
    memberReport?.tellTimes(clock: project.settings.clock)
    if let members, let memberReport {
      memberReport.tell(members, showsCells: pseudonymizer == nil)
      let types = memberTable.attributes.sorted { bytesPrecede($0.key, $1.key) }
        .map { "\($0.key) \($0.value.typeName)" }
      if !types.isEmpty { Console.note("\(members): \(types.joined(separator: ", "))") }
      memberTable.tellLists(in: members)
    }
    return (taken, (report, memberReport), memberTable)
  }

  /// How the times of events and members are read.
  func times(_ project: ProjectFile) -> TimeReading {
    TimeReading(
      clock: project.settings.clock, unit: input.timeUnit, format: input.timeFormat)
  }

  /// What reads events as the options and the project say.
  func eventReader(
    _ project: ProjectFile, properties: Set<String>,
    onRejection: @escaping (Rejection) throws -> Void = { _ in }
  ) -> EventReader {
    var reader = EventReader(
      columns: input.columns.roles(project), properties: .named(properties),
      rejectionLimit: maximumRejected, onRejection: onRejection)
    reader.eventName = input.columns.event
    reader.times = times(project)
    return reader
  }

  func check(_ project: ProjectFile, against community: Community) throws {
    let findings = project.check(against: community)
    let errors = findings.filter { $0.severity == .error }
    for warning in findings where warning.severity != .error {
      Console.standardError("\(warning)\n")
    }
    if !errors.isEmpty { throw ProjectFileError(errors) }
  }
}

extension ProjectFile {
  /// Reads a project file, and the lists beside it.
  ///
  /// - Parameters:
  ///   - path: the project file.
  ///   - text: what stands for a list's file that does not exist; nil makes that an error.
  /// - Throws: `ProjectFileError`, and `EventLogError` where the file cannot be read.
  init(path: String, missingList text: String? = nil) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    self = try ProjectFile(parsing: try Self.bytes(of: path), file: path) { list in
      let path = list.hasPrefix("/") ? list : folder.appendingPathComponent(list).path
      if let text, !FileManager.default.fileExists(atPath: path) { return text }
      return try Self.text(of: path)
    }
  }

  /// The bytes of a project file, no more than tell that they are too many.
  private static func bytes(of path: String) throws -> [UInt8] {
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      return Array(try handle.read(upToCount: ProjectFile.largestByteCount + 1) ?? Data())
    } catch {
      let exists = FileManager.default.fileExists(atPath: path)
      throw EventLogError.unreadable(
        file: path, reason: exists ? "it is a folder, or not readable" : "no such file")
    }
  }

  /// The text of a file.
  static func text(of path: String) throws -> String {
    do {
      return try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
    } catch {
      let exists = FileManager.default.fileExists(atPath: path)
      throw EventLogError.unreadable(
        file: path, reason: exists ? "it is a folder, or not UTF-8 text" : "no such file")
    }
  }
}

/// Events and members as read, and the as-of time.
struct LoadedCommunity {
  let community: Community
  let asOf: Timestamp
  let report: ReadReport
  /// The members file's; nil without one.
  let memberReport: ReadReport?
  let acceptedCount: Int
  let readSeconds: Double

  /// What every `--json` object says of the input.
  var json: [String: JSONValue] {
    [
      "as_of": .string(asOf.description),
      "events": .object([
        "records": .integer(report.recordCount), "accepted": .integer(acceptedCount),
        "repeated": .integer(report.repeatedEventCount),
        "rejected": .object(report.rejectedByKind.mapValues { .integer($0) }),
      ]),
    ]
  }
}

extension ReadReport {
  /// The kinds of rejections, most frequent first.
  var rejections: [(kind: String, count: Int)] {
    rejectedByKind.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { ($0.key, $0.value) }
  }

  /// Says on the standard error what was refused.
  func tell(
    _ name: String, repeats: String = "left out, their event_id came before",
    showsCells: Bool = true, joinsIdentities: Bool = false
  ) {
    if rejectedCount > 0 {
      let kinds = rejections.map { "\($0.count) × \($0.kind)" }
      Console.note(
        "\(name): \(rejectedCount) of \(counted(recordCount, "record")) rejected: "
          + kinds.joined(separator: ", "))
      for example in examples { Console.note("  \(example)") }
      if let advice = examples.lazy.compactMap(\.reason.advice).first {
        Console.note("  \(advice)")
      }
    }
    for (file, found) in repeatedKeys.sorted(by: { bytesPrecede($0.key, $1.key) }) {
      Console.note(
        "\(file):\(found.line): a JSON object has key \"\(found.key)\" twice; the last one counts here "
          + "and wherever that is so")
    }
    for cells in mistyped {
      Console.note(
        "\(name): \(cells.column) is declared as \(cells.type.rawValue): \(counted(cells.count, "value")) "
          + "of another type \(cells.count == 1 ? "counts" : "count") as absent"
          + (showsCells ? ", the first: \"\(cells.first)\"" : ""))
    }
    if identityRecordCount > 0 {
      Console.note(
        "\(name): \(counted(identityRecordCount, "record")) left out, such as identify and group, which are "
          + "not activity" + (joinsIdentities ? "" : "; --identities joins ids by them"))
    }
    if repeatedEventCount > 0 {
      Console.note("\(name): \(counted(repeatedEventCount, "record")) \(repeats)")
    }
    if let first = repeatedMembers.first {
      Console.note(
        "\(name): \(counted(repeatedMembers.count, "row")) \(repeatedMembers.count == 1 ? "repeats" : "repeat") "
          + "a member, the last one wins: \(first)" + (repeatedMembers.count > 1 ? ", …" : ""))
    }
  }
}

/// The file of `--rejects`.
final class RejectionFile {
  private let output: OutputFile
  private let keepsRecords: Bool

  init(_ path: String, keepsRecords: Bool = true) throws {
    self.keepsRecords = keepsRecords
    output = try OutputFile(path)
    try output.write("file,line,reason,record\n")
  }

  func write(_ rejection: Rejection) throws {
    let cells = [
      rejection.file, String(rejection.line), rejection.reason.description,
      keepsRecords ? rejection.record : "",
    ]
    try output.write(cells.map(quotedCell).joined(separator: ",") + "\n")
  }

  func commit() throws { try output.commit() }
}
