import EventLog
import Segmentation
import Testing

/// Live states take facts as they come.
struct LiveSegmentsTests {
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

  @Test func whatIsToldAheadAboutThePastLeavesNoTimerBehindTheClock() throws {
    let project = try ProjectFile(
      parsing: "version: 1\nsegments: [{id: a, when: {attr: joined_at, newer_than: 3d}}]",
      file: "c.yaml")
    var live = LiveSegments(MemberRecord(memberID: "ann"), plan: try TimelinePlan(project))
    _ = live.add(try Event("ann", "post", "2024-01-01"))
    _ = live.advance(to: try instant("2024-01-05"))
    let told = try instant("2024-01-09")
    let joined = AttributeValue.time(try instant("2024-01-03"))
    #expect(live.set("joined_at", to: joined, at: told).isEmpty)
    #expect(live.nextChange == told)
  }

  @Test func joiningThatIsToldLaterIsGoneThroughAgain() throws {
    let project = try ProjectFile(
      parsing: """
        version: 1
        segments:
        - {id: a, when: {feature: frequency_h1, gte: 0.4}}
        - {id: b, when: {feature: tenure_days, gt: 1}}
        """, file: "c.yaml")
    let plan = try TimelinePlan(project)
    let time = try instant("2024-01-05")
    let joined = AttributeValue.time(try instant("2024-01-04"))
    let events = try ["2024-01-03", "2024-01-05"].map { try Event("ann", "post", $0) }
    var live = LiveSegments(MemberRecord(memberID: "ann"), plan: plan)
    var together = LiveCommunity(plan: plan)
    for event in events {
      #expect(live.add(event) == together.add(event))
      #expect(
        live.advance(to: event.timestamp).added
          == together.advance(to: event.timestamp).transitions)
    }
    #expect(
      live.set("joined_at", to: joined, at: time)
        == together.set("joined_at", of: "ann", to: joined, at: time))
    var record = MemberRecord(memberID: "ann")
    record.set("joined_at", to: joined, at: time)
    for event in events { record.add(event) }
    var batch = LiveSegments(record, plan: plan)
    #expect(batch.advance(to: time).added == live.transitions)
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
