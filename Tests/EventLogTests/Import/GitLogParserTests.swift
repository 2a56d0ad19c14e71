import Testing

@testable import EventLog

struct GitLogParserTests {
  static func commits(
    _ text: String, pieceSize: Int, _ detail: GitHistoryImporter.Detail = .lineCounts
  ) throws -> [GitCommit] {
    var parser = GitLogParser(detail)
    var commits: [GitCommit] = []
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: pieceSize) {
      try parser.consume(bytes[start..<min(start + pieceSize, bytes.count)]) { commits.append($0) }
    }
    try parser.finish { commits.append($0) }
    return commits
  }

  static let log =
    "\u{1}aa\0bb cc\0Ada\0ada@example.org\0001704067200 +0100\0001704067201 -0330\0merge\n\0\0"
    + "\u{1}bb\0\0Bob\0\0\0001704067200 +51800\0one\n\ntwo\n\0\0"
    + "\n3\t4\ta \tb\0-\t-\tpicture\0001\t0\t\0old\0new\0\u{1}cc\0dd\0C\0c\00000\0000 +0000\0\0\0"

  @Test(arguments: [1, 2, 7, 1000]) func commitsAreReadInPiecesOfAnySize(size: Int) throws {
    let commits = try Self.commits(Self.log, pieceSize: size)
    #expect(commits.count == 3)
    #expect(
      commits[0]
        == GitCommit(
          hash: "aa", parentCount: 2, authorName: "Ada", authorAddress: "ada@example.org",
          authorDate: GitDate("1704067200 +0100"), commitDate: GitDate("1704067201 -0330"),
          message: "merge\n"))
    #expect(commits[0].authorDate?.offsetInMinutes == 60)
    #expect(commits[0].commitDate?.offsetInMinutes == -210)
    #expect(
      commits[1]
        == GitCommit(
          hash: "bb", parentCount: 0, authorName: "Bob", authorAddress: "", authorDate: nil,
          commitDate: GitDate("1704067200 +51800"), message: "one\n\ntwo\n",
          files: [
            GitCommit.File(path: "a \tb", changedLineCount: 7),
            GitCommit.File(path: "picture", changedLineCount: 0),
            GitCommit.File(path: "new", changedLineCount: 1),
          ]))
    #expect(commits[1].commitDate?.offsetInMinutes == 518 * 60)
    #expect(commits[2].authorDate == nil)
    #expect(commits[2].files == [])
  }

  @Test(arguments: [
    "hello\0", "\u{1}aa\0bb\0", "1\t2\tx\0", "\u{1}a\0b\0c\0d\0e\0f\0g\0x\ty\tz\0", "\u{1}a",
    "\u{1}a\0b\0c\0d\0e\0f\0g\0001\t2\t\0old\0",
  ])
  func anythingElseIsAnError(text: String) {
    #expect(throws: GitLogParser.Unexpected.self) { try Self.commits(text, pieceSize: 5) }
    #expect(throws: EventLogError.self) {
      _ = try Self.community(text)
    }
  }

  @Test func aHistoryWithoutCommitsIsAnError() throws {
    #expect(
      throws: EventLogError.noGitHistory(
        repository: "git log", reason: "there are no commits: name a branch that has some")
    ) { try Self.community("") }
  }

  /// What an importer makes of the output of `git log`, where the mailmap changes nobody.
  static func community(
    _ text: String, _ detail: GitHistoryImporter.Detail = .lineCounts, cutOff: Set<String> = []
  ) throws -> ImportedCommunity {
    var importer = GitHistoryImporter(cutOff: cutOff)
    try importer.read(detail) { consume in
      try Array(text.utf8).withUnsafeBytes { try consume($0) }
    }
    return try importer.community(naming: .plain) { $0 }
  }

  @Test func theLastCommitMayNameSomebodyWhomNoOtherNames() throws {
    let community = try Self.community(
      "\u{1}aa\0bb\0Ada\0a@x\0001704067300 +0000\0001704067300 +0000\0second\n\0\0"
        + "\u{1}bb\0\0Ada\0a@x\0001704067200 +0000\0001704067200 +0000\0"
        + "first\n\nCo-authored-by: Bob <b@x>\n\0\0\n2\t1\ta\0")
    #expect(
      ImportedText(community).events == """
        member_id,timestamp,event,value
        a@x,2024-01-01T00:00:00Z,commit,3
        b@x,2024-01-01T00:00:00Z,coauthor,3
        a@x,2024-01-01T00:01:40Z,commit,0

        """)
  }

  static let names =
    "\u{1}aa\0bb\0Ada\0a@x\0001704067300 +0000\0001704067300 +0000\0s\n\0\0\ndocs/a\tb\0docs/c\0"
    + "\u{1}bb\0\0Ada\0a@x\0001704067200 +0000\0001704067200 +0000\0f\n\0\0"

  @Test(arguments: [1, 5, 1000]) func namesOfFilesAreReadWithoutTheirLines(size: Int) throws {
    let commits = try Self.commits(Self.names, pieceSize: size, .names)
    #expect(commits.map { $0.files.map(\.path) } == [["docs/a\tb", "docs/c"], []])
  }

  @Test func commitsWithoutLineCountsOrBeforeWhichTheHistoryIsCutOffHaveNoValueAndAreCounted()
    throws
  {
    let community = try Self.community(Self.names, .names, cutOff: ["bb"])
    #expect(
      ImportedText(community).events == """
        member_id,timestamp,event,value
        a@x,2024-01-01T00:00:00Z,commit,
        a@x,2024-01-01T00:01:40Z,docs,

        """)
    #expect(
      community.report.incomplete == [
        "no value: the repository lacks the contents of the changed files": 1,
        "no value: the history is cut off at the commit": 1,
      ])
  }
}
