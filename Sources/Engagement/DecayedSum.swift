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
    let halfLives = instant / halfLife
    let block = halfLives / Self.halfLivesPerBlock
    let fraction = Double(instant % halfLife) / Double(halfLife)
    let term = scalbn(weight * exp2(fraction), Int(halfLives % Self.halfLivesPerBlock))
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
    var total = 0.0
    for (block, sum) in blocks {
      // The age of the block's beginning, in whole half-lives and the part of one that is left.
      let halfLives = instant / halfLife - block * Self.halfLivesPerBlock
      let fraction = Double(instant % halfLife) / Double(halfLife)
      total += scalbn(sum.value * exp2(-fraction), -Int(halfLives))
    }
    return total
  }

  /// Forgets all terms.
  mutating func reset() { blocks.removeAll(keepingCapacity: true) }
}
