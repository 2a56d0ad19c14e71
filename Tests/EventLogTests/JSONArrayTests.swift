import Foundation
import TestSupport
import Testing

@testable import EventLog

/// JSON arrays of objects are read as JSON Lines are.
struct JSONArrayTests {
  private static func read(
    _ text: String, limit: RejectionLimit = .count(100)
  ) throws -> (history: EventHistory, report: ReadReport) {
    try EventReader(rejectionLimit: limit).read([.bytes(Array(text.utf8), name: "log")])
  }

  @Test func elementsAreRecordsWithTheirLines() throws {
    let text = """
      [
        {"member_id": "a",
         "timestamp": "2024-05-01", "event": "x,[]{}\\"", "n": [1, {"b": 2}]},
        {"member_id": "b", "timestamp": "never", "event": "x"},
        5, {"member_id": "c",

         "timestamp": "2024-05-01"},
        {"member_id": "d", "timestamp": "2024-05-01", "event": "y"}
      ]

      """
    let (history, report) = try Self.read(text)
    #expect(history.memberIDs.strings == ["a", "d"])
    #expect(history.types.strings == ["x,[]{}\"", "y"])
    #expect(report.recordCount == 5)
    #expect(report.examples.map(\.line) == [4, 5, 5])
  }

  @Test func whatIsNoArrayOfObjectsIsRefused() throws {
    #expect(
      throws: EventLogError.unfinishedArray(file: "log", recordsRead: 1)
    ) { try Self.read(#"[{"member_id":"a","timestamp":"2024-05-01","event":"x"},"#) }
    for bad in ["[1,]", "[{},{}]]", "[{}] 1", "[[],]"] {
      let (history, report) = try Self.read(bad)
      #expect(history.count == 0)
      #expect(report.rejectedCount >= 1, "\(bad)")
    }
    let (empty, report) = try Self.read(" [ ] ")
    #expect(empty.count == 0)
    #expect(report.recordCount == 0)
  }

  /// A line end within a text is not JSON.
  @Test func textsEndWithinTheirLine() throws {
    let (history, report) = try Self.read(
      "[{\"member_id\":\"a\nb\",\"timestamp\":\"2024-05-01\",\"event\":\"x\"}]")
    #expect(history.count == 0)
    #expect(report.rejectedByKind == ["not a JSON object": 1])
  }

  /// Long arrays go by in pieces; also gzipped.
  @Test func longArraysAreReadAsLinesAre() throws {
    let records = (0..<60_000).map { index in
      #"{"member_id":"m\#(index % 977)","timestamp":"2024-05-01T00:00:00Z","event":"e\#(index % 7)"}"#
    }
    let lines = try Self.read(records.joined(separator: "\n"))
    let array = "[" + records.joined(separator: ",\n ") + "]"
    for bytes in [Array(array.utf8), gzipped(Array(array.utf8))] {
      let (history, report) = try EventReader().read([.bytes(bytes, name: "log")])
      #expect(history.memberIndices == lines.history.memberIndices)
      #expect(history.typeIndices == lines.history.typeIndices)
      #expect(report.recordCount == 60_000)
    }
  }

  @Test func membersMayBeAnArray() throws {
    let text = #"[{"member_id":"a","plan":"pro"},{"member_id":"b","plan":null}, {"plan":"x"}]"#
    let (members, report) = try MemberReader(rejectionLimit: .count(1)).read(
      .bytes(Array(text.utf8), name: "members"))
    #expect(members.ids.strings == ["a", "b"])
    #expect(members.attributes["plan"] == .text(["pro", nil]))
    #expect(report.rejectedCount == 1)
  }
}
