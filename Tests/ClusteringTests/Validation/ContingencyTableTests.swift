import Clustering
import Testing

struct ContingencyTableTests {
  @Test func fourRowsAreCountedAsByHand() throws {
    let table = try ContingencyTable([0, 0, 1, 1], [5, 5, 5, -2])
    #expect(table.rowLabels == [0, 1] && table.columnLabels == [-2, 5])
    #expect(table.rowSums == [2, 2] && table.columnSums == [1, 3] && table.count == 4)
    #expect(
      table.cells.map { [$0.row, $0.column, $0.count] } == [[0, 1, 2], [1, 0, 1], [1, 1, 1]])
    let pairs = table.pairConfusion
    #expect(pairs.togetherInBoth == 2 && pairs.togetherInFirstOnly == 2)
    #expect(pairs.togetherInSecondOnly == 4 && pairs.apartInBoth == 4)
    #expect(table.rand == 0.5)
    // Expected by chance: as many agreements as there are.
    #expect(table.adjustedRand == 0)
    // Precision 1/3, recall 1/2.
    #expect(relativeError(try #require(table.fowlkesMallows), (1.0 / 6).squareRoot()) < 1e-15)
  }

  @Test func independentLabelingsShareNothing() throws {
    let table = try ContingencyTable([0, 0, 1, 1], [0, 1, 0, 1])
    #expect(table.mutualInformation == 0)
    #expect(table.normalizedMutualInformation == 0)
    #expect(table.homogeneity == 0 && table.completeness == 0 && table.vMeasure == 0)
    #expect(table.adjustedRand == -0.5)
    #expect(table.fowlkesMallows == 0)
    // The overlap of two pairs out of four is 0, 1, 2 with odds 1:4:1, so E = ln 2 / 3, and the
    // index is -E / (ln 2 - E).
    #expect(relativeError(try #require(table.adjustedMutualInformation), -0.5) < 1e-14)
  }

  @Test func emptyTablesHaveNoIndices() throws {
    let table = try ContingencyTable([], [])
    #expect(table.rand == nil && table.adjustedRand == nil && table.fowlkesMallows == nil)
    #expect(table.mutualInformation == nil && table.adjustedMutualInformation == nil)
    #expect(table.normalizedMutualInformation == nil && table.homogeneity == nil)
    #expect(table.completeness == nil && table.vMeasure == nil)
  }

  @Test func oneRowAgreesWithItself() throws {
    let table = try ContingencyTable([3], [8])
    #expect(table.rand == 1 && table.adjustedRand == 1 && table.fowlkesMallows == 0)
    #expect(table.adjustedMutualInformation == 1 && table.normalizedMutualInformation == 1)
    #expect(table.homogeneity == 1 && table.completeness == 1 && table.vMeasure == 1)
  }

  @Test func otherCountsAreRefused() {
    #expect(throws: ClusteringError.labelCount(expected: 2, found: 1)) {
      try ContingencyTable([0, 1], [0])
    }
  }

  @Test func labelsMayBeAnyNumbers() throws {
    let wide = try ContingencyTable([.min, .max, 0, .min], [0, 1, 2, 0])
    let small = try ContingencyTable([0, 2, 1, 0], [0, 1, 2, 0])
    #expect(wide.rowLabels == [.min, 0, .max])
    #expect(wide.cells == small.cells)
    // Many labels on both sides are kept as pairs rather than as a square.
    let many = try ContingencyTable(Array(0..<500), (0..<500).map { $0 * 1_000_000 })
    #expect(many.cells.count == 500 && many.adjustedRand == 1)
    #expect(many.adjustedMutualInformation == 1)
  }

  @Test func thousandsOfLabelsAreCountedLikeFew() throws {
    var generator = SeededGenerator(seed: 2)
    // Over and under the number of possible cells that have a counter each.
    for labels in [2000, 3000] {
      let first = (0..<20_000).map { _ in generator.below(labels) }
      let second = first.map { ($0 + generator.below(3)) % labels }
      let table = try ContingencyTable(first, second)
      var counts: [Int: Int] = [:]
      for (row, column) in zip(first, second) { counts[row << 32 | column, default: 0] += 1 }
      let cells = counts.sorted { $0.key < $1.key }
      #expect(
        table.cells.map { table.rowLabels[$0.row] << 32 | table.columnLabels[$0.column] }
          == cells.map(\.key))
      #expect(table.cells.map(\.count) == cells.map(\.value))
    }
  }

  @Test(arguments: 0..<20)
  func indicesDoNotKnowNamesOrSides(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let first = (0..<100).map { _ in generator.below(5) }
    let second = first.map { generator.below(3) == 0 ? generator.below(4) : $0 }
    let table = try ContingencyTable(first, second)
    let renamed = try ContingencyTable(first.map { 9 - 7 * $0 }, second.map { $0 * $0 - 50 })
    let swapped = try ContingencyTable(second, first)
    func near(_ left: Double?, _ right: Double?) -> Bool {
      guard let left, let right else { return false }
      return abs(left - right) < 1e-13
    }
    for other in [renamed, swapped] {
      #expect(near(table.rand, other.rand) && near(table.adjustedRand, other.adjustedRand))
      #expect(near(table.fowlkesMallows, other.fowlkesMallows))
      #expect(near(table.mutualInformation, other.mutualInformation))
      #expect(near(table.normalizedMutualInformation, other.normalizedMutualInformation))
      #expect(near(table.adjustedMutualInformation, other.adjustedMutualInformation))
      #expect(near(table.vMeasure, other.vMeasure))
    }
    #expect(near(table.homogeneity, renamed.homogeneity))
    #expect(near(table.homogeneity, swapped.completeness))
    #expect(near(table.vMeasure, table.normalizedMutualInformation))
    let pairs = table.pairConfusion
    #expect(
      pairs.apartInBoth + pairs.togetherInBoth + pairs.togetherInFirstOnly
        + pairs.togetherInSecondOnly == 9900)
  }

  @Test func expectedInformationIsTheMeanOverAllPermutations() throws {
    let first = [0, 0, 0, 1, 1, 2]
    let second = [0, 0, 1, 1, 2, 2]
    var informations: [Double] = []
    func permute(_ labels: [Int], _ fixed: Int) throws {
      guard fixed < labels.count else {
        informations.append(try #require(try ContingencyTable(first, labels).mutualInformation))
        return
      }
      for place in fixed..<labels.count {
        var labels = labels
        labels.swapAt(fixed, place)
        try permute(labels, fixed + 1)
      }
    }
    try permute(second, 0)
    let expected = informations.reduce(0, +) / Double(informations.count)
    let table = try ContingencyTable(first, second)
    let information = try #require(table.mutualInformation)
    let mean = (try #require(table.rowEntropy) + #require(table.columnEntropy)) / 2
    let adjusted = (information - expected) / (mean - expected)
    #expect(relativeError(try #require(table.adjustedMutualInformation), adjusted) < 1e-12)
  }

  @Test func hugeClustersOverflowNothing() throws {
    // Two halves that agree but for a tenth, scaled: indices of shares do not depend on n.
    func table(_ scale: Int) throws -> ContingencyTable {
      func repeated(_ label: Int, _ count: Int) -> [Int] {
        .init(repeating: label, count: count * scale)
      }
      return try ContingencyTable(
        repeated(0, 50) + repeated(1, 50), repeated(0, 45) + repeated(1, 55))
    }
    let (small, large) = (try table(100), try table(20_000))
    let (a, b) = (try #require(small.adjustedRand), try #require(large.adjustedRand))
    #expect(abs(a - b) < 1e-3 && b > 0.8 && b < 0.82)
    let (c, d) = (
      try #require(small.adjustedMutualInformation), try #require(large.adjustedMutualInformation)
    )
    #expect(abs(c - d) < 1e-3)
  }
}
