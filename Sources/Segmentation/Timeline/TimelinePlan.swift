public import Engagement
import EventLog

/// A project's segments and stages prepared for the timelines of all members.
public final class TimelinePlan: Sendable {
  /// The project.
  public let project: ProjectFile
  /// Segments and machines, each after those it refers to.
  let order: [Node]
  /// By position in the project's segments.
  let segments: [PlannedSegment]
  /// By position in the project's stages.
  let machines: [PlannedMachine]
  let leaves: [PlannedLeaf]
  /// For each leaf, whether it stays true once it is.
  let isPermanent: [Bool]
  /// For each leaf, which way time takes it.
  let drifts: [LeafDrift]
  /// For each leaf, what its patience is counted in.
  let patience: [LeafPatience]
  /// For each leaf, whether it asks for a sum over a window that moves on.
  let isRolled: [Bool]
  /// What leaves ask of events.
  let index: EventIndex
  let marker: EventMarker
  /// For each leaf, the marks of the events that it listens to.
  private let leafMarks: [UInt64]
  /// For each leaf, the marks of the events that may make it true.
  private let openingMarks: [UInt64]
  /// For each leaf, the marks of the events that may make it false.
  private let closingMarks: [UInt64]
  /// For each leaf, the time after which an event can make it true at the earliest; 0 for at once.
  let leastAges: [Int64]
  /// The leaves that hear facts, as bits.
  let listeners: LeafListeners
  /// For each leaf, the kinds of facts that may change it, whatever the event.
  let hearing: [MemberFacts.Kinds]
  /// What features need to be kept; nil where none is compared.
  let features: LivePlan?
  /// For each leaf, the place in ``order`` of the segment or machine that it is of.
  let nodeOfLeaf: [Int]
  /// For each place in ``order``, the later places that look at its segment or machine.
  let dependents: [[Int]]
  /// The places of segments that are closed to those who do not agree to a purpose.
  private let gatedNodes: [(node: Int, marks: [UInt64])]
  /// The segments with a least stay or a cool-down, by position, and their places.
  let delayed: [(segment: Int, node: Int)]
  /// The places of machines, by position.
  let machineNodes: [Int]

  enum Node: Sendable {
    case segment(Int)
    case machine(Int)

    fileprivate var position: Int {
      switch self {
      case .segment(let position), .machine(let position): position
      }
    }
  }

  final class PlannedSegment: Sendable {
    let when: PlannedCondition
    let stay: PlannedCondition?
    /// The least stay and the cool-down, in microseconds.
    let leastStay: Int64?
    let cooldown: Int64?
    /// The leaves of both.
    let leaves: Range<Int>
    /// Segments that go before it, with the group's name.
    let rivals: [(segment: Int, group: String)]
    let consent: ConsentQuestion?
    /// Those of the leaves that other segments and stages decide.
    let memoryLeaves: [Int]

    init(
      when: PlannedCondition, stay: PlannedCondition?, memory: SegmentMemory, leaves: Range<Int>,
      rivals: [(segment: Int, group: String)], consent: ConsentQuestion?, memoryLeaves: [Int]
    ) {
      self.when = when
      self.stay = stay
      leastStay = memory.leastStay?.microseconds
      cooldown = memory.cooldown?.microseconds
      self.leaves = leaves
      self.rivals = rivals
      self.consent = consent
      self.memoryLeaves = memoryLeaves
    }
  }

  struct PlannedMachine: Sendable {
    struct Move: Sendable {
      let from: Int?
      let to: Int
      let when: PlannedCondition
    }
    let states: [String]
    let moves: [Move]
    let leaves: Range<Int>
    let memoryLeaves: [Int]
  }

  /// Prepares a project.
  ///
  /// - Parameters:
  ///   - project: the project.
  ///   - distributions: for each model's name, the distributions that percentile scores need.
  /// - Throws: ``SegmentationError/engagement(_:)`` for percentiles whose model is not given.
  public init(
    _ project: ProjectFile,
    distributions: [String: [FeatureDefinition: EmpiricalDistribution]] = [:]
  ) throws(SegmentationError) {
    if let missing = NumberNeeds.missingPercentile(in: project, distributions) {
      throw .engagement(missing)
    }
    var planner = TimelinePlanner(project, distributions: distributions)
    segments = project.segments.map { planner.planned($0) }
    machines = project.stages.map { planner.planned($0) }
    self.project = project
    leaves = planner.leaves
    order = planner.order()
    index = planner.index
    marker = EventMarker(index, settings: project.settings)
    let needs = NumberNeeds(of: leaves)
    features =
      needs.features.isEmpty
      ? nil : LivePlan(features: needs.features, settings: project.settings)
    isPermanent = leaves.map {
      if case .events(let question) = $0.kind { question.isPermanent } else { false }
    }
    hearing = leaves.map(\.hearingOfKind)
    listeners = LeafListeners(leaves, hearing: hearing, index)
    leafMarks = leaves.flatMap { [index] in $0.marks(in: index) }
    openingMarks = leaves.flatMap { [index] in $0.openingMarks(in: index) }
    closingMarks = leaves.flatMap { [index] in $0.closingMarks(in: index) }
    leastAges = leaves.map { $0.leastAge ?? 0 }
    patience = leaves.map { $0.patience(project.settings) }
    isRolled = leaves.map { $0.rolledSum != nil }
    drifts = leaves.map { $0.drift(project.settings) }
    let network = NodeNetwork(
      order: order, segments: segments, machines: machines, leaves: leaves)
    nodeOfLeaf = network.nodeOfLeaf
    dependents = network.dependents
    gatedNodes = order.indices.compactMap { [order, segments, index] node in
      guard case .segment(let position) = order[node] else { return nil }
      return segments[position].consent.map { (node, index.marks(of: [$0.given, $0.withdrawn])) }
    }
    machineNodes = order.indices.filter { [order] in
      if case .machine = order[$0] { true } else { false }
    }.sorted { [order] in order[$0].position < order[$1].position }
    delayed = order.indices.compactMap { [order] node in
      guard case .segment(let position) = order[node] else { return nil }
      let memory = project.segments[position].memory
      return memory.leastStay == nil && memory.cooldown == nil ? nil : (position, node)
    }
  }

