import Engagement
import EventLog

/// The least steps that change one leaf of a member's as of an instant, each tried on a copy of the facts.
struct LeafProposals {
  let trial: MembershipTrial
  /// The member's facts, up to the instant.
  let facts: MemberFacts
  let instant: Int64
  let now: EvaluationInstant
  let examples: EventExamples

  init(_ trial: MembershipTrial, _ facts: MemberFacts, at instant: Int64) {
    self.trial = trial
    self.facts = facts
    self.instant = instant
    now = EvaluationInstant(
      asOf: Timestamp(microseconds: instant), clock: trial.plan.project.settings.clock)
    examples = EventExamples(trial, at: now)
  }

  /// Steps that make a leaf meet a goal, each on its own; not for leaves that other segments decide.
  func steps(to goal: ChangeGoal, of leaf: Int) -> [ChangeStep] {
    let planned = trial.plan.leaves[leaf]
    let proposed: [ChangeStep] =
      switch planned.kind {
      case .events(let question): eventSteps(to: goal, of: leaf, question)
      case .number(let question, _): numberSteps(to: goal, of: leaf, question)
      case .attribute(let name, let tests): attributeSteps(to: goal, of: leaf, name, tests)
      case .list(let name, _): [listStep(of: leaf, name)]
      case .cluster(let model, let segments, let comparisons):
        labelSteps(to: goal, of: leaf, model, segments, comparisons)
      case .near, .bucket, .consent, .segment, .stage, .rank: []
      }
    return proposed.filter { meets(goal, leaf, with: $0.facts) }
  }

  /// Whether a leaf meets a goal with some more facts, when the last of them is there.
  func meets(_ goal: ChangeGoal, _ leaf: Int, with added: [NewFact]) -> Bool {
    var facts = facts
    var end = instant
    for fact in added {
      facts.add(fact)
      end = max(end, fact.time.microseconds)
    }
    facts.advance(to: end)
    let then = EvaluationInstant(asOf: Timestamp(microseconds: end), clock: now.clock)
    return goal.isMet(by: facts.truth(of: leaf, at: then))
  }

  /// The least number of facts with which a leaf meets a goal; nil where no number up to the most does.
  ///
  /// All numbers up to 32 are tried, then doubled ones, and between the last two it is halved.
  func leastCount(
    to goal: ChangeGoal, of leaf: Int, atMost most: Int, _ facts: (Int) -> [NewFact]
  ) -> Int? {
    func isEnough(_ count: Int) -> Bool { meets(goal, leaf, with: facts(count)) }
    let tried = min(32, most)
    for count in 1...max(1, tried) where isEnough(count) { return count }
    var (low, high) = (tried, tried * 2)
    while low < most {
      high = min(high, most)
      if isEnough(high) {
        while high - low > 1 {
          let middle = (low + high) / 2
          if isEnough(middle) { high = middle } else { low = middle }
        }
        return high
      }
      (low, high) = (high, high * 2)
    }
    return nil
  }

  func written(_ leaf: Int) -> String { trial.plan.leaves[leaf].leaf.written }

  // MARK: - What is no event

  private func listStep(of leaf: Int, _ name: String) -> ChangeStep {
    let standing = MemberRecord.value(trial.record.lists[name], at: instant)
    let isOn = standing?.isOn ?? false
    return ChangeStep(
      .list, rule: written(leaf),
      text: isOn ? "to be taken off the list \(name)" : "to be put on the list \(name)",
      facts: [.list(name, isOn: !isOn, at: now.asOf)])
  }

  private func labelSteps(
    to goal: ChangeGoal, of leaf: Int, _ model: String, _ segments: [String],
    _ comparisons: [Comparison<Double>]
  ) -> [ChangeStep] {
    let limits = comparisons.flatMap(\.operands)
    let confidences = [1, 0.75, 0.5] + limits + limits.flatMap { [$0 - 0.01, $0 + 0.01] }
    let wanted = segments.flatMap { segment in
      confidences.filter { (0...1).contains($0) }.map {
        LearnedLabel(segment: segment, confidence: $0)
      }
    }
    for label in wanted where goal == .isTrue || goal == .isNotFalse {
      let facts = [NewFact.label(model: model, label, at: now.asOf)]
      guard meets(goal, leaf, with: facts) else { continue }
      let confidence =
        comparisons.isEmpty ? "" : " with a confidence of \(comparisons.needs)"
      return [
        ChangeStep(
          .label, rule: written(leaf), text: "\(label.segment) by model \(model)\(confidence)",
          facts: facts)
      ]
    }
    return [
      ChangeStep(
        .label, rule: written(leaf),
        text: "another label than \(listing(segments)) by model \(model)",
        facts: [
          .label(model: model, LearnedLabel(segment: "another", confidence: 1), at: now.asOf)
        ])
    ]
  }
}
