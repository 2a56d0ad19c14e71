import EventLog
import Segmentation
import Testing

/// Stages and forms with memory arrive as they are written, and are refused where they are not right.
struct MemoryParsingTests {
  static let full = """
    version: 1
    privacy: {default: withdrawn}
    exclusive:
      - {group: outreach, order: [invite, quiet, at-risk]}
    segments:
      - {id: invite, when: {did: bug_reported}, on_enter: [{webhook: early-access}]}
      - id: quiet
        when: {did: visit, within: 7d}
        stay_while: {did: visit, within: 14d}
        min_stay: 7d
        cooldown: 2w
      - id: at-risk
        when: {did_not: post, within: 30d, after_ever: true}
        tag: at risk
        purpose: engagement
        expect: {min: 1%, max: 25%}
        review_by: 2027-02-01
        on_enter: [{webhook: crm}]
        on_exit: [{webhook: crm}, {webhook: other}]
      - id: history
        when:
          all:
            - {segment: quiet, member: true, for: 3d}
            - {segment: quiet, entered_within: 8d}
            - {segment: invite, left_within: 1d, member: false}
            - {segment: invite, ever: false}
            - {segment: invite, member: false}
            - {stage: {machine: lifecycle, is: [new, active]}}
            - {consent: newsletter}
      - {id: mentees, list: mentees, expires: 2022-04-30}
    lists: {mentees: {members: [a]}}
    stages:
      lifecycle:
        start: new
        moves:
          - {from: new, to: active, when: {did: post, count: 7}}
          - {from: "*", to: churned, when: {segment: at-risk}}
    """

