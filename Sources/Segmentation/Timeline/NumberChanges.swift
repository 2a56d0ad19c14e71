import Engagement
import EventLog
import Foundation

extension NumberQuestion {
  /// How a number changes where no event comes.
  enum Course: Sendable {
    /// Not at all, but where windows end.
    case constant
    /// What it is made of rises by one a day.
    case line
    /// It halves with every so many microseconds.
    case decay(halfLife: Int64)
    /// Otherwise, with bounds that are known.
    case bounded
  }

  /// How the number changes by itself, and where it may jump.
  struct Changes: Sendable {
    var course = Course.constant
    /// The ages in days at which events change it at once.
    var windows: Set<Int> = []
    /// Whether it may change as calendar weeks, or days, begin.
    var isWeekly = false
    var isDaily = false

    init(of node: Node, _ settings: EngagementSettings) {
      switch node {
      case .feature(let feature): include(feature, settings)
      case .percentile(let feature, _):
        include(feature, settings)
        makeBounded()
      case .linear(let feature, _, _):
        include(feature, settings)
        if case .line = course { break }
        makeBounded()
      case .points(_, _, _, let halfLife):
        course = halfLife.map { .decay(halfLife: $0) } ?? .constant
      case .weightedSum(let parts):
        for (part, _) in parts {
          let changes = Changes(of: part, settings)
          windows.formUnion(changes.windows)
          isWeekly = isWeekly || changes.isWeekly
          isDaily = isDaily || changes.isDaily
          if case .constant = changes.course { continue }
          course = .bounded
        }
      }
    }

    private mutating func makeBounded() {
      if case .constant = course { return }
      course = .bounded
    }

    private mutating func include(_ feature: FeatureDefinition, _ settings: EngagementSettings) {
      switch feature {
      case .lifespanDays, .medianGapDays, .burstiness, .typeEntropy: break
      case .eventCount(_, let window), .activeDays(let window), .activeWeeks(let window),
        .impact(let window), .share(_, let window), .propertyShare(_, _, let window),
        .distinctValues(_, let window),
        .valueSum(let window), .valueMean(let window):
        if let window { windows.insert(window) }
      case .trend: windows.formUnion((1...8).map { 7 * $0 })
      case .streakWeeks: isWeekly = true
      case .recencyDays, .tenureDays: course = .line
      case .frequency(let days), .impactRate(let days), .receivedImpactRate(let days):
        course = .decay(halfLife: Int64(days) * Timestamp.microsecondsPerDay)
      case .velocity: course = .bounded
      case .acceleration:
        windows.insert(14)
        course = .bounded
      case .attribute(let name):
        guard let custom = settings.customFeatures[name] else { return }
        if let window = custom.windowInDays { windows.insert(window) }
        isDaily = true
      }
    }
  }

  /// The first instant after now at which the comparisons may change, if nothing but time happens; nil for
  /// never.
  ///
  /// Where a number moves all the time it is one shortly before they do, so that the exact instant is looked
  /// for only once it is near: most that could come is overtaken by events. A feature of one's own is looked at
  /// again as each day begins.
  func nextChange(for facts: MemberFacts, at now: EvaluationInstant, _ changes: Changes) -> Int64? {
    var edge = Self.lastInstant
    let present = now.asOf.microseconds
    for days in changes.windows {
      let length = Int64(days) * Timestamp.microsecondsPerDay
      let place = facts.events.end(at: present - length)
      if place < facts.events.count, facts.events.times[place] <= present {
        edge = min(edge, facts.events.times[place] + length)
      }
    }
    if changes.isWeekly || changes.isDaily {
      var start = now.clock.nextChangeOfDay(after: now.asOf)
      let week = now.clock.week(of: now.asOf)
      while !changes.isDaily, now.clock.week(of: start) == week {
        start = now.clock.nextChangeOfDay(after: start)
      }
      edge = min(edge, start.microseconds)
    }
    return move(facts, from: present, before: edge, changes.course)
      ?? (edge < Self.lastInstant ? edge : nil)
  }

