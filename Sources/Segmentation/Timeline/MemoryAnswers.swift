import EventLog

extension MemberTimeline {
  /// Answers a leaf about another segment or a stage at an instant, and says when time alone may
  /// change the answer.
  func answer(memory position: Int, at instant: Int64) -> (truth: Truth, next: Int64?) {
    switch plan.leaves[position].kind {
    case .segment(let other, let question):
      let segment = state.segments[other]
      var holds = question.isMember.map { $0 == segment.isMember } ?? true
      var ends: [Int64] = []
      func age(since start: Int64?, under length: ExactDuration?) -> Bool {
        guard let length else { return true }
        guard let start else { return false }
        ends.append(start + length.microseconds)
        return instant - start < length.microseconds
      }
      // A member that never was in has been outside for ever.
      if let length = question.heldFor, let since = segment.since {
        ends.append(since + length.microseconds)
        holds = holds && instant - since >= length.microseconds
      }
      let isFreshEntry = age(since: segment.entered, under: question.enteredWithin)
      let isFreshExit = age(since: segment.left, under: question.leftWithin)
      holds = holds && isFreshEntry && isFreshExit
      if let ever = question.ever { holds = holds && ever == (segment.entered != nil) }
      return (Truth(holds), ends.filter { $0 > instant }.min())
    case .stage(let machine, let states):
      return (Truth(states.contains(state.machines[machine].state)), nil)
    default: preconditionFailure("only leaves about segments and stages are memory")
    }
  }

  /// What was observed of a leaf about another segment or a stage, in words.
  private func fact(memory position: Int) -> String {
    switch plan.leaves[position].kind {
    case .segment(let other, _):
      let id = plan.project.segments[other].id
      let segment = state.segments[other]
      let since = segment.since.map { " since \(Timestamp(microseconds: $0))" } ?? ""
      return (segment.isMember ? "in \(id)" : "not in \(id)") + since
    case .stage(let machine, _):
      let place = state.machines[machine]
      let name = plan.machines[machine].states[place.state]
      return "\(name) since \(Timestamp(microseconds: place.since))"
    default: preconditionFailure("only leaves about segments and stages are memory")
    }
  }

  /// A leaf's value as of the last instant, and what was observed.
  func observation(_ position: Int, at now: EvaluationInstant) -> LeafObservation {
    plan.leaves[position].isMemory
      ? LeafObservation(truth: state.truths[position], fact: fact(memory: position))
      : facts.observe(position, at: now, wantsFact: true)
  }

  /// The leaves among some whose value changed, and why each did.
  func changes(
    in leaves: some Sequence<Int>, _ moment: Moment, wantsFacts: Bool
  ) -> (evidence: [Transition.Evidence], reasons: [Transition.Reason]) {
    var evidence: [Transition.Evidence] = []
    var reasons: [Transition.Reason] = []
    for position in leaves {
      let before = state.last.truth(of: position)
      guard moment.isFirst || before.map({ $0 != state.truths[position] }) ?? false else {
        continue
      }
      if wantsFacts {
        evidence.append(
          Transition.Evidence(
            rule: plan.leaves[position].leaf.written,
            fact: observation(position, at: moment.now).fact))
      }
      reasons.append(reason(of: position, moment))
    }
    return (evidence, reasons)
  }

  private func reason(of position: Int, _ moment: Moment) -> Transition.Reason {
    let planned = plan.leaves[position]
    switch planned.kind {
    case .segment(let other, _):
      let segment = state.segments[other]
      return segment.since == moment.instant ? segment.reason : .time
    case .stage(let machine, _):
      let place = state.machines[machine]
      return place.since == moment.instant ? place.reason : .time
    case .consent(let question):
      let isNews = facts.consent(question, at: moment.now).since == moment.instant
      return isNews ? .consent : .time
    default:
      guard plan.listens(position, to: moment.kinds, moment.marks) else { return .time }
      let heard = plan.hearing[position]
      return reason(of: moment.kinds.intersection(heard.isEmpty ? .event : heard))
    }
  }

  /// The reason that facts of some kinds are.
  func reason(of kinds: MemberFacts.Kinds) -> Transition.Reason {
    if !kinds.isDisjoint(with: [.event, .received]) { return .event }
    if kinds.contains(.attribute) { return .attribute }
    if kinds.contains(.list) { return .manual }
    return kinds.contains(.label) ? .model : .time
  }
}

extension Transition.Reason {
  /// Of several reasons, the one with the least rank is given.
  var rank: Int {
    switch self {
    case .consent: 0
    case .event: 1
    case .attribute: 2
    case .manual: 3
    case .model: 4
    default: 5
    }
  }
}
