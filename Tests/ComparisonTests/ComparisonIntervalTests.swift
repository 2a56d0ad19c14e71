import Clustering
import EventLog
import Membership
import ModelTestSupport
import Segmentation
import TestSupport
import Testing

@testable import Comparison

/// Intervals, examples and agreement of whole divisions.
struct ComparisonIntervalTests {
  private let asOf = Timestamp(microseconds: 1_772_323_200_000_000)

  private func comparison(
    _ values: [Double], seed: UInt64 = 0, threadCount: Int = 2
  ) throws -> SegmentComparison {
    let model = NamedModel(name: "size", id: "", model: nearestValueModel([20, 80]))
    let table = try MembershipTable(
      labelling: community(values.enumerated().map { ("m\($0)", $1) }, asOf: asOf), asOf: asOf,
      models: [model],
      project: ProjectFile(
        parsing: """
          version: 1
          segments:
          - {id: low, when: {attr: x, lt: 40}}
          - {id: nobody, when: {attr: x, gt: 1000}}
          """, file: "c.yaml"))
    return SegmentComparison(table, model: model, seed: seed, threadCount: threadCount)
  }

  private func values(_ count: Int, seed: UInt64) -> [Double] {
    var generator = TestGenerator(seed: seed)
    return (0..<count).map { _ in Double.random(in: 0...100, using: &generator) }
  }

  /// Members of c0 are those under 50, so that recall of low is 0.8: intervals hold it about as often as
  /// they say.
  @Test func intervalsHoldTheTruth() throws {
    var held = 0
    for seed in 0..<60 {
      let found = try comparison(values(400, seed: UInt64(seed)), seed: UInt64(seed))
      let interval = try #require(found.matches[0].intervals.recall)
      #expect(interval.contains(try #require(found.matches[0].recall)))
      if interval.contains(0.8) { held += 1 }
    }
    #expect((50...60).contains(held), "\(held) of 60")
  }

  /// A share has the standard error of a share.
  @Test func widthsAreThoseOfShares() throws {
    let found = try comparison(values(4000, seed: 1))
    let match = found.matches[0]
    let recall = try #require(match.recall)
    let error = (recall * (1 - recall) / Double(found.learned[0].count)).squareRoot()
    let interval = try #require(match.intervals.recall)
    let width = (interval.upperBound - interval.lowerBound) / (2 * 1.96 * error)
    #expect(width > 0.75 && width < 1.25, "\(width)")
    #expect(match.intervals.precision == 1...1)
    #expect(try #require(found.adjustedRandInterval).contains(try #require(found.adjustedRand)))
  }

  @Test func emptySegmentsHaveNoIntervals() throws {
    let found = try comparison(values(100, seed: 3))
    #expect(found.matches[1].written == "nobody")
    #expect(found.matches[1].intervals.precision == nil)
    #expect(found.matches[1].intervals.lift == nil)
    #expect(found.matches[1].intervals.recall == 0...0)
  }

  @Test func drawsDoNotDependOnThreads() throws {
    let values = values(300, seed: 5)
    #expect(try comparison(values, threadCount: 1) == comparison(values, threadCount: 3))
  }

  @Test func examplesAreTheSurestMembers() throws {
    // c0's centre is 20: those much nearer to it than to 80, and of equals the first; m0 at 0 is surer than
    // m5 at 35.
    let found = try comparison([0, 19, 20, 21, 30, 35, 39, 90])
    #expect(found.matches[0].examples == ["m2", "m1", "m3", "m4", "m0"])
  }

  @Test func coversAgreeAsTheirIndicesSay() throws {
    let first = [[0], [0], [1], [1], []]
    let second = [[0], [0, 1], [1], [], []]
    let found = DivisionAgreement(first, second)
    let cover = try CoverAgreement(first, second)
    #expect(found.omega == cover.omega)
    #expect(found.precision == cover.precision)
    #expect(found.recall == cover.recall)
    let table = try ContingencyTable([0, 0, 1, 1, -1], [0, 0, 1, -1, -1])
    #expect(found.adjustedRand == table.adjustedRand)
    #expect(found.adjustedMutualInformation == table.adjustedMutualInformation)
    #expect(DivisionAgreement(first, first).adjustedRand == 1)
    #expect(DivisionAgreement(first, first).omega == 1)
  }
}