  /// The last instant that is looked at.
  private static let lastInstant = Timestamp.accepted.upperBound.microseconds - 1

  /// When the comparisons change, or shortly before, in a time in which the number does not jump.
  private func move(
    _ facts: MemberFacts, from present: Int64, before edge: Int64, _ course: Course
  ) -> Int64? {
    if case .constant = course { return nil }
    let value = value(for: facts, at: Timestamp(microseconds: present))
    guard !value.isNaN else { return nil }
    switch course {
    case .constant: return nil
    case .line:
      // A millisecond is more than rounding can make of any time.
      return approach(facts, present, edge, margin: 1_000, crossings: lineCrossings(facts, present))
    case .decay(let halfLife):
      if value == 0 { return nil }
      guard operands.allSatisfy({ $0 != 0 }) else { break }
      // Rounding moves a crossing by some 1e-12 half-lives.
      let length = Double(halfLife)
      return approach(
        facts, present, edge, margin: 1_000 + Int64(1e-9 * length),
        crossings: operands.map { operand in
          operand / value > 0 ? length * log2(value / operand) : -.infinity
        })
    case .bounded: break
    }
    return boundedChange(facts, present, edge, value)
  }

  /// When a number of days reaches limits, in microseconds from now.
  private func lineCrossings(_ facts: MemberFacts, _ present: Int64) -> [Double] {
    let limits: [Double]
    let days: Double
    let instant = Timestamp(microseconds: present)
    switch node {
    case .feature(let feature):
      limits = operands
      days = facts.value(of: feature, asOf: instant)
    case .linear(let feature, let zero, let three):
      // A score that is clamped goes on where the days do.
      limits = operands.filter { (0...3).contains($0) }.map { zero + $0 / 3 * (three - zero) }
      days = facts.value(of: feature, asOf: instant)
    case .percentile, .points, .weightedSum: return []
    }
    return limits.map { ($0 - days) * Double(Timestamp.microsecondsPerDay) }
  }

  private var operands: [Double] { comparisons.flatMap(\.operands) }

  /// The first of some crossings, given as microseconds from now: a margin before it, or, within the margin,
  /// to the microsecond.
  private func approach(
    _ facts: MemberFacts, _ present: Int64, _ edge: Int64, margin: Int64, crossings: [Double]
  ) -> Int64? {
    // What reaches a limit, and what goes on from it, may be told apart by one microsecond.
    let ahead = crossings.filter { $0 > -Double(margin) }.sorted()
    for crossing in ahead {
      guard crossing < Double(edge - present) + Double(margin) else { return nil }
      let wait = Int64(crossing) - margin
      if wait > 0 { return present + wait < edge ? present + wait : nil }
      let end = min(edge, present + 2 * margin + 2)
      if let change = search(facts).firstChange(
        from: present, before: end, of: search(facts).holds(at: present))
      {
        return change
      }
    }
    return nil
  }

  /// For numbers of which bounds are known: a time in which nothing changes is passed at once.
  private func boundedChange(
    _ facts: MemberFacts, _ present: Int64, _ edge: Int64, _ value: Double
  ) -> Int64? {
    let search = search(facts)
    let truth = search.holds(at: present)
    if search.isConstant(from: present, through: edge - 1, truth) { return nil }
    var length = Timestamp.microsecondsPerDay * 64
    let shortest = Timestamp.microsecondsPerDay / 24
    while length >= shortest {
      let end = present + length
      if end < edge, search.isConstant(from: present, through: end, truth) { return end }
      length /= 4
    }
    let end = min(edge, present + 4 * shortest)
    return search.firstChange(from: present, before: end, of: truth) ?? (end < edge ? end : nil)
  }

  private func search(_ facts: MemberFacts) -> CrossingSearch {
    CrossingSearch(
      comparisons: comparisons, value: { value(for: facts, at: $0) },
      range: { range(for: facts, from: $0, through: $1) })
  }
}
