import Engagement
import EventLog

/// What leaves ask about: leaves that ask about the same thing decide one another.
enum RuleVariable: Hashable, Sendable {
  case attribute(String)
  case feature(FeatureDefinition)
  case score(String)
  /// The number of matching events in a window.
  case count(CountedEvents)
  /// Another number of them; nil for events that have none to measure.
  case measure(CountedEvents, EventMeasure)
  case list(String)
  case label(model: String)
  /// A leaf of which no more is known than that it has a truth.
  case opaque(Leaf.Question)
}

/// Events of some kinds, in a window.
struct CountedEvents: Hashable, Sendable {
  let names: Set<String>
  /// By what is asked, not by where it stands.
  let conditions: Set<FieldCondition>
  let window: EventWindow

  struct FieldCondition: Hashable, Sendable {
    let field: EventField
    let tests: [FieldTest]
  }

  init(_ selection: EventSelection, _ window: EventWindow) {
    names = Set(selection.names)
    conditions = Set(
      selection.conditions.map { FieldCondition(field: $0.field, tests: $0.tests) })
    self.window = window
  }

  /// Whether every event among these is among others, too.
  func isPart(of other: CountedEvents) -> Bool {
    (other.names.contains("*") || names.isSubset(of: other.names))
      && conditions.isSuperset(of: other.conditions) && window.isPart(of: other.window)
  }
}

extension EventWindow {
  /// Whether the window lies in another one at every as-of time.
  fileprivate func isPart(of other: EventWindow) -> Bool {
    switch (self, other) {
    case (_, .ever): true
    case (.within(let own), .within(let other)): own <= other
    case (.ago(let older, _), .within(let other)): older <= other
    case (.ago(let older, let newer), .ago(let otherOlder, let otherNewer)):
      older <= otherOlder && newer >= otherNewer
    case (.range(let since, let until), .range(let otherSince, let otherUntil)):
      (otherSince.map { limit in since.map { $0 >= limit } ?? false } ?? true)
        && (otherUntil.map { limit in until.map { $0 <= limit } ?? false } ?? true)
    default: false
    }
  }
}

/// The values that a variable can have, in cells: within one of them no leaf tells two apart.
enum VariableCells: Sendable {
  /// Whole numbers from the first to the second of each.
  case counts([(low: Double, high: Double)])
  /// A number that stands for those beside it; NaN for a missing one.
  case numbers([Double])
  case attribute([AttributeCell])
  /// A label that is asked for, or another one, or none.
  case labels([String?])
  /// No, missing and yes.
  case truths

  var count: Int {
    switch self {
    case .counts(let cells): cells.count
    case .numbers(let cells): cells.count
    case .attribute(let cells): cells.count
    case .labels(let cells): cells.count
    case .truths: 3
    }
  }

  /// Cells of whole numbers from 0 on.
  static func counts(comparedWith comparisons: [Comparison<Double>]) -> VariableCells {
    // A cell begins at each whole number that an end is or follows.
    var starts: Set<Double> = [0]
    for end in comparisons.flatMap(\.operands) where end.isFinite {
      for start in [end.rounded(.up), end.rounded(.down) + 1] where start > 0 {
        starts.insert(start)
      }
    }
    let sorted = starts.sorted()
    return .counts(
      sorted.indices.map {
        (sorted[$0], $0 + 1 < sorted.count ? sorted[$0 + 1] - 1 : .infinity)
      })
  }

  /// Cells of numbers in a range, and a missing one.
  static func numbers(
    comparedWith comparisons: [Comparison<Double>], in range: ClosedRange<Double>,
    mayBeMissing: Bool
  ) -> VariableCells {
    let ends = comparisons.flatMap(\.operands) + [range.lowerBound, range.upperBound]
    let values = representatives(ends).filter(range.contains)
    return .numbers(values + (mayBeMissing ? [.nan] : []))
  }

  /// The ends, and a number between and beyond them.
  static func representatives(_ ends: [Double]) -> [Double] {
    let sorted = Set(ends.filter(\.isFinite)).sorted()
    guard let first = sorted.first, let last = sorted.last else { return [0] }
    let between = zip(sorted, sorted.dropFirst()).flatMap { [$0, $0 + ($1 - $0) / 2] }
    return [first - 1] + between + [last, last + 1]
  }
}
