import Foundation
import LinearAlgebra
import Testing

@testable import Clustering

struct ReferenceDistributionTests {
  /// The quantiles of even shares.
  static func quantiles(_ distribution: PiecewiseDistribution, count: Int) -> [Double] {
    (0..<count).map { distribution.quantile((Double($0) + 0.5) / Double(count)) }
  }

  @Test func twoNumbersHaveAModeAndAnEvenRestBetweenThem() {
    let distribution = PiecewiseDistribution(nearestUnimodalTo: [1, 0, 0, 1])
    #expect(distribution.quantile(0) == 0)
    #expect(distribution.quantile(0.25) == 0)
    #expect(distribution.quantile(0.75) == 0.5)
    #expect(distribution.quantile(0.875) == 0.75)
    let single = PiecewiseDistribution(nearestUnimodalTo: [3, 3, 3])
    #expect(Self.quantiles(single, count: 5) == [3, 3, 3, 3, 3])
    let uniform = PiecewiseDistribution(uniformOver: 2...6)
    #expect(uniform.quantile(0.25) == 3)
  }

  @Test(arguments: 0..<12 as Range<UInt64>)
  func quantilesLieDenserUpToOneModeAndThenWider(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let sample = (0..<300).map { row in
      seed % 2 == 0
        ? generator.normal() + Double(row % 3) * 5 : -log(1 - generator.uniform())
    }
    let quantiles = Self.quantiles(
      PiecewiseDistribution(nearestUnimodalTo: sample), count: 1000)
    let steps = zip(quantiles.dropFirst(), quantiles).map { $0.0 - $0.1 }
    let mode = steps.indices.min { steps[$0] < steps[$1] } ?? 0
    #expect(steps.allSatisfy { $0 >= 0 })
    #expect((1..<mode + 1).allSatisfy { $0 > mode || steps[$0] <= steps[$0 - 1] + 1e-9 })
    #expect(
      (mode + 1..<max(mode + 1, steps.count)).allSatisfy { steps[$0] >= steps[$0 - 1] - 1e-9 })
    #expect(quantiles[0] >= sample.min() ?? 0)
    #expect(quantiles[999] <= sample.max() ?? 0)
  }

  @Test func aSampleOfOneModeIsHardlyChanged() {
    var generator = SeededGenerator(seed: 4)
    let sample = (0..<2000).map { _ in -log(1 - generator.uniform()) }.sorted()
    let quantiles = Self.quantiles(
      PiecewiseDistribution(nearestUnimodalTo: sample), count: 2000)
    let differences = zip(sample, quantiles).map { abs($0 - $1) }.sorted()
    #expect(differences[1900] < 0.1)
    #expect(differences[1000] < 0.02)
  }

  @Test func columnsGoTogetherAsTheSamplesDo() throws {
    var generator = SeededGenerator(seed: 6)
    let samples = Matrix(
      rows: (0..<1000).map { _ in
        let (a, b) = (-log(1 - generator.uniform()), -log(1 - generator.uniform()))
        return [a + 0.5 * b, b, 7]
      })
    let drawn = try ReferenceDistribution(samples, .unimodalColumns).draw(using: &generator)
    #expect(drawn.rowCount == 1000)
    #expect(drawn.elements.allSatisfy { $0 >= 0 })
    #expect(drawn.column(2).allSatisfy { $0 == 7 })
    func correlation(_ matrix: Matrix<Double>) -> Double {
      let (x, y) = (matrix.column(0), matrix.column(1))
      let (meanX, meanY) = (x.reduce(0, +) / 1000, y.reduce(0, +) / 1000)
      let products = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
      let squares = [x.map { $0 - meanX }, y.map { $0 - meanY }].map { deviations in
        deviations.reduce(0) { $0 + $1 * $1 }
      }
      return products / (squares[0] * squares[1]).squareRoot()
    }
    #expect(abs(correlation(drawn) - correlation(samples)) < 0.12)
    let apart = try ReferenceDistribution(samples, .uniform).draw(using: &generator)
    #expect(apart.column(2).allSatisfy { abs($0 - 7) < 1e-12 })
  }
}
