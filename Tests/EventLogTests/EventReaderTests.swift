import EventLog
import Foundation
import Testing

struct EventReaderTests {
  static func read(
    _ text: String, columns: [EventReader.Role: String] = [:],
    limit: RejectionLimit = .share(1)
  ) throws -> (events: [Event], report: ReadReport) {
    let reader = EventReader(columns: columns, rejectionLimit: limit)
    let (history, report) = try reader.read([.bytes(Array(text.utf8), name: "log")])
    return ((0..<history.count).map { history[$0] }, report)
  }

  static let expected = [
    Event(
      memberID: "a", timestamp: Timestamp(microseconds: 1_704_067_200_000_000), type: "post",
      value: 2.5, targetID: "b", properties: ["area": .string("x,\"y\"\nz"), "n": .number(3)]),
    Event(
      memberID: "b", timestamp: Timestamp(microseconds: 1_704_070_800_000_000), type: "like",
      properties: ["n": .number(4)]),
  ]

  @Test(arguments: ["\n", "\r\n", "\r"])
  func csvWithQuotesIsReadWithAnyLineEnd(lineEnd: String) throws {
    let text = [
      "member_id,timestamp,event,value,target_id,area,n",
      "a,2024-01-01T00:00:00Z,post,2.5,b,\"x,\"\"y\"\"\nz\",3",
      "", "b,2024-01-01T02:00:00+01:00,like,,,,4",
    ].joined(separator: lineEnd)
    // A lone CR ends lines only where the text has no LF.
    let plain = lineEnd == "\r" ? text.replacingOccurrences(of: "\n", with: "\r") : text
    let expected = Self.expected.map { event in
      var event = event
      if lineEnd == "\r", event.memberID == "a" {
        event.properties["area"] = .string("x,\"y\"\rz")
      }
      return event
    }
    #expect(try Self.read(plain).events == expected)
  }

  @Test func jsonLinesGiveTheSameEvents() throws {
    let text = """
      {"member_id":"a","timestamp":"2024-01-01T00:00:00Z","event":"post","value":2.5,\
      "target_id":"b","area":"x,\\"y\\"\\nz","n":3}

      {"n":4,"event":"like","timestamp":"2024-01-01T02:00:00+01:00","member_id":"b","value":null}
      """
    #expect(try Self.read(text).events == Self.expected)
  }

