import Clustering
import Testing

struct MatchingIndicesTests {
  @Test func sixRowsAreMatchedAsByHand() throws {
    // Class 0: 3 in cluster 0, 1 in cluster 1; class 1: 2 in cluster 0.
    let table = try ContingencyTable([0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 0, 0])
    #expect(table.purity == 4.0 / 6)
    // Either 3 + 0 or 1 + 2 rows are named right.
    #expect(table.matchedAccuracy == 0.5)
    // Shares (3/4 + 0)/2 or (1/4 + 2/2)/2, above 1/2.
    #expect(table.normalizedAccuracy == (0.625 - 0.5) / 0.5)
  }

  @Test func moreClustersThanClassesRaisePurityAlone() throws {
    let table = try ContingencyTable([0, 0, 0, 1, 1, 1], [0, 1, 2, 3, 4, 5])
    #expect(table.purity == 1)
    #expect(table.matchedAccuracy == 2.0 / 6)
    let swapped = try ContingencyTable([0, 1, 2, 3, 4, 5], [0, 0, 0, 1, 1, 1])
    #expect(swapped.purity == 2.0 / 6)
    #expect(swapped.matchedAccuracy == 2.0 / 6)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func noMatchIsBetter(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let (first, second) = (
      (0..<40).map { _ in generator.below(4) }, (0..<40).map { _ in generator.below(4) }
    )
    let table = try ContingencyTable(first, second)
    let sizes = (0..<4).map { label in Double(first.count { $0 == label }) }
    var (rows, shares) = (0.0, 0.0)
    for code in 0..<256 {
      let match = [code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6]
      guard Set(match).count == 4 else { continue }
      let right = zip(first, second).filter { match[$0.1] == $0.0 }
      rows = max(rows, Double(right.count))
      shares = max(shares, right.reduce(0.0) { $0 + 1 / sizes[$1.0] })
    }
    #expect(table.matchedAccuracy == rows / 40)
    let accuracy = try #require(table.normalizedAccuracy)
    #expect(abs(accuracy - (shares / 4 - 0.25) / 0.75) < 1e-14)
  }

  @Test func equalLabelingsAreMatchedWholly() throws {
    let table = try ContingencyTable([3, 3, 1, 9], [7, 7, 2, 0])
    #expect(table.purity == 1)
    #expect(table.matchedAccuracy == 1)
    #expect(table.normalizedAccuracy == 1)
    let single = try ContingencyTable([1, 1], [2, 2])
    #expect(single.normalizedAccuracy == 1)
    let none = try ContingencyTable([], [])
    #expect(none.purity == nil)
    #expect(none.matchedAccuracy == nil)
    #expect(none.normalizedAccuracy == nil)
  }
}
