import Engagement
import EventLog

extension LeafProposals {
  /// Steps for a comparison of a feature or a score: more events of one type, or another attribute.
  func numberSteps(
    to goal: ChangeGoal, of leaf: Int, _ question: NumberQuestion
  ) -> [ChangeStep] {
    let value = question.value(for: facts, at: now.asOf)
    let present = value.isNaN ? "missing" : formatted((value * 1e4).rounded() / 1e4)
    let needs = question.comparisons.needs
    let aim = goal == .isTrue || goal == .isNotFalse ? needs : "not \(needs)"
    let features = question.node.features
    var steps: [ChangeStep] = []
    for event in candidates(question.node, features) {
      if let step = repeated(event, to: goal, leaf, atMost: 1_024) { steps.append(step) }
      if features.contains(where: \.countsPeriods) {
        let unit: RegularActivity.Unit =
          features.contains { if case .activeDays = $0 { true } else { false } } ? .day : .week
        steps += spread([event], unit, to: goal, leaf, atMost: 100)
      }
    }
    if features.contains(where: { if case .receivedImpactRate = $0 { true } else { false } }) {
      steps += received(to: goal, of: leaf)
    }
    for case .attribute(let name) in features {
      let tests = question.comparisons.map { FieldTest.number($0) }
      steps += attributeSteps(to: goal, of: leaf, name, tests)
    }
    return steps.map { step in
      ChangeStep(
        step.kind, rule: step.rule, text: "\(step.text): \(question.name) \(aim), now \(present)",
        size: step.size, facts: step.facts)
    }
  }

  /// Events of the types that the number may be made of, and of the member's own latest ones.
  private func candidates(
    _ node: NumberQuestion.Node, _ features: [FeatureDefinition]
  ) -> [Event] {
    let settings = trial.plan.project.settings
    var names = Array(examples.ownTypes.prefix(3))
    for feature in features {
      switch feature {
      case .eventCount(let alias?, _), .share(let alias, _): names.append(alias)
      case .impact, .impactRate:
        names += settings.weights.keys.sorted(by: bytesPrecede).prefix(6)
      default: break
      }
    }
    names += node.pointNames.prefix(6)
    var types: [String] = []
    for name in names {
      for type in examples.types(of: [name]) where !types.contains(type) { types.append(type) }
    }
    if types.isEmpty { types = examples.types(of: ["*"]) }
    let values: [Double?] =
      features.contains { $0.readsValues(settings) } ? [nil, 1, 10, 100] : [nil]
    var events: [Event] = []
    for type in types.prefix(8) {
      for value in values {
        var event = examples.event(type, value: value)
        for feature in features {
          switch feature {
          case .distinctValues(let property, _): event.properties[property] = .string("another")
          case .propertyShare(let property, .text(let text), _):
            event.properties[property] = .string(text)
          default: break
          }
        }
        events.append(event)
      }
    }
    return events
  }

  private func received(to goal: ChangeGoal, of leaf: Int) -> [ChangeStep] {
    examples.types(of: ["*"]).compactMap { type in
      let event = Event(
        memberID: "another member", timestamp: now.asOf, type: type,
        targetID: trial.record.memberID)
      return leastCount(to: goal, of: leaf, atMost: 1_024) {
        Array(repeating: .received(event), count: $0)
      }.map { count in
        ChangeStep(
          .event, rule: written(leaf), text: "\(count) \(type) of others to the member",
          size: Double(count), facts: Array(repeating: .received(event), count: count))
      }
    }
  }
}

extension NumberQuestion.Node {
  /// The features that the number is made of.
  fileprivate var features: [FeatureDefinition] {
    switch self {
    case .feature(let feature), .linear(let feature, _, _), .percentile(let feature, _): [feature]
    case .points: []
    case .weightedSum(let parts): parts.flatMap(\.part.features)
    }
  }

  /// The names that points are given for.
  fileprivate var pointNames: [String] {
    switch self {
    case .points(_, let points, _, _): points.keys.sorted(by: bytesPrecede)
    case .weightedSum(let parts): parts.flatMap(\.part.pointNames)
    case .feature, .linear, .percentile: []
    }
  }
}

extension FeatureDefinition {
  /// True for numbers of days and weeks, which events at one time do not raise twice.
  fileprivate var countsPeriods: Bool {
    switch self {
    case .activeDays, .activeWeeks, .streakWeeks: true
    default: false
    }
  }

  fileprivate func readsValues(_ settings: EngagementSettings) -> Bool {
    switch self {
    case .valueSum, .valueMean: true
    case .impact, .impactRate: settings.valueUse != .none
    default: false
    }
  }
}
