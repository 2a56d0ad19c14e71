import Engagement
import EventLog

extension EventQuestion {
  /// Whether the leaf holds; nil where what it asks about is missing.
  func holds(for events: MarkedEvents, at now: EvaluationInstant) -> Bool? {
    switch self {
    case .did(let selector, let window, .count, let comparisons):
      let count = events.count(
        selector, in: events.places(in: window, at: now), at: now, upTo: comparisons.greatestCount
      ).count
      return comparisons.allSatisfy { $0.holds(for: Double(count)) }
    case .did(let selector, let window, let measure, let comparisons) where measure.isDistinct:
      let count = events.latestDistinct(
        measure, selector, in: events.places(in: window, at: now), at: now,
        upTo: comparisons.greatestCount
      ).count
      return comparisons.allSatisfy { $0.holds(for: Double(count)) }
    case .did(let selector, let window, let measure, let comparisons):
      guard let number = number(measure, of: selector, in: window, events, at: now) else {
        return nil
      }
      return comparisons.allSatisfy { $0.holds(for: number) }
    case .didNot(let selector, let window, let afterEver):
      return events.latest(selector, in: window, at: now) == nil
        && (!afterEver || events.latest(selector, in: .ever, at: now) != nil)
    case .occurrence(let occurrence, let selector, let having):
      return holds(occurrence, selector, having: having, events, at: now)
    case .regular(let regular, let selector):
      return mostActive(regular, selector, events, at: now) >= regular.leastActive
    case .sequence(let sequence, let parts):
      return match(of: sequence, parts, in: events, at: now) != nil
    case .trend(let trend, let selector):
      let (current, previous) = counts(of: trend, selector, events, at: now)
      return trend.holds(current: current, previous: previous)
    case .share(let share, let selector, let part):
      let (passing, all) = counts(of: share, selector, part, events, at: now)
      guard all >= share.leastCount else { return false }
      guard all > 0 else { return nil }
      let value = Double(passing) / Double(all)
      return share.comparisons.allSatisfy { $0.holds(for: value) }
    }
  }

  private func holds(
    _ occurrence: EventOccurrence, _ selector: EventSelector, having: EventSelector?,
    _ events: MarkedEvents, at now: EvaluationInstant
  ) -> Bool? {
    guard let place = place(of: occurrence, selector, events, at: now) else { return nil }
    let instant = events.times[place]
    let age = now.asOf.microseconds - instant
    guard occurrence.age.allSatisfy({ $0.map { $0.microseconds }.holds(for: age) }),
      occurrence.instant.allSatisfy({ $0.holds(for: Timestamp(microseconds: instant)) })
    else { return false }
    guard let having else { return true }
    // Any of the events at that one instant, so that their order in the file does not matter.
    var tied = events.start(at: instant)
    while tied < events.count, events.times[tied] == instant {
      if events.isSelected(tied, having, at: now) { return true }
      tied += 1
    }
    return false
  }

  /// The place of the first or the latest selected event, or nil.
  func place(
    of occurrence: EventOccurrence, _ selector: EventSelector, _ events: MarkedEvents,
    at now: EvaluationInstant
  ) -> Int? {
    if occurrence.order == .last { return events.latest(selector, in: .ever, at: now) }
    return events.first(
      selector, from: 0, before: events.end(at: now.known.microseconds), at: now)
  }

  /// A measure of the selected events in a window; nil where it is missing.
  func number(
    _ measure: Measure, of selector: EventSelector, in window: EventWindow, _ events: MarkedEvents,
    at now: EvaluationInstant
  ) -> Double? {
    let places = events.places(in: window, at: now)
    switch measure {
    case .count: return Double(events.count(selector, in: places, at: now).count)
    case .distinctPeriods, .distinctKeys:
      return Double(events.latestDistinct(measure, selector, in: places, at: now).count)
    case .aggregate(let aggregate, _, let column):
      if aggregate == .sum || aggregate == .average {
        let (sum, count) = events.sum(column, of: selector, in: places, at: now)
        if aggregate == .sum { return sum.value }
        return count == 0 ? nil : sum.value / Double(count)
      }
      var least = Double.infinity
      var greatest = -Double.infinity
      for place in places where events.isSelected(place, selector, at: now) {
        let number = events.number(place, column)
        guard !number.isNaN else { continue }
        least = min(least, number)
        greatest = max(greatest, number)
      }
      guard least <= greatest else { return nil }
      return aggregate == .least ? least : greatest
    }
  }

  /// The most of the latest periods, neighbours where that is asked, in which there are selected events.
  func mostActive(
    _ regular: RegularActivity, _ selector: EventSelector, _ events: MarkedEvents,
    at now: EvaluationInstant
  ) -> Int {
    let clock = now.clock
    let oldest = clock.period(of: now.asOf, regular.unit) - regular.periodCount + 1
    // A day earlier, for zones that set their clocks back over midnight.
    let start = clock.start(ofPeriod: oldest, regular.unit).subtracting(days: 1)
    let first = events.start(at: start.microseconds)
    var periods: [Int] = []
    var place = events.end(at: now.known.microseconds)
    while let last = events.last(selector, before: place, at: now), last >= first {
      let period = clock.period(of: Timestamp(microseconds: events.times[last]), regular.unit)
      if period >= oldest, period != periods.last { periods.append(period) }
      // Others of the period say no more.
      place =
        clock.isUniversal
        ? events.start(at: clock.start(ofPeriod: period, regular.unit).microseconds) : last
    }
    periods.reverse()
    guard regular.isConsecutive else { return periods.distinctCount }
    if !periods.isAscending { periods = Set(periods).sorted() }
    return periods.longestRun
  }

