import EventLog
import LinearAlgebra
import TestSupport
import Testing

@testable import Engagement

/// Columns that say the same count once.
struct DistinctColumnsTests {
  private func fit(
    _ columns: [(String, [Double])], scale: TransformChoices.Scale = .standardize
  ) throws -> FeatureTransform {
    let count = columns.first?.1.count ?? 0
    let table = FeatureTable(
      asOf: Timestamp(microseconds: 0), memberIDs: (0..<count).map { "m\($0)" },
      communityRows: Array(0..<count), features: columns.map { .attribute($0.0) },
      values: Matrix(rows: (0..<count).map { row in columns.map { $0.1[row] } }))
    return try FeatureTransform(
      fitting: table, features: table.features,
      choices: TransformChoices(logarithm: .columns([]), scale: scale))
  }

  private func numbers(seed: UInt64, count: Int = 500) -> [Double] {
    var generator = TestGenerator(seed: seed)
    return (0..<count).map { _ in Double.random(in: -1...1, using: &generator) }
  }

  @Test(arguments: TransformChoices.Scale.allCases)
  func linearFunctionsOfAnEarlierColumnAreLeftOutAndNamed(
    scale: TransformChoices.Scale
  ) throws {
    let (x, y) = (numbers(seed: 1), numbers(seed: 2))
    let found = try fit(
      [
        ("x", x), ("y", y), ("twice", x.map { 2 * $0 + 1e6 }), ("mirrored", y.map { -$0 / 3 }),
        ("again", x),
      ], scale: scale)
    #expect(found.columns.map(\.feature) == [.attribute("x"), .attribute("y")])
    #expect(
      found.dropped.map { "\($0.feature): \($0.reason)" } == [
        "twice: it says the same as x", "mirrored: it says the same as y",
        "again: it says the same as x",
      ])
  }

  /// 1 − |r| is near ε² / 2 (1 − 1/n) for noise ε of unit deviation: one side of 1e-9 each.
  @Test(arguments: [(1e-5, false), (1e-4, true)])
  func nearlyTheSameIsNotTheSame(noise: Double, isKept: Bool) throws {
    let x = numbers(seed: 3)
    let found = try fit([
      ("x", x), ("y", zip(x, numbers(seed: 4)).map { $0 + noise * $1 }),
    ])
    #expect(found.columns.count == (isKept ? 2 : 1))
  }

  /// A large mean takes no digits from the comparison.
  @Test func columnsFarFromZeroAreToldApart() throws {
    let (x, y) = (numbers(seed: 5), numbers(seed: 6))
    let found = try fit([("x", x.map { 1e9 + $0 }), ("y", y.map { 1e9 + $0 })])
    #expect(found.columns.count == 2)
  }

  @Test func impactWithoutWeightsCountsOnceWithFrequency() throws {
    var generator = TestGenerator(seed: 7)
    let asOf = try #require(Timestamp("2024-06-01"))
    let events = (0..<600).map { _ in
      Event(
        memberID: "m\(Int.random(in: 0..<40, using: &generator))",
        timestamp: asOf.subtracting(days: Int.random(in: 0..<300, using: &generator)),
        type: Bool.random(using: &generator) ? "post" : "like")
    }
    let community = Community(history: EventHistory(events))
    for (weights, isDropped) in [([:], true), (["post": 3.0], false)] {
      let table = try FeatureTable(
        of: community, asOf: asOf, features: FeatureDefinition.defaults,
        settings: EngagementSettings(weights: weights))
      let found = try FeatureTransform(fitting: table, features: FeatureDefinition.defaults)
      let twins = found.dropped.filter { $0.reason == "it says the same as frequency_h56" }
      #expect(twins.map(\.feature.description) == (isDropped ? ["impact_h56"] : []))
    }
  }
}
