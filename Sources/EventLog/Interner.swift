import Foundation

/// Gives each distinct byte string a small index, in order of first appearance.
///
/// Ids and event types are compared as exact bytes, which Swift's `String` is not (it holds
/// composed and decomposed letters for equal), so they are looked up here.
public struct Interner: Sendable {
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  private var hashes: [UInt64] = []
  private var slots = [Slot](repeating: Slot(tag: 0, start: 0), count: 16)

  /// A place of the table, in open addressing: what can be compared without another look elsewhere.
  private struct Slot {
    /// The upper 24 bits of the hash, the length up to 255, and the index plus 1; 0 where there is none.
    var tag: UInt64
    /// The first eight bytes.
    var start: UInt64

    init(tag: UInt64, start: UInt64) { (self.tag, self.start) = (tag, start) }

    @inline(__always)
    init(length: Int, start: UInt64, hash: UInt64, index: Int) {
      tag = hash & 0xffff_ff00_0000_0000 | UInt64(min(length, 255)) << 32 | UInt64(index + 1)
      self.start = start
    }

    var index: Int { Int(tag & 0xffff_ffff) - 1 }
    var isEmpty: Bool { tag == 0 }

    /// Whether all but the index is the same.
    @inline(__always)
    func matches(_ other: Slot) -> Bool {
      (tag ^ other.tag) >> 32 == 0 && start == other.start
    }
  }

  /// Makes an empty interner.
  public init() {}

  /// The number of distinct byte strings.
  public var count: Int { ends.count }

  /// All strings, by index.
  public var strings: [String] { (0..<count).map { self[$0] } }

  /// The string at an index.
  public subscript(index: Int) -> String { String(decoding: bytes[range(index)], as: UTF8.self) }

  /// The index of a string, added if it is new.
  public mutating func intern(_ string: String) -> Int {
    var copy = string
    return copy.withUTF8 { intern($0) }
  }

  /// The index of a string, or nil if it was never added.
  public func index(of string: String) -> Int? {
    var copy = string
    return copy.withUTF8 { index(of: $0, hash: Self.hash($0)) }
  }

  /// The index of some bytes, or nil, given what ``hash(_:)`` says of them.
  package func index(of key: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Int? {
    let slot = slots[place(of: key, hash: hash, start: Self.firstBytes(key))]
    return slot.isEmpty ? nil : slot.index
  }

  /// The index of some bytes, added if they are new.
  ///
  /// - Complexity: O(length), amortised.
  public mutating func intern(_ key: UnsafeBufferPointer<UInt8>) -> Int {
    intern(key, hash: Self.hash(key))
  }

  /// The index of some bytes, added if they are new, given what ``hash(_:)`` says of them.
  package mutating func intern(_ key: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Int {
    intern(key, hash: hash, start: Self.firstBytes(key))
  }

  /// The same, given the first bytes, too: those of short keys are then not looked at again.
  mutating func intern(
    _ key: UnsafeBufferPointer<UInt8>, hash: UInt64, start: UInt64
  ) -> Int {
    let place = place(of: key, hash: hash, start: start)
    if !slots[place].isEmpty { return slots[place].index }
    precondition(ends.count < Int(Int32.max), "more distinct names than 32 bits can number")
    let index = ends.count
    bytes.append(contentsOf: key)
    ends.append(bytes.count)
    hashes.append(hash)
    slots[place] = Slot(length: key.count, start: start, hash: hash, index: index)
    if ends.count * 2 > slots.count { grow() }
    return index
  }

  /// Brings the table's places for some hashes near, all misses of the cache at once.
  func touch(_ count: Int, hash: (Int) -> UInt64) {
    let mask = slots.count - 1
    var bits: UInt64 = 0
    slots.withUnsafeBufferPointer { slots in
      for index in 0..<count {
        bits |= slots[Int(truncatingIfNeeded: hash(index)) & mask].tag
      }
    }
    // Read, so that the loop is not left out.
    precondition(bits != .max || !slots.isEmpty)
  }

  /// The indices in ascending order of their bytes.
  ///
  /// - Complexity: O(n log n) comparisons, of the first eight bytes but where those are equal.
  public func indicesSortedByBytes() -> [Int] {
    bytes.withUnsafeBufferPointer { all in
      var keys = (0..<count).map { (prefix: Self.prefix(all, range($0)), index: Int32($0)) }
      keys.sort { left, right in
        if left.prefix != right.prefix { return left.prefix < right.prefix }
        return all[range(Int(left.index))].lexicographicallyPrecedes(all[range(Int(right.index))])
      }
      return keys.map { Int($0.index) }
    }
  }

  /// The first eight bytes of a string as a number that orders as they do, zeros standing for none.
  package func prefix(_ index: Int) -> UInt64 {
    bytes.withUnsafeBufferPointer { Self.prefix($0, range(index)) }
  }

  private static func prefix(_ all: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> UInt64 {
    var prefix: UInt64 = 0
    for offset in 0..<8 {
      let place = range.lowerBound + offset
      prefix = prefix << 8 | (place < range.upperBound ? UInt64(all[place]) : 0)
    }
    return prefix
  }

  /// Calls `body` with the bytes at an index.
  package func withBytes<Result>(
    _ index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[range(index)])) }
  }

