import Engagement
import EventLog
import Foundation

extension EventQuestion {
  /// How many instants are looked at before the next one is given unseen, where the answer is to be exact
  /// for all but very active members.
  static let mostInstants = 64
  /// The same where events are likely to come before.
  static let mostInstantsAhead = 4

  /// The first instant after now at which the leaf changes, if nothing but time happens; nil for never.
  ///
  /// It is exact to the microsecond, but after some instants at which windows or periods change and the
  /// leaf does not, the next one is given.
  ///
  /// - Parameters:
  ///   - events: the member's events.
  ///   - now: the instant, and the events known.
  ///   - isUnknown: whether the leaf is unknown, and not false, where it is missing.
  ///   - truth: what the leaf is now, where that is known.
  ///   - most: how many instants are looked at.
  /// - Returns: microseconds since 1970.
  func nextChange(
    of events: MarkedEvents, at now: EvaluationInstant, isUnknown: Bool, truth: Truth? = nil,
    lookingAt most: Int = mostInstants
  ) -> Int64? {
    if !isTimed {
      switch self {
      case .did(let selector, .within(let length), let measure, let comparisons)
      where measure.isCount:
        return nextCount(measure, selector, length, comparisons, events, at: now)
      case .did(_, .ever, _, _), .did(_, .range, _, _): return nil
      case .did(
        let selector, .within(let length), .aggregate(let aggregate, _, let column),
        let comparisons):
        let places = events.places(in: .within(length), at: now)
        let change = events.nextAggregate(
          aggregate, column, selector, in: places, comparisons, at: now, isUnknown: isUnknown, most)
        return change.map { events.times[$0] + length.microseconds }
      case .didNot(let selector, .within(let length), _):
        return events.latest(selector, in: .within(length), at: now)
          .map { events.times[$0] + length.microseconds }
      case .didNot(_, .ever, _), .didNot(_, .range, _): return nil
      case .regular(let regular, let selector) where now.clock.isUniversal:
        return nextMissedPeriod(regular, selector, events, at: now)
      case .trend(let trend, let selector):
        return nextTrend(trend, selector, events, at: now, isUnknown: isUnknown, most)
      default: break
      }
    }
    let edges = edges(of: events, at: now, most)
    guard !edges.isEmpty else { return nil }
    func value(_ now: EvaluationInstant) -> Truth {
      holds(for: events, at: now).map { Truth($0) } ?? (isUnknown ? .unknown : .false)
    }
    let present = truth ?? value(now)
    for (count, edge) in edges.enumerated() {
      if count == most || value(now.moved(to: edge)) != present { return edge }
    }
    return nil
  }

  /// When a number of events, or of what tells them apart, in the latest time falls to where the comparisons
  /// are otherwise.
  private func nextCount(
    _ measure: Measure, _ selector: EventSelector, _ length: ExactDuration,
    _ comparisons: [Comparison<Double>], _ events: MarkedEvents, at now: EvaluationInstant
  ) -> Int64? {
    let places = events.places(in: .within(length), at: now)
    let most = comparisons.greatestCount
    func holds(_ count: Int) -> Bool { comparisons.allSatisfy { $0.holds(for: Double(count)) } }
    if measure.isDistinct {
      let latest = events.latestDistinct(measure, selector, in: places, at: now, upTo: most)
      let present = holds(latest.count)
      for (count, place) in latest.enumerated().reversed() {
        let time = events.times[place]
        // Those of one instant leave together.
        if count > 0, events.times[latest[count - 1]] == time { continue }
        if holds(count) != present { return time + length.microseconds }
      }
      return nil
    }
    var (count, oldest) = events.count(selector, in: places, at: now, upTo: most)
    let present = holds(count)
    while count > 0,
      let next = events.first(selector, from: oldest, before: places.upperBound, at: now)
    {
      let time = events.times[next]
      count -= 1
      oldest = next + 1
      if count > 0,
        let tied = events.first(selector, from: oldest, before: places.upperBound, at: now),
        events.times[tied] == time
      {
        continue
      }
      if holds(count) != present { return time + length.microseconds }
    }
    return nil
  }

