import Foundation
import TestSupport
import Testing

@testable import Comparison

/// Measures of foretelling, against one member after the other.
struct PredictiveValueTests {
  private struct Member {
    let group: Int
    let fold: Int
    let isPositive: Bool
  }

  /// All by the definitions, member by member and pair by pair.
  private func oracle(
    _ members: [Member], foldCount: Int
  ) -> (gain: Double, area: Double, lift: Double)? {
    let all = Double(members.count)
    let positives = Double(members.count { $0.isPositive })
    guard positives > 0, positives < all else { return nil }
    var (gain, ordered, pairs, top, tenth) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for fold in 0..<foldCount {
      let own = members.filter { $0.fold == fold }
      guard !own.isEmpty else { continue }
      let others = members.filter { $0.fold != fold }
      let base = (Double(others.count { $0.isPositive }) + 0.5) / (Double(others.count) + 1)
      func rate(_ member: Member) -> Double {
        let alike = others.filter { $0.group == member.group }
        return (Double(alike.count { $0.isPositive }) + 2 * base) / (Double(alike.count) + 2)
      }
      let rates = own.map(rate)
      for (member, rate) in zip(own, rates) {
        gain += member.isPositive ? log2(rate / base) : log2((1 - rate) / (1 - base))
      }
      for (i, first) in own.enumerated() where first.isPositive {
        for (j, second) in own.enumerated() where !second.isPositive {
          pairs += 1
          ordered += rates[i] > rates[j] ? 1 : rates[i] == rates[j] ? 0.5 : 0
        }
      }
      // A tenth of the members, those of one rate in equal parts.
      var room = Double(own.count) / 10
      tenth += room
      for level in Set(rates).sorted(by: >) where room > 0 {
        let tied = own.indices.filter { rates[$0] == level }
        let part = min(1, room / Double(tied.count))
        top += part * Double(tied.count { own[$0].isPositive })
        room -= part * Double(tied.count)
      }
    }
    guard pairs > 0 else { return nil }
    return (gain / all, ordered / pairs, (top / tenth) / (positives / all))
  }

  private func value(_ members: [Member], groups: Int, folds: Int) -> PredictiveValue? {
    var counts = PredictiveValue.Counts(groupCount: groups, foldCount: folds)
    for member in members {
      counts.members[member.group * folds + member.fold] += 1
      if member.isPositive { counts.positives[member.group * folds + member.fold] += 1 }
    }
    return PredictiveValue(counts, rates: PredictiveValue.Rates(counts))
  }

  @Test func allAreThoseOfTheirDefinitions() throws {
    var checked = 0
    for seed in 0..<200 {
      var generator = TestGenerator(seed: UInt64(seed))
      let (groups, folds) = (
        Int.random(in: 1...6, using: &generator), Int.random(in: 2...5, using: &generator)
      )
      let members = (0..<Int.random(in: 2...80, using: &generator)).map { _ in
        let group = Int.random(in: 0..<groups, using: &generator)
        let chance = Double(group + 1) / Double(groups + 2)
        return Member(
          group: group, fold: Int.random(in: 0..<folds, using: &generator),
          isPositive: Double.random(in: 0..<1, using: &generator) < chance)
      }
      let found = value(members, groups: groups, folds: folds)
      guard let expected = oracle(members, foldCount: folds) else {
        #expect(found == nil, "seed \(seed)")
        continue
      }
      let value = try #require(found, "seed \(seed)")
      #expect(abs(value.informationGain - expected.gain) < 1e-9, "seed \(seed)")
      #expect(abs(value.areaUnderCurve - expected.area) < 1e-9, "seed \(seed)")
      #expect(abs(value.liftOfTopTenth - expected.lift) < 1e-9, "seed \(seed)")
      checked += 1
    }
    #expect(checked > 150)
  }

  /// Groups of one member each know nothing of one another: there is nothing to gain from many groups.
  @Test func groupsOfOneForetellNothing() throws {
    let members = (0..<400).map { Member(group: $0, fold: $0 % 5, isPositive: $0 % 3 == 0) }
    let found = try #require(value(members, groups: 400, folds: 5))
    #expect(abs(found.informationGain) < 1e-9)
    #expect(abs(found.areaUnderCurve - 0.5) < 1e-9)
    #expect(abs(found.liftOfTopTenth - 1) < 0.05)
  }

  @Test func perfectGroupsForetellEverything() throws {
    let members = (0..<1000).map {
      Member(group: $0 % 2, fold: $0 / 2 % 5, isPositive: $0 % 2 == 1)
    }
    let found = try #require(value(members, groups: 2, folds: 5))
    #expect(found.areaUnderCurve == 1)
    #expect(found.informationGain > 0.98 && found.informationGain <= 1)
    #expect(abs(found.liftOfTopTenth - 2) < 1e-9)
  }

  @Test func oneOutcomeForAllHasNoMeasure() {
    let members = (0..<10).map { Member(group: 0, fold: $0 % 2, isPositive: true) }
    #expect(value(members, groups: 1, folds: 2) == nil)
  }
}
