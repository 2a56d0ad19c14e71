import Engagement
import EventLog
import Testing

@Suite struct ScoreTests {
  private static let day: Int64 = 86_400_000_000
  private let asOf = Timestamp(microseconds: 20_000 * Self.day)

  /// Members a (events 0 and 10 days old), b (30 days old), c (joined, no events).
  private func community() -> Community {
    func event(_ id: String, _ type: String, _ age: Int) -> Event {
      Event(memberID: id, timestamp: asOf.subtracting(days: age), type: type)
    }
    return Community(
      history: EventHistory([
        event("a", "post", 10), event("b", "like", 30), event("a", "like", 0),
        event("b", "post", -1),
      ]),
      members: MemberTable(
        ids: ["c", "a"], joinedAt: [asOf, nil], attributes: ["x": .number([4, .nan])]))
  }

  private func values(
    _ name: String, _ definitions: [String: ScoreDefinition],
    aliases: [String: [String]] = [:], distribution: EmpiricalDistribution? = nil
  ) throws -> [Double] {
    let community = community()
    let distributions: [String: [FeatureDefinition: EmpiricalDistribution]] =
      distribution.map { ["m": [.recencyDays: $0, .attribute("x"): $0]] } ?? [:]
    let all = try scores(
      [name], definitions: definitions, of: community, rows: community.rows(asOf: asOf),
      asOf: asOf, settings: EngagementSettings(aliases: aliases), distributions: distributions,
      threadCount: 1)
    #expect(all.keys.sorted() == [name])
    return try #require(all[name])
  }

  @Test func linearScoresRiseFallAndEnd() throws {
    let falling = try values(
      "s", ["s": .linear(feature: .recencyDays, zeroAt: 40, threeAt: 10)])
    #expect(Array(falling.prefix(2)) == [3, 1])
    #expect(falling[2].isNaN)
    let rising = try values(
      "s", ["s": .linear(feature: .eventCount(of: nil, windowInDays: nil), zeroAt: 0, threeAt: 4)])
    #expect(rising == [1.5, 0.75, 0])
    let clamped = try values(
      "s", ["s": .linear(feature: .recencyDays, zeroAt: 10, threeAt: 20)])
    #expect(Array(clamped.prefix(2)) == [0, 3])
  }

  @Test func percentilesFallForRecency() throws {
    let distribution = try #require(EmpiricalDistribution(of: [0, 40]))
    let recency = try values(
      "s", ["s": .percentile(feature: .recencyDays, model: "m")], distribution: distribution)
    #expect(Array(recency.prefix(2)) == [3, 0.75])
    #expect(recency[2].isNaN)
    let x = try values(
      "s", ["s": .percentile(feature: .attribute("x"), model: "m")], distribution: distribution)
    #expect(x[0].isNaN && x[1].isNaN)
    #expect(abs(x[2] - 0.3) < 1e-15)
  }

  @Test func pointsHalve() throws {
    let points = ["post": 4.0, "like": 1]
    #expect(try values("s", ["s": .points(points, halfLifeInMicroseconds: nil)]) == [5, 1, 0])
    let halved = try values("s", ["s": .points(points, halfLifeInMicroseconds: 10 * Self.day)])
    #expect(halved == [3, 0.125, 0])
  }

  @Test func pointsOfAliasesGlobsAndTypesAdd() throws {
    let found = try values(
      "s", ["s": .points(["all": 1, "p*": 10, "like": 100], halfLifeInMicroseconds: nil)],
      aliases: ["all": ["*"]])
    #expect(found == [112, 101, 0])
  }

  @Test func weightedSumsAddScoresOfScores() throws {
    let definitions: [String: ScoreDefinition] = [
      "total": .weightedSum(["twice": 0.5, "points": -1]), "twice": .weightedSum(["points": 2]),
      "points": .points(["like": 1], halfLifeInMicroseconds: nil),
      "fresh": .linear(feature: .recencyDays, zeroAt: 30, threeAt: 0),
      "mixed": .weightedSum(["fresh": 1, "points": 1]), "nothing": .weightedSum([:]),
    ]
    #expect(try values("total", definitions) == [0, 0, 0])
    #expect(try values("twice", definitions) == [2, 2, 0])
    #expect(try values("nothing", definitions) == [0, 0, 0])
    let mixed = try values("mixed", definitions)
    #expect(Array(mixed.prefix(2)) == [4, 1])
    #expect(mixed[2].isNaN)
  }

  @Test func scoresInACircleAreNamedInOrder() {
    #expect(throws: EngagementError.scoreCycle(["a", "b", "a"])) {
      try values(
        "c",
        [
          "c": .weightedSum(["a": 1]), "a": .weightedSum(["b": 1]),
          "b": .weightedSum(["a": 1]),
        ])
    }
    #expect(throws: EngagementError.scoreCycle(["a", "a"])) {
      try values("a", ["a": .weightedSum(["a": 1])])
    }
  }

  @Test func unknownScoresModelsAndFeaturesAreNamed() {
    #expect(
      throws: EngagementError.unknownScore(
        name: "impct", suggestion: suggestion(for: "impct", among: ["impact"]))
    ) {
      try values("impct", ["impact": .weightedSum([:])])
    }
    #expect(
      throws: EngagementError.missingPercentile(
        score: "s", model: "members", feature: "recency_days")
    ) {
      try values("s", ["s": .percentile(feature: .recencyDays, model: "members")])
    }
    #expect(throws: EngagementError.self) {
      try values("s", ["s": .linear(feature: .attribute("nope"), zeroAt: 0, threeAt: 1)])
    }
  }
}
