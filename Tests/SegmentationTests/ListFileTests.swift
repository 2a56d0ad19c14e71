import Engagement
import EventLog
import Segmentation
import Testing

/// What a list's file says, and how it is edited.
struct ListFileTests {
  private static let clock = Clock(zoneName: "Europe/Vienna", weekStart: .monday) ?? .utc

  private func project(_ file: String, _ yaml: String = "") throws -> ProjectFile {
    try ProjectFile(
      parsing: "version: 1\nclock: {zone: Europe/Vienna}\nlists: {l: {file: f.csv\(yaml)}}",
      file: "here/c.yaml"
    ) { _ in file }
  }

  @Test func columnsAreFoundByNameInAnyOrder() throws {
    let list = try #require(
      try project(
        """
        note;reason;member_id;expires;added_at;added_by;removed_at;removed_by;removal_reason
        x;"hosted; twice";a;2024-05-01;2024-04-01T10:00:00Z;eva;;;
        ;;b;;;;2024-04-02;bo;left
        ;;a;;2024-06-01
        ;;;;;;;;
        """, ", review_by: 2025-01-01, owner: eva"
      ).lists["l"])
    #expect(
      list.entries == [
        ListEntry(
          memberID: "a", added: Timestamp("2024-04-01T10:00:00Z"),
          expires: Timestamp("2024-04-30T22:00:00Z"), addedBy: "eva", reason: "hosted; twice"),
        ListEntry(
          memberID: "b", removed: Timestamp("2024-04-01T22:00:00Z"), removedBy: "bo",
          removalReason: "left"),
        ListEntry(memberID: "a", added: Timestamp("2024-05-31T22:00:00Z")),
      ])
    #expect(list.members == ["a", "b", "a"] && list.file == "f.csv" && list.owner == "eva")
    #expect(list.reviewBy == Timestamp("2024-12-31T23:00:00Z") && list.memberLines == nil)
    let ids = try ["2024-04-01", "2024-04-01T22:00:00Z", "2024-05-10", "2024-07-01"].map { time in
      list.entries(at: try instant(time)).map(\.memberID)
    }
    #expect(ids == [["b"], ["a"], [], ["a"]])
  }

  @Test func badCellsAreToldTogetherWithTheirPlaces() throws {
    let error = try #require(throws: ProjectFileError.self) {
      try project(
        """
        member_id,added_at,removed_at,expires,added_at
        a,2024-02-30,,
        "b
        c",2024-03-01,2024-02-01,2024-02-02
        ,2024-03-01,,
        d,,soon,,,more
        """)
    }
    #expect(
      error.description == """
        here/f.csv:1:39: the column added_at stands twice; rename one of them
        here/f.csv:2:3: added_at needs a date such as 2027-02-01 or an instant such as 2027-02-01T12:00:00Z, not "2024-02-30"
        here/f.csv:4:15: removed_at 2024-01-31T23:00:00Z is before added_at 2024-02-29T23:00:00Z; correct one of them
        here/f.csv:4:26: expires 2024-02-01T23:00:00Z is before added_at 2024-02-29T23:00:00Z; correct one of them
        here/f.csv:5:1: the member's id is empty; write it, or leave the row out
        here/f.csv:6:4: removed_at needs a date such as 2027-02-01 or an instant such as 2027-02-01T12:00:00Z, not "soon"
        here/f.csv:6:11: the row has more cells than the header; put texts with a separator in quotes
        """)
  }

  @Test func manyBadCellsAreCounted() throws {
    let rows = (0..<50).map { "m\($0),x" }.joined(separator: "\n")
    let error = try #require(throws: ProjectFileError.self) {
      try project("member_id,added_at\n" + rows)
    }
    #expect(error.diagnostics.count == 21)
    #expect(error.description.contains("c.yaml:3:19: list l: \"f.csv\" has 30 more such cells"))
  }

  @Test func filesOfIdsAloneMayHaveAnythingBehindThem() throws {
    let list = try project("id\na,1,2\n\n b \n").lists["l"]
    #expect(list?.members == ["a", "b"])
  }

  @Test(arguments: [
    "member_id,added_at,expires,removed_at,added_by,reason,removed_by,removal_reason\n",
    "\u{FEFF}member_id;zip\r\n\"x;1\";80\r\n\r\ny; 90", "id\tmore\nx\t\"a\"\"b\nc\"\n", "id",
    "id\n\n\n",
    "member_id\rx\ry",
  ])
  func whatIsNotEditedStays(text: String) throws {
    #expect(try ListFile(text).text == text)
    var file = try ListFile(text)
    let none = try file.add([], at: try instant("2024-01-01"), by: "eva", clock: Self.clock)
    let nobody = try file.remove(["q"], at: try instant("2024-01-01"), clock: Self.clock)
    #expect(none.added.isEmpty && file.text == text)
    #expect(nobody.problems == ["q is not on the list at 2024-01-01T00:00:00Z"])
  }

  @Test func additionsAndRemovalsAreRows() throws {
    var file = try ListFile("\u{FEFF}name;member_id\r\nAda;a1\r\n\"Bo; 2\";b\r\n\r\nCy;c")
    let may = try instant("2024-05-01")
    let found = try file.add(
      ["d", "a1", "d", "e;\"f"], at: may, expires: try instant("2024-06-01"), by: " eva ",
      reason: "two\nlines", clock: Self.clock)
    #expect(found.added == ["d", "e;\"f"])
    #expect(found.present == [ListEntry(memberID: "a1")])
    #expect(
      file.text == "\u{FEFF}name;member_id;added_at;expires;added_by;reason\r\n"
        + "Ada;a1;;;;\r\n\"Bo; 2\";b;;;;\r\n\r\nCy;c;;;;\r\n"
        + ";d;2024-05-01T00:00:00Z;2024-06-01T00:00:00Z;eva;\"two\nlines\"\r\n"
        + ";\"e;\"\"f\";2024-05-01T00:00:00Z;2024-06-01T00:00:00Z;eva;\"two\nlines\"\r\n")
    let before = file
    let removed = try file.remove(
      ["b", "d", "zoe"], at: try instant("2024-05-02"), reason: "moved", clock: Self.clock)
    #expect(removed.removed == ["b", "d"])
    #expect(removed.problems == ["zoe is not on the list at 2024-05-02T00:00:00Z"])
    #expect(
      file.text.hasPrefix(
        "\u{FEFF}name;member_id;added_at;expires;added_by;reason;removed_at;removal_reason\r\n"
          + "Ada;a1;;;;;;\r\n\"Bo; 2\";b;;;;;2024-05-02T00:00:00Z;moved\r\n"))
    // What was written is what is read, in one go or in two.
    #expect(try ListFile(file.text).text == file.text)
    #expect(
      try ListFile(file.text).entries(in: Self.clock).map(\.memberID)
        == ["a1", "b", "c", "d", "e;\"f"])
    #expect(try before.entries(in: Self.clock).last?.reason == "two\nlines")
    // A stay that ended is another row's beginning.
    let again = try file.add(["d"], at: try instant("2024-05-03"), clock: Self.clock)
    #expect(again.added == ["d"])
    let twice = try file.remove(["d"], at: try instant("2024-05-01T12:00:00Z"), clock: Self.clock)
    #expect(
      twice.problems == [
        "d is to be removed at 2024-05-02T00:00:00Z, as is written; edit the file"
      ])
  }

  @Test func columnsAreNotAddedBesideLongerRows() throws {
    var file = try ListFile("member_id\na,note\nb,\n")
    let before = file
    #expect(
      throws: ListFileError.badCells(
        [
          ListFileError.Cell(
            position: SourcePosition(line: 2, column: 3),
            message: "the row has more cells than the header; put texts with a separator in quotes")
        ], count: 1)
    ) {
      _ = try file.add(["c"], at: try instant("2024-05-01"), clock: Self.clock)
    }
    #expect(file == before)
  }

  @Test func idsOfAnyFileAreRead() throws {
    #expect(try ListFile("x;member_id\n1;b\n2; a\n3;\n4;b\n").memberIDs == ["b", "a"])
  }

  @Test func theIDsAreInTheFirstColumnThatIsNothingElse() throws {
    let entries = try ListFile("reason,id,name\nhosted,a,Ada\n").entries(in: Self.clock)
    #expect(entries == [ListEntry(memberID: "a", reason: "hosted")])
  }

  @Test(arguments: 1...40)
  func randomTextsAreKeptAndEditsOnlyAdd(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(5_000 + seed))
    let pieces = ["a", "b", ",", ",", ";", "\t", "\"", "\"\"", "\n", "\n", "\r\n", "\r", " ", "ü"]
    var readCount = 0
    for _ in 0..<100 {
      let text =
        generator.pick(["", "member_id,x\n", "id;y\r\n", "\u{FEFF}"])
        + (0..<Int.random(in: 0...20, using: &generator)).map { _ in generator.pick(pieces) }
        .joined()
      let file: ListFile
      do { file = try ListFile(text) } catch { continue }
      #expect(file.text == text)
      guard let before = try? file.entries(in: Self.clock) else { continue }
      var edited = file
      guard
        let found = try? edited.add(
          ["n\n,\"1", "a"], at: try instant("2024-01-01"), reason: ";", clock: Self.clock)
      else { continue }
      readCount += 1
      let after = try ListFile(edited.text).entries(in: Self.clock)
      #expect(Array(after.prefix(before.count)) == before, "\(text.debugDescription)")
      #expect(after.dropFirst(before.count).map(\.memberID) == found.added)
      #expect(after.last?.reason == ";")
    }
    #expect(readCount > 10)
  }

  /// The same edits of a random file and of a plain array of stays.
  @Test(arguments: 1...20)
  func randomEditsAgreeWithPlainStays(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let ids = ["a", "b;\"", "ü,", "d d"]
    var file = try ListFile(generator.pick(["id", ListFile.fullHeader, "x;member_id;expires\r\n"]))
    var stays: [ListEntry] = []
    for step in 0..<30 {
      let time = try instant("2024-01-01").shifted(
        by: Int64(step) * 3_600_000_000 * Int64(generator.pick([0, 1, 2])))
      let chosen = ids.filter { _ in generator.pick([true, false]) }
      let by = generator.pick([nil, "eva", "x, \"y\""])
      if generator.pick([true, false]) {
        let end = generator.pick([nil, time.shifted(by: 7_200_000_000)])
        let found = try file.add(chosen, at: time, expires: end, by: by, clock: Self.clock)
        let missing = chosen.filter { id in
          !stays.contains { $0.memberID == id && share(times(of: $0), (time, end)) }
        }
        let present = chosen.filter { id in
          stays.contains { $0.memberID == id && isOn($0, time) && $0.removed == nil }
        }
        #expect(found.added == missing)
        #expect(found.present.map(\.memberID) == present)
        #expect(
          found.conflicts.map(\.entry.memberID)
            == chosen.filter { !missing.contains($0) && !present.contains($0) })
        stays += missing.map {
          ListEntry(memberID: $0, added: time, expires: end, addedBy: by)
        }
      } else {
        let found = try file.remove(chosen, at: time, by: by, clock: Self.clock)
        for id in chosen {
          let own = stays.indices.filter { stays[$0].memberID == id && isOn(stays[$0], time) }
          let isPlanned = own.contains { stays[$0].removed != nil }
          #expect(found.removed.contains(id) == (!own.isEmpty && !isPlanned))
          guard found.removed.contains(id) else { continue }
          for index in own { (stays[index].removed, stays[index].removedBy) = (time, by) }
        }
      }
      file = try ListFile(file.text)
      #expect(try file.entries(in: Self.clock) == stays, "seed \(seed), step \(step)")
      let overlapping = stays.indices.filter { index in
        stays[..<index].contains {
          $0.memberID == stays[index].memberID && share(times(of: $0), times(of: stays[index]))
        }
      }
      #expect(overlapping.isEmpty, "seed \(seed), step \(step)")
    }
  }

  private typealias Times = (start: Timestamp?, end: Timestamp?)

  private func times(of stay: ListEntry) -> Times {
    (stay.added, [stay.expires, stay.removed].compactMap { $0 }.min())
  }

  /// Whether an instant is in both; nil has no bound.
  private func share(_ one: Times, _ other: Times) -> Bool {
    guard let end = [one.end, other.end].compactMap({ $0 }).min() else { return true }
    return [one.start, other.start].allSatisfy { $0.map { $0 < end } ?? true }
  }

  private func isOn(_ stay: ListEntry, _ time: Timestamp) -> Bool {
    if let added = stay.added, time < added { return false }
    if let expires = stay.expires, time >= expires { return false }
    if let removed = stay.removed, time >= removed { return false }
    return true
  }
}
