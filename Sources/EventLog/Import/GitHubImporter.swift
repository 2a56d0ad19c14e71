import Foundation

/// Makes a community of GitHub events.
///
/// Read are the hourly files of GH Archive since 2015 (JSON Lines, gzipped), and saved answers of the
/// events API (a JSON array).
///
/// A member is known by the login. ``GitHubEvent`` gives each type its name, value and target. Each
/// event has the property `repository`. Of events with the same id the first one counts.
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
    for member in 0..<state.draft.identities.count {
      let isBot = state.draft.identities[member].hasSuffix("[bot]")
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
    var eventIDs = Interner()
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
          draft.report.leaveOut("event of another repository")
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
        draft.report.leaveOut("type \(type)")
        return nil
      }
      if let id = event.id?.text {
        let known = eventIDs.count
        guard eventIDs.intern(id) == known else {
          draft.report.reading.repeatedEventCount += 1
          return nil
        }
      }
      let target = meaning.target.flatMap { reasonAgainst(id: $0) == nil ? $0 : nil }
      draft.add(
        meaning.type, by: draft.member(actor), at: time, value: meaning.value,
        to: target.map { draft.member($0) }, property: repository)
      return nil
    }
  }
}
