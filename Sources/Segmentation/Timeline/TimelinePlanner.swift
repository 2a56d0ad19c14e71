import Engagement
import EventLog

/// Numbers the leaves of a project, and resolves what they refer to.
struct TimelinePlanner {
  private let project: ProjectFile
  private let segmentPositions: [String: Int]
  private let machinePositions: [String: Int]
  private(set) var leaves: [PlannedLeaf] = []

  init(_ project: ProjectFile) {
    self.project = project
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
  func rivals(of id: String) -> [(segment: Int, group: String)] {
    project.exclusiveGroups.flatMap { group -> [(segment: Int, group: String)] in
      guard let place = group.order.firstIndex(where: { bytesAreEqual($0, id) }) else { return [] }
      return group.order[..<place].map { (segment: segment($0), group: group.name) }
    }
  }

  /// The condition under which members enter a segment.
  mutating func plan(_ segment: SegmentDefinition) -> PlannedCondition {
    switch segment.membership {
    case .rule(let condition): return plan(condition)
    case .list(let name, let expires):
      let leaf = Leaf(
        question: .list(name: name), isUnknownIfMissing: false, position: segment.position,
        written: "{list: \(name)}")
      return add(leaf, list(name, expires: expires))
    }
  }

  mutating func plan(_ condition: Condition) -> PlannedCondition {
    switch condition {
    case .all(let parts): return .all(parts.map { plan($0) })
    case .any(let parts): return .any(parts.map { plan($0) })
    case .none(let parts): return PlannedCondition.none(parts.map { plan($0) })
    case .not(let part): return .not(plan(part))
    case .atLeast(let count, let parts): return .atLeast(count, parts.map { plan($0) })
    case .leaf(let leaf): return add(leaf, kind(of: leaf))
    }
  }

  private mutating func add(_ leaf: Leaf, _ kind: PlannedLeaf.Kind) -> PlannedCondition {
    leaves.append(PlannedLeaf(leaf: leaf, kind: kind))
    return .leaf(leaves.count - 1)
  }

  private func kind(of leaf: Leaf) -> PlannedLeaf.Kind {
    switch leaf.question {
    case .feature(let feature, let comparisons): .feature(feature, comparisons)
    case .score(let name, let comparisons): .score(name, comparisons)
    case .list(let name): list(name, expires: nil)
    case .cluster(let model, let segments, let confidence):
      .cluster(model: model, segments: segments, confidence)
    case .consent(let purpose): .consent(purpose)
    case .segment(let id, let isMember):
      .segment(
        segment(id),
        SegmentHistoryQuestion(
          id: id, isMember: isMember, heldFor: nil, enteredWithin: nil, leftWithin: nil, ever: nil))
    case .segmentHistory(let history): .segment(segment(history.id), history)
    case .stage(let name, let states): stage(name, states)
    default: .observed
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
  private var percentiles: [(score: String, model: String, feature: FeatureDefinition)] = []

  init(of leaves: [PlannedLeaf], in project: ProjectFile) {
    for leaf in leaves {
      switch leaf.kind {
      case .feature(let feature, _): include(feature)
      case .score(let name, _): include(name, project)
      default: break
      }
    }
  }

  private mutating func include(_ feature: FeatureDefinition) {
    if !features.contains(feature) { features.append(feature) }
  }

  private mutating func include(_ score: String, _ project: ProjectFile) {
    switch project.scores[score] {
    case .linear(let feature, _, _): include(feature)
    case .percentile(let feature, let model):
      include(feature)
      percentiles.append((score, model, feature))
    case .weightedSum(let weights):
      for part in weights.keys.sorted(by: bytesPrecede) { include(part, project) }
    case .points, nil: break
    }
  }

  func missingPercentile(
    in distributions: [String: [FeatureDefinition: EmpiricalDistribution]]
  ) -> EngagementError? {
    percentiles.first { distributions[$0.model]?[$0.feature] == nil }.map {
      .missingPercentile(score: $0.score, model: $0.model, feature: $0.feature.description)
    }
  }
}
