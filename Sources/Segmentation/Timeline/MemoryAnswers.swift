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
  func observation(_ position: Int, at instant: Int64) -> LeafObservation {
    plan.leaves[position].isMemory
      ? LeafObservation(truth: state.truths[position], fact: fact(memory: position))
      : facts.observe(position, at: instant, wantsFact: true)
  }

  /// The leaves among some whose value changed, and why each did.
  func changes(
    in leaves: some Sequence<Int>, _ moment: Moment
  ) -> (evidence: [Transition.Evidence], reasons: [Transition.Reason]) {
    var evidence: [Transition.Evidence] = []
    var reasons: [Transition.Reason] = []
    for position in leaves {
      guard moment.isFirst || state.truths[position] != moment.previous[position] else { continue }
      evidence.append(
        Transition.Evidence(
          rule: plan.leaves[position].leaf.written,
          fact: observation(position, at: moment.instant).fact))
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
    case .consent(let purpose):
      let isNews = facts.consent(to: purpose, at: moment.instant).since == moment.instant
      return isNews ? .consent : .time
    default:
      return reason(of: planned.listens(to: moment.kinds) ? moment.kinds : [], for: planned)
    }
  }

  /// The reason that facts of some kinds are.
  func reason(of kinds: MemberFacts.Kinds, for leaf: PlannedLeaf? = nil) -> Transition.Reason {
    let heard = kinds.intersection(leaf?.hearing ?? [.event, .attribute, .list, .label])
    if heard.contains(.event) { return .event }
    if heard.contains(.attribute) { return .attribute }
    if heard.contains(.list) { return .manual }
    return heard.contains(.label) ? .model : .time
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

extension PlannedLeaf {
  /// The kinds of facts that may change the leaf.
  var hearing: MemberFacts.Kinds {
    switch kind {
    case .observed:
      switch leaf.question {
      case .attribute, .near: return [.attribute]
      case .bucket: return []
      default: return [.event]
      }
    case .feature, .score: return [.event, .attribute]
    case .list: return [.list]
    case .cluster: return [.label]
    case .consent: return [.event, .attribute]
    case .segment, .stage: return []
    }
  }

  func listens(to kinds: MemberFacts.Kinds) -> Bool { !hearing.isDisjoint(with: kinds) }
}
