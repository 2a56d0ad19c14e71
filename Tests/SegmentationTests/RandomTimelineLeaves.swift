import EventLog

// Random conditions about a member's own facts, each form of the vocabulary among them.

extension RandomTimelines {
  mutating func ownLeaf() -> String {
    switch Int.random(in: 0..<19, using: &generator) {
    case 0...2: return did()
    case 3: return didNot()
    case 4, 5: return occurrence()
    case 6, 7: return attribute()
    case 8: return regular()
    case 9, 10: return sequence()
    case 11: return trend()
    case 12: return share()
    case 13, 14: return feature()
    case 15: return score()
    case 16: return "{list: \(pick(["l", "k"]))}"
    case 17: return "{consent: mail}"
    default: return pick([cluster(), near(), bucket()])
    }
  }

  private mutating func order() -> String { pick(["gt", "gte", "lt", "lte"]) }

  private mutating func ifMissing() -> String { chance(3) ? ", if_missing: unknown" : "" }

  private mutating func name() -> String {
    pick(["\"*\"", "post", "like", "\"lesson_*\"", "learning", "talk", "[post, lesson_b]"])
  }

  private mutating func fieldTests() -> String {
    pick([
      "{kind: {is: QUIZ}}", "{kind: {is_not: quiz}}", "{kind: {contains: id}}",
      "{amount: {gte: 2}}", "{amount: {between: [1, 2]}}", "{value: {exists: true}}",
      "{target_id: {is: bob}}", "{target_id: {missing: true}}", "{event: {starts_with: p}}",
      "{due: {newer_than: \(duration())}}", "{due: {older_than: \(duration())}}",
      "{due: {anniversary_within: \(duration())}}", "{due: {after: \(start)}}",
      "{kind: {matches: \"^v\"}}",
    ])
  }

  private mutating func filter() -> String { chance(3) ? ", where: \(fieldTests())" : "" }

  private mutating func selection() -> String { "{did: \(name())\(filter())}" }

  private mutating func window() -> String {
    let edge = time()
    switch Int.random(in: 0..<7, using: &generator) {
    case 0: return ""
    case 1: return ", ago: [4d, \(duration())]"
    case 2: return ", since: \(edge)"
    case 3: return ", until: \(edge)"
    case 4: return ", since: \(edge), until: \(edge.shifted(by: 2 * Self.day))"
    default: return ", within: \(duration())"
    }
  }

  private mutating func did() -> String {
    let head = "{did: \(name())\(filter())\(window())"
    switch Int.random(in: 0..<3, using: &generator) {
    case 0:
      return "\(head), count: \(pick(["1", "2", "{lt: 2}", "{eq: 1}", "{between: [1, 2]}"]))}"
    case 1:
      let key = pick(["day", "week", "month", "kind", "amount", "target_id", "value", "event"])
      return "\(head), distinct: \(key), count: \(pick(["1", "2", "3", "{lt: 2}"]))}"
    default:
      let aggregate = pick(["sum", "avg", "min", "max"])
      let isUnknown = aggregate == "sum" ? "" : ifMissing()
      let limit = pick(["1", "2", "3.5"])
      return
        "\(head), \(aggregate): \(pick(["amount", "value"])), \(order()): \(limit)\(isUnknown)}"
    }
  }

  private mutating func didNot() -> String {
    let window = window()
    return "{did_not: \(name())\(filter())\(window)"
      + "\(!window.isEmpty && chance(2) ? ", after_ever: true" : "")}"
  }

  private mutating func occurrence() -> String {
    var parts: [String] = []
    if chance(2) { parts.append("having: \(fieldTests())") }
    if chance(4) { parts.append("\(pick(["before", "after"])): \(time())") }
    if parts.isEmpty || chance(2) {
      parts.append("age: {\(pick(["gt", "gte", "lt", "lte", "eq"])): \(duration())}")
    }
    return "{\(pick(["first", "last"])): \(name())\(filter()), "
      + "\(parts.joined(separator: ", "))\(ifMissing())}"
  }

  private mutating func attribute() -> String {
    let test = pick([
      "plan, is: Pro", "plan, is_not: pro", "plan, in: [free, pro]", "plan, not_in: [free]",
      "plan, contains: r", "plan, not_contains: f", "plan, starts_with: P", "plan, ends_with: e",
      "plan, matches: \"^p.o$\"", "plan, exists: true", "plan, missing: true",
      "level, gte: 2", "level, lt: 2", "level, between: [1, 2]", "level, is: 2.0",
      "topics, has_any: [swift, maths]", "topics, has_all: [swift, maths]",
      "topics, has_none: [swift]", "joined_at, older_than: \(duration())",
      "joined_at, newer_than: \(duration())", "joined_at, before: \(time())",
      "joined_at, exists: true", "until, newer_than: \(duration())",
      "until, older_than: \(duration())", "until, after: \(time())",
      "until, anniversary_within: \(duration())", "born, anniversary_within: \(duration())",
      "until, gte: \(time())", "born, missing: true",
    ])
    return "{attr: \(test)\(ifMissing())}"
  }

