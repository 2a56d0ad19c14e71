import Engagement
import EventLog
import Foundation
import LinearAlgebra
import Testing

@testable import Models

@Suite struct SegmentNamingTests {
  private static let features: [FeatureDefinition] = [
    .recencyDays, .tenureDays, .velocity(shortHalfLifeInDays: 14, longHalfLifeInDays: 56),
    .activeDays(windowInDays: 90), .typeEntropy,
  ]

  /// What is said of segments, each given as the rows of its members.
  private func portrayals(
    _ segments: [[[Double]]], features: [FeatureDefinition] = features,
    labelled: [Int]? = nil, words: EventWords = .community,
    kept: [Int: SegmentNaming.KeptName] = [:]
  ) -> [SegmentNaming.Portrayal] {
    let rows = segments.flatMap { $0 }
    let labels = segments.enumerated().flatMap { [Int](repeating: $0, count: $1.count) }
    let table = FeatureTable(
      asOf: Timestamp(microseconds: 0), memberIDs: rows.indices.map { "m\($0)" },
      communityRows: Array(rows.indices), features: features, values: Matrix(rows: rows))
    let measure = ClaimMeasure(
      labelings: [labels, labelled ?? labels], segmentCount: segments.count)
    return SegmentNaming.portrayals(
      ClaimSearch(ClaimColumns(features, of: table), measure: measure, words: words),
      ids: segments.indices.map { "c\($0)" }, kept: kept)
  }

  /// Equal members, so many.
  private func members(_ row: [Double], _ count: Int = 10) -> [[Double]] {
    [[Double]](repeating: row, count: count)
  }

  private static let others = [2000, 4000, 0, 0, 0.8]

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let row: [Double]
    var others = SegmentNamingTests.others

    var testDescription: String { name }

