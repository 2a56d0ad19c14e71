import Engagement
import EventLog

/// The replay of one member's own timeline: what defines segments with memory.
///
/// Segments and stages are looked at, each after those it refers to, at every instant at which anything
/// can change: each fact, each instant at which time alone changes a leaf, and each end of a delay.
/// The result does not depend on instants at which nothing changes.
struct MemberTimeline: Sendable {
  let plan: TimelinePlan
  private(set) var facts: MemberFacts
  private(set) var state: ReplayState
  private(set) var transitions: [Transition] = []
  /// The state before the last instant, for facts that come at that same instant.
  private var before: ReplayState

  init(_ record: MemberRecord, plan: TimelinePlan) {
    self.plan = plan
    facts = MemberFacts(record, plan: plan)
    state = ReplayState(plan)
    before = state
  }

  /// The next instant to look at; nil where nothing will change any more.
  var nextInstant: Int64? {
    guard let now = state.instant else { return facts.birth }
    var next = facts.firstInstant(after: now)
    func consider(_ instant: Int64?) {
      guard let instant, instant > now else { return }
      next = min(next ?? instant, instant)
    }
    for change in state.nextChanges { consider(change) }
    for (position, segment) in state.segments.enumerated() {
      consider(delayEnd(segment, plan.project.segments[position].memory))
    }
    for machine in state.machines { consider(machine.nextMove) }
    return next
  }

  /// When the least stay, or the cool-down, ends.
  private func delayEnd(_ segment: ReplayState.Segment, _ memory: SegmentMemory) -> Int64? {
    let length = segment.isMember ? memory.leastStay : memory.cooldown
    guard let since = segment.since, let length else { return nil }
    return since + length.microseconds
  }

  /// Looks at all instants up to one, that included.
  mutating func run(through end: Int64) {
    while let instant = nextInstant, instant <= end {
      before = state
      step(to: instant)
      state.transitionCount = transitions.count
    }
  }

  /// Replaces the facts, of which those that are new begin at an instant, and replays what that changes.
  mutating func replace(_ record: MemberRecord, newFrom first: Int64, through end: Int64) {
    facts = MemberFacts(record, plan: plan)
    if let instant = state.instant, first <= instant {
      state = first == instant ? before : ReplayState(plan)
      transitions.removeSubrange(state.transitionCount...)
    }
    // Leaves are looked at again at every new fact, so what comes after it need not be known here.
    run(through: end)
  }

  private mutating func step(to instant: Int64) {
    let isFirst = state.instant == nil
    let previous = state.truths
    state.instant = instant
    let kinds = facts.kinds(at: instant)
    for position in plan.leaves.indices where !plan.leaves[position].isMemory {
      let isDue = state.nextChanges[position].map { $0 <= instant } ?? false
      guard isFirst || isDue || plan.leaves[position].listens(to: kinds) else { continue }
      state.truths[position] = facts.observe(position, at: instant).truth
      state.nextChanges[position] = facts.nextChange(of: position, after: instant)
    }
    var moment = Moment(instant: instant, isFirst: isFirst, kinds: kinds, previous: previous)
    for node in plan.order {
      switch node {
      case .segment(let position): evaluate(segment: position, &moment)
      case .machine(let position): evaluate(machine: position, &moment)
      }
    }
  }

  /// What is known of an instant while it is looked at.
  struct Moment {
    let instant: Int64
    let isFirst: Bool
    let kinds: MemberFacts.Kinds
    /// The leaves' truths before.
    let previous: [Truth]
  }

  private mutating func answerMemory(_ leaves: Range<Int>, at instant: Int64) {
    for position in leaves where plan.leaves[position].isMemory {
      (state.truths[position], state.nextChanges[position]) = answer(memory: position, at: instant)
    }
  }

