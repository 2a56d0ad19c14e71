import Testing

@testable import EventLog

/// Events in the forms of products' exports.
struct RecordFormTests {
  private static func read(
    _ lines: [String], _ change: (inout EventReader) -> Void = { _ in }
  ) throws -> (history: EventHistory, report: ReadReport) {
    var reader = EventReader()
    change(&reader)
    return try reader.read([.bytes(Array(lines.joined(separator: "\n").utf8), name: "log")])
  }

  @Test func mixpanelHasAllInProperties() throws {
    let line =
      #"{"event":"Signup","properties":{"time":1714521600,"distinct_id":"u1","$insert_id":"i1","By":"Ann"}}"#
    let (history, report) = try Self.read([line, line])
    #expect(
      (0..<history.count).map { history[$0] } == [
        Event(
          memberID: "u1", timestamp: try #require(Timestamp("2024-05-01")), type: "Signup",
          properties: ["By": .string("Ann")])
      ])
    #expect(report.repeatedEventCount == 1)
  }

  @Test func amplitudeHasDevicesAndUniversalTime() throws {
    let (history, report) = try Self.read(
      [
        #"{"event_type":"Play","event_time":"2024-05-01 10:00:00.5","user_id":null,"device_id":"d1","#
          + #""$insert_id":"k1","event_properties":{"song":"x","in":{"list":[1,"a"]}},"platform":"Web"}"#,
        #"{"event_type":"Play","event_time":"2024-05-01 10:00:00","user_id":"u1","device_id":"d1","#
          + #""$insert_id":"k2"}"#,
        #"{"event_type":"$identify","event_time":"2024-05-01 10:00:00","user_id":"u1","device_id":"d1","#
          + #""$insert_id":"k3"}"#,
      ]
    ) { $0.times.clock = Clock(zoneName: "Europe/Vienna") ?? .utc }
    #expect(history.memberIDs.strings == ["d1", "u1"])
    #expect(history[0].timestamp.description == "2024-05-01T10:00:00.5Z")
    #expect(
      history[0].properties == [
        "song": .string("x"), "in.list": .string("1|a"), "platform": .string("Web"),
      ])
    #expect(report.timeForms["log"]?.universal?.line == 1)
    #expect(report.identityRecordCount == 1)
    #expect(report.identities == [Identity(before: "d1", known: "u1")])
  }

  @Test func posthogHasPropertiesAsObjectsOrText() throws {
    let (history, report) = try Self.read([
      #"{"uuid":"1","event":"$pageview","distinct_id":"u","timestamp":"2024-05-01T10:00:00.2+00:00","#
        + #""properties":{"area":"help"}}"#,
      #"{"uuid":"2","event":"buy","distinct_id":"u","timestamp":"2024-05-01 10:00:00","#
        + #""properties":"{\"area\":\"faq\"}"}"#,
      #"{"uuid":"3","event":"$set","distinct_id":"u","timestamp":"2024-05-01 10:00:00","properties":{}}"#,
      #"{"uuid":"4","event":"$identify","distinct_id":"u","timestamp":"2024-05-01 10:00:00","#
        + #""properties":{"$anon_distinct_id":"a"}}"#,
    ])
    #expect(history.properties["area"]?.values == [.string("help"), .string("faq")])
    #expect(history.types.strings == ["$pageview", "buy"])
    #expect(report.identityRecordCount == 2)
    #expect(report.identities == [Identity(before: "a", known: "u")])
  }

  @Test func callsThatIdentifyAreNoActivity() throws {
    let kinds = ["identify", "group", "alias", "track", "page", "screen"]
    for readsPlainJSON in [true, false] {
      let (history, report) = try Self.read(
        kinds.map { #"{"type":"\#($0)","userId":"u","timestamp":"2024-05-01T00:00:00Z"}"# }
      ) {
        $0.readsPlainJSON = readsPlainJSON
        $0.columns = [.memberID: "userId", .event: "type"]
      }
      #expect(history.types.strings == ["track", "page", "screen"])
      #expect(report.identityRecordCount == 3)
    }
  }

  @Test func nullAndEmptyTextAreAbsentAtEachFallback() throws {
    let (history, report) = try Self.read([
      #"{"type":"track","userId":"","anonymousId":"a","event":"x","timestamp":null,"#
        + #""originalTimestamp":"2024-05-01","properties":{"value":null,"revenue":"9.5"}}"#,
      #"{"type":"page","userId":"b","event":"","timestamp":"2024-05-01","properties":{"value":""}}"#,
    ])
    #expect(report.rejectedCount == 0)
    #expect(history.memberIDs.strings == ["a", "b"])
    #expect(history.types.strings == ["x", "page"])
    #expect(history.values[0] == 9.5)
    #expect(history.values[1].isNaN)
  }

  @Test func usualKeysAreReadAndTold() throws {
    let line = #"{"user_id":"a","created_at":1714521600,"action":"x"}"#
    let (history, report) = try Self.read([line, line])
    #expect(history.count == 2)
    #expect(report.notes.map(\.text).joined().contains("member_id is read from \"user_id\""))
    // Two that fit are none.
    let two = #"{"user_id":"a","email":"b","created_at":1714521600,"action":"x"}"#
    #expect(throws: EventLogError.self) { try Self.read([two]) }
  }

  @Test func logsOfOneKindNeedNoKeyForIt() throws {
    let (history, _) = try Self.read([#"{"member_id":"a","timestamp":"2024-05-01"}"#]) {
      $0.eventName = "visit"
    }
    #expect(history.types.strings == ["visit"])
  }

  @Test func idsOfOneMemberAreJoined() throws {
    let (history, report) = try Self.read([
      #"{"type":"track","anonymousId":"a1","event":"x","timestamp":"2024-05-01"}"#,
      #"{"type":"identify","anonymousId":"a1","userId":"u1","timestamp":"2024-05-02"}"#,
      #"{"type":"alias","previousId":"u1","userId":"u2","timestamp":"2024-05-03"}"#,
      #"{"type":"track","userId":"u2","event":"x","timestamp":"2024-05-03"}"#,
      #"{"type":"track","anonymousId":"shared","event":"x","timestamp":"2024-05-03"}"#,
      #"{"type":"identify","anonymousId":"shared","userId":"u1","timestamp":"2024-05-04"}"#,
      #"{"type":"identify","anonymousId":"shared","userId":"u3","timestamp":"2024-05-04"}"#,
      #"{"type":"alias","previousId":"p","userId":"q","timestamp":"2024-05-04"}"#,
      #"{"type":"alias","previousId":"q","userId":"p","timestamp":"2024-05-04"}"#,
      #"{"type":"track","userId":"p","event":"x","timestamp":"2024-05-04"}"#,
    ])
    let (joined, found) = history.joining(report.identities)
    #expect((0..<joined.count).map { joined[$0].memberID } == ["u2", "u2", "shared", "p"])
    #expect(found.joinedCount == 1)
    #expect(found.ambiguous == ["shared"])
  }
}