  /// Adds the marks of the events that may make a leaf otherwise than it is.
  func insertMarks(of leaf: Int, being truth: Truth, into marks: inout [UInt64]) {
    for word in marks.indices {
      let place = leaf * marks.count + word
      marks[word] |= truth == .true ? closingMarks[place] : openingMarks[place]
    }
  }

  /// Sets marks to those of the events that say something about consent.
  func setGates(_ marks: inout [UInt64]) {
    for word in marks.indices { marks[word] = 0 }
    for gated in gatedNodes {
      for word in marks.indices { marks[word] |= gated.marks[word] }
    }
  }

  /// Adds the places of segments whose members' consent some facts may change to a set.
  func insertGatedNodes(
    _ kinds: MemberFacts.Kinds, _ marks: [UInt64], into nodes: inout PlaceSet
  ) {
    for gated in gatedNodes where kinds.contains(.attribute) || gated.marks.share(0, marks) {
      nodes.insert(gated.node)
    }
  }

  /// Whether facts of some kinds, and events with some marks, may change a leaf.
  func listens(_ leaf: Int, to kinds: MemberFacts.Kinds, _ marks: [UInt64]) -> Bool {
    if !hearing[leaf].isDisjoint(with: kinds) { return true }
    return kinds.contains(.event) && leafMarks.share(leaf, marks)
  }

  /// Whether facts of some kinds, and events with some marks, may make a leaf otherwise than it is.
  func turns(
    _ leaf: Int, being truth: Truth, with kinds: MemberFacts.Kinds, _ marks: [UInt64]
  ) -> Bool {
    if !hearing[leaf].isDisjoint(with: kinds) { return true }
    guard kinds.contains(.event) else { return false }
    return truth == .true ? closingMarks.share(leaf, marks) : openingMarks.share(leaf, marks)
  }
}

/// A condition whose leaves are positions in a plan.
indirect enum PlannedCondition: Sendable {
  case all([PlannedCondition])
  case any([PlannedCondition])
  case none([PlannedCondition])
  case not(PlannedCondition)
  case atLeast(Int, [PlannedCondition])
  case leaf(Int)

  /// The condition's value, given those of leaves.
  func truth(_ leaf: (Int) -> Truth) -> Truth {
    switch self {
    case .all(let parts): parts.reduce(.true) { min($0, $1.truth(leaf)) }
    case .any(let parts): parts.reduce(.false) { max($0, $1.truth(leaf)) }
    case .none(let parts): parts.reduce(.false) { max($0, $1.truth(leaf)) }.negated
    case .not(let part): part.truth(leaf).negated
    case .atLeast(let count, let parts): .atLeast(count, of: parts.map { $0.truth(leaf) })
    case .leaf(let position): leaf(position)
    }
  }

  var leaves: [Int] {
    switch self {
    case .all(let parts), .any(let parts), .none(let parts), .atLeast(_, let parts):
      parts.flatMap(\.leaves)
    case .not(let part): part.leaves
    case .leaf(let position): [position]
    }
  }
}

/// A leaf, and what it takes to answer it.
final class PlannedLeaf: Sendable {
  indirect enum Kind: Sendable {
    case events(EventQuestion)
    case attribute(String, [FieldTest])
    case near(Nearness)
    case bucket(MemberBucket)
    case number(NumberQuestion, NumberQuestion.Changes)
    case list(String, expires: [Timestamp])
    case cluster(model: String, segments: [String], [Comparison<Double>])
    case consent(ConsentQuestion)
    case segment(Int, SegmentHistoryQuestion)
    case stage(Int, states: [Int])
    /// Other members decide it, too: no timeline of one member can tell.
    case rank
  }

  let leaf: Leaf
  let kind: Kind

  init(leaf: Leaf, kind: Kind) {
    self.leaf = leaf
    self.kind = kind
    switch kind {
    case .segment, .stage: isMemory = true
    default: isMemory = false
    }
  }

  /// True for leaves that other segments and stages decide.
  let isMemory: Bool

  /// The kinds of facts that may change the leaf, whatever the event.
  fileprivate var hearingOfKind: MemberFacts.Kinds {
    switch kind {
    case .events, .bucket, .segment, .stage, .rank: []
    case .attribute, .near: [.attribute]
    case .number: [.event, .received, .attribute]
    case .list: [.list]
    case .cluster: [.label]
    case .consent: [.attribute]
    }
  }

  /// What sum over a window that moves on the leaf asks for.
  var rolledSum: (selector: EventSelector, window: EventWindow, column: Int)? {
    guard case .events(.did(let selector, .within(let length), let measure, _)) = kind,
      case .aggregate(let aggregate, _, let column) = measure,
      aggregate == .sum || aggregate == .average, !selector.isTimed
    else { return nil }
    return (selector, .within(length), column)
  }
}

/// Whether a member agrees to a purpose.
struct ConsentQuestion: Sendable {
  let purpose: String
  /// The purpose without case.
  let folded: String
  let given: EventSelector
  let withdrawn: EventSelector
}
