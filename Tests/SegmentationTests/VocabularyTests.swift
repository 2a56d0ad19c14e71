import Engagement
import EventLog
import Segmentation
import Testing

/// What people ask for can be written, and means what they meant.
struct VocabularyTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let wish: String
    let rule: String
    let expected: String
    init(_ wish: String, _ rule: String, _ expected: String) {
      self.wish = wish
      self.rule = rule
      self.expected = expected
    }
    var testDescription: String { wish }
  }

  private static let preamble = """
    aliases:
      contribution: [post_created, question_asked, answer_posted, feedback_given, bug_reported]
      learning: ["lesson_*", "course_*"]
      views: ["*_viewed"]
    scores:
      recency: {feature: recency_days, linear: [60, 0]}
      frequency: {feature: active_days_30d, linear: [0, 12]}
      impact: {feature: impact_90d, linear: [0, 3]}
      engagement: {sum: {recency: 1, frequency: 1, impact: 1}}
      lead: {points: {quiz_budget_high: 30, pricing_viewed: 10, deal_closed: 50}, half_life: 45d}
    lists: {ambassadors: {members: [pm]}}
    """

  /// pm: a product manager who reports; reader: views and learns; gone: posted long ago.
  private func harness() throws -> RuleHarness {
    let history = EventHistory([
      try Event("pm", "bug_reported", "2024-02-01"),
      try Event("pm", "comment_created", "2024-03-02", ["area": .string("roadmap")]),
      try Event("pm", "event_attended", "2024-03-03", ["kind": .string("product-ama")]),
      try Event("pm", "post_created", "2024-03-28"), try Event("pm", "post_created", "2024-03-27"),
      try Event("pm", "quiz_budget_high", "2024-03-31"),
      try Event("reader", "lesson_started", "2024-03-20"),
      try Event("reader", "page_viewed", "2024-03-20", ["depth": .number(90)]),
      try Event("reader", "pricing_viewed", "2024-03-25"),
      try Event("reader", "order_placed", "2024-03-26", ["amount": .number(150)]),
      try Event("gone", "post_created", "2023-11-01"),
    ])
    let members = MemberTable(
      ids: ["pm", "reader", "gone"],
      joinedAt: try ["2024-01-15", "2024-03-02", "2023-01-01"].map(instant),
      attributes: [
        "job_role": .text(["Product Manager", "Designer", nil]),
        "city": .text(["Austin", "Rome", "Austin"]), "company": .text(["Acme", "ACME", nil]),
        "topics": .list([["ai"], ["ai", "design"], nil]), "income": .number([90, 40, .nan]),
        "latitude": .number([30.3, 41.9, .nan]), "longitude": .number([-97.7, 12.5, .nan]),
      ])
    return RuleHarness(
      community: Community(history: history, members: members), asOf: try instant("2024-03-31"),
      preamble: Self.preamble)
  }

  @Test(
    arguments: [
      Case("lurker", "{all: [{did: views}, {did_not: contribution}]}", "reader"),
      Case("ambassador", "{any: [{score: engagement, gte: 8}, {list: ambassadors}]}", "pm"),
      Case("interests", "{attr: topics, has_any: [Design]}", "reader"),
      Case("attendance", "{did: event_attended, count: 1, distinct: day}", "pm"),
      Case("at risk", "{did_not: post_created, within: 30d, after_ever: true}", "gone"),
      Case(
        "preview invitation",
        """
        {all: [{did: bug_reported, ever: true},
            {did: comment_created, where: {area: {is: roadmap}}, ever: true},
            {did: event_attended, where: {kind: {is: product-ama}}, ever: true}]}
        """, "pm"),
      Case(
        "rising newcomer",
        "{all: [{attr: joined_at, newer_than: 90d}, {score: engagement, gte: 7}]}",
        "pm"),
      Case("active this week", "{did: \"*\", within: 7d}", "pm reader"),
      Case("new member", "{attr: joined_at, newer_than: 30d}", "reader"),
      Case("opened in seven days", "{did: pricing_viewed, within: 7d}", "reader"),
      Case("purchase milestone", "{did: order_placed, count: {eq: 1}}", "reader"),
      Case("spent a lot", "{did: order_placed, sum: amount, gte: 150}", "reader"),
      Case("company", "{attr: company, is: acme}", "pm reader"),
      Case("job role", "{attr: job_role, contains: product manager}", "pm"),
      Case(
        "a one-day benchmark",
        "{all: [{attr: joined_at, older_than: 29d}, {attr: joined_at, newer_than: 30d}]}", "reader"),
      Case("super users", "{score: impact, gt: 2}", "pm reader"),
      Case(
        "active in all three",
        "{all: [{score: recency, gt: 1}, {score: frequency, gt: 1}, {score: impact, gt: 1}]}", "pm"),
      Case(
        "inactive in all three",
        "{all: [{score: recency, lt: 1}, {score: frequency, lt: 1}, {score: impact, lt: 1}]}",
        "gone"),
      Case("last seen long ago", "{last: \"*\", age: {gt: 60d}}", "gone"),
      Case("last seen before a date", "{last: \"*\", before: 2024-01-01}", "gone"),
      Case(
        "product managers in Austin",
        "{all: [{attr: job_role, contains: product manager}, {attr: city, is: Austin}]}", "pm"),
      Case("scroll depth", "{did: page_viewed, max: depth, gte: 75}", "reader"),
      Case("income", "{attr: income, between: [50, 100]}", "pm"),
      Case("lead tiers", "{score: lead, between: [5, 30]}", "pm reader"),
      Case("in between windows", "{did: \"*\", ago: [90d, 30d]}", "pm"),
      // Section 4: A6, A7, A8, A10, A14, A17, A20, B1, B2, B3, B5, B8, C7, C8, D4 and beyond.
      Case(
        "a surge", "{trend: {of: {did: \"*\"}, current: 14d, ratio: {gt: 1}, min: 4}}", "reader"),
      Case(
        "a drop-off", "{trend: {of: \"*\", current: 30d, previous: 130d, delta: {lt: 0}}}", "gone"),
      Case("engaged monthly", "{regular: {unit: month, at_least: 2, of_last: 2}}", "pm"),
      Case("engaged weekly", "{regular: {unit: week, at_least: 1, of_last: 1}}", "pm reader"),
      Case(
        "engaged daily", "{regular: {unit: day, at_least: 2, of_last: 7, consecutive: true}}",
        "pm reader"),
      Case(
        "feedback giver",
        "{share: {of: {did: contribution}, where: {event: {is: bug_reported}}, gte: 0.3}}", "pm"),
      Case("sessions attended", "{did: event_attended, count: 1, distinct: kind}", "pm"),
      Case(
        "quiet learner",
        """
        {all: [{regular: {did: learning, unit: week, at_least: 1, of_last: 4}},
            {did_not: contribution, ever: true}]}
        """, "reader"),
      Case(
        "consistent contributors",
        "{regular: {did: contribution, unit: week, at_least: 2, of_last: 9}}",
        "pm"),
      Case("the most active third", "{rank: {feature: events_90d, top: 33%}}", "pm"),
      Case(
        "was in the top quarter, now silent",
        "{all: [{rank: {score: impact, top: 25%, as_of: 140d}}, {did_not: \"*\", within: 7d}]}",
        "gone"),
      Case(
        "frequent viewer of a kind",
        "{share: {of: {did: views}, where: {event: {is: page_viewed}}, gte: 0.4, min: 2, within: 45d}}",
        "reader"),
      Case(
        "onboarded", "{sequence: {steps: [page_viewed, pricing_viewed, order_placed]}}", "reader"),
      Case(
        "looked at prices and did not order",
        "{sequence: {steps: [pricing_viewed], without: order_placed, after: 1h, within: 30d}}", ""),
      Case(
        "looked and did not come back to the prices",
        "{sequence: {steps: [page_viewed], without: post_created, after: 1d, within: 30d}}",
        "reader"),
      Case(
        "reported, and met the makers, in any order",
        "{sequence: {steps: [event_attended, bug_reported], order: any, span: 60d}}", "pm"),
      Case(
        "near Austin", "{any: [{attr: city, is: Rome}, {near: {point: [30.27, -97.74], km: 40}}]}",
        "pm reader"),
      Case("half of all", "{bucket: {salt: welcome, from: 0, to: 1}}", "gone pm reader"),
      Case("anniversary soon", "{attr: joined_at, anniversary_within: 320d}", "gone pm"),
      Case("last event's property", "{last: \"*\", having: {amount: {gt: 100}}}", "reader"),
    ])
  func wishesAreExpressible(_ example: Case) throws {
    let found = try harness().members(of: example.rule).sorted().joined(separator: " ")
    #expect(found == example.expected)
  }
}
