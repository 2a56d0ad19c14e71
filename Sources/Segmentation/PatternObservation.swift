import Engagement
import EventLog

/// What a pattern found for one member: nil where what it takes to tell is missing.
struct PatternFinding {
  let holds: Bool?
  let fact: () -> String
}

extension SegmentEvaluator {
  /// Answers a pattern for the member at a position of `rows`.
  func finding(of pattern: CompiledPattern, at index: Int) -> PatternFinding {
    let row = rows[index]
    switch pattern {
    case .regular(let regular, let selection): return finding(of: regular, selection, row: row)
    case .sequence(let sequence, let compiled): return finding(of: sequence, compiled, row: row)
    case .trend(let trend, let selection): return finding(of: trend, selection, row: row)
    case .share(let share, let selection, let part):
      return finding(of: share, selection, part: part, row: row)
    case .rank(let rank, let ranking):
      let snapshot = ranking.moved(to: rank.snapshot(asOf: now.asOf), in: community)
      return finding(of: rank, snapshot, row: row)
    case .near(let near, let latitude, let longitude):
      return finding(of: near, latitude, longitude, row: row)
    case .bucket(let bucket):
      let place = bucket.place(of: community.memberIDs[row])
      return PatternFinding(holds: place >= bucket.from && place < bucket.to) {
        "at \(formatted(place)) of \(bucket.salt)"
      }
    }
  }

  private func finding(
    of regular: RegularActivity, _ selection: CompiledSelection, row: Int
  ) -> PatternFinding {
    let periods = activePeriods(of: regular, selection, row: row)
    let most = regular.isConsecutive ? longestRun(periods) : periods.count
    return PatternFinding(holds: most >= regular.leastActive) {
      "\(selection.names) in \(most)\(regular.isConsecutive ? " consecutive" : "") of the last "
        + "\(regular.periodCount) \(regular.unit.rawValue)s, needs \(regular.leastActive)"
    }
  }

  /// The periods, among the latest, in which a row has events.
  func activePeriods(
    of regular: RegularActivity, _ selection: CompiledSelection, row: Int
  ) -> Set<Int> {
    let clock = now.clock
    let oldest = clock.period(of: now.asOf, regular.unit) - regular.periodCount + 1
    // A day earlier, for zones that set their clocks back over midnight.
    let start = clock.start(ofPeriod: oldest, regular.unit).subtracting(days: 1)
    let bounds = EventBounds(first: start.microseconds, last: now.asOf.microseconds)
    let timestamps = community.history.timestamps
    let periods = matching(selection, in: bounds, row: row).map {
      clock.period(of: Timestamp(microseconds: timestamps[$0]), regular.unit)
    }
    return Set(periods.filter { $0 >= oldest })
  }

  private func longestRun(_ periods: Set<Int>) -> Int {
    var longest = 0
    for first in periods where !periods.contains(first - 1) {
      var length = 1
      while periods.contains(first + length) { length += 1 }
      longest = max(longest, length)
    }
    return longest
  }

  private func finding(
    of trend: EventTrend, _ selection: CompiledSelection, row: Int
  ) -> PatternFinding {
    let middle = now.asOf.microseconds - trend.current.microseconds
    let current = matching(
      selection, in: EventBounds(first: middle + 1, last: now.asOf.microseconds), row: row
    ).count
    let previous = matching(
      selection, in: EventBounds(first: middle - trend.previous.microseconds + 1, last: middle),
      row: row
    ).count
    let value = trend.value(current: current, previous: previous)
    guard current + previous >= trend.leastCount else {
      return PatternFinding(holds: false) {
        "\(previous), then \(current) \(selection.names), needs \(trend.leastCount) in both together"
      }
    }
    let holds = value.map { value in trend.comparisons.allSatisfy { $0.holds(for: value) } }
    return PatternFinding(holds: holds) {
      "\(previous) in \(trend.previous), then \(current) \(selection.names) in \(trend.current)"
        + (value.map { ", \(trend.measure.rawValue) \(formatted($0))" } ?? "")
        + ", needs \(needs(trend.comparisons))"
    }
  }

  private func finding(
    of share: EventShare, _ selection: CompiledSelection, part: [CompiledEventTest], row: Int
  ) -> PatternFinding {
    let events = matching(selection, in: bounds(share.window), row: row)
    let passing = events.count { event in
      part.allSatisfy { $0.holds(for: event, of: community.history, at: now) }
    }
    let counts = "\(passing) of \(events.count) \(selection.names)"
    guard events.count >= share.leastCount else {
      return PatternFinding(holds: false) { "\(counts), needs \(share.leastCount) at least" }
    }
    guard !events.isEmpty else { return PatternFinding(holds: nil) { "no \(selection.names)" } }
    let value = Double(passing) / Double(events.count)
    return PatternFinding(holds: share.comparisons.allSatisfy { $0.holds(for: value) }) {
      "\(counts), share \(formatted(value)), needs \(needs(share.comparisons))"
    }
  }

  private func finding(of rank: MemberRank, _ ranking: Ranking, row: Int) -> PatternFinding {
    let side = rank.side == .top ? "above" : "below"
    guard let (share, value) = ranking.shareBefore(row: row, side: rank.side) else {
      return PatternFinding(holds: nil) { "not ranked at \(ranking.asOf)" }
    }
    return PatternFinding(holds: share < rank.share) {
      // Tenths, which are enough for reading; the comparison is of the share itself.
      let percent = (1000 * share).rounded() / 10
      return
        "\(formatted(value)) at \(ranking.asOf): \(formatted(percent)) % of the members are \(side), "
        + "needs less than \(formatted(100 * rank.share)) %"
    }
  }

  private func finding(
    of near: Nearness, _ latitude: AttributeReader, _ longitude: AttributeReader, row: Int
  ) -> PatternFinding {
    let degrees = [latitude, longitude].map {
      $0.value(ofRow: row, in: community, at: now).number
    }
    guard let latitude = degrees[0], let longitude = degrees[1] else {
      return PatternFinding(holds: nil) { "\(listing(near.fields)) are not both known" }
    }
    let distance = near.distanceInKilometres(latitude: latitude, longitude: longitude)
    return PatternFinding(holds: distance <= near.radiusInKilometres) {
      "\(formatted((distance * 10).rounded() / 10)) km away, needs at most "
        + "\(formatted(near.radiusInKilometres)) km"
    }
  }
}

extension EventTrend {
  /// The ratio or the difference of two numbers of events; nil for the ratio of two zeros.
  func value(current: Int, previous: Int) -> Double? {
    guard measure == .ratio else { return Double(current - previous) }
    guard previous > 0 else { return current > 0 ? .infinity : nil }
    // (c / current) / (p / previous) with one rounding, where the lengths have few digits.
    let divisor = greatestCommonDivisor(self.current.microseconds, self.previous.microseconds)
    return Double(current) * Double(self.previous.microseconds / divisor)
      / (Double(previous) * Double(self.current.microseconds / divisor))
  }
}

private func greatestCommonDivisor(_ left: Int64, _ right: Int64) -> Int64 {
  right == 0 ? left : greatestCommonDivisor(right, left % right)
}
