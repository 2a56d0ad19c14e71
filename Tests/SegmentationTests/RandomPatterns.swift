import EventLog
import Segmentation

extension RandomRules {
  /// A condition on a pattern of events, and its meaning.
  mutating func pattern() -> OracleRule {
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: regular()
    case 1: trend()
    case 2: share()
    default: sequence()
    }
  }

  private mutating func regular() -> OracleRule {
    let (name, filter, events) = selection()
    let unit = generator.pick(["day", "week", "month"])
    let count = Int.random(in: 1...9, using: &generator)
    let least = Int.random(in: 1...min(count, 3), using: &generator)
    let isConsecutive = Bool.random(using: &generator)
    let calendar = calendar
    return OracleRule(
      yaml: "{regular: {did: \(name)\(filter), unit: \(unit), at_least: \(least), of_last: \(count)"
        + "\(isConsecutive ? ", consecutive: true" : "")}}"
    ) { member in
      let today = calendar.period(unit, of: member.now)
      let isActive = (0..<count).map { back in
        events(member).contains { calendar.period(unit, of: $0.timestamp) == today - back }
      }
      if !isConsecutive { return Truth(isActive.filter { $0 }.count >= least) }
      return Truth(
        (0...(count - least)).contains { start in isActive[start..<start + least].allSatisfy { $0 }
        })
    }
  }

  private mutating func trend() -> OracleRule {
    let (name, filter, events) = selection()
    let (current, currentLength) = generator.pick(Self.durations)
    let (previous, previousLength) = generator.pick(Self.durations)
    let isRatio = Bool.random(using: &generator)
    let (order, holds) = generator.pick(Self.orders)
    let limit = generator.pick(isRatio ? [0, 0.5, 1, 2] : [-2, -1, 0, 1, 2])
    let least = Int.random(in: 0...3, using: &generator)
    let isUnknown = Bool.random(using: &generator)
    return OracleRule(
      yaml: "{trend: {of: {did: \(name)\(filter)}, current: \(current), previous: \(previous), "
        + "\(isRatio ? "ratio" : "delta"): {\(order): \(limit)}, min: \(least)}"
        + "\(isUnknown ? ", if_missing: unknown" : "")}"
    ) { member in
      let ages = events(member).map { age(of: $0, at: member.now) }
      let now = Double(ages.filter { $0 < currentLength }.count)
      let before = Double(
        ages.filter { $0 >= currentLength && $0 < currentLength + previousLength }.count)
      if now + before < Double(least) { return .false }
      if !isRatio { return Truth(holds(now - before, limit)) }
      if now == 0, before == 0 { return isUnknown ? .unknown : .false }
      if before == 0 { return Truth(holds(.infinity, limit)) }
      // In whole half days, so that the comparison is exact.
      let half = Double(Self.day / 2)
      let numerator = now * Double(previousLength) / half
      let denominator = before * Double(currentLength) / half
      return Truth(holds(numerator, limit * denominator))
    }
  }

  private mutating func share() -> OracleRule {
    let (name, filter, events) = selection()
    let (windowText, isInside) = window()
    let (order, holds) = generator.pick(Self.orders)
    let limit = generator.pick([0.0, 0.25, 0.5, 1])
    let least = Int.random(in: 0...3, using: &generator)
    let isUnknown = Bool.random(using: &generator)
    return OracleRule(
      yaml: "{share: {of: {did: \(name)\(filter)}, where: {kind: {is: Quiz}}, \(order): \(limit), "
        + "min: \(least)\(windowText)}\(isUnknown ? ", if_missing: unknown" : "")}"
    ) { member in
      let all = events(member).filter { isInside($0, member.now) }
      if all.count < least { return .false }
      if all.isEmpty { return isUnknown ? .unknown : .false }
      let part = all.filter { $0.properties["kind"] == .string("quiz") }.count
      return Truth(holds(Double(part), limit * Double(all.count)))
    }
  }

  private mutating func sequence() -> OracleRule {
    let steps = (0..<Int.random(in: 1...3, using: &generator)).map { _ in selection() }
    let without = Int.random(in: 0..<3, using: &generator) == 0 ? selection() : nil
    let sharesKind = Int.random(in: 0..<3, using: &generator) == 0
    let isOrdered = Int.random(in: 0..<3, using: &generator) > 0
    var limits: [(key: String, text: String, length: Int64)] = []
    for key in ["span", "within", "after"] where Int.random(in: 0..<3, using: &generator) == 0 {
      let (text, length) = generator.pick(Self.durations)
      limits.append((key, text, length))
    }
    let length: (String) -> Int64? = { [limits] key in limits.first { $0.key == key }?.length }
    if let after = length("after"), let within = length("within"), after >= within {
      limits.removeAll { $0.key == "after" }
    }
    let known = Dictionary(uniqueKeysWithValues: limits.map { ($0.key, $0.length) })
    let written = steps.map { "{did: \($0.name)\($0.filter)}" }.joined(separator: ", ")
    var yaml = "{sequence: {steps: [\(written)]"
    if let without { yaml += ", without: {did: \(without.name)\(without.filter)}" }
    if sharesKind { yaml += ", same: kind" }
    if !isOrdered { yaml += ", order: any" }
    for limit in limits { yaml += ", \(limit.key): \(limit.text)" }
    return OracleRule(yaml: yaml + "}}") { member in
      let raw = member.events.filter { $0.timestamp <= member.now }
      let fits: ([Int]) -> Bool = { chosen in
        let events = chosen.map { raw[$0] }
        let times = events.map(\.timestamp)
        guard let first = times.min(), let last = times.max() else { return false }
        let kinds = Set(events.map { $0.properties["kind"] })
        if sharesKind, kinds.count > 1 || kinds.contains(nil) { return false }
        if isOrdered, zip(times, times.dropFirst()).contains(where: { $0 >= $1 }) { return false }
        if Set(chosen).count < chosen.count { return false }
        let (oldest, newest) = (
          member.now.microseconds - first.microseconds, member.now.microseconds - last.microseconds
        )
        if let span = known["span"], oldest - newest > span { return false }
        if let within = known["within"], oldest >= within { return false }
        if let after = known["after"], newest < after { return false }
        let forbidden = without?.of(member) ?? []
        return !forbidden.contains { event in
          event.timestamp > first
            && (!sharesKind || event.properties["kind"] == events[0].properties["kind"])
        }
      }
      // Every choice of one event for each step.
      var choices: [[Int]] = [[]]
      for step in steps {
        let matching = step.of(member)
        let indices = raw.indices.filter { matching.contains(raw[$0]) }
        choices = choices.flatMap { choice in indices.map { choice + [$0] } }
      }
      return Truth(choices.contains(where: fits))
    }
  }
}
