public import Engagement
public import EventLog
public import LinearAlgebra

/// What a model says of one member.
public struct LearnedLabel: Sendable, Hashable {
  /// The id of the learned segment, for example `c0`.
  public let segment: String
  /// Its name in the model, if it has one.
  public let name: String?
  /// How sure the model is, from 0 to 1.
  public let confidence: Double

  /// Makes a label from its parts.
  public init(segment: String, name: String? = nil, confidence: Double) {
    self.segment = segment
    self.name = name
    self.confidence = confidence
  }
}

/// The members of one written segment.
public struct SegmentMembers: Sendable, Hashable {
  /// The segment's id.
  public let id: String
  /// Whether it is a rule or a list.
  public let kind: SegmentKind
  /// The members' rows in the community, in the order in which the rows were given.
  public let rows: [Int]
}

/// The written segments of a project, ready to be evaluated for some members at one instant.
///
/// Making it resolves every name once and computes every feature and score that any rule needs.
/// A rule is then evaluated in time linear in the member's events, leaf by leaf.
public struct SegmentEvaluator: Sendable {
  let project: ProjectFile
  let community: Community
  let rows: [Int]
  var now: EvaluationInstant
  /// The compiled segments, in the order of the file.
  let segments: [CompiledSegment]
  /// Positions in `segments`, each after those it refers to.
  let order: [Int]
  let threadCount: Int
  let replay: Replay
  let marker: HistoryMarker

  /// Prepares a project's segments.
  ///
  /// - Parameters:
  ///   - project: the project file.
  ///   - community: events and members.
  ///   - rows: the community's rows to evaluate; by default those in the table at `asOf`.
  ///   - asOf: T; nothing later exists yet.
  ///   - labels: for each model's name, a label for each of `rows`, nil where it has none.
  ///   - distributions: for each model's name, the distributions that percentile scores need.
  ///   - features: a table of ``ProjectFile/ruleFeatures`` of `rows`, where it was computed before; else
  ///     it is computed from the events.
  ///   - threadCount: how many threads work at once; results do not depend on it.
  /// - Precondition: each model has as many labels as there are rows.
  /// - Throws: ``SegmentationError`` where rules name features that the community does not have, or
  ///   models that were not given.
  public init(
    _ project: ProjectFile, community: Community, rows: [Int]? = nil, asOf: Timestamp,
    labels: [String: [LearnedLabel?]] = [:],
    distributions: [String: [FeatureDefinition: EmpiricalDistribution]] = [:],
    features: FeatureTable? = nil, threadCount: Int = availableProcessorCount
  ) throws(SegmentationError) {
    let rows = rows ?? community.rows(asOf: asOf)
    precondition(
      features.map { $0.memberIDs.count == rows.count } ?? true, "the table has all rows")
    precondition(
      labels.values.allSatisfy { $0.count == rows.count }, "every row needs a label or nil")
    self.project = project
    self.community = community
    self.rows = rows
    self.threadCount = threadCount
    now = EvaluationInstant(asOf: asOf, clock: project.settings.clock)
    let numbers = try SharedNumbers(
      project: project, community: community, rows: rows, asOf: asOf,
      distributions: distributions, table: features, threadCount: threadCount)
    func part(_ part: ProjectFile) throws(SegmentationError) -> Part {
      try Part(part, of: project, community: community, distributions: distributions)
    }
    var remembered: [Part] = []
    if !project.remembered.isEmpty {
      let reduced = project.reduced(to: project.remembered)
      for _ in 0..<max(1, threadCount) { remembered.append(try part(reduced)) }
    }
    replay = Replay(
      whole: try part(project.withoutRankedSegments), rememberedOfThreads: remembered,
      labels: labels, lists: project.lists.mapValues { $0.entriesByRow(in: community) })
    var index = EventIndex()
    for leaf in project.leaves { _ = EventQuestion(leaf.question, in: &index) }
    let compiler = SegmentCompiler(
      project: project, index: index, community: community, rows: rows, now: now, labels: labels,
      distributions: distributions, numbers: numbers, threadCount: threadCount)
    segments = try compiler.compiledSegments()
    order = compiler.evaluationOrder()
    marker = HistoryMarker(index, history: community.history, settings: project.settings)
  }

  /// Who is in each segment, in the order of the file.
  ///
  /// - Complexity: that of ``evaluation(replays:)``.
  public func evaluate() -> [SegmentMembers] {
    evaluation().segments
  }

  /// For each segment, in the order of the file, whether the member at a position of `rows` is in.
  func isMember(at index: Int) -> [Bool] {
    var isMember = [Bool](repeating: false, count: segments.count)
    let part = replay.remembered
    if let part {
      let state = unloggedTimeline(at: index, of: part).state
      for (segment, position) in zip(state.segments, part.segments) {
        isMember[position] = segment.isMember
      }
    }
    let isReplayed = Set(part?.segments ?? [])
    evaluate(order.filter { !isReplayed.contains($0) }, of: view(at: index), &isMember)
    return isMember
  }

  /// Looks at some segments, each after those it refers to.
  func evaluate(_ order: [Int], of member: MemberView, _ isMember: inout [Bool]) {
    for position in order {
      isMember[position] =
        truth(of: segments[position].condition, of: member, isMember: isMember) == .true
    }
  }

  private func truth(
    of condition: CompiledCondition, of member: MemberView, isMember: [Bool]
  ) -> Truth {
    switch condition {
    case .all(let parts):
      var least = Truth.true
      for part in parts where least != .false {
        least = min(least, truth(of: part, of: member, isMember: isMember))
      }
      return least
    case .any(let parts): return greatestTruth(of: parts, of: member, isMember: isMember)
    case .none(let parts):
      return greatestTruth(of: parts, of: member, isMember: isMember).negated
    case .not(let part): return truth(of: part, of: member, isMember: isMember).negated
    case .atLeast(let count, let parts):
      return .atLeast(count, of: parts.map { truth(of: $0, of: member, isMember: isMember) })
    case .leaf(let leaf):
      if case .events(let question) = leaf.question {
        return question.holds(for: member.events, at: now).map { Truth($0) }
          ?? (leaf.isUnknownIfMissing ? .unknown : .false)
      }
      return observe(leaf, of: member, isMember: isMember, wantsFact: false).truth
    }
  }

  private func greatestTruth(
    of parts: [CompiledCondition], of member: MemberView, isMember: [Bool]
  ) -> Truth {
    var greatest = Truth.false
    for part in parts where greatest != .true {
      greatest = max(greatest, truth(of: part, of: member, isMember: isMember))
    }
    return greatest
  }
}
