import TestSupport
import Testing

@testable import Engagement

@Suite struct EmpiricalDistributionTests {
  @Test func knotsAreQuantiles() throws {
    let distribution = try #require(EmpiricalDistribution(of: [3, .nan, 1, .infinity, 2]))
    #expect(distribution.knots.count == 257)
    #expect(distribution.knots[0] == 1)
    #expect(distribution.knots[64] == 1.5)
    #expect(distribution.knots[128] == 2)
    #expect(distribution.knots[256] == 3)
    #expect(EmpiricalDistribution(of: [.nan]) == nil)
    #expect(EmpiricalDistribution(of: []) == nil)
  }

  @Test func storedKnotsAreChecked() {
    let ascending = (0..<257).map(Double.init)
    #expect(EmpiricalDistribution(knots: ascending)?.knots == ascending)
    #expect(EmpiricalDistribution(knots: ascending.dropLast()) == nil)
    #expect(EmpiricalDistribution(knots: ascending.reversed()) == nil)
    #expect(EmpiricalDistribution(knots: ascending.dropLast() + [.infinity]) == nil)
    #expect(EmpiricalDistribution(knots: ascending.dropLast() + [.nan]) == nil)
  }

  @Test func endsAndGaps() throws {
    let distribution = try #require(EmpiricalDistribution(of: [10, 20]))
    #expect(distribution.fraction(below: -1) == 0)
    #expect(distribution.fraction(below: 10) == 0)
    #expect(distribution.fraction(below: 12.5) == 0.25)
    #expect(distribution.fraction(below: 20) == 1)
    #expect(distribution.fraction(below: .infinity) == 1)
    #expect(distribution.fraction(below: -.infinity) == 0)
    #expect(distribution.fraction(below: .nan).isNaN)
  }

  @Test func sharedValueGetsItsMidRank() throws {
    // Half of the community has 0, a quarter 1, a quarter 2.
    let values = (0..<1024).map { [0.0, 0, 1, 2][$0 / 256] }
    let distribution = try #require(EmpiricalDistribution(of: values))
    #expect(abs(distribution.fraction(below: 0) - 0.25) < 1.0 / 256)
    #expect(abs(distribution.fraction(below: 1) - 0.625) < 1.0 / 256)
    #expect(abs(distribution.fraction(below: 2) - 0.875) < 1.0 / 256)
    let constant = try #require(EmpiricalDistribution(of: [7, 7, 7]))
    #expect(constant.fraction(below: 7) == 0.5)
    #expect(constant.fraction(below: 6) == 0)
    #expect(constant.fraction(below: 8) == 1)
  }

  @Test(arguments: 0..<6) func fractionIsTheMidRankOfThePlainDefinition(_ seed: UInt64) throws {
    var generator = TestGenerator(seed: seed)
    let isTied = seed.isMultiple(of: 2)
    let values = (0..<3000).map { _ -> Double in
      let value = Double.random(in: -3...3, using: &generator)
      return isTied ? value.rounded() : value * value * value
    }
    let distribution = try #require(EmpiricalDistribution(of: values))
    for x in values.prefix(100) + [-30, 0.1, 30] {
      let below = Double(values.count { $0 < x })
      let equal = Double(values.count { $0 == x })
      let expected = (below + equal / 2) / Double(values.count)
      // 257 knots know a rank to one part in 256, mid-ranks of ties to half as much at either end.
      #expect(abs(distribution.fraction(below: x) - expected) <= 1.0 / 256 + 1.0 / 3000)
    }
    let ladder = stride(from: -31.0, through: 31, by: 0.25).map { distribution.fraction(below: $0) }
    #expect(zip(ladder, ladder.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test func differencesOfLargeNumbersDoNotOverflow() throws {
    let most = Double.greatestFiniteMagnitude
    let distribution = try #require(EmpiricalDistribution(of: [-most, most]))
    #expect(distribution.knots.allSatisfy { $0.isFinite })
    #expect(EmpiricalDistribution(knots: distribution.knots) == distribution)
    #expect(distribution.fraction(below: 0) == 0.5)
    #expect(distribution.fraction(below: most / 2) == 0.75)
  }
}
