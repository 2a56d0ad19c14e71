import Clustering
import Engagement
import EventLog
import Membership
import ModelTestSupport
import Models
import Segmentation
import TestSupport
import Testing

@testable import Comparison

/// Outcomes come later than what they are foretold by.
struct OutcomeStudyTests {
  private static func day(_ day: Int64) -> Timestamp {
    Timestamp(microseconds: (19_800 + day) * Timestamp.microsecondsPerDay)
  }

  /// Members 0..<40; even ones post every day, odd ones on day 0 and, every fourth, again on day 25.
  private func events() -> [Event] {
    (0..<40).flatMap { member -> [Event] in
      let days: [Int64] =
        member % 2 == 0 ? Array(0...40) : member % 4 == 1 ? [0, 25] : [0]
      return days.map {
        Event(memberID: "m\(member)", timestamp: Self.day($0), type: "post")
      }
    }
  }

  private func project() throws -> ProjectFile {
    try ProjectFile(
      parsing: """
        version: 1
        segments:
        - {id: active, when: {did: post, within: 7d}}
        - {id: quiet, when: {did_not: post, within: 7d}}
        """, file: "p.yaml")
  }

  private func study(
    _ events: [Event], times: [Int64] = [10, 20], outcome: String = "{did_not: post, within: 10d}",
    horizon: Int64 = 10, among: String? = nil, models: [NamedModel] = [], isRetrained: Bool = false
  ) throws -> OutcomeStudy {
    let project = try project()
    var configuration = OutcomeStudy.Configuration(
      times: times.map(Self.day), horizonInMicroseconds: horizon * Timestamp.microsecondsPerDay,
      outcome: try project.condition(parsing: outcome, source: "--outcome"))
    configuration.among = try among.map { try project.condition(parsing: $0, source: "--among") }
    configuration.isRetrained = isRetrained
    configuration.replicateCount = 40
    return try OutcomeStudy(
      configuration, community: Community(history: EventHistory(events)), models: models,
      projects: [project])
  }

