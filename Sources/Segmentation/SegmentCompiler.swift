import Engagement
import EventLog

/// Resolves the names of a project's rules against a community, and computes what rules share.
struct SegmentCompiler {
  let project: ProjectFile
  let community: Community
  private let rows: [Int]
  let now: EvaluationInstant
  private let labels: [String: [LearnedLabel?]]
  private let numbers: SharedNumbers
  let distributions: [String: [FeatureDefinition: EmpiricalDistribution]]
  let threadCount: Int
  private let positionOfID: [String: Int]
  private let index: EventIndex

  init(
    project: ProjectFile, index: EventIndex, community: Community, rows: [Int],
    now: EvaluationInstant,
    labels: [String: [LearnedLabel?]],
    distributions: [String: [FeatureDefinition: EmpiricalDistribution]],
    numbers: SharedNumbers, threadCount: Int
  ) {
    self.project = project
    self.index = index
    self.community = community
    self.rows = rows
    self.now = now
    self.labels = labels
    self.distributions = distributions
    self.threadCount = threadCount
    self.numbers = numbers
    positionOfID = Dictionary(
      project.segments.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  func compiled(_ leaf: Leaf) throws(SegmentationError) -> CompiledLeaf {
    CompiledLeaf(
      question: try compile(leaf), isUnknownIfMissing: leaf.isUnknownIfMissing,
      written: leaf.written)
  }

  /// Positions of segments, each after those it refers to.
  func evaluationOrder() -> [Int] {
    var needs: [String: [String]] = [:]
    for segment in project.segments {
      guard case .rule(let condition) = segment.membership else { continue }
      for leaf in condition.leaves {
        if case .segment(let id, _) = leaf.question { needs[segment.id, default: []].append(id) }
      }
    }
    guard
      case .success(let ids) = inOrderOfNeed(
        project.segments.map(\.id), needs: { needs[$0] ?? [] })
    else { preconditionFailure("a parsed project has no circles") }
    return ids.compactMap { positionOfID[$0] }
  }

  func compiledSegments() throws(SegmentationError) -> [CompiledSegment] {
    var compiled: [CompiledSegment] = []
    for segment in project.segments {
      let condition: CompiledCondition
      switch segment.membership {
      case .rule(let rule): condition = try compile(rule)
      case .list(let name, let expires):
        condition = .leaf(
          CompiledLeaf(
            question: list(name, expires: expires), isUnknownIfMissing: false,
            written: "{list: \(name)}"))
      }
      compiled.append(CompiledSegment(definition: segment, condition: condition))
    }
    return compiled
  }

  private func compile(_ condition: Condition) throws(SegmentationError) -> CompiledCondition {
    switch condition {
    case .all(let parts): return .all(try compile(parts))
    case .any(let parts): return .any(try compile(parts))
    case .none(let parts): return CompiledCondition.none(try compile(parts))
    case .not(let part): return .not(try compile(part))
    case .atLeast(let count, let parts): return .atLeast(count, try compile(parts))
    case .leaf(let leaf):
      return .leaf(try compiled(leaf))
    }
  }

  private func compile(_ parts: [Condition]) throws(SegmentationError) -> [CompiledCondition] {
    var compiled: [CompiledCondition] = []
    for part in parts { compiled.append(try compile(part)) }
    return compiled
  }

  private func compile(_ leaf: Leaf) throws(SegmentationError) -> CompiledLeaf.Question {
    // All that leaves ask of events is in the index.
    var index = index
    if let events = EventQuestion(leaf.question, in: &index) { return .events(events) }
    switch leaf.question {
    case .attribute(let name, let tests):
      return .attribute(
        AttributeReader(name: name, column: community.members.attributes[name]), tests)
    case .feature(let feature, let comparisons):
      return .number(
        name: feature.description,
        source(.feature(feature), numbers.features[feature] ?? []), comparisons)
    case .score(let name, let comparisons):
      return .number(name: name, source(.score(name), numbers.scores[name] ?? []), comparisons)
    case .segment(let id, let isMember):
      guard let position = positionOfID[id] else {
        preconditionFailure("a parsed project refers to its own segments only")
      }
      return .segment(position, isMember: isMember)
    case .segmentHistory, .stage, .consent: return .remembered
    case .cluster(let model, let segments, let confidence):
      guard let column = labels[model] else {
        throw .missingModel(
          name: model, place: place(of: leaf),
          suggestion: suggestion(for: model, among: labels.keys.sorted(by: bytesPrecede)))
      }
      let givenNames = project.segmentNames[model] ?? [:]
      let isWanted = column.map { label in
        guard let label else { return false }
        let names = [label.segment, label.name, givenNames[label.segment]].compactMap { $0 }
        return segments.contains { wanted in names.contains { bytesAreEqual($0, wanted) } }
      }
      return .cluster(column, isWanted: isWanted, confidence)
    case .list(let name): return list(name, expires: nil)
    default: return .pattern(try pattern(leaf))
    }
  }

  private func source(_ quantity: NumberTimeline.Quantity, _ values: [Double]) -> NumberSource {
    // Features that were given may be of events that were not.
    let timeline = try? NumberTimeline(
      of: quantity, definitions: project.scores, community: community, settings: project.settings,
      distributions: distributions)
    return NumberSource(values: values, asOf: now.asOf, timeline: timeline)
  }

  private func place(of leaf: Leaf) -> String {
    "\(project.file):\(leaf.position.line):\(leaf.position.column)"
  }

  private func list(_ name: String, expires: Timestamp?) -> CompiledLeaf.Question {
    guard let list = project.lists[name] else {
      preconditionFailure("a parsed project refers to its own lists only")
    }
    return .list(
      list.entriesByRow(in: community), expires: [list.expires, expires].compactMap { $0 })
  }
}
