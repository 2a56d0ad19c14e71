import Engagement
import EventLog
import Segmentation
import Testing

/// Batch evaluation agrees with an oracle that works each member out from raw rows.
struct OracleTests {
  @Test(arguments: 1...12)
  func randomRulesOnRandomHistoriesAgreeWithTheOracle(seed: Int) throws {
    let asOf = try instant("2024-03-31T06:00:00Z")
    // Clocks go forward in Vienna on that day.
    let zone = seed % 2 == 0 ? "Europe/Vienna" : "UTC"
    var random = RandomRules(
      asOf: asOf, calendar: OracleCalendar(zone: zone),
      generator: SeededGenerator(seed: UInt64(seed)))
    let members = (0..<40).map { random.member($0) }
    let rules = (0..<60).map { _ in random.rule(depth: 3) }
    let events = members.flatMap(\.events).shuffled(using: &random.generator)
    let table = MemberTable(
      ids: members.map(\.id), joinedAt: members.map(\.joined),
      attributes: ["age": .number(members.map { $0.age ?? .nan })])
    let community = Community(history: EventHistory(events), members: table)
    let segments = rules.enumerated().map { "- {id: s\($0), when: \($1.yaml)}" }
    let yaml =
      "version: 1\nclock: {zone: \(zone)}\naliases: {learning: [\"lesson_*\"]}\nsegments:\n"
      + segments.joined(separator: "\n")
    let project = try ProjectFile(parsing: yaml, file: "random.yaml")
    let evaluator = try SegmentEvaluator(project, community: community, asOf: asOf, threadCount: 1)
    let found = evaluator.evaluate()
    let rows = community.rows(asOf: asOf)
    #expect(rows.count > 20)
    var trueCount = 0
    for (rule, segment) in zip(rules, found) {
      let expected = try rows.filter { row in
        let member = try #require(members.first { $0.id == community.memberIDs[row] })
        return rule.truth(member) == .true
      }
      trueCount += expected.count
      #expect(segment.rows == expected, "seed \(seed): \(rule.yaml)")
    }
    // The rules must tell members apart, or the test would say nothing.
    #expect(trueCount > 200 && trueCount < rules.count * rows.count - 200)
    for row in rows.prefix(8) {
      let member = try #require(members.first { $0.id == community.memberIDs[row] })
      for (index, rule) in rules.enumerated() {
        let explanation = try evaluator.explain("s\(index)", row: row)
        #expect(explanation.parts.map(\.truth) == [rule.truth(member)], "\(rule.yaml)")
      }
    }
    let parallel = try SegmentEvaluator(project, community: community, asOf: asOf, threadCount: 4)
    #expect(parallel.evaluate() == found)
    // Without memory, the end of a replayed timeline is what direct evaluation finds.
    if seed == 1 { #expect(evaluator.evaluation(replays: true).segments == found, "seed \(seed)") }
    let shuffled = Community(
      history: EventHistory(events.shuffled(using: &random.generator)), members: table)
    let again = try SegmentEvaluator(project, community: shuffled, asOf: asOf, threadCount: 1)
    #expect(again.evaluate() == found)
  }
}
