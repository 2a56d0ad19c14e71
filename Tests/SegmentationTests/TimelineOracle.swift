import Engagement
import EventLog
import Segmentation
import Testing

/// What a timeline should be, slowly: everything is looked at at every instant that could matter.
///
/// Leaves about events, attributes, lists and labels are answered by direct evaluation of a community of
/// what is known at the instant, a project of nothing but that leaf. What has memory is worked out anew
/// here, and looked at again at every sum of an instant and a written length, needed or not.
struct TimelineOracle {
  let project: ProjectFile
  let facts: [RandomTimelines.Fact]
  private var leafProjects: [String: ProjectFile] = [:]
  private let scores: String

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
    scores = yaml.split(separator: "\n").filter { $0.hasPrefix("scores") }.joined()
    self.facts = facts
  }

  /// Replays all facts up to a time; gives each member's segments and states at its end.
  mutating func run(through end: Int64) throws -> (segments: [String], stages: [String]) {
    let lengths = ["1h", "6h", "1d", "36h", "2d", "3d", "4d"].compactMap {
      ExactDuration($0)?.microseconds
    }
    guard let birth = try birth(through: end) else { return ([], []) }
    // Instants of facts and dates, and what lies a written length, or a little more, behind them.
    var queue: Set<Int64> = [birth]
    var sources = Set(facts.map(\.time.microseconds))
    for case .attribute(_, .time(let date), _) in facts { sources.insert(date.microseconds) }
    for source in sources {
      queue.formUnion([source, source + 1])
      for length in lengths { queue.formUnion([source + length, source + length + 1]) }
    }
    for day in 0..<40 {
      queue.insert(RandomTimelines.start.microseconds + Int64(day) * RandomTimelines.day)
    }
    queue.formUnion(try crossings(sources.sorted() + [end]))
    queue = queue.filter { $0 >= birth && $0 <= end }
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
      for length in lengths + [1] where instant + length <= end { queue.insert(instant + length) }
    }
    return (
      project.segments.map(\.id).filter { stays[$0]?.isMember == true },
      project.stages.compactMap { states[$0.name] }
    )
  }

  /// When decaying points cross a limit, halving the time between facts.
  private mutating func crossings(_ instants: [Int64]) throws -> [Int64] {
    let conditions = project.segments.flatMap { segment -> [Condition] in
      guard case .rule(let condition) = segment.membership else { return [] }
      return [condition] + [segment.memory.stayWhile].compactMap { $0 }
    }
    let all = (conditions + project.stages.flatMap { $0.moves.map(\.when) }).flatMap(\.leaves)
    var crossings: [Int64] = []
    for leaf in all where leaf.written.contains("score: p") {
      for (start, end) in zip(instants, instants.dropFirst()) where end - start > 1 {
        var (low, high) = (start, end - 1)
        let first = try holds(leaf, known(at: low), low)
        guard try holds(leaf, known(at: high), high) != first else { continue }
        while high - low > 1 {
          let middle = low + (high - low) / 2
          if try holds(leaf, known(at: middle), middle) == first {
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

  private func known(at instant: Int64) -> Community {
    var events: [Event] = []
    var cells: [String: AttributeValue] = [:]
    for fact in facts.sorted(by: { $0.time < $1.time }) where fact.time.microseconds <= instant {
      switch fact {
      case .event(let event), .received(let event): events.append(event)
      case .attribute(let name, let value, _): cells[name] = value
      case .list, .label: break
      }
    }
    var joined: Timestamp?
    if case .time(let time) = cells["joined_at"] { joined = time }
    cells["joined_at"] = nil
    let columns = cells.mapValues { value -> AttributeColumn in
      switch value {
      case .number(let number): .number([number])
      case .boolean(let isTrue): .boolean([isTrue])
      case .time(let time): .time([time])
      case .list(let items): .list([items])
      case .text(let text): .text([text])
      }
    }
    return Community(
      history: EventHistory(events),
      members: MemberTable(ids: ["ann"], joinedAt: [joined], attributes: columns))
  }

  private func birth(through end: Int64) throws -> Int64? {
    let candidates = facts.flatMap { fact -> [Int64] in
      if case .attribute(_, .time(let date), let time) = fact {
        return [date.microseconds, time.microseconds]
      }
      return [fact.time.microseconds]
    }
    return try candidates.sorted().first { instant in
      guard instant <= end else { return false }
      let community = known(at: instant)
      let row = try #require(community.row(of: "ann"))
      return community.rows(asOf: Timestamp(microseconds: instant)).contains(row)
    }
  }

  private mutating func look(at instant: Int64) throws {
    let community = known(at: instant)
    // Segments and machines in the order of their numbers, as the random projects are written.
    for index in project.segments.indices {
      if let machine = project.stageMachine("m\(index)") {
        try move(machine, community, instant)
      }
      let segment = project.segments[index]
      var stay = stays[segment.id] ?? Stay()
      var when = false
      switch segment.membership {
      case .rule(let condition): when = try holds(condition, community, instant)
      case .list(let name, let expires):
        when = isOn(name, instant) && (expires.map { instant < $0.microseconds } ?? true)
      }
      let keeps = try segment.memory.stayWhile.map { try holds($0, community, instant) } ?? when
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

  private mutating func move(
    _ machine: StageMachine, _ community: Community, _ instant: Int64
  ) throws {
    let name = machine.name
    let now = try machine.moves.map { try holds($0.when, community, instant) }
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

  private mutating func holds(
    _ condition: Condition, _ community: Community, _ instant: Int64
  ) throws -> Bool {
    // None of the random leaves is ever unknown, so two values are enough.
    switch condition {
    case .all(let parts):
      return try parts.map { try holds($0, community, instant) }.allSatisfy { $0 }
    case .any(let parts): return try parts.map { try holds($0, community, instant) }.contains(true)
    case .none(let parts):
      return try !parts.map { try holds($0, community, instant) }.contains(true)
    case .not(let part): return try !holds(part, community, instant)
    case .atLeast(let count, let parts):
      return try parts.map { try holds($0, community, instant) }.filter { $0 }.count >= count
    case .leaf(let leaf): return try holds(leaf, community, instant)
    }
  }

  private mutating func holds(
    _ leaf: Leaf, _ community: Community, _ instant: Int64
  ) throws -> Bool {
    switch leaf.question {
    case .segment(let id, let isMember): return (stays[id]?.isMember ?? false) == isMember
    case .segmentHistory(let question):
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
    case .stage(let machine, let wanted): return wanted.contains(states[machine] ?? "")
    case .consent(let purpose): return agrees(to: purpose, instant)
    case .list(let name):
      let expires = project.lists[name]?.expires
      return isOn(name, instant) && (expires.map { instant < $0.microseconds } ?? true)
    case .cluster(_, let segments, _):
      return label(instant).map { segments.contains($0.segment) } ?? false
    default:
      if leafProjects[leaf.written] == nil {
        leafProjects[leaf.written] = try ProjectFile(
          parsing: "version: 1\n\(scores)\nsegments: [{id: leaf, when: \(leaf.written)}]", file: "o"
        )
      }
      let row = try #require(community.row(of: "ann"))
      let found = try SegmentEvaluator(
        try #require(leafProjects[leaf.written]), community: community, rows: [row],
        asOf: Timestamp(microseconds: instant), threadCount: 1
      ).evaluate()
      return found.first?.rows == [row]
    }
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
      case .event(let event) where event.type.hasPrefix("consent_"):
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
