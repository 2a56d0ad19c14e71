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

  /// Makes the span of some events; without any their times are not looked at.
  init(count: Int, first: Timestamp, last: Timestamp) {
    guard count > 0 else { return }
    (self.count, self.first, self.last) = (count, first, last)
  }

  /// Adds the events of another span.
  mutating func add(_ other: EventSpan) {
    guard let first = other.first, let last = other.last else { return }
    count += other.count
    self.first = min(self.first ?? first, first)
    self.last = max(self.last ?? last, last)
  }

  /// Adds an event.
  public mutating func add(_ time: Timestamp) {
    count += 1
    first = min(first ?? time, time)
    last = max(last ?? time, time)
  }
}
