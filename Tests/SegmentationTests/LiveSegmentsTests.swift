import EventLog
import Foundation
import Segmentation
import Testing

/// Live states agree with replays, whatever the order of facts and the steps of the clock.
struct LiveSegmentsTests {
  /// How many random cases there are, in as many batches as cores make sense for.
  static let caseCount =
    ProcessInfo.processInfo.environment["COTERIE_CASES"].flatMap { Int($0) } ?? 2_000
  static let batchCount = 20

  @Test(arguments: 0..<batchCount)
  func liveIsBatch(batch: Int) throws {
    let count = Self.caseCount / Self.batchCount
    var transitionCount = 0
    var withdrawnCount = 0
    var disagreements = 0
    for index in 0..<count {
      let seed = UInt64(batch * count + index)
      let outcome = try Self.compare(seed: seed)
      transitionCount += outcome.transitions
      withdrawnCount += outcome.withdrawn
      if let disagreement = outcome.disagreement {
        disagreements += 1
        Issue.record("seed \(seed): \(disagreement)")
      }
    }
    print(
      "batch = live: seeds \(batch * count)..<\((batch + 1) * count), \(transitionCount) transitions,"
        + " \(withdrawnCount) withdrawn, \(disagreements) disagreements")
    // Rules must do something, or the test would say nothing.
    #expect(transitionCount > count && withdrawnCount > count / 10)
  }

  private struct Outcome {
    var transitions = 0
    var withdrawn = 0
    var disagreement: String?
  }

  private static func compare(seed: UInt64) throws -> Outcome {
    var random = RandomTimelines(generator: SeededGenerator(seed: seed))
    let yaml = random.project()
    let plan = try TimelinePlan(try ProjectFile(parsing: yaml, file: "c.yaml"))
    let facts = random.facts()
    let told = facts.shuffled(using: &random.generator)
    var live = LiveSegments(MemberRecord(memberID: "ann"), plan: plan)
    var outcome = Outcome()
    // Facts come in any order, the clock goes on in between: many come late, some ahead.
    var log: [Transition] = []
    func apply(_ changes: TransitionChanges) {
      log.removeAll { changes.withdrawn.contains($0) }
      log += changes.added
      outcome.withdrawn += changes.withdrawn.count
    }
    for (index, fact) in told.enumerated() {
      apply(live.take(fact, id: index))
      if random.chance(4), case .event = fact { apply(live.take(fact, id: index)) }
      switch Int.random(in: 0..<4, using: &random.generator) {
      case 0: apply(live.advance(to: random.time()))
      case 1: if let next = live.nextChange { apply(live.advance(to: next)) }
      case 2: apply(live.advance(to: fact.time))
      default: break
      }
    }
    let end = max(
      RandomTimelines.start.shifted(by: 11 * RandomTimelines.day), live.clock ?? random.time())
    // Half of the time by timers alone: a timer that is missed would be found.
    if random.chance(2) {
      while let next = live.nextChange, next <= end { apply(live.advance(to: next)) }
    }
    apply(live.advance(to: end))
    var record = MemberRecord(memberID: "ann")
    for fact in facts { record.add(fact) }
    var batch = LiveSegments(record, plan: plan)
    let expected = batch.advance(to: end).added
    outcome.transitions = expected.count
    let sorted = log.sorted { $0.line < $1.line }
    if live.transitions != expected || live.segments != batch.segments
      || live.stages != batch.stages || sorted != expected.sorted(by: { $0.line < $1.line })
    {
      outcome.disagreement =
        "\(yaml)\n\(facts)\nlive \(live.transitions.map(\.line))\nbatch \(expected.map(\.line))"
    }
    return outcome
  }

  @Test func lateEventsWithdrawWhatDidNotHappen() throws {
    let project = try ProjectFile(
      parsing:
        "version: 1\nsegments: [{id: a, when: {did_not: post, within: 3d, after_ever: true}}]",
      file: "c.yaml")
    var live = LiveSegments(
      MemberRecord(memberID: "ann"), plan: try TimelinePlan(project))
    let post = try Event("ann", "post", "2024-01-01")
    #expect(live.add(post, id: "1").isEmpty)
    #expect(live.nextChange == post.timestamp)
    #expect(live.advance(to: try instant("2024-01-02")).isEmpty)
    #expect(live.nextChange == (try instant("2024-01-04")))
    let changes = live.advance(to: try instant("2024-01-05"))
    #expect(
      changes.added.map(\.line) == [
        "2024-01-04T00:00:00Z entered a (time: {did_not: post, within: 3d, after_ever: true})"
      ])
    #expect(live.segments == ["a"])
    #expect(live.add(post, id: "1").isEmpty)
    let late = live.add(try Event("ann", "post", "2024-01-03"), id: "2")
    #expect(late.withdrawn == changes.added && late.added.isEmpty && live.segments.isEmpty)
    #expect(live.nextChange == (try instant("2024-01-06")))
    #expect(live.advance(to: try instant("2024-01-04")).isEmpty)
    #expect(live.clock == (try instant("2024-01-05")))
  }

  @Test func everyKindOfFactHasItsReason() throws {
    let project = try ProjectFile(
      parsing: """
        version: 1
        lists: {l: {members: []}}
        segments:
        - {id: event, when: {did: post}}
        - {id: attribute, when: {attr: plan, is: pro}}
        - {id: list, list: l}
        - {id: model, when: {cluster: {model: m, is: c1, confidence: {gte: 0.5}}}}
        - {id: consent, when: {not: {consent: mail}}}
        - {id: received, when: {feature: tenure_days, gte: 0}}
        """, file: "c.yaml")
    var live = LiveSegments(MemberRecord(memberID: "ann"), plan: try TimelinePlan(project))
    let first = try Event("bob", "like", "2024-01-01", to: "ann")
    _ = live.advance(to: first.timestamp)
    let time = first.timestamp
    #expect(live.receive(first).added.map(\.line).isEmpty)
    func line(_ changes: TransitionChanges) -> [String] {
      changes.added.map { "\($0.line.dropFirst(21).prefix { $0 != ":" })" }
    }
    #expect(
      line(live.add(try Event("ann", "post", "2024-01-01"))) == [
        "entered event (event", "entered received (event",
      ])
    #expect(
      line(live.set("plan", to: .text("Pro"), at: time)) == ["entered attribute (attribute"])
    #expect(line(live.set(list: "l", isOn: true, at: time)) == ["entered list (manual"])
    let label = LearnedLabel(segment: "c1", confidence: 0.5)
    #expect(line(live.set(model: "m", label: label, at: time)) == ["entered model (model"])
    #expect(
      line(live.set(consent: .withdrawn, to: "mail", at: time)) == ["entered consent (consent"])
    #expect(live.segments == ["event", "attribute", "list", "model", "consent", "received"])
  }
}
