import Engagement
import EventLog

extension MemberFacts {
  /// The last instant that is looked at.
  static let lastInstant = Timestamp.accepted.upperBound.microseconds - 1

  /// The first instant after another one at which time alone may change a leaf, or nil.
  ///
  /// Leaves that other segments decide are not asked.
  func nextChange(of position: Int, after now: Int64) -> Int64? {
    let clock = clocks[position]
    let edge = clock.edges.first(after: now)
    let other: Int64?
    switch clock.course {
    case .constant: other = nil
    case .weekly: other = nextWeek(after: now)
    case .anniversaries(let anniversaries):
      other = anniversaries.compactMap { nextAnniversaryEdge($0.instant, $0.length, after: now) }
        .min()
    case .monotone, .sampled:
      // Edges and facts, where the number jumps, are looked at anyhow.
      let heard = plan.leaves[position].hearing
      let jump = [edge, firstInstant(after: now, of: heard), Self.lastInstant]
        .compactMap { $0 }.min()
      var end = (jump ?? Self.lastInstant) - 1
      if case .sampled = clock.course { end = min(end, now + Timestamp.microsecondsPerDay) }
      other = crossing(of: position, from: now, to: end)
    }
    return [edge, other].compactMap { $0 }.min()
  }

  /// The first instant at which a leaf's number stands otherwise to the values it is compared with;
  /// for numbers that are looked at each day the end, where it does not.
  private func crossing(of position: Int, from start: Int64, to end: Int64) -> Int64? {
    guard end > start else { return nil }
    let kind = plan.leaves[position].kind
    let first = standing(kind, at: start)
    guard standing(kind, at: end) != first else {
      if case .sampled = clocks[position].course { return end }
      return nil
    }
    var (low, high) = (start, end)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if standing(kind, at: middle) == first { low = middle } else { high = middle }
    }
    return high
  }

  /// For each written value, whether the number is less (-1), equal or greater; 2 where missing.
  private func standing(_ kind: PlannedLeaf.Kind, at instant: Int64) -> [Int] {
    let (number, comparisons): (Double, [Comparison<Double>])
    switch kind {
    case .feature(let feature, let written):
      (number, comparisons) = (value(of: feature, at: instant), written)
    case .score(let name, let written):
      (number, comparisons) = (score(name, at: instant), written)
    default: return []
    }
    return comparisons.flatMap(\.operands).map { operand in
      number.isNaN ? 2 : number < operand ? -1 : number > operand ? 1 : 0
    }
  }

  private func nextWeek(after now: Int64) -> Int64 {
    let clock = plan.project.settings.clock
    let today = clock.day(of: Timestamp(microseconds: now))
    let week = clock.week(ofDay: today)
    let next = (today + 1...today + 7).first { clock.week(ofDay: $0) != week } ?? today + 7
    return clock.start(ofDay: next).microseconds
  }

  private func nextAnniversaryEdge(
    _ instant: Timestamp, _ length: Int64, after now: Int64
  ) -> Int64? {
    let clock = plan.project.settings.clock
    let first = CivilDate(daysSince1970: clock.day(of: instant))
    let day = clock.day(of: Timestamp(microseconds: now))
    let thisYear = CivilDate(daysSince1970: day).year
    let edges = (thisYear - 1...thisYear + 2).flatMap { year -> [Int64] in
      let lastDay = CivilDate.daysInMonth(first.month, of: year)
      guard let date = CivilDate(year: year, month: first.month, day: min(first.day, lastDay)),
        let newYear = CivilDate(year: year, month: 1, day: 1)
      else { return [] }
      let start = clock.start(ofDay: date.daysSince1970).microseconds
      return [
        start - length, start - length + 1, start,
        clock.start(ofDay: date.daysSince1970 + 1).microseconds,
        clock.start(ofDay: newYear.daysSince1970).microseconds,
      ]
    }
    return edges.filter { $0 > now }.min()
  }
}
