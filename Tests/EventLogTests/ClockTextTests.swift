import EventLog
import Testing

/// Instants for people.
struct ClockTextTests {
  @Test(arguments: [
    ("Europe/Berlin", "2024-07-01T00:00:00Z", "2024-07-01T02:00:00+02:00"),
    ("Europe/Berlin", "2024-12-31T23:30:00.5Z", "2025-01-01T00:30:00.5+01:00"),
    ("America/St_Johns", "2024-01-01T00:00:00Z", "2023-12-31T20:30:00-03:30"),
    ("Europe/London", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00+00:00"),
    ("UTC", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"),
  ])
  func instantsAreInTheZoneWithItsOffset(zone: String, instant: String, text: String) throws {
    let clock = try #require(Clock(zoneName: zone))
    let time = try #require(Timestamp(instant))
    #expect(clock.text(time) == text)
    #expect(Timestamp(text) == time)
  }
}
