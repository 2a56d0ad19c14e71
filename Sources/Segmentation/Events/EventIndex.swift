import Engagement
import EventLog

/// What the leaves of a project ask of events, numbered: each selection is a bit of an event's marks, each
/// field that is more than tested a cell.
///
/// An event is looked at once, when it comes; leaves then look at marks and cells, whichever way the
/// events were read.
struct EventIndex: Sendable {
  /// The selections, by bit; tests that come and go by themselves are left out of them.
  private(set) var selections: [Selection] = []
  /// The fields, by cell.
  private(set) var columns: [Column] = []
  private var positionOfSelection: [SelectionKey: Int] = [:]

  /// A selection, and the cells that are asked for of its events.
  struct Selection: Sendable {
    let names: [String]
    let conditions: [EventFieldCondition]
    fileprivate(set) var columns: [Int] = []
  }

  /// What is kept of an event's field.
  enum Column: Sendable, Hashable {
    /// What tells it apart, a number.
    case key(EventField)
    /// Its number.
    case number(EventField)
    /// The date that it is.
    case date(EventField)
    /// The points that its type has.
    case points([String: Double])
  }

  /// Selections of the same events are one, wherever they are written.
  private struct SelectionKey: Hashable {
    let names: [String]
    let fields: [EventField]
    let tests: [[FieldTest]]
  }

  /// The 64-bit words of an event's marks.
  var wordCount: Int { max(1, (selections.count + 63) / 64) }

  /// The marks of all of some selectors.
  func marks(of selectors: [EventSelector]) -> [UInt64] {
    var marks = [UInt64](repeating: 0, count: wordCount)
    for selector in selectors { marks[selector.word] |= selector.mask }
    return marks
  }

  /// The number of a selection's bit.
  mutating func selector(_ selection: EventSelection, and more: [EventFieldCondition] = [])
    -> EventSelector
  {
    var fixed: [EventFieldCondition] = []
    var timed: [EventSelector.TimedTests] = []
    for condition in selection.conditions + more {
      let parts = condition.tests.filter(\.dependsOnTime)
      if !parts.isEmpty {
        timed.append(EventSelector.TimedTests(column: column(.date(condition.field)), tests: parts))
      }
      let rest = condition.tests.filter { !$0.dependsOnTime }
      if !rest.isEmpty {
        fixed.append(
          EventFieldCondition(field: condition.field, tests: rest, position: condition.position))
      }
    }
    let key = SelectionKey(
      names: selection.names, fields: fixed.map(\.field), tests: fixed.map(\.tests))
    let bit = positionOfSelection[key] ?? selections.count
    if bit == selections.count {
      positionOfSelection[key] = bit
      selections.append(Selection(names: selection.names, conditions: fixed))
    }
    for test in timed { need(test.column, ofBit: bit) }
    return EventSelector(
      names: selection.names == ["*"] ? "event" : selection.names.joined(separator: ", "), bit: bit,
      timed: timed)
  }

  /// The number of a cell that is asked for of a selection's events.
  mutating func column(_ column: Column, of selectors: EventSelector...) -> Int {
    let position = self.column(column)
    for selector in selectors { need(position, ofBit: selector.bit) }
    return position
  }

  private mutating func column(_ column: Column) -> Int {
    if let position = columns.firstIndex(of: column) { return position }
    columns.append(column)
    return columns.count - 1
  }

  private mutating func need(_ column: Int, ofBit bit: Int) {
    if !selections[bit].columns.contains(column) { selections[bit].columns.append(column) }
  }
}

/// A selection of events by their marks.
struct EventSelector: Sendable {
  /// Tests of a date that come and go by themselves.
  struct TimedTests: Sendable {
    let column: Int
    let tests: [FieldTest]
  }

  /// The names as written, for reading; `event` where all are selected.
  let names: String
  let bit: Int
  let timed: [TimedTests]
  let isTimed: Bool
  /// The place of the bit.
  let word: Int
  let mask: UInt64

  init(names: String, bit: Int, timed: [TimedTests]) {
    self.names = names
    self.bit = bit
    self.timed = timed
    isTimed = !timed.isEmpty
    word = bit / 64
    mask = 1 << UInt64(bit % 64)
  }
}
