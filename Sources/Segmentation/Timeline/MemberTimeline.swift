import Engagement
import EventLog

/// The replay of one member's own timeline: what defines segments with memory.
///
/// Segments and stages are looked at, each after those it refers to, at every instant at which anything
/// can change: each fact, each instant at which time alone changes a leaf, and each end of a delay. Of them
/// only those are looked at that a changed leaf or another segment gives cause to. The result does not
/// depend on instants at which nothing changes.
struct MemberTimeline: Sendable {
  let plan: TimelinePlan
  private(set) var facts: MemberFacts
  private(set) var state: ReplayState

  init(_ facts: MemberFacts) {
    plan = facts.plan
    self.facts = facts
    state = ReplayState(plan)
  }

  init(_ record: MemberRecord, plan: TimelinePlan) { self.init(MemberFacts(record, plan: plan)) }

  /// The transitions of a replay, where they are wanted.
  struct Log {
    let isKept: Bool
    fileprivate(set) var transitions: [Transition] = []
    /// How many there were before the last instant.
    private(set) var countBefore = 0
    fileprivate var scratch = Scratch()

    init(isKept: Bool) { self.isKept = isKept }

    fileprivate mutating func begin() { countBefore = transitions.count }

    /// Takes back those of the last instant.
    mutating func undo() { transitions.removeSubrange(countBefore...) }

    /// Hands out the transitions.
    mutating func removeAll() {
      transitions.removeAll(keepingCapacity: true)
      countBefore = 0
    }
  }

  /// The next instant to look at; nil where nothing will change any more.
  var nextInstant: Int64? {
    guard let now = state.instant else { return facts.birth }
    let next = min(state.nextInstant, facts.firstInstant(after: now) ?? .max)
    return next == .max ? nil : next
  }

  /// Takes facts that begin at an instant.
  ///
  /// Where that was looked at already, the timeline is to be gone through again: from that instant, or, where
  /// it is an earlier one than the last, from the beginning.
  ///
  /// - Parameters:
  ///   - instant: when the facts begin.
  ///   - log: what was logged; what is gone through again is taken out of it.
  ///   - take: gives the facts.
  /// - Returns: whether it is to be gone through from the beginning.
  @discardableResult
  mutating func take(
    at instant: Int64, _ log: inout Log, _ take: (inout MemberFacts) -> Void
  ) -> Bool {
    take(&facts)
    guard let now = state.instant, instant <= now else { return false }
    if instant == now, state.last.instant != nil {
      state.undo()
      log.undo()
      updateNextInstant()
      // What is told at an instant may be about an earlier one, as when a member joined is.
      if nextInstant == now { return false }
    }
    restart(&log)
    return true
  }

  /// Goes back to before the first instant.
  mutating func restart(_ log: inout Log) {
    state = ReplayState(plan)
    facts.restart()
    log.removeAll()
  }

  /// Looks at all instants up to one, that included.
  mutating func run(through end: Int64, _ log: inout Log) {
    while let instant = nextInstant, instant <= end { step(to: instant, &log) }
  }

  /// Begins at an instant, as if nothing was before: right where nothing has memory.
  ///
  /// Since when the member has been in segments is then not known.
  ///
  /// - Precondition: the member is in the table by then, and the timeline has not run.
  mutating func begin(at instant: Int64) {
    precondition(state.instant == nil, "a timeline begins once")
    var log = Log(isKept: false)
    step(to: instant, &log)
    state.forgetSince()
  }

  /// Room for what is noted of an instant while it is looked at.
  fileprivate struct Scratch {
    /// All marks of its events.
    var marks: [UInt64] = []
    /// The leaves to be looked at.
    var leaves = PlaceSet()
    /// The segments and machines to be looked at, by their places in the plan's order.
    var nodes = PlaceSet()
  }

  /// What is known of an instant while it is looked at.
  struct Moment {
    let now: EvaluationInstant
    let isFirst: Bool
    let kinds: MemberFacts.Kinds
    let marks: [UInt64]

    var instant: Int64 { now.asOf.microseconds }
  }