  @Test func countsAreThoseOfEachTime() throws {
    let found = try study(events())
    #expect(found.moments.map(\.memberCount) == [40, 40])
    // From day 10: the 20 odd ones are silent to day 20; from day 20 the 10 of day 25 are not.
    #expect(found.moments.map(\.outcomeCount) == [20, 10])
    #expect(found.rate == 30.0 / 80)
    #expect(found.segments.map(\.segment) == ["active", "quiet"])
    #expect(found.segments.map(\.memberTimes) == [40, 40])
    #expect(found.segments.map(\.rate) == [0, 0.75])
    #expect(found.segments[1].lift?.value == 2)
    let kinds = found.results.map(\.grouping.kind)
    #expect(kinds == [.firstClaim(project: "p.yaml"), .allClaims(project: "p.yaml")])
    #expect(found.results.map(\.groupCount) == [2, 2])
    // Perfect at day 10; at day 20 ten of the quiet come back.
    let areas = try found.moments.map { try #require($0.values)[0].areaUnderCurve }
    #expect(areas[0] == 1)
    #expect(areas[1] > 0.7 && areas[1] < 1)
    let mean = found.results[0].areaUnderCurve
    #expect(abs(mean.value - (areas[0] + areas[1]) / 2) < 1e-12)
    let interval = try #require(mean.interval)
    #expect(interval.contains(mean.value))
    #expect(!found.outcomeLooksBack)
  }

  /// Draws are of the members, so that what is measured of them as they are is in the middle.
  @Test func intervalsAreAroundTheirNumber() throws {
    var generator = TestGenerator(seed: 4)
    let random = (0..<300).flatMap { member -> [Event] in
      (0..<12).map { _ in
        Event(
          memberID: "r\(member)",
          timestamp: Timestamp(
            microseconds: Self.day(0).microseconds
              + Int64.random(in: 0..<40 * Timestamp.microsecondsPerDay, using: &generator)
              / Int64(1 + member % 4)),
          type: "post")
      }
    }
    let found = try study(random, times: [5, 10, 15, 20])
    for result in found.results {
      for estimate in [result.informationGain, result.areaUnderCurve, result.liftOfTopTenth] {
        let interval = try #require(estimate.interval)
        #expect(interval.contains(estimate.value))
        let middle = (interval.lowerBound + interval.upperBound) / 2
        let width = interval.upperBound - interval.lowerBound
        #expect(abs(estimate.value - middle) < 0.25 * width)
      }
    }
  }

  /// What comes after the horizon changes nothing; what comes between changes outcomes and nothing else.
  @Test func nothingLaterLeaksIn() throws {
    let plain = try study(events(), times: [10])
    let later = (0..<40).map {
      Event(memberID: "m\($0)", timestamp: Self.day(21), type: "post")
    }
    let same = try study(events() + later, times: [10])
    #expect(same.moments == plain.moments)
    #expect(same.segments == plain.segments)
    #expect(same.results == plain.results)
    let between = [Event(memberID: "m3", timestamp: Self.day(15), type: "post")]
    let changed = try study(events() + between, times: [10])
    #expect(changed.moments[0].outcomeCount == plain.moments[0].outcomeCount - 1)
    #expect(changed.segments.map(\.memberTimes) == plain.segments.map(\.memberTimes))
  }

  @Test func onlyThoseAmongAreLookedAt() throws {
    let found = try study(events(), times: [20], among: "{did_not: post, within: 5d}")
    #expect(found.moments.map(\.memberCount) == [20])
    #expect(found.moments.map(\.outcomeCount) == [10])
    #expect(found.segments.map(\.memberTimes) == [0, 20])
    #expect(found.segments[0].rate == nil)
    #expect(found.segments[0].lift == nil)
  }

  @Test func sameOutcomeForAllIsAnError() throws {
    #expect(
      throws: ComparisonError.constantOutcome(happens: false, times: 1, members: 40)
    ) {
      try study(events(), times: [10], outcome: "{did: nothing, within: 10d}")
    }
    #expect(throws: ComparisonError.constantOutcome(happens: true, times: 1, members: 40)) {
      try study(events(), times: [10], outcome: "{did_not: nothing, within: 10d}")
    }
  }

  @Test func outcomesThatLookBackAreAnError() throws {
    #expect(throws: ComparisonError.outcomeLooksBack(days: 30, horizon: 10)) {
      try study(events(), outcome: "{did_not: post, within: 30d}")
    }
    #expect(try study(events(), outcome: "{feature: recency_days, gte: 10}").outcomeLooksBack)
  }

  @Test func fewerMembersThanPartsAreAnError() throws {
    let few = events().filter { ["m0", "m1", "m2"].contains($0.memberID) }
    #expect(throws: ComparisonError.self) { try study(few) }
  }

  @Test func modelsThatHaveSeenTheFutureAreRefused() throws {
    let model = NamedModel(name: "late", id: "", model: nearestValueModel([0, 1]))
    // The model is of 2026, the times are of 2024.
    #expect(throws: ComparisonError.self) { try study(events(), models: [model]) }
    // It does not say how it was trained.
    #expect(throws: ComparisonError.self) {
      try study(events(), models: [model], isRetrained: true)
    }
  }

  /// Segments that follow one another share a row of the figures, and no others do.
  ///
  /// By day 10 there are thirty members with one event and twenty with four. On day 20 these are one
  /// cluster, and five newcomers with sixty events are another one: a segment of its own in the figures.
  @Test func identitiesFollowMembers() throws {
    func posts(_ ids: [String], day: Int64, count: Int64) -> [Event] {
      ids.flatMap { id in
        (0..<count).map {
          Event(
            memberID: id,
            timestamp: Timestamp(microseconds: Self.day(day).microseconds + $0 * 60_000_000),
            type: "post")
        }
      }
    }
    let (few, some) = ((0..<30).map { "a\($0)" }, (0..<20).map { "b\($0)" })
    let many = (0..<5).map { "c\($0)" }
    let events =
      [9, 19].flatMap { posts(few, day: $0, count: 1) + posts(some, day: $0, count: 4) }
      + posts(many, day: 19, count: 60) + posts(Array(few.prefix(15)) + many, day: 25, count: 1)
    var training = ModelTraining(
      features: [FeatureDefinition("events_7d", aliases: [String: [String]]().keys)],
      choices: TransformChoices(logarithm: .columns([]), scale: .none),
      algorithm: .kMeans(KMeans(clusterCount: 2)), toolVersion: "test")
    training.resampleCount = 0
    let community = Community(history: EventHistory(events))
    let prepared = try training.prepare(community, asOf: Self.day(10))
    let (model, labels, _) = try training.fit(prepared, community: community)
    let ofFew = labels[0]
    let study = try study(
      events, models: [NamedModel(name: "m", id: "", model: model)], isRetrained: true)
    let learned = study.segments.filter(\.isLearned)
    #expect(learned.map(\.segment) == ["c0", "c1", "c2"])
    #expect(learned[ofFew].memberTimes == 30 + 50)
    #expect(learned[1 - ofFew].memberTimes == 20)
    #expect(learned[2].memberTimes == 5)
    // All newcomers post on day 25; of the others on day 20, fifteen do.
    #expect(learned[2].rate == 0)
  }

  @Test func resultsDoNotDependOnThreads() throws {
    let project = try project()
    let results = try [1, 3].map { threads in
      var configuration = OutcomeStudy.Configuration(
        times: [Self.day(10), Self.day(20)],
        horizonInMicroseconds: 10 * Timestamp.microsecondsPerDay,
        outcome: try project.condition(
          parsing: "{did_not: post, within: 10d}", source: "--outcome"))
      configuration.threadCount = threads
      return try OutcomeStudy(
        configuration, community: Community(history: EventHistory(events())), models: [],
        projects: [project]
      ).results
    }
    #expect(results[0] == results[1])
  }
}
