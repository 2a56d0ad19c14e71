/// The distinct numbers of each member, such as days or event types, and how often each came.
///
/// Where all that is asked is which numbers there are, and those of a member come in rising order, as
/// the days of a log sorted by time do, they are only listed. The first that comes late puts all into a
/// table by hash, in which each is looked up from then on.
struct PairTable {
  /// The pairs while they rise.
  private var listed: [UInt64] = []
  private var members: [Member] = []
  /// Open addressing; a pair plus 1, 0 where there is none; empty while pairs are listed.
  private var keys: [UInt64] = []
  private var times: [UInt32]?
  private var keyCount = 0

  private struct Member {
    var largest = Int32.min
    var count: Int32 = 0
  }

  /// A table that is put in the place of another one, and is not used.
  static let none = PairTable(isCounting: false)

  /// - Parameter isCounting: Whether it matters how often a pair was added.
  init(isCounting: Bool) {
    guard isCounting else { return }
    keys = [UInt64](repeating: 0, count: 64)
    times = [UInt32](repeating: 0, count: keys.count)
  }

  /// A member and a number of 32 bits, which is not the least of them.
  @inline(__always)
  static func pair(_ member: Int32, _ number: Int) -> UInt64 {
    UInt64(UInt32(bitPattern: member)) << 32 | UInt64(UInt32(truncatingIfNeeded: number))
  }

  /// Adds pairs, each made by ``pair(_:_:)``, of members under `memberCount`.
  mutating func add(_ pairs: UnsafeBufferPointer<UInt64>, memberCount: Int) {
    while members.count < memberCount { members.append(Member()) }
    var pairs = pairs
    if keys.isEmpty {
      pairs = UnsafeBufferPointer(rebasing: pairs[list(pairs)...])
      guard !pairs.isEmpty else { return }
      keys = [UInt64](repeating: 0, count: 64)
      for pair in listed { _ = look(for: pair &+ 1) }
      listed = []
    }
    touch(pairs)
    for pair in pairs { insert(pair) }
  }

  /// Lists pairs up to the first that comes late; returns their number.
  private mutating func list(_ pairs: UnsafeBufferPointer<UInt64>) -> Int {
    // Held here, so that members can be written to beside it.
    var listed: [UInt64] = []
    swap(&listed, &self.listed)
    defer { swap(&listed, &self.listed) }
    return members.withUnsafeMutableBufferPointer { members in
      var place = 0
      while place < pairs.count {
        let pair = pairs[place]
        let (member, number) = (Int(pair >> 32), Int32(truncatingIfNeeded: pair))
        if number > members[member].largest {
          members[member].largest = number
          members[member].count &+= 1
          listed.append(pair)
        } else if number < members[member].largest {
          break
        }
        place &+= 1
      }
      return place
    }
  }

  /// Brings the places of some pairs near, all misses of the cache at once.
  private func touch(_ pairs: UnsafeBufferPointer<UInt64>) {
    let mask = keys.count &- 1
    var bits: UInt64 = 0
    keys.withUnsafeBufferPointer { keys in
      for pair in pairs { bits |= keys[Self.place(pair &+ 1) & mask] }
    }
    // Read, so that the loop is not left out.
    precondition(bits != .max || !keys.isEmpty)
  }

  private mutating func insert(_ pair: UInt64) {
    let before = keyCount
    let place = look(for: pair &+ 1)
    if keyCount > before { members[Int(pair >> 32)].count &+= 1 }
    times?[place] += 1
  }

  /// The place of a key, which is added where it is new.
  private mutating func look(for key: UInt64) -> Int {
    if keyCount &* 8 > keys.count &* 5 { grow() }
    let mask = keys.count &- 1
    var place = Self.place(key) & mask
    while keys[place] != key {
      if keys[place] == 0 {
        keys[place] = key
        keyCount &+= 1
        break
      }
      place = (place &+ 1) & mask
    }
    return place
  }

  private static func place(_ key: UInt64) -> Int {
    let product = (key ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(by: 0xbf58_476d_1ce4_e5b9)
    return Int(truncatingIfNeeded: product.high ^ product.low)
  }

  private mutating func grow() {
    let old = (keys, times)
    keys = [UInt64](repeating: 0, count: old.0.count * 2)
    if times != nil { times = [UInt32](repeating: 0, count: keys.count) }
    keyCount = 0
    for (place, key) in old.0.enumerated() where key != 0 {
      let target = look(for: key)
      if let count = old.1?[place] { times?[target] = count }
    }
  }

  /// How many numbers each of `memberCount` members has.
  func countsByMember(_ memberCount: Int) -> [Int32] {
    (0..<memberCount).map { $0 < members.count ? members[$0].count : 0 }
  }

  /// The numbers of each of `memberCount` members, and how often each was added: those of member m at
  /// offsets[m]..<offsets[m + 1].
  func byMember(
    _ memberCount: Int
  ) -> (offsets: [Int32], numbers: [Int32], times: [UInt32]) {
    var offsets: [Int32] = [0]
    offsets.reserveCapacity(memberCount + 1)
    for count in countsByMember(memberCount) { offsets.append(offsets[offsets.count - 1] + count) }
    var numbers = [Int32](repeating: 0, count: Int(offsets[memberCount]))
    var times = [UInt32](repeating: 1, count: self.times == nil ? 0 : numbers.count)
    var next = offsets
    func put(_ pair: UInt64, _ count: UInt32?) {
      let member = Int(pair >> 32)
      numbers[Int(next[member])] = Int32(truncatingIfNeeded: pair)
      if let count { times[Int(next[member])] = count }
      next[member] += 1
    }
    for pair in listed { put(pair, nil) }
    for (place, key) in keys.enumerated() where key != 0 { put(key - 1, self.times?[place]) }
    return (offsets, numbers, times)
  }
}
