import Engagement
public import EventLog

/// The segments and stages of all members of a community, kept up with facts and time as they come.
///
/// Each member's timeline is the replay that batch evaluation does, as it happens; ``LiveSegments`` is the
/// same for one member. Facts may come in any order: those ahead of the clock wait for it, those at or
/// before it came late, and the member's timeline is gone through again. A member is known from its first fact.
///
/// All facts are kept. A fact takes O(leaves that listen to it and are not settled +
/// log members), one that comes late O(instants × leaves) of its member; the clock takes O(log members +
/// leaves that are due) for each instant of a member at which something may change. Nothing is done for members
/// and leaves that nothing happens to. Communities are told apart by members: several can be kept side by side,
/// each on a thread of its own, as members' timelines do not depend on each other.
public struct LiveCommunity: Sendable {
  /// The rules.
  public let plan: TimelinePlan
  /// What the clock was told last, as far as it was followed; nil until then.
  public private(set) var clock: Timestamp?
  private var ids = Interner()
  private var timelines: [MemberTimeline] = []
  private var timers = TimerQueue()
  private var eventIDs: Set<String> = []

  /// Makes a community without members.
  public init(plan: TimelinePlan) { self.plan = plan }

  /// The number of members of whom anything is known.
  public var memberCount: Int { timelines.count }

  /// Takes an event, for the member who did it and for the one it was done to, late or not.
  ///
  /// - Parameters:
  ///   - event: the event.
  ///   - id: the event's id, where it has one: of two events with one id, the first counts.
  /// - Returns: how that changes the transitions up to the clock.
  /// - Precondition: the event's time is in ``EventLog/Timestamp/accepted``.
  public mutating func add(_ event: Event, id: String? = nil) -> TransitionChanges {
    precondition(Timestamp.accepted.contains(event.timestamp), "times are in the accepted range")
    if let id, !eventIDs.insert(id).inserted { return TransitionChanges(added: [], withdrawn: []) }
    let done = take(event.memberID, at: event.timestamp) { $0.add(event) }
    guard let target = event.targetID else { return done }
    let received = take(target, at: event.timestamp) { $0.receive(event) }
    return TransitionChanges(
      added: done.added + received.added, withdrawn: done.withdrawn + received.withdrawn)
  }

  /// Sets a member's attribute, `joined_at` among them, from an instant on.
  public mutating func set(
    _ attribute: String, of memberID: String, to value: AttributeValue?, at time: Timestamp
  ) -> TransitionChanges {
    take(memberID, at: time) { facts in
      facts.change(at: time.microseconds, .attribute) { $0.set(attribute, to: value, at: time) }
    }
  }

  /// Puts a member on a list, or off it, from an instant on; a stay can have an end, and both can say who
  /// did it and why.
  public mutating func set(
    list: String, of memberID: String, isOn: Bool, at time: Timestamp, expires: Timestamp? = nil,
    by name: String? = nil, reason: String? = nil
  ) -> TransitionChanges {
    take(memberID, at: time) { facts in
      facts.change(at: time.microseconds, .list) {
        $0.set(list: list, isOn: isOn, at: time, expires: expires, by: name, reason: reason)
      }
    }
  }

  /// Sets what a model says of a member from an instant on.
  public mutating func set(
    model: String, of memberID: String, label: LearnedLabel?, at time: Timestamp
  ) -> TransitionChanges {
    take(memberID, at: time) { facts in
      facts.change(at: time.microseconds, .label) { $0.set(model: model, label: label, at: time) }
    }
  }

  /// Tells the time, and gives the transitions up to it, in order of time.
  ///
  /// - Parameters:
  ///   - time: the time; one before the clock changes nothing.
  ///   - limit: how many instants of members are looked at at most, so that a wave of them does not keep
  ///     facts waiting: what is left is looked at by the next call.
  /// - Returns: the transitions, and whether the clock has come to the time.
  /// - Precondition: the time is in ``EventLog/Timestamp/accepted``, the limit positive.
  public mutating func advance(
    to time: Timestamp, limit: Int = .max
  ) -> (transitions: [Transition], isDone: Bool) {
    precondition(Timestamp.accepted.contains(time), "times are in the accepted range")
    precondition(limit > 0, "at least one instant is looked at")
    var log = MemberTimeline.Log(isKept: true)
    var count = 0
    while let (instant, member) = timers.first, instant <= time.microseconds {
      if count == limit { return (log.transitions, false) }
      timers.set(member, to: timelines[member].advance(to: instant, &log))
      clock = max(clock ?? .init(microseconds: instant), Timestamp(microseconds: instant))
      count += 1
    }
    clock = max(clock ?? time, time)
    return (log.transitions, true)
  }