  private mutating func regular() -> String {
    let count = Int.random(in: 1...5, using: &generator)
    let least = Int.random(in: 1...min(count, 3), using: &generator)
    return "{regular: {did: \(name())\(filter()), unit: \(pick(["day", "day", "week", "month"])), "
      + "at_least: \(least), of_last: \(count)\(chance(2) ? ", consecutive: true" : "")}}"
  }

  private mutating func sequence() -> String {
    let steps = (0..<Int.random(in: 1...3, using: &generator)).map { _ in selection() }
    var text = "{sequence: {steps: [\(steps.joined(separator: ", "))]"
    if chance(3) { text += ", without: \(selection())" }
    if chance(3) { text += ", same: \(pick(["kind", "amount"]))" }
    if chance(3) { text += ", order: any" }
    if chance(3) { text += ", span: \(duration())" }
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: text += ", within: \(duration())"
    case 1: text += ", after: \(duration())"
    case 2: text += ", within: 3d, after: \(pick(["1h", "1d", "36h"]))"
    default: break
    }
    return text + "}}"
  }

  private mutating func trend() -> String {
    let measure =
      chance(2)
      ? "ratio: \(pick(["1", "2", "{lt: 0.5}", "{eq: 0}"]))"
      : "delta: \(pick(["0", "1", "{lt: 0}", "{between: [-1, 1]}"]))"
    let previous = chance(3) ? "" : ", previous: \(duration())"
    let least = chance(2) ? ", min: \(Int.random(in: 1...3, using: &generator))" : ""
    return "{trend: {of: \(selection()), current: \(duration())\(previous), \(measure)\(least)}"
      + "\(ifMissing())}"
  }

  private mutating func share() -> String {
    let least = chance(2) ? ", min: \(Int.random(in: 1...3, using: &generator))" : ""
    return "{share: {of: \(selection()), where: \(fieldTests()), "
      + "\(order()): \(pick(["0", "0.25", "0.5", "1"]))\(least)\(window())}\(ifMissing())}"
  }

  private mutating func feature() -> String {
    let (name, limits) = pick([
      ("events", [2, 4]), ("events_2d", [1, 2]), ("events_learning_3d", [1]),
      ("recency_days", [1, 1.5, 3]), ("tenure_days", [1, 2.5]), ("lifespan_days", [1, 3]),
      ("active_days", [2, 3]), ("active_days_3d", [1, 2]), ("active_weeks_9d", [1, 2]),
      ("frequency_h2", [0.2, 0.5]), ("frequency_h14", [0.05, 0.1]), ("impact", [2]),
      ("impact_2d", [1, 3]), ("impact_h2", [-0.1, 0.3, 1]), ("received_impact_h2", [0.1, 0.3]),
      ("velocity_h1_h4", [-0.5, 0, 0.5, 1]), ("velocity", [0, 0.5]), ("acceleration", [0, 0.5]),
      ("trend", [-0.1, 0, 0.1]), ("median_gap_days", [0.5, 1]), ("burstiness", [-0.2, 0]),
      ("streak_weeks", [1, 2]), ("share_learning", [0.3, 0.5]), ("share_talk_3d", [0.5]),
      ("distinct_kind_3d", [1, 2]), ("distinct_amount", [2]), ("type_entropy", [0.5]),
      ("share_of_kind_3d=video", [0.3, 0.5]), ("share_of_kind=quiz", [0.5]),
      ("value_sum_3d", [1, 3]), ("value_mean_3d", [1, 1.5]), ("level", [2]),
    ])
    let limit = pick(limits)
    let comparison =
      chance(6) ? "between: [\(limit), \(2 * abs(limit) + 0.5)]" : "\(order()): \(limit)"
    return "{feature: \(name), \(comparison)\(ifMissing())}"
  }

  private mutating func score() -> String {
    let name = pick(["fresh", "rate", "pace", "place", "above", "p", "q", "blend", "mix"])
    let limit = pick(["0.5", "1", "2", "3"])
    return "{score: \(name), \(order()): \(limit)\(ifMissing())}"
  }

  private mutating func cluster() -> String {
    let confidence = chance(2) ? ", confidence: {gte: 0.5}" : ""
    return "{cluster: {model: m, is: \(pick(["c0", "c1", "[c0, c1]"]))\(confidence)}\(ifMissing())}"
  }

  private mutating func near() -> String {
    "{near: {point: [48.2, 16.4], km: \(pick(["10", "300"]))}\(ifMissing())}"
  }

  private mutating func bucket() -> String {
    "{bucket: {salt: \(pick(["a", "b", "c"])), from: 0, to: 0.5}}"
  }
}
