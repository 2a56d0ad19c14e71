import EventLog
import Testing

@Suite struct ClockTests {
  private func instant(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

  @Test func daysAndWeeksOfUTC() throws {
    let clock = Clock.utc
    #expect(clock.day(of: try instant("1970-01-01T00:00:00Z")) == 0)
    #expect(clock.day(of: try instant("1970-01-01T23:59:59.999999Z")) == 0)
    #expect(clock.day(of: try instant("1970-01-02T00:00:00Z")) == 1)
    #expect(clock.day(of: Timestamp(microseconds: -1)) == -1)
    // 1970-01-01 was a Thursday: the first Monday after it is the 5th.
    #expect(clock.week(of: try instant("1970-01-04T23:59:59Z")) == 0)
    #expect(clock.week(of: try instant("1970-01-05T00:00:00Z")) == 1)
    #expect(clock.week(ofDay: -4) == -1)
    #expect(clock.month(of: try instant("2026-11-30T23:59:59Z")) == 56 * 12 + 10)
    #expect(clock.month(of: try instant("2026-12-01T00:00:00Z")) == 56 * 12 + 11)
    #expect(clock.start(ofDay: 20_000) == Timestamp(microseconds: 20_000 * 86_400_000_000))
  }

  @Test func weeksMayBeginOnSunday() throws {
    let clock = try #require(Clock(zoneName: "UTC", weekStart: .sunday))
    #expect(clock.week(of: try instant("1970-01-03T23:59:59Z")) == 0)
    #expect(clock.week(of: try instant("1970-01-04T00:00:00Z")) == 1)
    #expect(
      clock.week(of: try instant("2026-11-21T12:00:00Z")) + 1
        == clock.week(of: try instant("2026-11-22T12:00:00Z")))
  }

  @Test func daysOfAZoneFollowItsOffset() throws {
    let vienna = try #require(Clock(zoneName: "Europe/Vienna"))
    #expect(
      vienna.day(of: try instant("2026-01-31T22:59:59Z")) + 1
        == vienna.day(of: try instant("2026-01-31T23:00:00Z")))
    #expect(
      vienna.day(of: try instant("2026-07-31T21:59:59Z")) + 1
        == vienna.day(of: try instant("2026-07-31T22:00:00Z")))
    #expect(vienna.month(of: try instant("2026-01-31T23:00:00Z")) == 56 * 12 + 1)
    #expect(Clock(zoneName: "Nowhere/Land") == nil)
  }

  struct DayStart: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let zone: String
    let day: String
    let start: String

    static let all = [
      DayStart(
        testDescription: "the day clocks go forward", zone: "Europe/Vienna", day: "2026-03-29",
        start: "2026-03-28T23:00:00Z"),
      DayStart(
        testDescription: "the day after", zone: "Europe/Vienna", day: "2026-03-30",
        start: "2026-03-29T22:00:00Z"),
      DayStart(
        testDescription: "the day clocks go back", zone: "Europe/Vienna", day: "2026-10-25",
        start: "2026-10-24T22:00:00Z"),
      DayStart(
        testDescription: "the day after that", zone: "Europe/Vienna", day: "2026-10-26",
        start: "2026-10-25T23:00:00Z"),
      DayStart(
        testDescription: "no midnight: 23:59 is followed by 01:00", zone: "America/Sao_Paulo",
        day: "2018-11-04", start: "2018-11-04T03:00:00Z"),
      DayStart(
        testDescription: "the hour before midnight comes twice", zone: "America/Sao_Paulo",
        day: "2018-02-18", start: "2018-02-18T03:00:00Z"),
      DayStart(
        testDescription: "midnight comes twice", zone: "America/Havana", day: "2026-11-01",
        start: "2026-11-01T04:00:00Z"),
      DayStart(
        testDescription: "a day left out", zone: "Pacific/Apia", day: "2011-12-30",
        start: "2011-12-30T10:00:00Z"),
      DayStart(
        testDescription: "far east", zone: "Pacific/Kiritimati", day: "2026-06-01",
        start: "2026-05-31T10:00:00Z"),
      DayStart(
        testDescription: "a quarter of an hour", zone: "Asia/Kathmandu", day: "2026-06-01",
        start: "2026-05-31T18:15:00Z"),
    ]
  }

  @Test(arguments: DayStart.all) func dayBeginsWithItsFirstInstant(_ example: DayStart) throws {
    let clock = try #require(Clock(zoneName: example.zone))
    let day = Clock.utc.day(of: try instant(example.day + "T00:00:00Z"))
    let start = clock.start(ofDay: day)
    #expect(start.description == example.start)
    #expect(clock.day(of: start) >= day)
    #expect(clock.day(of: Timestamp(microseconds: start.microseconds - 1)) < day)
  }

  @Test(arguments: ["Europe/Vienna", "America/Sao_Paulo", "Asia/Beirut", "Australia/Lord_Howe"])
  func everyDayOfYearsBeginsWithItsFirstInstant(_ zone: String) throws {
    let clock = try #require(Clock(zoneName: zone))
    for day in 17_000..<17_800 {
      let start = clock.start(ofDay: day)
      #expect(clock.day(of: start) == day)
      #expect(clock.day(of: Timestamp(microseconds: start.microseconds - 1)) == day - 1)
    }
  }
}
