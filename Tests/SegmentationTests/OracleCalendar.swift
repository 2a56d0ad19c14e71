import EventLog
import Foundation

/// Calendar periods as Foundation has them.
struct OracleCalendar {
  private let zone: TimeZone

  init(zone: String) { self.zone = TimeZone(identifier: zone) ?? .gmt }

  /// The number of a day, week (from Monday) or month; neighbours differ by 1.
  func period(_ unit: String, of instant: Timestamp) -> Int {
    var local = Calendar(identifier: .gregorian)
    local.timeZone = zone
    // Whole seconds, as zones change in such; floored before 1970, too.
    let seconds = (Double(instant.microseconds) / 1_000_000).rounded(.down)
    let parts = local.dateComponents(
      [.year, .month, .day], from: Date(timeIntervalSince1970: seconds))
    if unit == "month" { return (parts.year ?? 0) * 12 + (parts.month ?? 0) }
    var universal = Calendar(identifier: .gregorian)
    universal.timeZone = .gmt
    let midnight = universal.date(from: parts)?.timeIntervalSince1970 ?? .nan
    let day = Int((midnight / 86_400).rounded())
    // 1970-01-05 was a Monday.
    return unit == "week" ? Int((Double(day - 4) / 7).rounded(.down)) : day
  }
}
