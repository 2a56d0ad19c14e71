import Engagement
import EventLog
import LinearAlgebra
import Testing

@testable import Segmentation

/// When leaves change by time alone.
struct NextChangeTests {
  /// Walks from change to change, and asks the oracle in between.
  @Test(arguments: 1...8)
  func everyChangeIsVisitedAndNoneIsInvented(seed: Int) throws {
    let newest = try instant("2024-03-31T06:00:00Z")
    let zone = seed % 2 == 0 ? "Europe/Vienna" : "UTC"
    var random = RandomRules(
      asOf: newest, calendar: OracleCalendar(zone: zone),
      generator: SeededGenerator(seed: UInt64(1000 + seed)))
    let members = (0..<5).map { random.member($0) }
    let rules = (0..<100).map { random.rule(depth: $0 < 90 ? 0 : 2) }
    // Later events are in the history, and must be left out.
    let asOf = newest.shifted(by: -RandomRules.day * [0, 7, 14, 30][seed / 2 % 4])
    let table = MemberTable(
      ids: members.map(\.id), joinedAt: members.map(\.joined),
      attributes: ["age": .number(members.map { $0.age ?? .nan })])
    let community = Community(
      history: EventHistory(members.flatMap(\.events).shuffled(using: &random.generator)),
      members: table)
    let segments = rules.enumerated().map { "- {id: s\($0), when: \($1.yaml)}" }
    let yaml =
      "version: 1\nclock: {zone: \(zone)}\naliases: {learning: [\"lesson_*\"]}\nsegments:\n"
      + segments.joined(separator: "\n")
    let project = try ProjectFile(parsing: yaml, file: "random.yaml")
    let rows = community.rows(asOf: asOf)
    let evaluator = try SegmentEvaluator(
      project, community: community, rows: rows, asOf: asOf, threadCount: 1)
    var changeCount = 0
    for (index, row) in rows.enumerated() {
      var member = try #require(members.first { $0.id == community.memberIDs[row] })
      member.events.removeAll { $0.timestamp > asOf }
      let ends = windowEnds(of: member, asOf: asOf)
      let allEdges = (ends + midnights(after: asOf, isVienna: zone != "UTC")).sorted()
      for (rule, segment) in zip(rules, evaluator.segments) {
        let edges = rule.yaml.contains("regular") ? allEdges : ends
        let isLeaf = if case .leaf = segment.condition { true } else { false }
        func truth(_ instant: Int64) -> Truth {
          member.now = Timestamp(microseconds: instant)
          return rule.truth(member)
        }
        var start = asOf.microseconds
        var before = truth(start)
        for _ in 0..<40 {
          let next = evaluator.moved(to: Timestamp(microseconds: start), known: asOf)
            .nextChange(segment.condition, at: index)?.microseconds
          let missed = edges.first {
            $0 > start && $0 < (next ?? .max) && truth($0) != before
          }
          #expect(
            missed == nil,
            "seed \(seed), \(member.id), \(rule.yaml): \(missed ?? 0) from \(start) to \(next ?? 0)"
          )
          guard let next else { break }
          try #require(next > start)
          if isLeaf {
            #expect(truth(next) != before, "seed \(seed), \(member.id), \(rule.yaml) at \(next)")
            #expect(
              truth(next - 1) == before, "seed \(seed), \(member.id), \(rule.yaml) at \(next)")
            changeCount += 1
          }
          start = next
          before = truth(next)
        }
      }
    }
    #expect(changeCount > 20)
  }

  /// The ends of all windows, and a microsecond to either side.
  private func windowEnds(of member: RawMember, asOf: Timestamp) -> [Int64] {
    let lengths = [0, RandomRules.day * 90, RandomRules.day * 56] + RandomRules.durations.map(\.1)
    var edges: Set<Int64> = []
    for instant in member.events.map(\.timestamp) + [member.joined ?? asOf] {
      for first in lengths {
        for second in lengths {
          for nudge in [-1, 0, 1] as [Int64] {
            edges.insert(instant.microseconds + first + second + nudge)
          }
        }
      }
    }
    return edges.sorted()
  }

  /// The beginnings of days, and the microseconds before them.
  private func midnights(after asOf: Timestamp, isVienna: Bool) -> [Int64] {
    let firstDay = asOf.microseconds / RandomRules.day
    return (firstDay...firstDay + 300).flatMap { day in
      // Summer time was from 31 March to 27 October 2024, the days 19,813 to 20,023.
      let hours: Int64 = isVienna ? ((19_814...20_023).contains(day) ? 2 : 1) : 0
      let midnight = day * RandomRules.day - hours * RandomRules.day / 24
      return [midnight - 1, midnight]
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let rule: String
    let changes: [String]
    init(_ rule: String, _ changes: String...) {
      self.rule = rule
      self.changes = changes
    }
    var testDescription: String { rule }
  }

  /// In Vienna, as of 2024-03-30T12:00Z; clocks go forward on 31 March and back on 27 October.
  private func evaluator(_ rule: String, asOf: String = "2024-03-30T12:00:00Z") throws
    -> SegmentEvaluator
  {
    let history = EventHistory([
      try Event("a", "post", "2024-03-28T12:00:00Z", ["due": .string("2024-04-02")]),
      try Event("a", "post", "2024-03-29T12:00:00Z"),
      try Event("a", "order", "2024-03-30T11:00:00Z", value: 3),
      // Not yet.
      try Event("a", "post", "2024-04-05"),
      try Event("b", "post", "2024-03-30"),
    ])
    let members = MemberTable(
      ids: ["a", "b"], joinedAt: [try instant("2024-03-01"), try instant("2024-04-10")],
      attributes: [
        "born": .time([try instant("2000-02-29T10:00:00Z"), nil]),
        "renews": .time([try instant("2024-05-01"), nil]), "age": .number([3, 4]),
      ])
    var harness = RuleHarness(
      community: Community(history: history, members: members), asOf: try instant(asOf),
      preamble: """
        lists: {guests: {members: [a], expires: 2024-04-15}}
        scores:
          recency: {feature: recency_days, linear: [30, 0]}
          lead: {points: {post: 10, order: -3}, half_life: 7d}
          both: {sum: {recency: 2, lead: -0.1}}
        """)
    harness.clock = "{zone: Europe/Vienna}"
    return try harness.evaluator(rule)
  }

  @Test(
    arguments: [
      Case("{did: post, within: 7d}", "2024-04-05T12:00:00Z"),
      Case(
        "{did: post, count: {eq: 1}, within: 7d}", "2024-04-04T12:00:00Z", "2024-04-05T12:00:00Z"),
      Case("{did: post, ago: [4d, 2d]}", "2024-04-02T12:00:00Z"),
      Case("{did: post, ago: [4d, 2d], count: 2}", "2024-03-31T12:00:00Z", "2024-04-01T12:00:00Z"),
      Case("{did: post, since: 2024-03-01}"), Case("{did: post}"),
      Case("{did_not: post, within: 1d, after_ever: true}"),
      Case("{did_not: post, within: 30h, after_ever: true}", "2024-03-30T18:00:00Z"),
      Case("{did: order, within: 1d, max: value, gte: 3}", "2024-03-31T11:00:00Z"),
      Case("{last: post, age: {gt: 2d}}", "2024-03-31T12:00:00.000001Z"),
      Case("{last: post, age: {gte: 2d}}", "2024-03-31T12:00:00Z"),
      Case("{last: post, age: {eq: 2d}}", "2024-03-31T12:00:00Z", "2024-03-31T12:00:00.000001Z"),
      Case(
        "{first: post, age: {between: [3d, 4d]}}", "2024-03-31T12:00:00Z",
        "2024-04-01T12:00:00.000001Z"),
      Case("{did: post, where: {due: {newer_than: 3d}}}", "2024-04-04T22:00:00Z"),
      Case("{last: post, having: {due: {older_than: 3d}}}"),
      Case("{attr: joined_at, newer_than: 30d}", "2024-03-31T00:00:00Z"),
      Case("{attr: renews, exists: true}", "2024-05-01T00:00:00Z"),
      Case("{attr: renews, newer_than: 2d}", "2024-05-01T00:00:00Z", "2024-05-03T00:00:00Z"),
      // In 2025 on 28 February, which begins at 23:00 UTC the day before.
      Case(
        "{attr: born, anniversary_within: 1d}", "2025-02-26T23:00:00.000001Z",
        "2025-02-28T23:00:00Z",
        "2026-02-26T23:00:00.000001Z"),
      Case("{attr: age, gt: 2}"), Case("{list: guests}", "2024-04-14T22:00:00Z"),
      // A day begins at 23:00 UTC, and from 31 March at 22:00 UTC.
      Case("{regular: {unit: day, at_least: 3, of_last: 3}}", "2024-03-30T23:00:00Z"),
      Case("{regular: {unit: day, at_least: 1, of_last: 3}}", "2024-04-01T22:00:00Z"),
      Case("{regular: {unit: week, at_least: 1, of_last: 1}}", "2024-03-31T22:00:00Z"),
      Case("{regular: {unit: month, at_least: 1, of_last: 8}}", "2024-10-31T23:00:00Z"),
      Case(
        "{sequence: {steps: [post, order], after: 2h, within: 2d}}", "2024-03-30T13:00:00Z",
        "2024-03-31T12:00:00Z"),
      Case(
        "{trend: {of: post, current: 3d, ratio: {lte: 1}}}", "2024-03-31T12:00:00Z",
        "2024-04-04T12:00:00Z"),
      Case(
        "{share: {of: \"*\", where: {event: {is: post}}, within: 3d, gt: 0.5}}",
        "2024-03-31T12:00:00Z"),
      Case("{near: {point: [1, 2], km: 3}}"), Case("{bucket: {salt: a, from: 0, to: 0.5}}"),
      Case("{feature: recency_days, gte: 10}", "2024-04-09T11:00:00Z"),
      Case(
        "{feature: recency_days, between: [10, 11]}", "2024-04-09T11:00:00Z",
        "2024-04-10T11:00:00.000001Z"),
      Case("{feature: tenure_days, gt: 30}", "2024-03-31T00:00:00.000001Z"),
      Case("{feature: events_7d, eq: 1}", "2024-04-05T12:00:00Z", "2024-04-06T11:00:00Z"),
      Case("{feature: events, eq: 3}"), Case("{feature: lifespan_days, lt: 3}"),
      Case("{feature: streak_weeks, gte: 1}", "2024-04-07T22:00:00Z"),
      Case("{feature: value_mean_7d, gte: 1}", "2024-04-06T11:00:00Z"),
      Case("{score: recency, gt: 2}", "2024-04-09T11:00:00Z"),
      Case("{score: recency, lte: 0}", "2024-04-29T11:00:00Z"),
    ])
  func changesAreExact(_ example: Case) throws {
    let evaluator = try evaluator(example.rule)
    let condition = try #require(evaluator.segments.first).condition
    var found: [String] = []
    var start = evaluator.now.asOf
    while found.count < 3,
      let next = evaluator.moved(to: start, known: evaluator.now.asOf)
        .nextChange(condition, at: 0)
    {
      found.append(next.description)
      start = next
    }
    #expect(found == example.changes)
  }

  @Test(arguments: [
    "frequency_h14", "frequency_h3", "velocity", "velocity_h7_h28", "acceleration", "trend",
    "impact_h56", "recency_days", "active_days_30d", "tenure_days",
  ])
  func crossingsOfFeaturesAreFoundWhereTablesHaveThem(feature: String) throws {
    let asOf = try instant("2024-03-31T06:00:00Z")
    for seed in 1...3 as ClosedRange<UInt64> {
      var random = RandomRules(asOf: asOf, generator: SeededGenerator(seed: seed))
      var member = random.member(0)
      member.events.removeAll { $0.timestamp > asOf }
      member.events.append(Event(memberID: "m0", timestamp: asOf.shifted(by: -5), type: "post"))
      let community = Community(history: EventHistory(member.events))
      let definition = FeatureDefinition(feature, aliases: [])
      func value(_ instant: Int64) throws -> Double {
        try FeatureTable(
          of: community, asOf: Timestamp(microseconds: instant), features: [definition],
          threadCount: 1
        ).values[0, 0]
      }
      // A limit that is met some time in the next forty days.
      let later =
        asOf.microseconds + Int64.random(in: 1...40 * RandomRules.day, using: &random.generator)
      let limit = try value(later)
      let harness = RuleHarness(community: community, asOf: asOf)
      let evaluator = try harness.evaluator("{feature: \(feature), gt: \(limit)}")
      let condition = try #require(evaluator.segments.first).condition
      var start = asOf.microseconds
      let end = start + 60 * RandomRules.day
      for _ in 0..<12 {
        let next = evaluator.moved(to: Timestamp(microseconds: start), known: asOf)
          .nextChange(condition, at: 0)?.microseconds
        let holds = try value(start) > limit
        for _ in 0..<40 {
          let sample = Int64.random(in: start..<min(next ?? end, end), using: &random.generator)
          #expect(try (value(sample) > limit) == holds, "\(feature), seed \(seed), at \(sample)")
        }
        guard let next, next < end else { break }
        #expect(try (value(next - 1) > limit) == holds, "\(feature), seed \(seed), before \(next)")
        #expect(try (value(next) > limit) != holds, "\(feature), seed \(seed), at \(next)")
        start = next
      }
    }
  }

  @Test func scoresThatDecayAreSolvedForTheirCrossing() throws {
    for rule in [
      "{score: lead, gte: 5}", "{score: both, lt: 2.5}", "{score: both, between: [1, 2]}",
    ] {
      let evaluator = try evaluator(rule)
      let segment = try #require(evaluator.segments.first)
      guard case .leaf(let leaf) = segment.condition else { continue }
      func truth(_ instant: Int64) -> Truth {
        evaluator.moved(to: Timestamp(microseconds: instant), known: evaluator.now.asOf)
          .observe(leaf, of: evaluator.view(at: 0), isMember: [], wantsFact: false).truth
      }
      var random = SeededGenerator(seed: 7)
      var start = evaluator.now.asOf.microseconds
      var count = 0
      while let next = evaluator.moved(
        to: Timestamp(microseconds: start), known: evaluator.now.asOf
      ).nextChange(leaf, at: 0)?.microseconds {
        #expect(truth(next - 1) == truth(start), "\(rule)")
        #expect(truth(next) != truth(start), "\(rule)")
        for _ in 0..<50 {
          let sample = Int64.random(in: start..<next, using: &random)
          #expect(truth(sample) == truth(start), "\(rule) at \(sample)")
        }
        start = next
        count += 1
        try #require(count < 10)
      }
      #expect(count > 0, "\(rule)")
    }
  }

  @Test(arguments: ["1d", "30h", "1s", "20d", "364d", "400d"])
  func anniversariesAreFollowedThroughLeapYears(within: String) throws {
    let evaluator = try evaluator("{attr: born, anniversary_within: \(within)}")
    guard case .leaf(let leaf) = try #require(evaluator.segments.first).condition else { return }
    func truth(_ instant: Int64) -> Truth {
      evaluator.moved(to: Timestamp(microseconds: instant), known: evaluator.now.asOf)
        .observe(leaf, of: evaluator.view(at: 0), isMember: [], wantsFact: false).truth
    }
    let length = try #require(ExactDuration(within)).microseconds
    var edges: Set<Int64> = []
    let lastDay = 21_300
    for day in 19_800...lastDay + 420 {
      for hours in [1, 2] as [Int64] {
        let midnight = Int64(day) * RandomRules.day - hours * RandomRules.day / 24
        edges.formUnion([midnight - 1, midnight, midnight - length, midnight - length + 1])
      }
    }
    var start = evaluator.now.asOf.microseconds
    var expected: [Int64] = []
    var last = truth(start)
    let end = Int64(lastDay) * RandomRules.day
    for edge in edges.sorted() where edge > start && edge < end && truth(edge) != last {
      expected.append(edge)
      last = truth(edge)
    }
    var found: [Int64] = []
    while let next = evaluator.moved(
      to: Timestamp(microseconds: start), known: evaluator.now.asOf
    ).nextChange(leaf, at: 0)?.microseconds, next < end {
      found.append(next)
      start = next
      try #require(found.count < 50)
    }
    #expect(found == expected)
    #expect(found.isEmpty == (within == "400d"))
  }

  @Test func featuresOfOnesOwnAreLookedAtAsDaysBegin() throws {
    let yaml = "version: 1\nsegments: [{id: s, when: {feature: age_in_hours, gte: 36}}]"
    var project = try ProjectFile(parsing: yaml, file: "s.yaml")
    try project.add(
      CustomFeature(name: "age_in_hours", formula: "T − first", unit: "h", source: "this test") {
        member in member.events.first.map { member.asOf.days(since: $0.timestamp) * 24 }
      })
    let community = Community(history: EventHistory([try Event("a", "post", "2024-01-01")]))
    let evaluator = try SegmentEvaluator(
      project, community: community, asOf: try instant("2024-01-01T06:00:00Z"), threadCount: 1)
    let condition = try #require(evaluator.segments.first).condition
    // True from noon of the 2nd on, which is seen as the 3rd begins.
    #expect(evaluator.nextChange(condition, at: 0) == (try instant("2024-01-03")))
  }

  @Test func daysThatComeTwiceBeginThreeTimes() throws {
    // In St. John's clocks went from 00:01 on 7 November 2010 back to 23:01 on the 6th.
    let newfoundland = try #require(Clock(zoneName: "America/St_Johns"))
    let day = newfoundland.day(of: try instant("2010-11-07T12:00:00Z"))
    #expect(
      newfoundland.changes(atStartOfDay: day).map(\.description) == [
        "2010-11-07T02:30:00Z", "2010-11-07T02:31:00Z", "2010-11-07T03:30:00Z",
      ])
    // In São Paulo from 00:00 on 18 February 2018 to 23:00 on the 17th: the 18th began once.
    let brazil = try #require(Clock(zoneName: "America/Sao_Paulo"))
    #expect(
      brazil.changes(atStartOfDay: brazil.day(of: try instant("2018-02-18T12:00:00Z")))
        == [try instant("2018-02-18T03:00:00Z")])
    // Clocks went forward from 00:00 to 01:00 on 4 November 2018.
    #expect(
      brazil.nextChangeOfDay(after: try instant("2018-11-03T12:00:00Z"))
        == (try instant("2018-11-04T03:00:00Z")))
    #expect(
      Clock.utc.nextChangeOfDay(after: try instant("2024-01-01")) == (try instant("2024-01-02")))
  }
}
