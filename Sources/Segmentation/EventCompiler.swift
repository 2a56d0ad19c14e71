import Engagement
import EventLog

/// Resolves event types and properties against a history.
struct EventCompiler {
  let history: EventHistory
  let settings: EngagementSettings

  /// Tests that do not come and go by themselves need the calendar alone.
  private var now: EvaluationInstant {
    EvaluationInstant(asOf: Timestamp(microseconds: 0), clock: settings.clock)
  }

  /// For each event type, whether one of some names is, or has, it.
  func isSelected(_ names: [String]) -> [Bool] {
    var isSelected = [Bool](repeating: false, count: history.types.count)
    for name in names {
      for (type, matches) in settings.selection(of: name, in: history.types).enumerated()
      where matches {
        isSelected[type] = true
      }
    }
    return isSelected
  }

  func test(_ condition: EventFieldCondition) -> CompiledEventTest {
    let tests = condition.tests
    let now = now
    let holds: (FieldValue) -> Bool = { value in
      tests.allSatisfy { $0.holds(for: value, at: now) }
    }
    let reading: CompiledEventTest.Reading
    switch condition.field {
    case .value: reading = .value(tests, now)
    case .type:
      reading = .codes(
        history.typeIndices, holds: history.types.strings.map { holds(.exact($0)) })
    case .target:
      // A community has many ids, and few of them may be targets.
      var answers = [Bool](repeating: false, count: history.memberIDs.count)
      for target in Set(history.targetIndices) where target >= 0 {
        answers[Int(target)] = holds(.exact(history.memberIDs[Int(target)]))
      }
      reading = .codes(history.targetIndices, holds: answers)
    case .property(let name):
      let codes = history.properties[name]?.codes ?? []
      let values = (history.properties[name]?.values ?? []).map { FieldValue($0) }
      reading = .codes(codes, holds: values.map(holds))
    }
    return CompiledEventTest(reading: reading, holdsWhereMissing: holds(.missing))
  }

  func key(_ field: EventField) -> CompiledKey {
    switch field {
    case .value: return .value
    case .type: return .codes(history.typeIndices, canonical: identity(history.types.count))
    case .target:
      return .codes(history.targetIndices, canonical: identity(history.memberIDs.count))
    case .property(let name):
      let column = history.properties[name]
      // Numbers written differently (1 and 1.0) are one; texts are as many as their bytes are.
      var firstOfNumber: [Double: Int32] = [:]
      let canonical = (column?.values ?? []).enumerated().map { code, value -> Int32 in
        guard case .number(let number) = value else { return Int32(code) }
        if let first = firstOfNumber[number] { return first }
        firstOfNumber[number] = Int32(code)
        return Int32(code)
      }
      return .codes(column?.codes ?? [], canonical: canonical)
    }
  }

  private func identity(_ count: Int) -> [Int32] { (0..<count).map { Int32($0) } }

  func number(_ field: EventField) -> CompiledNumber {
    guard case .property(let name) = field else { return .value }
    let column = history.properties[name]
    return .codes(
      column?.codes ?? [],
      numbers: (column?.values ?? []).map { value in
        guard case .number(let number) = value else { return .nan }
        return number
      })
  }
}
