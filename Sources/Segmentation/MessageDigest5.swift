import Foundation

extension MemberBucket {
  /// A member's place, from 0 up to, not including, 1.
  func place(of memberID: String) -> Double {
    Double(messageDigest5("\(salt):\(memberID)".utf8).prefix) / 4_294_967_296
  }
}

/// A digest of 128 bits, as four words of which the lowest byte comes first.
struct Digest5 {
  fileprivate(set) var words: (UInt32, UInt32, UInt32, UInt32)

  /// The first four bytes as a number, highest first.
  var prefix: UInt32 { words.0.byteSwapped }

  var hexadecimal: String {
    [words.0, words.1, words.2, words.3].map { word in
      let swapped = String(word.byteSwapped, radix: 16)
      return String(repeating: "0", count: 8 - swapped.count) + swapped
    }.joined()
  }
}

/// The digest MD5.
///
/// It spreads ids over buckets, as many experiment platforms do, and keeps nothing secret.
///
/// Source: R. Rivest, "The MD5 Message-Digest Algorithm" (RFC 1321, 1992).
func messageDigest5(_ message: some Sequence<UInt8>) -> Digest5 {
  var bytes = Array(message)
  let bitCount = UInt64(bytes.count) * 8
  bytes.append(0x80)
  while bytes.count % 64 != 56 { bytes.append(0) }
  for byte in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(8 * byte))) }
  var digest = Digest5(words: (0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476))
  sines.withUnsafeBufferPointer { sines in
    shifts.withUnsafeBufferPointer { shifts in
      bytes.withUnsafeBytes { bytes in
        for block in stride(from: 0, to: bytes.count, by: 64) {
          digest.add(UnsafeRawBufferPointer(rebasing: bytes[block..<block + 64]), sines, shifts)
        }
      }
    }
  }
  return digest
}

extension Digest5 {
  fileprivate mutating func add(
    _ block: UnsafeRawBufferPointer, _ sines: UnsafeBufferPointer<UInt32>,
    _ shifts: UnsafeBufferPointer<UInt32>
  ) {
    var (a, b, c, d) = words
    for round in 0..<64 {
      let mixed: UInt32
      let word: Int
      switch round / 16 {
      case 0: (mixed, word) = ((b & c) | (~b & d), round)
      case 1: (mixed, word) = ((d & b) | (~d & c), (5 * round + 1) % 16)
      case 2: (mixed, word) = (b ^ c ^ d, (3 * round + 5) % 16)
      default: (mixed, word) = (c ^ (b | ~d), 7 * round % 16)
      }
      let bytes = block.loadUnaligned(fromByteOffset: 4 * word, as: UInt32.self)
      let sum = a &+ mixed &+ sines[round] &+ UInt32(littleEndian: bytes)
      let shift = shifts[round / 16 * 4 + round % 4]
      (a, d, c, b) = (d, c, b, b &+ (sum &<< shift | sum &>> (32 &- shift)))
    }
    words = (words.0 &+ a, words.1 &+ b, words.2 &+ c, words.3 &+ d)
  }
}

/// How far each of four rounds in turn shifts, for each sixteen rounds.
private let shifts: [UInt32] = [
  7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21,
]

/// The whole parts of 2³² |sin i| for i from 1, in radians.
private let sines: [UInt32] = (1...64).map { UInt32(abs(sin(Double($0))) * 4_294_967_296) }
