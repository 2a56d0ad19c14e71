import Engagement
import EventLog

/// The cheapest ways to change conditions, segments and stages of a member as of one instant, by the
/// logic between the leaves alone: what a step for one leaf does to another is for the trial to find.
final class ChangeTree {
  private let trial: MembershipTrial
  /// The member's timeline up to the instant.
  private let timeline: MemberTimeline
  private let instant: Int64
  private let proposals: LeafProposals
  /// Whether only what somebody can do is proposed.
  private let actionsOnly: Bool
  private var leafWays: [LeafGoal: ChangeWays] = [:]
  private var segmentWays: [Int: ChangeWays] = [:]

  private struct LeafGoal: Hashable {
    let leaf: Int
    let goal: ChangeGoal
  }

  init(_ trial: MembershipTrial, at instant: Int64, actionsOnly: Bool = false) {
    self.trial = trial
    self.actionsOnly = actionsOnly
    self.instant = instant
    timeline = trial.timeline(until: instant)
    proposals = LeafProposals(trial, timeline.facts, at: instant)
  }

  private var plan: TimelinePlan { trial.plan }

  /// What could be done about some leaves, whatever the logic between them asks for.
  func steps(for leaves: some Sequence<Int>) -> [ChangeSet] {
    let sets = leaves.filter { !plan.leaves[$0].isMemory }.sorted().flatMap { leaf in
      let goals: [ChangeGoal] =
        switch timeline.state.truths[leaf] {
        case .true: [.isNotTrue]
        case .false: [.isTrue]
        case .unknown: [.isTrue, .isFalse]
        }
      return goals.flatMap { ways(to: $0, ofLeaf: leaf).sets }
    }
    return sets.filter { $0.fixedCount == 0 && !$0.steps.isEmpty }
  }

  /// The ways to put the member in a segment, or to take it out.
  func ways(toFlip position: Int) -> ChangeWays {
    if let known = segmentWays[position] { return known }
    let ways = timeline.state.segments[position].isMember ? leave(position) : enter(position)
    segmentWays[position] = ways
    return ways
  }

  private func enter(_ position: Int) -> ChangeWays {
    let planned = plan.segments[position]
    var ways = self.ways(to: .isTrue, of: planned.when)
    if let stay = planned.stay { ways = ways.and(self.ways(to: .isTrue, of: stay)) }
    if let end = timeline.delayEnd(position), instant < end,
      let cooldown = plan.project.segments[position].memory.cooldown
    {
      ways = ways.and(delay("cooldown: \(cooldown)", until: end))
    }
    if let question = planned.consent, !agrees(question) {
      ways = ways.and(
        ChangeWays(steps: [consentStep(question, rule: "purpose: \(question.purpose)")]))
    }
    for rival in planned.rivals {
      if timeline.state.segments[rival.segment].isMember {
        ways = ways.and(self.ways(toFlip: rival.segment))
      } else if wouldFollow(rival.segment, rivalsOf: planned) {
        ways = ways.and(keepOut(rival.segment))
      }
    }
    return ways
  }

  /// Whether a rival is kept out by other rivals of the same segment alone, so that it comes in once they are out.
  private func wouldFollow(_ rival: Int, rivalsOf segment: TimelinePlan.PlannedSegment) -> Bool {
    let planned = plan.segments[rival]
    func holds(_ condition: PlannedCondition?) -> Bool {
      condition.map { $0.truth { timeline.state.truths[$0] } == .true } ?? true
    }
    let before = planned.rivals.map(\.segment).filter { timeline.state.segments[$0].isMember }
    return !before.isEmpty && before.allSatisfy(segment.rivals.map(\.segment).contains)
      && holds(planned.when) && holds(planned.stay)
      && !(timeline.delayEnd(rival).map { instant < $0 } ?? false)
      && planned.consent.map { agrees($0) } ?? true
  }

  /// The ways to keep the member out of a segment that it would come into.
  private func keepOut(_ position: Int) -> ChangeWays {
    let planned = plan.segments[position]
    var ways = self.ways(to: .isNotTrue, of: planned.when)
    if let stay = planned.stay { ways = ways.or(self.ways(to: .isNotTrue, of: stay)) }
    if let question = planned.consent {
      ways = ways.or(
        ChangeWays(steps: [consentStep(question, rule: "purpose: \(question.purpose)")]))
    }
    return ways
  }

  private func leave(_ position: Int) -> ChangeWays {
    let planned = plan.segments[position]
    var ways = self.ways(to: .isNotTrue, of: planned.stay ?? planned.when)
    if let end = timeline.delayEnd(position), instant < end,
      let stay = plan.project.segments[position].memory.leastStay
    {
      ways = ways.and(delay("min_stay: \(stay)", until: end))
    }
    if let question = planned.consent {
      ways = ways.or(
        ChangeWays(steps: [consentStep(question, rule: "purpose: \(question.purpose)")]))
    }
    for rival in planned.rivals { ways = ways.or(self.ways(toFlip: rival.segment)) }
    return ways
  }

  private func delay(_ rule: String, until end: Int64) -> ChangeWays {
    let text = "until \(Timestamp(microseconds: end))"
    return ChangeWays(steps: [ChangeStep(.fixed, rule: rule, text: text)])
  }

