import EventLog
import Testing

/// Records of the Segment specification become events as flat ones do.
struct SegmentRecordTests {
  private func read(
    _ lines: String, columns: [EventReader.Role: String] = [:]
  ) throws -> (events: [Event], report: ReadReport) {
    let (history, report) = try EventReader(columns: columns, rejectionLimit: .share(1)).read(
      [.bytes(Array(lines.utf8), name: "segment.jsonl")])
    return ((0..<history.count).map { history[$0] }, report)
  }

  @Test func callsBecomeEvents() throws {
    let (events, report) = try read(
      """
      {"type":"track","event":"Order Completed","userId":"u1","anonymousId":"a1","messageId":"1",\
      "timestamp":"2024-05-01T10:00:00.250Z","properties":{"revenue":39.95,"plan":"Pro","new":true,\
      "items":[1,2],"cart":{"id":7}},"context":{"ip":"192.0.2.1"}}
      {"type":"page","name":"Home","userId":null,"anonymousId":"a2","messageId":"2",\
      "timestamp":"2024-05-01T11:00:00Z","properties":{"value":2,"revenue":3}}
      {"type":"identify","userId":"u1","messageId":"3","timestamp":"2024-05-01T12:00:00Z",\
      "traits":{"email":"ada@example.org"}}
      {"type":"track","event":"Order Completed","userId":"u1","messageId":"1",\
      "timestamp":"2024-05-01T10:00:00.250Z"}
      """)
    #expect(report.rejectedCount == 0)
    #expect(report.repeatedEventCount == 1)
    // To identify somebody is no activity.
    #expect(report.identityRecordCount == 1)
    try #require(events.count == 2)
    #expect(events.map(\.memberID) == ["u1", "a2"])
    #expect(events.map(\.type) == ["Order Completed", "page"])
    #expect(events.map(\.value) == [39.95, 2])
    #expect(events[0].timestamp == Timestamp("2024-05-01T10:00:00.25Z"))
    #expect(events[0].properties["plan"] == .string("Pro"))
    #expect(events[0].properties["new"] == .boolean(true))
    #expect(events[0].properties["revenue"] == .number(39.95))
    #expect(events[0].properties["items"] == .string("1|2"))
    #expect(events[0].properties["cart.id"] == .number(7))
    #expect(events[0].properties["context.ip"] == .string("192.0.2.1"))
    #expect(events[0].properties["messageId"] == nil && events[0].properties["type"] == nil)
  }

  @Test func whatIsMissingIsSaid() throws {
    let (events, report) = try read(
      """
      {"type":"track","event":"x","timestamp":"2024-05-01T10:00:00Z"}
      {"type":"track","event":"x","userId":"","anonymousId":"","timestamp":"2024-05-01T10:00:00Z"}
      {"type":"track","event":"x","userId":"u"}
      {"userId":"u","timestamp":"2024-05-01T10:00:00Z"}
      {"event":"x","userId":"u","timestamp":"2024-05-01T10:00:00Z","properties":{"value":[1]}}
      """)
    #expect(events.isEmpty)
    #expect(
      report.examples.map(\.reason) == [
        .badKey("member_id"), .badKey("member_id"), .badKey("timestamp"), .badKey("event"),
        .unreadableValue,
      ])
  }

  /// Columns that a project names stand before those of the specification.
  @Test func namedColumnsComeFirst() throws {
    let (events, _) = try read(
      #"{"type":"page","event":"x","userId":"u","at":"2024-05-01","timestamp":"1999-01-01"}"#,
      columns: [.timestamp: "at", .event: "type"])
    #expect(events.map(\.type) == ["page"])
    #expect(events.map(\.timestamp) == [Timestamp("2024-05-01")])
  }
}