  @Test func everyFormIsRead() throws {
    let project = try ProjectFile(parsing: Self.full, file: "coterie.yaml")
    #expect(project.needsReplay)
    #expect(project.defaultConsent == .withdrawn)
    let quiet = try #require(project.segment("quiet"))
    #expect(quiet.memory.leastStay == ExactDuration("7d"))
    #expect(quiet.memory.cooldown == ExactDuration("14d"))
    #expect(quiet.memory.stayWhile?.leaves.map(\.written) == ["{did: visit, within: 14d}"])
    let risk = try #require(project.segment("at-risk"))
    #expect(risk.purpose == "engagement" && risk.memory.isEmpty)
    #expect(risk.onEnter.map(\.target) == ["crm"] && risk.onExit.map(\.target) == ["crm", "other"])
    #expect(project.exclusiveGroups.map(\.order) == [["invite", "quiet", "at-risk"]])
    let machine = try #require(project.stageMachine("lifecycle"))
    #expect(machine.states == ["new", "active", "churned"])
    #expect(machine.moves.map(\.from) == ["new", nil])
    guard case .rule(let condition) = project.segment("history")?.membership else {
      Issue.record("expected a rule")
      return
    }
    #expect(
      try condition.leaves.map(\.question) == [
        .segmentHistory(try history("quiet", isMember: true, heldFor: "3d")),
        .segmentHistory(history("quiet", enteredWithin: "8d")),
        .segmentHistory(history("invite", isMember: false, leftWithin: "1d")),
        .segmentHistory(history("invite", ever: false)),
        .segment(id: "invite", isMember: false),
        .stage(machine: "lifecycle", states: ["new", "active"]),
        .consent(purpose: "newsletter"),
      ])
  }

  private func history(
    _ id: String, isMember: Bool? = nil, heldFor: String? = nil, enteredWithin: String? = nil,
    leftWithin: String? = nil, ever: Bool? = nil
  ) throws -> SegmentHistoryQuestion {
    let json = try ProjectFile(
      parsing: """
        version: 1
        segments:
        - {id: \(id), when: {did: x}}
        - {id: asks, when: {segment: \(id)\(isMember.map { ", member: \($0)" } ?? "")\
        \(heldFor.map { ", for: \($0)" } ?? "")\
        \(enteredWithin.map { ", entered_within: \($0)" } ?? "")\
        \(leftWithin.map { ", left_within: \($0)" } ?? "")\(ever.map { ", ever: \($0)" } ?? "")}}
        """, file: "c.yaml")
    guard case .rule(.leaf(let leaf)) = json.segment("asks")?.membership,
      case .segmentHistory(let question) = leaf.question
    else { throw SegmentationError.unknownSegment(id: id, suggestion: "") }
    #expect(question.isMember == isMember && question.ever == ever)
    #expect(question.heldFor == heldFor.flatMap { ExactDuration($0) })
    #expect(question.enteredWithin == enteredWithin.flatMap { ExactDuration($0) })
    #expect(question.leftWithin == leftWithin.flatMap { ExactDuration($0) })
    return question
  }

  @Test func projectsWithoutMemoryNeedNoReplay() throws {
    let project = try ProjectFile(
      parsing: "version: 1\nsegments: [{id: a, when: {did: x}}, {id: b, when: {segment: a}}]",
      file: "c.yaml")
    #expect(!project.needsReplay)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let yaml: String
    let messages: [String]

    init(_ name: String, _ yaml: String, _ messages: String...) {
      testDescription = name
      self.yaml = "version: 1\n" + yaml
      self.messages = messages
    }
  }

  static let cases = [
    Case(
      "unknownState", "stages: {life: {start: new, moves: [{from: nwe, to: old, when: {did: x}}]}}",
      "c.yaml:2:44: stage machine life has no way into state \"nwe\"; did you mean \"new\"?"),
    Case(
      "toItself", "stages: {life: {start: new, moves: [{from: new, to: new, when: {did: x}}]}}",
      "c.yaml:2:53: a move from \"new\" to itself moves nobody"),
    Case(
      "toAny", "stages: {life: {start: new, moves: [{from: new, to: \"*\", when: {did: x}}]}}",
      "c.yaml:2:53: to needs one state; \"*\" can stand in from only"),
    Case(
      "incompleteMachine", "stages: {life: {start: new}}",
      "c.yaml:2:16: stage machine life needs start and moves"),
    Case(
      "incompleteMove", "stages: {life: {start: new, moves: [{from: new, to: old}]}}",
      "c.yaml:2:37: a move needs from, to and when"),
    Case(
      "unknownMoveKey",
      "stages: {life: {start: new, moves: [{from: new, to: old, whn: {did: x}}]}}",
      "c.yaml:2:58: unknown key \"whn\" in a move; did you mean \"when\"?"),
    Case(
      "unknownMachine",
      "stages: {life: {start: new, moves: []}}\n"
        + "segments: [{id: a, when: {stage: {machine: live, is: new}}}]",
      "c.yaml:3:34: unknown stage machine \"live\"; did you mean \"life\"?"),
    Case(
      "unknownStateInLeaf",
      "stages: {life: {start: new, moves: []}}\n"
        + "segments: [{id: a, when: {stage: {machine: life, is: now}}}]",
      "c.yaml:3:34: stage machine life has no state \"now\"; did you mean \"new\"?"),
    Case(
      "unknownInGroup",
      "segments: [{id: abc, when: {did: x}}]\nexclusive: [{group: g, order: [abd, abc, abc]}]",
      "c.yaml:3:32: unknown segment \"abd\"; did you mean \"abc\"?",
      "c.yaml:3:42: segment \"abc\" stands twice in group g"),
    Case(
      "unknownWebhookKey", "segments: [{id: a, when: {did: x}, on_enter: [{webhok: crm}]}]",
      "c.yaml:2:48: unknown key \"webhok\" in on_enter; did you mean \"webhook\"?"),
    Case(
      "memoryOfList",
      "lists: {l: {members: []}}\nsegments: [{id: a, list: l, min_stay: 3d, cooldown: x}]",
      "c.yaml:3:39: segment a: min_stay belongs to segments with when",
      "c.yaml:3:53: segment a: cooldown belongs to segments with when",
      "c.yaml:3:53: cooldown needs a duration such as 30d, 12h, 45m, 10s or 2w, up to 365250d, "
        + "not \"x\""),
    Case(
      "privacy", "privacy: {default: given}",
      "c.yaml:2:20: unknown default \"given\"; known are granted and withdrawn"),
    Case(
      "emptyAge",
      "segments: [{id: b, when: {did: x}}, {id: a, when: {segment: b, left_within: 0d}}]",
      "c.yaml:2:77: left_within must be longer than 0"),
    Case(
      "circleThroughStage",
      "stages: {life: {start: new, moves: [{from: new, to: old, when: {segment: a}}]}}\n"
        + "segments:\n- {id: a, when: {did: x}, stay_while: {segment: b, ever: true}}\n"
        + "- {id: b, when: {stage: {machine: life, is: old}}}",
      "c.yaml:4:8: segments refer to each other in a circle: a → b → stage life → a"),
    Case(
      "circleThroughGroupAndList",
      "lists: {l: {members: []}}\nsegments:\n- {id: a, when: {segment: b}}\n- {id: b, list: l}\n"
        + "exclusive: [{group: g, order: [a, b]}]",
      "c.yaml:4:8: segments refer to each other in a circle: a → b → a"),
    Case(
      "circleOfMachine",
      "stages: {life: {start: a, moves: [{from: a, to: b, when: {stage: {machine: life, is: a}}}]}}",
      "c.yaml:2:10: segments refer to each other in a circle: stage life → stage life"),
  ]

  @Test(arguments: cases)
  func whatIsWrongIsReportedWithItsPlace(_ example: Case) throws {
    let error = try #require(throws: ProjectFileError.self) {
      try ProjectFile(parsing: example.yaml, file: "c.yaml")
    }
    #expect(error.diagnostics.map(\.description) == example.messages)
  }
}
