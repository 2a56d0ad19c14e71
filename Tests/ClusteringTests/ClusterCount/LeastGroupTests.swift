import LinearAlgebra
import Testing

@testable import Clustering

/// Few rows far from all others are outliers, not a clear group.
@Suite struct LeastGroupTests {
  /// Bunches far apart, of so many rows.
  private func bunches(_ sizes: [Int]) -> Matrix<Double> {
    Matrix(
      rows: sizes.enumerated().flatMap { place, size in
        (0..<size).map { row -> [Double] in
          let (x, y) = (Double(row * 7 % 13) / 13, Double(row * 5 % 11) / 11)
          return [x + 40 * Double(place), y]
        }
      })
  }

  @Test(arguments: [
    ([45, 45, 10], true), ([45, 45, 9], false), ([750, 750, 16], true), ([750, 750, 15], false),
  ])
  func groupsHaveTenRowsAndOnePercent(sizes: [Int], isGroup: Bool) throws {
    let choice = try ClusterCountChoice(bunches(sizes), counts: 2...4)
    #expect((choice.isClear && choice.clusterCount == 3) == isGroup, "\(choice.reason)")
  }

  @Test func theReasonSaysHowManyRowsAreTooFew() throws {
    let choice = try ClusterCountChoice(bunches([40, 3]), counts: 2...2)
    #expect(!choice.isClear)
    #expect(
      choice.reason
        == "There are no clear groups: every division has a group under 10 of 43 rows.")
  }
}
