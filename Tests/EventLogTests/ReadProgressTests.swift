import EventLog
import Testing

struct ReadProgressTests {
  @Test(arguments: [false, true])
  func storedBytesAndAcceptedEventsAreCounted(isCompressed: Bool) throws {
    let rows = (0..<1000).map { "\($0),m\($0 % 7),2024-01-01,x\n" }.joined()
    let text = Array(
      "event_id,member_id,timestamp,event\n\(rows)1,m1,2024-01-01,x\n5000,m1,never,x\n".utf8)
    let bytes = isCompressed ? gzipped(text) : text
    var reader = EventReader()
    let progress = ReadProgress()
    reader.progress = progress
    _ = try reader.read([.bytes(bytes, name: "a"), .bytes(bytes, name: "b")])
    #expect(progress.byteCount == 2 * bytes.count)
    #expect(progress.eventCount == 1000)
  }
}
