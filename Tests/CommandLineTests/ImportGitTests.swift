import Foundation
import Testing

/// Git histories made here, whose events are written by hand.
@Suite(.enabled(if: GitRepository.isPossible, "there is no git in the PATH"))
struct ImportGitTests {
  static func lines(_ count: Int, _ word: String = "line") -> String {
    (0..<count).map { "\(word) \($0)\n" }.joined()
  }

  /// A history with every kind of event.
  static func makeHistory(in folder: TemporaryFolder) throws -> GitRepository {
    let repository = try GitRepository(at: folder.url.appendingPathComponent("project"))
    try repository.commit(
      ["Sources/a.swift": lines(3), "README.md": "hello\n"], "first",
      at: "2024-01-01T10:00:00+05:45")
    try repository.commit(
      ["docs/guide.txt": lines(2), "CHANGELOG": "1\n"], "documentation only",
      author: "Bob <bob@example.org>", at: "2024-01-02T10:00:00-04:30")
    try repository.commit(
      ["Tests/aTests.swift": lines(5), "spec/x.md": "y\n"],
      """
      tests only

      Co-authored-by: Bob <BOB@example.org>
      co-authored-by: Bob again <bob@example.org>
      Co-authored-by: Ada <ada@example.org>
      Reviewed-by: Cleo <cleo@example.org>
      Acked-by: Dan <dan@old.example.org>
      Acked-by: nobody in particular
      """, at: "2024-01-03T00:00:00+05:45", committedAt: "2024-01-04T00:00:00Z")
    // Twice the same member at the same time: two events.
    for text in ["one\n", "two\n"] {
      try repository.commit(
        ["Sources/b.swift": text], "twin", author: "Dan <dan@old.example.org>",
        at: "2024-01-05T00:00:00Z")
    }
    try repository.commit(
      ["Sources/big.txt": lines(12_000)], "big", author: "helper[bot] <helper@example.org>",
      at: "2024-01-06T00:00:00Z")
    try repository.commit([:], "empty", at: "2024-01-06T01:00:00+05:45")
    try repository.git(["mv", "Sources/big.txt", "moved file \"ä\".txt"])
    try repository.commit([:], "renamed", at: "2024-01-06T02:00:00+05:45")
    try repository.git(["checkout", "--quiet", "-b", "side", "HEAD~1"])
    try repository.commit(
      ["Sources/c.swift": "c\n"], "on the side", author: "Cleo <cleo@example.org>",
      at: "2024-01-07T00:00:00+00:00")
    try repository.git(["checkout", "--quiet", "main"])
    try repository.git(
      ["merge", "--quiet", "--no-ff", "-m", "merge side", "side"], at: "2024-01-08T00:00:00+01:00")
    try repository.commit(
      [".mailmap": "Dan <dan@example.org> <dan@old.example.org>\n"], "mailmap",
      author: "Dan <dan@example.org>", at: "2024-01-09T00:00:00Z")
    return repository
  }

