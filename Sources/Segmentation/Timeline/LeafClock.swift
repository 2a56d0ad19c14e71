import Engagement
import EventLog

/// When time alone may change a leaf: instants known before, and how to find others.
///
/// Instants may be too many, never too few; a leaf is looked at again at each.
struct LeafClock: Sendable {
  /// How a leaf changes between the edges.
  enum Course: Sendable {
    /// Not at all.
    case constant
    /// At the beginning of calendar weeks.
    case weekly
    /// With anniversaries of some instants, within lengths of time.
    case anniversaries([(instant: Timestamp, length: Int64)])
    /// Its number rises or falls all the time between facts.
    case monotone
    /// Its number may do both; it is looked at each day.
    case sampled
  }

  private(set) var edges: [Int64] = []
  private(set) var course = Course.constant

  /// The instants at which time alone may change a leaf, for one member.
  init(of position: Int, in plan: TimelinePlan, _ record: MemberRecord, epochs: [MemberFacts.Epoch])
  {
    let planned = plan.leaves[position]
    let events = record.events.map(\.timestamp.microseconds)
    switch planned.kind {
    case .list(_, let expires): edges = expires.map(\.microseconds)
    case .feature(let feature, _): include(feature, events, plan)
    case .score(let name, _): include(score: name, events, plan)
    case .cluster, .consent, .segment, .stage: break
    case .observed: include(planned.leaf, position, record, plan, epochs)
    }
    edges = Set(edges).sorted()
  }

  private mutating func include(
    _ leaf: Leaf, _ position: Int, _ record: MemberRecord, _ plan: TimelinePlan,
    _ epochs: [MemberFacts.Epoch]
  ) {
    if case .attribute(let name, let tests) = leaf.question {
      let values = (record.attributes[name] ?? []).map(\.value)
      include(values.compactMap { $0.instant(in: plan.project.settings.clock) }, tests)
      return
    }
    guard let epoch = epochs.last, let compiled = epoch.compiled[position] else { return }
    // With all events in view.
    let row = LeafCompiler.row(of: record.memberID, in: epoch.community)
    let evaluator = SegmentEvaluator(
      leavesOf: plan, community: epoch.community, row: row,
      asOf: epoch.community.history.newest ?? Timestamp(microseconds: 0))
    guard case .occurrence(let occurrence, let selection, let having) = compiled.question else {
      edges += evaluator.edges(of: compiled, at: 0)
      return
    }
    // Any of the events is the latest at some time.
    for time in evaluator.eventInstants(selection, row: row) {
      for age in occurrence.age.flatMap(\.operands) {
        edges += [time + age.microseconds, time + age.microseconds + 1]
      }
    }
    edges += evaluator.edges(of: selection.tests + having, row: row)
  }

  /// Ages of instants, which do not exist before they come.
  private mutating func include(_ instants: [Timestamp], _ tests: [FieldTest]) {
    edges += instants.map(\.microseconds)
    var anniversaries: [(Timestamp, Int64)] = []
    for test in tests {
      guard let length = test.lengthOfAge else { continue }
      edges += instants.map { $0.microseconds + length }
      if case .anniversaryWithin = test { anniversaries += instants.map { ($0, length) } }
    }
    if !anniversaries.isEmpty { course = .anniversaries(anniversaries) }
  }

  private mutating func include(
    _ feature: FeatureDefinition, _ events: [Int64], _ plan: TimelinePlan
  ) {
    func lengths(_ days: some Sequence<Int>) {
      edges += days.flatMap { days in
        events.map { $0 + Int64(days) * Timestamp.microsecondsPerDay }
      }
    }
    switch feature {
    case .lifespanDays, .medianGapDays, .burstiness, .typeEntropy: break
    case .eventCount(_, let window), .activeDays(let window), .activeWeeks(let window),
      .impact(let window), .share(_, let window), .distinctValues(_, let window),
      .valueSum(let window), .valueMean(let window):
      lengths([window].compactMap { $0 })
    case .trend: lengths((1...8).map { $0 * 7 })
    case .streakWeeks: course = .weekly
    case .recencyDays, .tenureDays, .frequency, .impactRate, .receivedImpactRate:
      course = .monotone
    case .velocity: course = .sampled
    case .acceleration:
      lengths([14])
      course = .sampled
    case .attribute(let name):
      guard let custom = plan.project.settings.customFeatures[name] else { return }
      lengths([custom.windowInDays].compactMap { $0 })
      course = .sampled
    }
  }

  private mutating func include(score: String, _ events: [Int64], _ plan: TimelinePlan) {
    switch plan.project.scores[score] {
    case .linear(let feature, _, _), .percentile(let feature, _): include(feature, events, plan)
    case .points(_, let halfLife): course = halfLife == nil ? .constant : .monotone
    case .weightedSum(let weights):
      var isConstant = true
      for part in weights.keys {
        include(score: part, events, plan)
        if case .constant = course { continue }
        isConstant = false
      }
      course = isConstant ? .constant : .sampled
    case nil: break
    }
  }
}

extension AttributeValue? {
  /// The instant that the value is, if it is one.
  func instant(in clock: Clock) -> Timestamp? {
    switch self {
    case .time(let instant): instant
    case .text(let text): Timestamp(text, in: clock)
    default: nil
    }
  }
}
