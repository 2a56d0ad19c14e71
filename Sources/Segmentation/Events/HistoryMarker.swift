import Engagement
import EventLog

/// Marks the events of a history, whose names and values are looked up once.
struct HistoryMarker: Sendable {
  /// What is asked of events of one type beside the marks that all of them have.
  private final class TypeNeeds: Sendable {
    /// The selections that ask for more.
    let tested: [(bit: Int, tests: [CompiledEventTest])]
    let columns: [Int]

    init(tested: [(bit: Int, tests: [CompiledEventTest])], columns: [Int]) {
      self.tested = tested
      self.columns = columns
    }
  }

  private let index: EventIndex
  /// The marks that every event of a type has, type by type.
  private let marks: [UInt64]
  /// Nil for types of which nothing more is asked.
  private let needs: [TypeNeeds?]
  private let columns: [ColumnReader]
  /// The same selections for loops over many members.
  let table: MarkTable

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
    let words = index.wordCount
    var marks = [UInt64](repeating: 0, count: history.types.count * words)
    var tested = [[(bit: Int, tests: [CompiledEventTest])]](
      repeating: [], count: history.types.count)
    var wanted = [Set<Int>](repeating: [], count: history.types.count)
    for (bit, selection) in index.selections.enumerated() {
      let isSelected = compiler.isSelected(selection.names)
      let tests = selection.conditions.map { compiler.test($0) }
      for type in isSelected.indices where isSelected[type] {
        if tests.isEmpty {
          marks[type * words + bit / 64] |= 1 << UInt64(bit % 64)
        } else {
          tested[type].append((bit, tests))
        }
        wanted[type].formUnion(selection.columns)
      }
    }
    self.index = index
    self.marks = marks
    table = MarkTable(
      bits: (0..<history.types.count).map { type in
        index.selections.indices.filter { bit in
          marks[type * words + bit / 64] >> UInt64(bit % 64) & 1 == 1
        }
      }, tests: tested, selectionCount: index.selections.count)
    needs = zip(tested, wanted).map { tested, columns in
      tested.isEmpty && columns.isEmpty
        ? nil : TypeNeeds(tested: tested, columns: columns.sorted())
    }
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

  /// Whether a cell is the event's value.
  func isValue(_ column: Int) -> Bool {
    if case .number(.value) = columns[column] { true } else { false }
  }

  /// The marked events of a member.
  func events(_ positions: ArraySlice<Int32>, of history: EventHistory) -> MarkedEvents {
    var events = MarkedEvents(index)
    fill(&events, with: positions, of: history)
    return events
  }

  /// Events without any, to be filled.
  var none: MarkedEvents { MarkedEvents(index) }

  /// Puts a member's events, oldest first, in the place of others.
  func fill(
    _ events: inout MarkedEvents, with positions: ArraySlice<Int32>, of history: EventHistory
  ) {
    events.removeAll()
    let words = index.wordCount
    for position in positions {
      let position = Int(position)
      let type = Int(history.typeIndices[position])
      events.append(
        at: history.timestamps[position], marks: marks[type * words..<(type + 1) * words])
      guard let needs = needs[type] else { continue }
      for (bit, tests) in needs.tested
      where tests.allSatisfy({ $0.holds(for: position, of: history) }) {
        events.markLast(bit)
      }
      for column in needs.columns {
        events.setLast(column, to: columns[column].cell(position, of: history))
      }
    }
    events.listIfMany()
  }
}
