import Foundation
import Testing

@testable import EventLog

struct GitHubImporterTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let type: String
    var payload = "{}"
    let meaning: GitHubEvent.Meaning?

    var testDescription: String { "\(type) \(payload)" }

    init(
      _ type: String, _ payload: String = "{}", _ name: String?, value: Double? = nil,
      target: String? = nil
    ) {
      self.type = type
      self.payload = payload
      meaning = name.map { GitHubEvent.Meaning(type: $0, value: value, target: target) }
    }

    static let all = [
      Case("PushEvent", #"{"size": 3, "distinct_size": 2}"#, "push", value: 2),
      Case("PushEvent", #"{"push_id": 1, "ref": "refs/heads/main"}"#, "push"),
      Case(
        "IssuesEvent", #"{"action": "opened", "issue": {"user": {"login": "x"}}}"#, "issue",
        target: "x"),
      Case(
        "IssuesEvent", #"{"action": "closed", "issue": {"user": {"login": "x"}}}"#,
        "issue_closed", target: "x"),
      Case(
        "IssueCommentEvent", #"{"action": "created", "issue": {"user": {"login": "x"}}}"#,
        "comment", target: "x"),
      Case(
        "PullRequestEvent",
        #"{"action": "opened", "pull_request": {"user": {"login": "x"}, "additions": 5, "deletions": 2}}"#,
        "pull_request", value: 7, target: "x"),
      Case(
        "PullRequestEvent",
        #"{"action": "closed", "pull_request": {"user": {"login": "x"}, "merged": true}}"#,
        "pull_request_merged", target: "x"),
      Case(
        "PullRequestEvent", #"{"action": "closed", "pull_request": {"merged": false}}"#,
        "pull_request_closed"),
      Case(
        "PullRequestEvent", #"{"action": "merged", "pull_request": {}}"#,
        "pull_request_merged"),
      Case(
        "PullRequestReviewEvent",
        #"{"action": "created", "pull_request": {"user": {"login": "x"}}}"#, "review",
        target: "x"),
      Case("PullRequestReviewEvent", #"{"action": "submitted"}"#, "review"),
      Case("PullRequestReviewCommentEvent", #"{"action": "created"}"#, "review_comment"),
      Case("CommitCommentEvent", "commit_comment"), Case("CreateEvent", "create"),
      Case("DeleteEvent", "delete"), Case("ForkEvent", "fork"),
      Case("WatchEvent", #"{"action": "started"}"#, "star"),
      Case("GollumEvent", #"{"pages": [{"title": "a"}, {"title": "b"}]}"#, "wiki", value: 2),
      Case(
        "MemberEvent", #"{"action": "added", "member": {"login": "y"}}"#, "member_added",
        target: "y"),
      Case("PublicEvent", "public"), Case("SponsorshipEvent", "sponsorship"),
      Case("ReleaseEvent", #"{"action": "published"}"#, "release"),
      Case(
        "DiscussionEvent", #"{"action": "created", "discussion": {"user": {"login": "z"}}}"#,
        "discussion", target: "z"),
      Case("TeamAddEvent", "{}", nil),
    ]

    init(_ type: String, _ name: String) { self.init(type, "{}", name) }
  }

  @Test(arguments: Case.all) func eachTypeHasItsMeaning(_ example: Case) throws {
    let text = "{\"type\": \"\(example.type)\", \"payload\": \(example.payload)}"
    let event = try JSONDecoder().decode(GitHubEvent.self, from: Data(text.utf8))
    #expect(event.meaning == example.meaning)
  }

  static func line(_ id: Int, _ type: String, _ actor: String, _ repository: String, _ hour: Int)
    -> String
  {
    #"{"id":"\#(id)","type":"\#(type)","actor":{"id":1,"login":"\#(actor)"},"#
      + #""repo":{"id":9,"name":"\#(repository)"},"payload":{},"public":true,"#
      + #""created_at":"2024-01-01T0\#(hour):00:00Z"}"#
  }

  static let archive = [
    line(1, "WatchEvent", "ada", "Octo/hello", 2), line(2, "ForkEvent", "bob", "octo/hello", 1),
    line(1, "WatchEvent", "ada", "Octo/hello", 2),
    line(3, "WatchEvent", "helper[bot]", "other/x", 3), line(4, "TeamAddEvent", "ada", "octo/y", 4),
    #"{"id":"5","type":"WatchEvent","actor":{},"created_at":"2024-01-01T00:00:00Z"}"#,
    #"{"id":"6","type":"WatchEvent","actor":{"login":"ada"},"created_at":"noon"}"#, "{]",
  ].joined(separator: "\n")

  @Test(arguments: [false, true]) func archivesAreRead(isGzipped: Bool) throws {
    var rejections: [Rejection] = []
    let bytes = Array(Self.archive.utf8)
    let community = try GitHubImporter(rejectionLimit: .count(3)).read(
      [.bytes(isGzipped ? gzipped(bytes) : bytes, name: "a")], naming: .plain
    ) { rejections.append($0) }
    #expect(
      ImportedText(community).events == """
        member_id,timestamp,event,value,target_id,repository
        bob,2024-01-01T01:00:00Z,fork,,,octo/hello
        ada,2024-01-01T02:00:00Z,star,,,Octo/hello
        helper[bot],2024-01-01T03:00:00Z,star,,,other/x

        """)
    #expect(
      ImportedText(community).members == """
        member_id,joined_at,kind
        ada,2024-01-01T02:00:00Z,person
        bob,2024-01-01T01:00:00Z,person
        helper[bot],2024-01-01T03:00:00Z,bot

        """)
    #expect(community.report.reading.repeatedEventCount == 1)
    #expect(community.report.leftOut == ["events of type TeamAddEvent": 1])
    #expect(
      rejections.map(\.description) == [
        "a:6: event without actor", "a:7: unreadable created_at", "a:8: no event of GitHub's",
      ])
  }

  static func event(
    _ id: Int, _ type: String, _ actor: String, repository: String = "o/r", _ payload: String
  ) -> String {
    #"{"id":"\#(id)","type":"\#(type)","actor":{"login":"\#(actor)"},"#
      + #""repo":{"id":9,"name":"\#(repository)"},"payload":\#(payload),"#
      + #""created_at":"2026-01-01T00:00:\#(10 + id)Z"}"#
  }

  /// The events of some lines, as `member type target`, and what was said of them.
  static func read(_ lines: [String]) throws -> (events: [String], report: ImportReport) {
    let community = try GitHubImporter(rejectionLimit: .count(0)).read(
      [.bytes(Array(lines.joined(separator: "\n").utf8), name: "a")], naming: .plain)
    let cells = ImportedText(community).events.split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    return (cells.map { "\($0[0]) \($0[2]) \($0[4])" }, community.report)
  }

  /// A pull request as the events have it since October 2025.
  static func trimmed(_ action: String, _ number: Int) -> String {
    #"{"action":"\#(action)","number":\#(number),"pull_request":{"url":"https://api.github.com/x","#
      + #""id":7,"number":\#(number),"head":{"ref":"b"},"base":{"ref":"main"}}}"#
  }

  /// The same as it was before.
  static func whole(_ action: String, _ number: Int, merged: Bool = false) -> String {
    #"{"action":"\#(action)","number":\#(number),"pull_request":{"number":\#(number),"#
      + #""user":{"login":"ada"},"merged":\#(merged),"additions":3,"deletions":1}}"#
  }

  @Test func pullRequestsOf2024And2026AreReadAlike() throws {
    let before = [
      Self.event(1, "PullRequestEvent", "ada", Self.whole("opened", 5)),
      Self.event(2, "PullRequestReviewEvent", "bob", Self.whole("created", 5)),
      Self.event(3, "PullRequestReviewCommentEvent", "bob", Self.whole("created", 5)),
      Self.event(4, "PullRequestEvent", "cyn", Self.whole("closed", 5, merged: true)),
    ]
    let after = [
      Self.event(1, "PullRequestEvent", "ada", Self.trimmed("opened", 5)),
      Self.event(2, "PullRequestReviewEvent", "bob", Self.trimmed("created", 5)),
      Self.event(3, "PullRequestReviewCommentEvent", "bob", Self.trimmed("created", 5)),
      Self.event(4, "PullRequestEvent", "cyn", Self.trimmed("merged", 5)),
    ]
    let expected = [
      "ada pull_request ada", "bob review ada", "bob review_comment ada",
      "cyn pull_request_merged ada",
    ]
    #expect(try Self.read(before).events == expected)
    #expect(try Self.read(before).report.incomplete == [:])
    // Whichever comes first.
    for lines in [after, after.reversed()] {
      let (events, report) = try Self.read(lines)
      #expect(events == expected)
      #expect(
        report.incomplete == [
          "no value: no file says how many commits were pushed or lines changed": 2
        ])
    }
  }

  @Test func targetsAreThoseOfTheSamePullRequestAndTheRestAreCounted() throws {
    let (events, report) = try Self.read([
      Self.event(1, "PullRequestReviewEvent", "bob", Self.trimmed("created", 5)),
      Self.event(2, "PullRequestReviewEvent", "bob", Self.trimmed("created", 6)),
      Self.event(3, "PullRequestReviewEvent", "bob", "{}"),
      // A comment says who opened its pull request; the repository has another name by now.
      Self.event(
        4, "IssueCommentEvent", "cyn", repository: "o/renamed",
        #"{"action":"created","issue":{"number":5,"user":{"login":"ada"}}}"#),
      // The same number in another repository.
      Self.event(5, "PullRequestEvent", "eve", Self.trimmed("opened", 6))
        .replacing(#""id":9"#, with: #""id":8"#),
    ])
    #expect(
      events == [
        "bob review ada", "bob review ", "bob review ", "cyn comment ada", "eve pull_request eve",
      ])
    #expect(
      report.incomplete["no target_id: no file says who opened the issue or pull request"] == 2)
  }

  @Test func oneIdOfTwoTypesIsTwoEvents() throws {
    let (events, report) = try Self.read([
      Self.event(1, "WatchEvent", "ada", "{}"), Self.event(1, "ForkEvent", "bob", "{}"),
      Self.event(1, "WatchEvent", "ada", "{}"),
    ])
    #expect(events == ["ada star ", "bob fork "])
    #expect(report.reading.repeatedEventCount == 1)
  }

  @Test func codeAssistantsAreBots() throws {
    let lines = [
      Self.event(1, "WatchEvent", "Copilot", "{}"), Self.event(2, "WatchEvent", "ada", "{}"),
    ]
    let community = try GitHubImporter().read(
      [.bytes(Array(lines.joined(separator: "\n").utf8), name: "a")], naming: .plain)
    let members = ImportedText(community).members
    #expect(members.contains("\nCopilot,2026-01-01T00:00:11Z,bot\n"))
    #expect(members.contains("\nada,2026-01-01T00:00:12Z,person\n"))
  }

  @Test(arguments: [(["octo"], 2), (["OCTO/hello"], 2), (["other/x", "octo"], 3), (["nobody"], 0)])
  func repositoriesAndOwnersAreChosen(names: [String], count: Int) throws {
    let lines = Self.archive.split(separator: "\n").prefix(5).joined(separator: "\n")
    let community = try GitHubImporter(repositories: names).read(
      [.bytes(Array(lines.utf8), name: "a")], naming: .plain)
    #expect(community.eventCount == count)
  }

  @Test func answersOfTheAPIAreRead() throws {
    let lines = Self.archive.split(separator: "\n").prefix(5).joined(separator: ",\n")
    // The API's documentation calls ids numbers, and its answers hold text.
    let number = #"{"id":3,"type":"WatchEvent","actor":{"login":"x"},"created_at":"2024-01-01"}"#
    var rejections: [Rejection] = []
    let community = try GitHubImporter(rejectionLimit: .count(1)).read(
      [.bytes(Array(" [\n\(lines),\n\(number),\n7]".utf8), name: "a")], naming: .plain
    ) { rejections.append($0) }
    #expect(community.eventCount == 3)
    #expect(community.report.reading.repeatedEventCount == 2)
    #expect(rejections.map(\.description) == ["a:8: no event of GitHub's"])
  }

  @Test func archivesCutShortAreErrors() {
    let bytes = gzipped(Array(Self.archive.utf8))
    #expect(throws: EventLogError.self) {
      try GitHubImporter(rejectionLimit: .count(99)).read(
        [.bytes(Array(bytes.dropLast(12)), name: "a")], naming: .plain)
    }
    #expect(throws: EventLogError.empty(file: "a")) {
      try GitHubImporter().read([.bytes([], name: "a")], naming: .plain)
    }
  }

  @Test func targetsGetTheSamePseudonymsAsMembers() throws {
    let line =
      #"{"id":"1","type":"IssuesEvent","actor":{"login":"ada"},"repo":{"name":"o/r"},"#
      + #""payload":{"action":"closed","issue":{"user":{"login":"bob"}}},"#
      + #""created_at":"2024-01-01T00:00:00Z"}"#
    let pseudonymizer = Pseudonymizer(key: PseudonymizerTests.key, digitCount: 10)
    let community = try GitHubImporter().read(
      [.bytes(Array(line.utf8), name: "a")], naming: .pseudonyms(pseudonymizer))
    let (ada, bob) = (pseudonymizer.pseudonym(of: "ada"), pseudonymizer.pseudonym(of: "bob"))
    let text = ImportedText(community)
    #expect(text.events.hasSuffix("\n\(ada),2024-01-01T00:00:00Z,issue_closed,,\(bob),o/r\n"))
    #expect(text.members.contains("\n\(bob),,person\n"))
  }
}