  /// What holds the member out of a segment, or in it, beside its conditions.
  func holds(of position: Int) -> [String] {
    let definition = plan.project.segments[position]
    let planned = plan.segments[position]
    var holds: [String] = []
    let isMember = timeline.state.segments[position].isMember
    if let end = timeline.delayEnd(position), instant < end {
      let name = isMember ? "min_stay" : "cooldown"
      holds.append("\(name) until \(Timestamp(microseconds: end))")
    }
    guard !isMember else { return holds }
    if let question = planned.consent, !agrees(question) {
      holds.append("no consent to \(definition.purpose ?? question.purpose)")
    }
    for rival in planned.rivals where timeline.state.segments[rival.segment].isMember {
      holds.append(
        "in \(plan.project.segments[rival.segment].id), which goes first in \(rival.group)")
    }
    return holds
  }

  /// The ways to move the member out of its state of a machine, or only into or out of some states.
  func ways(toMove position: Int, into wanted: (Int) -> Bool = { _ in true }) -> ChangeWays {
    let state = timeline.state.machines[position].state
    return plan.machines[position].moves.reduce(.impossible) { ways, move in
      guard move.to != state, move.from ?? state == state, wanted(move.to) else { return ways }
      return ways.or(self.ways(to: .isTrue, of: move.when))
    }
  }

  private func ways(to goal: ChangeGoal, of condition: PlannedCondition) -> ChangeWays {
    if goal.isMet(by: condition.truth { timeline.state.truths[$0] }) { return .done }
    switch condition {
    case .all(let parts): return ways(to: goal, atLeast: parts.count, of: parts)
    case .any(let parts): return ways(to: goal, atLeast: 1, of: parts)
    case .none(let parts): return ways(to: goal.negated, atLeast: 1, of: parts)
    case .not(let part): return ways(to: goal.negated, of: part)
    case .atLeast(let count, let parts): return ways(to: goal, atLeast: count, of: parts)
    case .leaf(let leaf): return ways(to: goal, ofLeaf: leaf)
    }
  }

  private func ways(
    to goal: ChangeGoal, atLeast count: Int, of parts: [PlannedCondition]
  ) -> ChangeWays {
    .atLeast(
      goal.count(of: parts.count, least: count), of: parts.map { ways(to: goal, of: $0) })
  }

  private func ways(to goal: ChangeGoal, ofLeaf leaf: Int) -> ChangeWays {
    let key = LeafGoal(leaf: leaf, goal: goal)
    if let known = leafWays[key] { return known }
    var ways = candidates(to: goal, ofLeaf: leaf)
    if ways.sets.isEmpty {
      let planned = plan.leaves[leaf]
      ways = ChangeWays(steps: [
        ChangeStep(
          .fixed, rule: planned.leaf.written,
          text: planned.leaf.whyFixed(given: trial.community.members.attributes))
      ])
    }
    leafWays[key] = ways
    return ways
  }

  private func candidates(to goal: ChangeGoal, ofLeaf leaf: Int) -> ChangeWays {
    switch plan.leaves[leaf].kind {
    case .segment(let other, _):
      // Whether that changes the answer depends on what is asked of the stays.
      let sets = ways(toFlip: other).sets
      return ChangeWays(sets.filter { $0.fixedCount > 0 || meets(goal, leaf, with: $0) })
    case .stage(let machine, let states):
      let isWanted = goal == .isTrue || goal == .isNotFalse
      return ways(toMove: machine) { states.contains($0) == isWanted }
    case .consent(let question):
      return ChangeWays(steps: [consentStep(question, rule: plan.leaves[leaf].leaf.written)])
    default:
      return ChangeWays(
        steps: proposals.steps(to: goal, of: leaf).filter { !actionsOnly || $0.isAction })
    }
  }

  private func meets(_ goal: ChangeGoal, _ leaf: Int, with set: ChangeSet) -> Bool {
    let tried = trial.timeline(with: set.facts, until: set.end(notBefore: instant))
    return goal.isMet(by: tried.state.truths[leaf])
  }

  private func agrees(_ question: ConsentQuestion) -> Bool {
    timeline.facts.consent(question, at: proposals.now).state == .granted
  }

  /// The member agrees, or withdraws: the opposite of what it said last.
  private func consentStep(_ question: ConsentQuestion, rule: String) -> ChangeStep {
    let isGiven = agrees(question)
    let event = Event(
      memberID: trial.record.memberID, timestamp: Timestamp(microseconds: instant),
      type: isGiven ? "consent_withdrawn" : "consent_given",
      properties: ["purpose": .string(question.purpose)])
    let text = (isGiven ? "consent withdrawn from " : "consent to ") + question.purpose
    return ChangeStep(.consent, rule: rule, text: text, facts: [.event(event)])
  }
}

extension Leaf {
  /// Why no step changes the leaf now.
  fileprivate func whyFixed(given columns: [String: AttributeColumn]) -> String {
    switch question {
    case .bucket: "fixed: the draw is made once"
    case .attribute(let name, _) where name == "joined_at": "fixed: when the member joined"
    case .attribute(let name, _) where columns[name]?.typeName == "time":
      "fixed: a date of the member's"
    case .near: "fixed: where the member is"
    case .occurrence(let occurrence) where occurrence.order == .first: "fixed: the first event"
    case .feature(.tenureDays, _): "by time alone"
    default: "not by a step of its own"
    }
  }
}
