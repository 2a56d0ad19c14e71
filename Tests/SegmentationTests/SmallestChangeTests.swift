import Engagement
import EventLog
import Segmentation
import Testing

/// The least that would change one membership, worked by hand.
struct SmallestChangeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let rule: String
    /// Steps, parted by semicolons; empty where none is found.
    let steps: String
    /// When the membership changes then; nil for now, 2024-05-01.
    var flipsAt: String? = "2024-05-01T00:00:00Z"
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "count", rule: "{did: post, count: 3}", steps: "1 more post"),
    Case(name: "countOfNone", rule: "{did: like, count: 2}", steps: "2 like"),
    Case(
      name: "condition", rule: "{did: post, where: {area: {is: roadmap}}}",
      steps: "1 more post with area roadmap"),
    Case(
      name: "sum", rule: "{did: order, sum: amount, gte: 10}",
      steps: "5.5 more of amount (1 order)"),
    Case(
      name: "greatest", rule: "{did: order, max: amount, gte: 8}",
      steps: "1 order with amount 8"),
    Case(
      name: "average", rule: "{did: order, avg: amount, gte: 5}",
      steps: "1 order with amount 10.5"),
    Case(
      name: "distinct", rule: "{did: order, distinct: item, count: 3}",
      steps: "2 more order, each with another item"),
    Case(name: "attribute", rule: "{attr: city, is: Austin}", steps: "city is Austin, now Vienna"),
    Case(name: "number", rule: "{attr: level, gte: 5}", steps: "level is 5, now 4"),
    Case(
      name: "nearestOfTwoEnds", rule: "{not: {attr: level, between: [3, 40]}}",
      steps: "level is 2.99, now 4"),
    Case(
      name: "list", rule: "{list: hosts}", steps: "to be put on the list hosts"),
    Case(
      name: "feature", rule: "{feature: events_30d, gte: 6}",
      steps: "2 more post: events_30d at least 6, now 4"),
    Case(
      name: "recency", rule: "{feature: recency_days, lte: 1}",
      steps: "1 more post: recency_days at most 1, now 2"),
    Case(
      name: "didNot", rule: "{did_not: post, within: 7d}",
      steps: "no post for 5 more days, until 2024-05-06T00:00:00Z",
      flipsAt: "2024-05-06T00:00:00Z"),
    Case(
      name: "weeks", rule: "{regular: {did: post, unit: week, at_least: 3, of_last: 3}}",
      steps: "1 more post in the week of 2024-05-06T00:00:00Z",
      flipsAt: "2024-05-06T00:00:00Z"),
    Case(
      name: "missingStep", rule: "{sequence: {steps: [post, like]}}", steps: "1 like"),
    Case(
      name: "share",
      rule: "{share: {of: {did: [post, order]}, where: {event: {is: post}}, gt: 0.5}}",
      steps: "1 more post"),
    Case(
      name: "trend", rule: "{trend: {of: {did: post}, current: 7d, delta: {gte: 2}}}",
      steps: "2 more post"),
    Case(
      name: "consent", rule: "{consent: mail}", steps: "consent to mail"),
    Case(
      name: "cheapest", rule: "{any: [{did: post, count: 9}, {did: order, count: 3}]}",
      steps: "1 more order"),
    Case(
      name: "allOfThem", rule: "{all: [{did: post, count: 3}, {attr: city, is: Austin}]}",
      steps: "1 more post; city is Austin, now Vienna"),
    Case(
      name: "atLeast",
      rule: "{at_least: {n: 2, of: [{did: post}, {did: post, count: 9}, {did: order, count: 3}]}}",
      steps: "1 more order"),
    Case(
      name: "writtenTwice",
      rule: "{all: [{did: post, count: 3}, {any: [{did: post, count: 4}, {did: like, count: 9}]}]}",
      steps: "2 more post"),
    Case(
      name: "fixedIsAvoided",
      rule:
        "{any: [{attr: joined_at, newer_than: 30d}, {bucket: {salt: a, from: 0, to: 0.000001}}, "
        + "{all: [{did: like}, {did: vote}]}]}",
      steps: "1 like; 1 vote"),
    Case(
      name: "fixed", rule: "{attr: joined_at, newer_than: 30d}",
      steps: "fixed: when the member joined", flipsAt: nil),
    Case(
      name: "unknown", rule: "{not: {attr: plan, is: pro, if_missing: unknown}}",
      steps: "plan is another, now missing"),
    Case(
      name: "nested", rule: "{segment: inner}", steps: "1 like"),
    Case(
      name: "out", rule: "{did_not: like}", steps: "1 like"),
    Case(
      name: "outByWaiting", rule: "{did: order, within: 10d}",
      steps: "1 day to pass, until 2024-05-02T00:00:00Z", flipsAt: "2024-05-02T00:00:00Z"),
    Case(
      name: "waitAndThenDo", rule: "{all: [{did_not: order, within: 10d}, {did: like}]}",
      steps: "no order for 1 more day, until 2024-05-02T00:00:00Z; 1 like",
      flipsAt: "2024-05-02T00:00:00Z"),
    Case(
      name: "oneStepDoesTwoThings",
      rule: "{all: [{did: like}, {feature: recency_days, lt: 1}]}", steps: "1 like"),
    Case(
      name: "stoppedWithoutHavingBegun",
      rule: "{did_not: like, within: 7d, after_ever: true}",
      steps: "1 like, and 7d to pass", flipsAt: "2024-05-08T00:00:00Z"),
    Case(
      name: "stoppedAlready", rule: "{did_not: post, within: 7d, after_ever: true}",
      steps: "no post for 5 more days, until 2024-05-06T00:00:00Z",
      flipsAt: "2024-05-06T00:00:00Z"),
    Case(
      name: "oneStepSpoilsAnother", rule: "{all: [{did: vote}, {score: calm, gte: 2}]}",
      steps: "1 vote; 2 more post: calm at least 2, now 0"),
    Case(
      name: "oneStepSpoilsAnotherWithMemory",
      rule: "{all: [{did: vote}, {score: calm, gte: 2}]}, min_stay: 1d",
      steps: "1 vote; 2 more post: calm at least 2, now 0"),
  ]

  private func harness(_ segments: String) throws -> TimelineHarness {
    var harness = try TimelineHarness(
      """
      privacy: {default: withdrawn}
      lists: {hosts: {members: []}}
      scores: {calm: {points: {post: 1, vote: -2}}}
      segments:
      - {id: inner, when: {did: like}}
      \(segments)
      """)
    harness.joined = try instant("2023-01-01")
    harness.attributes = [
      "city": .text(["Vienna"]), "level": .number([4]), "plan": .text([nil]),
    ]
    try harness.add("order", "2024-04-20", ["amount": .number(1.5), "item": .string("a")])
    try harness.add("order", "2024-04-22", ["amount": .number(3), "item": .string("a")])
    try harness.add("post", "2024-04-23")
    try harness.add("post", "2024-04-29")
    return harness
  }

  @Test(arguments: cases)
  func smallestChanges(_ test: Case) throws {
    let harness = try harness("- {id: a, when: \(test.rule)}")
    let change = try harness.prospect("a", asOf: "2024-05-01").smallestChange
    #expect(change.steps.map(\.text).joined(separator: "; ") == test.steps)
    #expect(change.flipsAt?.description == test.flipsAt)
    #expect(change.heldBackBy.isEmpty)
    #expect(change.isLeast == (test.flipsAt != nil))
  }

  @Test func whatHoldsAMemberBackIsSaid() throws {
    let harness = try harness(
      """
      - {id: staying, when: {did: post, within: 2d}, min_stay: 9d}
      - {id: cooling, when: {attr: level, gte: 4}, stay_while: {did: order, within: 7d}, cooldown: 5d}
      - {id: private, when: {did: post}, purpose: mail}
      - {id: first, when: {did: post}}
      - {id: second, when: {did: order}}
      exclusive: [{group: outreach, order: [first, second]}]
      """)
    func change(_ id: String) throws -> SmallestChange {
      try harness.prospect(id, asOf: "2024-05-01").smallestChange
    }
    let staying = try change("staying")
    #expect(staying.heldBackBy == ["min_stay until 2024-05-02T00:00:00Z"])
    #expect(staying.flipsAt?.description == "2024-05-02T00:00:00Z")
    let cooling = try change("cooling")
    #expect(cooling.heldBackBy == ["cooldown until 2024-05-04T00:00:00Z"])
    #expect(cooling.steps.map(\.kind) == [.time, .event])
    #expect(cooling.flipsAt?.description == "2024-05-04T00:00:00Z")
    let closed = try change("private")
    #expect(closed.heldBackBy == ["no consent to mail"])
    #expect(closed.steps.map(\.text) == ["consent to mail"])
    let second = try change("second")
    #expect(second.heldBackBy == ["in first, which goes first in outreach"])
    // Posts cannot be undone.
    #expect(second.flipsAt == nil)
    #expect(second.steps.map(\.kind) == [.fixed])
  }

  /// Who leaves the first of a group comes into the second, and not into the third.
  @Test func aRivalThatWouldFollowIsKeptOutToo() throws {
    let harness = try harness(
      """
      - {id: first, when: {attr: level, gte: 2}}
      - {id: second, when: {did_not: like}, stay_while: {did_not: vote}, min_stay: 1d}
      - {id: third, when: {did: post}}
      exclusive: [{group: g, order: [first, second, third]}]
      """)
    let change = try harness.prospect("third", asOf: "2024-05-01").smallestChange
    #expect(change.steps.map(\.text) == ["level is 1.99, now 4", "1 like"])
    #expect(change.flipsAt?.description == "2024-05-01T00:00:00Z")
  }

  @Test func machinesSayTheNextStateAndWhatLeadsThere() throws {
    var harness = try TimelineHarness(
      """
      stages:
        life:
          start: new
          moves:
          - {from: new, to: active, when: {did: post, count: 3}}
          - {from: "*", to: churned, when: {did_not: "*", within: 30d}}
      """)
    try harness.add("post", "2024-04-29")
    let prospect = try #require(harness.prospects(asOf: "2024-05-01").first)
    #expect(prospect.subject == .machine("life"))
    #expect(prospect.nextChange?.subject == .stage(machine: "life", state: "churned"))
    #expect(prospect.nextChange?.time.description == "2024-05-29T00:00:00Z")
    #expect(prospect.smallestChange.state == "active")
    #expect(prospect.smallestChange.steps.map(\.text) == ["2 more post"])
  }

  @Test func nextChangesAreOfTheMembershipAndNotOfALeaf() throws {
    let harness = try harness(
      "- {id: a, when: {any: [{did: order, within: 10d}, {did: post, within: 4d}]}}\n"
        + "- {id: b, when: {did: order}}")
    let next = try #require(harness.prospect("a", asOf: "2024-05-01").nextChange)
    #expect(next.line == "2024-05-03T00:00:00Z left a (time: {did: post, within: 4d})")
    #expect(try harness.prospect("b", asOf: "2024-05-01").nextChange == nil)
  }
}