  /// In a zone whose days never come twice: when too few of the latest periods have events.
  private func nextMissedPeriod(
    _ regular: RegularActivity, _ selector: EventSelector, _ events: MarkedEvents,
    at now: EvaluationInstant
  ) -> Int64? {
    let clock = now.clock
    let oldest = clock.period(of: now.asOf, regular.unit) - regular.periodCount + 1
    var (last, run) = (Int.max, 0)
    var place = events.end(at: now.known.microseconds)
    while let found = events.last(selector, before: place, at: now) {
      let period = clock.period(of: Timestamp(microseconds: events.times[found]), regular.unit)
      guard period >= oldest else { return nil }
      run = regular.isConsecutive && last != period + 1 ? 1 : run + 1
      last = period
      if run == regular.leastActive {
        return clock.start(ofPeriod: period + regular.periodCount, regular.unit).microseconds
      }
      place = events.start(at: clock.start(ofPeriod: period, regular.unit).microseconds)
    }
    return nil
  }

  /// When events that pass from a trend's current window to the previous one, and out of that, make it
  /// otherwise.
  private func nextTrend(
    _ trend: EventTrend, _ selector: EventSelector, _ events: MarkedEvents,
    at now: EvaluationInstant, isUnknown: Bool, _ most: Int
  ) -> Int64? {
    func truth(_ counts: (current: Int, previous: Int)) -> Truth {
      trend.holds(current: counts.current, previous: counts.previous).map { Truth($0) }
        ?? (isUnknown ? .unknown : .false)
    }
    var counts = counts(of: trend, selector, events, at: now)
    let present = truth(counts)
    let age = trend.current.microseconds
    let oldAge = age + trend.previous.microseconds
    let end = events.end(at: now.known.microseconds)
    func next(from place: Int) -> Int? {
      events.firstMarked(selector, from: place, before: end)
    }
    // The oldest event of each window.
    var young = next(from: events.start(at: now.asOf.microseconds - age + 1))
    var old = next(from: events.start(at: now.asOf.microseconds - oldAge + 1))
    for looked in 0... {
      let edge = min(
        young.map { events.times[$0] + age } ?? .max, old.map { events.times[$0] + oldAge } ?? .max)
      if edge == .max { return nil }
      // Those of one instant pass together.
      while let place = young, events.times[place] + age == edge {
        counts = (counts.current - 1, counts.previous + 1)
        young = next(from: place + 1)
      }
      while let place = old, events.times[place] + oldAge == edge {
        counts.previous -= 1
        old = next(from: place + 1)
      }
      if looked == most || truth(counts) != present { return edge }
    }
    return nil
  }

  /// The instants after now at which the leaf may change, ascending.
  private func edges(
    of events: MarkedEvents, at now: EvaluationInstant, _ most: Int
  ) -> [Int64] {
    let known = now.known.microseconds
    let end = events.end(at: known)
    var edges = timedEdges(events, at: now)
    // Of each length no more than are looked at.
    func add(_ selectors: [EventSelector], _ lengths: [Int64]) {
      let present = now.asOf.microseconds
      for length in lengths {
        for selector in selectors {
          var place = events.start(at: present - length + 1)
          var count = 0
          while count <= most,
            let next = events.firstMarked(selector, from: place, before: end)
          {
            let time = events.times[next]
            edges.append(time + length)
            place = next + 1
            while place < end, events.times[place] == time { place += 1 }
            count += 1
          }
        }
      }
    }
    switch self {
    case .did(let selector, let window, _, _), .didNot(let selector, let window, _):
      add([selector], window.edgeLengths)
    case .occurrence(let occurrence, let selector, _):
      // An age that is exactly the limit is on one side of it, a microsecond more on the other.
      let ages = occurrence.age.flatMap { $0.map { $0.microseconds }.operands }
      if selector.timed.isEmpty {
        guard let place = place(of: occurrence, selector, events, at: now) else { break }
        edges += ages.flatMap { [events.times[place] + $0, events.times[place] + $0 + 1] }
      } else {
        add([selector], ages.flatMap { [$0, $0 + 1] })
      }
    case .regular(let regular, let selector):
      let clock = now.clock
      // Each period with events is looked at until as many later ones have begun.
      let oldest = clock.period(of: now.asOf, regular.unit) - regular.periodCount - 1
      let start = clock.start(ofPeriod: oldest, regular.unit).subtracting(days: 1).microseconds
      let first = events.start(at: start)
      var periods: Set<Int> = []
      for place in first..<max(first, end)
      where events.isMarked(place, selector) {
        periods.insert(
          clock.period(of: Timestamp(microseconds: events.times[place]), regular.unit))
      }
      edges += periods.flatMap { period in
        clock.changes(
          atStartOfDay: clock.firstDay(ofPeriod: period + regular.periodCount, regular.unit)
        ).map(\.microseconds)
      }
    case .sequence(let sequence, let parts):
      add(parts.steps, [sequence.within, sequence.after].compactMap { $0?.microseconds })
    case .trend(let trend, let selector):
      let current = trend.current.microseconds
      add([selector], [current, current + trend.previous.microseconds])
    case .share(let share, let selector, _): add([selector], share.window.edgeLengths)
    }
    let later = edges.filter { $0 > now.asOf.microseconds }
    return later.isStrictlyAscending ? later : Set(later).sorted()
  }
}

