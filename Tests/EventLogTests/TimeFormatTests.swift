import Foundation
import TestSupport
import Testing

@testable import EventLog

/// Times in strptime's letters.
struct TimeFormatTests {
  private static func read(_ text: String, _ format: String) throws -> String? {
    var (reader, text) = (
      TimestampReader(TimeReading(format: try TimeFormat(format))), text
    )
    return text.withUTF8 { reader.read($0)?.description }
  }

  @Test(arguments: [
    ("%d/%m/%Y", "01/02/2024", "2024-02-01T00:00:00Z"),
    ("%m/%d/%Y", "1/2/2024", "2024-01-02T00:00:00Z"),
    ("%d.%m.%y %H:%M", "31.12.99 23:59", "1999-12-31T23:59:00Z"),
    ("%Y%m%d", "20240501", "2024-05-01T00:00:00Z"),
    ("%Y%m%d%H%M%S%f", "20240501123000123", "2024-05-01T12:30:00.123Z"),
    ("%d %b %Y", "1 May 2024", "2024-05-01T00:00:00Z"),
    ("%A, %B %e, %Y %I:%M %p", "Wednesday, May  1, 2024 12:05 am", "2024-05-01T00:05:00Z"),
    ("%I:%M:%S %p %D", "12:00:01 PM 05/01/24", "2024-05-01T12:00:01Z"),
    ("%a %b %d %T %Z %Y", "Wed May 01 10:00:00 UTC 2024", "2024-05-01T10:00:00Z"),
    ("%d/%b/%Y:%H:%M:%S %z", "01/May/2024:10:00:00 +0200", "2024-05-01T08:00:00Z"),
    ("%Y-%j", "2024-366", "2024-12-31T00:00:00Z"),
    ("%s.%f", "1714521600.5", "2024-05-01T00:00:00.5Z"),
    ("%FT%R%z", "2024-05-01T10:00Z", "2024-05-01T10:00:00Z"),
    ("%d/%m/%Y 100%%", "01/02/2024 100%", "2024-02-01T00:00:00Z"),
  ])
  func textsOfAFormAreRead(format: String, text: String, expected: String) throws {
    #expect(try Self.read(text, format) == expected)
  }

  @Test(arguments: [
    ("%d/%m/%Y", "31/02/2024"), ("%d/%m/%Y", "13/13/2024"), ("%d/%m/%Y", "01/02/2024 10:00"),
    ("%d/%m/%Y", "2024-02-01"), ("%Y-%j", "2023-366"), ("%d/%m/%Y %H:%M", "01/02/2024 24:00"),
    ("%d/%m/%Y %I %p", "01/02/2024 13 PM"), ("%d/%m/%Y", ""), ("%d %b %Y", "1 Mai 2024"),
  ])
  func otherTextsAreNot(format: String, text: String) throws {
    #expect(try Self.read(text, format) == nil)
  }

  @Test(arguments: [
    ("%d/%q/%Y", TimeFormatError.unknownLetter(format: "%d/%q/%Y", letter: "q")),
    ("%d/%m", .noDate(format: "%d/%m")), ("%", .endsInPercent(format: "%")),
    ("%F %I", .halfDay(format: "%F %I")), ("%H:%M", .noDate(format: "%H:%M")),
  ])
  func badFormsAreRefused(format: String, error: TimeFormatError) {
    #expect(throws: error) { try TimeFormat(format) }
  }

  @Test func withoutOffsetTheZoneCounts() throws {
    let clock = try #require(Clock(zoneName: "Europe/Vienna"))
    var reader = TimestampReader(
      TimeReading(clock: clock, format: try TimeFormat("%d/%m/%Y")))
    var text = "01/05/2024"
    #expect(text.withUTF8 { reader.read($0)?.description } == "2024-04-30T22:00:00Z")
  }

  /// What the system's own reader makes of times.
  @Test(arguments: Array(UInt64(1)...4))
  func readsWhatTheSystemReads(seed: UInt64) throws {
    var generator = TestGenerator(seed: seed)
    let formats = ["%d/%m/%Y %H:%M:%S", "%a %d %b %y %I:%M:%S %p", "%Y-%j %T", "%B %d, %Y %R"]
    for _ in 0..<500 {
      let format = try #require(formats.randomElement(using: &generator))
      var seconds = time_t(Int64.random(in: 0..<2_000_000_000, using: &generator))
      var parts = tm()
      gmtime_r(&seconds, &parts)
      var buffer = [CChar](repeating: 0, count: 80)
      let count = strftime(&buffer, buffer.count, format, &parts)
      let text = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let expected = format.contains("%R") ? seconds - Int(parts.tm_sec) : seconds
      #expect(
        try Self.read(text, format)
          == Timestamp(microseconds: Int64(expected) * 1_000_000).description,
        "seed \(seed): \(text) as \(format)")
    }
  }
}
