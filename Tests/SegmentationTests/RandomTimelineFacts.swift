import EventLog
import Segmentation

extension RandomTimelines {
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

  /// The time of what holds from the beginning.
  static let beginning = Timestamp(microseconds: 0)

  /// An instant in eight days; many are as far from each other as durations are long.
  mutating func time() -> Timestamp {
    let nudge = pick([Int64(0), 0, 0, 0, 1, -1])
    return start.shifted(
      by: Self.hour * Int64.random(in: 0..<32, using: &generator) * 6 + nudge + 1)
  }

  /// The facts of the member ann.
  mutating func facts() -> [Fact] {
    var facts = (0..<Int.random(in: 1...8, using: &generator)).map { _ -> Fact in .event(event()) }
    if chance(3) {
      facts.append(
        .received(
          Event(memberID: "bob", timestamp: time(), type: pick(["like", "post"]), targetID: "ann")))
    }
    // Of two values of one attribute at one instant the last one told counts: here there are no two.
    var taken: Set<String> = []
    if isTabular { facts.append(.list("l", true, Self.beginning)) }
    for _ in 0..<Int.random(in: 0...4, using: &generator) {
      let time = isTabular ? Self.beginning : self.time()
      let fact = change(at: time)
      guard taken.insert("\(fact.subject) \(time)").inserted else { continue }
      facts.append(fact)
    }
    if chance(3) {
      for (name, degrees) in [("latitude", [48.25, 47.5, 49]), ("longitude", [16.45, 17])] {
        let told = isTabular ? Self.beginning : time()
        facts.append(.attribute(name, .number(pick(degrees)), told))
      }
    }
    if chance(2) {
      let told = isTabular || chance(2) ? Self.beginning : time()
      facts.append(.attribute("joined_at", .time(time()), told))
    }
    return facts
  }

  private mutating func event() -> Event {
    let type = pick(["post", "like", "lesson_a", "lesson_b", "consent_given", "consent_withdrawn"])
    if type.hasPrefix("consent") {
      return Event(
        memberID: "ann", timestamp: time(), type: type,
        properties: ["purpose": .string(pick(["mail", "mail", "ads"]))])
    }
    var properties: [String: PropertyValue] = [:]
    if chance(2) { properties["kind"] = .string(pick(["quiz", "video", "Quiz"])) }
    if chance(2) { properties["amount"] = .number(pick([0, 1, 1.5, 2, 3])) }
    if chance(4) { properties["due"] = .string(date()) }
    return Event(
      memberID: "ann", timestamp: time(), type: type, value: pick([nil, nil, 0, 1, 2, -1]),
      targetID: pick([nil, nil, "bob", "ann"]), properties: properties)
  }

  /// A date near the facts, or on a day of years before.
  private mutating func date() -> String {
    let text = time().description
    if chance(2) { return text }
    return chance(4) ? "2020-02-29" : pick(["2020", "2021", "2022"]) + text.dropFirst(4).prefix(6)
  }

  private mutating func change(at time: Timestamp) -> Fact {
    switch Int.random(in: 0..<9, using: &generator) {
    case 0, 1: return .attribute("plan", pick([.text("free"), .text("Pro"), nil]), time)
    case 2: return .attribute("until", .time(self.time()), time)
    case 3 where !isTabular: return .list(pick(["l", "k"]), chance(2), time)
    case 4: return .attribute("consents", .list(pick([[], ["mail"]])), time)
    case 5: return .attribute("level", pick([.number(1), .number(2), .number(3), nil]), time)
    case 6: return .attribute("topics", .list(pick([[], ["Swift"], ["swift", "maths"]])), time)
    case 7: return .attribute("born", .text(date()), time)
    default:
      let label = LearnedLabel(segment: pick(["c0", "c1"]), confidence: pick([0.25, 0.5, 1]))
      return .label(pick([label, nil]), time)
    }
  }
}

extension RandomTimelines.Fact {
  /// What the fact is about.
  var subject: String {
    switch self {
    case .event, .received: "event"
    case .attribute(let name, _, _): "attribute \(name)"
    case .list(let name, _, _): "list \(name)"
    case .label: "label"
    }
  }
}

extension MemberRecord {
  /// Adds a fact.
  mutating func add(_ fact: RandomTimelines.Fact) {
    switch fact {
    case .event(let event):
      add(event)
      if event.targetID == "ann" { receive(event) }
    case .received(let event): receive(event)
    case .attribute(let name, let value, let time): set(name, to: value, at: time)
    case .list(let name, let isOn, let time): set(list: name, isOn: isOn, at: time)
    case .label(let label, let time): set(model: "m", label: label, at: time)
    }
  }
}

extension LiveSegments {
  /// Takes a fact; events have an id each.
  mutating func take(_ fact: RandomTimelines.Fact, id: Int) -> [TransitionChanges] {
    switch fact {
    case .event(let event):
      var changes = [add(event, id: "e\(id)")]
      if event.targetID == "ann" { changes.append(receive(event, id: "e\(id)")) }
      return changes
    case .received(let event): return [receive(event, id: "e\(id)")]
    case .attribute(let name, let value, let time): return [set(name, to: value, at: time)]
    case .list(let name, let isOn, let time): return [set(list: name, isOn: isOn, at: time)]
    case .label(let label, let time): return [set(model: "m", label: label, at: time)]
    }
  }
}
