@testable import EventLog
import Foundation
import Testing

/// Logs that are too long, too wide, too varied or cut short are refused at a stated limit.
struct BadLogTests {
  static let header = "member_id,timestamp,event,value"
  static let good = "a,2024-01-01,x,1"

  static func read(
    _ bytes: [UInt8], _ change: (inout EventReader) -> Void = { _ in }
  ) throws -> (history: EventHistory, report: ReadReport) {
    var reader = EventReader(rejectionLimit: .share(1))
    change(&reader)
    return try reader.read([.bytes(bytes, name: "log")], threadCount: 2)
  }

  // MARK: Lines

  /// Shorter and longer than the limit, than a block and than what is read at once.
  @Test(arguments: [(1 << 20) - 100, 1 << 20, (1 << 20) + 1, 3 << 19, 5 << 20])
  func longLinesAreRejectedWhateverTheFormIs(length: Int) throws {
    let id = String(repeating: "x", count: length)
    let isTooLong = length >= 1 << 20
    let reasons: [RejectionReason] =
      isTooLong ? [.recordTooLong(limit: 1 << 20)] : []
    let lines = ["\(id),2024-01-01,x,1", Self.good]
    let delimited = try Self.read(Array(([Self.header] + lines).joined(separator: "\n").utf8))
    #expect(delimited.report.examples.map(\.reason) == reasons)
    #expect(delimited.history.count == (isTooLong ? 1 : 2))
    let objects = [id, "a"].map {
      #"{"member_id":"\#($0)","timestamp":"2024-01-01","event":"x"}"#
    }
    // What comes before moves the line to another place of its block.
    for before in [0, 700] {
      let text = Array(repeating: objects[1], count: before) + objects
      let found = try Self.read(Array(text.joined(separator: "\n").utf8))
      #expect(found.report.examples.map(\.reason) == reasons, "\(before)")
      #expect(found.report.examples.map(\.line) == (isTooLong ? [before + 1] : []))
      #expect(found.report.recordCount == before + 2)
    }
  }

  @Test func longRowsOfMembersAreRejected() throws {
    let long = String(repeating: "x", count: 2 << 20)
    let texts = [
      "member_id,city\n\(long),Wien\na,Graz\n",
      #"{"member_id":"\#(long)"}"# + "\n" + #"{"member_id":"a","city":"Graz"}"#,
    ]
    for text in texts {
      let (members, report) = try MemberReader(rejectionLimit: .count(1)).read(
        .bytes(Array(text.utf8), name: "members"))
      #expect(members.ids.strings == ["a"])
      #expect(report.examples.map(\.reason) == [.recordTooLong(limit: 1 << 20)])
    }
  }

  // MARK: Headers

  @Test(arguments: [
    String(repeating: "x", count: 2 << 20),
    "member_id,timestamp,event," + (0..<200_000).map { "c\($0)" }.joined(separator: ","),
  ])
  func headerThatIsTooLongIsRefused(header: String) throws {
    #expect {
      try Self.read(Array("\(header)\n\(Self.good)\n".utf8))
    } throws: { error in
      guard case EventLogError.badHeader("log", let reason) = error else { return false }
      return reason.contains("longer than 1048576 bytes")
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func wideHeadersTakeTimeInTheirLength() throws {
    let names = (0..<100_000).map { "c\($0)" }.joined(separator: ",")
    let cells = String(repeating: ",", count: 99_999)
    let found = try Self.read(
      Array("member_id,timestamp,event,\(names)\na,2024-01-01,x,\(cells)\n".utf8)
    ) { $0.properties = .named(["c7"]) }
    #expect(found.history.count == 1)
  }

  @Test(arguments: ["", "\n\n", "  \n\t\n", "\r\n \r\n", "\u{FEFF}", "\u{FEFF}\n \n"])
  func filesOfBlankLinesAreEmpty(text: String) throws {
    #expect(throws: EventLogError.empty(file: "log")) { try Self.read(Array(text.utf8)) }
    #expect(throws: EventLogError.empty(file: "log")) {
      try MemberReader().read(.bytes(Array(text.utf8), name: "log"))
    }
  }

