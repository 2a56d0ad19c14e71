import EventLog
import LinearAlgebra

/// The members of a table by ascending bytes of their ids, wherever they are known from.
struct MemberRows: Sendable {
  /// A member's record, or none, and row in the members file, or none.
  struct Row: Sendable {
    /// The first eight bytes of the id, as a number.
    var prefix: UInt64
    var group: Int32
    var slot: Int32
    var tableRow: Int32
  }

  private var rows: [Row] = []

  var isEmpty: Bool { rows.isEmpty }
  var count: Int { rows.count }

  subscript(index: Int) -> Row { rows[index] }

  /// The members that are in the table at an instant.
  init(_ groups: [MemberGroup], members: MemberTable, asOf: Timestamp, threadCount: Int) {
    var tableRows = groups.map { [Int32](repeating: -1, count: $0.count) }
    var others: [Row] = []
    for tableRow in 0..<members.count {
      let known = members.ids.withBytes(tableRow) { bytes -> (group: Int, slot: Int)? in
        let hash = Interner.hash(bytes)
        let group = Int(hash >> UInt64(64 - FeatureScan.groupBits))
        return groups[group].ids.index(of: bytes, hash: hash).map { (group, $0) }
      }
      if let known {
        tableRows[known.group][known.slot] = Int32(tableRow)
      } else if let joined = members.joinedAt[tableRow], joined <= asOf {
        others.append(
          Row(
            prefix: members.ids.prefix(tableRow), group: 0, slot: -1, tableRow: Int32(tableRow)))
      }
    }
    // Every record has an event, done or received, at or before the instant.
    var starts = [0]
    for group in groups { starts.append(starts[starts.count - 1] + group.count) }
    let (recordCount, knownRows, offsets) = (starts[groups.count], tableRows, starts)
    rows = [Row](unsafeUninitializedCapacity: recordCount + others.count) { buffer, count in
      nonisolated(unsafe) let rows = buffer
      forEachBlock(count: groups.count, threadCount: threadCount) { group in
        let records = groups[group]
        for slot in 0..<records.count {
          rows.initializeElement(
            at: offsets[group] + slot,
            to: Row(
              prefix: records.ids.prefix(slot), group: Int32(group), slot: Int32(slot),
              tableRow: knownRows[group][slot]))
        }
      }
      for (place, row) in others.enumerated() {
        rows.initializeElement(at: recordCount + place, to: row)
      }
      count = recordCount + others.count
    }
    sort(groups, members, threadCount: threadCount)
  }

  private mutating func sort(_ groups: [MemberGroup], _ members: MemberTable, threadCount: Int) {
    func precedes(_ left: Row, _ right: Row) -> Bool {
      if left.prefix != right.prefix { return left.prefix < right.prefix }
      return Self.withID(left, groups, members) { left in
        Self.withID(right, groups, members) { left.lexicographicallyPrecedes($0) }
      }
    }
    // Rows of one part all come before those of the next: divided by sampled ids.
    let partCount = rows.count < 4096 ? 1 : 16
    let sample = stride(from: 0, to: rows.count, by: max(1, rows.count / 1024))
      .map { rows[$0].prefix }.sorted()
    let bounds = (1..<partCount).map { sample[$0 * sample.count / partCount] }
    var parts = [[Row]](repeating: [], count: partCount)
    for row in rows {
      var part = 0
      while part < bounds.count, row.prefix >= bounds[part] { part += 1 }
      parts[part].append(row)
    }
    withoutActuallyEscaping(precedes) { precedes in
      nonisolated(unsafe) let precedes = precedes
      parts.withUnsafeMutableBufferPointer { parts in
        nonisolated(unsafe) let parts = parts
        forEachBlock(count: partCount, threadCount: threadCount) { part in
          parts[part].sort(by: precedes)
        }
      }
    }
    rows.removeAll(keepingCapacity: true)
    for part in parts { rows += part }
  }

  private static func withID<Result>(
    _ row: Row, _ groups: [MemberGroup], _ members: MemberTable,
    _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    row.slot < 0
      ? members.ids.withBytes(Int(row.tableRow), body)
      : groups[Int(row.group)].ids.withBytes(Int(row.slot), body)
  }

  /// The ids of all rows.
  func ids(_ groups: [MemberGroup], _ members: MemberTable, threadCount: Int) -> [String] {
    let rows = rows
    var ids = [String](repeating: "", count: rows.count)
    ids.withUnsafeMutableBufferPointer { ids in
      nonisolated(unsafe) let ids = ids
      let blockSize = 4096
      forEachBlock(count: (rows.count + blockSize - 1) / blockSize, threadCount: threadCount) {
        block in
        for index in block * blockSize..<min(rows.count, (block + 1) * blockSize) {
          ids[index] = Self.withID(rows[index], groups, members) {
            String(decoding: $0, as: UTF8.self)
          }
        }
      }
    }
    return ids
  }
}
