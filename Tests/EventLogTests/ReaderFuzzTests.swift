import EventLog
import TestSupport
import Testing

/// Whatever the bytes are: no crash, and every record is either an event or counted as rejected.
struct ReaderFuzzTests {
  static let seeds = [
    "member_id,timestamp,event,value,target_id,area\na,2024-01-01T00:00:00Z,post,2.5,b,\"x,\"\"y\"\"\nz\"\n",
    "member_id;timestamp;event\r\n\"a\";2024-01-01;x\r\n;;\r\n",
    #"{"member_id":"a","timestamp":"2024-01-01","event":"x","value":1.5,"p":[1,{"q":null}]}"#
      + "\n",
    "member_id\ttimestamp\tevent\tevent_id\na\t2024-02-29 12:00:00.5+05:45\tx\t1\n",
  ]

  @Test(arguments: Array(UInt64(1)...40))
  func mangledLogsAreReadOrRefused(seed: UInt64) throws {
    var generator = TestGenerator(seed: seed)
    for _ in 0..<100 {
      let text = Self.seeds.randomElement(using: &generator) ?? ""
      var bytes = Array(
        String(repeating: text, count: Int.random(in: 1...3, using: &generator)).utf8)
      if Bool.random(using: &generator) { bytes = gzipped(bytes) }
      for _ in 0..<Int.random(in: 1...6, using: &generator) where !bytes.isEmpty {
        let position = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[position] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.remove(at: position)
        case 2:
          let inserted = Array("\",;\n\r\t\0{}".utf8).randomElement(using: &generator) ?? 0
          bytes.insert(inserted, at: position)
        default: bytes.removeSubrange(position...)
        }
      }
      var rejections = 0
      let reader = EventReader(rejectionLimit: .share(1)) { _ in rejections += 1 }
      do {
        let (history, report) = try reader.read([.bytes(bytes, name: "fuzz")])
        #expect(report.rejectedCount == rejections, "seed \(seed)")
        #expect(
          history.count + rejections + report.repeatedEventCount == report.recordCount,
          "seed \(seed)")
        for index in 0..<history.count {
          let event = history[index]
          #expect(!event.memberID.isEmpty && !event.type.isEmpty, "seed \(seed)")
          #expect(Timestamp.accepted.contains(event.timestamp), "seed \(seed)")
          #expect(event.value.map { abs($0) <= 1e15 } ?? true, "seed \(seed)")
        }
      } catch is EventLogError {
        // Refused whole, which is what mangled headers and gzip streams deserve.
      }
    }
  }
}
