import Engagement
import TestSupport
import Testing

@testable import Models

@Suite struct SegmentNamingTests {
  private static let features: [FeatureDefinition] = [
    .recencyDays, .tenureDays, .velocity(shortHalfLifeInDays: 14, longHalfLifeInDays: 56),
    .activeDays(windowInDays: 90), .typeEntropy,
  ]

  /// A segment by the medians and effects of the features above.
  private static func portrait(
    _ medians: [Double], effects: [Double], size: Int = 10
  ) -> SegmentPortrait {
    SegmentPortrait(features: features, medians: medians, effects: effects, size: size)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let medians: [Double]
    let effects: [Double]

    var testDescription: String { name }

    static let all = [
      Case(name: "rising newcomers", medians: [1, 26, 1.4, 8, 1.2], effects: [-1, -1.5, 1, 0, 0]),
      // New as the whole community is: nobody is a newcomer among them.
      Case(
        name: "rising weekly members", medians: [1, 26, 1.4, 10, 1.2], effects: [0, 0, 1, 0.6, 0]),
      // Younger than others, and still no newcomer.
      Case(
        name: "steady occasional members", medians: [9, 200, 0.1, 8, 0.5],
        effects: [0, -2, 0, -0.6, 0]),
      Case(
        name: "fading all-round members", medians: [45, 400, -2, 1, 1.6],
        effects: [0.5, 0, -2, -0.6, 0.8]),
      Case(name: "quiet members", medians: [45, 400, 0, 1, 0.6], effects: [0.4, 0, 0, 0, 0]),
      Case(name: "silent members", medians: [100, 400, -2, 0, 1], effects: [1, 0, -2, -1, 0]),
      Case(name: "gone members", medians: [500, 700, 0, 0, 1], effects: [1, 0, 0, 0, 0]),
      Case(name: "gone passers-by", medians: [500, 510, 0, 0, 0], effects: [1, 0, 0, 0, 0]),
      Case(name: "long gone veterans", medians: [2000, 4000, 0, 0, 1], effects: [1, 1, 0, 0, 0]),
      // Active yesterday: however much longer ago than others, nobody of them is gone.
      Case(
        name: "steady daily veterans", medians: [1, 3000, 0, 60, 0.6], effects: [3, 1, 0, 0.9, 0]),
      Case(
        name: "busiest steady regulars", medians: [1, 400, 0, 60, 0.6],
        effects: [-1, 0, 0, 1.2, 0]),
      Case(
        name: "steady one-sided regulars", medians: [3, 400, 0, 20, 0.1],
        effects: [-1, 0, 0, 0.2, -1.4]),
    ]
  }

  @Test(arguments: Case.all) func nameSaysWhoTheyAre(_ example: Case) {
    let portrait = Self.portrait(example.medians, effects: example.effects)
    #expect(SegmentNaming.names(of: [portrait]) == [example.name])
    #expect(portrait.wrongWords(in: example.name) == [])
  }

