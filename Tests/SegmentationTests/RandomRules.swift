import EventLog
import Segmentation

/// The generator SplitMix64, so that runs are the same everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &self)]
  }
}

/// One member as an oracle sees it: the raw rows of the log, in no order.
struct RawMember {
  var id: String
  var joined: Timestamp?
  var age: Double?
  var events: [Event]
  /// The instant at which a rule is asked; later rows do not exist yet.
  var now: Timestamp
}

/// A rule as written, and what it means, worked out anew from raw rows.
struct OracleRule {
  let yaml: String
  let truth: (RawMember) -> Truth
}

/// Writes random rules together with their meaning.
struct RandomRules {
  let asOf: Timestamp
  var calendar = OracleCalendar(zone: "UTC")
  var generator: SeededGenerator

  private let types = ["post", "Post", "order", "lesson_a", "lesson_b"]

  mutating func rule(depth: Int) -> OracleRule {
    guard depth > 0, Int.random(in: 0..<3, using: &generator) > 0 else { return leaf() }
    let parts = (0..<Int.random(in: 1...3, using: &generator)).map { _ in rule(depth: depth - 1) }
    let list = "[" + parts.map(\.yaml).joined(separator: ", ") + "]"
    switch Int.random(in: 0..<5, using: &generator) {
    case 0:
      return OracleRule(yaml: "{all: \(list)}") { member in
        let truths = parts.map { $0.truth(member) }
        if truths.contains(.false) { return .false }
        return truths.contains(.unknown) ? .unknown : .true
      }
    case 1, 2:
      let isNegated = Bool.random(using: &generator)
      return OracleRule(yaml: "{\(isNegated ? "none" : "any"): \(list)}") { member in
        let truths = parts.map { $0.truth(member) }
        if truths.contains(.true) { return isNegated ? .false : .true }
        if truths.contains(.unknown) { return .unknown }
        return isNegated ? .true : .false
      }
    case 3:
      return OracleRule(yaml: "{not: \(parts[0].yaml)}") { member in
        switch parts[0].truth(member) {
        case .true: .false
        case .unknown: .unknown
        case .false: .true
        }
      }
    default:
      let count = Int.random(in: 1...parts.count, using: &generator)
      return OracleRule(yaml: "{at_least: {n: \(count), of: \(list)}}") { member in
        let truths = parts.map { $0.truth(member) }
        // By trying out everything that the unknown ones could be.
        var outcomes: Set<Bool> = []
        let unknown = truths.filter { $0 == .unknown }.count
        for extra in 0...unknown {
          outcomes.insert(truths.filter { $0 == .true }.count + extra >= count)
        }
        if outcomes.count == 2 { return .unknown }
        return outcomes.contains(true) ? .true : .false
      }
    }
  }

  private mutating func leaf() -> OracleRule {
    switch Int.random(in: 0..<12, using: &generator) {
    case 7...: return pattern()
    case 0: return attribute()
    case 1: return joined()
    case 2: return didNot()
    case 3: return occurrence()
    default: return did()
    }
  }

  private mutating func attribute() -> OracleRule {
    let limit = generator.pick([10.0, 20, 30])
    let isUnknown = Bool.random(using: &generator)
    let suffix = isUnknown ? ", if_missing: unknown" : ""
    let (name, holds) = generator.pick(Self.orders)
    if Bool.random(using: &generator) {
      return OracleRule(yaml: "{attr: age, is_not: \(Int(limit))\(suffix)}") { member in
        guard let age = member.age else { return isUnknown ? .unknown : .true }
        return age != limit ? .true : .false
      }
    }
    guard name != "eq" else { return attribute() }
    return OracleRule(yaml: "{attr: age, \(name): \(limit)\(suffix)}") { member in
      guard let age = member.age else { return isUnknown ? .unknown : .false }
      return holds(age, limit) ? .true : .false
    }
  }

