import Engagement
import EventLog
import Foundation
import LinearAlgebra
import Membership
import ModelTestSupport
import Models
import Segmentation
import Testing

/// The forms of a file of memberships.
@Suite struct MembershipLayoutTests {
  private static let asOf = Timestamp(microseconds: 1_772_323_200_000_000)

  private static let yaml = """
    version: 1
    lists:
      vip: {members: [a, c]}
      hosts: {members: [b]}
    segments:
    - {id: vip, name: Very important, when: {any: [{list: vip}, {attr: x, gte: 9}]}}
    - {id: hosts, list: hosts}
    - {id: guests, list: vip}
    stages:
      size: {start: small, moves: [{from: small, to: large, when: {attr: x, gte: 9}}]}
    segments_of: {m: {names: {c1: big}}}
    """

  /// The part of a segment nine times as far as the own one.
  private static let far: Double = {
    let ratio = 1.0 / 9
    return ratio * ratio / (ratio * ratio + 1)
  }()

  private func table(
    _ yaml: String = yaml, models: [String: [Double]] = ["m": [0, 10]]
  ) throws -> (MembershipTable, ProjectFile) {
    let project = try ProjectFile(parsing: yaml, file: "coterie.yaml")
    let community = community([("b", 1), ("a", 9), ("c", 4)], asOf: Self.asOf)
    return (
      try MembershipTable(
        labelling: community, asOf: Self.asOf,
        models: models.map { NamedModel(name: $0.key, id: "", model: nearestValueModel($0.value)) },
        project: project, wantsProbabilities: true, threadCount: 1), project
    )
  }

  private func lines(
    _ table: MembershipTable, _ layout: MembershipLayout, _ project: ProjectFile
  ) -> [String] {
    var text = ""
    table.writeCSV(layout, project: project) { text += $0 }
    return text.split(separator: "\n").map(String.init)
  }

  @Test func aListIsAMembershipByItselfUnlessASegmentOfItsNameStandsForIt() throws {
    let (table, project) = try table(models: [:])
    #expect(project.listsOfTheirOwn == ["vip"])
    #expect(
      lines(table, MembershipLayout(), project).dropFirst().map { $0 } == [
        "a,list,,guests,,,", "a,list,,vip,,,", "a,rule,,vip,,,", "a,stage,size,large,,,",
        "b,list,,hosts,,,", "b,stage,size,small,,,",
        "c,list,,guests,,,", "c,list,,vip,,,", "c,rule,,vip,,,", "c,stage,size,small,,,",
      ])
    let evaluator = try SegmentEvaluator(
      project.listsAsSegments,
      community: community([("b", 1), ("a", 9), ("c", 4)], asOf: Self.asOf), asOf: Self.asOf)
    #expect(evaluator.evaluate().map(\.id) == ["vip"])
    #expect(evaluator.evaluate().map(\.rows) == table.lists.map(\.members))
  }

  @Test func wideHasAColumnForEverythingAndKindsWhereNamesRepeat() throws {
    let (table, project) = try table(models: ["z": [0], "m": [0, 10]])
    var layout = MembershipLayout()
    layout.isWide = true
    layout.hasNames = true
    layout.attributes = [("size", ["x", "y", "z,"])]
    let found = lines(table, layout, project)
    #expect(
      found[0]
        == "member_id,m,m:name,m:c0,m:c1,z,z:name,z:c0,stage:size,guests,hosts,list:vip,rule:vip,"
        + "attribute:size")
    #expect(
      found[1]
        == "a,c1,big,\(Self.far),\(81.0 / 82),c0,c0,1.0,large,true,false,true,true,x")
    #expect(found[2].hasPrefix("b,c0,c0,") && found[2].hasSuffix(",small,false,true,false,false,y"))
    #expect(found[3].hasSuffix(",\"z,\"") && found.count == 4)
  }

  @Test func longTakesNamesProbabilitiesAndAttributes() throws {
    let (table, project) = try table()
    var layout = MembershipLayout()
    layout.hasNames = true
    layout.attributes = [("plan", ["pro", "", "free"])]
    let found = lines(table, layout, project)
    #expect(
      found[0] == "member_id,kind,source,segment,name,confidence,distance,novel,m:c0,m:c1,plan")
    #expect(found[1] == "a,learned,m,c1,big,\(81.0 / 82),1.0,false,\(Self.far),\(81.0 / 82),pro")
    #expect(found.contains("a,rule,,vip,Very important,,,,,,pro"))
    #expect(found.contains("c,list,,guests,guests,,,,,,free"))
  }

  @Test func onlySomeSegmentsMembersAreWritten() throws {
    let (table, project) = try table()
    let directory = SegmentDirectory(models: table.models, project: project)
    func only(_ text: String, isWide: Bool = false) -> [String] {
      var layout = MembershipLayout()
      layout.isWide = isWide
      layout.only = Set(directory.segments(called: text))
      return lines(table, layout, project).dropFirst().map {
        isWide ? String($0.prefix(1)) : $0.split(separator: ",").prefix(3).joined(separator: ",")
      }
    }
    #expect(only("big") == ["a,learned,m"] && only("c1") == only("big"))
    #expect(only("size=large") == ["a,stage,size"])
    #expect(only("vip") == ["a,list,vip", "a,rule,vip", "c,list,vip", "c,rule,vip"])
    #expect(only("vip", isWide: true) == ["a", "c"])
    #expect(directory.segments(called: "large").isEmpty)
  }

  /// Against the formula, member by member and segment by segment.
  @Test func probabilitiesAddUpAndAgreeWithTheConfidence() throws {
    let centroids = [0.0, 3, 4.5, 10]
    let (table, _) = try table(models: ["m": centroids])
    let shares = try #require(table.probabilities["m"])
    let labels = try #require(table.labels["m"])
    for (member, x) in [9.0, 1, 4].enumerated() {
      let weights = centroids.map { pow($0 - x, -2) }
      let sum = weights.reduce(0, +)
      for (found, weight) in zip(shares.row(member), weights) {
        #expect(abs(found - weight / sum) < 1e-12)
      }
      #expect(abs(shares.row(member).reduce(0, +) - 1) < 1e-12)
      let label = try #require(labels[member])
      let (own, next) = (shares[member, label.segment], shares[member, label.secondSegment ?? -1])
      #expect(abs(own / (own + next) - label.confidence) < 1e-12)
    }
  }

  @Test func aMemberAtACentroidBelongsToItWholly() throws {
    let (table, _) = try table(models: ["m": [9, 1, 30], "twice": [9, 9, 1]])
    #expect(try #require(table.probabilities["m"]).row(0).elementsEqual([1, 0, 0]))
    #expect(try #require(table.probabilities["twice"]).row(0).elementsEqual([0.5, 0.5, 0]))
  }
}
