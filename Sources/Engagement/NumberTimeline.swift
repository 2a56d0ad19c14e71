package import EventLog

/// A feature or a score of members at any time, from the events known at one, as time alone changes it.
///
/// Between two neighbouring ``edges(row:after:known:)`` the value of a built-in feature is a continuous
/// function of time, of which ``range(row:from:through:known:)`` gives bounds: the ends of a monotone one, and
/// of velocity and acceleration what their slopes allow.
package struct NumberTimeline: Sendable {
  /// What is computed.
  package enum Quantity: Sendable, Hashable {
    /// A feature.
    case feature(FeatureDefinition)
    /// A score, by name.
    case score(String)
  }

  private indirect enum Node: Sendable {
    /// A position in the plan.
    case feature(Int)
    case linear(Int, zeroAt: Double, threeAt: Double)
    case percentile(Int, EmpiricalDistribution, FeatureDefinition)
    /// For each event type its points.
    case points([Double], halfLife: Int64?)
    case weightedSum([(part: Node, weight: Double)])
  }

  private let plan: FeaturePlan
  private let community: Community
  private let root: Node

  /// Looks up all names.
  package init(
    of quantity: Quantity, definitions: [String: ScoreDefinition], community: Community,
    settings: EngagementSettings,
    distributions: [String: [FeatureDefinition: EmpiricalDistribution]]
  ) throws(EngagementError) {
    var features: [FeatureDefinition] = []
    func step(_ feature: FeatureDefinition) -> Int {
      features.append(feature)
      return features.count - 1
    }
    switch quantity {
    case .feature(let feature): root = .feature(step(feature))
    case .score(let name):
      // Parts come before the scores that need them.
      var nodes: [String: Node] = [:]
      for name in try scoresInOrderOfNeed([name], definitions: definitions) {
        guard let definition = definitions[name] else { continue }
        switch definition {
        case .linear(let feature, let zero, let three):
          nodes[name] = .linear(step(feature), zeroAt: zero, threeAt: three)
        case .percentile(let feature, let model):
          guard let distribution = distributions[model]?[feature] else {
            throw .missingPercentile(score: name, model: model, feature: feature.description)
          }
          nodes[name] = .percentile(step(feature), distribution, feature)
        case .points(let points, let halfLife):
          nodes[name] = .points(
            pointsOfType(points, in: community.history, settings: settings), halfLife: halfLife)
        case .weightedSum(let weights):
          nodes[name] = .weightedSum(
            weights.sorted { bytesPrecede($0.key, $1.key) }.compactMap { part, weight in
              nodes[part].map { ($0, weight) }
            })
        }
      }
      root = nodes[name] ?? .weightedSum([])
    }
    plan = try FeaturePlan(features, for: community, settings: settings)
    self.community = community
  }

  /// The value at an instant, from the events up to another one; NaN where missing.
  package func value(row: Int, asOf: Timestamp, known: Timestamp) -> Double {
    value(root, calculator(row: row, asOf: asOf, known: known))
  }

  /// Bounds of the values from one instant through another with no edge after the first; nil where they are
  /// missing.
  package func range(
    row: Int, from: Timestamp, through: Timestamp, known: Timestamp
  ) -> ClosedRange<Double>? {
    let ends = [from, through].map { calculator(row: row, asOf: $0, known: known) }
    return range(root, ends[0], ends[1])
  }

  /// The instants, in ascending order, after which a value may not be what it was, or begin to move otherwise,
  /// but for events after `known`.
  ///
  /// A feature of one's own may change at any time; it is looked at as its events leave its window, and at
  /// the beginnings of the next calendar days.
  package func edges(row: Int, after instant: Timestamp, known: Timestamp) -> [Timestamp] {
    let events = community.events(ofRow: row, asOf: known)
    let times = events.map { community.history.timestamps[Int($0)] }
    var edges: Set<Int64> = []
    func add(_ days: Int) {
      for time in times { edges.insert(time + Int64(days) * Timestamp.microsecondsPerDay) }
    }
    let clock = plan.settings.clock
    for step in plan.steps {
      switch step.feature {
      case .eventCount(_, let days?), .activeDays(let days?), .activeWeeks(let days?),
        .impact(let days?), .share(_, let days?), .distinctValues(_, let days?),
        .propertyShare(_, _, let days?),
        .valueSum(let days?), .valueMean(let days?):
        add(days)
      case .acceleration: add(14)
      case .trend: for bin in 1...8 { add(7 * bin) }
      case .tenureDays:
        if let tableRow = community.memberTableRow(ofRow: row),
          let joined = community.members.joinedAt[tableRow]
        {
          edges.insert(joined.microseconds)
        }
      case .streakWeeks:
        // Two weeks after its last event no streak is left.
        var day = clock.day(of: instant)
        let week = clock.week(ofDay: day)
        while clock.week(ofDay: day) == week { day += 1 }
        for later in 0..<3 {
          let starts = clock.changes(atStartOfDay: day + 7 * (later - 1))
          edges.formUnion(starts.map(\.microseconds))
        }
      case .attribute:
        guard let custom = step.custom else { continue }
        if let days = custom.windowInDays { add(days) }
        var start = instant
        for _ in 0..<64 {
          start = clock.nextChangeOfDay(after: start)
          edges.insert(start.microseconds)
        }
      default: break
      }
    }
    return edges.filter { $0 > instant.microseconds }.sorted().map { Timestamp(microseconds: $0) }
  }

  private func calculator(row: Int, asOf: Timestamp, known: Timestamp) -> FeatureCalculator {
    var calculator = FeatureCalculator(plan: plan, community: community, asOf: asOf, known: known)
    calculator.load(row: row)
    return calculator
  }

  private func value(_ node: Node, _ calculator: FeatureCalculator) -> Double {
    switch node {
    case .feature(let step): return calculator.value(ofStep: step)
    case .linear(let step, let zero, let three):
      return linearScore(calculator.value(ofStep: step), zeroAt: zero, threeAt: three)
    case .percentile(let step, let distribution, let feature):
      return percentileScore(
        calculator.value(ofStep: step), in: distribution, of: feature)
    case .points(let points, let halfLife):
      return pointSum(
        points, halfLife: halfLife, of: calculator.loadedEvents, in: community.history,
        asOf: calculator.asOf)
    case .weightedSum(let parts):
      return parts.reduce(0) { $0 + $1.weight * value($1.part, calculator) }
    }
  }

  private func range(
    _ step: Int, _ start: FeatureCalculator, _ end: FeatureCalculator
  ) -> ClosedRange<Double>? {
    let own = plan.steps[step].feature
    return featureRange(own, from: start.asOf, through: end.asOf) { feature, instant in
      if case .frequency(let halfLife) = feature, feature != own {
        return start.frequency(halfLife, asOf: instant)
      }
      return (instant == start.asOf ? start : end).value(ofStep: step)
    }
  }

  private func range(
    _ node: Node, _ start: FeatureCalculator, _ end: FeatureCalculator
  ) -> ClosedRange<Double>? {
    switch node {
    case .feature(let step): return range(step, start, end)
    case .linear(let step, let zero, let three):
      return range(step, start, end)?.mapped {
        linearScore($0, zeroAt: zero, threeAt: three)
      }
    case .percentile(let step, let distribution, let feature):
      return range(step, start, end)?.mapped {
        percentileScore($0, in: distribution, of: feature)
      }
    case .points: return .between(value(node, start), value(node, end))
    case .weightedSum(let parts):
      var (low, high) = (0.0, 0.0)
      for (part, weight) in parts {
        guard let range = range(part, start, end)?.mapped({ weight * $0 }) else { return nil }
        low += range.lowerBound
        high += range.upperBound
      }
      return low...high
    }
  }
}

