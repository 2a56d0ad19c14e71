import EventLog

/// The events of one member, oldest first: instants, marks and cells.
struct MarkedEvents: Sendable {
  /// A cell without a key or a date.
  static let missing = Int.min
  /// From so many events on, those of each selection are listed.
  static let leastListed = 64

  let wordCount: Int
  let columnCount: Int
  private(set) var times: [Int64] = []
  private var marks: [UInt64] = []
  private var cells: [Int] = []
  /// The instant that is looked at, and the place of the first event later than it.
  private var present = (instant: Int64.min, end: 0)
  /// For each bit the places of the events that have it, where there are many events.
  private var lists: [[Int32]] = []
  /// Sums that are kept up; they hold as long as events only come at the end.
  var rolledSums: [RolledSum] = []

  init(_ index: EventIndex) {
    wordCount = index.wordCount
    columnCount = index.columns.count
  }

  var count: Int { times.count }

  /// Adds an event; those of one instant have no order.
  mutating func insert(_ event: MarkedEvent) {
    var place = times.count
    while place > 0, times[place - 1] > event.time { place -= 1 }
    if event.time <= present.instant { present.end += 1 }
    if place == times.count {
      times.append(event.time)
      marks += event.marks
      cells += event.cells
      if !lists.isEmpty { list(place) }
    } else {
      times.insert(event.time, at: place)
      marks.insert(contentsOf: event.marks, at: place * wordCount)
      cells.insert(contentsOf: event.cells, at: place * columnCount)
      lists = []
      rolledSums = []
    }
    if lists.isEmpty, times.count >= Self.leastListed { listAll() }
  }

  /// Adds an event that is not earlier than the others, and whose cells are missing; to be followed by
  /// ``listIfMany()``.
  mutating func append(at time: Int64, marks: ArraySlice<UInt64>) {
    times.append(time)
    for word in marks { self.marks.append(word) }
    for _ in 0..<columnCount { cells.append(Self.missing) }
  }

  mutating func markLast(_ bit: Int) {
    marks[marks.count - wordCount + bit / 64] |= 1 << UInt64(bit % 64)
  }

  mutating func setLast(_ column: Int, to cell: Int) {
    cells[cells.count - columnCount + column] = cell
  }

  /// Lists the events of each selection where there are many.
  mutating func listIfMany() {
    if times.count >= Self.leastListed { listAll() }
  }

  /// Removes all events.
  mutating func removeAll() {
    times.removeAll(keepingCapacity: true)
    marks.removeAll(keepingCapacity: true)
    cells.removeAll(keepingCapacity: true)
    lists = []
    rolledSums = []
    restart()
  }

  /// Whether there are so many events that those of each selection are listed.
  var isListed: Bool { !lists.isEmpty }

  private mutating func listAll() {
    lists = Array(repeating: [], count: 64 * wordCount)
    for place in times.indices { list(place) }
  }

  private mutating func list(_ place: Int) {
    for word in 0..<wordCount {
      var bits = marks[place * wordCount + word]
      while bits != 0 {
        lists[word * 64 + bits.trailingZeroBitCount].append(Int32(place))
        bits &= bits - 1
      }
    }
  }

  /// Goes on to an instant that is looked at.
  mutating func advance(to instant: Int64) {
    if instant < present.instant { present.end = 0 }
    present.instant = instant
    while present.end < times.count, times[present.end] <= instant { present.end += 1 }
  }

  /// Goes back to before all events.
  mutating func restart() { present = (.min, 0) }

  /// The place of the first event later than an instant.
  func end(at instant: Int64) -> Int {
    if instant == present.instant { return present.end }
    if let last = times.last, last <= instant { return times.count }
    return times.partitioningPlace { $0 > instant }
  }

  /// The place of the first event at or after an instant.
  func start(at instant: Int64) -> Int {
    if instant == .min { return 0 }
    return times.partitioningPlace { $0 >= instant }
  }

  /// A word of an event's marks.
  func marks(_ place: Int, word: Int) -> UInt64 { marks[place * wordCount + word] }

  func cell(_ place: Int, _ column: Int) -> Int { cells[place * columnCount + column] }

