import Engagement
import EventLog

/// Marks the events of a history, whose names and values are looked up once.
struct HistoryMarker: Sendable {
  /// What is asked of events of one type.
  private struct TypeNeeds: Sendable {
    /// The marks that every event of the type has.
    var marks: [UInt64]
    /// The selections that ask for more.
    var tested: [(bit: Int, tests: [CompiledEventTest])] = []
    var columns: [Int] = []
  }

  private let index: EventIndex
  private let types: [TypeNeeds]
  private let columns: [ColumnReader]

  private enum ColumnReader: Sendable {
    case key(CompiledKey)
    case number(CompiledNumber)
    /// A code for each event, -1 where missing, and for each code its date.
    case date([Int32], dates: [Int])
    /// The points of each event type.
    case points([Double])

    func cell(_ event: Int, of history: EventHistory) -> Int {
      switch self {
      case .key(let key): return key.key(of: event, in: history) ?? MarkedEvents.missing
      case .number(let number):
        return MarkedEvents.cell(number.number(of: event, in: history) ?? .nan)
      case .date(let codes, let dates):
        guard event < codes.count, codes[event] >= 0 else { return MarkedEvents.missing }
        return dates[Int(codes[event])]
      case .points(let points):
        return MarkedEvents.cell(points[Int(history.typeIndices[event])])
      }
    }
  }

  init(_ index: EventIndex, history: EventHistory, settings: EngagementSettings) {
    let compiler = EventCompiler(history: history, settings: settings)
    var types = [TypeNeeds](
      repeating: TypeNeeds(marks: [UInt64](repeating: 0, count: index.wordCount)),
      count: history.types.count)
    for (bit, selection) in index.selections.enumerated() {
      let isSelected = compiler.isSelected(selection.names)
      let tests = selection.conditions.map { compiler.test($0) }
      for type in types.indices where isSelected[type] {
        if tests.isEmpty {
          types[type].marks[bit / 64] |= 1 << UInt64(bit % 64)
        } else {
          types[type].tested.append((bit, tests))
        }
        for column in selection.columns where !types[type].columns.contains(column) {
          types[type].columns.append(column)
        }
      }
    }
    self.index = index
    self.types = types
    columns = index.columns.map { column in
      switch column {
      case .key(let field): .key(compiler.key(field))
      case .number(let field): .number(compiler.number(field))
      case .date(let field): Self.dates(field, history, settings.clock)
      case .points(let points):
        .points(pointsOfType(points, in: history, settings: settings))
      }
    }
  }

  private static func dates(
    _ field: EventField, _ history: EventHistory, _ clock: Clock
  ) -> ColumnReader {
    guard case .property(let name) = field, let column = history.properties[name] else {
      return .date([], dates: [])
    }
    return .date(
      column.codes,
      dates: column.values.map { value in
        FieldValue(value).instant(in: clock).map { Int($0.microseconds) } ?? MarkedEvents.missing
      })
  }

  /// The marked events of a member.
  func events(_ positions: some Sequence<Int32>, of history: EventHistory) -> MarkedEvents {
    var events = MarkedEvents(index)
    var event = MarkedEvent(
      time: 0, marks: [], cells: [Int](repeating: MarkedEvents.missing, count: columns.count))
    for position in positions {
      let position = Int(position)
      let needs = types[Int(history.typeIndices[position])]
      event.time = history.timestamps[position]
      event.marks = needs.marks
      for (bit, tests) in needs.tested
      where tests.allSatisfy({ $0.holds(for: position, of: history) }) {
        event.marks[bit / 64] |= 1 << UInt64(bit % 64)
      }
      for column in needs.columns {
        event.cells[column] = columns[column].cell(position, of: history)
      }
      events.insert(event)
    }
    return events
  }
}
