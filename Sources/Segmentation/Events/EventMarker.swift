import Engagement
import EventLog
import Synchronization

/// Marks events as they come, one by one.
final class EventMarker: Sendable {
  /// What is asked of events of one type.
  private struct TypeNeeds: Sendable {
    var marks: [UInt64]
    var tested: [(bit: Int, conditions: [EventFieldCondition])] = []
    var columns: [Int] = []
  }

  /// What tells the values of a field apart: numbers by their size, texts by their bytes.
  private enum Key: Hashable {
    case number(Double)
    case boolean(Bool)
    case text(ExactText)
  }

  private struct Known: Sendable {
    var types: [ExactText: TypeNeeds] = [:]
    var keys: [Key: Int] = [:]
  }

  private let index: EventIndex
  private let patterns: [[Glob]]
  private let settings: EngagementSettings
  private let known = Mutex(Known())

  init(_ index: EventIndex, settings: EngagementSettings) {
    self.index = index
    self.settings = settings
    patterns = index.selections.map { selection in
      selection.names.flatMap { settings.patterns(of: $0) }
    }
  }

  /// An event's marks and cells.
  func mark(_ event: Event) -> MarkedEvent {
    let needs = known.withLock { known in
      let name = ExactText(text: event.type)
      if let needs = known.types[name] { return needs }
      let needs = self.needs(ofType: event.type)
      known.types[name] = needs
      return needs
    }
    var marked = MarkedEvent(
      time: event.timestamp.microseconds, marks: needs.marks,
      cells: [Int](repeating: MarkedEvents.missing, count: index.columns.count))
    if !needs.tested.isEmpty {
      let now = EvaluationInstant(asOf: event.timestamp, clock: settings.clock)
      for (bit, conditions) in needs.tested
      where conditions.allSatisfy({ $0.holds(for: event, at: now) }) {
        marked.marks[bit / 64] |= 1 << UInt64(bit % 64)
      }
    }
    for column in needs.columns { marked.cells[column] = cell(index.columns[column], of: event) }
    return marked
  }

  private func needs(ofType type: String) -> TypeNeeds {
    var needs = TypeNeeds(marks: [UInt64](repeating: 0, count: index.wordCount))
    for (bit, selection) in index.selections.enumerated()
    where patterns[bit].contains(where: { $0.matches(type) }) {
      if selection.conditions.isEmpty {
        needs.marks[bit / 64] |= 1 << UInt64(bit % 64)
      } else {
        needs.tested.append((bit, selection.conditions))
      }
      for column in selection.columns where !needs.columns.contains(column) {
        needs.columns.append(column)
      }
    }
    return needs
  }

  private func cell(_ column: EventIndex.Column, of event: Event) -> Int {
    switch column {
    case .key(let field):
      let key: Key
      switch event.value(of: field) {
      case .missing, .time, .list: return MarkedEvents.missing
      case .number(let number): key = .number(number)
      case .boolean(let isTrue): key = .boolean(isTrue)
      case .text(let text), .exact(let text): key = .text(ExactText(text: text))
      }
      return known.withLock { known in
        if let code = known.keys[key] { return code }
        known.keys[key] = known.keys.count
        return known.keys.count - 1
      }
    case .number(let field):
      var number = Double.nan
      // Numbers that are written as text are none, as in a column that has other texts, too.
      if case .number(let found) = event.value(of: field) { number = found }
      return MarkedEvents.cell(number)
    case .points(let points):
      var sum = 0.0
      for (name, value) in points.sorted(by: { bytesPrecede($0.key, $1.key) })
      where settings.patterns(of: name).contains(where: { $0.matches(event.type) }) {
        sum += value
      }
      return MarkedEvents.cell(sum)
    case .date(let field):
      guard case .property = field else { return MarkedEvents.missing }
      return event.value(of: field).instant(in: settings.clock).map { Int($0.microseconds) }
        ?? MarkedEvents.missing
    }
  }
}

extension Event {
  /// What a field of the event holds.
  func value(of field: EventField) -> FieldValue {
    switch field {
    case .property(let name): properties[name].map { FieldValue($0) } ?? .missing
    case .value: value.map { .number($0) } ?? .missing
    case .type: .exact(type)
    case .target: targetID.map { .exact($0) } ?? .missing
    }
  }
}

extension EventFieldCondition {
  /// True where all tests hold for the event's field.
  func holds(for event: Event, at now: EvaluationInstant) -> Bool {
    let value = event.value(of: field)
    return tests.allSatisfy { $0.holds(for: value, at: now) }
  }
}
