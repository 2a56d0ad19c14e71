import EventLog
import Foundation
import Testing

/// The forms of CSV that spreadsheets and databases write.
struct DialectTests {
  private static func read(
    _ text: String, columns: [EventReader.Role: String] = [:]
  ) throws -> (events: [Event], report: ReadReport, rejections: [Rejection]) {
    var rejections: [Rejection] = []
    let reader = EventReader(columns: columns, rejectionLimit: .share(1)) { rejections.append($0) }
    let (history, report) = try reader.read([.bytes(Array(text.utf8), name: "log")])
    return ((0..<history.count).map { history[$0] }, report, rejections)
  }

  @Test(arguments: [",", ";", "\t", "|"])
  func cellsMayBeParted(by separator: String) throws {
    let text = """
      member_id,timestamp,event,plan
      a,2024-01-01,post,"x,y"
      b,2024-01-02,like,z
      """
    let log = text.replacingOccurrences(of: ",", with: separator)
    let read = try Self.read(log)
    #expect(read.events.map(\.memberID) == ["a", "b"])
    #expect(
      read.events.map { $0.properties["plan"] } == [.string("x\(separator)y"), .string("z")])
  }

  struct Blank: Sendable, CustomTestStringConvertible {
    let line: String
    let isQuoted: Bool

    var testDescription: String { "\(line.debugDescription), \(isQuoted ? "quoted" : "plain")" }

    static let all = ["", " ", "\t", ",,", ", ,", " , , ", ",,,,,", ","].flatMap { line in
      [Blank(line: line, isQuoted: false), Blank(line: line, isQuoted: true)]
    }
  }

  @Test(arguments: Blank.all)
  func blankLinesAreNoRecordsWhereverTheyAre(_ blank: Blank) throws {
    let quote = blank.isQuoted ? "\"" : ""
    let lines = [
      "member_id,timestamp,event", "\(quote)a\(quote),2024-01-01,x", "b,never,x", "c,2024-01-03,y",
    ]
    for place in 0...lines.count {
      var lines = lines
      lines.insert(contentsOf: [blank.line, blank.line], at: place)
      let text = lines.joined(separator: "\n") + (place == 4 ? "" : "\n")
      let read = try Self.read(text)
      #expect(read.events.map(\.memberID) == ["a", "c"], "before line \(place)")
      #expect(read.report.recordCount == 3, "before line \(place)")
      #expect(read.rejections.map(\.line) == [place <= 2 ? 5 : 3], "before line \(place)")
      let members = try MemberReader(rejectionLimit: .share(1)).read(
        .bytes(
          Array(text.replacingOccurrences(of: "timestamp", with: "joined_at").utf8), name: "m"))
      #expect(members.members.ids.strings == ["a", "c"] && members.report.recordCount == 3)
    }
  }

  @Test func rowsWithoutTheirLastCellsAreStillRejected() throws {
    let read = try Self.read("member_id,timestamp,event,value\na,2024-01-01,x\nb,2024-01-01,x,\n")
    #expect(read.events.map(\.memberID) == ["b"])
    #expect(read.rejections.map(\.reason) == [.wrongColumnCount(found: 3, expected: 4)])
  }

  @Test func nothingIsWrittenInAFewWays() throws {
    let absent = ["", " ", #"\N"#, "NA", "na", "N/A", "NULL", "null", "NaN", "nan", " NULL "]
    let rows = absent.map { "a,2024-01-01,x,\($0),\($0)" } + ["NA,2024-01-01,NULL,1,NA"]
    let read = try Self.read(
      (["member_id,timestamp,event,value,target_id"] + rows).joined(separator: "\n"))
    #expect(read.rejections.isEmpty)
    #expect(read.events.dropLast().allSatisfy { $0.value == nil })
    // Among texts NA is a text: a country, or somebody's initials.
    #expect(read.events.prefix(3).allSatisfy { $0.targetID == nil })
    #expect(read.events[3].targetID == "NA" && read.events.last?.memberID == "NA")
    #expect(read.events.last?.type == "NULL")
  }

  @Test func nullIsNoIdAndRepeatsNothing() throws {
    let read = try Self.read(
      #"""
      member_id,timestamp,event,event_id
      a,2024-01-01,x,\N
      a,2024-01-01,x,\N
      a,2024-01-01,x,
      a,2024-01-01,x,7
      a,2024-01-01,x,7
      \N,2024-01-01,x,8
      a,2024-01-01,\N,9
      a,NA,x,10
      """#)
    #expect(read.events.count == 4 && read.report.repeatedEventCount == 1)
    #expect(
      read.rejections.map(\.reason) == [
        .emptyMemberID, .emptyEventType, .unreadableTimestamp("NA"),
      ])
  }

  @Test func membersWithoutAKnownTimeOfJoiningHaveNone() throws {
    let text = "member_id,joined_at\na,\\N\nb,NA\nc,NULL\nd,\ne,2024-01-01\n"
    let (members, report) = try MemberReader().read(.bytes(Array(text.utf8), name: "m"))
    #expect(report.rejectedCount == 0)
    #expect(members.joinedAt.map { $0 == nil } == [true, true, true, true, false])
  }

  struct Decimal: Sendable, CustomTestStringConvertible {
    let cell: String
    /// Nil where it is no number.
    let value: Double?

    var testDescription: String { cell }
  }

  private static let decimals = [
    Decimal(cell: "1234,56", value: 1234.56), Decimal(cell: "1.234,56", value: 1234.56),
    Decimal(cell: "-1.234.567,5", value: -1_234_567.5),
    Decimal(cell: "1.234.567", value: 1_234_567),
    Decimal(cell: "0,5", value: 0.5), Decimal(cell: "+7,25", value: 7.25),
    Decimal(cell: "1,234", value: 1.234), Decimal(cell: "12", value: 12),
    Decimal(cell: " 3,5 ", value: 3.5), Decimal(cell: "1,234.56", value: nil),
    Decimal(cell: "1,234,567", value: nil), Decimal(cell: "12.34,5", value: nil),
    Decimal(cell: "1,", value: nil), Decimal(cell: ",5", value: nil),
    Decimal(cell: "1,5e3", value: nil), Decimal(cell: "1234.567,8", value: nil),
  ]

  @Test(arguments: decimals)
  func decimalsMayFollowACommaWhereCellsArePartedBySemicolons(_ test: Decimal) throws {
    for quote in ["", "\""] {
      let read = try Self.read(
        "member_id;timestamp;event;value\na;2024-01-01;x;\(quote)\(test.cell)\(quote)\n")
      #expect(read.events.map(\.value) == (test.value.map { [$0] } ?? []))
      #expect(read.rejections.map(\.reason) == (test.value == nil ? [.unreadableValue] : []))
    }
    // Elsewhere a comma parts cells, and is no decimal one within quotes.
    let comma = try Self.read(
      "member_id,timestamp,event,value\na,2024-01-01,x,\"\(test.cell)\"\n")
    #expect(comma.events.isEmpty == (Double(test.cell.trimmingCharacters(in: .whitespaces)) == nil))
  }

  @Test func aDecimalCommaIsTold() throws {
    let read = try Self.read(
      "member_id;timestamp;event;value\na;2024-01-01;x;3\na;2024-01-01;x;1,5\na;2024-01-01;x;2,5\n")
    #expect(read.report.notes.map(\.file) == ["log"])
    #expect(
      read.report.notes.map(\.text) == [
        "numbers are read with a decimal comma: 1,5 on line 3 is 1.5"
      ])
    let plain = try Self.read("member_id;timestamp;event;value\na;2024-01-01;x;1.234\n")
    #expect(plain.events.map(\.value) == [1.234] && plain.report.notes.isEmpty)
  }

  @Test(arguments: [
    ["1.234", "12,5"], ["12,5", "1.234"], ["1.234", "1.234.567"], ["-1.234", "0,5"],
  ])
  func aPointThatMayPartThousandsIsNotGuessed(cells: [String]) throws {
    let rows = cells.map { "a;2024-01-01;x;\($0)" }.joined(separator: "\n")
    #expect(
      throws: EventLogError.severalDecimalForms(
        file: "log", first: "\(cells[0]) on line 2", second: "\(cells[1]) on line 3")
    ) {
      try Self.read("member_id;timestamp;event;value\n" + rows)
    }
  }

  @Test func aPointThatCannotPartThousandsStandsBesideCommas() throws {
    let read = try Self.read(
      "member_id;timestamp;event;value\n"
        + ["1.5", "0.125", "12,5", "1234.567"].map { "a;2024-01-01;x;\($0)\n" }.joined())
    #expect(read.events.map(\.value) == [1.5, 0.125, 12.5, 1234.567])
  }

  @Test func attributesOfMembersMayHaveDecimalCommas() throws {
    let text = """
      member_id;joined_at;spent;ratio;size;plan
      a;2024-01-01;1.234,50;0,5;1.234;x,y
      b;2024-01-02;7;NA;2,5;1,5
      c;2024-01-03;;1,25;3;z
      """
    let (members, report) = try MemberReader().read(.bytes(Array(text.utf8), name: "m"))
    #expect(members.cells(of: "spent", members: ["a", "b", "c"]) == ["1234.5", "7", ""])
    #expect(members.attributes["spent"]?.typeName == "number")
    #expect(members.cells(of: "ratio", members: ["a", "c"]) == ["0.5", "1.25"])
    // 1.234 beside 2,5 may be two things, and a text with a comma is no number.
    #expect(members.cells(of: "size", members: ["a", "b", "c"]) == ["1.234", "2,5", "3"])
    #expect(members.cells(of: "plan", members: ["a", "b"]) == ["x,y", "1,5"])
    #expect(
      report.notes.map(\.text) == [
        "\"spent\" is read with a decimal comma: 1.234,50 is 1234.5",
        "\"ratio\" is read with a decimal comma: 0,5 is 0.5",
        "\"size\" is text, as 2,5 has a decimal comma and 1.234 may be two things",
      ])
  }

  @Test func formsAreFoundAcrossBlocks() throws {
    let many = String(repeating: "a;2024-01-01;x;7\n", count: 200_000)
    #expect(
      throws: EventLogError.severalDecimalForms(
        file: "log", first: "1.234 on line 2", second: "2,5 on line 200003")
    ) {
      try Self.read(
        "member_id;timestamp;event;value\na;2024-01-01;x;1.234\n\(many)a;2024-01-01;x;2,5\n")
    }
  }
}
