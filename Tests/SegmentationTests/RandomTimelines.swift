import Engagement
import EventLog
import Segmentation

/// Writes random projects with memory, and random facts of one member.
struct RandomTimelines {
  var generator: SeededGenerator

  static let start = Timestamp(microseconds: 1_704_067_200_000_000)  // 2024-01-01
  static let hour: Int64 = 3_600_000_000
  static let day: Int64 = 24 * hour
  static let durations = ["1h", "6h", "1d", "36h", "3d"]
  private static let types = ["post", "like", "lesson_a"]

  mutating func pick<Element>(_ elements: [Element]) -> Element { generator.pick(elements) }

  mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &generator) == 0 }

  private mutating func duration() -> String { pick(Self.durations) }

  /// A project of some segments, a machine or two, and perhaps an exclusive group.
  ///
  /// What refers to others refers to those before, so that there are no circles.
  mutating func project() -> String {
    var known: [String] = []
    var machines: [String] = []
    var segments: [String] = []
    var stages: [String] = []
    for index in 0..<Int.random(in: 2...4, using: &generator) {
      if index > 0, chance(3) {
        let moves = (0..<Int.random(in: 1...4, using: &generator)).map { _ -> String in
          let target = pick(["x", "y", "z"])
          let source = pick(["\"*\"", "x", "y", "z"].filter { $0 != target })
          return "{from: \(source), to: \(target), when: \(condition(1, known, machines))}"
        }
        // Every state can be reached, so that the machine is accepted.
        let ways = ["x", "y", "z"].dropFirst().map {
          "{from: x, to: \($0), when: \(condition(0, known, machines))}"
        }
        stages.append("  m\(index): {start: x, moves: [\((moves + ways).joined(separator: ", "))]}")
        machines.append("m\(index)")
      }
      let id = "s\(index)"
      if chance(8) {
        let end = Self.start.shifted(by: Int64.random(in: 0..<20, using: &generator) * Self.day)
        segments.append("- {id: \(id), list: l, expires: \(end)}")
      } else {
        var text = "- {id: \(id), when: \(condition(2, known, machines))"
        if chance(3) { text += ", stay_while: \(condition(1, known, machines))" }
        if chance(3) { text += ", min_stay: \(duration())" }
        if chance(3) { text += ", cooldown: \(duration())" }
        if chance(5) { text += ", purpose: mail" }
        segments.append(text + "}")
      }
      known.append(id)
    }
    var yaml = "version: 1\nprivacy: {default: \(pick(["granted", "withdrawn"]))}\n"
    yaml += "lists: {l: {members: [ann]}, k: {members: [], expires: 2024-01-12}}\n"
    yaml += "scores: {fresh: {feature: recency_days, linear: [6, 0]}, "
    yaml += "p: {points: {post: 8, like: 3}, half_life: 2d}}\n"
    if !stages.isEmpty { yaml += "stages:\n" + stages.joined(separator: "\n") + "\n" }
    if chance(2) { yaml += "exclusive: [{group: g, order: [\(known.joined(separator: ", "))]}]\n" }
    return yaml + "segments:\n" + segments.joined(separator: "\n") + "\n"
  }

  private mutating func condition(_ depth: Int, _ known: [String], _ machines: [String]) -> String {
    guard depth > 0, chance(2) else { return leaf(known, machines) }
    let parts = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
      condition(depth - 1, known, machines)
    }
    let list = "[" + parts.joined(separator: ", ") + "]"
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: return "{all: \(list)}"
    case 1: return "{none: \(list)}"
    case 2: return "{not: \(parts[0])}"
    case 3:
      return "{at_least: {n: \(Int.random(in: 1...parts.count, using: &generator)), of: \(list)}}"
    default: return "{any: \(list)}"
    }
  }

  private mutating func leaf(_ known: [String], _ machines: [String]) -> String {
    if !known.isEmpty, chance(3) {
      let id = pick(known)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: return "{segment: \(id), member: \(chance(2)), for: \(duration())}"
      case 1: return "{segment: \(id), entered_within: \(duration())}"
      case 2: return "{segment: \(id), left_within: \(duration())}"
      case 3: return "{segment: \(id), ever: \(chance(2))}"
      default: return "{segment: \(id), member: \(chance(2))}"
      }
    }
    if !machines.isEmpty, chance(4) {
      return "{stage: {machine: \(pick(machines)), is: \(pick(["x", "y", "[x, z]"]))}}"
    }
    let name = pick(["\"*\"", "post", "like", "\"lesson_*\""])
    switch Int.random(in: 0..<14, using: &generator) {
    case 0: return "{did_not: \(name), within: \(duration()), after_ever: \(chance(2))}"
    case 1: return "{did: \(name), ago: [4d, \(pick(["1h", "1d"]))]}"
    case 2:
      let comparison = pick(["gt", "gte", "lt", "lte"])
      return "{last: \(name), age: {\(comparison): \(duration())}}"
    case 3: return "{first: \(name), age: {eq: \(duration())}}"
    case 4: return "{attr: plan, is: \(pick(["free", "pro"]))}"
    case 5: return "{attr: joined_at, \(pick(["older_than", "newer_than"])): \(duration())}"
    case 6: return "{list: \(pick(["l", "k"]))}"
    case 7: return "{consent: mail}"
    case 8: return "{feature: \(pick(["events_2d", "recency_days"])), \(pick(["gte", "lt"])): 1}"
    case 9: return "{score: \(pick(["fresh", "p"])), \(pick(["gt", "lte"])): 2}"
    case 10: return "{cluster: {model: m, is: \(pick(["c0", "c1"]))}}"
    case 11: return "{attr: until, newer_than: \(duration())}"
    default:
      return
        "{did: \(name), within: \(duration()), count: \(pick(["1", "2", "{lt: 2}", "{eq: 1}"]))}"
    }
  }

  /// A fact, and how it is told to a live state.
  enum Fact: Sendable {
    case event(Event)
    case received(Event)
    case attribute(String, AttributeValue?, Timestamp)
    case list(String, Bool, Timestamp)
    case label(LearnedLabel?, Timestamp)

    var time: Timestamp {
      switch self {
      case .event(let event), .received(let event): event.timestamp
      case .attribute(_, _, let time), .list(_, _, let time), .label(_, let time): time
      }
    }
  }

  /// An instant in the first days; many are as far from each other as durations are long.
  mutating func time() -> Timestamp {
    let nudge = pick([Int64(0), 0, 0, 0, 1, -1])
    return Self.start.shifted(
      by: Self.hour * Int64.random(in: 0..<40, using: &generator) * 6 + nudge + 1)
  }

  mutating func facts() -> [Fact] {
    var facts = (0..<Int.random(in: 1...8, using: &generator)).map { _ -> Fact in
      let type = pick(Self.types + ["consent_given", "consent_withdrawn"])
      let event = Event(
        memberID: "ann", timestamp: time(), type: type,
        properties: type.hasPrefix("consent") ? ["purpose": .string("mail")] : [:])
      return .event(event)
    }
    if chance(3) {
      facts.append(
        .received(Event(memberID: "bob", timestamp: time(), type: "like", targetID: "ann")))
    }
    var taken: Set<Timestamp> = []
    for _ in 0..<Int.random(in: 0...4, using: &generator) {
      let time = time()
      // Of two changes at one instant the last one told counts: here there are no two.
      guard taken.insert(time).inserted else { continue }
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: facts.append(.attribute("plan", pick([.text("free"), .text("pro"), nil]), time))
      case 1: facts.append(.attribute("until", .time(self.time()), time))
      case 2: facts.append(.list(pick(["l", "k"]), chance(2), time))
      case 3: facts.append(.attribute("consents", .list(pick([[], ["mail"]])), time))
      default:
        let label = LearnedLabel(segment: pick(["c0", "c1"]), confidence: 1)
        facts.append(.label(pick([label, nil]), time))
      }
    }
    if chance(2) { facts.append(.attribute("joined_at", .time(time()), Self.start)) }
    return facts
  }
}

extension MemberRecord {
  /// Adds a fact.
  mutating func add(_ fact: RandomTimelines.Fact) {
    switch fact {
    case .event(let event): add(event)
    case .received(let event): receive(event)
    case .attribute(let name, let value, let time): set(name, to: value, at: time)
    case .list(let name, let isOn, let time): set(list: name, isOn: isOn, at: time)
    case .label(let label, let time): set(model: "m", label: label, at: time)
    }
  }
}

extension LiveSegments {
  /// Takes a fact; events have an id each.
  mutating func take(_ fact: RandomTimelines.Fact, id: Int) -> TransitionChanges {
    switch fact {
    case .event(let event): add(event, id: "e\(id)")
    case .received(let event): receive(event, id: "e\(id)")
    case .attribute(let name, let value, let time): set(name, to: value, at: time)
    case .list(let name, let isOn, let time): set(list: name, isOn: isOn, at: time)
    case .label(let label, let time): set(model: "m", label: label, at: time)
    }
  }
}
