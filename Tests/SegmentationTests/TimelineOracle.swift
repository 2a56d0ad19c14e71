import Engagement
import EventLog
import Segmentation
import Testing

/// What a timeline should be, slowly: everything is looked at at every instant that could matter.
///
/// Leaves about events, attributes and numbers are answered by direct evaluation. What has memory is worked
/// out anew here, and looked at again at every sum of an instant and a written length, needed or not. Numbers
/// that may turn are looked at every half hour, others that move every three hours, and all around every
/// instant at which they may jump; where they turn out different, the time is halved until it is found
/// when. What one does and undoes within half an hour without a fact is not seen.
struct TimelineOracle {
  let project: ProjectFile
  let facts: [RandomTimelines.Fact]
  private let yaml: String
  private let positions: [String: Int]
  private(set) var leaves: LeafOracle
  private var numbers: LeafOracle
  private var truths: [Truth] = []

  struct Stay {
    var isMember = false
    var entered: Int64?
    var left: Int64?
    var since: Int64? { isMember ? entered : left }
  }
  private var stays: [String: Stay] = [:]
  private var states: [String: String] = [:]
  private var holds: [String: [Bool]] = [:]
  private var visited: [String: Set<String>] = [:]
  private(set) var log: [String] = []

  init(yaml: String, facts: [RandomTimelines.Fact]) throws {
    project = try ProjectFile(parsing: yaml, file: "c.yaml")
    self.yaml = yaml
    self.facts = facts
    let own = project.allLeaves.filter { !$0.isOfTheTimeline }
    leaves = try LeafOracle(own, preamble: yaml.beforeStagesAndSegments, facts: facts)
    numbers = try LeafOracle(
      own.filter(\.isMoving), preamble: yaml.beforeStagesAndSegments, facts: facts)
    positions = Dictionary(uniqueKeysWithValues: leaves.leaves.enumerated().map { ($1, $0) })
  }

  /// Replays all facts up to a time; gives each member's segments and states at its end.
  mutating func run(through end: Int64) throws -> (segments: [String], stages: [String]) {
    guard let birth = birth(through: end) else { return ([], []) }
    let instants = OracleInstants(
      yaml: yaml, project: project, facts: facts, from: birth, to: end)
    let all = instants.all.filter { $0 >= birth && $0 <= end }
    var queue = all.union([birth])
    queue.formUnion(try crossings(instants.jumps.filter { $0 >= birth && $0 <= end }, birth, end))
    for machine in project.stages {
      states[machine.name] = machine.start
      visited[machine.name] = [machine.start]
      log.append("\(birth) entered \(machine.name)=\(machine.start)")
    }
    while let instant = queue.min() {
      queue.remove(instant)
      let count = log.count
      try look(at: instant)
      guard log.count > count else { continue }
      for length in instants.lengths.union([1]) where instant + length <= end {
        queue.insert(instant + length)
      }
    }
    return (
      project.segments.map(\.id).filter { stays[$0]?.isMember == true },
      project.stages.compactMap { states[$0.name] }
    )
  }

  /// When numbers that move by themselves cross a limit, halving the time between instants.
  private mutating func crossings(
    _ jumps: Set<Int64>, _ first: Int64, _ last: Int64
  ) throws -> [Int64] {
    guard !numbers.leaves.isEmpty else { return [] }
    var grid = jumps.union(jumps.map { $0 - 1 }).union([first, last])
    // Sums of what rises and what falls, and velocities, turn within hours.
    let turns = numbers.leaves.contains { leaf in
      ["blend", "mix", "pace", "velocity", "acceleration"].contains { leaf.contains($0) }
    }
    let step = turns ? RandomTimelines.hour / 2 : 3 * RandomTimelines.hour
    grid.formUnion(stride(from: first, through: last, by: Int(step)))
    let sorted = grid.filter { $0 >= first }.sorted()
    var crossings: [Int64] = []
    for (start, end) in zip(sorted, sorted.dropFirst()) {
      let before = try numbers.truths(at: start)
      let after = try numbers.truths(at: end)
      for leaf in numbers.leaves.indices where before[leaf] != after[leaf] {
        var (low, high) = (start, end)
        while high - low > 1 {
          let middle = low + (high - low) / 2
          if try numbers.truths(at: middle)[leaf] == before[leaf] {
            low = middle
          } else {
            high = middle
          }
        }
        crossings.append(high)
      }
    }
    return crossings
  }

