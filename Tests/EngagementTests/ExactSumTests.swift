import Foundation
import TestSupport
import Testing

@testable import Engagement

@Suite struct ExactSumTests {
  private func sum(_ terms: [Double]) -> Double {
    var sum = ExactSum()
    for term in terms { sum.add(term) }
    return sum.value
  }

  /// The double nearest to a whole number times 2^exponent, ties to even.
  private func nearestDouble(_ number: Int128, exponent: Int) -> Double {
    let magnitude = number.magnitude
    let excess = max(0, 128 - magnitude.leadingZeroBitCount - 53)
    var kept = magnitude >> UInt128(excess)
    if excess > 0 {
      let rest = magnitude & ((1 << UInt128(excess)) - 1)
      let half: UInt128 = 1 << UInt128(excess - 1)
      if rest > half || (rest == half && kept & 1 == 1) { kept += 1 }
    }
    let value = Double(sign: .plus, exponent: exponent + excess, significand: Double(UInt64(kept)))
    return number < 0 ? -value : value
  }

  @Test func valueIsTheRoundedSum() {
    #expect(sum([]) == 0)
    #expect(sum([0.1, 0.2, 0.3]) == 0.6)
    #expect(sum([1e100, 1, -1e100]) == 1)
    #expect(sum([1, 1e-20, -1]) == 1e-20)
    #expect(sum([Double](repeating: 0.1, count: 10)) == 1)
    // Half-way between two doubles: to the even one, unless something smaller decides.
    let half = 0x1p-53
    let next = 1 + 0x1p-52
    #expect(sum([1, half]) == 1)
    #expect(sum([1, half, 0x1p-200]) == next)
    #expect(sum([1, half, -0x1p-200]) == 1)
    #expect(sum([next, half, -0x1p-200]) == next)
    #expect(sum([-1, -half, -0x1p-200]) == -next)
  }

  @Test(arguments: 0..<20) func sumIsThatOfWholeNumbersInAnyOrder(_ seed: UInt64) {
    var generator = TestGenerator(seed: seed)
    var exact: Int128 = 0
    var terms: [Double] = []
    for _ in 0..<300 {
      let mantissa = Int64.random(in: -(1 << 52)...(1 << 52), using: &generator)
      let shift = Int.random(in: 0...60, using: &generator)
      exact += Int128(mantissa) << Int128(shift)
      terms.append(Double(sign: .plus, exponent: shift - 80, significand: Double(mantissa)))
      // Neighbours that nearly cancel are the hard case.
      if Bool.random(using: &generator) {
        exact -= Int128(mantissa - 1) << Int128(shift)
        terms.append(-Double(sign: .plus, exponent: shift - 80, significand: Double(mantissa - 1)))
      }
    }
    let expected = nearestDouble(exact, exponent: -80)
    for _ in 0..<5 {
      #expect(sum(terms).bitPattern == expected.bitPattern)
      terms.shuffle(using: &generator)
    }
  }

  @Test func resetForgetsAllTerms() {
    var sum = ExactSum()
    sum.add(1e300)
    sum.reset()
    sum.add(0.5)
    #expect(sum.value == 0.5)
  }
}

@Suite struct DecayedSumTests {
  private static let day: Int64 = 86_400_000_000
  private static let now: Int64 = 20_000 * day

  @Test func weightsHalveWithEveryHalfLife() {
    var sum = DecayedSum(halfLifeInMicroseconds: 7 * Self.day)
    #expect(sum.value(asOf: Self.now) == 0)
    sum.add(8, at: Self.now - 14 * Self.day)
    #expect(sum.value(asOf: Self.now) == 2)
    #expect(sum.value(asOf: Self.now + 7 * Self.day) == 1)
    sum.add(3, at: Self.now)
    #expect(sum.value(asOf: Self.now) == 5)
    sum.reset()
    #expect(sum.value(asOf: Self.now) == 0)
  }

  @Test(arguments: 0..<6) func orderDoesNotMatterAndTheDefinitionHolds(_ seed: UInt64) {
    var generator = TestGenerator(seed: seed)
    // From an hour, thousands of blocks in a history, to 99,999 days, one block in all.
    let halfLives: [Int64] = [Self.day / 24, Self.day / 3, Self.day, 14 * Self.day]
    let halfLife = (halfLives + [56 * Self.day, 99_999 * Self.day])[Int(seed)]
    var events = (0..<200).map { _ in
      (
        weight: Double.random(in: -5...10, using: &generator),
        time: Self.now - Int64.random(in: 0...(4000 * Self.day), using: &generator)
      )
    }
    var first: Double?
    for _ in 0..<5 {
      var sum = DecayedSum(halfLifeInMicroseconds: halfLife)
      for event in events { sum.add(event.weight, at: event.time) }
      let value = sum.value(asOf: Self.now)
      #expect(value.bitPattern == (first ?? value).bitPattern)
      first = value
      events.shuffle(using: &generator)
    }
    var expected = 0.0
    var size = 0.0
    for event in events {
      let term = event.weight * exp2(-Double(Self.now - event.time) / Double(halfLife))
      expected += term
      size += abs(term)
    }
    let value = first ?? .nan
    #expect(abs(value - expected) <= 1e-12 * size, "\(value), expected \(expected)")
  }

  @Test func extremeAgesAreZeroAndNotATrap() {
    let last: Int64 = 230 * 365 * Self.day
    var sum = DecayedSum(halfLifeInMicroseconds: 1)
    sum.add(1e15, at: 0)
    sum.add(2, at: last - 1)
    #expect(sum.value(asOf: last) == 1)
    var slow = DecayedSum(halfLifeInMicroseconds: .max)
    slow.add(3, at: 0)
    #expect(abs(slow.value(asOf: 1) - 3) < 1e-12)
  }
}
