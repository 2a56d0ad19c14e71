import EventLog

/// An event of which windows need more than sums, or that lies ahead.
struct KeptEvent: Sendable {
  let time: Int64
  /// NaN without a value, or where the plan needs none.
  let value: Double
  /// The type's position in the state, or -1 where the plan needs none.
  var type: Int32
  /// The values of the plan's properties.
  var properties: [ExactText?]

  /// What is kept once the event is in the totals: of properties, those that windows look at.
  func settled(_ plan: LivePlan) -> KeptEvent {
    guard !properties.isEmpty else { return self }
    var event = self
    for (index, name) in plan.properties.enumerated()
    where plan.needs.properties[name]?.isInWindow != true {
      event.properties[index] = nil
    }
    return event
  }
}

/// What another member's event that lies ahead does to the member.
struct ReceivedEvent: Sendable {
  let time: Int64
  let impact: Double
}

/// What has an instant.
protocol Timed {
  var time: Int64 { get }
}

extension KeptEvent: Timed {}
extension ReceivedEvent: Timed {}

extension Array where Element: Timed {
  /// The position of the first element later than an instant, where they are oldest first.
  func firstIndex(after instant: Int64) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].time <= instant { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
