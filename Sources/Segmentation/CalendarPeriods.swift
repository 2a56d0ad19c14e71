import Engagement
import EventLog

extension Clock {
  /// The number of the calendar period that an instant is in.
  func period(of instant: Timestamp, _ unit: RegularActivity.Unit) -> Int {
    switch unit {
    case .day: day(of: instant)
    case .week: week(of: instant)
    case .month: month(of: instant)
    }
  }

  /// The first day of a period, counted from 1970-01-01.
  func firstDay(ofPeriod period: Int, _ unit: RegularActivity.Unit) -> Int {
    switch unit {
    case .day: return period
    case .week: return period * 7 - (weekStart == .monday ? 3 : 4)
    case .month:
      let year = floorDivide(period, 12)
      let month = period - year * 12 + 1
      guard let first = CivilDate(year: 1970 + year, month: month, day: 1) else {
        preconditionFailure("every month has a first day")
      }
      return first.daysSince1970
    }
  }

  /// The instant at which a period begins.
  func start(ofPeriod period: Int, _ unit: RegularActivity.Unit) -> Timestamp {
    start(ofDay: firstDay(ofPeriod: period, unit))
  }
}