/// Bounds of a feature from one instant through another, with no event, and no end of a window, in between.
///
/// - Parameters:
///   - feature: the feature.
///   - start: the first instant.
///   - end: the last instant.
///   - value: gives a feature at an instant; of velocities and accelerations also their frequencies are asked
///     for, which may be NaN where they are not known.
/// - Returns: bounds, or nil where the feature is absent.
package func featureRange(
  _ feature: FeatureDefinition, from start: Timestamp, through end: Timestamp,
  value: (FeatureDefinition, Timestamp) -> Double
) -> ClosedRange<Double>? {
  func range(_ slopes: ClosedRange<Double>) -> ClosedRange<Double>? {
    let first = value(feature, start)
    let ends = ClosedRange.between(first, value(feature, end))
    // Its ends where it only rises or only falls, else what it can reach from its start.
    if slopes.lowerBound >= 0 || slopes.upperBound <= 0 { return ends }
    let length = end.days(since: start)
    return ends.map {
      min(
        $0.lowerBound, first + slopes.lowerBound * length)...max(
          $0.upperBound, first + slopes.upperBound * length)
    }
  }
  switch feature {
  case .recencyDays, .tenureDays, .frequency, .impactRate, .receivedImpactRate:
    // Straight lines, and multiples of one falling exponential.
    return .between(value(feature, start), value(feature, end))
  case .velocity(let short, let long):
    return range(velocitySlopes(short, long, from: start, to: end, value: value))
  case .acceleration:
    let lag = 14
    let now = velocitySlopes(14, 56, from: start, to: end, value: value)
    let before = velocitySlopes(
      14, 56, from: start.subtracting(days: lag), to: end.subtracting(days: lag), value: value)
    return range(
      now.lowerBound - before.upperBound...now.upperBound - before.lowerBound)
  default:
    let number = value(feature, start)
    return .between(number, number)
  }
}

/// Bounds of the slope of a velocity, in doublings per day, with no event in between.
///
/// A frequency f falls by f ln 2 / h a day, so that log2(f + eps) falls by f / (f + eps) / h, which itself
/// falls as f does.
private func velocitySlopes(
  _ short: Int, _ long: Int, from: Timestamp, to: Timestamp,
  value: (FeatureDefinition, Timestamp) -> Double
) -> ClosedRange<Double> {
  let falls = [short, long].map { halfLife -> (least: Double, greatest: Double) in
    let ends = [to, from].map { instant -> Double in
      let frequency = value(.frequency(halfLifeInDays: halfLife), instant)
      return frequency / (frequency + leastFrequency) / Double(halfLife)
    }
    // Of frequencies that are not known, what any has.
    if ends.contains(where: \.isNaN) { return (least: 0, greatest: 1 / Double(halfLife)) }
    return (least: min(ends[0], ends[1]), greatest: max(ends[0], ends[1]))
  }
  return falls[1].least - falls[0].greatest...falls[1].greatest - falls[0].least
}

extension ClosedRange<Double> {
  /// The range between two values, whichever is the smaller; nil where one is missing.
  package static func between(_ first: Double, _ second: Double) -> ClosedRange? {
    first.isNaN || second.isNaN ? nil : Swift.min(first, second)...Swift.max(first, second)
  }

  /// The range of a monotone function.
  package func mapped(_ transform: (Double) -> Double) -> ClosedRange? {
    .between(transform(lowerBound), transform(upperBound))
  }
}
