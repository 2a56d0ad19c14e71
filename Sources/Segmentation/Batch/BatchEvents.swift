import Engagement
import EventLog

/// The events of one member after the other, and what leaves find in them.
struct BatchEvents: ~Copyable {
  private(set) var places: MemberPlaces
  private let clock: Clock
  private let asOf: Int64
  /// Holds what follows.
  private let tables: BatchTables
  private let windows: UnsafeBufferPointer<BatchTables.Window>
  private let instants: UnsafeBufferPointer<Int64>
  private let bits: UnsafeBufferPointer<Int>
  /// For each window, where its places begin and end.
  private let starts: UnsafeMutableBufferPointer<Int>
  private let ends: UnsafeMutableBufferPointer<Int>
  private var sum = ExactSum()

  init(_ places: consuming MemberPlaces, _ tables: BatchTables, at now: EvaluationInstant) {
    self.places = places
    self.tables = tables
    windows = tables.windows.elements
    instants = tables.instants.elements
    bits = tables.bits.elements
    clock = now.clock
    asOf = now.asOf.microseconds
    starts = .allocate(capacity: tables.windows.elements.count)
    ends = .allocate(capacity: tables.windows.elements.count)
  }

  deinit {
    starts.deallocate()
    ends.deallocate()
  }

  /// Goes on to the events at some positions of the history, oldest first.
  mutating func load(_ positions: UnsafeBufferPointer<Int32>, of history: EventHistory) {
    places.load(positions, of: history)
    let newest = places.count > 0 ? places.times[places.count - 1] : .min
    for (index, window) in windows.enumerated() {
      let start = places.start(at: window.first)
      let end = window.last >= newest ? places.count : places.start(at: window.last + 1)
      (starts[index], ends[index]) = (start, max(start, end))
    }
  }

  private func range(_ window: Int) -> Range<Int> {
    Range(uncheckedBounds: (starts[window], ends[window]))
  }

  /// Whether what is looked at holds; nil where it is missing.
  mutating func holds(_ look: BatchLook) -> Bool? {
    switch look {
    case .count(let bit, let window, let counts):
      return counts.contains(Double(places.count(bit, in: range(window))))
    case .periods(let unit, let bit, let window, let counts):
      return counts.contains(Double(periodCount(unit, bit, in: range(window))))
    case .aggregate(let aggregate, let bit, let window, let values):
      return self.value(aggregate, bit, in: range(window)).map { values.contains($0) }
    case .absence(let bit, let window, let afterEver):
      return places.last(bit, in: range(window)) == nil
        && (!afterEver || places.last(bit, in: 0..<places.count) != nil)
    case .occurrence(let occurrence): return holds(occurrence)
    case .regular(let regular): return holds(regular)
    case .sequence(let sequence): return holds(sequence)
    case .trend(let trend):
      let current = places.count(trend.bit, in: range(trend.current))
      let previous = places.count(trend.bit, in: range(trend.previous))
      guard current + previous >= trend.leastCount else { return false }
      guard trend.isRatio else { return trend.values.contains(Double(current - previous)) }
      guard previous > 0 else {
        return current > 0 ? trend.values.contains(.infinity) : nil
      }
      let ratio =
        Double(current) * trend.currentFactor / (Double(previous) * trend.previousFactor)
      return trend.values.contains(ratio)
    case .share(let share):
      let all = places.count(share.bit, in: range(share.window))
      guard all >= share.leastCount else { return false }
      guard all > 0 else { return nil }
      let part = places.count(share.part, in: range(share.window))
      return share.shares.contains(Double(part) / Double(all))
    case .number, .segment, .other: preconditionFailure("not a question about events")
    }
  }

