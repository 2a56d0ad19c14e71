internal import Foundation

/// A pseudorandom generator whose numbers and draws are the same for ever, on every machine.
///
/// xoshiro256** (Blackman & Vigna 2021, doi 10.1145/3460772), its state filled by SplitMix64
/// (Steele, Lea & Flood 2014, doi 10.1145/2660193.2660195). The draws below are fixed too, unlike
/// those of the standard library. Not for secrets.
public struct SeededGenerator: RandomNumberGenerator, Sendable, Hashable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// Makes the generator of a seed.
  ///
  /// - Parameters:
  ///   - seed: Any number.
  ///   - stream: Independent sequences for one seed, for instance one per restart.
  public init(seed: UInt64, stream: UInt64 = 0) {
    var mixer = SplitMix64(state: seed)
    if stream != 0 { mixer.state = mixer.next() ^ stream &* 0xD1B5_4A32_D192_ED03 }
    state = (mixer.next(), mixer.next(), mixer.next(), mixer.next())
  }

  /// 64 random bits.
  public mutating func next() -> UInt64 {
    let result = (state.1 &* 5).rotatedLeft(by: 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = state.3.rotatedLeft(by: 45)
    return result
  }

  /// True where both generators will give the same numbers.
  public static func == (left: Self, right: Self) -> Bool { left.state == right.state }

  /// Hashes the state.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(state.0)
    hasher.combine(state.1)
    hasher.combine(state.2)
    hasher.combine(state.3)
  }
}

extension SeededGenerator {
  /// A number in 0..<1, uniform over the multiples of 2^-53.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A whole number in 0..<count, each as likely as the others (Lemire 2019,
  /// doi 10.1145/3230636).
  ///
  /// - Precondition: `count` is positive.
  public mutating func below(_ count: Int) -> Int {
    precondition(count > 0, "there is no number under \(count)")
    let bound = UInt64(count)
    let threshold = (0 &- bound) % bound
    while true {
      let product = next().multipliedFullWidth(by: bound)
      if product.low >= threshold { return Int(product.high) }
    }
  }

  /// A number from the standard normal distribution.
  ///
  /// Ratio of uniforms (Kinderman & Monahan 1977, doi 10.1145/355744.355750): the logarithm only
  /// decides whether a draw counts, so its last bit, which differs between machines, is not in the
  /// result.
  public mutating func normal() -> Double {
    let width = 0.857763884960706796  // sqrt(2 / e)
    while true {
      let u = 1 - uniform()
      let x = (2 * uniform() - 1) * width / u
      if x * x <= -4 * log(u) { return x }
    }
  }

  /// Puts elements in random order (Fisher & Yates), every order as likely as the others.
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    var last = elements.count - 1
    while last > 0 {
      elements.swapAt(last, below(last + 1))
      last -= 1
    }
  }

  /// `count` different numbers out of 0..<total, in rising order, every set as likely as the others
  /// (Floyd's method, Bentley & Floyd 1987, doi 10.1145/30401.315746).
  ///
  /// - Precondition: `count` is in 0...total.
  public mutating func sample(_ count: Int, outOf total: Int) -> [Int] {
    precondition((0...max(0, total)).contains(count), "a sample is no larger than its source")
    var chosen = Set<Int>()
    for candidate in total - count..<total {
      if !chosen.insert(below(candidate + 1)).inserted { chosen.insert(candidate) }
    }
    return chosen.sorted()
  }
}

private struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension UInt64 {
  fileprivate func rotatedLeft(by count: UInt64) -> UInt64 {
    (self << count) | (self >> (64 - count))
  }
}
