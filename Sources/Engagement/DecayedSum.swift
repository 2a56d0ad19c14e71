import Foundation

/// A sum of weights that halve with every half-life of age, Σ w 2^(−a/h), the same for any order of
/// the events.
///
/// Each term is taken relative to the beginning of its own block of 256 half-lives, counted from
/// 1970, so that it does not depend on the as-of time and cannot overflow. The terms of a block are
/// summed exactly and scaled to the as-of time when the sum is read.
struct DecayedSum: Sendable {
  private static let halfLivesPerBlock: Int64 = 256

  private let halfLife: Int64
  private var blocks: [(index: Int64, sum: ExactSum)] = []

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
  @inline(__always)
  static func term(
    _ weight: Double, at instant: Int64, halfLife: Int64
  ) -> (block: Int64, term: Double) {
    let (halfLives, rest) = instant.quotientAndRemainder(dividingBy: halfLife)
    let (block, place) = halfLives.quotientAndRemainder(dividingBy: halfLivesPerBlock)
    let fraction = Double(rest) / Double(halfLife)
    // 2 to a whole power up to 255 is a double of its own.
    let scale = Double(bitPattern: UInt64(bitPattern: place + 1023) << 52)
    return (block, weight * exp2(fraction) * scale)
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
      total + Self.value(block.sum.value, ofBlock: block.index, asOf: instant, halfLife: halfLife)
    }
  }

  /// What the sum of a block's terms is as of an instant; blocks are to be added up oldest first.
  static func value(
    _ sum: Double, ofBlock block: Int64, asOf instant: Int64, halfLife: Int64
  ) -> Double {
    // The age of the block's beginning, in whole half-lives and the part of one that is left.
    let halfLives = instant / halfLife - block * halfLivesPerBlock
    let fraction = Double(instant % halfLife) / Double(halfLife)
    return scalbn(sum * exp2(-fraction), -Int(halfLives))
  }

  /// Forgets all terms.
  mutating func reset() { blocks.removeAll(keepingCapacity: true) }
}
