public import EventLog
public import LinearAlgebra

/// A community's events and members, brought together: a row a member, in ascending order of the
/// ids' bytes, with each member's events from oldest to newest.
///
/// Every member of the events, their targets and the members file has a row. Whether it counts at
/// an as-of time is ``rows(asOf:)``.
public struct Community: Sendable {
  /// The events, as read.
  public let history: EventHistory
  /// The members file, as read.
  public let members: MemberTable
  /// The ids of all rows, sorted by their bytes.
  public let memberIDs: [String]

  private let ids: Interner
  private let rowOfID: [Int32]
  private let memberTableRows: [Int32]
  private let done: EventsByRow
  private let received: EventsByRow

  /// Brings events and members together.
  ///
  /// - Parameters:
  ///   - history: the events.
  ///   - members: what the members file says.
  ///   - threadCount: how many threads work at once; the community does not depend on it.
  /// - Complexity: O(N) for N events in order of time, else O(N log N); O(m log m) for m members.
  public init(
    history: EventHistory, members: MemberTable = MemberTable(),
    threadCount: Int = availableProcessorCount
  ) {
    var ids = history.memberIDs
    let memberIDs = members.ids.strings.map { ids.intern($0) }
    let sorted = ids.indicesSortedByBytes()
    var rowOfID = [Int32](repeating: 0, count: sorted.count)
    for (row, id) in sorted.enumerated() { rowOfID[id] = Int32(row) }
    var memberTableRows = [Int32](repeating: -1, count: sorted.count)
    for (tableRow, id) in memberIDs.enumerated() {
      memberTableRows[Int(rowOfID[id])] = Int32(tableRow)
    }
    self.history = history
    self.members = members
    self.memberIDs = sorted.map { ids[$0] }
    self.ids = ids
    self.rowOfID = rowOfID
    self.memberTableRows = memberTableRows
    done = EventsByRow(
      rowCount: sorted.count, ids: history.memberIndices, rowOfID: rowOfID,
      timestamps: history.timestamps, threadCount: threadCount)
    received = EventsByRow(
      rowCount: sorted.count, ids: history.targetIndices, rowOfID: rowOfID,
      timestamps: history.timestamps, threadCount: threadCount)
  }

  /// The row of a member, or nil where there is no such member.
  public func row(of memberID: String) -> Int? {
    ids.index(of: memberID).map { Int(rowOfID[$0]) }
  }

  /// The row of a position in the history's `memberIDs`.
  func row(ofID id: Int32) -> Int { Int(rowOfID[Int(id)]) }

  /// The positions in ``history`` of a row's own events, from oldest to newest.
  public func events(ofRow row: Int) -> ArraySlice<Int32> { done[row] }

  /// The positions in ``history`` of a row's own events at or before an instant.
  public func events(ofRow row: Int, asOf instant: Timestamp) -> ArraySlice<Int32> {
    prefix(of: done[row], asOf: instant)
  }

  /// The positions in ``history`` of the events done to a row at or before an instant, those that
  /// the member did to itself included.
  public func eventsReceived(byRow row: Int, asOf instant: Timestamp) -> ArraySlice<Int32> {
    prefix(of: received[row], asOf: instant)
  }

  /// The row of a member in ``members``, or nil where the members file does not name it.
  public func memberTableRow(ofRow row: Int) -> Int? {
    memberTableRows[row] < 0 ? nil : Int(memberTableRows[row])
  }

  /// When a row's member joined, where that is known and not after an instant.
  public func joinedAt(row: Int, asOf instant: Timestamp) -> Timestamp? {
    guard let tableRow = memberTableRow(ofRow: row), let joined = members.joinedAt[tableRow],
      joined <= instant
    else { return nil }
    return joined
  }

  /// Calls `body` with the events' columns and which of them are whose.
  package func withEventColumns<Result>(_ body: (EventColumns) -> Result) -> Result {
    done.withPositions { offsets, positions in
      history.timestamps.withUnsafeBufferPointer { timestamps in
        history.typeIndices.withUnsafeBufferPointer { types in
          history.values.withUnsafeBufferPointer { values in
            body(
              EventColumns(
                timestamps: timestamps, types: types, values: values, offsets: offsets,
                positions: positions))
          }
        }
      }
    }
  }

  /// What the members file says of a row's member, as far as features know it.
  func profile(ofRow row: Int) -> MemberProfile {
    guard let tableRow = memberTableRow(ofRow: row) else { return MemberProfile() }
    var attributes: [String: Double] = [:]
    for (name, column) in members.attributes {
      attributes[name] = column.number(ofRow: tableRow)
    }
    return MemberProfile(joinedAt: members.joinedAt[tableRow], attributes: attributes)
  }

  /// The rows that are in the table at an instant: an event of theirs, an event done to them, or
  /// their joining is at or before it.
  public func rows(asOf instant: Timestamp) -> [Int] {
    memberIDs.indices.filter { row in
      !events(ofRow: row, asOf: instant).isEmpty
        || joinedAt(row: row, asOf: instant) != nil
        || !eventsReceived(byRow: row, asOf: instant).isEmpty
    }
  }

  /// All positions in ``history`` of the events done to a row, from oldest to newest.
  func eventsReceived(byRow row: Int) -> ArraySlice<Int32> { received[row] }

  /// The error that no member is in the table at an instant.
  func hasNobody(asOf instant: Timestamp) -> EngagementError {
    let oldest = [history.oldest, members.joinedAt.compactMap { $0 }.min()]
    return .noMembers(
      asOf: instant.description, oldest: oldest.compactMap { $0 }.min()?.description)
  }

  private func prefix(of events: ArraySlice<Int32>, asOf instant: Timestamp) -> ArraySlice<Int32> {
    // Mostly all of them are.
    guard let last = events.last, history.timestamps[Int(last)] > instant.microseconds else {
      return events
    }
    var low = events.startIndex
    var high = events.endIndex
    while low < high {
      let middle = (low + high) / 2
      if history.timestamps[Int(events[middle])] <= instant.microseconds {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return events[..<low]
  }
}
