import Clustering
import LinearAlgebra
import Testing

struct CoverAgreementTests {
  /// Every row is in each of the clusters with the chance given.
  static func cover(
    _ rows: Int, clusters: Int, chance: Double, using generator: inout SeededGenerator
  ) -> [[Int]] {
    (0..<rows).map { _ in (0..<clusters).filter { _ in generator.uniform() < chance } }
  }

  /// Precision of `second` by the definition, over pairs of rows.
  static func precision(_ first: [[Int]], _ second: [[Int]]) -> Double? {
    let values = first.indices.compactMap { row -> Double? in
      let parts = first.indices.compactMap { other -> Double? in
        let (a, b) = (shared(first[row], first[other]), shared(second[row], second[other]))
        return b > 0 ? Double(min(a, b)) / Double(b) : nil
      }
      return parts.isEmpty ? nil : parts.reduce(0, +) / Double(parts.count)
    }
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// The omega index by the definition, over pairs of rows.
  static func omega(_ first: [[Int]], _ second: [[Int]]) -> Double {
    var (total, alike, inFirst, inSecond) = (0.0, 0.0, [Int: Double](), [Int: Double]())
    for row in first.indices {
      for other in 0..<row {
        let (a, b) = (shared(first[row], first[other]), shared(second[row], second[other]))
        total += 1
        alike += a == b ? 1 : 0
        inFirst[a, default: 0] += 1
        inSecond[b, default: 0] += 1
      }
    }
    let chance =
      inFirst.reduce(0.0) { $0 + $1.value * inSecond[$1.key, default: 0] } / total / total
    return chance < 1 ? (alike / total - chance) / (1 - chance) : 1
  }

  static func shared(_ left: [Int], _ right: [Int]) -> Int {
    Set(left).intersection(right).count
  }

  @Test func threeRowsWorkedByHand() throws {
    // Pairs (0, 1), (0, 2), (1, 2) share 1, 0, 1 clusters of the first and 2, 0, 0 of the second.
    let agreement = try CoverAgreement([[0], [0, 1], [1]], [[5, 6], [5, 6], []])
    // Row 0: itself 1/2, row 1 1/2; row 1: row 0 1/2, itself 2/2; row 2 has no clusters.
    #expect(agreement.precision == (0.5 + 0.75) / 2)
    // Row 0: itself 1, row 1 1; row 1: row 0 1, itself 1, row 2 0; row 2: row 1 0, itself 0.
    let meanRecall: Double = (1 + 2.0 / 3 + 0) / 3
    #expect(relativeError(try #require(agreement.recall), meanRecall) < 1e-15)
    // One pair of three is alike; by chance (1·2 + 2·0 + 0·1) / 9.
    #expect(agreement.omega == (3.0 - 2) / (9 - 2))
    let precision = try #require(agreement.precision)
    let recall = try #require(agreement.recall)
    #expect(agreement.fMeasure == 2 * precision * recall / (precision + recall))
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func patternsSayWhatPairsOfRowsSay(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let rows = 2 + generator.below(40)
    let wide = seed % 5 == 0
    let first = Self.cover(
      rows, clusters: wide ? 70 : 4, chance: wide ? 0.1 : 0.4, using: &generator)
    let second = Self.cover(
      rows, clusters: wide ? 130 : 1 + generator.below(5), chance: 0.3, using: &generator)
    let agreement = try CoverAgreement(first, second)
    let precision = try #require(Self.precision(first, second))
    let recall = try #require(Self.precision(second, first))
    #expect(relativeError(try #require(agreement.precision), precision) < 1e-12)
    #expect(relativeError(try #require(agreement.recall), recall) < 1e-12)
    #expect(abs(try #require(agreement.omega) - Self.omega(first, second)) < 1e-12)
    let reversed = try CoverAgreement(second, first)
    #expect(relativeError(try #require(reversed.precision), recall) < 1e-12)
    #expect(relativeError(try #require(reversed.recall), precision) < 1e-12)
    #expect(reversed.omega == agreement.omega)
    var order = Array(0..<rows)
    generator.shuffle(&order)
    let shuffled = try CoverAgreement(order.map { first[$0] }, order.map { second[$0].reversed() })
    #expect(shuffled == agreement)
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func omegaOfPartitionsIsTheAdjustedRandIndex(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let first = (0..<200).map { _ in generator.below(5) }
    let second = first.map { generator.uniform() < 0.4 ? generator.below(7) : $0 }
    let agreement = try CoverAgreement(first.map { [$0] }, second.map { [$0] })
    let table = try ContingencyTable(first, second)
    let (omega, expected) = (try #require(agreement.omega), try #require(table.adjustedRand))
    #expect(relativeError(omega, expected) < 1e-12)
  }

  @Test func equalCoversAgreeWholly() throws {
    var generator = SeededGenerator(seed: 3)
    let cover = Self.cover(50, clusters: 6, chance: 0.3, using: &generator)
    let agreement = try CoverAgreement(cover, cover.map { set in set.map { 10 - $0 } })
    #expect(agreement.precision == 1)
    #expect(agreement.recall == 1)
    #expect(agreement.fMeasure == 1)
    #expect(agreement.omega == 1)
  }

  @Test func aHundredMillionRowsAreCountedExactly() throws {
    // Halves against halves of halves: the adjusted Rand index of a contingency table of 4 cells.
    let n = 100_000_000
    let agreement = CoverAgreement([
      .init(first: [0], second: [0], count: n / 4), .init(first: [0], second: [1], count: n / 4),
      .init(first: [1], second: [2], count: n / 4), .init(first: [1], second: [3], count: n / 4),
    ])
    #expect(agreement.count == n)
    #expect(agreement.precision == 1)
    #expect(agreement.recall == 0.5)
    let pairs = Double(n) * Double(n - 1) / 2
    let first = Double(n / 2) * Double(n / 2 - 1)
    let second = 2 * Double(n / 4) * Double(n / 4 - 1)
    let chance = first * second / pairs
    let expected: Double = (second - chance) / ((first + second) / 2 - chance)
    #expect(relativeError(try #require(agreement.omega), expected) < 1e-9)
  }

  @Test func whatIsUndefinedIsNil() throws {
    let none = try CoverAgreement([], [])
    #expect(none.count == 0)
    #expect(none.precision == nil)
    #expect(none.recall == nil)
    #expect(none.omega == nil)
    let apart = try CoverAgreement([[], []], [[1], [1]])
    #expect(apart.precision == 0)
    #expect(apart.recall == nil)
    #expect(apart.fMeasure == nil)
    #expect(try CoverAgreement([[1]], [[2, 3]]).omega == 1)
    #expect(try CoverAgreement([[1, 1]], [[2]]).precision == 1)
    #expect(CoverAgreement([.init(first: [1], second: [2], count: 0)]).count == 0)
    #expect(throws: ClusteringError.labelCount(expected: 1, found: 2)) {
      try CoverAgreement([[1]], [[1], [2]])
    }
  }
}
