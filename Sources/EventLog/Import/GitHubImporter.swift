import Foundation

/// Makes a community of GitHub events.
///
/// Read are the hourly files of GH Archive since 2015 (JSON Lines, gzipped), and saved answers of the
/// events API (a JSON array).
///
/// A member is known by the login. ``GitHubEvent`` gives each type its name, value and target. Where an
/// event does not say who opened its pull request, as since October 2025, another event of the same one
/// does, whichever comes first; the rest have no target, and are counted. Each event has the property
/// `repository`. Of events with the same type and id the first one counts: ids alone are not unique,
/// since those of late 2025 and after come in two sequences that overlap.
public struct GitHubImporter {
  /// The repositories (`owner/name`) and owners (`owner`) whose events are read; all where empty.
  public var repositories: [String]
  /// How many bad records end the import.
  public var rejectionLimit: RejectionLimit

  /// Makes an importer.
  public init(repositories: [String] = [], rejectionLimit: RejectionLimit = .share(0.01)) {
    self.repositories = repositories
    self.rejectionLimit = rejectionLimit
  }

  /// Reads files of events, one after the other.
  ///
  /// - Throws: ``EventLogError`` where a file cannot be read, is empty or is cut short, or too many
  ///   records are bad.
  /// - Complexity: O(bytes).
  public func read(
    _ inputs: [Input], naming: MemberNaming, onRejection: (Rejection) throws -> Void = { _ in }
  ) throws -> ImportedCommunity {
    var state = State(repositories: Set(repositories.map { $0.lowercased() }))
    for input in inputs {
      do {
        try read(input, into: &state, onRejection)
      } catch let damage as ByteStream.Damage {
        throw damage.asError(
          file: input.description, recordsRead: state.draft.report.reading.recordCount)
      }
    }
    state.findTargets()
    for member in 0..<state.draft.identities.count {
      let login = state.draft.identities[member]
      let isBot = login.hasSuffix("[bot]") || CodeAssistant.isOne(account: login)
      state.draft.memberCells[member] = [isBot ? "bot" : "person"]
    }
    return try ImportedCommunity(state.draft, naming: naming, rejectionLimit: rejectionLimit)
  }

  private func read(
    _ input: Input, into state: inout State, _ onRejection: (Rejection) throws -> Void
  ) throws {
    let file = input.description
    var lines = try LineScanner(ByteStream(input))
    guard let first = try lines.firstContentLine() else { throw EventLogError.empty(file: file) }
    if first.first(where: { $0 != 0x20 && $0 != 0x09 }) == ascii("[") {
      // An answer of the API has a hundred events at most, so it is read whole.
      guard input != .standardInput else {
        throw EventLogError.notAnExport(
          file: file, line: 1, reason: "is a JSON array: save it in a file and name that")
      }
      let (outline, parts) = try JSONOutline.array(of: input)
      for part in parts {
        state.draft.report.reading.recordCount += 1
        if let problem = state.take(outline.decoded(part, as: GitHubEvent.self)) {
          try state.draft.reject(
            Rejection(
              file: file, line: part.line, reason: .unusable(problem), record: outline.text(part)),
            onRejection)
        }
      }
      return
    }
    let decoder = JSONDecoder()
    while let line = try lines.line(at: 0) {
      let bytes = UnsafeBufferPointer(start: lines.base, count: line.content)
      if !trimmingBlanks(bytes).isEmpty {
        state.draft.report.reading.recordCount += 1
        let event =
          line.isCut ? nil : try? decoder.decode(GitHubEvent.self, from: Data(bytes))
        if let problem = state.take(event) {
          try state.draft.reject(
            Rejection(
              file: file, line: lines.lineCount + 1,
              reason: line.isCut
                ? .recordTooLong(limit: LineScanner.maximumRecordBytes) : .unusable(problem),
              record: String(decoding: bytes, as: UTF8.self)), onRejection)
        }
      }
      lines.advance(bytes: line.total, lines: 1)
      if line.isCut { try lines.skipLine() }
    }
  }

  private struct State {
    let repositories: Set<String>
    var types = Interner()
    var eventIDs = Interner()
    /// An issue, pull request or discussion.
    struct Subject: Hashable {
      let repository: Int32
      let number: Int32
    }
    /// The repositories of subjects, by their own number where the file has it, since names change.
    var subjectRepositories = Interner()
    /// The members who opened something.
    var authors: [Subject: Int32] = [:]
    /// The events that do not say it, by their index.
    var withoutTarget: [(event: Int, subject: Subject?)] = []
    var draft = CommunityDraft(
      hasValues: true, hasTargets: true, propertyName: "repository", memberColumns: ["kind"])

    init(repositories: Set<String>) { self.repositories = repositories }

    /// Takes over an event, or says what is wrong with it.
    mutating func take(_ event: GitHubEvent?) -> String? {
      guard let event, let type = event.type else { return "no event of GitHub's" }
      let repository = event.repo?.name
      if !repositories.isEmpty {
        let name = (repository ?? "").lowercased()
        let owner = name.split(separator: "/").first.map(String.init) ?? ""
        guard repositories.contains(name) || repositories.contains(owner) else {
          draft.report.leaveOut("events of other repositories")
          return nil
        }
      }
      guard let actor = event.actor?.login, reasonAgainst(id: actor) == nil else {
        return "event without actor"
      }
      guard let time = event.created_at.flatMap({ Timestamp($0) }),
        Timestamp.accepted.contains(time)
      else { return "unreadable created_at" }
      guard let meaning = event.meaning else {
        draft.report.leaveOut("events of type \(type)")
        return nil
      }
      if let id = event.id?.text {
        let known = eventIDs.count
        guard eventIDs.intern("\(types.intern(type)) \(id)") == known else {
          draft.report.reading.repeatedEventCount += 1
          return nil
        }
      }
      let member = draft.member(actor)
      let target = meaning.target.flatMap { reasonAgainst(id: $0) == nil ? draft.member($0) : nil }
      let row = draft.add(
        meaning.type, by: member, at: time, value: meaning.value, to: target, property: repository)
      if meaning.value == nil, type == "PushEvent" || type == "PullRequestEvent" {
        draft.report.miss("no value: no file says how many commits were pushed or lines changed")
      }
      guard event.concernsAuthor else { return nil }
      let subject = subject(of: event)
      if let subject, let author = target ?? (event.opensSubject ? member : nil) {
        authors[subject] = Int32(author)
      }
      if target == nil { withoutTarget.append((row, subject)) }
      return nil
    }

    private mutating func subject(of event: GitHubEvent) -> Subject? {
      guard let number = event.subjectNumber.flatMap({ Int32(exactly: $0) }),
        let repository = event.repo?.id?.text ?? event.repo?.name?.lowercased()
      else { return nil }
      return Subject(
        repository: Int32(subjectRepositories.intern(repository)), number: number)
    }

    /// Gives events the target that others of the same subject tell.
    mutating func findTargets() {
      for (event, subject) in withoutTarget {
        if let author = subject.flatMap({ authors[$0] }) {
          draft.setTarget(ofEvent: event, to: Int(author))
        } else {
          draft.report.miss("no target_id: no file says who opened the issue or pull request")
        }
      }
    }
  }
}