  private mutating func joined() -> OracleRule {
    let (text, length) = generator.pick(Self.durations)
    let isOlder = Bool.random(using: &generator)
    return OracleRule(yaml: "{attr: joined_at, \(isOlder ? "older_than" : "newer_than"): \(text)}")
    {
      guard let joined = $0.joined, joined <= $0.now else { return .false }
      let age = $0.now.microseconds - joined.microseconds
      return (isOlder ? age >= length : age < length) ? .true : .false
    }
  }

  /// Names, and which events of a member they select as of now, where-conditions included.
  mutating func selection() -> (name: String, filter: String, of: (RawMember) -> [Event]) {
    let names: [(String, (String) -> Bool)] = [
      ("\"*\"", { _ in true }), ("\"lesson_*\"", { $0.hasPrefix("lesson_") }),
      ("post", { $0 == "post" }), ("learning", { $0 == "lesson_a" || $0 == "lesson_b" }),
      ("[Post, order]", { $0 == "Post" || $0 == "order" }),
    ]
    let isVideo: (Event) -> Bool = { $0.properties["kind"] == .string("video") }
    let filters: [(String, (Event) -> Bool)] = [
      ("", { _ in true }), ("", { _ in true }),
      (", where: {kind: {is: VIDEO}}", isVideo),
      (", where: {kind: {is_not: video}}", { !isVideo($0) }),
      (", where: {value: {gte: 2}}", { ($0.value ?? -1) >= 2 }),
      (
        ", where: {target_id: {is: m1}, value: {missing: true}}",
        { $0.targetID == "m1" && $0.value == nil }
      ),
    ]
    let (name, holds) = generator.pick(names)
    let (filter, passes) = generator.pick(filters)
    return (
      name, filter,
      { member in
        member.events.filter { $0.timestamp <= member.now && holds($0.type) && passes($0) }
      }
    )
  }

