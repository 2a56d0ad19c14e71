import Engagement
import EventLog
import Testing

@testable import Segmentation

/// What patterns of events, ranks, distances and buckets say of members, by hand.
struct PatternRuleTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let rule: String
    let expected: String
    init(_ rule: String, _ expected: String) {
      self.rule = rule
      self.expected = expected
    }
    var testDescription: String { rule }
  }

  /// As of 2024-03-31T12:00Z, a Sunday.
  ///
  /// a: a post on each of the four last Sundays. b: cart, order and another cart. c: two carts of which
  /// one was ordered. d: five views, two of them winter. e: on no day.
  private func harness() throws -> RuleHarness {
    var events: [Event] = []
    for day in ["2024-03-10", "2024-03-17", "2024-03-24", "2024-03-31"] {
      events.append(try Event("a", "post", day))
    }
    let one = ["cart": PropertyValue.string("one")]
    let two = ["cart": PropertyValue.string("two")]
    events += [
      try Event("b", "cart", "2024-03-30T12:00:00Z", one),
      try Event("b", "order", "2024-03-30T12:30:00Z", one),
      try Event("b", "cart", "2024-03-31T11:30:00Z", two),
      try Event("c", "cart", "2024-03-30T12:00:00Z", one),
      try Event("c", "cart", "2024-03-30T13:00:00Z", two),
      try Event("c", "order", "2024-03-30T14:00:00Z", two),
    ]
    for (day, kind) in [
      ("01", "winter"), ("02", "summer"), ("28", "Winter"), ("29", "x"), ("30", "x"),
    ] {
      events.append(try Event("d", "view", "2024-03-\(day)", ["category": .string(kind)]))
    }
    let members = MemberTable(
      ids: ["a", "b", "c", "d", "e"],
      joinedAt: [Timestamp?](repeating: try instant("2024-01-01"), count: 5),
      attributes: [
        "latitude": .number([30.27, 30.5, 30.27, 48.2082, .nan]),
        "longitude": .number([-97.74, -97.74, -97.3, 16.3738, 3]),
        "points": .number([1, 2, 2, 3, .nan]),
      ])
    return RuleHarness(
      community: Community(history: EventHistory(events), members: members),
      asOf: try instant("2024-03-31T12:00:00Z"),
      preamble: "scores: {points: {feature: points, linear: [0, 3]}}")
  }

  @Test(
    arguments: [
      Case("{regular: {did: post, unit: week, at_least: 4, of_last: 4}}", "a"),
      Case("{regular: {did: post, unit: week, at_least: 5, of_last: 5}}", ""),
      Case("{regular: {did: post, unit: day, at_least: 2, of_last: 8}}", "a"),
      Case("{regular: {did: post, unit: day, at_least: 2, of_last: 7}}", ""),
      Case("{regular: {unit: day, at_least: 2, of_last: 2, consecutive: true}}", "b"),
      Case("{regular: {unit: day, at_least: 3, of_last: 14, consecutive: true}}", "d"),
      Case("{regular: {unit: month, at_least: 1, of_last: 1}}", "abcd"),
      Case("{sequence: {steps: [cart, order]}}", "bc"),
      Case("{sequence: {steps: [cart, order], same: cart}}", "bc"),
      Case("{sequence: {steps: [cart, order], same: cart, span: 30m}}", "b"),
      Case("{sequence: {steps: [cart, order], span: 29m}}", ""),
      Case("{sequence: {steps: [order, cart]}}", "b"),
      Case("{sequence: {steps: [order, cart], same: cart}}", ""),
      Case("{sequence: {steps: [order, cart], same: cart, order: any}}", "bc"),
      Case("{sequence: {steps: [cart, cart], order: any}}", "bc"),
      Case("{sequence: {steps: [cart, cart], span: 1h}}", "c"),
      Case("{sequence: {steps: [{did: cart, where: {cart: {is: one}}}, [order, view]]}}", "bc"),
      // An abandoned cart: at least an hour old, of the last day, and never ordered.
      Case("{sequence: {steps: [cart], without: order, same: cart, after: 1h, within: 2d}}", "c"),
      Case("{sequence: {steps: [cart], without: order, same: cart, after: 30m, within: 2d}}", "bc"),
      Case("{sequence: {steps: [cart], without: order, same: cart, within: 1d}}", "b"),
      Case("{sequence: {steps: [cart], without: order, within: 1d}}", "b"),
      Case("{trend: {of: {did: post}, current: 14d, previous: 14d, ratio: {eq: 1}}}", "a"),
      Case("{trend: {of: view, current: 14d, previous: 14d, delta: {eq: 0}}}", "abce"),
      Case("{trend: {of: post, current: 15d, previous: 14d, ratio: 2}}", "a"),
      Case("{trend: {of: post, current: 14d, ratio: {gt: 1}}}", ""),
      Case("{trend: {of: view, current: 14d, ratio: {gte: 1}, min: 5}}", ""),
      Case("{trend: {of: view, current: 14d, previous: 28d, ratio: 3}}", "d"),
      Case("{trend: {of: view, current: 14d, previous: 28d, ratio: {gt: 3}, min: 5}}", ""),
      Case("{trend: {of: \"*\", current: 10d, delta: 3}}", "bcd"),
      Case("{share: {of: {did: view}, where: {category: {is: winter}}, gte: 0.4, min: 5}}", "d"),
      Case("{share: {of: view, where: {category: {is: winter}}, gte: 0.4, min: 6}}", ""),
      Case("{share: {of: view, where: {category: {is: winter}}, gte: 0.4, within: 7d}}", ""),
      Case("{share: {of: view, where: {category: {is: winter}}, lt: 0.4, within: 7d}}", "d"),
      Case("{share: {of: \"*\", where: {event: {is: order}}, between: [0.3, 0.4]}}", "bc"),
      Case("{rank: {score: points, top: 25%}}", "d"),
      Case("{rank: {score: points, top: 0.5}}", "bcd"),
      Case("{rank: {feature: points, top: 26%}}", "bcd"),
      Case("{rank: {feature: points, bottom: 25%}}", "a"),
      Case("{rank: {feature: points, bottom: 100%}}", "abcd"),
      Case("{rank: {feature: events, top: 20%, as_of: 20d}}", "d"),
      Case("{rank: {feature: events, top: 20%, as_of: 2024-03-11T12:00:00Z}}", "d"),
      Case("{near: {point: [30.27, -97.74], km: 40}}", "ab"),
      Case("{near: {point: [30.27, -97.74], km: 43}}", "abc"),
      Case("{near: {point: [30.27, -97.74], km: 0}}", "a"),
      Case("{near: {point: [-16.3738, 48.2082], km: 10, fields: [longitude, latitude]}}", ""),
      Case("{near: {point: [16.3738, 48.2082], km: 1, fields: [longitude, latitude]}}", "d"),
      // London to Vienna: 1236 km.
      Case("{near: {point: [51.5074, -0.1278], km: 1240}}", "d"),
      Case("{near: {point: [51.5074, -0.1278], km: 1230}}", ""),
    ])
  func patternsAreFound(_ example: Case) throws {
    let harness = try harness()
    #expect(try harness.members(of: example.rule).joined() == example.expected)
    let opposite = try harness.members(of: "{not: \(example.rule)}").joined()
    #expect(opposite == "abcde".filter { !example.expected.contains($0) })
  }

  @Test func whatIsMissingMayBeUnknown() throws {
    let harness = try harness()
    let rules: [(String, Truth)] = [
      ("{near: {point: [0, 0], km: 1}, if_missing: unknown}", .unknown),
      ("{rank: {feature: points, top: 1%}, if_missing: unknown}", .unknown),
      ("{share: {of: x, where: {a: {is: 1}}, gte: 0}, if_missing: unknown}", .unknown),
      ("{trend: {of: x, current: 1d, ratio: 0}, if_missing: unknown}", .unknown),
      ("{trend: {of: x, current: 1d, delta: 0}, if_missing: unknown}", .true),
      ("{trend: {of: x, current: 1d, ratio: 0, min: 1}, if_missing: unknown}", .false),
    ]
    for (rule, truth) in rules {
      #expect(try harness.truth(of: rule, for: "e") == truth, "\(rule)")
    }
  }

  @Test(arguments: [
    ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
    ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
    (
      "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
      "57edf4a22be3c955ac49da2e2107b67a"
    ),
  ])
  func digestsAreThoseOfTheStandard(text: String, digest: String) {
    #expect(messageDigest5(text.utf8).hexadecimal == digest)
  }

  @Test func bucketsAreHalfOpenAndStable() throws {
    let members = (0..<1000).map { "m\($0)" }
    let table = MemberTable(
      ids: members, joinedAt: [Timestamp?](repeating: try instant("2024-01-01"), count: 1000))
    let harness = RuleHarness(
      community: Community(history: EventHistory(), members: table), asOf: try instant("2024-02-01")
    )
    let halves = try ["from: 0, to: 0.5", "from: 0.5, to: 1"].map {
      try harness.members(of: "{bucket: {salt: test, \($0)}}")
    }
    #expect(halves[0].count + halves[1].count == 1000)
    #expect(Set(halves[0]).isDisjoint(with: halves[1]))
    // MD5 of "test:m0" begins with f98ebc71.
    let place = Double(0xf98ebc71) / 4_294_967_296
    #expect(MemberBucket(salt: "test", from: 0, to: 1).place(of: "m0") == place)
    #expect((450...550).contains(halves[0].count))
  }

  @Test func explanationsSayWhatWasFound() throws {
    let harness = try harness()
    func fact(_ rule: String, _ member: String) throws -> String? {
      let row = try #require(harness.community.row(of: member))
      return try harness.evaluator(rule).explain("rule", row: row).parts.first?.fact
    }
    #expect(
      try fact("{regular: {did: post, unit: week, at_least: 4, of_last: 4}}", "a")
        == "post in 4 of the last 4 weeks, needs 4")
    #expect(
      try fact("{sequence: {steps: [cart, order], same: cart}}", "c")
        == "cart, then order from 2024-03-30T13:00:00Z, 1 days ago to 2024-03-30T14:00:00Z, 0.9 days ago"
    )
    #expect(try fact("{sequence: {steps: [cart, order]}}", "a") == "no cart, then order that fit")
    #expect(
      try fact("{trend: {of: post, current: 14d, ratio: 2}}", "a")
        == "2 in 14d, then 2 post in 14d, ratio 1, needs at least 2")
    #expect(
      try fact("{share: {of: view, where: {category: {is: winter}}, gte: 0.4}}", "d")
        == "2 of 5 view, share 0.4, needs at least 0.4")
    #expect(
      try fact("{rank: {score: points, top: 25%}}", "b")
        == "2 at 2024-03-31T12:00:00Z: 25 % of the members are above, needs less than 25 %")
    #expect(
      try fact("{near: {point: [30.27, -97.74], km: 40}}", "b")
        == "25.6 km away, needs at most 40 km")
  }
}