extension MarkedEvents {
  /// The place of the event that, on leaving a window, makes comparisons of an aggregate otherwise than they
  /// are; nil for none, and the next one where too many would have to be looked at.
  fileprivate func nextAggregate(
    _ aggregate: EventMeasure.Aggregate, _ column: Int, _ selector: EventSelector,
    in places: Range<Int>, _ comparisons: [Comparison<Double>], at now: EvaluationInstant,
    isUnknown: Bool, _ most: Int
  ) -> Int? {
    func truth(_ value: Double) -> Truth {
      if value.isNaN { return isUnknown ? .unknown : .false }
      return Truth(comparisons.allSatisfy { $0.holds(for: value) })
    }
    switch aggregate {
    case .sum, .average:
      var (sum, left) = self.sum(column, of: selector, in: places, at: now)
      func present() -> Truth {
        truth(aggregate == .sum ? sum.value : left == 0 ? .nan : sum.value / Double(left))
      }
      let before = present()
      var found: Int?
      var looked = 0
      var leaving: Int?
      // Those of one instant leave together.
      forEachNumber(column, selector, in: places) { place, number in
        if let last = leaving, times[last] != times[place] {
          if looked >= most || present() != before {
            found = last
            return false
          }
          looked += 1
        }
        leaving = place
        sum.add(-number)
        left -= 1
        return true
      }
      if let found { return found }
      return looked >= most || present() != before ? leaving : nil
    case .least, .greatest:
      // Newest first: the least or greatest of what is left as an event leaves.
      var extreme = Double.nan
      var leaving: [(place: Int, left: Double)] = []
      var place = places.upperBound
      while let next = last(selector, before: place, at: now), next >= places.lowerBound {
        place = next
        let number = number(next, column)
        if number.isNaN { continue }
        if leaving.last.map({ times[$0.place] != times[next] }) ?? true {
          leaving.append((next, extreme))
        }
        extreme = aggregate == .least ? fmin(extreme, number) : fmax(extreme, number)
      }
      let before = truth(extreme)
      return leaving.reversed().enumerated().first { index, leaving in
        index >= most || truth(leaving.left) != before
      }?.element.place
    }
  }
}

extension EventWindow {
  /// The ages at which events come into the window or leave it.
  fileprivate var edgeLengths: [Int64] {
    switch self {
    case .ever, .range: []
    case .within(let length): [length.microseconds]
    case .ago(let older, let newer): [newer.microseconds, older.microseconds]
    }
  }
}

extension EvaluationInstant {
  /// The same calendar and known events at another instant.
  func moved(to instant: Int64) -> EvaluationInstant {
    EvaluationInstant(asOf: Timestamp(microseconds: instant), clock: clock, known: known)
  }
}

extension [Int64] {
  fileprivate var isStrictlyAscending: Bool { zip(self, dropFirst()).allSatisfy { $0 < $1 } }
}