  /// Looks at one instant, the next one.
  mutating func step(to instant: Int64, _ log: inout Log) {
    let isFirst = state.instant == nil
    let previous = state.instant
    // Where nothing is due, all that time alone may change is ahead.
    let isDue = isFirst || state.nextInstant <= instant
    var scratch = Scratch()
    swap(&scratch, &log.scratch)
    defer { swap(&scratch, &log.scratch) }
    state.begin(instant)
    log.begin()
    facts.advance(to: instant)
    let kinds = facts.kinds(at: instant, marks: &scratch.marks)
    let eventCount = Int64(facts.events.end(at: instant))
    let moment = Moment(
      now: EvaluationInstant(
        asOf: Timestamp(microseconds: instant), clock: plan.project.settings.clock),
      isFirst: isFirst, kinds: kinds, marks: scratch.marks)
    scratch.leaves.reset(below: plan.leaves.count, isFull: isFirst)
    scratch.nodes.reset(below: plan.order.count, isFull: isFirst)
    plan.listeners.insert(kinds, scratch.marks, into: &scratch.leaves)
    plan.insertGatedNodes(kinds, scratch.marks, into: &scratch.nodes)
    if isDue { insertDue(into: &scratch, at: instant, after: previous ?? .min) }
    var hasLooked = isDue
    while let leaf = scratch.leaves.popFirst() {
      let isDue = state.nextChanges[leaf] <= instant
      if plan.leaves[leaf].isMemory {
        if isDue { scratch.nodes.insert(plan.nodeOfLeaf[leaf]) }
        continue
      }
      if !isFirst, !isDue, isKept(leaf, moment, eventCount) { continue }
      hasLooked = true
      if plan.isRolled[leaf] { facts.rollSum(of: leaf, at: moment.now) }
      let truth = facts.truth(of: leaf, at: moment.now)
      let nextChange: Int64?
      switch (plan.drifts[leaf], truth) {
      case (.towardFalse, .false), (.towardTrue, .true): nextChange = nil
      default: nextChange = facts.nextChange(of: leaf, being: truth, after: moment.now)
      }
      let patience = patience(of: leaf, truth, at: moment.now)
      if state.set(leaf, truth, until: nextChange, patience: patience) {
        scratch.nodes.insert(plan.nodeOfLeaf[leaf])
      }
    }
    // Those that look at a segment or machine are behind it.
    while let place = scratch.nodes.popFirst() {
      hasLooked = true
      let hasChanged =
        switch plan.order[place] {
        case .segment(let position): evaluate(segment: position, moment, &log)
        case .machine(let position): evaluate(machine: position, moment, &log)
        }
      guard hasChanged else { continue }
      for dependent in plan.dependents[place] { scratch.nodes.insert(dependent) }
    }
    if hasLooked { updateNextInstant() }
  }

  /// Adds the leaves whose time has come, and the segments and machines whose delays are over.
  private func insertDue(into scratch: inout Scratch, at instant: Int64, after previous: Int64) {
    for (leaf, next) in state.nextChanges.enumerated() where next <= instant {
      scratch.leaves.insert(leaf)
    }
    for (segment, node) in plan.delayed {
      if let end = delayEnd(segment), end <= instant, end > previous { scratch.nodes.insert(node) }
    }
    for (machine, node) in zip(state.machines, plan.machineNodes)
    where machine.nextMove == instant {
      scratch.nodes.insert(node)
    }
  }

  /// Whether a leaf, of which the time has not come, stays what it is whatever event comes.
  private func isKept(_ leaf: Int, _ moment: Moment, _ eventCount: Int64) -> Bool {
    if isSettled(leaf, at: moment.instant)
      || !plan.turns(leaf, being: state.truths[leaf], with: moment.kinds, moment.marks)
    {
      return true
    }
    return switch plan.patience[leaf] {
    case .none: false
    case .events: eventCount <= state.patience[leaf]
    case .instant: moment.instant < state.patience[leaf]
    }
  }

  /// Whether no events, however many, turn a leaf before its time comes.
  func isSettled(_ leaf: Int, at instant: Int64) -> Bool {
    let truth = state.truths[leaf]
    switch plan.drifts[leaf] {
    case .towardFalse: if truth == .true { return true }
    // What never was may begin to be counted.
    case .towardTrue: if truth == .false && state.nextChanges[leaf] != .max { return true }
    case .either: if plan.isPermanent[leaf] && truth == .true { return true }
    }
    // It is looked at before an event that comes now can make it true.
    return truth != .true && plan.leastAges[leaf] > 0
      && state.nextChanges[leaf] <= instant + plan.leastAges[leaf]
  }

  /// How long a leaf that was looked at may be left alone.
  private func patience(of leaf: Int, _ truth: Truth, at now: EvaluationInstant) -> Int64 {
    if case .none = plan.patience[leaf] { return .min }
    switch (plan.drifts[leaf], truth) {
    case (.towardFalse, .false), (.towardTrue, .true), (.either, .false):
      return facts.patience(of: leaf, at: now)
    default: return .min
    }
  }

  private mutating func updateNextInstant() {
    guard let now = state.instant else { return }
    var next = Int64.max
    for change in state.nextChanges where change > now { next = min(next, change) }
    for (segment, _) in plan.delayed {
      if let end = delayEnd(segment), end > now { next = min(next, end) }
    }
    for machine in state.machines {
      if let move = machine.nextMove, move > now { next = min(next, move) }
    }
    state.nextInstant = next
  }