  private mutating func evaluate(segment position: Int, _ moment: inout Moment) {
    let planned = plan.segments[position]
    let definition = plan.project.segments[position]
    let instant = moment.instant
    answerMemory(planned.leaves, at: instant)
    let when = planned.when.truth { state.truths[$0] } == .true
    let stay = planned.stay.map { $0.truth { state.truths[$0] } == .true } ?? when
    var segment = state.segments[position]
    let isDelayed = delayEnd(segment, definition.memory).map { instant < $0 } ?? false
    let isWanted = segment.isMember ? stay || isDelayed : when && stay && !isDelayed
    let consent = definition.purpose.map { facts.consent(to: $0, at: instant) }
    let hasConsent = consent.map { $0.state == .granted } ?? true
    let rival = planned.rivals.first { state.segments[$0.segment].isMember }
    let isMember = isWanted && hasConsent && rival == nil
    defer { state.segments[position].hasConsent = hasConsent }
    guard isMember != segment.isMember else { return }
    var evidence: [Transition.Evidence] = []
    var reasons: [Transition.Reason] = []
    if hasConsent != segment.hasConsent || (!isMember && !hasConsent), let consent {
      evidence.append(
        Transition.Evidence(rule: "purpose: \(definition.purpose ?? "")", fact: consent.fact))
      reasons.append(.consent)
    }
    if isWanted != segment.isMember {
      let (found, why) = changes(in: planned.leaves, moment)
      evidence += found
      reasons += why
      let delay = segment.isMember ? definition.memory.leastStay : definition.memory.cooldown
      if let end = delayEnd(segment, definition.memory), end == instant, let delay {
        let name = segment.isMember ? "min_stay" : "cooldown"
        evidence.append(Transition.Evidence(rule: "\(name): \(delay)", fact: "over"))
        reasons.append(.time)
      }
    }
    for other in planned.rivals where !isMember || evidence.isEmpty {
      let standing = state.segments[other.segment]
      guard standing.since == instant, standing.isMember != isMember else { continue }
      let id = plan.project.segments[other.segment].id
      evidence.append(
        Transition.Evidence(
          rule: "exclusive: \(other.group)", fact: standing.isMember ? "in \(id)" : "left \(id)"))
      reasons.append(standing.reason)
    }
    segment.isMember = isMember
    segment.reason = reasons.min { $0.rank < $1.rank } ?? .time
    if isMember { segment.entered = instant } else { segment.left = instant }
    state.segments[position] = segment
    transitions.append(
      transition(
        .segment(definition.id), isMember ? .entered : .left, segment.reason, evidence, instant))
  }

  private mutating func evaluate(machine position: Int, _ moment: inout Moment) {
    let planned = plan.machines[position]
    let name = plan.project.stages[position].name
    let instant = moment.instant
    answerMemory(planned.leaves, at: instant)
    var machine = state.machines[position]
    let holds = planned.moves.map { $0.when.truth { state.truths[$0] } == .true }
    if holds != machine.holds {
      machine.holds = holds
      machine.visited = [machine.state]
    }
    func nextMove() -> TimelinePlan.PlannedMachine.Move? {
      zip(planned.moves, holds).first { move, holds in
        holds && move.from ?? machine.state == machine.state && move.to != machine.state
          && !machine.visited.contains(move.to)
      }?.0
    }
    func note(
      _ direction: Transition.Direction, _ evidence: [Transition.Evidence]
    ) -> Transition {
      transition(
        .stage(machine: name, state: planned.states[machine.state]), direction, machine.reason,
        evidence, instant)
    }
    if moment.isFirst {
      machine.since = instant
      machine.reason = reason(of: moment.kinds)
      transitions.append(note(.entered, []))
    }
    machine.nextMove = nil
    if let move = nextMove() {
      var (evidence, reasons) = changes(in: planned.leaves, moment)
      let own = Set(move.when.leaves)
      let decisive = changes(in: own.sorted(), moment)
      if !decisive.evidence.isEmpty { (evidence, reasons) = decisive }
      machine.reason = reasons.min { $0.rank < $1.rank } ?? .time
      transitions.append(note(.left, evidence))
      machine.state = move.to
      machine.since = instant
      machine.visited.insert(move.to)
      transitions.append(note(.entered, evidence))
      // One move at an instant: a further one is made a microsecond later.
      if nextMove() != nil { machine.nextMove = instant + 1 }
    }
    state.machines[position] = machine
  }

  private func transition(
    _ subject: Transition.Subject, _ direction: Transition.Direction, _ reason: Transition.Reason,
    _ evidence: [Transition.Evidence], _ instant: Int64
  ) -> Transition {
    Transition(
      memberID: facts.record.memberID, subject: subject, direction: direction, reason: reason,
      evidence: evidence, time: Timestamp(microseconds: instant))
  }
}