  @Test(arguments: [
    ("nonsense", RejectionReason.invalidJSON),
    ("[1]", .invalidJSON),
    (#"{"timestamp":"2024-01-01","event":"x"}"#, .badKey("member_id")),
    (#"{"member_id":" ","timestamp":"2024-01-01","event":"x"}"#, .emptyMemberID),
    (#"{"member_id":"a","event":"x"}"#, .badKey("timestamp")),
    (#"{"member_id":"a","timestamp":true,"event":"x"}"#, .unreadableTimestamp("true")),
    (#"{"member_id":"a","timestamp":20240101,"event":"x"}"#, .dateLikeNumber("20240101")),
    (#"{"member_id":"a","timestamp":"2024-01-01","event":"x","value":"1,5"}"#, .unreadableValue),
    (#"{"member_id":"a","timestamp":"2024-01-01","event":"x","value":2e15}"#, .valueOutOfRange),
    (#"{"member_id":"a\u0000","timestamp":"2024-01-01","event":"x"}"#, .nulByte),
  ])
  func badJSONLinesAreRejectedAlone(line: String, reason: RejectionReason) throws {
    let good = #"{"member_id":"a","timestamp":"2024-01-01","event":"x"}"#
    let (events, report) = try Self.read([good, line, good].joined(separator: "\n"))
    #expect(events.count == 2)
    #expect(report.examples.map(\.reason) == [reason])
    #expect(report.examples.map(\.line) == [2])
  }

  @Test(arguments: [
    ("a,1969-12-31T23:59:59Z,x,1", RejectionReason.timestampOutOfRange),
    ("a,2200-01-01T00:00:00Z,x,1", .timestampOutOfRange),
    (
      "a,2024-01-01T00:00:00+518:00,x,1",
      .unreadableTimestamp("2024-01-01T00:00:00+518:00")
    ),
    ("a,2024-01-01,x,1000000000000001", .valueOutOfRange),
    ("a,2024-01-01,x,none", .unreadableValue),
    ("a,2024-01-01,x,0x10", .unreadableValue),
    ("a,2024-01-01,\t ,1", .emptyEventType),
    ("a,2024-01-01,x", .wrongColumnCount(found: 3, expected: 4)),
    ("a,2024-01-01,x,1,", .wrongColumnCount(found: 5, expected: 4)),
    ("a,2024-01-01,\"x\"y,1", .textAfterQuote),
  ])
  func badRecordsAreRejectedAlone(line: String, reason: RejectionReason) throws {
    let good = "a,2024-01-01,x,1"
    let (events, report) = try Self.read(
      ["member_id,timestamp,event,value", good, line, good].joined(separator: "\n"))
    #expect(events.count == 2)
    #expect(report.examples.map(\.reason) == [reason])
    #expect(report.examples.map(\.description) == ["log:3: \(reason)"])
  }

  @Test func columnsCanBeMappedAndSeparatedByTabs() throws {
    let text = "who\twhen\twhat\nu1\t2024-01-01\tpost\n"
    let events = try Self.read(
      text, columns: [.memberID: "who", .timestamp: "when", .event: "what"]
    ).events
    #expect(events.map(\.memberID) == ["u1"])
    #expect(events.map(\.type) == ["post"])
  }

  @Test func firstEventOfAnIDWins() throws {
    let text = """
      event_id,member_id,timestamp,event
      1,a,2024-01-01,x
      1,b,2024-01-02,y
      ,a,2024-01-01,x
      ,a,2024-01-01,x
      """
    let (events, report) = try Self.read(text)
    #expect(events.map(\.memberID) == ["a", "a", "a"])
    #expect(report.repeatedEventCount == 1)
  }

  @Test func idsAreComparedAsBytes() throws {
    let text =
      "member_id,timestamp,event\n\u{e9},2024-01-01,x\ne\u{301},2024-01-01,x\n a,2024-01-01,x"
    let (history, _) = try EventReader().read([.bytes(Array(text.utf8), name: "log")])
    #expect(history.memberIDs.count == 3)
  }

  @Test func tooManyRejectionsEndTheRun() throws {
    let text = "member_id,timestamp,event\na,b,c\na,2024-01-01,x\n"
    #expect(
      throws: EventLogError.tooManyRejected(
        rejected: 1, records: 2, allowed: "1%",
        first: "log:2: unreadable timestamp \"b\" (accepted are \(TimeReading.acceptedForms))")
    ) {
      try Self.read(text, limit: .share(0.01))
    }
    #expect(try Self.read(text, limit: .count(1)).events.count == 1)
  }

  @Test func gzipIsRecognisedByItsContentAndMayHaveSeveralMembers() throws {
    let first = gzipped(Array("member_id,timestamp,event\na,2024-01-01,x\n".utf8))
    let second = gzipped(Array("b,2024-01-02,x\n".utf8))
    let (history, _) = try EventReader().read([.bytes(first + second, name: "log")])
    #expect(history.count == 2)
  }

  @Test(arguments: [1, 9, 20, 60])
  func gzipCutShortIsAnError(cut: Int) throws {
    let rows = (0..<50).map { "member\($0 * 7919 % 101),2024-01-01,x\n" }.joined()
    let whole = gzipped(Array("member_id,timestamp,event\n\(rows)".utf8))
    #expect {
      try EventReader().read([.bytes(Array(whole.dropLast(cut)), name: "log")])
    } throws: { error in
      if case EventLogError.truncatedGzip = error { return true }
      return false
    }
  }

  @Test func recordsBeyondTheLimitAreRejectedAndTheNextLineIsRead() throws {
    let long = String(repeating: "x", count: 3 << 20)
    let text = "member_id,timestamp,event\n\(long),2024-01-01,x\nb,2024-01-01,x\n"
    let (events, report) = try Self.read(text)
    #expect(events.map(\.memberID) == ["b"])
    #expect(report.examples.map(\.line) == [2])
    #expect(report.recordCount == 2)
  }

  @Test func absentFileIsAnError() throws {
    #expect(
      throws: EventLogError.unreadable(
        file: "/does/not/exist.csv", reason: "No such file or directory")
    ) {
      try EventReader().read([.file("/does/not/exist.csv")])
    }
  }

  @Test func membersFileInfersTypesAndTheLastRowWins() throws {
    let text = """
      member_id,joined_at,age,vip,seen,topics,city,empty
      a,2024-01-01,3,true,2024-02-01,x|y,Wien,
      b,,,false,2024-02-01T01:00:00Z,z,,
      a,2024-01-02,4.5,true,2024-02-02,x|y,Graz,
      """
    var reader = MemberReader()
    reader.attributeTypes = ["topics": .list]
    let (members, report) = try reader.read(.bytes(Array(text.utf8), name: "members"))
    #expect(members.ids.strings == ["a", "b"])
    #expect(report.repeatedMembers == ["a"])
    #expect(members.joinedAt.map { $0?.description } == ["2024-01-02T00:00:00Z", nil])
    #expect(members.attributes["vip"] == .boolean([true, false]))
    #expect(members.attributes["topics"] == .list([["x", "y"], ["z"]]))
    #expect(members.attributes["city"] == .text(["Graz", nil]))
    #expect(members.attributes["empty"] == .text([nil, nil]))
    #expect(members.attributes["seen"]?.typeName == "time")
    guard case .number(let ages) = members.attributes["age"] else {
      Issue.record("age must be a number")
      return
    }
    #expect(ages[0] == 4.5 && ages[1].isNaN)
  }

  /// Whoever gives up while the next blocks are being fetched is let go.
  @Test func readingCanBeGivenUpAtAnyTime() throws {
    struct GivenUp: Error {}
    var log = "member_id,timestamp,event\n,2024-01-01,post\n"
    log += String(repeating: "m1,2024-01-01T00:00:00Z,post\n", count: 1_200_000)
    let bytes = Array(log.utf8)
    for _ in 0..<10 {
      let reader = EventReader { _ in throw GivenUp() }
      #expect(throws: GivenUp.self) {
        try reader.read([.bytes(bytes, name: "log.csv")], threadCount: 2)
      }
    }
  }
}
