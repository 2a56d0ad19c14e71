import Engagement
import EventLog

/// Numbers the leaves of a project, and resolves what they refer to.
struct TimelinePlanner {
  private let project: ProjectFile
  private let distributions: [String: [FeatureDefinition: EmpiricalDistribution]]
  private let segmentPositions: [String: Int]
  private let machinePositions: [String: Int]
  private(set) var leaves: [PlannedLeaf] = []
  private(set) var index = EventIndex()

  init(
    _ project: ProjectFile,
    distributions: [String: [FeatureDefinition: EmpiricalDistribution]]
  ) {
    self.project = project
    self.distributions = distributions
    segmentPositions = Dictionary(
      project.segments.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    machinePositions = Dictionary(
      project.stages.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Segments and machines, each after those it refers to.
  func order() -> [TimelinePlan.Node] {
    guard case .success(let names) = SegmentNeeds(of: project).order() else {
      preconditionFailure("a parsed project has no circles")
    }
    let machines = Dictionary(
      project.stages.enumerated().map { (SegmentNeeds.name(ofMachine: $1.name), $0) },
      uniquingKeysWith: { first, _ in first })
    return names.compactMap { name in
      machines[name].map { .machine($0) } ?? segmentPositions[name].map { .segment($0) }
    }
  }

  /// The segments that go before another one in exclusive groups.
  private func rivals(of id: String) -> [(segment: Int, group: String)] {
    project.exclusiveGroups.flatMap { group -> [(segment: Int, group: String)] in
      guard let place = group.order.firstIndex(where: { bytesAreEqual($0, id) }) else { return [] }
      return group.order[..<place].map { (segment: segment($0), group: group.name) }
    }
  }

  /// The condition under which members enter a segment.
  private mutating func plan(_ segment: SegmentDefinition) -> PlannedCondition {
    switch segment.membership {
    case .rule(let condition): return plan(condition)
    case .list(let name, let expires):
      let leaf = Leaf(
        question: .list(name: name), isUnknownIfMissing: false, position: segment.position,
        written: "{list: \(name)}")
      return add(leaf, list(name, expires: expires))
    }
  }

  /// A segment, with all that decides it.
  mutating func planned(_ segment: SegmentDefinition) -> TimelinePlan.PlannedSegment {
    let start = leaves.count
    let when = plan(segment)
    let stay = segment.memory.stayWhile.map { plan($0) }
    return TimelinePlan.PlannedSegment(
      when: when, stay: stay, memory: segment.memory, leaves: start..<leaves.count,
      rivals: rivals(of: segment.id),
      consent: segment.purpose.map { consent(to: $0, at: segment.position) },
      memoryLeaves: (start..<leaves.count).filter { leaves[$0].isMemory })
  }

  /// A machine, with all that moves members.
  mutating func planned(_ machine: StageMachine) -> TimelinePlan.PlannedMachine {
    let start = leaves.count
    let states = machine.states
    func position(_ state: String) -> Int {
      guard let position = states.firstIndex(where: { bytesAreEqual($0, state) }) else {
        preconditionFailure("a parsed machine moves between its own states")
      }
      return position
    }
    let moves = machine.moves.map { move in
      TimelinePlan.PlannedMachine.Move(
        from: move.from.map(position), to: position(move.to), when: plan(move.when))
    }
    return TimelinePlan.PlannedMachine(
      states: states, moves: moves, leaves: start..<leaves.count,
      memoryLeaves: (start..<leaves.count).filter { leaves[$0].isMemory })
  }

  private mutating func plan(_ condition: Condition) -> PlannedCondition {
    switch condition {
    case .all(let parts): return .all(parts.map { plan($0) })
    case .any(let parts): return .any(parts.map { plan($0) })
    case .none(let parts): return PlannedCondition.none(parts.map { plan($0) })
    case .not(let part): return .not(plan(part))
    case .atLeast(let count, let parts): return .atLeast(count, parts.map { plan($0) })
    case .leaf(let leaf): return add(leaf, kind(of: leaf))
    }
  }

  /// What tells whether a member agrees to a purpose.
  private mutating func consent(to purpose: String, at position: SourcePosition) -> ConsentQuestion
  {
    let literal = Literal(text: purpose, number: decimal(purpose), instant: nil)
    let condition = EventFieldCondition(
      field: .property("purpose"), tests: [.isOneOf([literal])], position: position)
    let selectors = ["consent_given", "consent_withdrawn"].map { type in
      index.selector(
        EventSelection(names: [type], conditions: [condition], position: position))
    }
    return ConsentQuestion(
      purpose: purpose, folded: folded(purpose), given: selectors[0], withdrawn: selectors[1])
  }

  private mutating func add(_ leaf: Leaf, _ kind: PlannedLeaf.Kind) -> PlannedCondition {
    leaves.append(PlannedLeaf(leaf: leaf, kind: kind))
    return .leaf(leaves.count - 1)
  }

  private mutating func kind(of leaf: Leaf) -> PlannedLeaf.Kind {
    if let events = EventQuestion(leaf.question, in: &index) { return .events(events) }
    switch leaf.question {
    case .feature(let feature, let comparisons):
      return number(feature.description, .feature(feature), comparisons)
    case .score(let name, let comparisons): return number(name, node(ofScore: name), comparisons)
    case .attribute(let name, let tests): return .attribute(name, tests)
    case .near(let near): return .near(near)
    case .bucket(let bucket): return .bucket(bucket)
    case .list(let name): return list(name, expires: nil)
    case .cluster(let model, let segments, let confidence):
      return .cluster(model: model, segments: segments, confidence)
    case .consent(let purpose): return .consent(consent(to: purpose, at: leaf.position))
    case .segment(let id, let isMember):
      return .segment(
        segment(id),
        SegmentHistoryQuestion(
          id: id, isMember: isMember, heldFor: nil, enteredWithin: nil, leftWithin: nil, ever: nil))
    case .segmentHistory(let history): return .segment(segment(history.id), history)
    case .stage(let name, let states): return stage(name, states)
    case .rank, .did, .didNot, .occurrence, .regular, .sequence, .trend, .share: return .rank
    }
  }

  private func number(
    _ name: String, _ node: NumberQuestion.Node, _ comparisons: [Comparison<Double>]
  ) -> PlannedLeaf.Kind {
    .number(
      NumberQuestion(name: name, node: node, comparisons: comparisons),
      NumberQuestion.Changes(of: node, project.settings))
  }

  private mutating func node(ofScore name: String) -> NumberQuestion.Node {
    switch project.scores[name] {
    case .linear(let feature, let zero, let three):
      return .linear(feature, zeroAt: zero, threeAt: three)
    case .percentile(let feature, let model):
      // That there is one was checked.
      return distributions[model]?[feature].map { .percentile(feature, $0) } ?? .weightedSum([])
    case .points(let points, let halfLife):
      let selector = index.selector(
        EventSelection(
          names: points.keys.sorted(by: bytesPrecede), conditions: [],
          position: SourcePosition(line: 0, column: 0)))
      return .points(
        selector, points, column: index.column(.points(points), of: selector),
        halfLife: halfLife)
    case .weightedSum(let weights):
      return .weightedSum(
        weights.sorted { bytesPrecede($0.key, $1.key) }.map { (node(ofScore: $0.key), $0.value) })
    case nil: return .weightedSum([])
    }
  }

  private func list(_ name: String, expires: Timestamp?) -> PlannedLeaf.Kind {
    .list(name, expires: [project.lists[name]?.expires, expires].compactMap { $0 })
  }

  private func segment(_ id: String) -> Int {
    guard let position = segmentPositions[id] else {
      preconditionFailure("a parsed project refers to its own segments only")
    }
    return position
  }

  private func stage(_ name: String, _ states: [String]) -> PlannedLeaf.Kind {
    guard let machine = machinePositions[name] else {
      preconditionFailure("a parsed project refers to its own machines only")
    }
    let known = project.stages[machine].states
    return .stage(
      machine, states: states.compactMap { state in known.firstIndex { bytesAreEqual($0, state) } })
  }
}

/// The features that leaves and their scores are made of.
struct NumberNeeds {
  private(set) var features: [FeatureDefinition] = []

  init(of leaves: [PlannedLeaf]) {
    for leaf in leaves {
      if case .number(let question, _) = leaf.kind { include(question.node) }
    }
  }

  private mutating func include(_ feature: FeatureDefinition) {
    if !features.contains(feature) { features.append(feature) }
    // Bounds of these are made of the frequencies.
    switch feature {
    case .velocity(let short, let long):
      include(.frequency(halfLifeInDays: short))
      include(.frequency(halfLifeInDays: long))
    case .acceleration:
      include(.frequency(halfLifeInDays: 14))
      include(.frequency(halfLifeInDays: 56))
    default: break
    }
  }

  private mutating func include(_ node: NumberQuestion.Node) {
    switch node {
    case .feature(let feature), .linear(let feature, _, _), .percentile(let feature, _):
      include(feature)
    case .points: break
    case .weightedSum(let parts): for (part, _) in parts { include(part) }
    }
  }

  /// The error that a percentile score's model was not given.
  static func missingPercentile(
    in project: ProjectFile, _ distributions: [String: [FeatureDefinition: EmpiricalDistribution]]
  ) -> EngagementError? {
    func missing(_ name: String) -> EngagementError? {
      switch project.scores[name] {
      case .percentile(let feature, let model) where distributions[model]?[feature] == nil:
        .missingPercentile(score: name, model: model, feature: feature.description)
      case .weightedSum(let weights):
        weights.keys.sorted(by: bytesPrecede).compactMap(missing).first
      default: nil
      }
    }
    for leaf in project.leaves {
      if case .score(let name, _) = leaf.question, let error = missing(name) { return error }
    }
    return nil
  }
}
