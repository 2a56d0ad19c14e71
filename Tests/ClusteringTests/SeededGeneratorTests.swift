import Clustering
import Testing

struct SeededGeneratorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let seed: UInt64
    let stream: UInt64
    let numbers: [UInt64]
    var testDescription: String { "seed \(seed) stream \(stream)" }

    /// From a second implementation of both papers' generators, in Python's whole numbers.
    static let all = [
      Case(
        seed: 0, stream: 0,
        numbers: [
          11_091_344_671_253_066_420, 13_793_997_310_169_335_082, 1_900_383_378_846_508_768,
          7_684_712_102_626_143_532,
        ]),
      Case(
        seed: 42, stream: 0,
        numbers: [
          1_546_998_764_402_558_742, 6_990_951_692_964_543_102, 12_544_586_762_248_559_009,
          17_057_574_109_182_124_193,
        ]),
      Case(
        seed: 42, stream: 1,
        numbers: [
          17_604_071_880_264_941_726, 13_049_929_662_915_288_091, 16_314_220_431_934_199_612,
          16_017_857_136_869_241_811,
        ]),
    ]
  }

  @Test(arguments: Case.all)
  func numbersAreThoseOfThePapers(testCase: Case) {
    var generator = SeededGenerator(seed: testCase.seed, stream: testCase.stream)
    #expect((0..<4).map { _ in generator.next() } == testCase.numbers)
  }

  @Test func uniformNumbersStayInRangeWithTheRightMean() {
    var generator = SeededGenerator(seed: 3)
    let values = (0..<20_000).map { _ in generator.uniform() }
    #expect(values.allSatisfy { (0..<1).contains($0) })
    // Five standard errors of the mean: 5 / sqrt(12 · 20000).
    #expect(abs(values.reduce(0, +) / 20_000 - 0.5) < 0.0103)
  }

  @Test func normalNumbersHaveMeanZeroVarianceOneAndTails() {
    var generator = SeededGenerator(seed: 4)
    let values = (0..<20_000).map { _ in generator.normal() }
    let mean = values.reduce(0, +) / 20_000
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
    #expect(abs(mean) < 5 / Double(20_000).squareRoot())
    #expect(abs(variance - 1) < 5 * (2.0 / 20_000).squareRoot())
    // 4.55 % lie beyond 2; five standard errors are 0.74 %.
    let tail = Double(values.filter { abs($0) > 2 }.count) / 20_000
    #expect(abs(tail - 0.0455) < 0.0074)
  }

  @Test(arguments: [1, 2, 3, 7, 1 << 40])
  func numbersBelowACountStayBelowIt(count: Int) {
    var generator = SeededGenerator(seed: 5)
    #expect((0..<1000).allSatisfy { _ in (0..<count).contains(generator.below(count)) })
  }

  @Test func everyNumberBelowACountIsAsLikely() {
    var generator = SeededGenerator(seed: 6)
    var counts = [Int](repeating: 0, count: 6)
    for _ in 0..<12_000 { counts[generator.below(6)] += 1 }
    // Five standard deviations of a count of mean 2000.
    #expect(counts.allSatisfy { abs($0 - 2000) < 205 })
  }

  @Test func shuffledElementsAreTheSameOnes() {
    var generator = SeededGenerator(seed: 7)
    var elements = Array(0..<50)
    generator.shuffle(&elements)
    #expect(elements != Array(0..<50))
    #expect(elements.sorted() == Array(0..<50))
  }

  @Test func samplesAreDistinctRisingAndFair() {
    var generator = SeededGenerator(seed: 8)
    var counts = [Int](repeating: 0, count: 10)
    for _ in 0..<5000 {
      let sample = generator.sample(4, outOf: 10)
      #expect(sample == Set(sample).sorted() && sample.count == 4)
      for element in sample { counts[element] += 1 }
    }
    #expect(counts.allSatisfy { abs($0 - 2000) < 175 })
    #expect(generator.sample(10, outOf: 10) == Array(0..<10))
    #expect(generator.sample(0, outOf: 0).isEmpty)
  }
}
