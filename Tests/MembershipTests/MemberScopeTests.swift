import Engagement
import EventLog
import Membership
import ModelTestSupport
import Models
import Segmentation
import Testing

/// Models that are about some members only.
@Suite struct MemberScopeTests {
  private let asOf = Timestamp(microseconds: 1_772_323_200_000_000)
  private let values: [(id: String, x: Double)] = [("a", 1), ("b", 6), ("c", 9), ("d", 2)]

  private func named(_ name: String, among: String?) -> NamedModel {
    var model = nearestValueModel([0, 10])
    model.among = among
    return NamedModel(name: name, id: "", model: model)
  }

  private func project(_ text: String) throws -> ProjectFile {
    try ProjectFile(parsing: text, file: "coterie.yaml")
  }

  @Test func membersOutsideHaveNoLabel() throws {
    let table = try MembershipTable(
      labelling: community(values, asOf: asOf), asOf: asOf,
      models: [named("some", among: "{attr: x, gt: 1.5}"), named("all", among: nil)],
      project: project(
        """
        version: 1
        segments:
        - {id: low, when: {cluster: {model: some, is: c0}}}
        - {id: not_low, when: {not: {cluster: {model: some, is: c0}}}}
        - {id: low_of_all, when: {cluster: {model: all, is: c0}}}
        """))
    #expect(table.labels["some"]?.map { $0?.segment } == [nil, 1, 1, 0])
    #expect(table.labels["all"]?.map { $0?.segment } == [0, 1, 1, 0])
    #expect(table.outsideCount(of: "some") == 1)
    #expect(table.outsideCount(of: "all") == 0)
    #expect(table.written.map(\.members) == [[3], [0, 1, 2], [0, 3]])
    let learned = table.memberships.filter { $0.kind == .learned && $0.source == "some" }
    #expect(learned.map(\.member) == [1, 2, 3])
  }

  @Test func wideCellsOfThoseOutsideAreEmpty() throws {
    let table = try MembershipTable(
      labelling: community(values, asOf: asOf), asOf: asOf,
      models: [named("m", among: "{attr: x, gt: 1.5}")], wantsProbabilities: true)
    var layout = MembershipLayout()
    layout.isWide = true
    layout.hasNames = true
    var lines: [String] = []
    table.writeCSV(layout) { lines.append($0) }
    #expect(lines[0] == "member_id,m,m:name,m:c0,m:c1\n")
    #expect(lines[1] == "a,,,,\n")
    #expect(lines[2].hasPrefix("b,c1,c1,"))
  }

  @Test func restrictedTablesKeepWhatMembersAre() throws {
    let whole = try MembershipTable(
      labelling: community(values, asOf: asOf), asOf: asOf, models: [named("m", among: nil)],
      project: project(
        """
        version: 1
        segments:
        - {id: top, when: {rank: {feature: x, top: 50%}}}
        """))
    #expect(whole.written.map(\.members) == [[1, 2]])
    let part = whole.restricted(to: [true, false, true, true])
    #expect(part.memberIDs == ["a", "c", "d"])
    // By its rank among all four.
    #expect(part.written.map(\.members) == [[1]])
    #expect(part.labels["m"]?.map { $0?.segment } == [0, 1, 0])
    #expect(part.leftOutCount == 1)
    #expect(part.memberships.count == 4)
  }

  @Test func pastAndComingTimesObeyIt() throws {
    let day = Timestamp.microsecondsPerDay
    let history = EventHistory(
      ["a", "b"].map { Event(memberID: $0, timestamp: asOf, type: "post") }
        + [
          Event(
            memberID: "a", timestamp: Timestamp(microseconds: asOf.microseconds + 5 * day),
            type: "post")
        ])
    let community = Community(
      history: history,
      members: MemberTable(
        ids: ["a", "b"], joinedAt: [nil, nil], attributes: ["x": .number([0, 9])]))
    let model = named("m", among: "{did: post, within: 3d}")
    let times = [0, 2, 6].map { Timestamp(microseconds: asOf.microseconds + $0 * day) }
    let backtest = try MembershipBacktest(
      of: community, at: times, models: [model], project: ProjectFile())
    #expect(backtest.series.map(\.sizes) == [[1, 1, 1], [1, 1, 0]])
    let rules = try project(
      "version: 1\nsegments: [{id: low, when: {cluster: {model: m, is: [c0, c1]}}}]")
    let sizes = try times.map { time in
      try MembershipForecast(
        of: community, asOf: time, through: time, models: [model], project: rules
      ).series.map(\.size)
    }
    #expect(sizes == [[2], [2], [1]])
  }

