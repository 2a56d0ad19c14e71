// What each condition of a rule keeps and drops.

/// The conditions of a project's rules, each counted alone and together with those before it.
///
/// Every condition becomes a segment of its own behind the project's, so that all are evaluated at once, as
/// the rules are; memory, consent and exclusive groups come after a rule's condition, and are not counted.
public struct RuleFunnel: Sendable {
  /// One condition of a rule.
  public struct Step: Sendable, Hashable {
    /// The position of the rule's segment in the project.
    public let segment: Int
    /// How deep it stands: 0 for the rule's own condition.
    public let depth: Int
    /// The leaf as written; for logic its keyword.
    public let rule: String
    /// How many members it is true of.
    public fileprivate(set) var alone = 0
    /// How many are left, of all members, by it and those before it under one `all` or `none`; under `any`
    /// how many one of them is true of.
    ///
    /// Nil where it does not stand in such a row.
    public fileprivate(set) var together: Int?
    /// What it changes: under `all` and `none` less than 0 for those it drops, under `any` over 0 for those
    /// it adds.
    public fileprivate(set) var change: Int?
  }

  /// The project with a segment for each condition behind its own.
  public let project: ProjectFile
  /// How many segments the project has itself.
  public let ownCount: Int

  private var plans: [Plan] = []

  /// A step, the positions of its segments behind the project's own, and that of the row before it.
  private struct Plan {
    var step: Step
    var alone: Int
    var together: Int?
    var previous: Previous
  }

  private enum Previous {
    case everybody, nobody
    case plan(Int)
  }

  /// Prepares the rules of a project.
  public init(_ project: ProjectFile) {
    ownCount = project.segments.count
    var building = Building()
    for (position, segment) in project.segments.enumerated() {
      guard case .rule(let condition) = segment.membership else { continue }
      building.add(condition, of: position, depth: 0, together: nil, previous: .everybody)
    }
    plans = building.plans
    self.project = project.adding(building.segments)
  }

  /// The steps with their counts.
  ///
  /// - Parameters:
  ///   - sizes: how many members are in each segment of ``project``, in its order.
  ///   - total: how many members there are.
  /// - Returns: the steps rule by rule, each before its parts.
  public func steps(sizes: [Int], of total: Int) -> [Step] {
    precondition(sizes.count == project.segments.count, "every segment has a size")
    func size(_ position: Int) -> Int { sizes[ownCount + position] }
    return plans.map { plan in
      var step = plan.step
      step.alone = size(plan.alone)
      step.together = plan.together.map(size)
      step.change = step.together.map { together in
        switch plan.previous {
        case .everybody: together - total
        case .nobody: together
        case .plan(let other): together - (plans[other].together.map(size) ?? total)
        }
      }
      return step
    }
  }

  /// Collects steps and the segments that count them.
  private struct Building {
    var plans: [Plan] = []
    var segments: [SegmentDefinition] = []

    /// The position of a segment of those for whom a condition is true.
    private mutating func position(_ condition: Condition) -> Int {
      segments.append(SegmentDefinition(id: "funnel\u{0}\(segments.count)", when: condition))
      return segments.count - 1
    }

    mutating func add(
      _ condition: Condition, of segment: Int, depth: Int, together: Condition?,
      previous: Previous
    ) {
      let alone = position(condition)
      let both = together.map { $0 == condition ? alone : position($0) }
      plans.append(
        Plan(
          step: Step(segment: segment, depth: depth, rule: condition.keyword), alone: alone,
          together: both, previous: previous))
      switch condition {
      case .all(let parts):
        add(parts, of: segment, depth, from: .everybody) { $0.count == 1 ? $0[0] : .all($0) }
      case .any(let parts):
        add(parts, of: segment, depth, from: .nobody) { $0.count == 1 ? $0[0] : .any($0) }
      case .none(let parts): add(parts, of: segment, depth, from: .everybody) { .none($0) }
      case .atLeast(_, let parts):
        for part in parts {
          add(part, of: segment, depth: depth + 1, together: nil, previous: .nobody)
        }
      case .not(let part):
        add(part, of: segment, depth: depth + 1, together: nil, previous: .nobody)
      case .leaf: break
      }
    }

    private mutating func add(
      _ parts: [Condition], of segment: Int, _ depth: Int, from start: Previous,
      _ together: ([Condition]) -> Condition
    ) {
      var previous = start
      for (index, part) in parts.enumerated() {
        let position = plans.count
        add(
          part, of: segment, depth: depth + 1, together: together(Array(parts[...index])),
          previous: previous)
        previous = .plan(position)
      }
    }
  }
}

extension Condition {
  /// A leaf as written, the keyword of logic.
  fileprivate var keyword: String {
    switch self {
    case .all: "all"
    case .any: "any"
    case .none: "none"
    case .not: "not"
    case .atLeast(let count, _): "at_least \(count)"
    case .leaf(let leaf): leaf.written
    }
  }
}
