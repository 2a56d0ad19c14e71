import EventLog
import Testing

struct TimestampTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
    ("2024-02-29T12:30:45.123456Z", "2024-02-29T12:30:45.123456Z"),
    ("2024-02-29T12:30:45.1234569Z", "2024-02-29T12:30:45.123456Z"),
    ("2024-02-29 12:30:45.5", "2024-02-29T12:30:45.5Z"),
    ("2024-03-01T00:15:00+05:45", "2024-02-29T18:30:00Z"),
    ("2024-02-29T20:00:00-0430", "2024-03-01T00:30:00Z"),
    ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
    ("2017-01-01T00:59:60+01:00", "2017-01-01T00:00:00Z"),
    (" 2199-12-31\t", "2199-12-31T00:00:00Z"),
    ("2000-02-29", "2000-02-29T00:00:00Z"),
    ("2024-02-29T12:30Z", "2024-02-29T12:30:00Z"),
    ("2024-02-29 12:30", "2024-02-29T12:30:00Z"),
    ("2024-05-01 00:00:00.123+00", "2024-05-01T00:00:00.123Z"),
    ("2024-05-01 02:00:00+02", "2024-05-01T00:00:00Z"),
    ("2024-05-01 00:00:00 UTC", "2024-05-01T00:00:00Z"),
    ("2024-05-01 00:00:00.5 UTC", "2024-05-01T00:00:00.5Z"),
    ("2024-05-01 00:00:00.000 +0000", "2024-05-01T00:00:00Z"),
    ("2024-05-01 00:00:00.1230000 +02:00", "2024-04-30T22:00:00.123Z"),
    ("2024-05-01T00:00:00GMT", "2024-05-01T00:00:00Z"),
  ])
  func textIsReadAndWrittenBack(text: String, expected: String) throws {
    #expect(try #require(Timestamp(text)).description == expected)
  }

  @Test(
    arguments: [
      (-1, "1969-12-31T23:59:59.999999Z"),
      (1_000, "1970-01-01T00:00:00.001Z"),
      (-62_167_219_200_000_000, "0000-01-01T00:00:00Z"),
      (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
      (253_402_300_800_500_000, "10000-01-01T00:00:00.5Z"),
    ] as [(Int64, String)])
  func instantsOutsideTheAcceptedRangeAreWrittenToo(microseconds: Int64, expected: String) {
    #expect(Timestamp(microseconds: microseconds).description == expected)
  }

  @Test(arguments: [
    "", "2024", "2024-13-01", "2024-02-30", "2023-02-29", "1900-02-29", "2024-01-01T24:00:00Z",
    "2024-01-01T23:60:00Z", "2024-01-01T12:00:60Z", "2024-01-01T12Z",
    "2024-01-01T12:00:00+1", "2024-01-01T12:00:00+01:", "2024-01-01T12:00:00 CET",
    "2024-01-01T12:00:00  Z", "2024-01-01T12:0Z",
    "2024-01-01T12:00:00+15:00",
    "01/02/2024", "1704067200", "2024-01-01T12:00:00.Z", "2024-01-01T12:00:00ZZ", "2024-1-1",
  ])
  func otherTextIsNot(text: String) {
    #expect(Timestamp(text) == nil)
  }

  /// What says no offset is a time of the zone.
  @Test(arguments: [
    ("2024-05-01", "2024-04-30T22:00:00Z"), ("2024-05-01 12:00:00", "2024-05-01T10:00:00Z"),
    ("2024-01-01T12:00", "2024-01-01T11:00:00Z"), ("2024-05-01T12:00:00Z", "2024-05-01T12:00:00Z"),
    // Left out as clocks are set forward, and there twice as they are set back.
    ("2024-03-31T02:30:00", "2024-03-31T01:30:00Z"),
    ("2024-10-27T02:30:00", "2024-10-27T00:30:00Z"),
  ])
  func withoutOffsetTheZoneCounts(text: String, expected: String) throws {
    let clock = try #require(Clock(zoneName: "Europe/Vienna"))
    #expect(Timestamp(text, in: clock)?.description == expected)
  }

  @Test func calendarRoundTripsOverFourCenturies() {
    var expected = CivilDate(daysSince1970: -1)
    for day in stride(from: 0, to: 146_097, by: 1) {
      let date = CivilDate(daysSince1970: day)
      #expect(date.daysSince1970 == day)
      let follows =
        date.day == expected.day + 1 && date.month == expected.month || date.day == 1
      if !follows { Issue.record("\(date) does not follow \(expected)") }
      expected = date
    }
    #expect(expected.description == "2369-12-31")
  }
}
