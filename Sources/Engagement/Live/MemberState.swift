public import EventLog

/// One member's features, kept up with events and time as they come.
///
/// The state takes events in any order, also late ones and ones that lie ahead, and answers every
/// feature of its ``LivePlan`` at any time from its clock on: bit for bit what a ``FeatureTable`` of
/// the same events is. The clock is told by ``advance(to:)``. Events at or before it are summed
/// up, and events older than the plan's longest window are then forgotten; until the clock is told
/// for the first time, all are kept and any time can be asked for. So tell it before a log is loaded.
///
/// Whoever feeds a state drops events that it has had before, by their ids: equal events are two
/// events here.
///
/// What is kept, beside 200 bytes:
///
/// | For | Bytes in memory | Grows with |
/// |---|---|---|
/// | first and last event, counts | 0 | nothing |
/// | each half-life; each sum for ever | 50 to 150 | events over 256 half-lives of time |
/// | aliases, impact, type entropy | 16 each type | types |
/// | windows, `trend`, `acceleration` | 32 each event, 16 more each property | events in the longest window |
/// | events ahead of the clock | the same | events until the clock passes them |
/// | `active_days`; `active_weeks`, `streak_weeks` | 4 each day; each week | days; weeks |
/// | `distinct_PROPERTY` | 16 each value, and texts over 15 bytes | distinct values |
/// | `share_of_PROPERTY=VALUE` | 8 each value, 8 each property | nothing |
/// | `median_gap_days`, `burstiness` | 8 each event, for ever | events |
/// | custom features | 80 each event, and properties | events in their window, or all |
///
/// Gaps need all instants, since a late event can split any of them. ``byteCount`` says what a state
/// takes, ``encoded()`` stores it in less.
public struct MemberState: Sendable {
  /// What is kept, and for which features; all states share it.
  public let plan: LivePlan
  /// What ``advance(to:)`` was told last; nil until then.
  public internal(set) var clock: Timestamp?
  /// The oldest event of all, also ahead of the clock.
  var first: Int64?
  /// The oldest event of all that was done to the member, by anyone.
  var firstReceived: Int64?
  /// The event types that were met, where the plan needs them.
  var types: [LiveEventType] = []
  /// What events at or before the clock sum up to.
  var totals: MemberTotals
  /// Events ahead of the clock, and before it as far as a window reaches, oldest first.
  var events: [KeptEvent] = []
  /// Others' events ahead of the clock, oldest first.
  var receivedAhead: [ReceivedEvent] = []
  /// The instants of all events, ascending, where the plan needs them.
  var instants: [Int64] = []
  /// The events of custom features' windows, and those ahead, oldest first.
  var history: [Event] = []

  /// Makes the state of a member of whom nothing is known.
  public init(plan: LivePlan) {
    totals = MemberTotals(plan)
    self.plan = plan
  }

  /// Takes an event that the member did, in any order.
  ///
  /// - Precondition: the event's time is in ``Timestamp/accepted`` and its value finite, as readers
  ///   ensure.
  /// - Complexity: O(features) at the newer end of what is kept; further back, events newer than this
  ///   one are moved.
  public mutating func add(_ event: Event) {
    let time = accepted(event.timestamp)
    precondition(event.value?.isFinite ?? true, "values are finite")
    let type = plan.needs.types ? index(of: event.type) : -1
    add(
      KeptEvent(
        time: time, value: plan.needs.values ? event.value ?? .nan : .nan, type: Int32(type),
        properties: plan.properties.map { event.properties[$0].map(ExactText.init) }))
    if plan.needs.history != nil { remember(event) }
  }

  /// Keeps an event whole, for custom features.
  mutating func remember(_ event: Event) {
    guard event.timestamp.microseconds > lastForgottenOfHistory else { return }
    var kept = event
    if !kept.properties.isEmpty {
      kept.properties = kept.properties.filter {
        plan.needs.history?.properties.contains($0.key) ?? false
      }
    }
    history.insert(kept, at: history.firstIndex(laterThan: event.timestamp.microseconds))
  }

  /// Takes an event that the member did.
  mutating func add(_ kept: KeptEvent) {
    let time = kept.time
    first = min(first ?? time, time)
    if plan.needs.instants {
      instants.insert(time, at: instants.firstIndex(notLessThan: time))
    }
    let type = Int(kept.type)
    let isAhead = isAhead(time)
    if !isAhead { totals.add(kept, type: type < 0 ? nil : types[type], plan: plan) }
    if isAhead || time > lastForgotten {
      events.insert(
        isAhead ? kept : kept.settled(plan), at: events.firstIndex(after: time))
    }
  }

