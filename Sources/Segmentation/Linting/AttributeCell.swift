import Engagement
import EventLog

/// A value that an attribute can have, standing for all that no test tells from it.
struct AttributeCell: Sendable {
  /// What is compared as it is.
  let value: FieldValue
  /// The age of a date, in microseconds.
  var age: Int64?
  var instant: Timestamp?
  /// Answers to tests that the value does not decide.
  var answers: [FieldTest: Bool] = [:]

  func holds(_ test: FieldTest) -> Bool {
    if let answer = answers[test] { return answer }
    switch test {
    case .olderThan(let duration): return age.map { $0 >= duration.microseconds } ?? false
    case .newerThan(let duration): return age.map { $0 < duration.microseconds } ?? false
    case .instant(let comparison): return instant.map(comparison.holds) ?? false
    default: return test.holds(for: value, at: Self.anyInstant)
    }
  }

  var isMissing: Bool {
    if case .missing = value { return true }
    return false
  }

  /// What is left to look at does not depend on it.
  private static let anyInstant = EvaluationInstant(
    asOf: Timestamp(microseconds: 0), clock: Clock.utc)

  /// The cells of an attribute of unknown type, given all tests that rules make of it; nil where they
  /// would be too many.
  static func cells(_ tests: [FieldTest]) -> [AttributeCell]? {
    let tests = Array(Set(tests))
    let literals = tests.flatMap(\.literals)
    let listTests = tests.filter(\.isOfLists)
    let textTests = tests.filter(\.isOfText)
    let dateTests = tests.filter(\.isOfDates)
    // What a list's other items hold, and which texts are dates, is anybody's guess.
    guard textTests.count <= 6, listTests.isEmpty || textTests.isEmpty,
      dateTests.isEmpty || (textTests.isEmpty && literals.isEmpty)
    else { return nil }
    var cells = [AttributeCell(value: .missing)]
    let numbers = VariableCells.representatives(
      tests.flatMap { test in
        if case .number(let comparison) = test { return comparison.operands }
        return []
      } + literals.compactMap(\.number))
    cells += numbers.map { AttributeCell(value: .number($0)) }
    cells += literals.map { AttributeCell(value: .text($0.text)) }
    // Any other text, which may read as a number.
    let equalities = tests.filter(\.isEquality)
    for answers in assignments(of: textTests) {
      for number in [nil] + numbers.map({ Optional($0) }) {
        var answers = answers
        for test in equalities { answers[test] = test.holdsWhereMissing }
        for test in tests {
          if case .number(let comparison) = test {
            answers[test] = number.map(comparison.holds) ?? false
          }
        }
        cells.append(AttributeCell(value: .text("\u{0}"), answers: answers))
      }
    }
    if !listTests.isEmpty {
      let items = Array(Set(literals.map(\.foldedText)))
      guard items.count <= 6 else { return nil }
      for subset in 0..<1 << items.count {
        let chosen = items.indices.filter { subset >> $0 & 1 == 1 }.map { items[$0] }
        cells.append(AttributeCell(value: .list(chosen)))
      }
    }
    if !dateTests.isEmpty {
      let ages = VariableCells.representatives(dateTests.flatMap(\.ages).map { Double($0) })
      let instants = VariableCells.representatives(
        dateTests.flatMap(\.instants).map { Double($0.microseconds) })
      for answers in assignments(of: dateTests.filter(\.isAnniversary)) {
        for age in ages where age >= 0 {
          for instant in instants {
            cells.append(
              AttributeCell(
                value: .time(Timestamp(microseconds: Int64(instant))), age: Int64(age),
                instant: Timestamp(microseconds: Int64(instant)), answers: answers))
          }
        }
      }
    }
    return cells.count <= 4096 ? cells : nil
  }

  /// All ways to answer some tests.
  private static func assignments(of tests: [FieldTest]) -> [[FieldTest: Bool]] {
    guard tests.count <= 6 else { return [] }
    return (0..<1 << tests.count).map { bits in
      Dictionary(
        uniqueKeysWithValues: tests.enumerated().map { ($1, bits >> $0 & 1 == 1) })
    }
  }
}

extension FieldTest {
  fileprivate var literals: [Literal] {
    switch self {
    case .isOneOf(let literals), .isNoneOf(let literals), .hasAny(let literals),
      .hasAll(let literals), .hasNone(let literals):
      literals
    default: []
    }
  }

  fileprivate var isEquality: Bool {
    switch self {
    case .isOneOf, .isNoneOf, .hasAny, .hasAll, .hasNone: true
    default: false
    }
  }

  fileprivate var isOfLists: Bool {
    switch self {
    case .hasAny, .hasAll, .hasNone: true
    default: false
    }
  }

  fileprivate var isOfText: Bool {
    switch self {
    case .contains, .doesNotContain, .startsWith, .endsWith, .matches: true
    default: false
    }
  }

  fileprivate var isOfDates: Bool {
    switch self {
    case .instant, .olderThan, .newerThan, .anniversaryWithin: true
    default: false
    }
  }

  fileprivate var isAnniversary: Bool {
    if case .anniversaryWithin = self { return true }
    return false
  }

  fileprivate var ages: [Int64] {
    switch self {
    case .olderThan(let duration), .newerThan(let duration): [duration.microseconds]
    default: []
    }
  }

  fileprivate var instants: [Timestamp] {
    if case .instant(let comparison) = self { return comparison.operands }
    return []
  }
}