  /// The numbers of selected events in the current window of a trend, and in the one before it.
  func counts(
    of trend: EventTrend, _ selector: EventSelector, _ events: MarkedEvents,
    at now: EvaluationInstant
  ) -> (current: Int, previous: Int) {
    let middle = now.asOf.microseconds - trend.current.microseconds
    let start = events.start(at: middle - trend.previous.microseconds + 1)
    let end = max(start, events.end(at: now.known.microseconds))
    let border = min(end, max(start, events.end(at: middle)))
    return (
      events.count(selector, in: border..<end, at: now).count,
      events.count(selector, in: start..<border, at: now).count
    )
  }

  /// The number of events of a share's part, and of all.
  func counts(
    of share: EventShare, _ selector: EventSelector, _ part: EventSelector,
    _ events: MarkedEvents, at now: EvaluationInstant
  ) -> (part: Int, all: Int) {
    let places = events.places(in: share.window, at: now)
    if part.timed.isEmpty {
      return (
        events.count(part, in: places, at: now).count,
        events.count(selector, in: places, at: now).count
      )
    }
    var counts = (part: 0, all: 0)
    for place in places where events.isSelected(place, selector, at: now) {
      counts.all += 1
      if events.isSelected(place, part, at: now) { counts.part += 1 }
    }
    return counts
  }
}

extension EventTrend {
  /// Whether the comparisons hold for some numbers of events; nil where there is nothing to compare.
  func holds(current: Int, previous: Int) -> Bool? {
    guard current + previous >= leastCount else { return false }
    return value(current: current, previous: previous).map { value in
      comparisons.allSatisfy { $0.holds(for: value) }
    }
  }
}

extension MarkedEvents {
  /// The places of the known events in a window.
  func places(in window: EventWindow, at now: EvaluationInstant) -> Range<Int> {
    let (first, last) = window.bounds(asOf: now.asOf)
    let start = start(at: first)
    return start..<max(start, end(at: min(last, now.known.microseconds)))
  }

  /// The place of the latest selected event in a window, or nil.
  func latest(_ selector: EventSelector, in window: EventWindow, at now: EvaluationInstant) -> Int?
  {
    let places = places(in: window, at: now)
    guard let place = last(selector, before: places.upperBound, at: now),
      place >= places.lowerBound
    else { return nil }
    return place
  }

  /// The places of the latest selected events of each period or key among some, newest first, no more than the
  /// most that matter.
  func latestDistinct(
    _ measure: EventQuestion.Measure, _ selector: EventSelector, in places: Range<Int>,
    at now: EvaluationInstant, upTo most: Int = .max
  ) -> [Int] {
    var found: [Int] = []
    var seen: Set<Int> = []
    var newest: Int?
    var place = places.upperBound
    while found.count < most, let last = last(selector, before: place, at: now),
      last >= places.lowerBound
    {
      place = last
      let key: Int
      switch measure {
      case .distinctPeriods(let unit):
        key = now.clock.period(of: Timestamp(microseconds: times[last]), unit)
        if now.clock.isUniversal {
          place = start(at: now.clock.start(ofPeriod: key, unit).microseconds)
        }
      case .distinctKeys(let column): key = cell(last, column)
      case .count, .aggregate: key = last
      }
      guard key != Self.missing, key != newest, seen.insert(key).inserted else { continue }
      newest = key
      found.append(last)
    }
    return found
  }
}

extension EventQuestion.Measure {
  /// True for the number of events, or of what tells them apart.
  var isCount: Bool {
    if case .aggregate = self { false } else { true }
  }

  var isDistinct: Bool {
    switch self {
    case .distinctPeriods, .distinctKeys: true
    case .count, .aggregate: false
    }
  }
}

extension [Comparison<Double>] {
  /// A count from which on more events change no comparison.
  var greatestCount: Int {
    var greatest = 0.0
    for comparison in self {
      switch comparison {
      case .equal(let limit), .greater(let limit), .atLeast(let limit), .less(let limit),
        .atMost(let limit), .between(_, let limit):
        greatest = Swift.max(greatest, limit)
      }
    }
    return Int(Swift.min(Swift.max(greatest, 0), 1e15).rounded(.down)) + 1
  }

  /// True where they hold for all greater numbers than those they hold for.
  var areLowerBounds: Bool {
    allSatisfy {
      switch $0 {
      case .greater, .atLeast: true
      default: false
      }
    }
  }

  /// True where they hold for all smaller numbers than those they hold for.
  var areUpperBounds: Bool {
    allSatisfy {
      switch $0 {
      case .less, .atMost: true
      default: false
      }
    }
  }
}

extension [Int] {
  var isAscending: Bool { zip(self, dropFirst()).allSatisfy { $0 < $1 } }

  var distinctCount: Int { isAscending ? count : Set(self).count }

  /// The greatest number of neighbouring numbers, of ascending ones.
  fileprivate var longestRun: Int {
    var (longest, run) = (0, 0)
    for (place, number) in enumerated() {
      run = place > 0 && self[place - 1] == number - 1 ? run + 1 : 1
      longest = Swift.max(longest, run)
    }
    return longest
  }
}