  private func holds(_ occurrence: BatchLook.Occurrence) -> Bool? {
    let all = 0..<places.count
    guard
      let place = occurrence.isLast
        ? places.last(occurrence.bit, in: all) : places.first(occurrence.bit, in: all)
    else { return nil }
    let instant = places.times[place]
    guard occurrence.ages.contains(asOf - instant), occurrence.instants.contains(instant) else {
      return false
    }
    guard let having = occurrence.having else { return true }
    // Any of the events at that one instant, so that their order in the file does not matter.
    var tied = places.start(at: instant)
    while tied < places.count, places.times[tied] == instant {
      if places.isSelected(tied, having) { return true }
      tied += 1
    }
    return false
  }

  /// The number of periods that have selected events, newest first.
  private func periodCount(_ unit: RegularActivity.Unit, _ bit: Int, in range: Range<Int>) -> Int {
    var count = 0
    var end = range.upperBound
    while end > range.lowerBound, let last = places.last(bit, in: range.lowerBound..<end) {
      count += 1
      // Others of the period say no more.
      let period = clock.period(of: Timestamp(microseconds: places.times[last]), unit)
      end = places.start(at: clock.start(ofPeriod: period, unit).microseconds)
    }
    return count
  }

  private func holds(_ regular: BatchLook.Regular) -> Bool {
    let starts = instants
    var (active, period, end) = (0, 0, places.count)
    while end > 0, let last = places.last(regular.bit, in: 0..<end) {
      let previous = period
      while period < regular.periodCount, starts[regular.firstStart + period] > places.times[last] {
        period += 1
      }
      guard period < regular.periodCount else { return false }
      active = regular.isConsecutive && period > previous + 1 ? 1 : active + 1
      if active >= regular.leastActive { return true }
      end = places.start(at: starts[regular.firstStart + period])
    }
    return regular.leastActive <= 0
  }

  /// Backwards in time, the earliest that the steps from each one on can be complete.
  private func holds(_ sequence: BatchLook.Sequence) -> Bool {
    var range = range(sequence.window)
    if let without = sequence.without, let last = places.last(without, in: 0..<places.count) {
      // The first event is no earlier than the last forbidden one.
      let start = min(range.upperBound, places.start(at: places.times[last]))
      range = max(range.lowerBound, start)..<range.upperBound
    }
    let steps = UnsafeBufferPointer(
      rebasing: bits[sequence.firstStep..<sequence.firstStep + sequence.stepCount])
    for bit in steps where places.last(bit, in: range) == nil { return false }
    if steps.count == 1 { return true }
    return withUnsafeTemporaryAllocation(of: Int64.self, capacity: 2 * steps.count) { times in
      // What is complete before, and with, the events of an instant, which cannot follow each other.
      times.initialize(repeating: .max)
      let last = steps.count - 1
      var place = range.upperBound
      while place > range.lowerBound {
        let instant = places.times[place - 1]
        while place > range.lowerBound, places.times[place - 1] == instant {
          place -= 1
          for step in 0...last where places.isSelected(place, steps[step]) {
            let end = step == last ? instant : times[step + 1]
            guard end < .max else { continue }
            if step == 0, end - instant <= sequence.longest { return true }
            times[steps.count + step] = end
          }
        }
        for step in 0...last { times[step] = times[steps.count + step] }
      }
      return false
    }
  }

  /// A measure of the values of selected events, nil where it is missing.
  private mutating func value(
    _ aggregate: EventMeasure.Aggregate, _ bit: Int, in range: Range<Int>
  ) -> Double? {
    let values = places.values
    var (count, least, greatest) = (0, Double.infinity, -Double.infinity)
    switch aggregate {
    case .sum, .average:
      var sum = ExactSum()
      swap(&sum, &self.sum)
      sum.reset()
      places.forEach(bit, in: range) { place in
        guard !values[place].isNaN else { return }
        sum.add(values[place])
        count += 1
      }
      let total = sum.value
      swap(&sum, &self.sum)
      if aggregate == .sum { return total }
      return count > 0 ? total / Double(count) : nil
    case .least:
      places.forEach(bit, in: range) { least = min(least, values[$0]) }
      return least < .infinity ? least : nil
    case .greatest:
      places.forEach(bit, in: range) { greatest = max(greatest, values[$0]) }
      return greatest > -.infinity ? greatest : nil
    }
  }
}
