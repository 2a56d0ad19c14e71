import EventLog

/// The events of one member, oldest first: instants, marks and cells.
struct MarkedEvents: Sendable {
  /// A cell without a key or a date.
  static let missing = Int.min

  let wordCount: Int
  let columnCount: Int
  private(set) var times: [Int64] = []
  private var marks: [UInt64] = []
  private var cells: [Int] = []

  init(_ index: EventIndex) {
    wordCount = index.wordCount
    columnCount = index.columns.count
  }

  var count: Int { times.count }

  /// Adds an event; those of one instant have no order.
  mutating func insert(_ event: MarkedEvent) {
    var place = times.count
    while place > 0, times[place - 1] > event.time { place -= 1 }
    if place == times.count {
      times.append(event.time)
      marks += event.marks
      cells += event.cells
    } else {
      times.insert(event.time, at: place)
      marks.insert(contentsOf: event.marks, at: place * wordCount)
      cells.insert(contentsOf: event.cells, at: place * columnCount)
    }
  }

  mutating func removeAll() {
    times.removeAll(keepingCapacity: true)
    marks.removeAll(keepingCapacity: true)
    cells.removeAll(keepingCapacity: true)
  }

  /// The place of the first event later than an instant.
  func end(at instant: Int64) -> Int {
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

  /// Whether a selector selects an event now.
  func isSelected(_ place: Int, _ selector: EventSelector, at now: EvaluationInstant) -> Bool {
    marks[place * wordCount + selector.word] & selector.mask != 0
      && (selector.timed.isEmpty || passes(place, selector.timed, at: now))
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
}

/// An event's instant, marks and cells.
struct MarkedEvent: Sendable {
  var time: Int64
  var marks: [UInt64]
  var cells: [Int]
}

extension Array where Element == Int64 {
  /// The first place at which a test holds that holds at all later ones, too.
  func partitioningPlace(_ holds: (Int64) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
