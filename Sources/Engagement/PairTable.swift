/// Counts by pairs of a member and a number, such as a day or an event type.
struct PairTable {
  /// Open addressing; a pair plus 1, 0 where there is none.
  private var keys: [UInt64]
  private var counts: [UInt32]?
  private(set) var count = 0

  /// A table that is put in the place of another one, and is not used.
  static let none = PairTable()

  private init() {
    keys = []
    counts = nil
  }

  /// - Parameter isCounting: Whether it matters how often a pair was added.
  init(isCounting: Bool) {
    keys = [UInt64](repeating: 0, count: 64)
    counts = isCounting ? [UInt32](repeating: 0, count: keys.count) : nil
  }

  /// Brings the places of some pairs near, all misses of the cache at once.
  func touch(_ pairs: UnsafeBufferPointer<UInt64>) {
    let mask = keys.count &- 1
    var bits: UInt64 = 0
    keys.withUnsafeBufferPointer { keys in
      for pair in pairs { bits |= keys[Self.place(pair &+ 1) & mask] }
    }
    // Read, so that the loop is not left out.
    precondition(bits != .max || !keys.isEmpty)
  }

  /// Adds pairs, each made by ``pair(_:_:)``.
  mutating func add(_ pairs: UnsafeBufferPointer<UInt64>) {
    touch(pairs)
    for pair in pairs { add(pair &+ 1, times: 1) }
  }

  /// A member and a number of 32 bits.
  @inline(__always)
  static func pair(_ member: Int32, _ number: Int) -> UInt64 {
    UInt64(UInt32(bitPattern: member)) << 32 | UInt64(UInt32(truncatingIfNeeded: number))
  }

  private mutating func add(_ key: UInt64, times: UInt32) {
    let mask = keys.count &- 1
    var place = Self.place(key) & mask
    while keys[place] != key {
      if keys[place] == 0 {
        keys[place] = key
        count &+= 1
        break
      }
      place = (place &+ 1) & mask
    }
    counts?[place] += times
    if count &* 8 > keys.count &* 5 { grow() }
  }

  private static func place(_ key: UInt64) -> Int {
    let product = (key ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(by: 0xbf58_476d_1ce4_e5b9)
    return Int(truncatingIfNeeded: product.high ^ product.low)
  }

  private mutating func grow() {
    let old = (keys, counts)
    keys = [UInt64](repeating: 0, count: old.0.count * 2)
    if counts != nil { counts = [UInt32](repeating: 0, count: keys.count) }
    count = 0
    for (place, key) in old.0.enumerated() where key != 0 { add(key, times: old.1?[place] ?? 1) }
  }

  /// How many numbers each of `memberCount` members has.
  func countsByMember(_ memberCount: Int) -> [Int32] {
    var counts = [Int32](repeating: 0, count: memberCount)
    for key in keys where key != 0 { counts[Int((key - 1) >> 32)] += 1 }
    return counts
  }

  /// The numbers of each of `memberCount` members, and how often each was added: those of member m at
  /// offsets[m]..<offsets[m + 1].
  func byMember(
    _ memberCount: Int
  ) -> (offsets: [Int32], numbers: [Int32], counts: [UInt32]) {
    var offsets = [Int32](repeating: 0, count: memberCount + 1)
    for key in keys where key != 0 { offsets[Int((key - 1) >> 32) + 1] += 1 }
    for member in 0..<memberCount { offsets[member + 1] += offsets[member] }
    var numbers = [Int32](repeating: 0, count: count)
    var times = [UInt32](repeating: 1, count: counts == nil ? 0 : count)
    var next = offsets
    for (place, key) in keys.enumerated() where key != 0 {
      let member = Int((key - 1) >> 32)
      let target = Int(next[member])
      numbers[target] = Int32(truncatingIfNeeded: key - 1)
      if let counts { times[target] = counts[place] }
      next[member] += 1
    }
    return (offsets, numbers, times)
  }
}
