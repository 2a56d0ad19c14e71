import Engagement
import EventLog
import LinearAlgebra
import Membership
import ModelTestSupport
import Models
import Segmentation
import TestSupport
import Testing

@testable import Comparison

/// Rules for learned segments, run as they are printed.
struct RuleSuggestionTests {
  private let asOf = Timestamp(microseconds: 1_772_323_200_000_000)

  private func named(_ centroids: [Double], _ names: [String]? = nil) -> NamedModel {
    NamedModel(name: "m", id: "", model: nearestValueModel(centroids, names: names))
  }

  private func values(_ count: Int, seed: UInt64) -> [(id: String, x: Double)] {
    var generator = TestGenerator(seed: seed)
    return (0..<count).map { ("m\($0)", Double.random(in: 0...100, using: &generator)) }
  }

  /// Segments of nearest values are intervals: rules find them to the precision of their thresholds, and
  /// the printed file gives the same members as the rules.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func intervalsAreFound(_ seed: UInt64) throws {
    let community = community(values(2000, seed: seed), asOf: asOf)
    let model = named([10, 40, 90], ["low", "middle class", "high"])
    let suggestion = try RuleSuggestion(
      explaining: model, community: community, asOf: asOf, features: [.attribute("x")], seed: seed)
    #expect(suggestion.memberCount == 2000)
    #expect(suggestion.heldOutCount == 400)
    #expect(suggestion.omissions.isEmpty)
    #expect(suggestion.rules.map(\.segment.id) == ["rule-for-c0", "rule-for-c1", "rule-for-c2"])
    #expect(
      suggestion.rules.map(\.segment.name)
        == ["rule for c0 (low)", "rule for c1 (middle class)", "rule for c2 (high)"])
    // A description of the learned segment would say what the condition does not ask for.
    #expect(
      suggestion.rules[0].segment.description
        == "Reproduces learned segment c0 of m by thresholds.")
    #expect(suggestion.rules.map(\.thresholdCount) == [1, 2, 1])
    for rule in suggestion.rules {
      let f1 = try #require(rule.heldOut.f1)
      #expect(f1 > 0.97, "\(rule.segment.id) \(f1)")
      let found = rule.heldOut
      #expect(found.both + found.setOnly + found.targetOnly + found.neither == 400)
    }
    #expect(try #require(suggestion.fidelity) > 0.97)
    #expect(suggestion.trees.first?.leafCount == 3)
    #expect(try #require(suggestion.trees.first?.costRatio) >= 1)

    let read = try ProjectFile(parsing: suggestion.project.normalized, file: "s.yaml")
    let table = try MembershipTable(
      labelling: community, asOf: asOf, models: [model], project: read)
    let labels = try #require(table.labels["m"]).map { $0?.segment }
    for (rule, written) in zip(suggestion.rules, table.written) {
      let all = SetAgreement(
        labels.indices, set: { written.members.contains($0) },
        target: { labels[$0] == rule.learned })
      #expect(try #require(all.f1) > 0.97)
    }
  }

  /// What cannot be learned is not: on members who took no part, rules for random groups are no better
  /// than guessing.
  @Test(arguments: [4, 5, 6, 7] as [UInt64])
  func figuresAreOfMembersWhoTookNoPart(_ seed: UInt64) throws {
    var generator = TestGenerator(seed: seed)
    let values = values(1500, seed: seed)
    let groups = Dictionary(
      uniqueKeysWithValues: values.map { ($0.id, Bool.random(using: &generator) ? "a" : "b") })
    let suggestion = try RuleSuggestion(
      explaining: groups, community: community(values, asOf: asOf), asOf: asOf,
      features: [.attribute("x")], seed: seed)
    // Members whom no rule claims are no hit.
    let fidelity = try #require(suggestion.fidelity)
    #expect(fidelity < 0.6, "seed \(seed): \(fidelity)")
    for rule in suggestion.rules where rule.heldOut.both + rule.heldOut.setOnly >= 60 {
      let precision = try #require(rule.heldOut.precision)
      #expect(precision > 0.3 && precision < 0.7, "seed \(seed): \(precision)")
    }
  }

  @Test func membersWithoutAValueAreOnOneSide() throws {
    // Absent values count as 0 in the model, and so belong to the lower segment.
    let values = values(600, seed: 9).enumerated().map { index, member in
      (id: member.id, x: index % 3 == 0 ? Double.nan : member.x)
    }
    let community = community(values, asOf: asOf)
    let suggestion = try RuleSuggestion(
      explaining: named([0, 100]), community: community, asOf: asOf, features: [.attribute("x")])
    for rule in suggestion.rules { #expect(try #require(rule.heldOut.f1) > 0.97) }
    let text = suggestion.project.normalized
    #expect(text.contains("not: {feature: x, gte: 50}"), "\(text)")
    #expect(text.contains("when: {feature: x, gte: 50}"), "\(text)")
  }

  @Test func segmentsOfNobodyAndEverybodyAreLeftOut() throws {
    let community = community(values(100, seed: 2), asOf: asOf)
    let suggestion = try RuleSuggestion(
      explaining: named([50, 5000]), community: community, asOf: asOf, features: [.attribute("x")])
    #expect(suggestion.rules.isEmpty)
    #expect(suggestion.omissions.map(\.reason) == ["everybody is in it", "nobody is in it"])
    #expect(suggestion.omissions.map(\.target) == ["c0", "c1"])
  }

  @Test func fewHeldOutMembersGiveNoFigure() throws {
    let community = people(60)
    let suggestion = try RuleSuggestion(
      explaining: named([20, 70]), community: community, asOf: asOf, features: [.attribute("x")])
    #expect(suggestion.heldOutCount == 12)
    #expect(suggestion.rules.count == 2)
    for rule in suggestion.rules {
      #expect((rule.measured == nil) == (rule.heldOutTargetCount < 10))
    }
    #expect(suggestion.rules.contains { $0.measured == nil })
    #expect(suggestion.fidelity != nil)
    let fewer = try RuleSuggestion(
      explaining: named([20, 70]), community: people(40), asOf: asOf,
      features: [.attribute("x")])
    #expect(fewer.heldOutCount == 8)
    #expect(fewer.fidelity == nil)
  }

  private func people(_ count: Int) -> Community {
    ModelTestSupport.community(values(count, seed: 3), asOf: asOf)
  }

  @Test func onlyThoseInsideAreLookedAt() throws {
    let community = people(400)
    var model = nearestValueModel([20, 70])
    model.among = "{attr: x, lt: 60}"
    let scope = try MemberScope(
      parsing: "{attr: x, gte: 30}", source: "--among", project: ProjectFile())
    let inside = values(400, seed: 3).filter { $0.x >= 30 && $0.x < 60 }
    let suggestion = try RuleSuggestion(
      explaining: NamedModel(name: "m", id: "", model: model), community: community, asOf: asOf,
      among: scope, features: [.attribute("x")])
    #expect(suggestion.memberCount == inside.count)
  }

  @Test func tooFewMembersAreAnError() throws {
    let community = community(values(24, seed: 2), asOf: asOf)
    #expect(throws: ComparisonError.self) {
      try RuleSuggestion(explaining: named([10, 90]), community: community, asOf: asOf)
    }
  }

  @Test func resultsDoNotDependOnThreads() throws {
    let community = community(values(700, seed: 5), asOf: asOf)
    let texts = try [1, 2, 3].map { threads in
      try RuleSuggestion(
        explaining: named([20, 70]), community: community, asOf: asOf, threadCount: threads
      ).project.normalized
    }
    #expect(Set(texts).count == 1)
  }

  @Test func idsAreLeftFree() {
    var taken: Set<String> = ["gone"]
    #expect(RuleSuggestion.id(of: "Gone", segment: "c0", taken: &taken) == "gone-suggested")
    #expect(RuleSuggestion.id(of: "gone!", segment: "c1", taken: &taken) == "gone-suggested-2")
    #expect(
      RuleSuggestion.id(of: "Rising  new-comers", segment: "c2", taken: &taken)
        == "rising-new-comers")
    #expect(RuleSuggestion.id(of: "Ünï", segment: "c3", taken: &taken) == "n")
    #expect(RuleSuggestion.id(of: "…", segment: "c4", taken: &taken) == "c4")
  }

  @Test func aThresholdIsMovedToItsSegment() throws {
    let values = values(3000, seed: 12)
    let community = community(values, asOf: asOf)
    let project = try ProjectFile(
      parsing: """
        version: 1
        segments:
        - {id: small, when: {feature: x, lt: 10}}
        - {id: large, when: {feature: x, gte: 65}}
        - {id: nobody, when: {feature: x, gt: 1000}}
        """, file: "p.yaml")
    let changes = try ThresholdChange.closest(
      project, to: named([20, 60, 70]), community: community, asOf: asOf)
    // Middles are at 40 and 65: small should reach to 40, large is right.
    #expect(changes.map(\.written) == ["small", "large"])
    #expect(changes.map(\.learned) == [0, 2])
    let small = try #require(changes[0].change)
    #expect(try #require(changes[0].jaccard) < 0.3)
    #expect(small.jaccard > 0.9)
    guard case .number(let value) = small.value else {
      Issue.record("no number")
      return
    }
    #expect(abs(value - 40) <= 3)
    #expect(small.threshold.leaf == "{feature: x, lt: 10}")
    #expect(changes[1].change == nil)
  }

  /// No figure is given of fewer than ten held-out members of the learned segment, nor a change found by it.
  @Test func writtenRulesOfFewHeldOutMembersHaveNoFigure() throws {
    let values = values(300, seed: 12) + (0..<12).map { (id: "far\($0)", x: 500 + Double($0)) }
    let community = community(values, asOf: asOf)
    let project = try ProjectFile(
      parsing: """
        version: 1
        segments:
        - {id: small, when: {feature: x, lt: 10}}
        - {id: far, when: {feature: x, gte: 505}}
        """, file: "p.yaml")
    let changes = try ThresholdChange.closest(
      project, to: named([20, 500]), community: community, asOf: asOf)
    #expect(changes.map(\.learned) == [0, 1])
    #expect(changes[0].jaccard != nil && changes[0].heldOutMemberCount >= 10)
    #expect((1..<10).contains(changes[1].heldOutMemberCount))
    #expect(changes[1].jaccard == nil && changes[1].change == nil)
  }
}
