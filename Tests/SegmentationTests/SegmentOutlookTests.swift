import Engagement
import EventLog
import Foundation
import Segmentation
import Testing

/// What time alone will change.
struct SegmentOutlookTests {
  /// The outlook is what a batch evaluation at the end finds after the as-of time, of the same facts.
  private func compare(
    _ project: ProjectFile, _ community: Community, known: Community, asOf: Timestamp,
    end: Timestamp, labels: [String: [LearnedLabel?]] = [:], _ comment: String
  ) throws -> Int {
    // bob is there so that all properties are known.
    let rows = community.rows(asOf: asOf).filter { community.memberIDs[$0] != "bob" }
    let outlook = try SegmentEvaluator(
      project, community: community, rows: rows, asOf: asOf, labels: labels,
      distributions: RandomTimelines.distributions, threadCount: 2
    ).outlook(through: end)
    // The same members, who have their events up to the as-of time alone.
    let knownRows = try rows.map { try #require(known.row(of: community.memberIDs[$0])) }
    let batch = try SegmentEvaluator(
      project, community: known, rows: knownRows, asOf: end, labels: labels,
      distributions: RandomTimelines.distributions, threadCount: 1)
    let expected = knownRows.flatMap { batch.transitions(ofRow: $0) }
      .filter { $0.time > asOf }.enumerated().sorted {
        ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
      }.map(\.element)
    #expect(outlook.transitions.map(\.line) == expected.map(\.line), "\(comment)")
    // Without memory the past is not looked at, so that it is not said since when.
    if project.needsReplay || !comment.contains("{segment:") {
      #expect(outlook.transitions == expected, "\(comment)")
    }
    // The memberships are those of now, and the transitions lead to those at the end.
    let now = try SegmentEvaluator(
      project, community: community, rows: rows, asOf: asOf, labels: labels,
      distributions: RandomTimelines.distributions, threadCount: 1
    ).evaluation()
    #expect(outlook.now == now, "\(comment)")
    let then = batch.evaluation()
    for (segment, later) in zip(outlook.now.segments, then.segments) {
      let own = outlook.transitions.filter { $0.subject == .segment(segment.id) }
      let change = own.reduce(0) { $0 + ($1.direction == .entered ? 1 : -1) }
      #expect(segment.rows.count + change == later.rows.count, "\(comment)")
    }
    return expected.count
  }

  private static let caseCount =
    (ProcessInfo.processInfo.environment["COTERIE_CASES"].flatMap { Int($0) } ?? 2_000) / 5

  @Test(arguments: 0..<8)
  func outlooksOfRandomProjectsAreThoseOfLaterBatches(batch: Int) throws {
    var changeCount = 0
    for index in 0..<Self.caseCount / 8 {
      let seed = UInt64(7_000_000 + batch * 10_000 + index)
      var random = RandomTimelines(seed: seed)
      let yaml = random.project()
      let project = try ProjectFile(parsing: yaml, file: "c.yaml")
      let facts = random.facts()
      let events = facts.compactMap { fact in
        if case .event(let event) = fact { event } else { nil }
      }
      // Soon after something happened, while windows are still open.
      let asOf = random.pick(events).timestamp.shifted(
        by: random.pick([0, 1, 6]) * RandomTimelines.hour)
      let community = Community(knowing: facts)
      let known = Community(
        knowing: facts.filter { fact in
          switch fact {
          case .event, .received: fact.time <= asOf
          default: true
          }
        })
      let row = try #require(community.row(of: "ann"))
      guard community.rows(asOf: asOf).contains(row) else { continue }
      let label = random.pick([LearnedLabel(segment: "c0", confidence: 1), nil])
      changeCount += try compare(
        project, community, known: known, asOf: asOf,
        end: asOf.shifted(by: 8 * RandomTimelines.day),
        labels: ["m": [label]], "seed \(seed)\n\(yaml)")
    }
    print("outlooks = later batches: \(changeCount) transitions")
    #expect(changeCount > Self.caseCount / 8 / 3)
  }

  @Test(arguments: 1...4)
  func outlooksOfRulesWithoutMemoryAreThoseOfLaterBatches(seed: Int) throws {
    let newest = try instant("2024-03-31T06:00:00Z")
    var random = RandomRules(asOf: newest, generator: SeededGenerator(seed: UInt64(seed)))
    let members = (0..<6).map { random.member($0) }
    let rules = (0..<80).map { random.rule(depth: $0 % 2) }
    let asOf = newest.shifted(by: -RandomRules.day * [0, 7, 14, 30][seed % 4])
    let table = MemberTable(
      ids: members.map(\.id), joinedAt: members.map(\.joined),
      attributes: ["age": .number(members.map { $0.age ?? .nan })])
    let events = members.flatMap(\.events)
    let segments = rules.enumerated().map { "- {id: s\($0), when: \($1.yaml)}" }
    let project = try ProjectFile(
      parsing: "version: 1\naliases: {learning: [\"lesson_*\"]}\nsegments:\n"
        + segments.joined(separator: "\n"), file: "random.yaml")
    #expect(!project.needsReplay)
    let count = try compare(
      project, Community(history: EventHistory(events), members: table),
      known: Community(
        history: EventHistory(events.filter { $0.timestamp <= asOf }), members: table),
      asOf: asOf, end: asOf.shifted(by: 40 * RandomRules.day), "seed \(seed)")
    print("outlooks = later batches: \(count) transitions without memory")
    #expect(count > 20)
  }

  @Test func writtenEndsAreAheadAndLaterFactsAreNot() throws {
    let project = try ProjectFile(
      parsing: """
        version: 1
        lists: {l: {file: f.csv}}
        segments:
        - {id: listed, list: l}
        - {id: quiet, when: {did_not: post, within: 7d, after_ever: true}}
        - {id: renewing, when: {attr: renews, newer_than: 1d}}
        """, file: "c.yaml"
    ) { _ in
      """
      member_id,added_at,expires,removed_at,added_by
      a,2024-01-01,2024-01-12,,eva
      b,2024-01-01,,2024-01-11,
      c,2024-01-11,,,
      """
    }
    let community = Community(
      history: EventHistory([
        try Event("a", "post", "2024-01-08"), try Event("b", "post", "2024-01-01"),
        try Event("c", "visit", "2024-01-02"), try Event("c", "post", "2024-01-11"),
      ]),
      members: MemberTable(
        ids: ["a"], joinedAt: [nil], attributes: ["renews": .time([try instant("2024-01-13")])]))
    let evaluator = try SegmentEvaluator(
      project, community: community, asOf: try instant("2024-01-10"), threadCount: 1)
    let outlook = evaluator.outlook(through: try instant("2024-01-15"))
    #expect(outlook.now.segments.map(\.rows) == [[0, 1], [1], []])
    #expect(
      outlook.transitions.map { "\($0.memberID) \($0.line)" } == [
        "a 2024-01-12T00:00:00Z left listed (time: {list: l})",
        "a 2024-01-13T00:00:00Z entered renewing (time: {attr: renews, newer_than: 1d})",
        "a 2024-01-14T00:00:00Z left renewing (time: {attr: renews, newer_than: 1d})",
        "a 2024-01-15T00:00:00Z entered quiet (time: {did_not: post, within: 7d, after_ever: true})",
      ])
    #expect(outlook.transitions.allSatisfy { $0.reason == .time })
    #expect(
      outlook.transitions.first?.evidence.map(\.description) == [
        "{list: l} (not on the list, the stay ended 2024-01-12T00:00:00Z)"
      ])
    // Nothing of the end's own instant is missing, and nothing after it is there.
    let before = evaluator.outlook(through: try instant("2024-01-14T23:59:59.999999Z"))
    #expect(before.transitions == Array(outlook.transitions.dropLast()))
  }

  @Test func reducedProjectsGiveTheSame() throws {
    var changeCount = 0
    for seed in 0..<80 as Range<UInt64> {
      var random = RandomTimelines(seed: 8_000_000 + seed)
      let yaml = random.project()
      let project = try ProjectFile(parsing: yaml, file: "c.yaml")
      let facts = random.facts()
      let events = facts.compactMap { fact in
        if case .event(let event) = fact { event } else { nil }
      }
      let asOf = random.pick(events).timestamp
      func transitions(_ project: ProjectFile) throws -> [Transition] {
        let community = Community(knowing: facts)
        return try SegmentEvaluator(
          project, community: community, rows: [try #require(community.row(of: "ann"))],
          asOf: asOf, labels: ["m": [nil]],
          distributions: RandomTimelines.distributions, threadCount: 1
        ).outlook(through: asOf.shifted(by: 8 * RandomTimelines.day)).transitions
      }
      let all = try transitions(project)
      changeCount += all.count
      for name in project.segments.map(\.id) + project.stages.map(\.name) {
        let isWanted = { (transition: Transition) in
          switch transition.subject {
          case .segment(let id): id == name
          case .stage(let machine, _): machine == name
          }
        }
        let reduced = try transitions(project.reduced(to: name))
        #expect(
          reduced.filter(isWanted).map(\.line) == all.filter(isWanted).map(\.line),
          "seed \(seed), \(name)\n\(yaml)")
      }
    }
    #expect(changeCount > 40)
  }

  @Test func ranksAreLeftOut() throws {
    let project = try ProjectFile(
      parsing: """
        version: 1
        segments:
        - {id: fine, when: {did: post, within: 7d}}
        - {id: outer, when: {not: {segment: top}}}
        - {id: top, when: {rank: {feature: events, top: 50%}}}
        """, file: "c.yaml")
    #expect(project.rankedSegments == ["outer", "top"])
    #expect(project.withoutRankedSegments.segments.map(\.id) == ["fine"])
  }
}