    static let all = [
      Case(name: "rising newcomers", row: [1, 26, 1.4, 10, 0.8]),
      Case(name: "rising busy newcomers", row: [1, 26, 1.4, 24, 0.8]),
      Case(name: "steady occasional members", row: [9, 200, 0.1, 8, 0.8]),
      Case(name: "fading versatile members", row: [45, 400, -2, 0, 1.6]),
      Case(name: "quiet members", row: [45, 400, 0, 0, 0.8], others: [1, 400, 0, 9, 0.8]),
      Case(name: "silent members", row: [100, 400, -2, 0, 0.8], others: [1, 400, 0, 9, 0.8]),
      Case(name: "gone members", row: [500, 700, 0, 0, 0.8], others: [100, 700, 0, 0, 0.8]),
      Case(name: "gone passers-by", row: [500, 510, 0, 0, 0.8], others: [1, 900, 0, 9, 0.8]),
      Case(name: "long-gone veterans", row: [2000, 4000, 0, 0, 0.8], others: [9, 90, 0, 9, 0.8]),
      Case(
        name: "steady near-daily veterans", row: [1, 3000, 0, 60, 0.8], others: [1, 90, 3, 9, 0.8]),
      Case(
        name: "steady focused regulars", row: [3, 400, 0, 20, 0.1], others: [900, 999, 0, 0, 0.8]),
    ]
  }

  @Test(arguments: Case.all) func nameSaysWhoTheyAre(_ example: Case) {
    let found = portrayals([members(example.row), members(example.others)])
    #expect(found[0].name == example.name)
  }

  @Test func wordsAreUsedOnlyWhereTheyAreTrueOfTwoThirds() {
    let silent = [100, 400, 0, 0, 0.8]
    let active = [2, 400, 0, 5, 0.8]
    // Seven of ten, and then six.
    let enough = portrayals([members(silent, 7) + members(active, 3), members(active, 20)])
    #expect(enough[0].name == "silent members")
    #expect(enough[0].description.hasPrefix("last active 90 or more days ago (70 %)"))
    let tooFew = portrayals([members(silent, 6) + members(active, 4), members(active, 20)])
    #expect(!tooFew[0].name.contains("silent"))
  }

  @Test func wordsAreUsedOnlyWhereTheyTellApart() {
    let silent = [100, 400, 0, 0, 0.8]
    let active = [2, 400, 0, 5, 0.8]
    let half = portrayals([members(silent), members(silent, 10) + members(active, 10)])
    #expect(half[0].name == "silent members")
    #expect(half[0].description.hasPrefix("last active 90 or more days ago (others: 50 %)"))
    let more = portrayals([members(silent), members(silent, 11) + members(active, 9)])
    #expect(!more[0].name.contains("silent"))
  }

  /// Of trees, who is labelled with a segment need not be whom the cut puts there.
  @Test func wordsAreTrueOfThoseWhoAreLabelledToo() {
    let (silent, active) = ([100, 400, 0, 0, 0.8], [2, 400, 0, 5, 0.8])
    let segments = [members(silent), members(active)]
    // Half of those whom the model labels with the first are active.
    let labelled = [Int](repeating: 0, count: 20)
    #expect(portrayals(segments)[0].name == "silent members")
    #expect(!portrayals(segments, labelled: labelled)[0].name.contains("silent"))
  }

  @Test func nobodyWithoutEventsIsCalledSteadyOrGone() {
    let found = portrayals([
      members([.nan, 400, 0, 0, 0]), members([2, 400, 1, 5, 0.8]),
    ])
    for word in ["steady", "gone", "silent", "last active"] {
      #expect(!found[0].name.contains(word))
      #expect(!found[0].description.contains(word))
    }
  }

  @Test func namesThatAreAlikeAreToldApart() {
    func gone(_ tenure: Double) -> [[Double]] { members([500, tenure, 0, 0, 0.8]) }
    let active = members([2, 600, 0, 5, 0.8], 60)
    let found = portrayals([gone(900), gone(700), active]).map(\.name)
    #expect(Set(found).count == 3)
    #expect(found[0].contains("joined") || found[0].contains("after joining"))
    // Alike in all: names differ all the same.
    #expect(Set(portrayals([gone(900), gone(900), active]).map(\.name)).count == 3)
  }

  /// Alone, the third would have 10 or more events, of which a third of the second have some, too.
  @Test func intervalsOfTwoNamesDoNotOverlap() {
    let feature = FeatureDefinition.eventCount(of: nil, windowInDays: nil)
    let found = portrayals(
      [
        members([2], 50), members([5], 20) + members([11], 10),
        members([11], 4) + members([30], 20),
      ], features: [feature])
    #expect(found[1].name == "members with 3 to 11 events")
    #expect(found[2].name == "members with 12 or more events")
    // Both are as true as they are said to be.
    #expect(found[2].claims.map(\.insideShare) == [20.0 / 24])
  }

  @Test func whereNothingTellsApartTheNameIsPlainNumbers() {
    let rows: [[Double]] = (0..<30).map { row in
      let place = Double(row % 3)
      return [20 + place, 400, 0, 3 + place, 0.8]
    }
    let found = portrayals([rows, rows])
    #expect(found[0].name.hasPrefix("members active on 3 to 5 of the last 90 days"))
    #expect(found[0].description.hasPrefix("no feature sets them apart; most of them: "))
    #expect(found[0].claims.allSatisfy { $0.isPlain && $0.insideShare >= 2.0 / 3 })
    #expect(found.map(\.name).allSatisfy { $0 != "members" })
  }

  @Test func valuesOfPurchasesAreSpent() {
    let features: [FeatureDefinition] = [.recencyDays, .valueSum(windowInDays: nil)]
    let found = portrayals(
      [members([100, 900]), (1...40).map { [100, Double($0)] }], features: features,
      words: .purchases)
    #expect(found[0].name == "high-spending customers")
    #expect(found[0].description.contains("spent "))
    #expect(found[1].name.contains("customers"))
  }

  @Test func sharesAndAttributesGiveNames() {
    func names(_ feature: FeatureDefinition, _ own: Double, _ other: Double) -> String {
      portrayals([members([own]), members([other])], features: [feature])[0].name
    }
    #expect(
      names(.share(of: "post", windowInDays: nil), 0.8, 0.1) == "post-heavy members")
    #expect(names(.attribute("karma"), 9, 1) == "members with karma 2 or more")
    #expect(names(.eventCount(of: nil, windowInDays: nil), 1, 5) == "one-timers")
  }

  @Test func keptNamesStayAndOthersTakeNoneOfThem() {
    let gone = members([500, 900, 0, 0, 0.8])
    let claim = SegmentClaim(
      text: "last active 365 or more days ago",
      conditions: [SegmentClaim.Condition(.recencyDays, atLeast: 365)], isInName: true,
      insideShare: 1, outsideShare: 0)
    let found = portrayals(
      [gone, gone, members([2, 600, 0, 5, 0.8], 60)],
      kept: [0: SegmentNaming.KeptName(name: "gone members", claims: [claim])])
    #expect(found[0].name == "gone members")
    #expect(found[0].claims.first == claim)
    #expect(found[1].name != "gone members")
  }

  @Test(arguments: [
    (["purchase"], EventWords.purchases), (["order_placed", "refund"], .purchases),
    (["purchase", "visit"], .community), (["border_crossed"], .community), ([], .community),
  ])
  func purchasesAreTold(fromTypes types: [String], words: EventWords) {
    #expect(EventWords(types: types) == words)
  }

  struct Phrase: Sendable, CustomTestStringConvertible {
    let feature: FeatureDefinition
    var minus: FeatureDefinition?
    var low = -Double.infinity
    var high = Double.infinity
    let text: String

    var testDescription: String { text }

    private static let velocity = FeatureDefinition.velocity(
      shortHalfLifeInDays: 14, longHalfLifeInDays: 56)
    private static let zero = ClaimEdges.aboveZero

    static let all = [
      Phrase(feature: .recencyDays, low: 90, text: "last active 90 or more days ago"),
      Phrase(feature: .recencyDays, low: 365, text: "last active 1 or more years ago"),
      Phrase(feature: .recencyDays, high: 365, text: "active in the last year"),
      Phrase(feature: .recencyDays, low: 30, high: 730, text: "last active 30 days to 2 years ago"),
      Phrase(feature: .recencyDays, low: 730, high: 1825, text: "last active 2 to 5 years ago"),
      Phrase(feature: .tenureDays, high: 60, text: "joined in the last 60 days"),
      Phrase(feature: .tenureDays, low: 500, text: "joined 500 or more days ago"),
      Phrase(
        feature: .tenureDays, minus: .recencyDays, high: 1,
        text: "last active within 1 day of joining"),
      Phrase(
        feature: .tenureDays, minus: .recencyDays, low: 730,
        text: "still active 2 or more years after joining"),
      Phrase(
        feature: .activeDays(windowInDays: 90), high: zero,
        text: "active on none of the last 90 days"),
      Phrase(
        feature: .activeDays(windowInDays: 90), low: 1, high: 9,
        text: "active on 1 to 8 of the last 90 days"),
      Phrase(feature: .activeDays(windowInDays: nil), low: 1, high: 2, text: "active on 1 day"),
      Phrase(feature: .eventCount(of: nil, windowInDays: nil), low: 1, high: 2, text: "1 event"),
      Phrase(
        feature: .eventCount(of: "post", windowInDays: 30), low: 3,
        text: "3 or more post events in the last 30 days"),
      Phrase(
        feature: .eventCount(of: "post", windowInDays: nil), high: zero, text: "no post events"),
      Phrase(
        feature: .frequency(halfLifeInDays: 14), low: 1 / 7.0,
        text: "a 14-day rate of 1 or more events a week"),
      Phrase(
        feature: .frequency(halfLifeInDays: 14), high: 1,
        text: "a 14-day rate of under 1 event a day"),
      Phrase(
        feature: velocity, low: log2(1.5), text: "activity at 1.5 times their usual rate or more"),
      Phrase(
        feature: velocity, high: log2(2 / 3.0),
        text: "activity at less than two thirds of their usual rate"),
      Phrase(
        feature: velocity, low: log2(2 / 3.0), high: log2(1.5),
        text: "activity at two thirds to 1.5 times their usual rate"),
      Phrase(feature: .typeEntropy, high: zero, text: "no more than one type of event"),
      Phrase(
        feature: .typeEntropy, low: log(2), high: log(4),
        text: "events as varied as 2 to 4 equally common types"),
      Phrase(
        feature: .share(of: "post", windowInDays: nil), low: 0.5, text: "50 % or more post events"),
      Phrase(feature: .share(of: "post", windowInDays: nil), high: zero, text: "no post events"),
      Phrase(feature: .attribute("age"), low: 30, high: 45, text: "age 30 to 45"),
      Phrase(
        feature: .valueSum(windowInDays: 90), low: 0.25,
        text: "a total value of 0.25 or more in the last 90 days"),
      Phrase(
        feature: .impact(windowInDays: 90), high: 1,
        text: "an impact of under 1 point in the last 90 days"),
      Phrase(feature: .streakWeeks, low: zero, text: "active this week or last week"),
      Phrase(feature: .streakWeeks, low: 3, text: "active 3 or more weeks in a row"),
      Phrase(
        feature: .trend, high: zero, text: "a weekly number of events that does not grow"),
      Phrase(
        feature: .trend, low: 0.5,
        text: "a weekly number of events that changes by 0.5 or more a week"),
      Phrase(
        feature: .burstiness, low: zero, text: "events more irregular than at random"),
    ]
  }

  @Test(arguments: Phrase.all) func conditionsArePutIntoWords(_ phrase: Phrase) {
    let condition = SegmentClaim.Condition(
      phrase.feature, minus: phrase.minus, atLeast: phrase.low, below: phrase.high)
    #expect(ClaimPhrase(condition, words: .community).text == phrase.text)
  }
}
