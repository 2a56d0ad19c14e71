import EventLog
import Foundation
import Segmentation
import Testing

/// Replays agree with an oracle that looks everywhere.
struct TimelineOracleTests {
  private static let caseCount =
    (ProcessInfo.processInfo.environment["COTERIE_CASES"].flatMap { Int($0) } ?? 2_000) / 10

  @Test(arguments: 0..<10)
  func replayedTimelinesAgreeWithTheOracle(batch: Int) throws {
    let count = Self.caseCount / 10
    var transitionCount = 0
    for index in 0..<count {
      let seed = UInt64(1_000_000 + batch * count + index)
      var random = RandomTimelines(generator: SeededGenerator(seed: seed))
      let yaml = random.project()
      let facts = random.facts()
      let end = RandomTimelines.start.shifted(by: 8 * RandomTimelines.day)
      var oracle = try TimelineOracle(yaml: yaml, facts: facts)
      let expected = try oracle.run(through: end.microseconds)
      var record = MemberRecord(memberID: "ann")
      for fact in facts { record.add(fact) }
      var live = LiveSegments(
        record, plan: try TimelinePlan(try ProjectFile(parsing: yaml, file: "c.yaml")))
      let found = live.advance(to: end).added
      transitionCount += found.count
      #expect(live.segments == expected.segments, "seed \(seed)\n\(yaml)\n\(facts)")
      #expect(live.stages == expected.stages, "seed \(seed)\n\(yaml)\n\(facts)")
      #expect(
        found.map(\.bare).sorted() == oracle.log.sorted(), "seed \(seed)\n\(yaml)\n\(facts)")
    }
    print("timelines = oracle: \(count) cases, \(transitionCount) transitions")
    #expect(transitionCount > count)
  }
}

extension Transition {
  /// Instant, direction and subject alone.
  var bare: String {
    switch subject {
    case .segment(let id): "\(time.microseconds) \(direction.rawValue) \(id)"
    case .stage(let machine, let state):
      "\(time.microseconds) \(direction.rawValue) \(machine)=\(state)"
    }
  }
}
