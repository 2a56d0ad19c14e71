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
  @inline(__always)
  static func term(
    _ weight: Double, at instant: Int64, halfLife: Int64
  ) -> (block: Int64, term: Double) {
    // Whole half-lives by a product, which is off by one at most, and not by a division.
    var halfLives = Int64(Double(instant) * (1 / Double(halfLife)))
    var rest = instant &- halfLives &* halfLife
    if rest < 0 {
      (halfLives, rest) = (halfLives &- 1, rest &+ halfLife)
    } else if rest >= halfLife {
      (halfLives, rest) = (halfLives &+ 1, rest &- halfLife)
    }
    let (block, place) = halfLives.quotientAndRemainder(dividingBy: halfLivesPerBlock)
    let fraction = Double(rest) / Double(halfLife)
    // 2 to a whole power up to 255 is a double of its own.
    let scale = Double(bitPattern: UInt64(bitPattern: place &+ 1023) << 52)
    return (block, weight * powerOfTwo(fraction) * scale)
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

  /// Forgets all terms.
  mutating func reset() { blocks.removeAll(keepingCapacity: true) }
}

/// 2 to a power in [0, 1), to a unit in the last place: the power to whole 1024ths from a table, times
/// the first terms of the series of what is left.
@inline(__always)
private func powerOfTwo(_ fraction: Double) -> Double {
  let step = Int(fraction * 1024)
  let rest = (fraction - Double(step) * 0x1p-10) * 0.693_147_180_559_945_3
  // (ln 2 / 1024)^5 / 120 is under 2^-59.
  let excess = rest * (1 + rest * (0.5 + rest * (1.0 / 6 + rest * (1.0 / 24))))
  let power = powersOfTwo[step]
  return power + power * excess
}

private let powersOfTwo: [Double] = (0...1024).map { exp2(Double($0) / 1024) }