  /// When the member comes into the table: its first event, one done to it, or its joining.
  private func birth(through end: Int64) -> Int64? {
    let candidates = facts.flatMap { fact -> [Int64] in
      if case .attribute("joined_at", .time(let date), let time) = fact {
        return [date.microseconds, time.microseconds]
      }
      return [fact.time.microseconds]
    }
    return candidates.sorted().first { instant in
      guard instant <= end else { return false }
      let known = Community(knowing: facts.filter { $0.time.microseconds <= instant })
      return known.row(of: "ann").map {
        known.rows(asOf: Timestamp(microseconds: instant)).contains($0)
      } ?? false
    }
  }

  private mutating func look(at instant: Int64) throws {
    truths = try leaves.truths(at: instant)
    // Segments and machines in the order of their numbers, as the random projects are written.
    for index in project.segments.indices {
      if let machine = project.stageMachine("m\(index)") { try move(machine, instant) }
      let segment = project.segments[index]
      var stay = stays[segment.id] ?? Stay()
      var when = false
      switch segment.membership {
      case .rule(let condition): when = try truth(condition, instant) == .true
      case .list(let name, let expires):
        when = isOn(name, instant) && (expires.map { instant < $0.microseconds } ?? true)
      }
      let keeps = try segment.memory.stayWhile.map { try truth($0, instant) == .true } ?? when
      var isIn: Bool
      if stay.isMember {
        let least = segment.memory.leastStay?.microseconds ?? 0
        isIn = keeps || instant - (stay.entered ?? 0) < least
      } else {
        let rest = segment.memory.cooldown?.microseconds ?? 0
        isIn = when && keeps && (stay.left.map { instant - $0 >= rest } ?? true)
      }
      if let purpose = segment.purpose, !agrees(to: purpose, instant) { isIn = false }
      for group in project.exclusiveGroups {
        for id in group.order.prefix(while: { $0 != segment.id }) where stays[id]?.isMember == true
        {
          isIn = false
        }
      }
      guard isIn != stay.isMember else { continue }
      stay.isMember = isIn
      if isIn { stay.entered = instant } else { stay.left = instant }
      stays[segment.id] = stay
      log.append("\(instant) \(isIn ? "entered" : "left") \(segment.id)")
    }
  }

  private mutating func move(_ machine: StageMachine, _ instant: Int64) throws {
    let name = machine.name
    let now = try machine.moves.map { try truth($0.when, instant) == .true }
    let state = try #require(states[name])
    if let before = holds[name], before != now { visited[name] = [state] }
    holds[name] = now
    for (move, isTrue) in zip(machine.moves, now) where isTrue && move.to != state {
      guard move.from == nil || move.from == state else { continue }
      guard visited[name]?.contains(move.to) == false else { continue }
      states[name] = move.to
      visited[name]?.insert(move.to)
      log += ["\(instant) left \(name)=\(state)", "\(instant) entered \(name)=\(move.to)"]
      return
    }
  }

  private func truth(_ condition: Condition, _ instant: Int64) throws -> Truth {
    switch condition {
    case .all(let parts):
      let truths = try parts.map { try truth($0, instant) }
      if truths.contains(.false) { return .false }
      return truths.contains(.unknown) ? .unknown : .true
    case .any(let parts): return try truth(any: parts, instant)
    case .none(let parts): return try opposite(truth(any: parts, instant))
    case .not(let part): return try opposite(truth(part, instant))
    case .atLeast(let count, let parts):
      let truths = try parts.map { try truth($0, instant) }
      let sure = truths.filter { $0 == .true }.count
      if sure >= count { return .true }
      return sure + truths.filter { $0 == .unknown }.count >= count ? .unknown : .false
    case .leaf(let leaf):
      if let position = positions[leaf.written] { return truths[position] }
      return try truth(leaf, instant)
    }
  }

