import Engagement
import EventLog
import LinearAlgebra
import Membership
import ModelTestSupport
import Models
import Segmentation
import Testing

@Suite struct MembershipTableTests {
  private let asOf = Timestamp(microseconds: 1_772_323_200_000_000)

  private func table(
    _ values: [(id: String, x: Double)], models: [NamedModel] = [], project: String? = nil
  ) throws -> MembershipTable {
    try MembershipTable(
      labelling: community(values, asOf: asOf), asOf: asOf, models: models,
      project: try project.map { try ProjectFile(parsing: $0, file: "coterie.yaml") }
        ?? ProjectFile(), threadCount: 1)
  }

  private func csv(_ table: MembershipTable) -> String {
    var text = ""
    table.writeCSV { text += $0 }
    return text
  }

  private func named(_ name: String, _ model: SegmentModel) -> NamedModel {
    NamedModel(name: name, id: "", model: model)
  }

  @Test func allKindsOfSegmentsStandInOneFile() throws {
    let table = try table(
      [("b", 1), ("a", 9), ("c", 20)],
      models: [named("size", nearestValueModel([0, 10]))],
      project: """
        version: 1
        lists: {vips: {members: [a, nobody]}}
        segments:
        - {id: large, when: {attr: x, gte: 9}}
        - {id: chosen, list: vips}
        - {id: none, when: {attr: x, gt: 100}}
        """)
    // c: 10 from c1, 20 from c0; 400/(100 + 400).
    #expect(
      csv(table) == """
        member_id,kind,source,segment,confidence,distance,novel
        a,learned,size,c1,\(81.0 / 82),1.0,false
        a,list,,chosen,,,
        a,list,,vips,,,
        a,rule,,large,,,
        b,learned,size,c0,\(81.0 / 82),1.0,false
        c,learned,size,c1,0.8,10.0,true
        c,rule,,large,,,

        """)
    #expect(table.memberIDs == ["a", "b", "c"])
    #expect(table.written.map(\.id) == ["large", "chosen", "none"])
    #expect(table.written.map(\.kind) == [.rule, .list, .rule])
    #expect(table.written.map(\.members) == [[0, 2], [0], []])
    #expect(table.lists.map(\.id) == ["vips"] && table.lists.map(\.members) == [[0]])
    #expect(table.unknownListed == ["vips": ["nobody"]])
  }

  @Test func rowsAreSortedByBytes() throws {
    // Bytes: "Z" 5A, "e" + accent 65 CC 81, "z" 7A, "é" C3 A9, "🎉" F0.
    let ids = ["🎉", "é", "z", "e\u{301}", "Z"]
    let table = try table(
      ids.map { ($0, 0) },
      models: ["é", "z", "B"].map { named($0, nearestValueModel([0])) },
      project: """
        version: 1
        segments:
        - {id: z, when: {attr: x, gte: 0}}
        - {id: B, when: {attr: x, gte: 0}}
        """)
    #expect(table.memberIDs.map { Array($0.utf8) } == ids.reversed().map { Array($0.utf8) })
    #expect(table.models.map(\.name) == ["B", "z", "é"])
    let rows = table.memberships
    #expect(rows.map(\.member) == (0..<5).flatMap { [$0, $0, $0, $0, $0] })
    #expect(rows.prefix(5).map(\.kind) == [.learned, .learned, .learned, .rule, .rule])
    #expect(rows.prefix(5).map(\.source) == ["B", "z", "é", "", ""])
    #expect(rows.prefix(5).map(\.segment) == ["c0", "c0", "c0", "B", "z"])
  }

  @Test func cellsAreQuotedWhereTheyNeedIt() throws {
    let table = try table(
      [("a,b", 0), ("c\"d", 0)], models: [named("m,1", nearestValueModel([0]))])
    #expect(
      csv(table) == """
        member_id,kind,source,segment,confidence,distance,novel
        "a,b",learned,"m,1",c0,1.0,0.0,false
        "c""d",learned,"m,1",c0,1.0,0.0,false

        """)
  }

  @Test(arguments: [["m", "m"], ["n", "m", "o", "m"], ["\u{E9}", "z", "e\u{301}"]])
  func repeatedModelNamesAreRefused(_ names: [String]) {
    #expect(throws: ModelError.repeatedName(names[names.count - 1])) {
      try table([("a", 0)], models: names.map { named($0, nearestValueModel([0])) })
    }
  }

  @Test func rulesSeeLabelsNamesAndDistributions() throws {
    let distribution = try #require(EmpiricalDistribution(of: [0, 10, 20]))
    let table = try table(
      [("a", 0), ("b", 9), ("c", 20)],
      models: [
        named(
          "m",
          nearestValueModel([0, 10], names: ["low", "high"], distribution: distribution))
      ],
      project: """
        version: 1
        scores:
          rank: {feature: x, percentile: m}
        segments_of: {m: {names: {c1: big spenders}}}
        segments:
        - {id: by_id, when: {cluster: {model: m, is: c1}}}
        - {id: by_hand, when: {cluster: {model: m, is: big spenders}}}
        - {id: by_name, when: {cluster: {model: m, is: low}}}
        - {id: top, when: {score: rank, gt: 1.5}}
        """)
    #expect(table.written.map(\.members) == [[1, 2], [1, 2], [0], [2]])
    let model = try #require(table.models.first)
    let project = try ProjectFile(
      parsing: "version: 1\nsegments_of: {m: {names: {c1: big spenders}}}", file: "c.yaml")
    #expect(model.segmentName(0, in: project) == "low")
    #expect(model.segmentName(1, in: project) == "big spenders")
    #expect(model.segmentName(1, in: ProjectFile()) == "high")
  }

  @Test func memberMayBeInNoSegment() throws {
    let table = try table(
      [("a", 0), ("b", 9)],
      project: "version: 1\nsegments: [{id: some, when: {attr: x, gt: 5}}]")
    #expect(table.memberIDs == ["a", "b"])
    #expect(table.memberships.map(\.member) == [1])
    #expect(table.memberships.first?.label == nil)
  }

  @Test func stagesStandBehindRules() throws {
    let table = try table(
      [("a", 0), ("b", 9)],
      project: """
        version: 1
        segments: [{id: some, when: {stage: {machine: size, is: large}}}]
        stages:
          size: {start: small, moves: [{from: small, to: large, when: {attr: x, gt: 5}}]}
        """)
    #expect(
      csv(table) == """
        member_id,kind,source,segment,confidence,distance,novel
        a,stage,size,small,,,
        b,rule,,some,,,
        b,stage,size,large,,,

        """)
    #expect(table.stages.map(\.id) == ["small", "large"])
    #expect(table.stages.map(\.members) == [[0], [1]])
  }

  @Test func membersOfLaterTimesAreNotInTheTable() throws {
    let later = Timestamp(microseconds: asOf.microseconds + 1)
    let future = community([("a", 0)], asOf: later)
    #expect(throws: EngagementError.noMembers(asOf: asOf.description, oldest: nil)) {
      try MembershipTable(labelling: future, asOf: asOf, models: [])
    }
  }

  @Test func tableDoesNotDependOnThreads() throws {
    let values = (0..<700).map { (id: "m\($0)", x: Double($0 % 37)) }
    let models = [named("m", nearestValueModel([3, 15, 31]))]
    let tables = try (1...3).map { threads in
      try MembershipTable(
        labelling: community(values, asOf: asOf), asOf: asOf, models: models, threadCount: threads)
    }
    #expect(tables[0].memberships == tables[1].memberships)
    #expect(tables[0].memberships == tables[2].memberships)
  }
}
