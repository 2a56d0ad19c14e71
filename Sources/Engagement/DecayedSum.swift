internal import CKernels
import EventLog
import Foundation

/// A sum of weights that halve with every half-life of age, Σ w 2^(−a/h), the same for any order of
/// the events.
///
/// Each term is taken relative to the beginning of its own block of 256 half-lives, counted from
/// 1970, so that it does not depend on the as-of time and cannot overflow. The terms of a block are
/// summed exactly and scaled to the as-of time when the sum is read.
struct DecayedSum: Sendable {
  static let halfLivesPerBlock: Int64 = 256

  let halfLife: Int64
  /// The sums of the blocks that have terms, oldest first.
  private(set) var blocks: [(index: Int64, sum: ExactSum)] = []

  /// Makes an empty sum.
  init(halfLifeInMicroseconds: Int64) {
    precondition(halfLifeInMicroseconds > 0, "a half-life must be longer than nothing")
    halfLife = halfLifeInMicroseconds
  }

  /// Adds a weight at an instant at or after 1970, in any order.
  mutating func add(_ weight: Double, at instant: Int64) {
    let (block, term) = Self.term(weight, at: instant, halfLife: halfLife)
    add(term, toBlock: block)
  }

  /// The block of 256 half-lives that an instant is in, and a weight relative to its beginning.
  static func term(
    _ weight: Double, at instant: Int64, halfLife: Int64
  ) -> (block: Int64, term: Double) {
    HalfLife(inMicroseconds: halfLife).term(weight, at: instant)
  }

  /// Adds a term of a block.
  mutating func add(_ term: Double, toBlock block: Int64) {
    if let last = blocks.indices.last, blocks[last].index == block {
      blocks[last].sum.add(term)
      return
    }
    let position = blocks.firstIndex { $0.index >= block } ?? blocks.count
    if position == blocks.count || blocks[position].index != block {
      blocks.insert((block, ExactSum()), at: position)
    }
    blocks[position].sum.add(term)
  }

  /// The sum as of an instant that is not before any of its events.
  func value(asOf instant: Int64) -> Double {
    blocks.reduce(0) { total, block in
      let (factor, halfLives) = Self.scale(
        ofBlock: block.index, asOf: instant, halfLife: halfLife)
      return total + Self.value(block.sum.value, factor: factor, halfLives: halfLives)
    }
  }

  /// What the sum of a block's terms is to be multiplied with, as of an instant, and the power of two
  /// that is to be taken from it.
  static func scale(
    ofBlock block: Int64, asOf instant: Int64, halfLife: Int64
  ) -> (factor: Double, halfLives: Int) {
    // The age of the block's beginning, in whole half-lives and the part of one that is left.
    let fraction = Double(instant % halfLife) / Double(halfLife)
    return (exp2(-fraction), Int(instant / halfLife - block * halfLivesPerBlock))
  }

  /// A block's part of the sum; parts are to be added up oldest first.
  static func value(_ sum: Double, factor: Double, halfLives: Int) -> Double {
    scalbn(sum * factor, -halfLives)
  }

  /// The sum as of an instant of weights at instants not after it; for the most part nothing is kept of them.
  ///
  /// - Parameters:
  ///   - instants: the instants, at or after 1970.
  ///   - halfLifeInDays: the half-life.
  ///   - instant: the as-of time.
  ///   - weight: the weight at a place of `instants`; nil where all are 1.
  /// - Returns: the sum, 0 without instants.
  @inline(__always)
  static func value(
    at instants: UnsafeBufferPointer<Int64>, halfLifeInDays: Int, asOf instant: Timestamp,
    weight: ((Int) -> Double)?
  ) -> Double {
    guard let first = instants.baseAddress, !instants.isEmpty else { return 0 }
    let halfLife = HalfLife(
      inMicroseconds: Int64(halfLifeInDays) * Timestamp.microsecondsPerDay)
    let home = halfLife.block(of: instants[instants.count - 1])
    let size = min(instants.count, 256)
    let sum = withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * size) { numbers in
      withUnsafeTemporaryAllocation(of: Int64.self, capacity: size) { blocks -> Double? in
        guard let terms = numbers.baseAddress, let blocks = blocks.baseAddress else { return nil }
        let weights = terms + size
        return FixedSum.value(
          wordCount: FeatureAccumulator.decayedWordCount,
          fractionBits: FeatureAccumulator.decayedFractionBits
        ) { sum in
          for start in stride(from: 0, to: instants.count, by: size) {
            let count = min(size, instants.count - start)
            if let weight {
              for place in 0..<count { weights[place] = weight(start + place) }
            }
            halfLife.terms(
              weight == nil ? nil : UnsafePointer(weights), at: first + start, count: count,
              terms: terms, blocks: blocks)
            for place in 0..<count {
              guard blocks[place] == home, sum.add(terms[place]) else { return false }
            }
          }
          return true
        }
      }
    }
    let asOf = instant.microseconds
    if let sum {
      let (factor, halfLives) = scale(
        ofBlock: home, asOf: asOf, halfLife: halfLife.microseconds)
      return value(sum, factor: factor, halfLives: halfLives)
    }
    var kept = DecayedSum(halfLifeInMicroseconds: halfLife.microseconds)
    for (place, instant) in instants.enumerated() { kept.add(weight?(place) ?? 1, at: instant) }
    return kept.value(asOf: asOf)
  }

  /// Forgets all terms.
  mutating func reset() { blocks.removeAll(keepingCapacity: true) }
}

/// What brings weights to the beginning of their block of half-lives.
struct HalfLife: Sendable {
  let microseconds: Int64
  /// 2 to all 1024ths up to 1, held here as to ask whether it is made takes longer than to use it.
  private let powers: [Double]

  init(inMicroseconds microseconds: Int64) {
    self.microseconds = microseconds
    powers = Self.powersOfTwo
  }

  /// The block of 256 half-lives that an instant at or after 1970 is in, and a weight relative to its
  /// beginning.
  func term(_ weight: Double, at instant: Int64) -> (block: Int64, term: Double) {
    var (instant, weight, term, block) = (instant, weight, 0.0, 0 as Int64)
    terms(&weight, at: &instant, count: 1, terms: &term, blocks: &block)
    return (block, term)
  }

  /// The block of 256 half-lives that an instant at or after 1970 is in.
  func block(of instant: Int64) -> Int64 { term(1, at: instant).block }

  /// The same of many, weights being 1 where there are none.
  func terms(
    _ weights: UnsafePointer<Double>?, at instants: UnsafePointer<Int64>, count: Int,
    terms: UnsafeMutablePointer<Double>, blocks: UnsafeMutablePointer<Int64>
  ) {
    powers.withUnsafeBufferPointer { powers in
      guard let powers = powers.baseAddress else { return }
      coterie_decayed_terms(
        Self.instructions, instants, weights, Int64(count), microseconds, powers, terms, blocks)
    }
  }

  private static let powersOfTwo: [Double] = (0...1024).map { exp2(Double($0) / 1024) }

  private static let instructions =
    coterie_supports(COTERIE_AVX512) != 0 ? COTERIE_AVX512 : COTERIE_BASELINE
}
