import EventLog
import Segmentation
import Testing

/// Every form that time changes does so at the exact microsecond.
struct TimelineEdgeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let yaml: String
    /// Days on which `post` happens, at noon.
    let posts: [String]
    let edge: String
    /// Memberships one microsecond before, at and after the edge.
    let expected: [String]

    init(
      _ name: String, posts: [String], edge: String, _ expected: [String], _ yaml: String
    ) {
      testDescription = name
      self.yaml = yaml
      self.posts = posts
      self.edge = edge
      self.expected = expected
    }
  }

  static let cases = [
    Case(
      "within", posts: ["2024-01-01"], edge: "2024-01-08T12:00:00Z", ["a", "", ""],
      "segments: [{id: a, min_stay: 1d, when: {did: post, within: 7d}}]"),
    Case(
      "agoEnters", posts: ["2024-01-01"], edge: "2024-01-03T12:00:00Z", ["", "a", "a"],
      "segments: [{id: a, cooldown: 1d, when: {did: post, ago: [7d, 2d]}}]"),
    Case(
      "agoLeaves", posts: ["2024-01-01"], edge: "2024-01-08T12:00:00Z", ["a", "", ""],
      "segments: [{id: a, cooldown: 1d, when: {did: post, ago: [7d, 2d]}}]"),
    Case(
      "didNotAfterEver", posts: ["2024-01-01"], edge: "2024-01-31T12:00:00Z", ["", "a", "a"],
      "segments: [{id: a, cooldown: 1d, when: {did_not: post, within: 30d, after_ever: true}}]"),
    Case(
      "lastOlder", posts: ["2024-01-01"], edge: "2024-01-03T12:00:00Z", ["", "", "a"],
      "segments: [{id: a, cooldown: 1d, when: {last: post, age: {gt: 2d}}}]"),
    Case(
      "lastExactly", posts: ["2024-01-01"], edge: "2024-01-03T12:00:00Z", ["", "a", ""],
      "segments: [{id: a, when: {last: post, age: {eq: 2d}}}, {id: b, when: {segment: a, for: 9d}}]"
    ),
    Case(
      "recency", posts: ["2024-01-01"], edge: "2024-01-03T12:00:00Z", ["", "a", "a"],
      "segments: [{id: a, cooldown: 1d, when: {feature: recency_days, gte: 2}}]"),
    Case(
      "windowFeature", posts: ["2024-01-01"], edge: "2024-01-31T12:00:00Z", ["a", "", ""],
      "segments: [{id: a, cooldown: 1d, when: {feature: events_30d, gt: 0}}]"),
    Case(
      "streak", posts: ["2024-01-01"], edge: "2024-01-15", ["a", "", ""],
      "segments: [{id: a, cooldown: 1d, when: {feature: streak_weeks, gt: 0}}]"),
    Case(
      "score", posts: ["2024-01-01"], edge: "2024-01-31T12:00:00Z", ["", "", "a"],
      """
      scores: {fresh: {feature: recency_days, linear: [60, 0]}}
      segments: [{id: a, cooldown: 1d, when: {score: fresh, lt: 1.5}}]
      """),
    Case(
      "halfLifeOfPoints", posts: ["2024-01-01"], edge: "2024-01-11T12:00:00Z", ["", "a", "a"],
      """
      scores: {p: {points: {post: 8}, half_life: 10d}}
      segments: [{id: a, cooldown: 1d, when: {score: p, lte: 4}}]
      """),
    Case(
      "minStayEnds", posts: ["2024-01-01"], edge: "2024-01-11T12:00:00Z", ["a", "", ""],
      "segments: [{id: a, min_stay: 10d, when: {did: post, within: 1d}}]"),
    Case(
      "stayWhile", posts: ["2024-01-01"], edge: "2024-01-15T12:00:00Z", ["a", "", ""],
      "segments: [{id: a, when: {did: post, within: 1d}, stay_while: {did: post, within: 14d}}]"),
    Case(
      "hysteresisDoesNotEnter", posts: ["2024-01-01"], edge: "2024-01-01T12:00:00Z", ["", "", ""],
      """
      segments: [{id: a, when: {did: post, count: 2, within: 9d}, stay_while: {did: post, within: 9d}}]
      """),
    Case(
      "cooldownEnds", posts: ["2024-01-01", "2024-01-05"], edge: "2024-01-06T12:00:00Z",
      ["", "a", "a"],
      "segments: [{id: a, cooldown: 3d, when: {did: post, within: 2d, count: 1}},"
        + " {id: b, when: {segment: a, ever: false}}]"
    ),
    Case(
      "heldFor", posts: ["2024-01-01"], edge: "2024-01-04T12:00:00Z", ["a", "a b", "a b"],
      "segments: [{id: a, when: {did: post}}, {id: b, when: {segment: a, member: true, for: 3d}}]"),
    Case(
      "outFor", posts: ["2024-01-01"], edge: "2024-01-05T12:00:00Z", ["", "b", "b"],
      """
      segments:
      - {id: a, when: {did: post, within: 1d}}
      - {id: b, when: {segment: a, member: false, for: 3d}}
      """),
    Case(
      "enteredWithin", posts: ["2024-01-01"], edge: "2024-01-04T12:00:00Z", ["a b", "a", "a"],
      "segments: [{id: a, when: {did: post}}, {id: b, when: {segment: a, entered_within: 3d}}]"),
    Case(
      "leftWithinBegins", posts: ["2024-01-01"], edge: "2024-01-02T12:00:00Z", ["a", "b", "b"],
      """
      segments:
      - {id: a, when: {did: post, within: 1d}}
      - {id: b, when: {segment: a, left_within: 3d}}
      """),
    Case(
      "leftWithinEnds", posts: ["2024-01-01"], edge: "2024-01-05T12:00:00Z", ["b", "", ""],
      """
      segments:
      - {id: a, when: {did: post, within: 1d}}
      - {id: b, when: {segment: a, left_within: 3d}}
      """),
    Case(
      "ever", posts: ["2024-01-01"], edge: "2024-01-01T12:00:00Z", ["", "a b", "a b"],
      "segments: [{id: a, when: {did: post, within: 1d}}, {id: b, when: {segment: a, ever: true}}]"),
    Case(
      "listEnds", posts: ["2024-01-01"], edge: "2024-02-01", ["a b", "", ""],
      """
      lists: {l: {members: [ann], expires: 2024-02-01}}
      segments: [{id: a, list: l}, {id: b, when: {list: l}, cooldown: 1d}]
      """),
    Case(
      "listSegmentEnds", posts: ["2024-01-01"], edge: "2024-02-01", ["a b", "b", "b"],
      """
      lists: {l: {members: [ann]}}
      segments: [{id: a, list: l, expires: 2024-02-01}, {id: b, when: {list: l}, cooldown: 1d}]
      """),
    Case(
      "exclusive", posts: ["2024-01-01"], edge: "2024-01-02T12:00:00Z", ["a", "b", "b"],
      """
      segments: [{id: a, when: {did: post, within: 1d}}, {id: b, when: {did: post}}]
      exclusive: [{group: g, order: [a, b]}]
      """),
    Case(
      "stageMoves", posts: ["2024-01-01"], edge: "2024-01-31T12:00:00Z",
      ["new", "churned", "churned"],
      """
      stages:
        life:
          start: new
          moves:
          - {from: "*", to: churned, when: {did_not: "*", within: 30d, after_ever: true}}
          - {from: churned, to: returning, when: {did: "*", within: 7d}}
      """),
    Case(
      "stagesMoveOnceAnInstant", posts: ["2024-01-01"], edge: "2024-01-01T12:00:00.000001Z",
      ["two", "three", "three"],
      """
      stages:
        life:
          start: one
          moves:
          - {from: two, to: three, when: {did: post}}
          - {from: one, to: two, when: {did: post}}
      """),
    Case(
      "stageLeaf", posts: ["2024-01-01"], edge: "2024-01-31T12:00:00Z",
      ["new", "a gone", "a gone"],
      """
      segments: [{id: a, when: {stage: {machine: life, is: gone}}}]
      stages:
        life: {start: new, moves: [{from: new, to: gone, when: {did_not: "*", within: 30d}}]}
      """),
  ]

  @Test(arguments: cases)
  func timeChangesSegmentsAtTheExactMicrosecond(_ example: Case) throws {
    var harness = try TimelineHarness(example.yaml)
    for day in example.posts { try harness.add("post", day + "T12:00:00Z") }
    #expect(try harness.around(example.edge) == example.expected)
    // Live, by its own timers alone: the clock is told each next instant, never one in between.
    let edge = try instant(example.edge)
    let record = MemberRecord(memberID: "ann")
    for (nudge, expected) in zip([Int64(-1), 0, 1], example.expected) {
      var live = LiveSegments(record, plan: try TimelinePlan(harness.project))
      let end = edge.shifted(by: nudge)
      for (name, list) in harness.project.lists where list.members.contains("ann") {
        _ = live.set(list: name, isOn: true, at: try instant("1970-01-01"))
      }
      for event in harness.events { _ = live.add(event) }
      while let next = live.nextChange, next <= end { _ = live.advance(to: next) }
      let found = live.segments + live.stages
      #expect(found.joined(separator: " ") == expected)
    }
  }

  @Test(arguments: [
    ("older_than: 30d", "2024-01-31T06:00:00Z", ["", "a", "a"]),
    ("newer_than: 30d", "2024-01-31T06:00:00Z", ["a", "", ""]),
    ("exists: true", "2024-01-01T06:00:00Z", ["", "a", "a"]),
    ("anniversary_within: 2d", "2024-12-30", ["", "", "a"]),
    ("anniversary_within: 2d", "2025-01-02", ["a", "", ""]),
  ])
  func datesChangeSegmentsAtTheExactMicrosecond(
    test: String, edge: String, expected: [String]
  ) throws {
    var harness = try TimelineHarness(
      "segments: [{id: a, cooldown: 1s, when: {attr: joined_at, \(test)}}]")
    harness.joined = try instant("2024-01-01T06:00:00Z")
    #expect(try harness.around(edge) == expected)
  }

  @Test func consentGatesAndEndsStays() throws {
    var harness = try TimelineHarness(
      """
      privacy: {default: withdrawn}
      segments:
      - {id: a, purpose: mail, min_stay: 90d, when: {did: post}}
      - {id: b, when: {consent: Mail}}
      """)
    try harness.add("post", "2024-01-01")
    try harness.add("consent_given", "2024-01-02", ["purpose": .string("mail")])
    try harness.add("consent_given", "2024-01-03", ["purpose": .string("other")])
    try harness.add("consent_withdrawn", "2024-01-04", ["purpose": .string("mail")])
    #expect(try harness.around("2024-01-02") == ["", "a b", "a b"])
    #expect(try harness.around("2024-01-04") == ["a b", "", ""])
    #expect(
      try harness.transitions(until: "2024-02-01") == [
        "2024-01-02T00:00:00Z entered a (consent: purpose: mail)",
        "2024-01-02T00:00:00Z entered b (consent: {consent: Mail})",
        "2024-01-04T00:00:00Z left a (consent: purpose: mail)",
        "2024-01-04T00:00:00Z left b (consent: {consent: Mail})",
      ])
    harness.attributes = ["consents": .list([["mail", "x"]])]
    #expect(try harness.memberships(try instant("2024-01-01T12:00:00Z")) == "a b")
    #expect(try harness.memberships(try instant("2024-01-05")) == "")
  }

  @Test func transitionsSayWhatDecided() throws {
    var harness = try TimelineHarness(
      """
      segments:
      - {id: a, when: {did: post, within: 7d}, min_stay: 10d}
      - {id: b, when: {did: "*", count: 2}}
      - {id: c, when: {all: [{segment: a}, {not: {segment: b}}]}, cooldown: 3d}
      exclusive: [{group: g, order: [b, a]}]
      stages: {s: {start: x, moves: [{from: x, to: y, when: {segment: b}}]}}
      """)
    try harness.add("post", "2024-01-01")
    try harness.add("like", "2024-01-05")
    #expect(
      try harness.transitions(until: "2024-03-01") == [
        "2024-01-01T00:00:00Z entered a (event: {did: post, within: 7d})",
        "2024-01-01T00:00:00Z entered c (event: {segment: a} & {segment: b})",
        "2024-01-01T00:00:00Z entered s=x (event)",
        "2024-01-05T00:00:00Z entered b (event: {did: \"*\", count: 2})",
        "2024-01-05T00:00:00Z left a (event: exclusive: g)",
        "2024-01-05T00:00:00Z left c (event: {segment: a} & {segment: b})",
        "2024-01-05T00:00:00Z left s=x (event: {segment: b})",
        "2024-01-05T00:00:00Z entered s=y (event: {segment: b})",
      ])
    let explanation = try harness.explanation("a", asOf: "2024-01-06")
    #expect(explanation.fact == "left 2024-01-05T00:00:00Z")
    #expect(explanation.parts.map(\.rule) == ["{did: post, within: 7d}", "exclusive: g"])
    let stage = try harness.explanation(stage: "s", asOf: "2024-01-04")
    #expect(stage.rule == "x" && stage.fact == "since 2024-01-01T00:00:00Z")
    #expect(stage.parts.map(\.rule) == ["move to y"])
  }

  @Test func movesThatLeadBackWaitForAChange() throws {
    var harness = try TimelineHarness(
      """
      stages:
        s:
          start: x
          moves: [{from: x, to: y, when: {did: post}}, {from: y, to: x, when: {did: "*"}}]
      """)
    try harness.add("post", "2024-01-01")
    try harness.add("post", "2024-01-02")
    #expect(
      try harness.transitions(until: "2024-01-03") == [
        "2024-01-01T00:00:00Z entered s=x (event)",
        "2024-01-01T00:00:00Z left s=x (event: {did: post})",
        "2024-01-01T00:00:00Z entered s=y (event: {did: post})",
      ])
  }

  @Test func numbersThatFallAndRiseWithinADayAreSeen() throws {
    // 3 - t / 2 - 2 ln 2 * 2^-t, t in days, is greatest, 1.80739, at 0.94 days; each crossing by halving.
    var harness = try TimelineHarness(
      """
      scores:
        fresh: {feature: recency_days, linear: [6, 0]}
        rate: {feature: frequency_h1, linear: [0, 3]}
        sum: {sum: {fresh: 1, rate: -2}}
      segments: [{id: a, cooldown: 0h, when: {score: sum, gt: 1.8072}}]
      """)
    try harness.add("post", "2024-01-01")
    let transitions = try harness.transitions(until: "2024-01-02")
    #expect(
      transitions.map { "\($0.prefix(19))\($0.dropFirst(27).prefix(8))" } == [
        "2024-01-01T21:46:11 entered", "2024-01-01T23:28:32 left a ",
      ])
  }

  @Test func anniversariesInEventsAreKeptInEveryYear() throws {
    var harness = try TimelineHarness(
      """
      segments: [{id: a, cooldown: 1h, when: {did: post, where: {due: {anniversary_within: 1d}}}}]
      """)
    try harness.add("post", "2019-06-01", ["due": .string("2019-03-01")])
    try harness.add("like", "2026-07-01")
    let transitions = try harness.transitions(until: "2032-01-01")
    let expected = (2020...2031).flatMap { year -> [String] in
      let eve = year % 4 == 0 ? "02-29" : "02-28"
      return ["\(year)-\(eve)T00:00:00.000001Z entered", "\(year)-03-02T00:00:00Z left"]
    }
    #expect(
      transitions.map { $0.split(separator: " ").prefix(2).joined(separator: " ") } == expected)
  }
}
