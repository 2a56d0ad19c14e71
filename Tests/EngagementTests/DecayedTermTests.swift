import CKernels
import Foundation
import TestSupport
import Testing

/// Weights brought to their block of half-lives, by every instruction set.
struct DecayedTermTests {
  @Test(arguments: Array(UInt64(1)...6))
  func termsAreTheSameBitsEverywhereAndNearlyRight(seed: UInt64) {
    var generator = TestGenerator(seed: seed)
    let day: Int64 = 86_400_000_000
    let halfLife = Int64.random(in: 1...400, using: &generator) * day
    var times = (0..<1003).map { _ in Int64.random(in: 0...230 * 365 * day, using: &generator) }
    // Whole half-lives, and the instants beside them.
    for step in 0..<60 {
      times.append(max(0, halfLife * Int64(step * step / 3) + Int64(step % 3) - 1))
    }
    let weights = times.map { _ in Double.random(in: -10...10, using: &generator) }
    let powers = (0...1024).map { exp2(Double($0) / 1024) }
    func terms(_ instructions: coterie_instructions) -> (terms: [Double], blocks: [Int64]) {
      var (terms, blocks) = ([Double](repeating: 0, count: times.count), times)
      coterie_decayed_terms(
        instructions, times, weights, Int64(times.count), halfLife, powers, &terms, &blocks)
      return (terms, blocks)
    }
    let plain = terms(COTERIE_BASELINE)
    for (place, time) in times.enumerated() {
      let halfLives = time / halfLife
      #expect(plain.blocks[place] == halfLives / 256, "seed \(seed)")
      let rest = Double(time % halfLife) / Double(halfLife)
      let expected = scalbn(weights[place] * exp2(rest), Int(halfLives % 256))
      let isNear = abs(plain.terms[place] - expected) <= 1e-14 * abs(expected)
      #expect(isNear, "seed \(seed): \(time)")
    }
    for instructions in [COTERIE_AVX2, COTERIE_AVX512] where coterie_supports(instructions) != 0 {
      let found = terms(instructions)
      #expect(found.blocks == plain.blocks, "seed \(seed)")
      #expect(found.terms.map(\.bitPattern) == plain.terms.map(\.bitPattern), "seed \(seed)")
    }
  }
}
