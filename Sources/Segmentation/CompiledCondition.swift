import Engagement
import EventLog

/// A segment whose names are resolved against one community and one instant.
struct CompiledSegment: Sendable {
  let definition: SegmentDefinition
  let condition: CompiledCondition
}

/// A condition whose names are resolved.
indirect enum CompiledCondition: Sendable {
  case all([CompiledCondition])
  case any([CompiledCondition])
  case none([CompiledCondition])
  case not(CompiledCondition)
  case atLeast(Int, [CompiledCondition])
  case leaf(CompiledLeaf)
}

/// A leaf whose names are resolved.
final class CompiledLeaf: Sendable {
  indirect enum Question: Sendable {
    case attribute(AttributeReader, [FieldTest])
    case events(EventQuestion)
    case number(name: String, NumberSource, [Comparison<Double>])
    /// The segment's position in the file.
    case segment(Int, isMember: Bool)
    /// What only a replayed timeline can tell.
    case remembered
    /// For each row, the label and whether its segment is one that is asked for.
    case cluster([LearnedLabel?], isWanted: [Bool], [Comparison<Double>])
    /// The entries of the community's rows, and when the list ends.
    case list([Int: [ListEntry]], expires: [Timestamp])
    case pattern(CompiledPattern)
  }

  let question: Question
  let isUnknownIfMissing: Bool
  let written: String

  init(question: Question, isUnknownIfMissing: Bool, written: String) {
    self.question = question
    self.isUnknownIfMissing = isUnknownIfMissing
    self.written = written
  }
}

/// A feature or a score, NaN where missing.
struct NumberSource: Sendable {
  /// A value for each row, as of the instant that the rules were prepared for.
  let values: [Double]
  let asOf: Timestamp
  /// The same at any time; nil where the values were given and the events were not.
  let timeline: NumberTimeline?
}

/// Tests of one field of events, evaluated once for each distinct value where those are few.
struct CompiledEventTest: Sendable {
  enum Reading: Sendable {
    /// A code for each event, and the answer for each code.
    case codes([Int32], holds: [Bool])
    case value([FieldTest], EvaluationInstant)
  }

  let reading: Reading
  let holdsWhereMissing: Bool

  func holds(for event: Int, of history: EventHistory) -> Bool {
    switch reading {
    case .codes(let codes, let holds):
      guard event < codes.count, codes[event] >= 0 else { return holdsWhereMissing }
      return holds[Int(codes[event])]
    case .value(let tests, let now):
      let value = history.values[event]
      guard !value.isNaN else { return holdsWhereMissing }
      return tests.allSatisfy { $0.holds(for: .number(value), at: now) }
    }
  }
}

/// What tells events apart; nil for events that do not have it.
enum CompiledKey: Sendable {
  /// A code for each event, -1 where missing, and for each code the first that is equal to it.
  case codes([Int32], canonical: [Int32])
  case value

  func key(of event: Int, in history: EventHistory) -> Int? {
    switch self {
    case .codes(let codes, let canonical):
      guard event < codes.count, codes[event] >= 0 else { return nil }
      return Int(canonical[Int(codes[event])])
    case .value:
      let value = history.values[event]
      // Adding 0 makes one zero of the two.
      return value.isNaN ? nil : Int(bitPattern: UInt(truncatingIfNeeded: (value + 0).bitPattern))
    }
  }
}

/// A number of an event; nil for events that do not have it.
enum CompiledNumber: Sendable {
  case value
  /// A code for each event, -1 where missing, and for each code its number, NaN for other values.
  case codes([Int32], numbers: [Double])

  func number(of event: Int, in history: EventHistory) -> Double? {
    let number: Double
    switch self {
    case .value: number = history.values[event]
    case .codes(let codes, let numbers):
      guard event < codes.count, codes[event] >= 0 else { return nil }
      number = numbers[Int(codes[event])]
    }
    return number.isNaN ? nil : number
  }
}

/// Reads one attribute of members.
struct AttributeReader: Sendable {
  let name: String
  /// The column, or nil for `joined_at` and for attributes that the members file does not have.
  let column: AttributeColumn?

  /// What a member's attribute holds; dates later than the as-of time do not exist yet.
  func value(ofRow row: Int, in community: Community, at now: EvaluationInstant) -> FieldValue {
    if name == "joined_at" {
      return community.joinedAt(row: row, asOf: now.asOf).map { .time($0) } ?? .missing
    }
    guard let column, let tableRow = community.memberTableRow(ofRow: row) else { return .missing }
    switch column {
    case .number(let cells): return cells[tableRow].isNaN ? .missing : .number(cells[tableRow])
    case .boolean(let cells): return cells[tableRow].map { .boolean($0) } ?? .missing
    case .time(let cells):
      guard let instant = cells[tableRow], instant <= now.asOf else { return .missing }
      return .time(instant)
    case .list(let cells): return cells[tableRow].map { .list($0) } ?? .missing
    case .text(let cells): return cells[tableRow].map { .text($0) } ?? .missing
    }
  }
}