  private func range(_ index: Int) -> Range<Int> {
    (index == 0 ? 0 : ends[index - 1])..<ends[index]
  }

  @inline(__always)
  private func place(
    of key: UnsafeBufferPointer<UInt8>, hash: UInt64, start: UInt64
  ) -> Int {
    let sought = Slot(length: key.count, start: start, hash: hash, index: 0)
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    return slots.withUnsafeBufferPointer { slots in
      while !slots[place].isEmpty {
        if slots[place].matches(sought),
          key.count <= 8 || isKey(key, at: slots[place].index)
        {
          return place
        }
        place = (place &+ 1) & mask
      }
      return place
    }
  }

  private func isKey(_ key: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
    let range = range(index)
    guard range.count == key.count, let other = key.baseAddress else { return false }
    return bytes.withUnsafeBufferPointer { all in
      guard let base = all.baseAddress else { return false }
      return haveEqualBytes(base + range.lowerBound, other, key.count)
    }
  }

  private mutating func grow() {
    var larger = [Slot](repeating: Slot(tag: 0, start: 0), count: slots.count * 2)
    let mask = larger.count - 1
    for slot in slots where !slot.isEmpty {
      var place = Int(truncatingIfNeeded: hashes[slot.index]) & mask
      while !larger[place].isEmpty { place = (place + 1) & mask }
      larger[place] = slot
    }
    slots = larger
  }

  /// A hash of bytes: products of eight of them at a time, both halves of each folded together
  /// (as in Wang Yi's wyhash, 2019).
  package static func hash(_ key: UnsafeBufferPointer<UInt8>) -> UInt64 {
    let (first, second): (UInt64, UInt64) = (0x9e37_79b9_7f4a_7c15, 0xbf58_476d_1ce4_e5b9)
    let raw = UnsafeRawBufferPointer(key)
    let count = raw.count
    var hash = folded(UInt64(truncatingIfNeeded: count) ^ first, second)
    if count >= 8 {
      var position = 0
      while position &+ 8 < count {
        let word = raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
        hash = folded(word ^ first, hash ^ second)
        position &+= 8
      }
      let word = raw.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
      return folded(word ^ first, hash ^ second)
    }
    var word: UInt64 = 0
    if count >= 4 {
      let low = raw.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
      let high = raw.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
      word = UInt64(high) << 32 | UInt64(low)
    } else if count > 0 {
      word = UInt64(raw[0]) << 16 | UInt64(raw[count >> 1]) << 8 | UInt64(raw[count &- 1])
    }
    return folded(word ^ first, hash ^ second)
  }

  /// The first eight bytes, zeros standing for those that are not there.
  @inline(__always)
  static func firstBytes(_ key: UnsafeBufferPointer<UInt8>) -> UInt64 {
    let raw = UnsafeRawBufferPointer(key)
    if raw.count >= 8 { return raw.loadUnaligned(fromByteOffset: 0, as: UInt64.self) }
    if raw.count >= 4 {
      let low = raw.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
      let high = raw.loadUnaligned(fromByteOffset: raw.count &- 4, as: UInt32.self)
      return UInt64(high) << UInt64(8 &* (raw.count &- 4)) | UInt64(low)
    }
    var bytes: UInt64 = 0
    for place in 0..<raw.count { bytes |= UInt64(raw[place]) << UInt64(8 &* place) }
    return bytes
  }

  private static func folded(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}

/// Whether two places hold the same bytes, eight at least, looked at eight at a time.
@inline(__always)
private func haveEqualBytes(
  _ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int
) -> Bool {
  let (left, right) = (UnsafeRawPointer(left), UnsafeRawPointer(right))
  func word(_ bytes: UnsafeRawPointer, _ place: Int) -> UInt64 {
    bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
  }
  var position = 0
  while position &+ 8 <= count {
    guard word(left, position) == word(right, position) else { return false }
    position &+= 8
  }
  return word(left, count &- 8) == word(right, count &- 8)
}

/// True when the bytes of `left` come before those of `right`: the order in which rows are sorted.
public func bytesPrecede(_ left: String, _ right: String) -> Bool {
  left.utf8.lexicographicallyPrecedes(right.utf8)
}
