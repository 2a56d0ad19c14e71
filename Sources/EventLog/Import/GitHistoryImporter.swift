/// Makes a community of a git history: the bytes of `git log` in, events and members out.
///
/// Events, with their values:
/// - `commit`: lines added and removed, at most 10,000; `docs` and `test` where only files of that
///   kind changed (``ChangedFileKind``). By the author, at the author date.
/// - `merge`: a commit with several parents; 0.
/// - `coauthor`: someone named in a Co-authored-by line, at the author date; `review`: someone named
///   in a Reviewed-by or Acked-by line, at the commit date; the size of the change. Once for each
///   person and commit, and not for the author.
///
/// Members are known by their address in lower case, as the repository's mailmap has it. Dates that
/// cannot be are left out and counted: unreadable ones, offsets beyond 14 hours, more than a day
/// after the own commit date, after the newest commit, before the oldest root of the history.
public struct GitHistoryImporter {
  /// The arguments of git whose output is read here.
  ///
  /// They leave nothing to the user's own settings that would change a count. Files of 4 MiB and more
  /// count as binary.
  public static let logArguments = [
    "-c", "core.bigFileThreshold=4194303", "-c", "log.showSignature=false",
    "-c", "diff.renameLimit=1000", "-c", "diff.ignoreSubmodules=none",
    "log", "-z", "--encoding=UTF-8", "--no-color", "--no-notes", "--date=raw",
    "--format=%x01%H%x00%P%x00%aN%x00%aE%x00%ad%x00%cd%x00%B%x00", "--numstat", "--find-renames",
    "--no-diff-merges", "--no-ext-diff", "--no-textconv", "--diff-algorithm=default",
    "--no-relative",
  ]

  /// The greatest value of a change.
  public static let greatestValue = 10_000

  private struct Change {
    let authorDate: GitDate?
    let commitDate: GitDate?
    let member: Int32
    let type: String
    let value: Int32
    /// How many files changed under each top-level folder.
    let areas: [Int32: Int32]
  }

  private struct Mention {
    let change: Int
    let contact: Int
    let role: GitTrailer.Role
  }

  private var parser = GitLogParser()
  private var draft = CommunityDraft(
    hasValues: true, hasTargets: false, propertyName: nil,
    memberColumns: ["tz_offset_minutes", "main_area", "kind"])
  private var changes: [Change] = []
  private var mentions: [Mention] = []
  private var contacts: [GitContact] = []
  private var contactIndices: [GitContact: Int] = [:]
  private var areas = Interner()
  private var automatic: Set<Int> = []
  private var oldestRoot: Int64?

  /// Makes an importer that has seen nothing.
  public init() {}

  /// The people named in messages, as `Name <address>`, each once; the mailmap does not apply to
  /// messages by itself.
  public var mentionedContacts: [String] { contacts.map(\.description) }

  /// The number of commits so far.
  public var commitCount: Int { changes.count }

  /// Takes the next bytes of `git log`, in pieces of any size.
  ///
  /// - Throws: ``EventLogError/noGitHistory(repository:reason:)`` for bytes that it did not write.
  public mutating func consume(_ bytes: some Collection<UInt8>) throws {
    try parsing { parser, body in try parser.consume(bytes, body) }
  }

  /// Ends the history, and makes the community of it.
  ///
  /// - Parameters:
  ///   - mapped: ``mentionedContacts`` as the mailmap has them, as many and in the same order.
  ///   - naming: what members are called by.
  /// - Returns: the events and members, named and sorted.
  /// - Throws: ``EventLogError`` where the output was cut short or there are no events.
  public mutating func finish(
    mapped: [String], naming: MemberNaming
  ) throws -> ImportedCommunity {
    try parsing { parser, body in try parser.finish(body) }
    guard mapped.count == contacts.count else {
      throw unexpected("\(mapped.count) answers of the mailmap for \(contacts.count) people")
    }
    guard !changes.isEmpty else {
      throw EventLogError.noGitHistory(
        repository: "git log", reason: "there are no commits: name a branch that has some")
    }
    let people = zip(mapped, contacts).map { text, contact in GitContact(text) ?? contact }
    addEvents(people)
    return try ImportedCommunity(draft, naming: naming, rejectionLimit: .count(0))
  }

  private func unexpected(_ found: String) -> EventLogError {
    .noGitHistory(
      repository: "git log", reason: "cannot be understood near \"\(found)\": is git 2.31 or newer?"
    )
  }

  private mutating func parsing(
    _ body: (inout GitLogParser, (GitCommit) throws -> Void) throws -> Void
  ) throws {
    var parser = self.parser
    do {
      try body(&parser) { take($0) }
    } catch let problem as GitLogParser.Unexpected {
      throw unexpected(problem.token)
    }
    self.parser = parser
  }

