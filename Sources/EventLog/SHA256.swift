/// The SHA-256 digest of some bytes as 64 hexadecimal digits (FIPS 180-4, 2015,
/// doi 10.6028/NIST.FIPS.180-4).
///
/// - Complexity: O(bytes).
public func sha256(_ message: some Sequence<UInt8>) -> String {
  var hash = SHA256()
  hash.update(message)
  return hexadecimal(hash.digest())
}

/// Bytes as two lower-case hexadecimal digits each.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}

/// SHA-256 of bytes that come in pieces.
struct SHA256: Sendable {
  static let blockSize = 64

  private var state = initialState
  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// Adds bytes at the end of the message.
  mutating func update(_ bytes: some Sequence<UInt8>) {
    let before = pending.count
    pending.append(contentsOf: bytes)
    byteCount += UInt64(pending.count - before)
    compressWholeBlocks()
  }

  /// The digest of all bytes so far, 32 bytes.
  func digest() -> [UInt8] {
    var last = self
    last.pending.append(0x80)
    while last.pending.count % Self.blockSize != 56 { last.pending.append(0) }
    for shift in stride(from: 56, through: 0, by: -8) {
      last.pending.append(UInt8(truncatingIfNeeded: (byteCount * 8) >> UInt64(shift)))
    }
    last.compressWholeBlocks()
    return last.state.flatMap { word in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
    }
  }

  private mutating func compressWholeBlocks() {
    let end = pending.count - pending.count % Self.blockSize
    guard end > 0 else { return }
    var schedule = [UInt32](repeating: 0, count: 64)
    for start in stride(from: 0, to: end, by: Self.blockSize) {
      for index in 0..<16 {
        let byte = start + index * 4
        schedule[index] =
          UInt32(pending[byte]) << 24 | UInt32(pending[byte + 1]) << 16
          | UInt32(pending[byte + 2]) << 8 | UInt32(pending[byte + 3])
      }
      for index in 16..<64 {
        let (early, late) = (schedule[index - 15], schedule[index - 2])
        let sigma0 = rotated(early, 7) ^ rotated(early, 18) ^ (early >> 3)
        let sigma1 = rotated(late, 17) ^ rotated(late, 19) ^ (late >> 10)
        schedule[index] = schedule[index - 16] &+ sigma0 &+ schedule[index - 7] &+ sigma1
      }
      compress(&state, schedule)
    }
    pending.removeFirst(end)
  }
}

private func compress(_ state: inout [UInt32], _ schedule: [UInt32]) {
  var (a, b, c, d) = (state[0], state[1], state[2], state[3])
  var (e, f, g, h) = (state[4], state[5], state[6], state[7])
  for index in 0..<64 {
    let sum1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
    let choice = (e & f) ^ (~e & g)
    let first = h &+ sum1 &+ choice &+ roundConstants[index] &+ schedule[index]
    let sum0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
    let majority = (a & b) ^ (a & c) ^ (b & c)
    (h, g, f, e) = (g, f, e, d &+ first)
    (d, c, b, a) = (c, b, a, first &+ sum0 &+ majority)
  }
  for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
}

private func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
  word >> count | word << (32 - count)
}

/// The first 64 prime numbers, from whose roots the standard takes its constants.
private let primes: [Int] = {
  var found: [Int] = []
  var candidate = 2
  while found.count < 64 {
    if found.allSatisfy({ candidate % $0 != 0 }) { found.append(candidate) }
    candidate += 1
  }
  return found
}()

/// The first 32 bits of the fraction of a prime's square or cube root, found in whole numbers.
private func fractionBits(ofRoot degree: Int, of prime: Int) -> UInt32 {
  // The largest r with r^degree <= prime * 2^(32 degree); its low 32 bits are the fraction.
  var root: UInt128 = 0
  let target = UInt128(prime) << UInt128(32 * degree)
  for bit in stride(from: 36, through: 0, by: -1) {
    let candidate = root | (1 << UInt128(bit))
    let power = degree == 2 ? candidate * candidate : candidate * candidate * candidate
    if power <= target { root = candidate }
  }
  return UInt32(truncatingIfNeeded: root)
}

private let initialState: [UInt32] = primes.prefix(8).map { fractionBits(ofRoot: 2, of: $0) }
private let roundConstants: [UInt32] = primes.map { fractionBits(ofRoot: 3, of: $0) }
