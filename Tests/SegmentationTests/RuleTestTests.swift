import EventLog
import Segmentation
import Testing

/// Tests that stand in a project file say what does not hold.
struct RuleTestTests {
  private static let rules = """
    version: 1
    lists: {hosts: {members: [ann]}}
    segments:
    - {id: at-risk, when: {did_not: post, within: 30d, after_ever: true}}
    - {id: active, when: {did: post, within: 7d, where: {area: {is: forum}}}}
    - {id: liked, when: {feature: received_impact_h14, gt: 0}}
    - {id: hosts, list: hosts}
    - {id: pro, when: {all: [{attr: plan, is: pro}, {cluster: {model: m, is: c0}}]}}
    tests:

    """

  private func failures(_ test: String) throws -> [String] {
    let project = try ProjectFile(parsing: Self.rules + test, file: "rules.yaml")
    return try #require(project.tests.first).failures(in: project)
  }

  @Test(arguments: [
    "- {name: quiet, as_of: 2024-06-01, labels: {m: c1}, events: [{post: 2024-04-20}], in: [at-risk]}",
    "- {name: none, as_of: 2024-06-01, joined_at: 2024-01-01, labels: {m: c1}, not_in: [at-risk]}",
    """
    - name: many
      as_of: 2024-06-01T12:00:00Z
      id: ann
      attributes: {plan: PRO, age: 7, topics: [a, b]}
      labels: {m: c0}
      events: [{event: post, at: 2024-05-31, area: Forum, value: 2}, {event: like, at: 2024-05-31, by: bob, target_id: ann}]
      in: [active, liked, hosts, pro]
      not_in: [at-risk]
    """,
    "- {name: later, as_of: 2024-06-01, joined_at: 2024-05-01, labels: {m: c0}, events: [{post: 2024-06-02}], not_in: [active, at-risk]}",
  ])
  func whatIsExpectedPasses(test: String) throws {
    #expect(try failures(test) == [])
  }

  @Test func whatIsNotIsSaidWithItsReason() throws {
    let failures = try failures(
      """
      - name: both wrong
        as_of: 2024-06-01
        labels: {m: c0}
        events: [{event: post, at: 2024-05-30, area: forum}]
        in: [at-risk]
        not_in: [active]
      """)
    #expect(failures.count == 2)
    #expect(failures[0].hasPrefix("not in \"at-risk\": {did_not: post"))
    #expect(failures[1].hasPrefix("in \"active\": {did: post"))
    #expect(failures[1].contains("last post 2024-05-30"))
  }

  @Test func missingModelsAreSaid() throws {
    #expect(throws: SegmentationError.self) {
      try failures("- {name: a, as_of: 2024-06-01, joined_at: 2024-01-01, in: [pro]}")
    }
  }

  @Test func mistakesInTestsAreErrors() throws {
    let text = """
      - {name: a, as_of: soon, in: [at-rsk]}
      - {nam: b, as_of: 2024-06-01, in: [active]}
      - {name: c, as_of: 2024-06-01}
      - {name: d, in: [active]}
      - {name: e, as_of: 2024-06-01, in: [active], events: [{event: post}, {post: never}, 7]}
      - 5
      """
    let error = try #require(throws: ProjectFileError.self) {
      try ProjectFile(parsing: Self.rules + text, file: "rules.yaml")
    }
    #expect(
      error.diagnostics.map { "\($0.position.line): \($0.message.prefix(20))" } == [
        "10: as_of needs a date s", "10: unknown segment \"at-", "11: unknown key \"nam\" in",
        "12: test c expects nothi", "13: test d needs as_of, ", "14: an event needs {TYPE",
        "14: post needs a date su", "14: an event needs {TYPE", "15: a test needs a mappi",
      ])
  }
}
