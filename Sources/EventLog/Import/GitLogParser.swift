/// One commit as `git log` tells it.
struct GitCommit: Equatable {
  /// A file that the commit changed; no lines where git holds it for binary or does not count them.
  struct File: Equatable {
    let path: String
    let changedLineCount: Int
  }

  var hash: String
  var parentCount: Int
  var authorName: String
  var authorAddress: String
  /// Nil where git cannot read the date.
  var authorDate: GitDate?
  /// Nil where git cannot read the date.
  var commitDate: GitDate?
  var message: String
  var files: [File] = []
}

/// An instant with the offset it was written with, as in a commit: `1614837967 +0545`.
struct GitDate: Equatable {
  let seconds: Int64
  let offsetInMinutes: Int

  /// Reads what `--date=raw` prints; nil for what git prints where it finds no date.
  init?(_ text: some StringProtocol) {
    let parts = text.split(separator: " ")
    guard parts.count == 2, let seconds = Int64(parts[0]), seconds > 0, let offset = Int(parts[1])
    else { return nil }
    self.seconds = seconds
    let size = abs(offset)
    offsetInMinutes = (offset < 0 ? -1 : 1) * (size / 100 * 60 + size % 100)
  }
}

/// Reads the output of `git log` in the form of ``GitHistoryImporter/Detail/arguments``, in pieces.
///
/// Everything ends with a NUL. A commit begins with a token `\u{1}` and a hash; six more follow:
/// parents, author's name and address, author date, commit date, message. Then the changed files:
/// `added TAB removed TAB path`, or with an empty path and two more tokens for a renamed file; paths
/// alone where lines are not counted.
struct GitLogParser {
  private let detail: GitHistoryImporter.Detail
  private var rest: [UInt8] = []
  private var header: [String] = []
  private var commit: GitCommit?
  private var isInHeader = false
  /// The line count of a renamed file, and whether its old path is past.
  private var rename: (changedLineCount: Int, hasOldPath: Bool)?

  init(_ detail: GitHistoryImporter.Detail) { self.detail = detail }

  /// The output is not of the expected form.
  struct Unexpected: Error { let token: String }

  /// Takes the next bytes, and hands on the commits that they complete.
  mutating func consume(
    _ bytes: some Collection<UInt8>, _ body: (GitCommit) throws -> Void
  ) throws {
    rest.append(contentsOf: bytes)
    var start = 0
    while let end = rest[start...].firstIndex(of: 0) {
      try take(String(decoding: rest[start..<end], as: UTF8.self), body)
      start = end + 1
    }
    rest.removeFirst(start)
  }

  /// Hands on the last commit.
  mutating func finish(_ body: (GitCommit) throws -> Void) throws {
    guard rest.isEmpty, !isInHeader, rename == nil else {
      throw Unexpected(token: String(decoding: rest.prefix(80), as: UTF8.self))
    }
    if let commit { try body(commit) }
    commit = nil
  }

  private mutating func take(_ token: String, _ body: (GitCommit) throws -> Void) throws {
    if isInHeader {
      header.append(token)
      if header.count == 7 {
        commit = GitCommit(
          hash: header[0], parentCount: header[1].split(separator: " ").count,
          authorName: header[2], authorAddress: header[3], authorDate: GitDate(header[4]),
          commitDate: GitDate(header[5]), message: header[6])
        isInHeader = false
      }
      return
    }
    if let open = rename {
      if open.hasOldPath {
        commit?.files.append(
          GitCommit.File(path: token, changedLineCount: open.changedLineCount))
        rename = nil
      } else {
        rename = (open.changedLineCount, true)
      }
      return
    }
    if token.isEmpty { return }
    if token.utf8.first == 1 {
      if let commit { try body(commit) }
      commit = nil
      header = [String(token.dropFirst())]
      isInHeader = true
      return
    }
    let line = token.drop { $0 == "\n" }
    if detail == .names, commit != nil {
      commit?.files.append(GitCommit.File(path: String(line), changedLineCount: 0))
      return
    }
    let cells = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false)
    guard commit != nil, cells.count == 3, let added = Self.lineCount(cells[0]),
      let removed = Self.lineCount(cells[1])
    else { throw Unexpected(token: String(token.prefix(80))) }
    if cells[2].isEmpty {
      rename = (added + removed, false)
    } else {
      commit?.files.append(
        GitCommit.File(path: String(cells[2]), changedLineCount: added + removed))
    }
  }

  /// A number of lines; 0 for the `-` of binary files.
  private static func lineCount(_ text: Substring) -> Int? { text == "-" ? 0 : Int(text) }
}
