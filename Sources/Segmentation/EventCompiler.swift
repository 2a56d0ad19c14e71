import Engagement
import EventLog

/// Resolves event types and properties against a history.
struct EventCompiler {
  let history: EventHistory
  let settings: EngagementSettings
  let now: EvaluationInstant

  func selection(_ selection: EventSelection) -> CompiledSelection {
    var isSelected = [Bool](repeating: false, count: history.types.count)
    for name in selection.names {
      for (type, matches) in settings.selection(of: name, in: history.types).enumerated()
      where matches {
        isSelected[type] = true
      }
    }
    var tests: [CompiledEventTest] = []
    for condition in selection.conditions {
      if condition.field == .type {
        for type in isSelected.indices where isSelected[type] {
          let value = FieldValue.exact(history.types[type])
          isSelected[type] = condition.tests.allSatisfy { $0.holds(for: value, at: now) }
        }
      } else {
        tests.append(test(condition))
      }
    }
    return CompiledSelection(
      names: selection.names.joined(separator: ", "), isSelected: isSelected, tests: tests)
  }

  func test(_ condition: EventFieldCondition) -> CompiledEventTest {
    let tests = condition.tests
    let holds: (FieldValue) -> Bool = { value in
      tests.allSatisfy { $0.holds(for: value, at: now) }
    }
    let reading: CompiledEventTest.Reading
    switch condition.field {
    case .value: reading = .value(tests)
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
      reading =
        tests.contains(where: \.dependsOnTime)
        ? .timed(codes, values, tests) : .codes(codes, holds: values.map(holds))
    }
    return CompiledEventTest(reading: reading, holdsWhereMissing: holds(.missing))
  }

  func measure(_ measure: EventMeasure) -> CompiledMeasure {
    switch measure {
    case .count: .count
    case .distinct(let key): .distinct(compiled(key))
    case .aggregate(let aggregate, let field):
      .aggregate(aggregate, name: field.name, number(field))
    }
  }

  func compiled(_ key: DistinctKey) -> CompiledKey {
    switch key {
    case .day: return .day(now.clock)
    case .week: return .week(now.clock)
    case .month: return .month(now.clock)
    case .field(.value): return .value
    case .field(.type): return .codes(history.typeIndices, canonical: identity(history.types.count))
    case .field(.target):
      return .codes(history.targetIndices, canonical: identity(history.memberIDs.count))
    case .field(.property(let name)):
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

  private func number(_ field: EventField) -> CompiledNumber {
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
