import Comparison
import EventLog
import Membership
import ModelTestSupport
import Segmentation
import Testing

@Suite struct SegmentComparisonTests {
  private let asOf = Timestamp(microseconds: 1_772_323_200_000_000)

  private func comparison(
    _ values: [Double], centroids: [Double], segments: String
  ) throws -> SegmentComparison {
    let model = NamedModel(name: "size", id: "", model: nearestValueModel(centroids))
    let table = try MembershipTable(
      labelling: community(values.enumerated().map { ("m\($0)", $1) }, asOf: asOf), asOf: asOf,
      models: [model],
      project: ProjectFile(parsing: "version: 1\n\(segments)", file: "c.yaml"), threadCount: 1)
    return SegmentComparison(table, model: model)
  }

  /// Ten members m0...m9: five in c0, four in c1, one in c2; small claims m0...m3, odd m3, m5 and
  /// m6, listed m0 and m7, nobody no one; m4, m8 and m9 are in none.
  private func tenMembers() throws -> SegmentComparison {
    try comparison(
      [0, 1, 2, 3, 4, 10, 11, 12, 13, 20], centroids: [2, 11, 21],
      segments: """
        lists:
          odd: {members: [m3, m5, m6]}
          listed: {members: [m0, m7]}
        segments:
        - {id: small, when: {attr: x, lte: 3}}
        - {id: odd, list: odd}
        - {id: listed, list: listed}
        - {id: nobody, when: {attr: x, gt: 99}}
        """)
  }

  @Test func sizesAndCoverageByHand() throws {
    let found = try tenMembers()
    #expect(found.model == "size")
    #expect(found.memberCount == 10)
    #expect(found.learned.map(\.id) == ["c0", "c1", "c2"])
    #expect(found.learned.map(\.count) == [5, 4, 1])
    #expect(found.written.map(\.id) == ["small", "odd", "listed", "nobody"])
    #expect(found.written.map(\.count) == [4, 3, 2, 0])
    #expect(found.uncoveredCount == 3)
    #expect(found.uncoveredExamples == ["m4", "m8", "m9"])
    #expect(found.uncoveredByLearned == [1, 1, 1])
    #expect(found.overclaimedCount == 2)
    #expect(found.overlaps.map(\.segments) == [["small", "odd"], ["small", "listed"]])
    #expect(found.overlaps.map(\.count) == [1, 1])
  }

  @Test func matchesByHand() throws {
    let found = try tenMembers()
    #expect(found.matches.map(\.both) == [4, 1, 1, 0, 0, 2, 1, 0, 0, 0, 0, 0])
    #expect(found.matches.map(\.learned).prefix(5) == ["c0", "c0", "c0", "c0", "c1"])
    #expect(
      found.matches.map(\.written).prefix(5) == ["small", "odd", "listed", "nobody", "small"])
    let none: Double? = nil
    #expect(
      found.matches.map(\.precision)
        == [1, 1.0 / 3, 0.5, none, 0, 2.0 / 3, 0.5, none, 0, 0, 0, none])
    #expect(found.matches.map(\.recall) == [0.8, 0.2, 0.2, 0, 0, 0.5, 0.25, 0, 0, 0, 0, 0])
    #expect(
      found.matches.map(\.jaccard)
        == [0.8, 1.0 / 7, 1.0 / 6, 0, 0, 0.4, 0.2, 0, 0, 0, 0, 0])
    // both · 10 / (learned · written).
    #expect(
      found.matches.map(\.lift)
        == [2, 10.0 / 15, 1, none, 0, 20.0 / 12, 1.25, none, 0, 0, 0, none])
  }

  @Test func bestMatchesAreThoseOfMostShared() throws {
    let found = try tenMembers()
    #expect(found.matches(ofLearned: "c0").map(\.written) == ["small", "listed", "odd"])
    #expect(found.matches(ofLearned: "c1").map(\.written) == ["odd", "listed"])
    #expect(found.matches(ofLearned: "c2").isEmpty)
    #expect(found.bestMatch(ofLearned: "c0")?.jaccard == 0.8)
    #expect(found.bestMatch(ofLearned: "c2") == nil)
    #expect(found.bestMatch(ofLearned: "c9") == nil)
  }

  @Test func agreementIsThatOfScikitLearn() throws {
    let found = try tenMembers()
    // adjusted_rand_score and adjusted_mutual_info_score of [0,0,0,0,0,1,1,1,1,2] and
    // [0,0,0,0,4,1,1,2,4,4]: the first claim in the file's order, and one class of the uncovered.
    let rand = try #require(found.adjustedRand)
    let information = try #require(found.adjustedMutualInformation)
    #expect(abs(rand - 0.36470588235294116) < 1e-12)
    #expect(abs(information - 0.33308941271505565) < 1e-12)
  }

  @Test func segmentWithoutMembersHasNoRatios() throws {
    let found = try comparison(
      [0, 1], centroids: [0, 50],
      segments: "segments: [{id: nobody, when: {attr: x, gt: 99}}]")
    #expect(found.learned.map(\.count) == [2, 0])
    // c0 has members, c1 has none, and nobody is empty.
    #expect(found.matches.map(\.precision) == [nil, nil])
    #expect(found.matches.map(\.recall) == [0, nil])
    #expect(found.matches.map(\.jaccard) == [0, nil])
    #expect(found.matches.map(\.lift) == [nil, nil])
    #expect(found.uncoveredCount == 2)
    #expect(found.overlaps.isEmpty)
  }

  @Test func perfectAgreementIsOne() throws {
    let found = try comparison(
      [0, 1, 10, 11], centroids: [0, 10],
      segments: "segments: [{id: low, when: {attr: x, lt: 5}}, {id: high, when: {attr: x, gte: 5}}]"
    )
    #expect(found.adjustedRand == 1)
    #expect(found.adjustedMutualInformation.map { abs($0 - 1) < 1e-12 } == true)
    #expect(found.overclaimedCount == 0)
    #expect(found.matches.map(\.jaccard) == [1, 0, 0, 1])
  }

  @Test func projectWithoutSegmentsLeavesAllUncovered() throws {
    let found = try comparison([0, 1, 10], centroids: [0, 10], segments: "")
    #expect(found.matches.isEmpty)
    #expect(found.uncoveredCount == 3)
    #expect(found.uncoveredByLearned == [2, 1])
  }

  @Test func commonestOverlapsComeFirstAndTenAtMost() throws {
    // m0 is above -1 alone, m1 above -1 and 0, ..., m13 above -1 ... 12; the last twice.
    let segments = (0..<13).map { "- {id: s\($0), when: {attr: x, gt: \($0 - 1)}}" }
    let found = try comparison(
      (0..<13).map(Double.init) + [12], centroids: [0],
      segments: "segments:\n" + segments.joined(separator: "\n"))
    #expect(found.overclaimedCount == 13)
    #expect(found.overlaps.count == 10)
    #expect(found.overlaps.first?.count == 2)
    #expect(found.overlaps.first?.segments.count == 13)
    #expect(found.overlaps.dropFirst().map(\.segments.count) == Array(2...10))
  }
}