  /// A cell that holds a number.
  static func cell(_ number: Double) -> Int { Int(Int64(bitPattern: number.bitPattern)) }

  /// The number in a cell, NaN where there is none.
  func number(_ place: Int, _ column: Int) -> Double {
    Double(bitPattern: UInt64(bitPattern: Int64(cells[place * columnCount + column])))
  }
}

// MARK: - Selected events

extension MarkedEvents {
  /// Whether a selector selects an event now.
  func isSelected(_ place: Int, _ selector: EventSelector, at now: EvaluationInstant) -> Bool {
    isMarked(place, selector) && (selector.timed.isEmpty || passes(place, selector.timed, at: now))
  }

  /// Whether a selector selects an event now, or may at another time.
  func isMarked(_ place: Int, _ selector: EventSelector) -> Bool {
    marks[place * wordCount + selector.word] & selector.mask != 0
  }

  private func passes(
    _ place: Int, _ timed: [EventSelector.TimedTests], at now: EvaluationInstant
  ) -> Bool {
    timed.allSatisfy { timed in
      let date = cell(place, timed.column)
      guard date != Self.missing else { return false }
      let value = FieldValue.time(Timestamp(microseconds: Int64(date)))
      return timed.tests.allSatisfy { $0.holds(for: value, at: now) }
    }
  }

  /// The last selected event before a place, or nil.
  func last(_ selector: EventSelector, before place: Int, at now: EvaluationInstant) -> Int? {
    if lists.isEmpty {
      var place = place
      while place > 0 {
        place -= 1
        if isSelected(place, selector, at: now) { return place }
      }
      return nil
    }
    let list = lists[selector.bit]
    var index = list.partitioningPlace { Int($0) >= place }
    while index > 0 {
      index -= 1
      let place = Int(list[index])
      if selector.timed.isEmpty || passes(place, selector.timed, at: now) { return place }
    }
    return nil
  }

  /// The first event at or behind a place and before an end that a selector selects, now or at another time.
  func firstMarked(_ selector: EventSelector, from place: Int, before end: Int) -> Int? {
    if lists.isEmpty {
      return place < end ? (place..<end).first { isMarked($0, selector) } : nil
    }
    let list = lists[selector.bit]
    let index = list.partitioningPlace { Int($0) >= place }
    guard index < list.count, Int(list[index]) < end else { return nil }
    return Int(list[index])
  }

  /// The first selected event at or behind a place and before an end, or nil.
  func first(
    _ selector: EventSelector, from place: Int, before end: Int, at now: EvaluationInstant
  ) -> Int? {
    if lists.isEmpty {
      var place = place
      while place < end {
        if isSelected(place, selector, at: now) { return place }
        place += 1
      }
      return nil
    }
    let list = lists[selector.bit]
    var index = list.partitioningPlace { Int($0) >= place }
    while index < list.count, Int(list[index]) < end {
      let place = Int(list[index])
      if selector.timed.isEmpty || passes(place, selector.timed, at: now) { return place }
      index += 1
    }
    return nil
  }

  /// The number of selected events among some, no more than the most that matter are counted; and the oldest
  /// of those counted.
  func count(
    _ selector: EventSelector, in places: Range<Int>, at now: EvaluationInstant,
    upTo most: Int = .max
  ) -> (count: Int, oldest: Int) {
    if selector.timed.isEmpty, !lists.isEmpty {
      let list = lists[selector.bit]
      let start = list.partitioningPlace { Int($0) >= places.lowerBound }
      let end = list.partitioningPlace { Int($0) >= places.upperBound }
      let count = min(end - start, most)
      return (count, count > 0 ? Int(list[end - count]) : places.upperBound)
    }
    var (count, oldest) = (0, places.upperBound)
    var place = places.upperBound
    while place > places.lowerBound, count < most {
      place -= 1
      if isSelected(place, selector, at: now) { (count, oldest) = (count + 1, place) }
    }
    return (count, oldest)
  }
}

/// An event's instant, marks and cells.
struct MarkedEvent: Sendable {
  var time: Int64
  var marks: [UInt64]
  var cells: [Int]
}

extension Array {
  /// The first place at which a test holds that holds at all later ones, too.
  func partitioningPlace(_ holds: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
