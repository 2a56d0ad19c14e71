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
/// A size that the repository does not tell is absent, and counted.
///
/// Members are known by their address in lower case, as the repository's mailmap has it; the addresses
/// that a forge gives an account so that people need not show their own are one (``AccountAddresses``).
/// Dates that cannot be are left out and counted: unreadable ones, offsets beyond 14 hours, more than a
/// day after the own commit date, after the newest commit, before the oldest root of the history.
public struct GitHistoryImporter {
  /// How much of each commit is read.
  public enum Detail: Sendable {
    /// The changed files, and how many lines of each.
    case lineCounts
    /// The names of the changed files, for which git needs no file's contents.
    case names
    /// No changes.
    case message

    /// The arguments of git whose output is read here, but for the commits.
    ///
    /// They leave nothing to settings that would change a count, a file or a name. Files of 4 MiB and
    /// more count as binary.
    public var arguments: [String] {
      let settings = [
        "core.attributesFile=/dev/null", "core.bigFileThreshold=4194303", "diff.renameLimit=1000",
        "log.showRoot=true", "log.showSignature=false",
      ]
      let changes =
        switch self {
        case .lineCounts: ["--numstat", "--find-renames"]
        case .names: ["--name-only", "--find-renames=100%"]
        case .message: ["--no-patch"]
        }
      return settings.flatMap { ["-c", $0] } + [
        "log", "-z", "--encoding=UTF-8", "--no-color", "--no-notes", "--date=raw",
        "--format=%x01%H%x00%P%x00%aN%x00%aE%x00%ad%x00%cd%x00%B%x00", "--no-diff-merges",
        "--no-ext-diff", "--no-textconv", "--diff-algorithm=default", "--no-relative",
        "--ignore-submodules=none", "-O/dev/null",
      ] + changes
    }
  }

  /// The greatest value of a change.
  public static let greatestValue = 10_000

  private struct Change {
    let authorDate: GitDate?
    let commitDate: GitDate?
    let member: Int32
    let type: String
    let size: Size
    /// How many files changed under each top-level folder.
    let areas: [Int32: Int32]
  }

  /// The value of a change, or why there is none.
  private enum Size {
    case lines(Int)
    case cutOff
    case withoutContents
  }

  private struct Mention {
    let change: Int
    let contact: Int
    let role: GitTrailer.Role
  }

  private let cutOff: Set<String>
  private var identities = Interner()
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
  ///
  /// - Parameter cutOff: the hashes of commits whose parents the repository lacks. Nobody knows what
  ///   these changed, and the project did not begin with them.
  public init(cutOff: Set<String> = []) { self.cutOff = cutOff }

  /// The number of commits so far.
  public var commitCount: Int { changes.count }

