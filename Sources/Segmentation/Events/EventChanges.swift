import Engagement
import EventLog

extension EventQuestion {
  /// How many instants are looked at before the next one is given unseen.
  static let mostInstants = 64

  /// The first instant after now at which the leaf changes, if nothing but time happens; nil for never.
  ///
  /// It is exact to the microsecond, but after ``mostInstants`` instants at which windows or periods change
  /// and the leaf does not, the next one is given.
  ///
  /// - Parameter isUnknown: whether the leaf is unknown, and not false, where it is missing.
  func nextChange(
    of events: MarkedEvents, at now: EvaluationInstant, isUnknown: Bool
  ) -> Int64? {
    if selectors.allSatisfy(\.timed.isEmpty) {
      switch self {
      case .did(let selector, .within(let length), .count, let comparisons):
        return nextCount(selector, length, comparisons, events, at: now)
      case .did(_, .ever, _, _), .did(_, .range, _, _): return nil
      case .did(let selector, let window, let measure, let comparisons)
      where comparisons.areLowerBounds && measure.isFalling && window.isOpen:
        // A number that falls and does not reach never will.
        let number = number(measure, of: selector, in: window, events, at: now) ?? .nan
        guard comparisons.allSatisfy({ $0.holds(for: number) }) else { return nil }
      case .didNot(let selector, .within(let length), _):
        return events.latest(selector, in: .within(length), at: now)
          .map { events.times[$0] + length.microseconds }
      case .didNot(_, .ever, _), .didNot(_, .range, _): return nil
      case .regular(let regular, let selector) where now.clock.isUniversal:
        return nextMissedPeriod(regular, selector, events, at: now)
      default: break
      }
    }
    return firstChange(at: edges(of: events, at: now), of: events, now, isUnknown: isUnknown)
  }

  /// The first of some instants, in ascending order, at which the leaf is not what it is now.
  private func firstChange(
    at edges: [Int64], of events: MarkedEvents, _ now: EvaluationInstant, isUnknown: Bool
  ) -> Int64? {
    func truth(_ now: EvaluationInstant) -> Truth {
      holds(for: events, at: now).map { Truth($0) } ?? (isUnknown ? .unknown : .false)
    }
    guard !edges.isEmpty else { return nil }
    let present = truth(now)
    for (count, edge) in edges.enumerated() {
      if count == Self.mostInstants || truth(now.moved(to: edge)) != present { return edge }
    }
    return nil
  }

  /// When a number of events in the latest time falls to where the comparisons are otherwise.
  private func nextCount(
    _ selector: EventSelector, _ length: ExactDuration, _ comparisons: [Comparison<Double>],
    _ events: MarkedEvents, at now: EvaluationInstant
  ) -> Int64? {
    let first = now.asOf.microseconds - length.microseconds + 1
    let most = comparisons.greatestCount
    let end = events.end(at: now.known.microseconds)
    var (oldest, count) = (end, 0)
    var place = end
    while place > 0, count < most {
      place -= 1
      if events.times[place] < first { break }
      if events.isSelected(place, selector, at: now) { (oldest, count) = (place, count + 1) }
    }
    func holds(_ count: Int) -> Bool { comparisons.allSatisfy { $0.holds(for: Double(count)) } }
    let present = holds(count)
    place = oldest
    while place < end {
      let time = events.times[place]
      while place < end, events.times[place] == time {
        if events.isSelected(place, selector, at: now) { count -= 1 }
        place += 1
      }
      if holds(count) != present { return time + length.microseconds }
      // On to the next selected event.
      while place < end, !events.isSelected(place, selector, at: now) { place += 1 }
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
    while place > 0 {
      place -= 1
      guard events.isSelected(place, selector, at: now) else { continue }
      let period = clock.period(of: Timestamp(microseconds: events.times[place]), regular.unit)
      guard period >= oldest else { return nil }
      guard period != last else { continue }
      run = regular.isConsecutive && last != period + 1 ? 1 : run + 1
      last = period
      if run == regular.leastActive {
        return clock.start(ofPeriod: period + regular.periodCount, regular.unit).microseconds
      }
    }
    return nil
  }

  /// The instants after now at which the leaf may change, ascending.
  private func edges(of events: MarkedEvents, at now: EvaluationInstant) -> [Int64] {
    let known = now.known.microseconds
    let end = events.end(at: known)
    var edges = timedEdges(events, at: now)
    func add(_ selectors: [EventSelector], _ lengths: [Int64]) {
      guard let longest = lengths.max() else { return }
      let present = now.asOf.microseconds
      let first = events.start(at: present - longest)
      for place in first..<max(first, end) {
        let time = events.times[place]
        // A test of a date may select it later.
        guard
          selectors.contains(where: { selector in
            selector.timed.isEmpty
              ? events.isSelected(place, selector, at: now)
              : events.marks(place, word: selector.word) & selector.mask != 0
          })
        else { continue }
        for length in lengths where time + length > present { edges.append(time + length) }
      }
    }
    switch self {
    case .did(let selector, let window, _, _), .didNot(let selector, let window, _):
      add([selector], window.edgeLengths)
    case .occurrence(let occurrence, let selector, _):
      // An age that is exactly the limit is on one side of it, a microsecond more on the other.
      let ages = occurrence.age.flatMap { $0.map(\.microseconds).operands }
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
      where events.marks(place, word: selector.word) & selector.mask != 0 {
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

extension EventQuestion.Measure {
  /// True for numbers that only fall as events leave.
  fileprivate var isFalling: Bool {
    switch self {
    case .count, .distinctPeriods, .distinctKeys: true
    case .aggregate(let aggregate, _, _): aggregate == .greatest
    }
  }
}

extension EventWindow {
  /// True where events leave the window, and none comes into it but new ones.
  fileprivate var isOpen: Bool {
    if case .within = self { true } else { false }
  }

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
