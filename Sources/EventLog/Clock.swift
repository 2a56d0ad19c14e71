import Foundation

/// How instants fall into calendar days and weeks.
public struct Clock: Sendable, Hashable {
  /// The first day of the week.
  public enum WeekStart: String, Sendable, Hashable, CaseIterable {
    /// Weeks begin on Monday, as ISO 8601 has it.
    case monday
    /// Weeks begin on Sunday.
    case sunday
  }

  /// The IANA name of the zone whose days count, for example `Europe/Vienna`.
  public let zoneName: String
  /// The first day of the week.
  public let weekStart: WeekStart

  private let zone: TimeZone?

  /// Days and ISO weeks of UTC.
  public static let utc = Clock()

  private init() {
    zoneName = "UTC"
    weekStart = .monday
    zone = nil
  }

  /// Makes a clock, or nil where the system knows no zone of that name.
  public init?(zoneName: String, weekStart: WeekStart = .monday) {
    self.zoneName = zoneName
    self.weekStart = weekStart
    if zoneName == "UTC" {
      zone = nil
    } else if let zone = TimeZone(identifier: zoneName) {
      self.zone = zone
    } else {
      return nil
    }
  }

  /// The calendar day of an instant, counted from 1970-01-01.
  public func day(of instant: Timestamp) -> Int {
    if zone == nil, instant.microseconds >= 0 {
      return Int(instant.microseconds / Timestamp.microsecondsPerDay)
    }
    let local = instant.microseconds + offsetInMicroseconds(at: instant)
    return Int(floorDivide(local, Timestamp.microsecondsPerDay))
  }

  /// The calendar week of an instant; week 0 is the one that holds 1970-01-01.
  public func week(of instant: Timestamp) -> Int { week(ofDay: day(of: instant)) }

  /// The calendar week of a day counted from 1970-01-01, which was a Thursday.
  public func week(ofDay day: Int) -> Int {
    floorDivide(day + (weekStart == .monday ? 3 : 4), 7)
  }

  /// The calendar month of an instant, counted from January 1970.
  public func month(of instant: Timestamp) -> Int {
    let date = CivilDate(daysSince1970: day(of: instant))
    return (date.year - 1970) * 12 + date.month - 1
  }

  /// The instant at which a calendar day, counted from 1970-01-01, begins.
  ///
  /// Where clocks are set forward over midnight that is the instant of the change, where they are
  /// set back over it the first of the two midnights that are of this day. A day that a zone leaves
  /// out begins, and ends, where the next one does.
  public func start(ofDay day: Int) -> Timestamp {
    let utcMidnight = Timestamp(microseconds: Int64(day) * Timestamp.microsecondsPerDay)
    guard zone != nil else { return utcMidnight }
    // The offset at local midnight is the one of a day before or of a day after.
    let offsets = [-1, 1].map { offsetInMicroseconds(at: utcMidnight.subtracting(days: $0)) }
    let midnights = offsets.map { Timestamp(microseconds: utcMidnight.microseconds - $0) }
    return midnights.filter { self.day(of: $0) >= day }.min() ?? utcMidnight
  }

  /// The instant some calendar months after another one, on the same day of the month at the same time of
  /// day.
  ///
  /// A month that lacks the day is taken at its last one. Of a time that comes twice, as clocks are set
  /// back, it is the first; one that clocks set forward leave out is as much later as they are set.
  public func adding(months: Int, to instant: Timestamp) -> Timestamp {
    let local = instant.microseconds + offsetInMicroseconds(at: instant)
    let day = floorDivide(local, Timestamp.microsecondsPerDay)
    let date = CivilDate(daysSince1970: Int(day))
    let (year, month) = {
      let total = date.year * 12 + date.month - 1 + months
      return (floorDivide(total, 12), total - floorDivide(total, 12) * 12 + 1)
    }()
    let lastDay = CivilDate.daysInMonth(month, of: year)
    guard let wanted = CivilDate(year: year, month: month, day: min(date.day, lastDay)) else {
      preconditionFailure("every month has the days up to its last")
    }
    let wall =
      Int64(wanted.daysSince1970) * Timestamp.microsecondsPerDay
      + (local - day * Timestamp.microsecondsPerDay)
    return self.instant(ofWallTime: wall)
  }

  /// The instant at which clocks in the zone show a time, given as if it were universal time.
  ///
  /// Of a time that comes twice, as clocks are set back, it is the first; one that clocks set forward leave
  /// out is as much later as they are set.
  func instant(ofWallTime wall: Int64) -> Timestamp {
    guard zone != nil else { return Timestamp(microseconds: wall) }
    // The offset then is the one of a day before or of a day after.
    let utc = Timestamp(microseconds: wall)
    let candidates = [1, -1].map { wall - offsetInMicroseconds(at: utc.subtracting(days: $0)) }
    let exact = candidates.filter {
      $0 + offsetInMicroseconds(at: Timestamp(microseconds: $0)) == wall
    }
    return Timestamp(microseconds: exact.min() ?? candidates[0])
  }

  /// The offset of a whole local day, counted from 1970-01-01; nil where clocks are set near it.
  func offsetInMicroseconds(ofDay day: Int) -> Int64? {
    guard zone != nil else { return 0 }
    let noon = Int64(day) * Timestamp.microsecondsPerDay + Timestamp.microsecondsPerDay / 2
    // Local days lie within these, whatever the offset.
    let offsets = [-2, -1, 0, 1, 2].map { days in
      offsetInMicroseconds(at: Timestamp(microseconds: noon).subtracting(days: days))
    }
    return offsets.allSatisfy { $0 == offsets[0] } ? offsets[0] : nil
  }

  /// Local time less universal time at an instant.
  func offsetInMicroseconds(at instant: Timestamp) -> Int64 {
    guard let zone else { return 0 }
    return Int64(zone.secondsFromGMT(for: Self.date(instant))) * 1_000_000
  }

  /// True where local time is universal time.
  package var isUniversal: Bool { zone == nil }

  private static func date(_ instant: Timestamp) -> Date {
    Date(timeIntervalSince1970: Double(instant.microseconds) / 1_000_000)
  }
}