  @Test func eventsAndMembersAreThoseOfTheHistory() throws {
    try TemporaryFolder.with { folder in
      let repository = try Self.makeHistory(in: folder)
      let result = try Tool.run(
        ["import", "git", repository.folder.path, "--plain-ids", "--output", folder.path("out")])
      #expect(result.code == 0, "\(result.error)")
      #expect(result.error == "")
      #expect(
        try folder.url.appendingPathComponent("out").fileNames == [
          "project-events.csv", "project-members.csv",
        ])
      #expect(
        String(decoding: try folder.read("out/project-events.csv"), as: UTF8.self) == """
          member_id,timestamp,event,value
          ada@example.org,2024-01-01T04:15:00Z,commit,4
          bob@example.org,2024-01-02T14:30:00Z,docs,3
          ada@example.org,2024-01-02T18:15:00Z,test,6
          bob@example.org,2024-01-02T18:15:00Z,coauthor,6
          cleo@example.org,2024-01-04T00:00:00Z,review,6
          dan@example.org,2024-01-04T00:00:00Z,review,6
          dan@example.org,2024-01-05T00:00:00Z,commit,1
          dan@example.org,2024-01-05T00:00:00Z,commit,2
          ada@example.org,2024-01-05T19:15:00Z,commit,0
          ada@example.org,2024-01-05T20:15:00Z,commit,0
          helper@example.org,2024-01-06T00:00:00Z,commit,10000
          cleo@example.org,2024-01-07T00:00:00Z,commit,1
          ada@example.org,2024-01-07T23:00:00Z,merge,0
          dan@example.org,2024-01-09T00:00:00Z,commit,1

          """)
      #expect(
        String(decoding: try folder.read("out/project-members.csv"), as: UTF8.self) == """
          member_id,joined_at,tz_offset_minutes,main_area,kind
          ada@example.org,2024-01-01T04:15:00Z,345,(root),person
          bob@example.org,2024-01-02T14:30:00Z,-270,(root),person
          cleo@example.org,2024-01-04T00:00:00Z,0,Sources,person
          dan@example.org,2024-01-04T00:00:00Z,0,Sources,person
          helper@example.org,2024-01-06T00:00:00Z,0,Sources,bot

          """)
    }
  }

  @Test func idsAreHashedWithTheKey() throws {
    try TemporaryFolder.with { folder in
      let repository = try Self.makeHistory(in: folder)
      let key = try folder.write("key", "0123456789abcdef")
      let result = try Tool.run(
        [
          "import", "git", "--key", key, "--output", folder.path("out"), "--name", "x", "--json",
        ], in: repository.folder)
      #expect(result.code == 0, "\(result.error)")
      #expect(result.error == "")
      let events = String(decoding: try folder.read("out/x-events.csv"), as: UTF8.self)
      #expect(!events.contains("example.org"))
      // HMAC-SHA256 of ada@example.org and bob@example.org, by Python's hmac.
      #expect(events.contains("\nm48eef52843,2024-01-01T04:15:00Z,commit,4\n"))
      #expect(events.contains("\nmebb15e992b,2024-01-02T14:30:00Z,docs,3\n"))
      let object = try #require(
        JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
      #expect(object["coterie"] as? String == "import")
      #expect(object["version"] as? Int == 1)
      #expect(object["members"] as? Int == 5)
    }
  }

  @Test func keysAreRandomWhereNoneIsGiven() throws {
    try TemporaryFolder.with { folder in
      let repository = try Self.makeHistory(in: folder)
      var found: [[String]] = []
      for name in ["a", "b"] {
        let result = try Tool.run(
          ["import", "git", repository.folder.path, "--output", folder.url.path, "--name", name])
        #expect(result.code == 0)
        #expect(result.error.contains("random key that is thrown away"))
        let members = String(decoding: try folder.read("\(name)-members.csv"), as: UTF8.self)
        let ids = members.split(separator: "\n").dropFirst().map { $0.prefix { $0 != "," } }
        #expect(ids.count == 5)
        #expect(ids.allSatisfy { $0.wholeMatch(of: /m[0-9a-f]{10}/) != nil })
        #expect(ids == ids.sorted())
        found.append(ids.map(String.init))
      }
      #expect(Set(found[0]).isDisjoint(with: found[1]))
    }
  }

  @Test func impossibleDatesAreLeftOutAndCounted() throws {
    try TemporaryFolder.with { folder in
      let repository = try GitRepository(at: folder.url.appendingPathComponent("project"))
      try repository.commit(["a": "1\n"], "first", at: "2024-01-01T00:00:00Z")
      let (person, day) = ("Ada <ada@example.org>", 1_704_067_200)
      // Offset; more than a day after the commit; after the newest commit; before the beginning; none.
      for (author, committer) in [
        ("\(person) \(day + 60) +51800", "\(person) \(day + 60) +0000"),
        ("\(person) \(day + 90_000) +0000", "\(person) \(day + 60) +0000"),
        ("\(person) \(day + 250_000) +0000", "\(person) \(day + 200_000) +0000"),
        ("\(person) \(day - 1) +0000", "\(person) \(day + 60) +0000"),
        ("\(person) soon", "\(person) \(day + 60) +0000"),
        ("\(person) \(day + 86_460) +1400", "\(person) \(day + 60) -0330"),
      ] {
        try repository.commitRaw(author: author, committer: committer, message: "raw")
      }
      let result = try Tool.run(
        [
          "import", "git", repository.folder.path, "--plain-ids", "--output", folder.url.path,
          "--json",
        ])
      #expect(result.code == 0, "\(result.error)")
      #expect(
        String(decoding: try folder.read("project-events.csv"), as: UTF8.self) == """
          member_id,timestamp,event,value
          ada@example.org,2024-01-01T00:00:00Z,commit,1
          ada@example.org,2024-01-02T00:01:00Z,commit,0

          """)
      let object = try #require(
        JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
      let events = try #require(object["events"] as? [String: Any])
      #expect(
        events["left_out"] as? [String: Int] == [
          "dates with an offset beyond 14 hours": 1,
          "dates more than a day after the commit date": 1, "dates after the newest commit": 1,
          "dates before the project began": 1, "unreadable dates": 1,
        ])
      #expect(result.error.contains("note: git: 1 record left out: unreadable dates\n"))
    }
  }

  @Test func branchesAreReadOneByOneOrAll() throws {
    try TemporaryFolder.with { folder in
      let repository = try GitRepository(at: folder.url.appendingPathComponent("project"))
      try repository.commit(["a": "1\n"], "first", at: "2024-01-01T00:00:00Z")
      try repository.git(["checkout", "--quiet", "-b", "side"])
      try repository.commit(["b": "1\n"], "side", at: "2024-01-02T00:00:00Z")
      try repository.git(["checkout", "--quiet", "main"])
      for (options, count) in [([], 1), (["--branch", "side"], 2), (["--all"], 2)] {
        let result = try Tool.run(
          ["import", "git", repository.folder.path, "--plain-ids", "--output", folder.url.path]
            + options)
        #expect(result.code == 0, "\(result.error)")
        #expect(result.output.hasPrefix("\(count) event\(count == 1 ? "" : "s") of 1 member\n"))
      }
    }
  }

  @Test func missingGitIsSaid() throws {
    try TemporaryFolder.with { folder in
      let result = try Tool.run(
        "/usr/bin/env", ["PATH=\(folder.url.path)", Tool.path, "import", "git", folder.url.path])
      #expect(result.code == 2)
      #expect(result.error.contains("there is no git in the PATH: install it"))
      #expect(try folder.names == [])
    }
  }

  @Test func everyEventIsReadBack() throws {
    try TemporaryFolder.with { folder in
      let repository = try Self.makeHistory(in: folder)
      let key = try folder.write("key", "0123456789abcdef")
      #expect(
        try Tool.run([
          "import", "git", repository.folder.path, "--key", key, "--output", folder.url.path,
        ]).code == 0)
      let features = try Tool.run([
        "features", folder.path("project-events.csv"), "--members",
        folder.path("project-members.csv"), "--as-of", "last", "--features", "events",
        "--max-rejected", "0", "--output", folder.path("f.csv"), "--json",
      ])
      #expect(features.code == 0, "\(features.error)")
      #expect(
        features.error.contains("kind text, main_area text, tz_offset_minutes number"),
        "\(features.error)")
      let object = try #require(
        JSONSerialization.jsonObject(with: Data(features.output.utf8)) as? [String: Any])
      #expect((object["events"] as? [String: Any])?["accepted"] as? Int == 14)
    }
  }

  @Test func whatIsNoHistoryIsAnErrorAndLeavesNoFile() throws {
    try TemporaryFolder.with { folder in
      let empty = try GitRepository(at: folder.url.appendingPathComponent("empty"))
      let key = try folder.write("short", "key")
      let cases: [(arguments: [String], code: Int32, says: String)] = [
        ([folder.url.path], 2, "is no git repository: name its folder"),
        ([folder.path("none")], 2, "is no git repository: name its folder"),
        ([empty.folder.path], 2, "has no commit HEAD: name a branch"),
        ([empty.folder.path, "--branch", "x"], 2, "has no commit x: name a branch"),
        ([empty.folder.path, "--all"], 2, "there are no commits"),
        ([empty.folder.path, "--key", key], 2, "has 3 bytes, and a key needs 16 at least"),
        ([empty.folder.path, "--key", key, "--plain-ids"], 64, "--plain-ids hashes nothing"),
        ([empty.folder.path, "--branch=-x"], 64, "--branch is the name"),
        ([empty.folder.path, "--name", "a/b"], 64, "--name is the beginning"),
      ]
      for example in cases {
        let result = try Tool.run(
          ["import", "git"] + example.arguments + ["--output", folder.path("out")])
        #expect(result.code == example.code, "\(example.arguments): \(result.error)")
        #expect(result.error.contains(example.says), "\(result.error)")
        #expect(result.output == "")
      }
      #expect(try folder.names == ["empty", "short"])
    }
  }
}

extension URL {
  /// The names of a folder's files, sorted.
  fileprivate var fileNames: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }
}
