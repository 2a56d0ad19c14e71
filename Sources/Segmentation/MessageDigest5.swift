import Foundation

extension MemberBucket {
  /// A member's place, from 0 up to, not including, 1.
  func place(of memberID: String) -> Double {
    Double(messageDigest5("\(salt):\(memberID)".utf8).prefix) / 4_294_967_296
  }
}

/// The digest MD5, of which the first four bytes are also given as a number, highest first.
///
/// It spreads ids over buckets, as many experiment platforms do, and keeps nothing secret.
///
/// Source: R. Rivest, "The MD5 Message-Digest Algorithm" (RFC 1321, 1992).
func messageDigest5(_ message: some Sequence<UInt8>) -> (prefix: UInt32, hexadecimal: String) {
  var bytes = Array(message)
  let bitCount = UInt64(bytes.count) * 8
  bytes.append(0x80)
  while bytes.count % 64 != 56 { bytes.append(0) }
  for byte in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(8 * byte))) }
  var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476]
  for block in stride(from: 0, to: bytes.count, by: 64) {
    let words = (0..<16).map { word in
      (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[block + 4 * word + $1]) << UInt32(8 * $1) }
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    for round in 0..<64 {
      let mixed: UInt32
      let word: Int
      switch round / 16 {
      case 0: (mixed, word) = ((b & c) | (~b & d), round)
      case 1: (mixed, word) = ((d & b) | (~d & c), (5 * round + 1) % 16)
      case 2: (mixed, word) = (b ^ c ^ d, (3 * round + 5) % 16)
      default: (mixed, word) = (c ^ (b | ~d), 7 * round % 16)
      }
      let sum = a &+ mixed &+ sines[round] &+ words[word]
      let shift = shifts[round / 16][round % 4]
      (a, d, c, b) = (d, c, b, b &+ (sum << shift | sum >> (32 - shift)))
    }
    state = zip(state, [a, b, c, d]).map { $0 &+ $1 }
  }
  let text = state.map { word in
    let swapped = String(word.byteSwapped, radix: 16)
    return String(repeating: "0", count: 8 - swapped.count) + swapped
  }
  return (state[0].byteSwapped, text.joined())
}

private let shifts: [[UInt32]] = [
  [7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21],
]

/// The whole parts of 2³² |sin i| for i from 1, in radians.
private let sines: [UInt32] = (1...64).map { UInt32(abs(sin(Double($0))) * 4_294_967_296) }
