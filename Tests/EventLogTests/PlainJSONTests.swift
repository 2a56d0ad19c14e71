import EventLog
import TestSupport
import Testing

/// Lines in the usual form are read faster, and as the full parser reads them.
struct PlainJSONTests {
  private func read(
    _ line: String, plain: Bool
  ) throws -> (events: [Event], report: ReadReport) {
    var reader = EventReader(
      properties: .named(["area", "size", "done"]), rejectionLimit: .share(1))
    reader.readsPlainJSON = plain
    let (history, report) = try reader.read(
      [.bytes(Array(("{}\n" + line).utf8), name: "log.jsonl")])
    return ((0..<history.count).map { history[$0] }, report)
  }

  static let lines = [
    #"{"member_id":"a","timestamp":"2024-02-29T12:30:00Z","event":"post"}"#,
    #" { "member_id" : "a" ,"timestamp":"2024-02-29","event":"post", "value" : 2.5 } "#,
    #"{"member_id":"ä","timestamp":"2024-02-29T12:30:00+05:45","event":"é","value":-3}"#,
    #"{"event":"x","value":null,"target_id":null,"timestamp":"2024-01-01","member_id":"b"}"#,
    #"{"event":"x","value":0,"target_id":"c","timestamp":"2024-01-01","member_id":"b"}"#,
    #"{"event":"x","value":-0,"timestamp":"2024-01-01","member_id":"b","size":-0.0}"#,
    #"{"event":"x","value":1e3,"timestamp":"2024-01-01","member_id":"b","size":1E-2}"#,
    #"{"event":"x","value":"7","timestamp":"2024-01-01","member_id":"b","area":"","done":true}"#,
    #"{"event":"x","timestamp":"2024-01-01","member_id":"b","area":"n","size":12.50,"done":false}"#,
    #"{"event":"x","timestamp":"2024-01-01","member_id":"b","other":{"deep":[1,2]}}"#,
    #"{"event":"x","timestamp":"2024-01-01","member_id":7}"#,
    #"{"event":"x","timestamp":"2024-01-01","member_id":"b","area":"1","area":"2"}"#,
    #"{"event":"x","timestamp":"2024-01-01","member_id":"b","value":123456789012345678}"#,
    #"{"event":"x","timestamp":"2024-01-01","member_id":"b","value":1e16}"#,
    #"{"event":"x","timestamp":"2024-01-01","member_id":"b","value":01}"#,
    #"{"event":"x","timestamp":"2024-01-01","member_id":"b","value":1.}"#,
    #"{"event":"x","timestamp":"2024-01-01","member_id":"b","value":true}"#,
    #"{"event":"x","timestamp":"2024-01-01","member_id":"b",}"#,
    #"{"event":"x","timestamp":"2024-01-01","member_id":"b"} x"#,
    #"{"event":"x","timestamp":"2024-01-01","member_id":"b""#,
    #"{"event":"x","timestamp":"2024-01-01","member_id":" "}"#,
    #"{"event":"","timestamp":"2024-01-01","member_id":"b"}"#,
    #"{"event":"x","timestamp":"2024-02-30","member_id":"b"}"#,
    #"{"event":"x","timestamp":"1969-12-31","member_id":"b"}"#,
    #"{"event":"x","timestamp":1,"member_id":"b"}"#,
    #"{"event":"a\tb","timestamp":"2024-01-01","member_id":"b\"c"}"#,
    "{\"event\":\"a\tb\",\"timestamp\":\"2024-01-01\",\"member_id\":\"b\"}",
    #"{"timestamp":"2024-01-01","member_id":"b"}"#, "[1]", "{}", "nonsense",
  ]

  @Test(arguments: lines)
  func plainLinesAreReadAsByTheFullParser(line: String) throws {
    let (plain, full) = (try read(line, plain: true), try read(line, plain: false))
    #expect(plain.events == full.events)
    #expect(plain.report.rejectedByKind == full.report.rejectedByKind)
    #expect(plain.report.examples.map(\.line) == full.report.examples.map(\.line))
    #expect(plain.report.recordCount == 2)
  }

  /// Any damage to a line is judged alike.
  @Test(arguments: Array(UInt64(1)...40))
  func damagedLinesAreReadAsByTheFullParser(seed: UInt64) throws {
    var generator = TestGenerator(seed: seed)
    for _ in 0..<25 {
      var bytes = Array((Self.lines.randomElement(using: &generator) ?? "").utf8)
      for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes.remove(at: place)
        case 1:
          bytes.insert(
            Array("\",:{}0-.e 1tn".utf8).randomElement(using: &generator) ?? 0, at: place)
        default: bytes[place] = UInt8.random(in: 0x20..<0x7f, using: &generator)
        }
      }
      let line = String(decoding: bytes, as: UTF8.self)
      let (plain, full) = (try read(line, plain: true), try read(line, plain: false))
      #expect(plain.events == full.events, "seed \(seed): \(line)")
      #expect(
        plain.report.rejectedByKind == full.report.rejectedByKind, "seed \(seed): \(line)")
    }
  }

  /// Logs of lines of a few shapes, in which values differ and some lines are damaged.
  @Test(arguments: Array(UInt64(1)...20))
  func linesOfSomeShapesAreReadAsByTheFullParser(seed: UInt64) throws {
    var generator = TestGenerator(seed: seed)
    let shapes = [
      #"{"member_id":"M","timestamp":"T","event":"E","value":V}"#,
      #"{"timestamp":"T", "event":"E","member_id":"M","note":"N","rank":V,"done":true}"#,
      #" {"event":"E","member_id":"M","target_id":"M","value":null,"timestamp":"T"} "#,
      #"{"event":"E","value":V,"event_id":"M","timestamp":"T","member_id":"M","x":false}"#,
      #"{"event":"E","timestamp":"T","member_id":"M","area":"N"}"#,
      #"{"event":"E","timestamp":"T","member_id":"M"}"#,
    ]
    let values = [
      "M": ["a", "ä", "member of a longer name", "", " "],
      "T": ["2024-02-29T12:30:00Z", "2024-02-29", "2024-03-01T00:00:01Z", "2024-02-30"],
      "E": ["view", "post", "a\\tb", "like"], "N": ["", "some text", "\\\"", "🙂"],
      "V": ["0", "-1.5", "12.25", "1e3", "007", "1234567890123456", "-0", "\"7\"", "3."],
    ]
    let lines = (0..<300).map { _ in
      var line = ""
      for character in shapes.randomElement(using: &generator) ?? "" {
        line += values[String(character)]?.randomElement(using: &generator) ?? String(character)
      }
      if Int.random(in: 0..<20, using: &generator) == 0 { line.removeLast() }
      return line
    }
    let log = lines.joined(separator: "\n")
    let (plain, full) = (try read(log, plain: true), try read(log, plain: false))
    #expect(plain.events == full.events, "seed \(seed)")
    #expect(plain.report.rejectedByKind == full.report.rejectedByKind, "seed \(seed)")
    #expect(plain.report.examples == full.report.examples, "seed \(seed)")
    #expect(plain.report.recordCount == lines.count + 1, "seed \(seed)")
  }
}
