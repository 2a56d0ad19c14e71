import EventLog

/// What a segment or stage machine must be evaluated after.
struct SegmentNeeds {
  /// The names of all segments and machines, segments first.
  private(set) var names: [String] = []
  private var needs: [String: [String]] = [:]

  /// A machine's name among those of segments, which hold no NUL.
  static func name(ofMachine machine: String) -> String { "stage\u{0}\(machine)" }

  /// A name for reading.
  static func described(_ name: String) -> String {
    String(name.map { $0 == "\u{0}" ? " " : $0 })
  }

  init(of project: ProjectFile) {
    for segment in project.segments {
      names.append(segment.id)
      needs[segment.id, default: []] += segment.conditions.flatMap(\.leaves).compactMap(\.need)
    }
    for machine in project.stages {
      let name = Self.name(ofMachine: machine.name)
      names.append(name)
      needs[name, default: []] += machine.moves.flatMap(\.when.leaves).compactMap(\.need)
    }
    for group in project.exclusiveGroups {
      for (index, id) in group.order.enumerated() {
        needs[id, default: []] += group.order[..<index]
      }
    }
  }

  /// Some names and all that they need, directly or not.
  func closure(of wanted: Set<String>) -> Set<String> {
    var closure = wanted
    var added = wanted
    while !added.isEmpty {
      added = Set(added.flatMap { needs[$0] ?? [] }).subtracting(closure)
      closure.formUnion(added)
    }
    return closure
  }

  /// All names, each after those it needs, or the circle that makes that impossible.
  func order() -> Result<[String], NeedCycle> { inOrderOfNeed(names) { needs[$0] ?? [] } }
}

extension Leaf {
  /// The segment or machine that the leaf refers to.
  var need: String? {
    switch question {
    case .segment(let id, _): id
    case .segmentHistory(let history): history.id
    case .stage(let machine, _): SegmentNeeds.name(ofMachine: machine)
    default: nil
    }
  }

  /// True for questions that only a member's replayed timeline can answer.
  var needsReplay: Bool {
    switch question {
    case .segmentHistory, .stage, .consent: true
    default: false
    }
  }
}

extension SegmentDefinition {
  /// The conditions of the segment: that of entering, then that of staying, if written.
  var conditions: [Condition] {
    var conditions: [Condition] = []
    if case .rule(let condition) = membership { conditions.append(condition) }
    if let stay = memory.stayWhile { conditions.append(stay) }
    return conditions
  }

  /// True where memberships depend on what was before.
  fileprivate var needsReplay: Bool {
    !memory.isEmpty || purpose != nil
      || conditions.contains { $0.leaves.contains(where: \.needsReplay) }
  }
}

extension ProjectFile {
  /// True where something depends on what was before: memberships are then those at the end of each
  /// member's replayed timeline.
  public var needsReplay: Bool {
    !stages.isEmpty || !exclusiveGroups.isEmpty || segments.contains(where: \.needsReplay)
  }

  /// The names of the machines and of the segments that have memory, and of all that these need: what
  /// must be replayed.
  var remembered: Set<String> {
    SegmentNeeds(of: self).closure(
      of: Set(segments.filter(\.needsReplay).map(\.id))
        .union(exclusiveGroups.flatMap(\.order))
        .union(stages.map { SegmentNeeds.name(ofMachine: $0.name) }))
  }

  /// The machine of a name, or nil where there is none.
  public func stageMachine(_ name: String) -> StageMachine? {
    stages.first { bytesAreEqual($0.name, name) }
  }
}
