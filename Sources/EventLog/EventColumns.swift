/// Which columns of delimited text hold what.
struct EventColumns: Sendable {
  let count: Int
  let separator: UInt8
  let terminator: UInt8
  let member: Int
  let timestamp: Int
  /// Nil where all events are of one kind.
  let event: Int?
  /// The kind of all events that have no column for it.
  var eventName: UnsafeBufferPointer<UInt8> { heldName.bytes }
  let value: Int?
  let target: Int?
  let eventID: Int?
  /// The properties that are kept.
  let properties: [(name: String, index: Int)]
  let heldName: HeldBytes
}

/// Bytes that stay at their place.
final class HeldBytes: @unchecked Sendable {
  let bytes: UnsafeBufferPointer<UInt8>

  init(_ text: String) {
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.utf8.count)
    _ = copy.initialize(from: text.utf8)
    bytes = UnsafeBufferPointer(copy)
  }

  deinit { bytes.deallocate() }
}

extension EventReader {
  /// Where the columns are that the roles ask for, and those that were found by a usual name.
  ///
  /// - Throws: ``EventLogError/missingColumns(file:columns:header:)`` with all that are missing.
  func columns(
    of header: [String], file: String, separator: UInt8, terminator: UInt8
  ) throws(EventLogError) -> (columns: EventColumns, found: [Role: String]) {
    var indices: [Role: Int] = [:]
    let wanted = Role.allCases.filter { $0 != .event || eventName == nil }
    for role in wanted { indices[role] = header.firstIndex(of: name(of: role)) }
    let free = header.indices.filter { !indices.values.contains($0) }.map { header[$0] }
    var found: [Role: String] = [:]
    var missing: [MissingColumn] = []
    for role in wanted where indices[role] == nil && (role.isNeeded || columns[role] != nil) {
      let candidates = role.wellKnown?.matching(free) ?? []
      if columns[role] == nil, candidates.count == 1 {
        found[role] = candidates[0]
        indices[role] = header.firstIndex(of: candidates[0])
      } else {
        missing.append(
          MissingColumn(role: role.rawValue, name: name(of: role), candidates: candidates))
      }
    }
    guard missing.isEmpty, let member = indices[.memberID], let timestamp = indices[.timestamp]
    else {
      throw .missingColumns(file: file, columns: missing, header: header)
    }
    let taken = Set(indices.values)
    let kept = header.indices.filter { index in
      guard !taken.contains(index), !header[index].isEmpty else { return false }
      switch properties {
      case .all: return true
      case .named(let names): return names.contains(header[index])
      }
    }
    let columns = EventColumns(
      count: header.count, separator: separator, terminator: terminator, member: member,
      timestamp: timestamp, event: indices[.event],
      value: indices[.value], target: indices[.targetID], eventID: indices[.eventID],
      properties: kept.map { (header[$0], $0) }, heldName: HeldBytes(eventName ?? ""))
    return (columns, found)
  }

  /// The error that an input has no values, where something is made of them; nil where nothing is.
  func missingValues(file: String, header: [String]) -> EventLogError? {
    valuesNeededBy.map { purpose in
      .noValues(
        file: file, purpose: purpose, name: name(of: .value),
        candidates: WellKnownColumns.value.matching(header))
    }
  }
}
