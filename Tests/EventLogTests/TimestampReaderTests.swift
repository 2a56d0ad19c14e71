@testable import EventLog
import TestSupport
import Testing

/// A reader that keeps the last date reads what a timestamp alone is read as.
struct TimestampReaderTests {
  private static func expectSame(_ texts: [String], _ comment: String) {
    var reader = TimestampReader()
    for text in texts {
      var copy = text
      let found = copy.withUTF8 { reader.read($0) }
      #expect(found == Timestamp(text), "\(comment): \(text)")
    }
  }

  @Test func datesFollowOneAnother() {
    Self.expectSame(
      [
        "2024-02-29T12:30:00Z", "2024-02-29T23:59:59Z", "2024-02-30T00:00:00Z",
        "2024-02-29T00:00:00Z", "2024-02-29T24:00:00Z", "2024-02-29t12:30:00Z",
        "2016-12-31T23:59:59Z", "2016-12-31T23:59:60Z", "1969-12-31T23:59:59Z",
        "1969-12-31T00:00:01Z", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z",
        "2024-02-29T12:30:00z", "2024-02-29T1a:30:00Z", "\0\0\0\0\0\0\0\0\0\0T12:30:00Z",
        "2024-13-01T00:00:00Z", "2024-02-29", "", "2024-02-29T12:30:00+", "2024-02-29 12:30:00Z",
      ], "in turn")
  }

  /// The offset of a day is kept; days on which clocks are set have two.
  @Test(arguments: ["Europe/Vienna", "America/New_York", "Asia/Kathmandu", "America/Sao_Paulo"])
  func localTimesAreReadAsAlone(zone: String) throws {
    let clock = try #require(Clock(zoneName: zone))
    var reader = TimestampReader(TimeReading(clock: clock))
    for hour in 0..<366 * 24 {
      let instant = Timestamp(microseconds: 1_500_000_000_000_000 + Int64(hour) * 3_600_000_000)
      var text = String(instant.description.dropLast())
      let found = text.withUTF8 { reader.read($0) }
      #expect(found == Timestamp(text, in: clock), "\(text)")
    }
  }

  @Test(arguments: Array(UInt64(1)...8))
  func damagedTimesAreReadAlike(seed: UInt64) {
    var generator = TestGenerator(seed: seed)
    let texts = (0..<3000).map { _ in
      let instant = Int64.random(in: 0...4 * 86_400, using: &generator) + 1_709_000_000
      var bytes = Array(Timestamp(microseconds: instant * 1_000_000).description.utf8)
      if Bool.random(using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[place] = Array("0123456789:-TZ/ \u{7f}".utf8).randomElement(using: &generator) ?? 0
      }
      return String(decoding: bytes, as: UTF8.self)
    }
    Self.expectSame(texts, "seed \(seed)")
  }
}
