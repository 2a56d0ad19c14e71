/// A sum of doubles without rounding error, so that it does not depend on the order of its terms.
///
/// The sum is held as an expansion of doubles that do not overlap, and rounded once when it is read
/// (Shewchuk 1997, doi 10.1007/PL00009321, section 2.4). Terms must be finite, and so must the sum
/// of their sizes.
package struct ExactSum: Sendable {
  private var partials: [Double] = []

  /// A sum without terms.
  package init() {}

  /// Adds a term.
  ///
  /// - Complexity: O(length of the expansion), which is 1 to 3 for terms of like size.
  package mutating func add(_ term: Double) {
    var sum = term
    var kept = 0
    for index in partials.indices {
      var (large, small) = (sum, partials[index])
      if abs(large) < abs(small) { swap(&large, &small) }
      let high = large + small
      let low = small - (high - large)
      if low != 0 {
        partials[kept] = low
        kept += 1
      }
      sum = high
    }
    partials.removeSubrange(kept...)
    partials.append(sum)
  }

  /// Adds the terms of another sum.
  mutating func add(_ other: ExactSum) {
    for term in other.partials { add(term) }
  }

  /// Forgets all terms but keeps the storage.
  package mutating func reset() { partials.removeAll(keepingCapacity: true) }

  /// The double nearest to the sum; 0 without terms.
  package var value: Double {
    guard var index = partials.indices.last else { return 0 }
    var high = partials[index]
    var low = 0.0
    while index > 0 {
      index -= 1
      let (previous, next) = (high, partials[index])
      high = previous + next
      low = next - (high - previous)
      if low != 0 { break }
    }
    // Half-way cases are decided by the sign of what stands below them.
    if index > 0, (low < 0) == (partials[index - 1] < 0), low != 0 {
      let doubled = low * 2
      let rounded = high + doubled
      if doubled == rounded - high { high = rounded }
    }
    // A sum of zeros is the positive one, whatever their signs.
    return high + 0
  }

  /// The value of the sum of a term for each of some places, 0 without any; for the most part nothing is kept
  /// of them.
  @inline(__always)
  static func value(of places: Range<Int>, _ term: (Int) -> Double) -> Double {
    let value = FixedSum.value(
      wordCount: FeatureAccumulator.sumWordCount, fractionBits: FeatureAccumulator.sumFractionBits
    ) { sum in
      for place in places where !sum.add(term(place)) { return false }
      return true
    }
    if let value { return value }
    var sum = ExactSum()
    for place in places { sum.add(term(place)) }
    return sum.value
  }

  /// The sum as the double nearest to it, the double nearest to what is left, and so on: the same
  /// terms for any order in which the sum came about, and none only where there were none.
  var expansion: [Double] {
    guard !partials.isEmpty else { return [] }
    var (rest, terms) = (self, [value])
    while let term = terms.last, term != 0, term.isFinite {
      rest.add(-term)
      terms.append(rest.value)
    }
    return terms.count > 1 ? terms.dropLast() : terms
  }

  /// The bytes of storage that the sum holds.
  var byteCount: Int { partials.capacity * MemoryLayout<Double>.stride }
}