  /// Takes an event that was done to the member, in any order.
  ///
  /// An event that the member did to itself puts it in the table but counts for nothing else here;
  /// it is also to be given to ``add(_:)``.
  ///
  /// - Precondition: the event has a target, its time is in ``Timestamp/accepted`` and its value
  ///   finite.
  public mutating func receive(_ event: Event) {
    let time = accepted(event.timestamp)
    precondition(event.value?.isFinite ?? true, "values are finite")
    guard let target = event.targetID else {
      preconditionFailure("an event that is received has a target")
    }
    let isOthers =
      !plan.receivedHalfLives.isEmpty && ExactText(text: target) != ExactText(text: event.memberID)
    receive(
      at: time,
      impact: isOthers
        ? impact(
          weight: plan.type(event.type).weight, value: event.value ?? .nan,
          valueUse: plan.settings.valueUse) : nil)
  }

  /// Takes an event that was done to the member, with what it does to others' impact; nil where that does
  /// not count.
  mutating func receive(at time: Int64, impact: Double?) {
    firstReceived = min(firstReceived ?? time, time)
    guard let impact else { return }
    let received = ReceivedEvent(time: time, impact: impact)
    if isAhead(time) {
      receivedAhead.insert(received, at: receivedAhead.firstIndex(after: time))
    } else {
      totals.add(received)
    }
  }

  /// Tells the time: earlier times cannot be asked for any more, and what only they need is forgotten.
  ///
  /// A time before the clock changes nothing.
  ///
  /// - Precondition: the time is in ``Timestamp/accepted``.
  /// - Complexity: O(events passed), and O(events kept) where some are forgotten.
  public mutating func advance(to time: Timestamp) {
    let now = accepted(time)
    if let clock, clock >= time { return }
    let start = firstAhead
    let end = events.firstIndex(after: now)
    for index in start..<end {
      let event = events[index]
      totals.add(event, type: event.type < 0 ? nil : types[Int(event.type)], plan: plan)
      events[index] = event.settled(plan)
    }
    let receivedEnd = receivedAhead.firstIndex(after: now)
    for event in receivedAhead[..<receivedEnd] { totals.add(event) }
    receivedAhead.removeSubrange(..<receivedEnd)
    clock = time
    events.removeSubrange(..<events.firstIndex(after: lastForgotten))
    history.removeSubrange(..<history.firstIndex(laterThan: lastForgottenOfHistory))
  }

  /// The bytes of memory that the state takes: itself and its storages by their capacity, without the
  /// plan and what the allocator adds.
  public var byteCount: Int {
    MemoryLayout<MemberState>.size + totals.byteCount + types.storageByteCount
      + events.storageByteCount + receivedAhead.storageByteCount + instants.storageByteCount
      + events.reduce(0) { total, event in
        total + event.properties.storageByteCount
          + event.properties.reduce(0) { $0 + ($1?.storageByteCount ?? 0) }
      } + history.storageByteCount
      + history.reduce(0) { total, event in
        total + event.properties.capacity * MemoryLayout<(String, PropertyValue)>.stride
      }
  }
}

extension MemberState {
  /// The position of the first event ahead of the clock.
  var firstAhead: Int { clock.map { events.firstIndex(after: $0.microseconds) } ?? 0 }

  /// The newest instant of which events are forgotten.
  var lastForgotten: Int64 {
    clock.map { $0.subtracting(days: plan.longestWindowInDays).microseconds } ?? .min
  }

  /// The newest instant of which events of custom features are forgotten.
  var lastForgottenOfHistory: Int64 {
    guard let clock, let days = plan.needs.history?.windowInDays else { return .min }
    return clock.subtracting(days: days).microseconds
  }

  private func isAhead(_ time: Int64) -> Bool { clock.map { time > $0.microseconds } ?? true }

  private func accepted(_ time: Timestamp) -> Int64 {
    precondition(Timestamp.accepted.contains(time), "times are in the years 1970 to 2199")
    return time.microseconds
  }

  /// The position of an event type of the plan in ``types``.
  mutating func index(of type: LiveEventType) -> Int {
    if let index = types.firstIndex(where: { $0 === type }) { return index }
    types.append(type)
    return types.count - 1
  }

  private mutating func index(of type: String) -> Int {
    let name = ExactText(text: type)
    if let index = types.firstIndex(where: { $0.name == name }) { return index }
    types.append(plan.type(type))
    return types.count - 1
  }
}
