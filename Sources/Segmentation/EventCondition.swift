public import EventLog

/// A field of an event.
public enum EventField: Sendable, Hashable {
  /// A property, by name.
  case property(String)
  /// The event's value.
  case value
  /// The event's type, compared as exact bytes.
  case type
  /// The id of the member it was done to, compared as exact bytes.
  case target
}

/// Tests that a field of an event must pass, all of them.
public struct EventFieldCondition: Sendable, Hashable {
  /// The field.
  public let field: EventField
  /// The tests.
  public let tests: [FieldTest]
  /// Where the field stands in the project file.
  public let position: SourcePosition
}

/// Which of a member's events count.
public struct EventSelection: Sendable, Hashable {
  /// Event types, aliases or globs; an event of any of them counts.
  public let names: [String]
  /// What else must hold of the event, all of it.
  public let conditions: [EventFieldCondition]
  /// Where the names stand in the project file.
  public let position: SourcePosition
}

/// The time in which events count; never later than the as-of time.
public enum EventWindow: Sendable, Hashable {
  /// `ever`, or no window at all.
  case ever
  /// `within: D`: ages in [0, D).
  case within(ExactDuration)
  /// `ago: [older, newer]`: ages in [newer, older).
  case ago(older: ExactDuration, newer: ExactDuration)
  /// `since`, which includes its instant, and `until`, which does not.
  case range(since: Timestamp?, until: Timestamp?)

  /// The first and the last microsecond of the window; empty where the first is the later.
  func bounds(asOf: Timestamp) -> (first: Int64, last: Int64) {
    let now = asOf.microseconds
    return switch self {
    case .ever: (.min, now)
    case .within(let duration): (now - duration.microseconds + 1, now)
    case .ago(let older, let newer): (now - older.microseconds + 1, now - newer.microseconds)
    case .range(let since, let until):
      (since?.microseconds ?? .min, min(now, until.map { $0.microseconds - 1 } ?? now))
    }
  }
}

/// What tells events apart when distinct ones are counted.
public enum DistinctKey: Sendable, Hashable {
  /// Calendar days.
  case day
  /// Calendar weeks.
  case week
  /// Calendar months.
  case month
  /// A field; events without it are not counted.
  case field(EventField)
}

/// A number taken from a member's matching events.
public enum EventMeasure: Sendable, Hashable {
  /// How a numeric field of many events becomes one number.
  public enum Aggregate: String, Sendable, Hashable, CaseIterable, BitwiseCopyable {
    /// The exact sum, rounded once; 0 without numbers.
    case sum
    /// The mean; missing without numbers.
    case average = "avg"
    /// The least; missing without numbers.
    case least = "min"
    /// The greatest; missing without numbers.
    case greatest = "max"
  }

  /// The number of events.
  case count
  /// The number of distinct keys among them.
  case distinct(DistinctKey)
  /// An aggregate of a numeric field, over the events that have it.
  case aggregate(Aggregate, of: EventField)

  /// True for measures that some members have no number for.
  var mayBeMissing: Bool {
    guard case .aggregate(let aggregate, _) = self else { return false }
    return aggregate != .sum
  }
}

/// What must hold of a member's first or latest matching event.
///
/// Where several events share that instant, it is enough that one of them has what `having` asks.
public struct EventOccurrence: Sendable, Hashable {
  /// Which of the matching events.
  public enum Order: String, Sendable, Hashable {
    /// The earliest.
    case first
    /// The latest.
    case last
  }

  /// Which of the matching events.
  public let order: Order
  /// Which events match.
  public let selection: EventSelection
  /// What its age must be, all of it.
  public let age: [Comparison<ExactDuration>]
  /// When it must have been, all of it.
  public let instant: [Comparison<Timestamp>]
  /// What fields it must have, all of it.
  public let having: [EventFieldCondition]
}
