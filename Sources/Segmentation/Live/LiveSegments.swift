public import EventLog

/// One member's segments and stages, kept up with facts and time as they come.
///
/// It is the replay that batch evaluation does, as it happens: whatever the order in which facts come
/// and the steps in which the clock is told, transitions and memberships are those of a replay of
/// all facts at or before the clock. Facts ahead of the clock wait for it. A fact at or before the
/// clock came late: the member's timeline is replayed from what was kept, and the difference is given.
///
/// All facts are kept. A fact costs O(leaves that listen to it), one that comes late O(instants × leaves) to
/// replay; telling the clock costs O(leaves that change) for each instant passed at which something may.
public struct LiveSegments: Sendable {
  /// What the clock was told last; nil until then.
  public private(set) var clock: Timestamp?
  private var timeline: MemberTimeline
  private var log = MemberTimeline.Log(isKept: true)
  private var eventIDs: Set<String> = []

  /// Makes the state of a member.
  public init(_ record: MemberRecord, plan: TimelinePlan) {
    timeline = MemberTimeline(record, plan: plan)
  }

  /// Takes an event that the member did, late or not.
  ///
  /// - Parameters:
  ///   - event: the event.
  ///   - id: the event's id, where it has one: of two events with one id, the first counts.
  /// - Returns: how that changes the transitions up to the clock.
  /// - Precondition: the event is the member's.
  public mutating func add(_ event: Event, id: String? = nil) -> TransitionChanges {
    precondition(
      bytesAreEqual(event.memberID, timeline.facts.memberID), "the event is the member's")
    if let id, !eventIDs.insert(id).inserted { return TransitionChanges(added: [], withdrawn: []) }
    return take(at: event.timestamp) { $0.add(event) }
  }

  /// Takes an event that was done to the member; one that the member did to itself is also to be added.
  public mutating func receive(_ event: Event, id: String? = nil) -> TransitionChanges {
    if let id, !eventIDs.insert("\u{0}" + id).inserted {
      return TransitionChanges(added: [], withdrawn: [])
    }
    return take(at: event.timestamp) { $0.receive(event) }
  }

  /// Sets an attribute, `joined_at` among them, from an instant on.
  public mutating func set(
    _ attribute: String, to value: AttributeValue?, at time: Timestamp
  ) -> TransitionChanges {
    take(at: time) { facts in
      facts.change(at: time.microseconds, .attribute) { $0.set(attribute, to: value, at: time) }
    }
  }

  /// Puts the member on a list, or off it, from an instant on; a stay can have an end, and both can
  /// say who did it and why.
  public mutating func set(
    list: String, isOn: Bool, at time: Timestamp, expires: Timestamp? = nil,
    by name: String? = nil, reason: String? = nil
  ) -> TransitionChanges {
    take(at: time) { facts in
      facts.change(at: time.microseconds, .list) {
        $0.set(list: list, isOn: isOn, at: time, expires: expires, by: name, reason: reason)
      }
    }
  }

  /// Sets what a model says of the member from an instant on.
  public mutating func set(
    model: String, label: LearnedLabel?, at time: Timestamp
  ) -> TransitionChanges {
    take(at: time) { facts in
      facts.change(at: time.microseconds, .label) { $0.set(model: model, label: label, at: time) }
    }
  }

  /// Takes the member's consent to a purpose, or its withdrawal: the event that says so.
  public mutating func set(
    consent state: ConsentState, to purpose: String, at time: Timestamp
  ) -> TransitionChanges {
    add(
      Event(
        memberID: timeline.facts.memberID, timestamp: time,
        type: state == .granted ? "consent_given" : "consent_withdrawn",
        properties: ["purpose": .string(purpose)]))
  }

  /// Tells the time, and gives the transitions up to it; a time before the clock changes nothing.
  ///
  /// - Precondition: the time is in ``EventLog/Timestamp/accepted``.
  public mutating func advance(to time: Timestamp) -> TransitionChanges {
    precondition(Timestamp.accepted.contains(time), "times are in the accepted range")
    guard clock.map({ $0 < time }) ?? true else {
      return TransitionChanges(added: [], withdrawn: [])
    }
    clock = time
    let known = log.transitions.count
    timeline.run(through: time.microseconds, &log)
    return TransitionChanges(added: Array(log.transitions[known...]), withdrawn: [])
  }

  /// All transitions up to the clock.
  public var transitions: [Transition] { log.transitions }

  /// The next instant after the clock at which anything may change that is known of: time alone, or a fact
  /// that lies ahead; nil where nothing may.
  ///
  /// Nothing may come of it: it is never too late, but can be too early.
  public var nextChange: Timestamp? {
    timeline.nextInstant.map { Timestamp(microseconds: $0) }
  }

  /// The ids of the segments that the member is in, in the order of the file.
  public var segments: [String] { timeline.memberSegments }

  /// For each machine, in the order of the file, the state; empty before the member is in the table.
  public var stages: [String] { timeline.memberStages }

  private mutating func take(
    at time: Timestamp, _ take: (inout MemberFacts) -> Void
  ) -> TransitionChanges {
    let known = log.transitions
    timeline.take(at: time.microseconds, &log, take)
    guard let clock, timeline.isBehind(clock, toldAt: time) else {
      return TransitionChanges(added: [], withdrawn: [])
    }
    timeline.run(through: clock.microseconds, &log)
    return TransitionChanges(from: known, to: log.transitions)
  }
}

extension MemberTimeline {
  /// Whether instants up to a clock are to be looked at after a fact of some time was taken.
  ///
  /// One ahead of the clock can be about an instant before it, as when a member joined is.
  func isBehind(_ clock: Timestamp, toldAt time: Timestamp) -> Bool {
    time <= clock || nextInstant.map { $0 <= clock.microseconds } ?? false
  }
}

extension TransitionChanges {
  /// How some transitions differ from those that were given before.
  init(from old: [Transition], to new: [Transition]) {
    let same = zip(old, new).prefix { $0 == $1 }.count
    let before = Set(old[same...])
    let after = Set(new[same...])
    self.init(
      added: new[same...].filter { !before.contains($0) },
      withdrawn: old[same...].filter { !after.contains($0) })
  }
}