  mutating func window() -> (text: String, holds: (Event, Timestamp) -> Bool) {
    let (text, length) = generator.pick(Self.durations)
    let edge = asOf.shifted(by: -length)
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: return ("", { _, _ in true })
    case 1: return (", within: \(text)", { age(of: $0, at: $1) < length })
    case 2:
      let (older, olderLength) = generator.pick([("90d", 90 * Self.day), ("8w", 56 * Self.day)])
      return (
        ", ago: [\(older), \(text)]",
        { age(of: $0, at: $1) >= length && age(of: $0, at: $1) < olderLength }
      )
    case 3: return (", since: \(edge)", { event, _ in event.timestamp >= edge })
    default: return (", until: \(edge)", { event, _ in event.timestamp < edge })
    }
  }

  private mutating func did() -> OracleRule {
    let (name, filter, events) = selection()
    let (windowText, isInside) = window()
    let (order, holds) = generator.pick(Self.orders)
    let limit = Double(Int.random(in: 0...4, using: &generator))
    let head = "{did: \(name)\(filter)\(windowText)"
    let inside: (RawMember) -> [Event] = { member in
      events(member).filter { isInside($0, member.now) }
    }
    switch Int.random(in: 0..<4, using: &generator) {
    case 0:
      return OracleRule(yaml: "\(head), count: {\(order): \(Int(limit))}}") {
        holds(Double(inside($0).count), limit) ? .true : .false
      }
    case 1:
      let calendar = calendar
      return OracleRule(yaml: "\(head), distinct: day, count: {\(order): \(Int(limit))}}") {
        let days = Set(inside($0).map { calendar.period("day", of: $0.timestamp) })
        return holds(Double(days.count), limit) ? .true : .false
      }
    case 2:
      return OracleRule(yaml: "\(head), distinct: kind, count: {\(order): \(Int(limit))}}") {
        let kinds = Set(inside($0).compactMap { $0.properties["kind"]?.description })
        return holds(Double(kinds.count), limit) ? .true : .false
      }
    default:
      let aggregate = generator.pick(["sum", "avg", "min", "max"])
      return OracleRule(yaml: "\(head), \(aggregate): value, \(order): \(Int(limit))}") {
        let values = inside($0).compactMap(\.value).sorted()
        let sum = values.reduce(0, +)
        switch aggregate {
        case "sum": return holds(sum, limit) ? .true : .false
        case _ where values.isEmpty: return .false
        case "avg": return holds(sum / Double(values.count), limit) ? .true : .false
        case "min": return holds(values[0], limit) ? .true : .false
        default: return holds(values[values.count - 1], limit) ? .true : .false
        }
      }
    }
  }

  private mutating func didNot() -> OracleRule {
    let (name, filter, events) = selection()
    let (windowText, isInside) = window()
    let isAfterEver = !windowText.isEmpty && Bool.random(using: &generator)
    let suffix = isAfterEver ? ", after_ever: true" : ""
    return OracleRule(yaml: "{did_not: \(name)\(filter)\(windowText)\(suffix)}") { member in
      let all = events(member)
      let isIn = all.contains { isInside($0, member.now) }
      return !isIn && (!isAfterEver || !all.isEmpty) ? .true : .false
    }
  }

  private mutating func occurrence() -> OracleRule {
    let (name, filter, events) = selection()
    let (text, length) = generator.pick(Self.durations)
    let isLast = Bool.random(using: &generator)
    let asksKind = Bool.random(using: &generator)
    let having = asksKind ? ", having: {kind: {is: quiz}}" : ""
    return OracleRule(
      yaml: "{\(isLast ? "last" : "first"): \(name)\(filter), age: {gte: \(text)}\(having)}"
    ) { member in
      let all = events(member)
      let times = all.map(\.timestamp)
      guard let time = isLast ? times.max() : times.min() else { return .false }
      let isKind = all.contains { $0.timestamp == time && $0.properties["kind"] == .string("quiz") }
      return member.now.microseconds - time.microseconds >= length && (!asksKind || isKind)
        ? .true : .false
    }
  }

  static let day: Int64 = 86_400_000_000
  static let durations: [(String, Int64)] = [
    ("12h", day / 2), ("7d", 7 * day), ("2w", 14 * day), ("30d", 30 * day), ("720h", 30 * day),
  ]
  static let orders: [(String, @Sendable (Double, Double) -> Bool)] = [
    ("eq", { $0 == $1 }), ("gt", { $0 > $1 }), ("gte", { $0 >= $1 }), ("lt", { $0 < $1 }),
    ("lte", { $0 <= $1 }),
  ]

  /// A member with a few events, many of them at the edges of windows.
  mutating func member(_ index: Int) -> RawMember {
    let id = "m\(index)"
    let events = (0..<Int.random(in: 0...9, using: &generator)).map { _ in
      Event(
        memberID: id, timestamp: time(), type: generator.pick(types),
        value: generator.pick([nil, nil, 0, 1, 2, 2.5]),
        targetID: generator.pick([nil, "m1", "m2"]),
        properties: generator.pick([[:], ["kind": .string("video")], ["kind": .string("quiz")]]))
    }
    let joined = Bool.random(using: &generator) ? time() : nil
    return RawMember(
      id: id, joined: joined, age: generator.pick([nil, 10, 20, 30]), events: events,
      now: asOf)
  }

  private mutating func time() -> Timestamp {
    let (_, length) = generator.pick(
      Self.durations + [("0s", 0), ("90d", 90 * Self.day), ("8w", 56 * Self.day)])
    let nudge = generator.pick([Int64(0), 0, 0, 1, -1, 3_600_000_000])
    return asOf.shifted(by: nudge - length)
  }
}

/// The age of an event in microseconds.
func age(of event: Event, at now: Timestamp) -> Int64 {
  now.microseconds - event.timestamp.microseconds
}

extension Timestamp {
  func shifted(by microseconds: Int64) -> Timestamp {
    Timestamp(microseconds: self.microseconds + microseconds)
  }
}
