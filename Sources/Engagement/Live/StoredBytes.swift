import EventLog

/// FNV-1a in 64 bits (Fowler, Noll & Vo, RFC 9923): tells damage, not malice.
func checksum(_ bytes: some Sequence<UInt8>) -> UInt64 {
  bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}

/// Writes numbers and texts as bytes that have one form each.
struct StoredByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func write(raw value: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  mutating func write(_ value: Double) { write(raw: value.bitPattern) }

  mutating func write(byte: UInt8) { bytes.append(byte) }

  /// Seven bits a byte, lowest first; the highest bit says that more follow.
  mutating func write(_ number: Int) {
    precondition(number >= 0, "counts are not negative")
    var rest = UInt64(number)
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func write(_ text: ExactText) {
    write(text.text.utf8.count)
    bytes += text.text.utf8
  }

  /// 0 for none, else the instant and one.
  mutating func write(_ instant: Int64?) { write(instant.map { Int($0) + 1 } ?? 0) }

  /// The steps between ascending numbers, from 0 on.
  mutating func writeSteps(_ numbers: some Collection<Int64>) {
    var last: Int64 = 0
    for number in numbers {
      write(Int(number - last))
      last = number
    }
  }

  mutating func write(_ sum: ExactSum) {
    let terms = sum.expansion
    write(terms.count)
    for term in terms { write(term) }
  }

  mutating func write(_ sum: DecayedSum) {
    write(sum.blocks.count)
    for block in sum.blocks {
      write(Int(block.index))
      write(block.sum)
    }
  }
}

/// Reads what a ``StoredByteWriter`` wrote, and nothing else.
struct StoredByteReader {
  private static let acceptedInstants =
    Timestamp.accepted.lowerBound.microseconds..<Timestamp.accepted.upperBound.microseconds

  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  var remaining: Int { bytes.endIndex - position }

  mutating func byte() throws(EngagementError) -> UInt8 {
    guard remaining > 0 else { throw .unreadableState(reason: "it ends early") }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func raw() throws(EngagementError) -> UInt64 {
    guard remaining >= 8 else { throw .unreadableState(reason: "it ends early") }
    defer { position += 8 }
    return bytes[position..<position + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// A finite number.
  mutating func double() throws(EngagementError) -> Double {
    let number = Double(bitPattern: try raw())
    guard number.isFinite else { throw .unreadableState(reason: "a number is not finite") }
    return number
  }

  /// A whole number below 2^56, in its shortest form.
  mutating func number() throws(EngagementError) -> Int {
    var number = 0
    for shift in stride(from: 0, to: 56, by: 7) {
      let byte = try byte()
      number |= Int(byte & 0x7f) << shift
      if byte < 0x80 {
        guard byte != 0 || shift == 0 else { break }
        return number
      }
    }
    throw .unreadableState(reason: "a whole number has no shortest form")
  }

  /// A number of items of at least some bytes each, which are there.
  mutating func count(bytesEach: Int) throws(EngagementError) -> Int {
    let count = try number()
    guard count <= remaining / bytesEach else { throw .unreadableState(reason: "it ends early") }
    return count
  }

  mutating func text() throws(EngagementError) -> ExactText {
    let count = try count(bytesEach: 1)
    defer { position += count }
    guard let text = String(validating: bytes[position..<position + count], as: UTF8.self) else {
      throw .unreadableState(reason: "a text is not UTF-8")
    }
    return ExactText(text: text)
  }

  mutating func instant() throws(EngagementError) -> Int64 {
    try instant(after: 0)
  }

  /// An instant by its step from an earlier one.
  mutating func instant(after earlier: Int64) throws(EngagementError) -> Int64 {
    try accepted(earlier + Int64(try number()))
  }

  mutating func optionalInstant() throws(EngagementError) -> Int64? {
    let number = try number()
    return number == 0 ? nil : try accepted(Int64(number) - 1)
  }

  private func accepted(_ instant: Int64) throws(EngagementError) -> Int64 {
    guard Self.acceptedInstants.contains(instant) else {
      throw .unreadableState(reason: "a time is not in the years 1970 to 2199")
    }
    return instant
  }

  mutating func exactSum() throws(EngagementError) -> ExactSum {
    var (sum, terms) = (ExactSum(), [Double]())
    for _ in 0..<(try count(bytesEach: 8)) {
      let term = try double()
      terms.append(term)
      sum.add(term)
    }
    guard sum.expansion.map(\.bitPattern) == terms.map(\.bitPattern) else {
      throw .unreadableState(reason: "a sum is not in its shortest form")
    }
    return sum
  }

  mutating func decayedSum(halfLifeInDays: Int) throws(EngagementError) -> DecayedSum {
    var sum = DecayedSum(halfLifeInDays: halfLifeInDays)
    let newest = DecayedSum.term(1, at: Self.acceptedInstants.upperBound, halfLife: sum.halfLife)
    var last: Int64 = -1
    for _ in 0..<(try count(bytesEach: 10)) {
      let block = Int64(try number())
      guard block > last, block <= newest.block else {
        throw .unreadableState(reason: "the blocks of a sum do not ascend")
      }
      let terms = try exactSum().expansion
      guard !terms.isEmpty else { throw .unreadableState(reason: "a block of a sum is empty") }
      for term in terms { sum.add(term, toBlock: block) }
      last = block
    }
    return sum
  }
}