  /// Reads one whole output of `git log`.
  ///
  /// - Parameters:
  ///   - detail: the one whose arguments git was given.
  ///   - stream: hands on the output, in pieces of any size.
  /// - Throws: what `stream` throws, and ``EventLogError/noGitHistory(repository:reason:)`` for bytes
  ///   that git did not write or that are cut short.
  public mutating func read(
    _ detail: Detail, _ stream: (_ consume: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    var parser = GitLogParser(detail)
    do {
      try stream { bytes in try parser.consume(bytes) { take($0, detail) } }
      try parser.finish { take($0, detail) }
    } catch let problem as GitLogParser.Unexpected {
      throw EventLogError.noGitHistory(
        repository: "git log",
        reason: "cannot be understood near \"\(problem.token)\": is git 2.31 or newer?")
    }
  }

  /// Makes the community of what was read.
  ///
  /// - Parameters:
  ///   - naming: what members are called by.
  ///   - mailmapped: gives people, as `Name <address>`, as the mailmap has them, as many and in the same
  ///     order; the mailmap does not apply to messages by itself.
  /// - Returns: the events and members, named and sorted.
  /// - Throws: ``EventLogError`` where there are no commits, and what `mailmapped` throws.
  public consuming func community(
    naming: MemberNaming, mailmapped: ([String]) throws -> [String]
  ) throws -> ImportedCommunity {
    guard !changes.isEmpty else {
      throw EventLogError.noGitHistory(
        repository: "git log", reason: "there are no commits: name a branch that has some")
    }
    let people = contacts.isEmpty ? [] : try mailmapped(contacts.map(\.description))
    guard people.count == contacts.count else {
      throw EventLogError.noGitHistory(
        repository: "git check-mailmap",
        reason:
          "gives \(people.count) answers for \(contacts.count) people: look for a damaged line"
          + " in .mailmap")
    }
    addEvents(zip(people, contacts).map { text, contact in GitContact(text) ?? contact })
    return try ImportedCommunity(draft, naming: naming, rejectionLimit: .count(0))
  }

  private mutating func take(_ commit: GitCommit, _ detail: Detail) {
    draft.report.reading.recordCount += 1
    let author = GitContact(name: commit.authorName, address: commit.authorAddress)
    guard reasonAgainst(id: author.identity) == nil else {
      draft.report.leaveOut("commits without an author")
      return
    }
    let member = self.member(author)
    let isCutOff = cutOff.contains(commit.hash)
    if commit.parentCount == 0, !isCutOff {
      for date in [commit.authorDate, commit.commitDate] {
        if let seconds = date?.seconds { oldestRoot = min(oldestRoot ?? seconds, seconds) }
      }
    }
    let isMerge = commit.parentCount > 1
    let files = isCutOff ? [] : commit.files
    var areas: [Int32: Int32] = [:]
    if !isMerge {
      for file in files { areas[area(ofPath: file.path), default: 0] += 1 }
    }
    let size: Size =
      if isCutOff {
        .cutOff
      } else if isMerge {
        .lines(0)
      } else if detail == .lineCounts {
        .lines(min(files.reduce(0) { $0 + $1.changedLineCount }, Self.greatestValue))
      } else {
        .withoutContents
      }
    changes.append(
      Change(
        authorDate: commit.authorDate, commitDate: commit.commitDate, member: Int32(member),
        type: isMerge ? "merge" : Self.type(of: files), size: size, areas: areas))
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
    let member = identities.intern(contact.identity)
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
        report.leaveOut("dates with an offset beyond 14 hours")
      } else if date.seconds > newest {
        report.leaveOut("dates after the newest commit")
      } else if date.seconds < oldest {
        report.leaveOut("dates before the project began")
      } else {
        return true
      }
      return false
    }
    /// The author date where it can be.
    func authorDate(_ change: Change, _ report: inout ImportReport) -> GitDate? {
      guard let date = change.authorDate else {
        report.leaveOut("unreadable dates")
        return nil
      }
      if let commitDate = change.commitDate, date.seconds > commitDate.seconds + 86_400 {
        report.leaveOut("dates more than a day after the commit date")
        return nil
      }
      return isPossible(date, &report) ? date : nil
    }
    let mentioned = people.map { reasonAgainst(id: $0.identity) == nil ? self.member($0) : nil }
    let joined = joinedMembers()
    for change in changes {
      guard let date = authorDate(change, &draft.report) else { continue }
      let member = joined[Int(change.member)]
      add(change.type, by: member, at: date, change.size)
      offsetCounts[member, default: [:]][date.offsetInMinutes, default: 0] += 1
      for (area, count) in change.areas {
        areaCounts[member, default: [:]][area, default: 0] += Int(count)
      }
    }
    var seen: Set<[Int]> = []
    for mention in mentions {
      let change = changes[mention.change]
      guard let member = mentioned[mention.contact].map({ joined[$0] }) else { continue }
      let isReview = mention.role == .reviewer
      guard member != joined[Int(change.member)],
        seen.insert([mention.change, member, isReview ? 1 : 0]).inserted
      else { continue }
      let date: GitDate?
      if isReview {
        date = change.commitDate.flatMap { isPossible($0, &draft.report) ? $0 : nil }
        if change.commitDate == nil { draft.report.leaveOut("unreadable dates") }
      } else {
        date = authorDate(change, &draft.report)
      }
      if let date { add(isReview ? "review" : "coauthor", by: member, at: date, change.size) }
    }
    let bots = Set(automatic.map { joined[$0] })
    for member in 0..<draft.identities.count {
      let offset = offsetCounts[member]?.max { ($0.value, $1.key) < ($1.value, $0.key) }
      let area = areaCounts[member]?.max { left, right in
        left.value != right.value
          ? left.value < right.value
          : bytesPrecede(areas[Int(right.key)], areas[Int(left.key)])
      }
      draft.memberCells[member] = [
        offset.map { String($0.key) } ?? "", area.map { areas[Int($0.key)] } ?? "",
        bots.contains(member) ? "bot" : "person",
      ]
    }
  }

  /// The member of each identity; those of one account are one.
  private mutating func joinedMembers() -> [Int] {
    let known = identities.strings
    let accounts = AccountAddresses(known)
    return known.map { draft.member(accounts.address(standingFor: $0)) }
  }

  private mutating func add(_ type: String, by member: Int, at date: GitDate, _ size: Size) {
    var value: Double?
    switch size {
    case .lines(let count): value = Double(count)
    case .cutOff: draft.report.miss("no value: the history is cut off at the commit")
    case .withoutContents:
      draft.report.miss("no value: the repository lacks the contents of the changed files")
    }
    draft.add(
      type, by: member, at: Timestamp(microseconds: date.seconds * 1_000_000), value: value)
  }
}
