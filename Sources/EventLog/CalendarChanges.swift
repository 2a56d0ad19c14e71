extension Clock {
  /// The first instant after another one at which the calendar day changes.
  ///
  /// Where clocks are set back over midnight a day may come twice, so that the day may also become the
  /// one before.
  public func nextChangeOfDay(after instant: Timestamp) -> Timestamp {
    var start = instant.microseconds
    while true {
      let offset = offsetInMicroseconds(at: Timestamp(microseconds: start))
      let day = floorDivide(start + offset, Timestamp.microsecondsPerDay)
      let midnight = (day + 1) * Timestamp.microsecondsPerDay - offset
      guard let change = firstChangeOfOffset(after: start, through: midnight) else {
        return Timestamp(microseconds: midnight)
      }
      let changed = Timestamp(microseconds: change)
      if self.day(of: changed) != self.day(of: Timestamp(microseconds: change - 1)) {
        return changed
      }
      start = change
    }
  }

  /// The instants at which a calendar day, counted from 1970-01-01, begins: one, or three where clocks are
  /// set back over midnight, at the second of which the day before comes again.
  public func changes(atStartOfDay day: Int) -> [Timestamp] {
    let start = start(ofDay: day)
    guard !isUniversal else { return [start] }
    var changes = [start]
    var last = start
    let halfADay = Timestamp.microsecondsPerDay / 2
    while true {
      last = nextChangeOfDay(after: last)
      guard last.microseconds - start.microseconds < halfADay else { return changes }
      changes.append(last)
    }
  }

  /// By bisection; zones change at most once a day.
  private func firstChangeOfOffset(after start: Int64, through end: Int64) -> Int64? {
    let offset = offsetInMicroseconds(at: Timestamp(microseconds: start))
    guard offsetInMicroseconds(at: Timestamp(microseconds: end)) != offset else { return nil }
    var (low, high) = (start, end)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if offsetInMicroseconds(at: Timestamp(microseconds: middle)) == offset {
        low = middle
      } else {
        high = middle
      }
    }
    return high
  }
}
