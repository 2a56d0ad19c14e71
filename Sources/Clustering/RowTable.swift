/// Distinct rows by their values, numbered as they come: a table with open addressing.
struct RowTable {
  let columnCount: Int
  private(set) var rows: [Double] = []
  private(set) var rowCount = 0
  private var hashes: [UInt64] = []
  /// A power of two of them, at least half empty; -1 where empty.
  private var slots = [Int32](repeating: -1, count: 1 << 10)

  init(columnCount: Int) {
    self.columnCount = columnCount
  }

  /// The number of the row equal to `row`, which is added where there is none; 0 equals -0.
  mutating func place(of row: UnsafePointer<Double>) -> Int32 {
    var hash: UInt64 = 0
    for column in 0..<columnCount {
      hash = (hash ^ (row[column] + 0).bitPattern) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 32
    }
    var slot = Int(truncatingIfNeeded: hash) & (slots.count &- 1)
    while slots[slot] >= 0 {
      let found = slots[slot]
      if isEqual(Int(found), row) { return found }
      slot = (slot &+ 1) & (slots.count &- 1)
    }
    let place = Int32(rowCount)
    slots[slot] = place
    rows.append(contentsOf: UnsafeBufferPointer(start: row, count: columnCount))
    hashes.append(hash)
    rowCount += 1
    if 2 * rowCount > slots.count { grow() }
    return place
  }

  private func isEqual(_ place: Int, _ row: UnsafePointer<Double>) -> Bool {
    let first = place &* columnCount
    for column in 0..<columnCount where rows[first &+ column] != row[column] { return false }
    return true
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: 2 * slots.count)
    for (place, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(place)
    }
  }
}
