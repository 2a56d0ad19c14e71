/// Gives each distinct byte string a small index, in order of first appearance.
///
/// Ids and event types are compared as exact bytes, which Swift's `String` is not (it holds
/// composed and decomposed letters for equal), so they are looked up here.
public struct Interner: Sendable {
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  private var slots: [Int32] = [Int32](repeating: -1, count: 16)
  private var hashes: [UInt64] = []

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
    return copy.withUTF8 { key in
      let slot = slot(of: key, hash: Self.hash(key))
      return slots[slot] < 0 ? nil : Int(slots[slot])
    }
  }

  /// The index of some bytes, added if they are new.
  ///
  /// - Complexity: O(length), amortised.
  public mutating func intern(_ key: UnsafeBufferPointer<UInt8>) -> Int {
    let hash = Self.hash(key)
    let slot = slot(of: key, hash: hash)
    if slots[slot] >= 0 { return Int(slots[slot]) }
    precondition(ends.count < Int(Int32.max), "more distinct names than 32 bits can number")
    let index = ends.count
    bytes.append(contentsOf: key)
    ends.append(bytes.count)
    hashes.append(hash)
    slots[slot] = Int32(index)
    if ends.count * 2 > slots.count { grow() }
    return index
  }

  /// The indices in ascending order of their bytes.
  public func indicesSortedByBytes() -> [Int] {
    bytes.withUnsafeBufferPointer { all in
      (0..<count).sorted { left, right in
        let leftRange = range(left)
        let rightRange = range(right)
        return all[leftRange].lexicographicallyPrecedes(all[rightRange])
      }
    }
  }

  private func range(_ index: Int) -> Range<Int> {
    (index == 0 ? 0 : ends[index - 1])..<ends[index]
  }

  private func slot(of key: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] >= 0 {
      let index = Int(slots[slot])
      if hashes[index] == hash, bytes.withUnsafeBufferPointer({ equal($0, range(index), key) }) {
        return slot
      }
      slot = (slot + 1) & mask
    }
    return slot
  }

  private mutating func grow() {
    var larger = [Int32](repeating: -1, count: slots.count * 2)
    let mask = larger.count - 1
    for (index, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & mask
      while larger[slot] >= 0 { slot = (slot + 1) & mask }
      larger[slot] = Int32(index)
    }
    slots = larger
  }

  /// FNV-1a over 8 bytes at a time, finished as in SplitMix64 (Steele and others 2014,
  /// doi 10.1145/2714064.2660195).
  private static func hash(_ key: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(key.count)
    var position = 0
    let raw = UnsafeRawBufferPointer(key)
    while position + 8 <= key.count {
      hash = (hash ^ raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      hash = (hash &* 0x9e37_79b9_7f4a_7c15) ^ (hash >> 29)
      position += 8
    }
    while position < key.count {
      hash = (hash ^ UInt64(key[position])) &* 0x0000_0100_0000_01b3
      position += 1
    }
    hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
    return hash ^ (hash >> 31)
  }
}

private func equal(
  _ all: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ key: UnsafeBufferPointer<UInt8>
) -> Bool {
  guard range.count == key.count else { return false }
  for offset in 0..<key.count where all[range.lowerBound + offset] != key[offset] { return false }
  return true
}

/// True when the bytes of `left` come before those of `right`: the order in which rows are sorted.
public func bytesPrecede(_ left: String, _ right: String) -> Bool {
  left.utf8.lexicographicallyPrecedes(right.utf8)
}
