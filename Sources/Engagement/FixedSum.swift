/// A sum of doubles held as one long whole number, so that it does not depend on the order of its terms.
///
/// The number is in words of 64 bits, lowest first, in two's complement; its lowest bit stands for
/// 2^−`fractionBits`. Reading it rounds once, to what ``ExactSum`` of the same terms is.
struct FixedSum {
  let words: UnsafeMutablePointer<UInt64>
  let count: Int
  let fractionBits: Int

  init(words: UnsafeMutablePointer<UInt64>, count: Int, fractionBits: Int) {
    self.words = words
    self.count = count
    self.fractionBits = fractionBits
  }

  /// The sum that begins at a word of a record.
  @inline(__always)
  init(_ words: UnsafeMutablePointer<Int64>, count: Int, fractionBits: Int) {
    self.init(
      words: UnsafeMutableRawPointer(words).assumingMemoryBound(to: UInt64.self), count: count,
      fractionBits: fractionBits)
  }

  /// Adds a term; false, and nothing is added, where the number is not long enough for it with 32 bits
  /// to spare.
  @inline(__always)
  func add(_ term: Double) -> Bool {
    let bits = term.bitPattern
    let exponent = Int(truncatingIfNeeded: (bits >> 52) & 0x7ff)
    if bits << 1 == 0 { return true }
    guard exponent > 0 else { return false }
    let place = exponent &- 1075 &+ fractionBits
    guard place >= 0, place &+ 53 &+ 32 < 64 &* count else { return false }
    let mantissa = bits & 0x000f_ffff_ffff_ffff | 0x0010_0000_0000_0000
    let (word, shift) = (place >> 6, UInt64(truncatingIfNeeded: place & 63))
    let low = mantissa &<< shift
    let high = shift > 11 ? mantissa &>> (64 &- shift) : 0
    if term > 0 {
      var carry = add(low, at: word, 0)
      carry = add(high, at: word &+ 1, carry)
      var next = word &+ 2
      while carry != 0, next < count {
        carry = add(0, at: next, carry)
        next &+= 1
      }
    } else {
      var borrow = subtract(low, at: word, 0)
      borrow = subtract(high, at: word &+ 1, borrow)
      var next = word &+ 2
      while borrow != 0, next < count {
        borrow = subtract(0, at: next, borrow)
        next &+= 1
      }
    }
    return true
  }

  @inline(__always)
  private func add(_ value: UInt64, at word: Int, _ carry: UInt64) -> UInt64 {
    let (first, firstCarry) = words[word].addingReportingOverflow(value)
    let (sum, secondCarry) = first.addingReportingOverflow(carry)
    words[word] = sum
    return (firstCarry ? 1 : 0) | (secondCarry ? 1 : 0)
  }

  @inline(__always)
  private func subtract(_ value: UInt64, at word: Int, _ borrow: UInt64) -> UInt64 {
    let (first, firstBorrow) = words[word].subtractingReportingOverflow(value)
    let (rest, secondBorrow) = first.subtractingReportingOverflow(borrow)
    words[word] = rest
    return (firstBorrow ? 1 : 0) | (secondBorrow ? 1 : 0)
  }

  /// The value of a sum to which `body` adds terms; nil where it says that one could not be added.
  @inline(__always)
  static func value(
    wordCount: Int, fractionBits: Int, _ body: (FixedSum) -> Bool
  ) -> Double? {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: wordCount) { words in
      words.initialize(repeating: 0)
      guard let base = words.baseAddress else { return nil }
      let sum = FixedSum(words: base, count: wordCount, fractionBits: fractionBits)
      return body(sum) ? sum.value : nil
    }
  }

  /// The double nearest to the sum, ties to even.
  var value: Double {
    let isNegative = words[count - 1] >> 63 == 1
    return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count) { magnitude in
      var carry: UInt64 = 1
      for word in 0..<count {
        guard isNegative else {
          magnitude[word] = words[word]
          continue
        }
        let (sum, overflow) = (~words[word]).addingReportingOverflow(carry)
        magnitude[word] = sum
        carry = overflow ? 1 : 0
      }
      guard let top = (0..<count).last(where: { magnitude[$0] != 0 }) else { return 0 }
      // The 64 bits from the highest one that is set; all below are told by the lowest of them.
      let shift = UInt64(magnitude[top].leadingZeroBitCount)
      var leading = magnitude[top] << shift
      var isInexact = false
      if top > 0 {
        if shift > 0 { leading |= magnitude[top - 1] >> (64 - shift) }
        isInexact = magnitude[top - 1] << shift != 0
        for word in 0..<max(0, top - 1) where magnitude[word] != 0 { isInexact = true }
      }
      if isInexact { leading |= 1 }
      let exponent = 64 * top - Int(shift) - fractionBits
      let size = Double(leading) * Double(sign: .plus, exponent: exponent, significand: 1)
      return isNegative ? -size : size
    }
  }

  /// The same sum, to which terms of any size can be added.
  var exactSum: ExactSum {
    var sum = ExactSum()
    let isNegative = words[count - 1] >> 63 == 1
    for word in 0..<count {
      // Two halves of 32 bits, the highest of which has the sign.
      for half in 0..<2 {
        let bits = (words[word] >> UInt64(32 * half)) & 0xffff_ffff
        let isTop = word == count - 1 && half == 1
        let number = isTop && isNegative ? Double(Int32(truncatingIfNeeded: bits)) : Double(bits)
        let exponent = 64 * word + 32 * half - fractionBits
        sum.add(number * Double(sign: .plus, exponent: exponent, significand: 1))
      }
    }
    return sum
  }
}