  /// When the least stay, or the cool-down, ends.
  func delayEnd(_ position: Int) -> Int64? {
    let segment = state.segments[position]
    let planned = plan.segments[position]
    guard let length = segment.isMember ? planned.leastStay : planned.cooldown,
      let since = segment.since
    else { return nil }
    return since + length
  }

  private mutating func answerMemory(_ leaves: [Int], at instant: Int64) {
    for leaf in leaves {
      let (truth, next) = answer(memory: leaf, at: instant)
      _ = state.set(leaf, truth, until: next)
    }
  }

  /// Looks at a segment; true where the member entered or left it.
  private mutating func evaluate(
    segment position: Int, _ moment: Moment, _ log: inout Log
  ) -> Bool {
    let planned = plan.segments[position]
    let instant = moment.instant
    answerMemory(planned.memoryLeaves, at: instant)
    let when = planned.when.truth { state.truths[$0] } == .true
    let stay = planned.stay.map { $0.truth { state.truths[$0] } == .true } ?? when
    var segment = state.segments[position]
    let isDelayed = delayEnd(position).map { instant < $0 } ?? false
    let isWanted = segment.isMember ? stay || isDelayed : when && stay && !isDelayed
    let consent = planned.consent.map { facts.consent($0, at: moment.now) }
    let hasConsent = consent.map { $0.state == .granted } ?? true
    let rival = planned.rivals.first { state.segments[$0.segment].isMember }
    let isMember = isWanted && hasConsent && rival == nil
    guard isMember != segment.isMember else {
      if hasConsent != segment.hasConsent {
        segment.hasConsent = hasConsent
        state.set(segment, at: position)
      }
      return false
    }
    let definition = plan.project.segments[position]
    var evidence: [Transition.Evidence] = []
    var reasons: [Transition.Reason] = []
    if hasConsent != segment.hasConsent || (!isMember && !hasConsent), let consent {
      evidence.append(
        Transition.Evidence(rule: "purpose: \(definition.purpose ?? "")", fact: consent.fact))
      reasons.append(.consent)
    }
    if isWanted != segment.isMember {
      let (found, why) = changes(in: planned.leaves, moment, wantsFacts: log.isKept)
      evidence += found
      reasons += why
      let delay = segment.isMember ? definition.memory.leastStay : definition.memory.cooldown
      if let end = delayEnd(position), end == instant, let delay {
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
    segment.hasConsent = hasConsent
    segment.isMember = isMember
    segment.reason = reasons.min { $0.rank < $1.rank } ?? .time
    if isMember { segment.entered = instant } else { segment.left = instant }
    state.set(segment, at: position)
    if log.isKept {
      log.transitions.append(
        transition(
          .segment(definition.id), isMember ? .entered : .left, segment.reason, evidence, instant))
    }
    return true
  }

  /// Looks at a machine; true where the member came into another state.
  private mutating func evaluate(
    machine position: Int, _ moment: Moment, _ log: inout Log
  ) -> Bool {
    let planned = plan.machines[position]
    let name = plan.project.stages[position].name
    let instant = moment.instant
    answerMemory(planned.memoryLeaves, at: instant)
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
    func note(_ direction: Transition.Direction, _ evidence: [Transition.Evidence]) {
      guard log.isKept else { return }
      log.transitions.append(
        transition(
          .stage(machine: name, state: planned.states[machine.state]), direction, machine.reason,
          evidence, instant))
    }
    if moment.isFirst {
      machine.since = instant
      machine.reason = reason(of: moment.kinds)
      note(.entered, [])
    }
    machine.nextMove = nil
    let move = nextMove()
    if let move {
      let own = Set(move.when.leaves).sorted()
      var (evidence, reasons) = changes(in: own, moment, wantsFacts: log.isKept)
      if reasons.isEmpty {
        (evidence, reasons) = changes(in: planned.leaves, moment, wantsFacts: log.isKept)
      }
      machine.reason = reasons.min { $0.rank < $1.rank } ?? .time
      note(.left, evidence)
      machine.state = move.to
      machine.since = instant
      machine.visited.insert(move.to)
      note(.entered, evidence)
      // One move at an instant: a further one is made a microsecond later.
      if nextMove() != nil { machine.nextMove = instant + 1 }
    }
    state.set(machine, at: position)
    return move != nil || moment.isFirst
  }

  private func transition(
    _ subject: Transition.Subject, _ direction: Transition.Direction, _ reason: Transition.Reason,
    _ evidence: [Transition.Evidence], _ instant: Int64
  ) -> Transition {
    Transition(
      memberID: facts.memberID, subject: subject, direction: direction, reason: reason,
      evidence: evidence, time: Timestamp(microseconds: instant))
  }
}
