import Engagement
import EventLog

extension MemberTimeline {
  /// The ids of the segments that the member is in, in the order of the file.
  var memberSegments: [String] {
    zip(plan.project.segments, state.segments).filter { $1.isMember }.map { $0.0.id }
  }

  /// For each machine, in the order of the file, the member's state; empty before the first instant.
  var memberStages: [String] {
    guard state.instant != nil else { return [] }
    return zip(plan.machines, state.machines).map { $0.states[$1.state] }
  }

  /// Why the member is, or is not, in a segment at an instant up to which the timeline ran.
  func explain(segment position: Int, at instant: Int64) -> Explanation {
    let definition = plan.project.segments[position]
    let planned = plan.segments[position]
    let segment = state.segments[position]
    var parts = [explain(planned.when, at: instant)]
    func add(_ rule: String, _ isTrue: Bool, _ fact: String?, _ inner: [Explanation] = []) {
      parts.append(Explanation(rule: rule, truth: Truth(isTrue), fact: fact, parts: inner))
    }
    if let stay = planned.stay {
      let inner = explain(stay, at: instant)
      add("stay_while", inner.truth == .true, nil, [inner])
    }
    if let length = definition.memory.leastStay, let entered = segment.entered, segment.isMember {
      let end = Timestamp(microseconds: entered + length.microseconds)
      add("min_stay: \(length)", instant < end.microseconds, "until \(end)")
    }
    if let length = definition.memory.cooldown, let left = segment.left, !segment.isMember {
      let end = Timestamp(microseconds: left + length.microseconds)
      add("cooldown: \(length)", instant < end.microseconds, "until \(end)")
    }
    if let question = planned.consent {
      let consent = facts.consent(question, at: now(instant))
      add("purpose: \(question.purpose)", consent.state == .granted, consent.fact)
    }
    for rival in planned.rivals where state.segments[rival.segment].isMember {
      add("exclusive: \(rival.group)", false, "in \(plan.project.segments[rival.segment].id)")
    }
    let since = segment.since.map { Timestamp(microseconds: $0) }
    return Explanation(
      rule: definition.id, truth: Truth(segment.isMember),
      fact: since.map { segment.isMember ? "since \($0)" : "left \($0)" }, parts: parts)
  }

  /// Why the member is in its state of a machine.
  func explain(machine position: Int, at instant: Int64) -> Explanation {
    let machine = state.machines[position]
    let planned = plan.machines[position]
    let moves = planned.moves.filter {
      ($0.from ?? machine.state) == machine.state && $0.to != machine.state
    }
    return Explanation(
      rule: planned.states[machine.state], truth: .true,
      fact: state.instant == nil ? nil : "since \(Timestamp(microseconds: machine.since))",
      parts: moves.map { move in
        let inner = explain(move.when, at: instant)
        return Explanation(
          rule: "move to \(planned.states[move.to])", truth: inner.truth, fact: nil, parts: [inner])
      })
  }

  private func now(_ instant: Int64) -> EvaluationInstant {
    EvaluationInstant(
      asOf: Timestamp(microseconds: instant), clock: plan.project.settings.clock)
  }

  private func explain(_ condition: PlannedCondition, at instant: Int64) -> Explanation {
    func node(_ rule: String, _ parts: [PlannedCondition]) -> Explanation {
      Explanation(
        rule: rule, truth: condition.truth { state.truths[$0] }, fact: nil,
        parts: parts.map { explain($0, at: instant) })
    }
    switch condition {
    case .all(let parts): return node("all", parts)
    case .any(let parts): return node("any", parts)
    case .none(let parts): return node("none", parts)
    case .not(let part): return node("not", [part])
    case .atLeast(let count, let parts): return node("at_least \(count)", parts)
    case .leaf(let position):
      let found = observation(position, at: now(instant))
      var parts: [Explanation] = []
      if case .segment(let other, _) = plan.leaves[position].kind {
        parts = [explain(segment: other, at: instant)]
      }
      return Explanation(
        rule: plan.leaves[position].leaf.written, truth: found.truth, fact: found.fact,
        parts: parts)
    }
  }
}
