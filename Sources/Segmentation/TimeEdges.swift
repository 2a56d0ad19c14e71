import Engagement
import EventLog

// The instants at which tests of dates change by time alone.

extension FieldTest {
  /// The instants at which the test of a date changes, past ones too.
  func edges(for instant: Timestamp, at now: EvaluationInstant) -> [Int64] {
    switch self {
    case .olderThan(let duration), .newerThan(let duration):
      return [instant.microseconds + duration.microseconds]
    case .anniversaryWithin(let duration):
      return anniversaryEdges(of: instant, within: duration, at: now)
    default: return []
    }
  }

  private func anniversaryEdges(
    of instant: Timestamp, within duration: ExactDuration, at now: EvaluationInstant
  ) -> [Int64] {
    let clock = now.clock
    let first = CivilDate(daysSince1970: clock.day(of: instant))
    let thisYear = CivilDate(daysSince1970: clock.day(of: now.asOf)).year
    var edges: [Int64] = []
    // What two whole years do not change, none does; the first anniversary is in the year after.
    for year in max(thisYear, first.year)...max(thisYear, first.year) + 3 {
      let day = min(first.day, CivilDate.daysInMonth(first.month, of: year))
      guard let newYear = CivilDate(year: year, month: 1, day: 1),
        let date = CivilDate(year: year, month: first.month, day: day)
      else { continue }
      let anniversary = date.daysSince1970
      for day in [newYear.daysSince1970, anniversary, anniversary + 1] {
        edges += clock.changes(atStartOfDay: day).map(\.microseconds)
      }
      edges.append(clock.start(ofDay: anniversary).microseconds - duration.microseconds + 1)
    }
    return edges
  }
}

extension Comparison {
  /// The values that are compared with.
  var operands: [Value] {
    switch self {
    case .equal(let value), .greater(let value), .atLeast(let value), .less(let value),
      .atMost(let value):
      [value]
    case .between(let low, let high): [low, high]
    }
  }
}

extension AttributeReader {
  /// The date that a member's attribute holds, whether or not it is past.
  func instant(ofRow row: Int, in community: Community, clock: Clock) -> Timestamp? {
    guard let tableRow = community.memberTableRow(ofRow: row) else { return nil }
    if name == "joined_at" { return community.members.joinedAt[tableRow] }
    switch column {
    case .time(let cells): return cells[tableRow]
    case .text(let cells):
      return cells[tableRow].flatMap { FieldValue.text($0).instant(in: clock) }
    default: return nil
    }
  }
}
