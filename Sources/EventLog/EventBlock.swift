import Foundation

/// Some consecutive records of a log: events by row, in the order of the input, names still as bytes.
///
/// Blocks are read side by side; what is to depend on the order of all events has to look at their
/// blocks in turn.
package final class EventBlock: @unchecked Sendable {
  /// Bytes within the block; those that had to be unquoted or decoded are kept apart, at negative
  /// places.
  package struct Span: Sendable {
    var start: Int32
    var count: Int32

    static let none = Span(start: 0, count: -1)

    /// Whether there are bytes at all; an empty string is there.
    package var isPresent: Bool { count >= 0 }
  }

  /// An event.
  package struct Row: Sendable {
    /// What `Interner.hash` says of the member's id.
    package var memberHash: UInt64
    /// Its first eight bytes.
    var memberStart: UInt64
    /// Microseconds since 1970-01-01T00:00:00Z.
    package var timestamp: Int64
    /// The value, or NaN.
    package var value: Double
    package var member: Span
    /// The position of the type in the block's `types`.
    package var type: Int32
  }

  /// The text of the records, and behind it one line end.
  let text: TextBlock
  private var decoded: [UInt8] = []
  /// The events, by column where not every log has it.
  struct Events {
    var rows: [Row] = []
    var targets: [Span] = []
    var eventIDs: [Span] = []
    var types = Interner()
    var timestamps = TimestampReader()
    var decimals = DecimalForms()
    /// Column by column, as text.
    var properties: [(name: String, cells: [Span])] = []

    mutating func removeAll() {
      rows.removeAll(keepingCapacity: true)
      targets.removeAll(keepingCapacity: true)
      eventIDs.removeAll(keepingCapacity: true)
      types = Interner()
      timestamps.removeForms()
      decimals = DecimalForms()
      properties.removeAll()
    }
  }

  var events = Events()
  /// The events.
  package var rows: [Row] { events.rows }
  /// The targets of the events; empty where the log has no column of them.
  package var targets: [Span] { events.targets }
  /// The event types met in this block.
  package var types: Interner { events.types }
  /// The properties that are kept and were read with their type, by row.
  var typedProperties: [Int32: [String: PropertyValue]] = [:]
  /// Lines are counted from 0 at the block's beginning.
  var rejections: [(line: Int, reason: RejectionReason, record: String)] = []
  /// The first line with a key that its object has twice, counted from 1 at the block's beginning.
  var repeatedKey: (line: Int, key: String)?
  /// What records say of ids, and how many records say nothing else.
  var identities: [Identity] = []
  var identityRecordCount = 0
  var recordCount = 0
  var lineCount = 0

  init(_ text: TextBlock) { self.text = text }

  /// Forgets the events, but keeps their storage.
  func removeAll() {
    decoded.removeAll(keepingCapacity: true)
    events.removeAll()
    typedProperties.removeAll()
    rejections.removeAll()
    repeatedKey = nil
    identities.removeAll()
    identityRecordCount = 0
    recordCount = 0
    lineCount = 0
  }

  /// Calls `body` with some of the block's bytes.
  package func withBytes<Result>(
    _ span: Span, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    let count = Int(max(0, span.count))
    if span.start >= 0 {
      return body(UnsafeBufferPointer(start: text.base + Int(span.start), count: count))
    }
    return decoded.withUnsafeBufferPointer {
      body(UnsafeBufferPointer(rebasing: $0[Int(~span.start)..<Int(~span.start) + count]))
    }
  }

  /// The rows in groups by the upper bits of the hashes of their members, within a group in order.
  ///
  /// - Returns: The rows of group g at offsets[g]..<offsets[g + 1].
  package func rowsByMember(groupBits: Int) -> (offsets: [Int], rows: [Row]) {
    rows.withUnsafeBufferPointer { rows in
      let shift = UInt64(64 - groupBits)
      let offsets = Self.offsets(rows.count, groupBits: groupBits) { rows[$0].memberHash }
      var next = offsets
      let grouped = [Row](unsafeUninitializedCapacity: rows.count) { buffer, initializedCount in
        for row in rows {
          let group = Int(row.memberHash >> shift)
          (buffer.baseAddress.unsafelyUnwrapped + next[group]).initialize(to: row)
          next[group] &+= 1
        }
        initializedCount = rows.count
      }
      return (offsets, grouped)
    }
  }

  private static func offsets(
    _ count: Int, groupBits: Int, hash: (Int) -> UInt64
  ) -> [Int] {
    let shift = UInt64(64 - groupBits)
    var offsets = [Int](repeating: 0, count: 1 << groupBits + 1)
    for place in 0..<count { offsets[Int(hash(place) >> shift) + 1] += 1 }
    for group in 0..<1 << groupBits { offsets[group + 1] += offsets[group] }
    return offsets
  }

  /// The same by targets, of those events that have one, and the hashes of those.
  package func rowsByTarget(
    groupBits: Int
  ) -> (offsets: [Int], places: [Int32], hashes: [UInt64]) {
    let targets = targets
    guard targets.contains(where: { $0.count > 0 }) else {
      return ([Int](repeating: 0, count: 1 << groupBits + 1), [], [])
    }
    let present = targets.indices.filter { targets[$0].isPresent }
    let hashes = present.map { withBytes(targets[$0]) { Interner.hash($0) } }
    let offsets = Self.offsets(present.count, groupBits: groupBits) { hashes[$0] }
    let shift = UInt64(64 - groupBits)
    let order = present.indices.sorted { (hashes[$0] >> shift, $0) < (hashes[$1] >> shift, $1) }
    return (offsets, order.map { Int32(present[$0]) }, order.map { hashes[$0] })
  }

  /// Looks up the members of some rows, adding new ones; -1 for events after an instant.
  package func internMembers(
    _ rows: UnsafeBufferPointer<Row>, upTo latest: Int64, in ids: inout Interner,
    into slots: UnsafeMutablePointer<Int32>
  ) {
    let base = UnsafePointer(text.base)
    ids.touch(rows.count) { rows[$0].memberHash }
    var index = 0
    while index < rows.count {
      let row = rows[index]
      if row.timestamp > latest {
        slots[index] = -1
      } else if row.member.start >= 0 {
        let key = UnsafeBufferPointer(
          start: base + Int(row.member.start), count: Int(row.member.count))
        slots[index] = Int32(
          truncatingIfNeeded: ids.intern(key, hash: row.memberHash, start: row.memberStart))
      } else {
        slots[index] = Int32(
          truncatingIfNeeded: withBytes(row.member) { ids.intern($0, hash: row.memberHash) })
      }
      index &+= 1
    }
  }

  /// Looks up the target of an event, adding a new one.
  package func internTarget(_ place: Int, hash: UInt64, in ids: inout Interner) -> Int {
    withBytes(targets[place]) { ids.intern($0, hash: hash) }
  }

  /// Whether an event was done by its own target.
  package func isDoneToItself(_ place: Int) -> Bool {
    withBytes(rows[place].member) { member in
      withBytes(targets[place]) { member.elementsEqual($0) }
    }
  }

  /// Keeps bytes that do not stand in the text as they are meant.
  func keep(_ bytes: UnsafeBufferPointer<UInt8>) -> Span {
    if bytes.isEmpty { return Span(start: 0, count: 0) }
    let start = decoded.count
    decoded.append(contentsOf: bytes)
    return Span(start: ~Int32(start), count: Int32(bytes.count))
  }

  /// Leaves out the events at some places, rising.
  func remove(rows places: [Int]) {
    guard !places.isEmpty else { return }
    let dropped = Set(places)
    let kept = rows.indices.filter { !dropped.contains($0) }
    let all = events
    events.rows = kept.map { all.rows[$0] }
    if !all.targets.isEmpty { events.targets = kept.map { all.targets[$0] } }
    if !all.eventIDs.isEmpty { events.eventIDs = kept.map { all.eventIDs[$0] } }
    for (column, property) in all.properties.enumerated() {
      events.properties[column].cells = kept.map { property.cells[$0] }
    }
    var typed: [Int32: [String: PropertyValue]] = [:]
    for (new, old) in kept.enumerated() { typed[Int32(new)] = typedProperties[Int32(old)] }
    typedProperties = typed
  }
}
