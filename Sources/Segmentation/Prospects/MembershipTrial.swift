import Engagement
import EventLog

/// A member as of now, whom facts can be tried on.
struct MembershipTrial {
  let plan: TimelinePlan
  let community: Community
  private(set) var record: MemberRecord
  private(set) var asOf: Int64
  /// The last instant that is looked at.
  let horizon: Int64
  private let isReplayed: Bool
  /// As of now where it is replayed, else not begun.
  private var start: MemberTimeline

  init(_ evaluator: SegmentEvaluator, at index: Int) {
    plan = evaluator.replay.whole.plan
    community = evaluator.community
    asOf = evaluator.now.asOf.microseconds
    let days = Int64(MembershipProspect.horizonInDays)
    horizon = min(
      asOf + days * Timestamp.microsecondsPerDay, Timestamp.accepted.upperBound.microseconds - 1)
    isReplayed = evaluator.project.needsReplay
    record = evaluator.record(at: index)
    var timeline = MemberTimeline(record, plan: plan)
    if isReplayed {
      var log = MemberTimeline.Log(isKept: false)
      timeline.run(through: asOf, &log)
    }
    start = timeline
  }

  /// The member's timeline up to an instant, with some more facts.
  ///
  /// - Precondition: the facts and the end are not before now.
  func timeline(with facts: [NewFact] = [], until end: Int64? = nil) -> MemberTimeline {
    let end = end ?? asOf
    var timeline = start
    var log = MemberTimeline.Log(isKept: false)
    for fact in facts {
      let time = fact.time.microseconds
      precondition(time >= asOf && time <= end, "facts that are tried are ahead")
      timeline.take(at: time, &log) { $0.add(fact) }
    }
    if isReplayed {
      timeline.run(through: end, &log)
    } else {
      timeline.begin(at: end)
    }
    return timeline
  }

  /// The member once some more facts are there, as of an instant.
  ///
  /// - Precondition: the facts and the end are not before now.
  func after(_ facts: [NewFact], until end: Int64) -> MembershipTrial {
    var later = self
    later.asOf = end
    for fact in facts { later.record.add(fact) }
    if isReplayed {
      later.start = timeline(with: facts, until: end)
    } else {
      var log = MemberTimeline.Log(isKept: false)
      for fact in facts { later.start.take(at: fact.time.microseconds, &log) { $0.add(fact) } }
    }
    return later
  }

  /// How many events the member did in some days before now, and the instant as many days ahead.
  func activity(ofDays days: Int) -> (count: Int, end: Timestamp) {
    let now = Timestamp(microseconds: asOf)
    let start = now.subtracting(days: days)
    return (record.events.count { $0.timestamp > start }, now.subtracting(days: -days))
  }

  /// What time alone brings up to the horizon.
  func transitionsAhead() -> [Transition] {
    var timeline = timeline()
    var log = MemberTimeline.Log(isKept: true)
    timeline.run(through: horizon, &log)
    return log.transitions
  }

  /// How many instants are looked at.
  private static let mostSteps = 1_000

  /// An instant at which time alone changes something.
  struct Edge {
    let instant: Int64
    /// The leaves that change.
    let leaves: [Int]
  }

  /// The first instant after now from which time alone leads to where a test holds, and the leaves that
  /// change there.
  func firstEdge(_ test: (MemberTimeline) -> Bool) -> Edge? {
    var timeline = timeline()
    var log = MemberTimeline.Log(isKept: false)
    for _ in 0..<Self.mostSteps {
      guard let next = timeline.nextInstant, next <= horizon else { return nil }
      let truths = timeline.state.truths
      timeline.step(to: next, &log)
      if test(timeline) {
        let changed = truths.indices.filter { truths[$0] != timeline.state.truths[$0] }
        return Edge(instant: next, leaves: changed)
      }
    }
    return nil
  }

  /// The first instants after now at which time alone changes some leaves, or ends a delay.
  func edges(of leaves: Set<Int>, delaysOf segments: Set<Int>, atMost count: Int) -> [Edge] {
    var timeline = timeline()
    var log = MemberTimeline.Log(isKept: false)
    var truths = timeline.state.truths
    var edges: [Edge] = []
    let delays = Set(segments.compactMap { timeline.delayEnd($0) })
    let watched = leaves.sorted()
    var steps = 0
    while edges.count < count, steps < Self.mostSteps, let next = timeline.nextInstant,
      next <= horizon
    {
      timeline.step(to: next, &log)
      steps += 1
      let now = timeline.state.truths
      let changed = watched.filter { truths[$0] != now[$0] }
      if delays.contains(next) || !changed.isEmpty {
        edges.append(Edge(instant: next, leaves: changed))
      }
      truths = now
    }
    return edges
  }
}

extension MemberFacts {
  /// Adds a fact that does not exist yet.
  mutating func add(_ fact: NewFact) {
    let instant = fact.time.microseconds
    switch fact {
    case .event(let event):
      add(event)
      if let target = event.targetID, bytesAreEqual(target, memberID) { receive(event) }
    case .received(let event): receive(event)
    case .attribute: change(at: instant, .attribute) { $0.add(fact) }
    case .list: change(at: instant, .list) { $0.add(fact) }
    case .label: change(at: instant, .label) { $0.add(fact) }
    case .nothing: break
    }
  }
}

extension MemberRecord {
  /// Adds a fact that does not exist yet.
  fileprivate mutating func add(_ fact: NewFact) {
    switch fact {
    case .event(let event): add(event)
    case .received(let event): receive(event)
    case .attribute(let name, let value, let time): set(name, to: value, at: time)
    case .list(let name, let isOn, let time): set(list: name, isOn: isOn, at: time)
    case .label(let model, let label, let time): set(model: model, label: label, at: time)
    case .nothing: break
    }
  }
}
