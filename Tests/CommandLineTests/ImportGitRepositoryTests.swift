import Foundation
import Testing

/// What a git repository is, and what lies around it and does not count.
@Suite(.enabled(if: GitRepository.isPossible, "there is no git in the PATH"))
struct ImportGitRepositoryTests {
  /// What an import writes and says.
  struct Imported: Equatable {
    var events = ""
    var members = ""
    var error = ""
  }

  static func imported(
    _ path: String, in folder: TemporaryFolder, _ options: [String] = [],
    environment: [String: String] = [:]
  ) throws -> Imported {
    let result = try Tool.run(
      ["import", "git", path, "--plain-ids", "--output", folder.path("out"), "--name", "x"]
        + options, environment: environment)
    #expect(result.code == 0, "\(result.error)")
    return Imported(
      events: String(decoding: try folder.read("out/x-events.csv"), as: UTF8.self),
      members: String(decoding: try folder.read("out/x-members.csv"), as: UTF8.self),
      error: result.error)
  }

  @Test func theOldestCommitMayNameSomebody() throws {
    try TemporaryFolder.with { folder in
      let repository = try GitRepository(at: folder.url.appendingPathComponent("r"))
      try repository.commit(
        [:], "start\n\nCo-authored-by: Bob <bob@example.org>", at: "2024-01-01T00:00:00Z")
      try repository.commit([:], "second", at: "2024-01-02T00:00:00Z")
      #expect(
        try Self.imported(repository.folder.path, in: folder).events == """
          member_id,timestamp,event,value
          ada@example.org,2024-01-01T00:00:00Z,commit,0
          bob@example.org,2024-01-01T00:00:00Z,coauthor,0
          ada@example.org,2024-01-02T00:00:00Z,commit,0

          """)
    }
  }

  @Test func environmentAndSettingsChangeNothing() throws {
    try TemporaryFolder.with { folder in
      let repository = try ImportGitTests.makeHistory(in: folder)
      let other = try GitRepository(at: folder.url.appendingPathComponent("other"))
      try other.commit(["a": "1\n"], "other", author: "Eve <eve@x>", at: "2024-01-01T00:00:00Z")
      let path = repository.folder.path
      let expected = try Self.imported(path, in: folder)

      let map = try folder.write("mailmap", "Eve <eve@x> <ada@example.org>\n")
      let attributes = try folder.write("attributes", "* binary\n")
      let settings = [
        "log.showRoot=false", "log.showSignature=true", "log.mailmap=false", "log.follow=true",
        "log.date=relative", "log.diffMerges=on", "log.abbrevCommit=true", "log.decorate=full",
        "format.pretty=oneline", "diff.renames=copies", "diff.renameLimit=1",
        "diff.algorithm=patience", "diff.noprefix=true", "diff.mnemonicPrefix=true",
        "diff.external=false", "diff.orderFile=/no/such/file", "diff.relative=true",
        "diff.ignoreSubmodules=all", "diff.submodule=log", "diff.statGraphWidth=1",
        "color.ui=always", "color.diff=always", "core.quotePath=true", "core.pager=false",
        "core.bigFileThreshold=1", "core.attributesFile=\(attributes)", "mailmap.file=\(map)",
        "mailmap.blob=HEAD:README.md", "i18n.logOutputEncoding=ISO-8859-1",
        "core.notesRef=refs/notes/x",
      ]
      for setting in settings {
        let (key, value) = (
          setting.prefix { $0 != "=" }, setting.drop { $0 != "=" }.dropFirst()
        )
        let home = folder.path("home")
        try FileManager.default.createDirectory(
          atPath: home, withIntermediateDirectories: true)
        try repository.git(["config", "--file", home + "/.gitconfig", String(key), String(value)])
        try repository.git(["config", String(key), String(value)])
      }
      let surroundings = [
        "HOME": folder.path("home"), "GIT_DIR": other.folder.path + "/.git",
        "GIT_WORK_TREE": other.folder.path, "GIT_INDEX_FILE": "/no/such/file",
        "GIT_OBJECT_DIRECTORY": "/no/such/folder", "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "log.showRoot", "GIT_CONFIG_VALUE_0": "false",
        "GIT_CONFIG_PARAMETERS": "'log.showroot'='false'", "GIT_EXTERNAL_DIFF": "false",
        "GIT_NAMESPACE": "x", "GIT_TRACE": "1", "LANG": "de_DE.UTF-8",
      ]
      #expect(try Self.imported(path, in: folder, environment: surroundings) == expected)
    }
  }

  @Test func replacedObjectsGraftsStashesAndNotesDoNotCount() throws {
    try TemporaryFolder.with { folder in
      let repository = try ImportGitTests.makeHistory(in: folder)
      let path = repository.folder.path
      let expected = try Self.imported(path, in: folder, ["--all"])
      try repository.git(["replace", "--graft", "HEAD"])
      let head = try Tool.run("/usr/bin/env", ["git", "-C", path, "rev-parse", "HEAD"]).output
      try Data(head.utf8).write(
        to: repository.folder.appendingPathComponent(".git/info/grafts"))
      try Data("changed\n".utf8).write(to: repository.folder.appendingPathComponent("README.md"))
      try repository.git(["stash", "--quiet"], at: "2024-01-08T00:00:00Z")
      try repository.git(["notes", "add", "-m", "a note"], at: "2024-01-08T00:00:00Z")
      for options in [[], ["--all"]] {
        #expect(try Self.imported(path, in: folder, options) == expected, "\(options)")
      }
    }
  }

  @Test func addressesOfOneAccountAreOneMember() throws {
    try TemporaryFolder.with { folder in
      let repository = try GitRepository(at: folder.url.appendingPathComponent("r"))
      let day = "2024-01-01T00:00:0"
      for (index, author) in [
        "Ada <12345+ada@users.noreply.github.com>", "Ada <ada@users.noreply.github.com>",
        "Bob <7-bob@users.noreply.gitlab.com>",
      ].enumerated() {
        try repository.commit(["f": "\(index)\n"], "c", author: author, at: day + "\(index)Z")
      }
      try repository.commit(
        ["f": "3\n"],
        """
        c

        Co-authored-by: Ada <ADA@users.noreply.github.com>
        Co-authored-by: Claude <noreply@anthropic.com>
        """, author: "Ada <12345+Ada@users.noreply.github.com>", at: day + "3Z")
      #expect(
        try Self.imported(repository.folder.path, in: folder).members == """
          member_id,joined_at,tz_offset_minutes,main_area,kind
          ada@users.noreply.github.com,2024-01-01T00:00:00Z,0,(root),person
          bob@users.noreply.gitlab.com,2024-01-01T00:00:02Z,0,(root),person
          noreply@anthropic.com,2024-01-01T00:00:03Z,,,bot

          """)
    }
  }

  @Test(arguments: ["blob:none", "blob:limit=100", "tree:0"])
  func partialClonesAreReadWithoutFetching(filter: String) throws {
    try TemporaryFolder.with { folder in
      let source = try GitRepository(at: folder.url.appendingPathComponent("source"))
      try source.commit(
        ["docs/a.md": ImportGitTests.lines(50)], "first", at: "2024-01-01T00:00:00Z")
      try source.commit(["b.txt": "b\n"], "second", at: "2024-01-02T00:00:00Z")
      try source.commit(["docs/a.md": "1\n"], "third", at: "2024-01-03T00:00:00Z")
      try source.git(["config", "uploadpack.allowFilter", "true"])
      let clone = folder.path("clone")
      try source.git([
        "clone", "--quiet", "--bare", "--filter=\(filter)", "file://\(source.folder.path)", clone,
      ])
      func objects() throws -> String {
        try Tool.run("/usr/bin/env", ["git", "-C", clone, "count-objects", "-v"]).output
      }
      let before = try objects()
      let found = try Self.imported(clone, in: folder)
      #expect(try objects() == before)
      let (docs, sizes, count) =
        switch filter {
        case "blob:none": ("docs", ["", "", ""], 3)
        case "tree:0": ("commit", ["", "", ""], 3)
        default: ("docs", ["", "1", ""], 2)
        }
      #expect(
        found.events == """
          member_id,timestamp,event,value
          ada@example.org,2024-01-01T00:00:00Z,\(docs),\(sizes[0])
          ada@example.org,2024-01-02T00:00:00Z,commit,\(sizes[1])
          ada@example.org,2024-01-03T00:00:00Z,\(docs),\(sizes[2])

          """)
      #expect(
        found.error.hasSuffix(
          "note: git: \(count) events with no value: the repository lacks the contents of the changed"
            + " files\n"))
    }
  }

  @Test func aMailmapThatIsNotInTheCloneIsNoticed() throws {
    try TemporaryFolder.with { folder in
      let source = try GitRepository(at: folder.url.appendingPathComponent("source"))
      try source.commit(
        [".mailmap": "<new@x> <ada@example.org>\n"], "c", at: "2024-01-01T00:00:00Z")
      try source.git(["config", "uploadpack.allowFilter", "true"])
      let (whole, clone) = (folder.path("whole"), folder.path("clone"))
      let address = "file://\(source.folder.path)"
      try source.git(["clone", "--quiet", "--bare", address, whole])
      try source.git(["clone", "--quiet", "--bare", "--filter=blob:none", address, clone])
      #expect(try Self.imported(whole, in: folder).events.contains("\nnew@x,"))
      let found = try Self.imported(clone, in: folder)
      #expect(found.events.contains("\nada@example.org,"))
      #expect(found.error.contains("\(clone): the clone is partial, and no .mailmap can be read"))
    }
  }

  @Test func shallowClonesHaveNoValueWhereTheyAreCutOff() throws {
    try TemporaryFolder.with { folder in
      let source = try ImportGitTests.makeHistory(in: folder)
      let clone = folder.path("clone")
      try source.git(["clone", "--quiet", "--depth", "1", "file://\(source.folder.path)", clone])
      let found = try Self.imported(clone, in: folder)
      #expect(
        found.events == """
          member_id,timestamp,event,value
          dan@example.org,2024-01-09T00:00:00Z,commit,

          """)
      #expect(found.error.contains("the history is cut off, so early events are missing"))
      #expect(found.error.contains("1 event with no value: the history is cut off at the commit"))
    }
  }

  @Test(.enabled(if: getuid() == 0, "only root can give files away"))
  func repositoriesOfOthersAreReadWhereTheUserTrustsThem() throws {
    try TemporaryFolder.with { folder in
      let repository = try GitRepository(at: folder.url.appendingPathComponent("r"))
      try repository.commit([:], "c", at: "2024-01-01T00:00:00Z")
      let path = repository.folder.path
      for place in [path, path + "/.git"] {
        try FileManager.default.setAttributes([.ownerAccountID: 12_345], ofItemAtPath: place)
      }
      let home = folder.path("home")
      try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
      let refused = try Tool.run(
        ["import", "git", path, "--plain-ids", "--output", folder.path("out")],
        environment: ["HOME": home])
      #expect(refused.code == 2)
      #expect(refused.error.contains("belongs to somebody else: trust it with git config --global"))
      try Data("[safe]\n\tdirectory = *\n".utf8).write(
        to: folder.url.appendingPathComponent("home/.gitconfig"))
      #expect(
        try Self.imported(path, in: folder, environment: ["HOME": home]).events.contains("ada@"))
    }
  }
}