  /// The next instant at which anything may change that is known of: time alone, or a fact that lies ahead;
  /// nil where nothing may.
  ///
  /// Nothing may come of it: it is never too late, but can be too early.
  public var nextChange: Timestamp? {
    timers.first.map { Timestamp(microseconds: $0.instant) }
  }

  /// The ids of the segments that a member is in, in the order of the file.
  public func segments(of memberID: String) -> [String] {
    ids.index(of: memberID).map { timelines[$0].memberSegments } ?? []
  }

  /// For each machine, in the order of the file, a member's state; empty where the member is not in the table.
  public func stages(of memberID: String) -> [String] {
    ids.index(of: memberID).map { timelines[$0].memberStages } ?? []
  }

  /// What other rules make of the same facts: who enters and who leaves by the edit.
  ///
  /// - Parameter edited: a community with other rules that was told the same facts and the same time.
  /// - Returns: the transitions from this community's memberships to the other's, each with the reason
  ///   ``Transition/Reason/definition`` and the other's clock; members and segments in order.
  public func edits(to edited: LiveCommunity) -> [Transition] {
    guard let time = edited.clock else { return [] }
    var transitions: [Transition] = []
    for member in 0..<edited.timelines.count {
      let id = edited.ids[member]
      let old = ids.index(of: id).map { timelines[$0].subjects } ?? []
      let new = edited.timelines[member].subjects
      func add(_ subjects: [Transition.Subject], _ direction: Transition.Direction) {
        transitions += subjects.map {
          Transition(
            memberID: id, subject: $0, direction: direction, reason: .definition, evidence: [],
            time: time)
        }
      }
      add(old.filter { !new.contains($0) }, .left)
      add(new.filter { !old.contains($0) }, .entered)
    }
    return transitions
  }

  private mutating func take(
    _ memberID: String, at time: Timestamp, _ take: (inout MemberFacts) -> Void
  ) -> TransitionChanges {
    let member = ids.intern(memberID)
    if member == timelines.count {
      timelines.append(MemberTimeline(MemberRecord(memberID: memberID), plan: plan))
    }
    let (changes, next) = timelines[member].change(at: time, clock: clock, take)
    timers.set(member, to: next)
    return changes
  }
}

extension MemberTimeline {
  /// Takes facts of an instant, and goes on to a clock that is not before it.
  ///
  /// - Returns: how that changes the transitions up to the clock, and the next instant to look at.
  fileprivate mutating func change(
    at time: Timestamp, clock: Timestamp?, _ take: (inout MemberFacts) -> Void
  ) -> (changes: TransitionChanges, next: Int64?) {
    var known = Log(isKept: true)
    var log = Log(isKept: true)
    let instant = time.microseconds
    if let seen = state.instant, instant <= seen, let clock {
      // What was reported of the time that is gone through again.
      var before = self
      if self.take(at: instant, &log, take) {
        before.restart(&known)
      } else {
        before.take(at: instant, &known) { _ in }
      }
      before.run(through: clock.microseconds, &known)
    } else {
      self.take(at: instant, &log, take)
    }
    guard let clock, isBehind(clock, toldAt: time) else {
      return (TransitionChanges(added: [], withdrawn: []), nextInstant)
    }
    run(through: clock.microseconds, &log)
    return (TransitionChanges(from: known.transitions, to: log.transitions), nextInstant)
  }

  /// Looks at the next instant; the one after it.
  fileprivate mutating func advance(to instant: Int64, _ log: inout Log) -> Int64? {
    step(to: instant, &log)
    return nextInstant
  }
}

extension MemberTimeline {
  /// All that the member is in.
  fileprivate var subjects: [Transition.Subject] {
    memberSegments.map { .segment($0) }
      + zip(plan.project.stages, memberStages).map { .stage(machine: $0.name, state: $1) }
  }
}
