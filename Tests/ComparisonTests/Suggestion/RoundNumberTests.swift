import TestSupport
import Testing

@testable import Comparison

/// Thresholds are numbers that people would say.
struct RoundNumberTests {
  @Test(arguments: [
    (0.28, 0.33, 0.3), (28.4, 31.9, 30), (2, 3, 3), (2, 7, 5), (-1, 1, 0), (-0.5, 0, 0),
    (0, 0.001, 0.001), (97, 103, 100), (1e6, 1.2e6, 1_100_000), (-31.9, -28.4, -30),
    (1234.5, 1234.6, 1234.6), (19.5, 24, 20), (4, 6, 5), (0.1, 0.2, 0.2),
  ])
  func theShortestIsTaken(_ low: Double, _ high: Double, _ expected: Double) {
    #expect(roundNumber(above: low, through: high) == expected)
  }

  @Test func preferredNumbersComeFirst() {
    #expect(roundNumber(above: 85, through: 110, preferred: [30, 90]) == 90)
    #expect(roundNumber(above: 85, through: 110) == 100)
  }

  @Test func theNumberIsAlwaysBetween() {
    var generator = TestGenerator(seed: 3)
    for _ in 0..<20_000 {
      let scales: [Double] = [1e-9, 1e-3, 1, 1e3, 1e12]
      let scale = scales.randomElement(using: &generator) ?? 1
      let low = Double.random(in: -scale...scale, using: &generator)
      let ends: [Double] = [low.nextUp, low + scale * 1e-6, low + scale]
      let high = ends.randomElement(using: &generator)
      guard let high, high > low else { continue }
      let number = roundNumber(above: low, through: high)
      #expect(number > low && number <= high, "\(low) \(high) \(number)")
    }
  }
}
