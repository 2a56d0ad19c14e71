public import EventLog

/// How many events there are up to an instant, and the time that they span.
public struct EventSpan: Sendable, Hashable {
  /// The number of events.
  public private(set) var count = 0
  /// The oldest event; nil without events.
  public private(set) var first: Timestamp?
  /// The newest event; nil without events.
  public private(set) var last: Timestamp?

  /// Makes the span of no events.
  public init() {}

  /// Makes the span of a history's events at or before an instant.
  public init(of history: EventHistory, asOf instant: Timestamp) {
    for time in history.timestamps where time <= instant.microseconds {
      add(Timestamp(microseconds: time))
    }
  }

  /// Adds an event.
  public mutating func add(_ time: Timestamp) {
    count += 1
    first = min(first ?? time, time)
    last = max(last ?? time, time)
  }
}
