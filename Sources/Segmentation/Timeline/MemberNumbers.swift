import Engagement
import EventLog

/// The features that a member's leaves compare, kept up as its timeline goes on.
struct MemberNumbers: Sendable {
  private var own: [Event] = []
  private var received: [Event] = []
  /// How many of them the state was told.
  private var toldCount = 0
  private var toldReceivedCount = 0
  private var state: MemberState
  private var profile = MemberProfile()

  init(_ plan: LivePlan) { state = MemberState(plan: plan) }

  /// Keeps an event that the member did; one of the past makes the state begin anew.
  mutating func add(_ event: Event) {
    let place = own.place(of: event)
    own.insert(event, at: place)
    if place < toldCount { restart() }
  }

  /// Keeps an event that was done to the member.
  mutating func receive(_ event: Event) {
    let place = received.place(of: event)
    received.insert(event, at: place)
    if place < toldReceivedCount { restart() }
  }

  /// Forgets the time, but not the events.
  mutating func restart() {
    state = MemberState(plan: state.plan)
    toldCount = 0
    toldReceivedCount = 0
  }

  /// Goes on to an instant, at which the member's attributes are these.
  mutating func advance(to instant: Int64, profile: MemberProfile) {
    self.profile = profile
    state.advance(to: Timestamp(microseconds: instant))
    while toldCount < own.count, own[toldCount].timestamp.microseconds <= instant {
      state.add(own[toldCount])
      toldCount += 1
    }
    while toldReceivedCount < received.count,
      received[toldReceivedCount].timestamp.microseconds <= instant
    {
      state.receive(received[toldReceivedCount])
      toldReceivedCount += 1
    }
  }

  /// A feature as of the present instant or a later one, if nothing but time happens; NaN where it is absent.
  ///
  /// Frequencies can be had of up to 14 days before, too, where accelerations are kept.
  func value(of feature: FeatureDefinition, asOf instant: Timestamp) -> Double {
    do {
      if case .frequency(let halfLife) = feature, let clock = state.clock, instant < clock {
        // Accelerations ask for what was 14 days before a time to come.
        let lag = 14
        guard state.plan.longestWindowInDays >= lag else { return .nan }
        return try state.frequency(
          halfLifeInDays: halfLife, before: lag, asOf: instant.subtracting(days: -lag))
      }
      return try state.value(of: feature, asOf: instant, profile: profile)
    } catch {
      // A feature of one's own that is infinite has no value; what is past is not known any more.
      return .nan
    }
  }
}

extension [Event] {
  /// The place behind all events that are not later.
  fileprivate func place(of event: Event) -> Int {
    var place = count
    while place > 0, self[place - 1].timestamp > event.timestamp { place -= 1 }
    return place
  }
}