  @Test func namesThatAreAlikeAreToldApart() {
    func gone(_ tenure: Double, _ effect: Double, size: Int = 10) -> SegmentPortrait {
      Self.portrait([500, tenure, 0, 0, 0.6], effects: [1, effect, 0, 0, 0], size: size)
    }
    #expect(
      SegmentNaming.names(of: [gone(900, 0.5), gone(700, -0.5)])
        == ["early gone members", "late gone members"])
    #expect(
      SegmentNaming.names(of: [gone(900, 0.5), gone(800, 0), gone(700, -0.5)])
        == ["early gone members", "gone members", "late gone members"])
    // Alike in all but size, and then in all.
    #expect(
      SegmentNaming.names(of: [gone(900, 0, size: 3), gone(900, 0, size: 9)])
        == ["few gone members", "many gone members"])
    #expect(
      SegmentNaming.names(of: [gone(900, 0), gone(900, 0)]) == ["gone members", "gone members 2"])
    #expect(
      SegmentNaming.names(of: [gone(900, 0)], taken: ["gone members", "gone members 2"])
        == ["gone members 3"])
  }

  @Test func attributesAndSharesGiveNames() {
    func name(_ feature: FeatureDefinition, _ median: Double, _ effect: Double) -> [String] {
      SegmentNaming.names(of: [
        SegmentPortrait(features: [feature], medians: [median], effects: [effect], size: 1)
      ])
    }
    #expect(name(.attribute("karma"), 9, 1) == ["high karma members"])
    #expect(name(.attribute("karma"), 1, -1) == ["low karma members"])
    #expect(name(.attribute("karma"), 1, 0.1) == ["members"])
    #expect(name(.share(of: "post", windowInDays: nil), 0.8, 1) == ["mostly-post members"])
    #expect(name(.share(of: "post", windowInDays: nil), 0.4, 1) == ["members"])
    #expect(name(.eventCount(of: nil, windowInDays: nil), 1, -1) == ["one-timers"])
  }

  /// Medians from few values, so that many segments are alike.
  @Test(arguments: 1...50) func namesAreUniqueAndHoldWhateverTheSegments(seed: UInt64) {
    var generator = TestGenerator(seed: seed)
    let portraits = (0..<Int.random(in: 2...12, using: &generator)).map { _ in
      Self.portrait(
        [
          [0.5, 20, 45, 120, 500, 3000].randomElement(using: &generator) ?? 0,
          [30, 400, 4000].randomElement(using: &generator) ?? 0,
          [-2, 0, 2].randomElement(using: &generator) ?? 0,
          [0, 3, 30, 80].randomElement(using: &generator) ?? 0,
          [0, 0.6, 1.5].randomElement(using: &generator) ?? 0,
        ], effects: (0..<5).map { _ in Double(Int.random(in: -2...2, using: &generator)) },
        size: Int.random(in: 1...3, using: &generator))
    }
    let taken: Set = ["gone members", "silent members", "rising newcomers"]
    let names = SegmentNaming.names(of: portraits, taken: taken)
    #expect(names.count == portraits.count)
    #expect(Set(names).union(taken).count == names.count + taken.count)
    #expect(names == SegmentNaming.names(of: portraits, taken: taken))
    for (name, portrait) in zip(names, portraits) {
      #expect(portrait.wrongWords(in: name) == [], "\(name)")
    }
  }

  @Test func wordsThatAreNoLongerTrueAreFound() {
    let gone = Self.portrait([500, 700, 0, 0, 0.6], effects: [1, 0, 0, 0, 0])
    #expect(gone.wrongWords(in: "rising newcomers") == ["rising", "newcomers"])
    #expect(gone.wrongWords(in: "late gone members") == [])
    #expect(gone.wrongWords(in: "long gone members") == ["long gone"])
    // Within a quarter of the limit a name stands.
    let nearly = Self.portrait([300, 700, 0, 0, 0.6], effects: [1, 0, 0, 0, 0])
    #expect(nearly.wrongWords(in: "gone members") == [])
  }

  @Test(arguments: [
    (FeatureDefinition.recencyDays, 0.5, "last active 12 hours ago"),
    (.recencyDays, 1.2, "last active 1 day ago"), (.recencyDays, 13, "last active 13 days ago"),
    (.tenureDays, 22, "joined 3 weeks ago"), (.tenureDays, 400, "joined 13 months ago"),
    (.tenureDays, 1000, "joined 2.7 years ago"), (.tenureDays, 4000, "joined 11 years ago"),
    (.activeDays(windowInDays: 30), 0, "not active in the last 30 days"),
    (.activeDays(windowInDays: 30), 1, "active on 1 day in the last 30 days"),
    (.activeDays(windowInDays: 30), 9, "active on 9 days in the last 30 days"),
    (.frequency(halfLifeInDays: 14), 1, "lately at 1 event a day"),
    (.frequency(halfLifeInDays: 14), 0.5, "lately at 3.5 events a week"),
    (.frequency(halfLifeInDays: 14), 0.05, "lately at 1.5 events a month"),
    (.frequency(halfLifeInDays: 14), 0.01, "lately at 3.7 events a year"),
    (.frequency(halfLifeInDays: 14), 0, "no events lately"),
    (.impactRate(halfLifeInDays: 56), 0.3, "impact lately at 2.1 points a week"),
    (
      .velocity(shortHalfLifeInDays: 14, longHalfLifeInDays: 56), 1,
      "activity at 2 times its usual rate"
    ),
    (.velocity(shortHalfLifeInDays: 14, longHalfLifeInDays: 56), 0.01, "steady activity"),
    (
      .velocity(shortHalfLifeInDays: 14, longHalfLifeInDays: 56), -2,
      "activity at 25 % of its usual rate"
    ),
    (.typeEntropy, 0, "events of one type only"),
    (.typeEntropy, 1.0986, "as varied as 3.0 event types"),
    (.share(of: "post", windowInDays: nil), 0.25, "25 % of events are post"),
  ]) func valuesAreSaidInTheUnitThatIsEasiestToRead(
    feature: FeatureDefinition, value: Double, expected: String
  ) {
    #expect(phrase(for: feature, value: value) == expected)
  }

  @Test func sentenceSaysWhatSetsApartAndLeavesOutWhatIsIdle() {
    let community = [30, 400, 0, 5, 0.6]
    #expect(
      segmentDescription(
        of: Self.portrait([1, 22, 1, 9, 0.6], effects: [-0.5, -2, 1, 0.1, 0]),
        communityMedians: community)
        == "joined 3 weeks ago (all members: 13 months); activity at 2 times its usual rate (all members: "
        + "100 %); last active 1 day ago (all members: 4 weeks)")
    #expect(
      segmentDescription(
        of: Self.portrait([900, 950, 0, 0, 0.6], effects: [1, 0, 3, -0.5, 0]),
        communityMedians: community)
        == "last active 2.5 years ago (all members: 4 weeks); not active in the last 90 days (all members: 5)"
    )
    #expect(
      segmentDescription(
        of: Self.portrait(community, effects: [0, 0, 0, 0, 0]), communityMedians: community)
        == "much like the whole community")
  }
}
