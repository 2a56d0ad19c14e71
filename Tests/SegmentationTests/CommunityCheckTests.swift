import Engagement
import EventLog
import Segmentation
import Testing

/// What a project names is looked for in the events and members.
struct CommunityCheckTests {
  @Test func whatTheLogDoesNotHaveIsAWarning() throws {
    let project = try ProjectFile(
      parsing: """
        version: 1
        events: {weights: {post: 1, lik: 2}}
        aliases: {like: [post], writing: [post, "draft_*"]}
        segments:
        - {id: a, when: {all: [{did: pst}, {did: writing, where: {are: {is: x}}}, {attr: ctiy, is: x}]}}
        - {id: b, when: {attr: joined_at, newer_than: 3d}}
        - {id: c, when: {last: "*", having: {value: {gt: 1}, kind: {is: x}}}}
        - {id: d, when: {all: [{attr: city, gt: 3}, {did: post, sum: amount, gt: 0}]}}
        """, file: "c.yaml")
    let members = MemberTable(
      ids: ["ann"], joinedAt: [nil], attributes: ["city": .text(["Rome"])])
    var events: [Event] = try [
      Event("ann", "post", "2024-01-01"), Event("ann", "like", "2024-01-01"),
    ]
    events[0].properties = ["area": .string("x"), "amount": .number(1)]
    let community = Community(history: EventHistory(events), members: members)
    #expect(
      project.check(against: community).map(\.description) == [
        "c.yaml:2:29: warning: no event has the type \"lik\"; did you mean \"like\"?",
        "c.yaml:3:11: alias \"like\" is also an event type that it does not hold; give the alias "
          + "another name",
        "c.yaml:3:25: warning: alias \"writing\": no event has the type \"draft_*\"",
        "c.yaml:5:30: warning: no event has the type \"pst\"; did you mean \"post\"?",
        "c.yaml:5:59: warning: no event has a property \"are\"; did you mean \"area\"?",
        "c.yaml:5:82: warning: no member has an attribute \"ctiy\"; did you mean \"city\"?",
        "c.yaml:7:54: warning: no event has a property \"kind\"",
        "c.yaml:8:31: warning: attribute \"city\" is of type text, not number",
      ])
    #expect(project.eventProperties == ["amount", "are", "kind"])
  }

  @Test func namesThatAreAlmostKnownAreErrors() throws {
    let project = try ProjectFile(
      parsing: """
        version: 1
        aliases: {contribution: [post]}
        features: [recency_dys, age, city, events_post_30d, shoe_size]
        transform: {log: [frequenzy_h14]}
        scores:
          a: {feature: recency_dayz, linear: [0, 1]}
          b: {points: {contributions: 1, poost: 2, "p*": 3, other: 4}}
        segments:
        - {id: a, when: {did: contributon}}
        """, file: "c.yaml")
    let members = MemberTable(
      ids: ["ann"], joinedAt: [nil],
      attributes: ["city": .text(["Rome"]), "age": .number([30])])
    let community = Community(
      history: EventHistory([try Event("ann", "post", "2024-01-01")]), members: members)
    let found = project.check(against: community)
    #expect(
      found.map { "\($0.position.line):\($0.position.column) \($0.severity)" } == [
        "3:12 error", "3:30 error", "3:53 warning", "4:19 error", "6:16 error", "7:16 error",
        "7:34 warning", "7:53 warning", "9:23 error",
      ])
    let expectedParts = [
      "\"recency_days\"", "type text", "shoe_size", "\"frequency_h14\"", "\"recency_days\"",
      "\"contribution\"", "\"post\"", "\"other\"", "\"contribution\"",
    ]
    for (diagnostic, part) in zip(found, expectedParts) {
      #expect(diagnostic.message.contains(part))
    }
  }

  @Test(arguments: ["", "\u{FEFF}"])
  func findingsShowTheLineAndACaret(mark: String) throws {
    let project = try ProjectFile(
      parsing: mark + """
        version: 1
        aliases: {contribution: [post]}
        segments:
        - {id: a, when: {did: contributon}}
        - {id: b, when: {did: pots}}
        """, file: "c.yaml")
    let community = Community(history: EventHistory([try Event("ann", "post", "2024-01-01")]))
    let found = project.check(against: community)
    #expect(found.map(\.severity) == [.error, .warning])
    #expect(
      ProjectFileError(found).description == """
        c.yaml:4:23: no event has the type "contributon"; did you mean "contribution"?
            - {id: a, when: {did: contributon}}
                                  ^
        c.yaml:5:23: warning: no event has the type "pots"; did you mean "post"?
            - {id: b, when: {did: pots}}
                                  ^
        """)
  }

  @Test func whatPatternsNameIsLookedForToo() throws {
    let project = try ProjectFile(
      parsing: """
        version: 1
        segments:
        - {id: a, when: {regular: {did: pst, unit: day, at_least: 1, of_last: 2}}}
        - {id: b, when: {sequence: {steps: [post, {did: post, where: {are: {is: x}}}], same: cart}}}
        - {id: c, when: {share: {of: post, where: {kind: {is: x}}, gte: 0.5}}}
        - {id: d, when: {trend: {of: lik, current: 3d, delta: 1}}}
        - {id: e, when: {near: {point: [1, 2], km: 3, fields: [city, lon]}}}
        - {id: f, when: {rank: {feature: distinct_part_30d, top: 5%}}}
        """, file: "c.yaml")
    let members = MemberTable(
      ids: ["ann"], joinedAt: [nil], attributes: ["city": .text(["Rome"])])
    var event = try Event("ann", "post", "2024-01-01")
    event.properties = ["area": .string("x")]
    let community = Community(history: EventHistory([event]), members: members)
    #expect(
      project.check(against: community).map(\.description) == [
        "c.yaml:3:33: warning: no event has the type \"pst\"; did you mean \"post\"?",
        "c.yaml:4:28: warning: no event has a property \"cart\"",
        "c.yaml:4:63: warning: no event has a property \"are\"; did you mean \"area\"?",
        "c.yaml:5:25: warning: no event has a property \"kind\"",
        "c.yaml:6:30: warning: no event has the type \"lik\"",
        "c.yaml:7:24: warning: attribute \"city\" is of type text, not number",
        "c.yaml:7:24: warning: no member has an attribute \"lon\"",
        "c.yaml:8:24: warning: feature \"distinct_part_30d\": no event has a property \"part\"",
      ])
    #expect(project.eventProperties == ["are", "cart", "kind", "part"])
    #expect(project.rulesNeedEvents)
  }
}
