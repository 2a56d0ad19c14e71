public import Engagement
import EventLog

/// A project's segments and stages prepared for the timelines of all members.
public final class TimelinePlan: Sendable {
  /// The project.
  public let project: ProjectFile
  let distributions: [String: [FeatureDefinition: EmpiricalDistribution]]
  /// Segments and machines, each after those it refers to.
  let order: [Node]
  /// By position in the project's segments.
  let segments: [PlannedSegment]
  /// By position in the project's stages.
  let machines: [PlannedMachine]
  let leaves: [PlannedLeaf]
  /// What features need to be kept; nil where none is compared.
  let features: LivePlan?

  enum Node: Sendable {
    case segment(Int)
    case machine(Int)
  }

  struct PlannedSegment: Sendable {
    let when: PlannedCondition
    let stay: PlannedCondition?
    /// The leaves of both.
    let leaves: Range<Int>
    /// Segments that go before it, with the group's name.
    let rivals: [(segment: Int, group: String)]
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
    var planner = TimelinePlanner(project)
    var segments: [PlannedSegment] = []
    for segment in project.segments {
      let start = planner.leaves.count
      let when = planner.plan(segment)
      let stay = segment.memory.stayWhile.map { planner.plan($0) }
      segments.append(
        PlannedSegment(
          when: when, stay: stay, leaves: start..<planner.leaves.count,
          rivals: planner.rivals(of: segment.id)))
    }
    var machines: [PlannedMachine] = []
    for machine in project.stages {
      let start = planner.leaves.count
      let states = machine.states
      func position(_ state: String) -> Int {
        guard let position = states.firstIndex(where: { bytesAreEqual($0, state) }) else {
          preconditionFailure("a parsed machine moves between its own states")
        }
        return position
      }
      let moves = machine.moves.map { move in
        PlannedMachine.Move(
          from: move.from.map(position), to: position(move.to), when: planner.plan(move.when))
      }
      machines.append(
        PlannedMachine(states: states, moves: moves, leaves: start..<planner.leaves.count))
    }
    self.project = project
    self.distributions = distributions
    self.segments = segments
    self.machines = machines
    leaves = planner.leaves
    order = planner.order()
    let numbers = NumberNeeds(of: leaves, in: project)
    if let missing = numbers.missingPercentile(in: distributions) { throw .engagement(missing) }
    features =
      numbers.features.isEmpty
      ? nil : LivePlan(features: numbers.features, settings: project.settings)
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
struct PlannedLeaf: Sendable {
  enum Kind: Sendable {
    /// Attributes and events, answered as batch evaluation answers them.
    case observed
    case feature(FeatureDefinition, [Comparison<Double>])
    case score(String, [Comparison<Double>])
    case list(String, expires: [Timestamp])
    case cluster(model: String, segments: [String], [Comparison<Double>])
    case consent(String)
    case segment(Int, SegmentHistoryQuestion)
    case stage(Int, states: [Int])
  }

  let leaf: Leaf
  let kind: Kind

  /// True for leaves that other segments and stages decide.
  var isMemory: Bool {
    switch kind {
    case .segment, .stage: true
    default: false
    }
  }
}
