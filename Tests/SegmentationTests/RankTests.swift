import Engagement
import EventLog
import Testing

@testable import Segmentation

/// Ranks agree with counting who is above, one member after the other.
struct RankTests {
  @Test(arguments: 1...6)
  func ranksAreTheSharesOfThoseStrictlyAbove(seed: Int) throws {
    let asOf = try instant("2024-03-31T06:00:00Z")
    var random = RandomRules(asOf: asOf, generator: SeededGenerator(seed: UInt64(seed)))
    let members = (0..<30).map { random.member($0) }
    let table = MemberTable(
      ids: members.map(\.id), joinedAt: members.map(\.joined),
      attributes: ["age": .number(members.map { $0.age ?? .nan })])
    let community = Community(history: EventHistory(members.flatMap(\.events)), members: table)
    let harness = RuleHarness(community: community, asOf: asOf)
    var inCount = 0
    for (written, length) in [
      ("0d", 0), ("7d", 7 * RandomRules.day), ("30d", 30 * RandomRules.day),
    ] {
      let then = asOf.shifted(by: -length)
      // Targets are members, too, and in the table once something was done to them.
      let present = members.filter { member in
        (member.joined.map { $0 <= then } ?? false)
          || members.flatMap(\.events).contains {
            $0.timestamp <= then && ($0.memberID == member.id || $0.targetID == member.id)
          }
      }
      for (feature, value) in [
        ("events", { member in Double(member.events.filter { $0.timestamp <= then }.count) }),
        ("age", { $0.age }),
      ] as [(String, (RawMember) -> Double?)] {
        let ranked = present.compactMap { member in value(member).map { (member.id, $0) } }
        for (side, isBefore) in [("top", { $0 > $1 }), ("bottom", { $0 < $1 })]
          as [(String, (Double, Double) -> Bool)]
        {
          for percent in [5, 25, 50, 100] {
            let expected = ranked.filter { _, own in
              let before = ranked.filter { isBefore($0.1, own) }.count
              return before * 100 < percent * ranked.count
            }.map(\.0)
            let found = try harness.members(
              of: "{rank: {feature: \(feature), \(side): \(percent)%, as_of: \(written)}}")
            #expect(
              found.sorted() == expected.sorted(),
              "seed \(seed): \(side) \(percent)% by \(feature) \(written) ago")
            inCount += found.count
          }
        }
      }
    }
    #expect(inCount > 100)
  }

  @Test func ranksMoveWithTheInstantAndAreLookedAtDaily() throws {
    let events = try ["a 2024-01-01", "b 2024-01-02", "b 2024-01-03"].map {
      try Event(String($0.prefix(1)), "post", String($0.dropFirst(2)))
    }
    let harness = RuleHarness(
      community: Community(history: EventHistory(events)), asOf: try instant("2024-01-04T12:00:00Z")
    )
    for (rule, next) in [
      ("{rank: {feature: events, top: 50%}}", "2024-01-05T00:00:00Z"),
      ("{rank: {feature: events, top: 50%, as_of: 2024-01-04T18:00:00Z}}", "2024-01-04T18:00:00Z"),
      ("{rank: {feature: events, top: 50%, as_of: 2024-01-03}}", nil),
    ] as [(String, String?)] {
      let evaluator = try harness.evaluator(rule)
      guard case .leaf(let leaf) = try #require(evaluator.segments.first).condition else { return }
      #expect(evaluator.nextChange(leaf, at: 0)?.description == next, "\(rule)")
    }
    let evaluator = try harness.evaluator("{rank: {feature: events, top: 50%}}")
    guard case .leaf(let leaf) = try #require(evaluator.segments.first).condition else { return }
    let found = try ["2024-01-01T12:00:00Z", "2024-01-02T12:00:00Z", "2024-01-03"].map { time in
      let moved = evaluator.moved(to: try instant(time))
      return [0, 1].map {
        moved.observe(leaf, of: moved.view(at: $0), isMember: [], wantsFact: false).truth == .true
      }
    }
    // First a alone, then both with one post each, then b with two.
    #expect(found == [[true, false], [true, true], [false, true]])
  }

  @Test func percentileScoresAreSolvedForTheirCrossing() throws {
    let asOf = try instant("2024-01-10")
    let community = Community(history: EventHistory([try Event("a", "post", "2024-01-09")]))
    let yaml = """
      version: 1
      scores: {fresh: {feature: recency_days, percentile: m}}
      segments: [{id: s, when: {score: fresh, gte: 1.5}}]
      """
    let project = try ProjectFile(parsing: yaml, file: "s.yaml")
    let distribution = try #require(EmpiricalDistribution(of: (0...20).map { Double($0) }))
    let evaluator = try SegmentEvaluator(
      project, community: community, asOf: asOf,
      distributions: ["m": [.recencyDays: distribution]], threadCount: 1)
    guard case .leaf(let leaf) = try #require(evaluator.segments.first).condition else { return }
    // At the median, 10 days, it is 1.5, which still holds.
    #expect(
      evaluator.nextChange(leaf, at: 0) == (try instant("2024-01-19T00:00:00.000001Z")))
  }
}