  @Test func blankLinesBeforeTheHeaderAreCountedAsLines() throws {
    let found = try Self.read(Array(" \n\n\(Self.header)\n\(Self.good)\nx\n".utf8))
    #expect(found.history.count == 1)
    #expect(found.report.examples.map(\.line) == [5])
  }

  // MARK: Names

  static func types(_ count: Int, asJSON: Bool) -> [UInt8] {
    let rows = (0..<count).map { index in
      asJSON
        ? #"{"member_id":"a","timestamp":"2024-01-01","event":"x","kind":"t\#(index)"}"#
        : "a,2024-01-01,x,t\(index)"
    }
    return Array(
      ((asJSON ? [] : ["member_id,timestamp,event,kind"]) + rows).joined(separator: "\n").utf8)
  }

  @Test(arguments: [false, true])
  func moreEventTypesThanTheLimitAreRefusedByTheColumnsName(asJSON: Bool) throws {
    func read(_ count: Int) throws -> EventHistory {
      try Self.read(Self.types(count, asJSON: asJSON)) {
        $0.columns = [.event: "kind"]
        $0.maximumTypeCount = 100
      }.history
    }
    #expect(try read(100).types.count == 100)
    #expect(throws: EventLogError.tooManyTypes(file: "log", column: "kind", limit: 100)) {
      try read(101)
    }
    #expect(EventReader().maximumTypeCount == 65_536)
    #expect(
      "\(EventLogError.tooManyTypes(file: "log", column: "kind", limit: 100))".contains(
        "\"kind\" holds more than 100 different event types"))
  }

  @Test func typesOfSeveralFilesCountTogether() throws {
    var reader = EventReader()
    reader.maximumTypeCount = 3
    let inputs = ["x,y", "y,z", "z,w"].enumerated().map { index, types in
      Input.bytes(
        Array(
          ("member_id,timestamp,event\n"
            + types.split(separator: ",").map { "a,2024-01-01,\($0)\n" }.joined()).utf8),
        name: "\(index)")
    }
    #expect(try reader.read(Array(inputs[..<2])).history.types.count == 3)
    #expect(throws: EventLogError.tooManyTypes(file: "2", column: "event", limit: 3)) {
      try reader.read(inputs)
    }
  }

  @Test(arguments: [false, true])
  func morePropertyValuesThanTheLimitAreRefusedByTheirName(asJSON: Bool) throws {
    #expect(throws: EventLogError.tooManyPropertyValues(name: "kind", limit: 100)) {
      try Self.read(Self.types(101, asJSON: asJSON)) { $0.maximumPropertyValueCount = 100 }
    }
    let found = try Self.read(Self.types(101, asJSON: asJSON)) {
      $0.maximumPropertyValueCount = 100
      $0.properties = .named([])
    }
    #expect(found.history.count == 101)
  }

  @Test func moreEventsThanTheLimitAreRefused() throws {
    #expect(throws: EventLogError.tooManyEvents(limit: 10)) {
      try Self.read(Self.types(11, asJSON: false)) { $0.maximumEventCount = 10 }
    }
  }

  @Test(arguments: [false, true])
  func moreAttributesThanTheLimitAreRefused(asJSON: Bool) throws {
    let text =
      asJSON
      ? (0..<4).map { #"{"member_id":"\#($0)","c\#($0)":1}"# }.joined(separator: "\n")
      : "member_id,joined_at,c0,c1,c2,c3\na,,,,,\n"
    var reader = MemberReader()
    reader.maximumAttributeCount = 4
    #expect(
      try reader.read(.bytes(Array(text.utf8), name: "m")).members.attributes.count == 4)
    reader.maximumAttributeCount = 3
    #expect(throws: EventLogError.tooManyAttributes(file: "m", limit: 3)) {
      try reader.read(.bytes(Array(text.utf8), name: "m"))
    }
  }

  // MARK: Values and times

  @Test(arguments: [
    ("1e999", RejectionReason.valueOutOfRange), ("-1e999", .valueOutOfRange),
    ("-nan", .unreadableValue), ("inf", .unreadableValue), ("-Infinity", .unreadableValue),
  ])
  func valuesThatAreNotFiniteAreRejected(value: String, reason: RejectionReason) throws {
    let found = try Self.read(Array("\(Self.header)\n\(Self.good)\na,2024-01-01,x,\(value)".utf8))
    #expect(found.report.examples.map(\.reason) == [reason])
    let object = #"{"member_id":"a","timestamp":"2024-01-01","event":"x","value":\#(value)}"#
    let inJSON = try Self.read(Array(object.utf8))
    #expect(inJSON.history.count == 0)
    #expect(inJSON.report.rejectedCount == 1)
  }

  @Test(arguments: [
    ("0000-01-01T00:00:00Z", RejectionReason.timestampOutOfRange),
    ("9999-12-31T23:59:59Z", .timestampOutOfRange),
    ("1970-01-01T00:00:00+00:01", .timestampOutOfRange),
    ("2199-12-31T23:59:60Z", .timestampOutOfRange),
    ("10000-01-01T00:00:00Z", .unreadableTimestamp("10000-01-01T00:00:00Z")),
    ("-0001-01-01T00:00:00Z", .unreadableTimestamp("-0001-01-01T00:00:00Z")),
    ("99999999999999999999-01-01", .unreadableTimestamp("99999999999999999999-01-01")),
  ])
  func yearsBeyondTheCalendarAreRejected(time: String, reason: RejectionReason) throws {
    let found = try Self.read(Array("\(Self.header)\n\(Self.good)\na,\(time),x,1".utf8))
    #expect(found.report.examples.map(\.reason) == [reason])
    #expect(found.history.count == 1)
  }

  // MARK: Files

  /// A gzip stream of one line that is larger than memory should ever hold, in a few kB.
  @Test func longLineOfACompressedBombIsRejected() throws {
    let line = gzipped([UInt8](repeating: UInt8(ascii: "x"), count: 64 << 20))
    #expect(line.count < 100_000)
    let found = try Self.read(
      gzipped(Array("\(Self.header)\n".utf8)) + line + gzipped(Array("\n\(Self.good)\n".utf8)))
    #expect(found.history.count == 1)
    #expect(found.report.examples.map(\.reason) == [.recordTooLong(limit: 1 << 20)])
    #expect(found.report.examples.allSatisfy { $0.record.utf8.count <= 4 << 20 })
  }

  /// A file that changes while it is read is read as far as it goes at the time.
  @Test(arguments: [true, false])
  func filesThatGrowOrShrinkMeanwhileAreReadToTheirEnd(doesGrow: Bool) throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("coterie-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let row = "m1,2024-01-01T00:00:00Z,post\n"
    let rowCount = 2_000_000
    let text = "member_id,timestamp,event\nbad,,\n" + String(repeating: row, count: rowCount)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    // Changed after the first block, when most of the file is still to be read.
    var isChanged = false
    let reader = EventReader { _ in
      // A row that is cut is bad, too.
      guard !isChanged else { return }
      isChanged = true
      if doesGrow {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        _ = try handle.seekToEnd()
        handle.write(Data(row.utf8))
        try handle.close()
      } else {
        #expect(truncate(path, 1 << 20) == 0)
        #expect(unlink(path) == 0)
      }
    }
    let (history, report) = try reader.read([.file(path)], threadCount: 1)
    #expect(report.recordCount == history.count + report.rejectedCount)
    if doesGrow {
      #expect(history.count == rowCount + 1)
    } else {
      #expect((1...rowCount).contains(history.count))
      #expect(history.count < rowCount)
      #expect(report.rejectedCount <= 2)
    }
  }

  @Test func foldersAndDevicesAreErrors() {
    #expect(throws: EventLogError.unreadable(file: "/", reason: "it is a folder")) {
      try EventReader().read([.file("/")])
    }
    #expect(throws: EventLogError.empty(file: "/dev/null")) {
      try EventReader().read([.file("/dev/null")])
    }
  }
}
