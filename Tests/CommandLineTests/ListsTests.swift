import Foundation
import Testing

/// `coterie lists`: lists are edited by hand, and keep what was done.
struct ListsTests {
  private static let yaml = """
    version: 1
    clock: {zone: Europe/Vienna}
    lists:
      hosts: {file: hosts.csv, review_by: 2024-06-01, owner: eva}
      mentees:
        members:
          - a
          - b
      new: {file: new.csv}
    segments:
      - {id: hosts, list: hosts}
    """

  private static func withProject(_ hosts: String, _ body: (TemporaryFolder) throws -> Void) throws
  {
    try TemporaryFolder.with { folder in
      try folder.write("c.yaml", yaml)
      try folder.write("hosts.csv", hosts)
      try folder.write("new.csv", "member_id\n")
      try body(folder)
    }
  }

  private static func lists(
    _ arguments: [String], in folder: TemporaryFolder, input: String = ""
  ) throws -> Tool.Result {
    try Tool.run(
      ["lists"] + arguments + ["--config", "c.yaml"], input: Array(input.utf8), in: folder.url)
  }

  private static func text(_ name: String, _ folder: TemporaryFolder) throws -> String {
    String(decoding: try folder.read(name), as: UTF8.self)
  }

  @Test func membersArePutOnAListAndTakenOff() throws {
    try Self.withProject("name;member_id;added_at\nAda;a1;\n") { folder in
      let path = folder.path("hosts.csv")
      try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
      let added = try Self.lists(
        [
          "add", "hosts", "b2", "a1", "--from", "-", "--at", "2024-05-01", "--expires",
          "2024-05-20",
          "--by", "eva", "--reason", "hosted; \"well\"",
        ], in: folder, input: "id,member_id\n1,c3\n2,b2\n")
      #expect(added.code == 0, "\(added.error)")
      #expect(added.output == "hosts: 2 added, 1 on it already\n")
      #expect(
        added.error
          == "note: a1 is on the list hosts already; --expires changes no stay: correct it in hosts.csv\n"
      )
      #expect(
        try Self.text("hosts.csv", folder) == """
          name;member_id;added_at;expires;added_by;reason
          Ada;a1;;;;
          ;b2;2024-04-30T22:00:00Z;2024-05-19T22:00:00Z;eva;"hosted; ""well""\"
          ;c3;2024-04-30T22:00:00Z;2024-05-19T22:00:00Z;eva;"hosted; ""well""\"

          """)
      let again = try Self.lists(
        ["add", "hosts", "b2", "--at", "2024-05-02", "--json"], in: folder)
      #expect(again.code == 0 && again.output.contains("\"present\" : [\n    \"b2\"\n  ]"))
      let before = try folder.read("hosts.csv")
      let failed = try Self.lists(
        ["remove", "hosts", "zoe", "b2", "yan", "--at", "2024-05-03"], in: folder)
      #expect(failed.code == 2 && failed.output.isEmpty)
      #expect(
        failed.error == """
          error: zoe is not on the list at 2024-05-02T22:00:00Z
          yan is not on the list at 2024-05-02T22:00:00Z
          nothing was written; --skip-missing removes the others

          """)
      #expect(try folder.read("hosts.csv") == before)
      let removed = try Self.lists(
        [
          "remove", "hosts", "zoe", "b2", "--at", "2024-05-03T10:00:00+02:00", "--skip-missing",
          "--by", "bo",
        ], in: folder)
      #expect(removed.code == 0 && removed.output == "hosts: 1 removed, 1 left out\n")
      #expect(
        try Self.text("hosts.csv", folder).contains(
          ";b2;2024-04-30T22:00:00Z;2024-05-19T22:00:00Z;eva;\"hosted; \"\"well\"\"\";2024-05-03T08:00:00Z;bo\n"
        ))
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
      #expect(mode as? Int == 0o640)
      #expect(try folder.names == ["c.yaml", "hosts.csv", "new.csv"])
    }
  }

  @Test func showSaysWhoIsOnListsAndWhatIsDue() throws {
    let hosts = """
      member_id,added_at,expires,removed_at,added_by,reason
      b,2024-05-01,2024-06-20,,eva,hosted
      a,2024-05-02,,,,
      c,2024-05-03,,2024-05-04,,
      """
    try Self.withProject(hosts) { folder in
      let shown = try Self.lists(["show", "hosts", "--as-of", "2024-06-01T12:00:00Z"], in: folder)
      #expect(shown.code == 0, "\(shown.error)")
      #expect(
        shown.output == """
          as of 2024-06-01T14:00:00+02:00

          hosts: 2 members, owner eva, review was due 2024-06-01T00:00:00+02:00
            member                      since                      until   by  reason
            a       2024-05-02T00:00:00+02:00
            b       2024-05-01T00:00:00+02:00  2024-06-20T00:00:00+02:00  eva  hosted
          within 30 days 1 of them expires: b

          """)
      let all = try Self.lists(["show", "--as-of", "2024-05-03T12:00:00Z", "--json"], in: folder)
      let object = try #require(
        JSONSerialization.jsonObject(with: Data(all.output.utf8)) as? [String: Any])
      #expect(object["coterie"] as? String == "lists show" && object["version"] as? Int == 1)
      let lists = try #require(object["lists"] as? [[String: Any]])
      #expect(lists.map { $0["list"] as? String } == ["hosts", "mentees", "new"])
      let members = try lists.map { list in
        try #require(list["members"] as? [[String: Any]]).map { $0["member"] as? String }
      }
      #expect(members == [["a", "b", "c"], ["a", "b"], []])
      #expect(lists[0]["review_due"] as? Bool == false)
      #expect(lists[0]["expiring"] as? [String] == [])
      let unknown = try Self.lists(["show", "hots", "--as-of", "2024-06-01"], in: folder)
      #expect(unknown.code == 2)
      #expect(unknown.error == "error: c.yaml: no list \"hots\"; did you mean \"hosts\"?\n")
    }
  }

  @Test func explanationsOfTheToolSayWhoPutAMemberOnAList() throws {
    try Self.withProject("member_id,added_at,added_by,reason\na,2024-05-01,eva,hosted\n") {
      folder in
      try folder.write("e.csv", "member_id,timestamp,event\na,2024-05-02,post\n")
      let result = try Tool.run(
        ["explain", "a", "e.csv", "--config", "c.yaml", "--as-of", "last", "--verbose"],
        in: folder.url)
      #expect(
        result.output.contains(
          "true: {list: hosts} — on the list since 2024-05-01T00:00:00+02:00, added by eva, reason \"hosted\""
        ), "\(result.output)")
      let check = try Tool.run(
        ["rules", "check", "--config", "c.yaml", "--as-of", "2024-07-01"], in: folder.url)
      #expect(check.code == 1)
      #expect(check.output.contains("the list \"hosts\" was to be reviewed by"))
    }
  }

  @Test func membersInTheProjectFileAreNotEdited() throws {
    try Self.withProject("member_id\n") { folder in
      let result = try Self.lists(["add", "mentees", "c", "--at", "2024-05-01"], in: folder)
      #expect(result.code == 2)
      #expect(
        result.error == """
          error: c.yaml:6: the members of mentees stand in the project file (lines 6 to 8), which is \
          not edited; move them to a file: write mentees: {file: mentees.csv} there, and into \
          mentees.csv the line member_id, then an id a line

          """)
      #expect(try Self.text("c.yaml", folder) == Self.yaml)
    }
  }

  @Test func aFileIsMadeWhereThereIsNone() throws {
    try Self.withProject("member_id\n") { folder in
      try FileManager.default.removeItem(atPath: folder.path("new.csv"))
      let result = try Self.lists(
        ["add", "new", "a,b", "--at", "2024-05-01T00:00:00Z"], in: folder)
      #expect(result.code == 0, "\(result.error)")
      #expect(
        try Self.text("new.csv", folder) == """
          member_id,added_at,expires,removed_at,added_by,reason,removed_by,removal_reason
          "a,b",2024-05-01T00:00:00Z,,,,,,

          """)
    }
  }

  private static let wrong: [(String, Int32)] = [
    ("add hosts --at 2024-05-01", 64), ("add hosts a", 64), ("add hosts a --at soon", 64),
    ("add hosts a --at 2024-05-01 --expires 2024-05-01", 64), ("add x a --at 2024-05-01", 2),
    ("show", 64), ("show --as-of last", 64), ("remove hosts --from no.csv --at now", 2),
  ]

  @Test(arguments: wrong)
  func badOptionsAreErrors(line: String, code: Int32) throws {
    let arguments = line.split(separator: " ").map(String.init)
    try Self.withProject("member_id\n") { folder in
      let before = try folder.read("hosts.csv")
      let result = try Self.lists(arguments, in: folder)
      #expect(result.code == code, "\(result.error)")
      #expect(result.output.isEmpty && !result.error.isEmpty)
      #expect(try folder.read("hosts.csv") == before)
    }
  }

  @Test func badFilesAreToldWithTheirPlaces() throws {
    try Self.withProject("member_id,added_at\na,x\n,2024-01-01\n") { folder in
      let result = try Self.lists(["add", "hosts", "b", "--at", "2024-05-01"], in: folder)
      #expect(result.code == 2)
      #expect(result.error.contains("hosts.csv:2:3: added_at needs a date"))
      #expect(result.error.contains("hosts.csv:3:1: the member's id is empty"))
    }
  }

  private static let members = """
    member_id,email,number
    a1,Eva@Example.org,7
    b2,bo@example.org,8
    c3,same@example.org,9
    d4,same@example.org,10

    """

  @Test func membersAreFoundByAColumnOfTheMembersFile() throws {
    try Self.withProject("member_id\n") { folder in
      try folder.write("m.csv", Self.members)
      let match = ["--members", "m.csv", "--at", "2024-05-01"]
      let added = try Self.lists(
        ["add", "hosts", "eva@example.org", "--match", "email", "--from", "-"] + match, in: folder,
        input: "name,email\nBo,bo@example.org\n")
      #expect(added.code == 0, "\(added.error)")
      #expect(
        try Self.text("hosts.csv", folder)
          == "member_id,added_at\na1,2024-04-30T22:00:00Z\nb2,2024-04-30T22:00:00Z\n")
      let byNumber = try Self.lists(["add", "new", "09", "--match", "number"] + match, in: folder)
      #expect(byNumber.code == 0 && byNumber.output == "new: 1 added, 0 on it already\n")
      #expect(try Self.text("new.csv", folder).contains("c3,"))
      let before = try folder.read("hosts.csv")
      let refused = try Self.lists(
        ["add", "hosts", "zoe@example.org", "same@example.org", "--match", "email"] + match,
        in: folder)
      #expect(refused.code == 2)
      #expect(
        refused.error == """
          error: m.csv: no member has email zoe@example.org
          m.csv: 2 members have email same@example.org: c3, d4
          nothing was written

          """)
      let unknown = try Self.lists(["add", "hosts", "x", "--match", "mail"] + match, in: folder)
      #expect(unknown.code == 2 && unknown.error.contains("did you mean \"email\"?"))
      #expect(
        try Self.lists(["add", "hosts", "x", "--match", "email", "--at", "now"], in: folder).code
          == 64)
      #expect(try folder.read("hosts.csv") == before)
    }
  }

  @Test(arguments: ["member_id,email,plan\na,x,pro\n", "email,name\nx,y\n"])
  func aForeignFileIsNoList(_ text: String) throws {
    try Self.withProject(text) { folder in
      for verb in ["add", "remove"] {
        let result = try Self.lists([verb, "hosts", "a", "--at", "2024-05-01"], in: folder)
        #expect(result.code == 2)
        #expect(result.error.contains("hosts.csv: not a list's file, and left as it is"))
        #expect(try Self.text("hosts.csv", folder) == text)
      }
    }
  }

  @Test func twoAtOnceLoseNobody() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("coterie-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let temporary = TemporaryFolder(url: folder)
    try temporary.write("c.yaml", Self.yaml)
    for name in ["hosts", "new"] { try temporary.write("\(name).csv", "member_id\n") }
    let codes = try await withThrowingTaskGroup(of: Int32.self) { group in
      for index in 0..<12 {
        group.addTask {
          try Self.lists(["add", "hosts", "m\(index)", "--at", "2024-05-01"], in: temporary).code
        }
      }
      var codes: [Int32] = []
      for try await code in group { codes.append(code) }
      return codes
    }
    #expect(codes == Array(repeating: 0, count: 12))
    let lines = try Self.text("hosts.csv", temporary).split(separator: "\n").dropFirst()
    #expect(
      lines.sorted()
        == (0..<12).map { "m\($0),2024-04-30T22:00:00Z" }.sorted().map { Substring($0) })
  }

  /// Stays of one member do not overlap; what was done before is never changed.
  @Test func staysThatWouldOverlapAreRefused() throws {
    let hosts = """
      member_id,added_at,expires,removed_at,removed_by
      a,2024-05-10,,,
      b,2024-05-01,,2024-05-20,eva
      c,2024-05-10,2024-05-20,,

      """
    try Self.withProject(hosts) { folder in
      func add(_ member: String, _ options: String...) throws -> Tool.Result {
        try Self.lists(["add", "hosts", member, "--at"] + options, in: folder)
      }
      let times = ("2024-05-09T22:00:00Z", "2024-04-30T22:00:00Z")
      let early = try add("a", "2024-05-01")
      #expect(early.code == 2 && early.output.isEmpty)
      #expect(
        early.error == """
          error: hosts.csv:2: a is on the list from \(times.0) on, which a stay from \(times.1) on would \
          overlap: end the new one with --expires \(times.0), or correct added_at in that row
          nothing was written

          """)
      let ended = try add("b", "2024-05-05")
      #expect(ended.code == 2)
      #expect(
        ended.error.contains(
          "hosts.csv:3: b is on the list from \(times.1) until 2024-05-19T22:00:00Z, a stay that was "
            + "ended by hand: begin the new one with --at 2024-05-19T22:00:00Z or later"),
        "\(ended.error)")
      #expect(try add("b", "2024-04-01").code == 2)
      #expect(try add("c", "2024-05-01", "--expires", "2024-05-15").code == 2)
      #expect(
        try Self.lists(["add", "hosts", "new", "a", "--at", "2024-05-01"], in: folder).code == 2)
      #expect(try Self.text("hosts.csv", folder) == hosts)
      // A stay that holds is left as it is; that its end is not changed is said.
      let within = try add("c", "2024-05-12", "--expires", "2024-06-01")
      #expect(within.code == 0)
      #expect(
        within.error
          == "note: c is on the list hosts already until 2024-05-19T22:00:00Z; --expires changes no stay: "
          + "correct it in hosts.csv\n")
      #expect(try Self.text("hosts.csv", folder) == hosts)
      // Stays may touch.
      for (member, at, more) in [
        ("a", "2024-05-01", ["--expires", "2024-05-10"]), ("b", "2024-05-20", []),
        ("c", "2024-05-20", []),
      ] {
        let result = try Self.lists(["add", "hosts", member, "--at", at] + more, in: folder)
        #expect(result.code == 0 && result.output.contains(" 1 added"), "\(result.error)")
      }
    }
  }

  @Test func removalsAtAnotherTimeSayWhenTheStayIs() throws {
    let hosts = "member_id,added_at,removed_at\na,2024-05-10,\nb,2024-05-01,2024-05-02\n"
    try Self.withProject(hosts) { folder in
      func remove(_ member: String, _ time: String) throws -> Tool.Result {
        try Self.lists(["remove", "hosts", member, "--at", time], in: folder)
      }
      let before = try remove("a", "2024-05-01")
      #expect(before.code == 2)
      #expect(
        before.error.contains(
          "a is not on the list at 2024-04-30T22:00:00Z, but from 2024-05-09T22:00:00Z on: take the "
            + "member off then or later"), "\(before.error)")
      let after = try remove("b", "2024-06-01")
      #expect(after.code == 2)
      #expect(
        after.error.contains(
          "b is not on the list at 2024-05-31T22:00:00Z: the last stay ended 2024-05-01"),
        "\(after.error)")
      #expect(try Self.text("hosts.csv", folder) == hosts)
    }
  }
}