  /// Whatever else is wrong with it, and whether or not the project has what it names.
  @Test(arguments: [
    ("segment", "{segment: large}"), ("segment", "{segment: large, for: 3d}"),
    ("segment", "{segment: none}"), ("segment", "{segment: }"), ("segment", "{segment: x, of: y}"),
    ("stage", "{stage: {machine: size, is: small}}"), ("stage", "{stage: small}"),
    ("stage", "{stage: {machine: none, is: small}}"), ("list", "{list: vips}"),
    ("list", "{list: none}"), ("list", "{list: [vips]}"),
    ("cluster", "{cluster: {model: m, is: c0}}"), ("cluster", "{cluster: c0}"),
    ("score", "{score: s, gt: 1}"), ("score", "{score: none}"),
    ("rank", "{rank: {feature: x, top: 10%}}"), ("rank", "{rank: x}"),
    ("consent", "{consent: mail}"), ("consent", "{consent: [1, 2]}"),
    ("list", "{any: [{attr: x, gt: 1}, {not: {list: vips}}]}"),
    ("list", "{at_least: {n: 1, of: [{list: none}]}}"),
  ])
  func whatDependsOnOtherThingsIsRefused(_ keyword: String, _ text: String) throws {
    let project = try project(
      """
      version: 1
      scores: {s: {feature: x, linear: [0, 3]}}
      lists: {vips: {members: [a]}}
      stages:
        size: {start: small, moves: [{from: small, to: large, when: {attr: x, gt: 5}}]}
      segments: [{id: large, when: {attr: x, gt: 5}}]
      """)
    for project in [project, ProjectFile()] {
      let error = #expect(throws: ProjectFileError.self) {
        try MemberScope(parsing: text, source: "--among", project: project)
      }
      #expect(error?.diagnostics.count == 1)
      let message = try #require(error?.description)
      #expect(message.hasPrefix("--among:1:"), "\(message)")
      #expect(message.contains(": a \(keyword) condition depends on"), "\(message)")
      #expect(message.contains("use events, features and attributes"), "\(message)")
    }
  }

  @Test(arguments: [
    ("{did: talk, within: 90d}", "{did: [post, \"reply*\"], within: 90d}"),
    ("{not: {last: talk, age: {gt: 3d}}}", "{not: {last: [post, \"reply*\"], age: {gt: 3d}}}"),
    ("{did_not: [post, talk]}", "{did_not: [post, \"reply*\"]}"),
    // What would be read as another alias stays, and so do features.
    ("{did: deep}", "{did: deep}"), ("{feature: events_talk_30d, gt: 2}", nil),
    ("{all: [{attr: x, gt: 1}, {did: talk, where: {value: {gt: 1}}}]}", nil),
  ])
  func textStandsAlone(_ written: String, _ expected: String?) throws {
    let project = try project(
      """
      version: 1
      aliases:
        talk: [post, "reply*"]
        deep: [talk, like]
      """)
    let scope = try MemberScope(parsing: written, source: "--among", project: project)
    if let expected { #expect(scope.text == expected) }
    let again = try MemberScope(
      parsing: scope.text, source: "m", project: ProjectFile(settings: project.settings))
    #expect(again.text == scope.text)
    #expect(!scope.text.contains("\n"))
  }

  @Test func explanationIsOfTheCondition() throws {
    let scope = try MemberScope(
      parsing: "{all: [{attr: x, gt: 1}, {attr: x, lt: 5}]}", source: "--among",
      project: ProjectFile())
    let all = community(values, asOf: asOf)
    let row = try #require(all.row(of: "b"))
    let why = try scope.explanation(ofRow: row, of: all, asOf: asOf)
    #expect(why.rule == "all" && why.truth == .false)
    #expect(why.parts.map(\.truth) == [.true, .false])
  }

  @Test func unreadableTextOfAModelIsAnError() {
    for text in ["{dit: x}", "", "{segment: large}"] {
      #expect(throws: ProjectFileError.self) {
        try MembershipTable(
          labelling: community(values, asOf: asOf), asOf: asOf,
          models: [named("m", among: text)])
      }
    }
  }

  /// A type that this log does not have is one that nobody did, as in a model's own features.
  @Test func typesOfFeaturesNeedNotOccur() throws {
    let table = try MembershipTable(
      labelling: community(values, asOf: asOf), asOf: asOf,
      models: [named("m", among: "{feature: events_post_30d, lt: 1}")])
    #expect(table.outsideCount(of: "m") == 0)
  }
}