  private mutating func take(_ commit: GitCommit) {
    draft.report.reading.recordCount += 1
    let author = GitContact(name: commit.authorName, address: commit.authorAddress)
    guard reasonAgainst(id: author.identity) == nil else {
      draft.report.leaveOut("no author")
      return
    }
    let member = self.member(author)
    if commit.parentCount == 0 {
      for date in [commit.authorDate, commit.commitDate] {
        if let seconds = date?.seconds { oldestRoot = min(oldestRoot ?? seconds, seconds) }
      }
    }
    let isMerge = commit.parentCount > 1
    let size = commit.files.reduce(0) { $0 + $1.changedLineCount }
    var areas: [Int32: Int32] = [:]
    if !isMerge {
      for file in commit.files { areas[area(ofPath: file.path), default: 0] += 1 }
    }
    changes.append(
      Change(
        authorDate: commit.authorDate, commitDate: commit.commitDate, member: Int32(member),
        type: isMerge ? "merge" : Self.type(of: commit.files),
        value: isMerge ? 0 : Int32(min(size, Self.greatestValue)), areas: areas))
    for trailer in GitTrailer.all(in: commit.message) {
      var index = contactIndices[trailer.contact]
      if index == nil {
        index = contacts.count
        contactIndices[trailer.contact] = contacts.count
        contacts.append(trailer.contact)
      }
      mentions.append(
        Mention(change: changes.count - 1, contact: index ?? 0, role: trailer.role))
    }
  }

  private mutating func member(_ contact: GitContact) -> Int {
    let member = draft.member(contact.identity)
    if contact.isPlainlyAutomatic { automatic.insert(member) }
    return member
  }

  private mutating func area(ofPath path: String) -> Int32 {
    guard let slash = path.firstIndex(of: "/") else { return Int32(areas.intern("(root)")) }
    return Int32(areas.intern(String(path[..<slash])))
  }

  private static func type(of files: [GitCommit.File]) -> String {
    guard let first = files.first.map({ ChangedFileKind(path: $0.path) }), first != .other,
      files.allSatisfy({ ChangedFileKind(path: $0.path) == first })
    else { return "commit" }
    return first == .test ? "test" : "docs"
  }

  private mutating func addEvents(_ people: [GitContact]) {
    let newest = changes.compactMap { $0.commitDate?.seconds }.max() ?? 0
    let oldest = oldestRoot ?? 0
    var areaCounts: [Int: [Int32: Int]] = [:]
    var offsetCounts: [Int: [Int: Int]] = [:]
    func isPossible(_ date: GitDate, _ report: inout ImportReport) -> Bool {
      if abs(date.offsetInMinutes) > 14 * 60 {
        report.leaveOut("date with an offset beyond 14 hours")
      } else if date.seconds > newest {
        report.leaveOut("date after the newest commit")
      } else if date.seconds < oldest {
        report.leaveOut("date before the project began")
      } else {
        return true
      }
      return false
    }
    /// The author date where it can be.
    func authorDate(_ change: Change, _ report: inout ImportReport) -> GitDate? {
      guard let date = change.authorDate else {
        report.leaveOut("unreadable date")
        return nil
      }
      if let commitDate = change.commitDate, date.seconds > commitDate.seconds + 86_400 {
        report.leaveOut("date more than a day after the commit date")
        return nil
      }
      return isPossible(date, &report) ? date : nil
    }
    for change in changes {
      guard let date = authorDate(change, &draft.report) else { continue }
      draft.add(
        change.type, by: Int(change.member), at: Timestamp(microseconds: date.seconds * 1_000_000),
        value: Double(change.value))
      offsetCounts[Int(change.member), default: [:]][date.offsetInMinutes, default: 0] += 1
      for (area, count) in change.areas {
        areaCounts[Int(change.member), default: [:]][area, default: 0] += Int(count)
      }
    }
    var seen: Set<[Int]> = []
    for mention in mentions {
      let change = changes[mention.change]
      let contact = people[mention.contact]
      guard reasonAgainst(id: contact.identity) == nil else { continue }
      let member = self.member(contact)
      let isReview = mention.role == .reviewer
      guard member != change.member,
        seen.insert([mention.change, member, isReview ? 1 : 0]).inserted
      else { continue }
      let date: GitDate?
      if isReview {
        date = change.commitDate.flatMap { isPossible($0, &draft.report) ? $0 : nil }
        if change.commitDate == nil { draft.report.leaveOut("unreadable date") }
      } else {
        date = authorDate(change, &draft.report)
      }
      guard let date else { continue }
      draft.add(
        isReview ? "review" : "coauthor", by: member,
        at: Timestamp(microseconds: date.seconds * 1_000_000), value: Double(change.value))
    }
    for member in 0..<draft.identities.count {
      let offset = offsetCounts[member]?.max { ($0.value, $1.key) < ($1.value, $0.key) }
      let area = areaCounts[member]?.max { left, right in
        left.value != right.value
          ? left.value < right.value
          : bytesPrecede(areas[Int(right.key)], areas[Int(left.key)])
      }
      draft.memberCells[member] = [
        offset.map { String($0.key) } ?? "", area.map { areas[Int($0.key)] } ?? "",
        automatic.contains(member) ? "bot" : "person",
      ]
    }
  }
}