  private func truth(any parts: [Condition], _ instant: Int64) throws -> Truth {
    let truths = try parts.map { try truth($0, instant) }
    if truths.contains(.true) { return .true }
    return truths.contains(.unknown) ? .unknown : .false
  }

  private func opposite(_ truth: Truth) -> Truth {
    switch truth {
    case .true: .false
    case .unknown: .unknown
    case .false: .true
    }
  }

  /// What the timeline itself, lists and labels decide.
  private func truth(_ leaf: Leaf, _ instant: Int64) throws -> Truth {
    switch leaf.question {
    case .segment(let id, let isMember):
      return Truth((stays[id]?.isMember ?? false) == isMember)
    case .segmentHistory(let question): return Truth(holds(question, instant))
    case .stage(let machine, let wanted): return Truth(wanted.contains(states[machine] ?? ""))
    case .consent(let purpose): return Truth(agrees(to: purpose, instant))
    case .list(let name):
      let expires = project.lists[name]?.expires
      return Truth(isOn(name, instant) && (expires.map { instant < $0.microseconds } ?? true))
    case .cluster(_, let segments, let confidence):
      guard let label = label(instant) else { return leaf.isUnknownIfMissing ? .unknown : .false }
      return Truth(
        segments.contains(label.segment)
          && confidence.allSatisfy { $0.holds(for: label.confidence) })
    default:
      Issue.record("\(leaf.written) was to be answered before")
      return .false
    }
  }

  private func holds(_ question: SegmentHistoryQuestion, _ instant: Int64) -> Bool {
    let stay = stays[question.id] ?? Stay()
    if let isMember = question.isMember, stay.isMember != isMember { return false }
    if let length = question.heldFor, let since = stay.since,
      instant < since + length.microseconds
    {
      return false
    }
    if let length = question.enteredWithin {
      guard let entered = stay.entered, instant < entered + length.microseconds else {
        return false
      }
    }
    if let length = question.leftWithin {
      guard let left = stay.left, instant < left + length.microseconds else { return false }
    }
    return question.ever.map { $0 == (stay.entered != nil) } ?? true
  }

  private func isOn(_ list: String, _ instant: Int64) -> Bool {
    let changes = facts.compactMap { fact -> (Int64, Bool)? in
      if case .list(list, let isOn, let time) = fact { (time.microseconds, isOn) } else { nil }
    }
    return changes.filter { $0.0 <= instant }.max { $0.0 < $1.0 }?.1 ?? false
  }

  private func label(_ instant: Int64) -> LearnedLabel? {
    let changes = facts.compactMap { fact -> (Int64, LearnedLabel?)? in
      if case .label(let label, let time) = fact { (time.microseconds, label) } else { nil }
    }
    return changes.filter { $0.0 <= instant }.max { $0.0 < $1.0 }?.1
  }

  private func agrees(to purpose: String, _ instant: Int64) -> Bool {
    var said: [(time: Int64, isGiven: Bool)] = []
    for fact in facts where fact.time.microseconds <= instant {
      switch fact {
      case .event(let event)
      where event.type.hasPrefix("consent_") && event.properties["purpose"] == .string(purpose):
        said.append((event.timestamp.microseconds, event.type == "consent_given"))
      case .attribute("consents", .list(let purposes), let time):
        said.append((time.microseconds, purposes.contains(purpose)))
      default: break
      }
    }
    guard let latest = said.map(\.time).max() else { return project.defaultConsent == .granted }
    return said.filter { $0.time == latest }.allSatisfy { $0.isGiven }
  }
}

extension Leaf {
  /// True for what other segments, lists, labels and consent decide.
  fileprivate var isOfTheTimeline: Bool {
    switch question {
    case .segment, .segmentHistory, .stage, .consent, .list, .cluster: true
    default: false
    }
  }

  /// True for numbers that move by themselves, rather than from one count to the next.
  fileprivate var isMoving: Bool {
    switch question {
    case .feature(let feature, _):
      ["recency", "tenure", "frequency", "impact_h", "velocity", "acceleration"].contains {
        feature.description.contains($0)
      }
    case .score(let name, _): !["above", "q"].contains(name)
    default: false
    }
  }
}
