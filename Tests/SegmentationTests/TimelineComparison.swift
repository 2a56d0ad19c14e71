import Engagement
import EventLog
import Segmentation
import Testing

/// One random project and one member's random facts, by all ways there are.
struct TimelineComparison {
  let yaml: String
  let facts: [RandomTimelines.Fact]
  private let project: ProjectFile
  private var random: RandomTimelines
  private(set) var transitionCount = 0
  private(set) var withdrawnCount = 0

  init(seed: UInt64) throws {
    random = RandomTimelines(seed: seed)
    yaml = random.project()
    facts = random.facts()
    project = try ProjectFile(parsing: yaml, file: "c.yaml")
  }

  /// What differs, in words.
  mutating func disagreements() throws -> [String] {
    let plan = try TimelinePlan(project, distributions: RandomTimelines.distributions)
    let end = random.start.shifted(by: random.pick([9, 9, 11, 16]) * RandomTimelines.day)
    var found: [String] = []
    // All facts at once.
    var record = MemberRecord(memberID: "ann")
    for fact in facts { record.add(fact) }
    var batch = LiveSegments(record, plan: plan)
    let expected = batch.advance(to: end).added
    transitionCount = expected.count
    let (live, log) = tellInAnyOrder(plan, through: end)
    let lines = expected.map(\.line)
    if live.transitions != expected || live.segments != batch.segments
      || live.stages != batch.stages || log.map(\.line).sorted() != lines.sorted()
    {
      found.append("live \(live.transitions.map(\.line))\nbatch \(lines)")
    }
    var oracle = try TimelineOracle(yaml: yaml, facts: facts)
    let (segments, stages) = try oracle.run(through: end.microseconds)
    let bare = expected.map(\.bare)
    if batch.segments != segments || batch.stages != stages || bare.sorted() != oracle.log.sorted()
    {
      let others = Set(oracle.log).symmetricDifference(bare).sorted()
      found.append("batch \(lines)\noracle \(oracle.log)\nonly one has \(others)")
    }
    if random.isTabular { found += try compareTables(expected, end) }
    return found
  }

  /// Tells a live state the facts in any order.
  ///
  /// The clock goes on in between, so that many come late and some ahead. Gives the state,
  /// and the transitions that it told and did not withdraw.
  private mutating func tellInAnyOrder(
    _ plan: TimelinePlan, through end: Timestamp
  ) -> (live: LiveSegments, log: [Transition]) {
    var live = LiveSegments(MemberRecord(memberID: "ann"), plan: plan)
    var log: [Transition] = []
    func apply(_ changes: TransitionChanges) {
      log.removeAll { changes.withdrawn.contains($0) }
      log += changes.added
      withdrawnCount += changes.withdrawn.count
    }
    for (index, fact) in facts.shuffled(using: &random.generator).enumerated() {
      for changes in live.take(fact, id: index) { apply(changes) }
      if random.chance(4), case .event = fact {
        for changes in live.take(fact, id: index) { apply(changes) }
      }
      switch Int.random(in: 0..<4, using: &random.generator) {
      case 0: apply(live.advance(to: random.time()))
      case 1: if let next = live.nextChange, next <= end { apply(live.advance(to: next)) }
      case 2: apply(live.advance(to: fact.time))
      default: break
      }
    }
    // Half of the time by timers alone: a timer that is missed would be found.
    if random.chance(2) {
      while let next = live.nextChange, next <= end { apply(live.advance(to: next)) }
    }
    apply(live.advance(to: end))
    return (live, log)
  }

  /// The same from a table of members and an event log, as of several times.
  private mutating func compareTables(_ expected: [Transition], _ end: Timestamp) throws -> [String]
  {
    let community = Community(knowing: facts)
    let row = try #require(community.row(of: "ann"))
    var label: LearnedLabel?
    for case .label(let given, _) in facts { label = given }
    func evaluator(_ project: ProjectFile, _ asOf: Timestamp) throws -> SegmentEvaluator {
      try SegmentEvaluator(
        project, community: community, rows: [row], asOf: asOf, labels: ["m": [label]],
        distributions: RandomTimelines.distributions, threadCount: 1)
    }
    var found: [String] = []
    let lines = try evaluator(project, end).transitions(ofRow: row).map(\.line)
    if lines != expected.map(\.line) { found.append("of the table \(lines)") }
    let memoryless = try ProjectFile(
      parsing: yaml.beforeStagesAndSegments + "segments:\n"
        + project.allLeaves.filter(\.isMemoryless).enumerated().map {
          "- {id: l\($0), when: \($1.written)}\n"
        }.joined() + "- {id: all, when: {did: \"*\"}}\n", file: "memoryless.yaml")
    for asOf in [random.time(), end] {
      let replayed = try evaluator(project, asOf).evaluation(replays: true)
      let inside =
        replayed.segments.filter { !$0.rows.isEmpty }.map(\.id)
        + replayed.stages.flatMap { stage in
          zip(stage.states, stage.rows).filter { !$1.isEmpty }.map { "\(stage.machine)=\($0.0)" }
        }
      let known = expected.filter { $0.time <= asOf }
      if Set(inside) != Self.memberships(after: known) {
        found.append("as of \(asOf) of the table \(inside)")
      }
      guard community.rows(asOf: asOf).contains(row) else { continue }
      let direct = try evaluator(memoryless, asOf)
      let both = [direct.evaluation(replays: true), direct.evaluation(replays: false)]
      if both[0] != both[1] {
        let leaves = zip(memoryless.allLeaves, zip(both[0].segments, both[1].segments))
          .filter { $1.0.rows != $1.1.rows }.map(\.0.written)
        found.append("as of \(asOf) replays are not direct evaluation of \(leaves)")
      }
    }
    return found
  }

  /// Where a member is after some transitions.
  private static func memberships(after transitions: [Transition]) -> Set<String> {
    var inside: Set<String> = []
    for transition in transitions {
      let name =
        switch transition.subject {
        case .segment(let id): id
        case .stage(let machine, let state): "\(machine)=\(state)"
        }
      if transition.direction == .entered { inside.insert(name) } else { inside.remove(name) }
    }
    return inside
  }
}

extension Leaf {
  /// True where neither memory nor consent is asked for, which need replay.
  var isMemoryless: Bool {
    switch question {
    case .segment, .segmentHistory, .stage, .consent: false
    default: true
    }
  }
}

extension String {
  /// A project file's lines before stages, groups and segments.
  var beforeStagesAndSegments: String {
    let lines = split(separator: "\n", omittingEmptySubsequences: false)
    return lines.prefix { line in
      !["stages", "exclusive", "segments"].contains { line.hasPrefix($0) }
    }.map { $0 + "\n" }.joined()
  }
}
