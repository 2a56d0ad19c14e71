public import EventLog
public import LinearAlgebra

/// Features of all members at a series of as-of times, one table after the other, from one reading.
///
/// Each table is bit for bit the ``FeatureTable`` of its time alone: later events, and later joining,
/// do not exist yet, and members whom nothing had been heard of by then have no row. Columns of
/// properties and attributes have the type that all of their cells have.
///
/// Every member's events are replayed once, in order of time, through a ``MemberState``. Beside the
/// ``Community``, which holds all events (some 28 bytes each), memory is that of the states (1 to 2 kB
/// a member, by features) and of one table, however many times there are.
///
/// ```swift
/// let times = try FeatureSnapshots.times(from: start, through: end, every: .days(7))
/// var snapshots = try FeatureSnapshots(of: community, at: times, features: features)
/// while let table = try snapshots.next() { … }
/// ```
public struct FeatureSnapshots: Sendable {
  /// The as-of times, ascending.
  public let times: [Timestamp]
  /// The features, in the order asked for.
  public let features: [FeatureDefinition]

  private let community: Community
  private let plan: FeaturePlan
  private let live: LivePlan
  private let threadCount: Int
  private let types: [LiveEventType]
  /// The columns of the live plan's properties, and the text that stands for each of their values.
  private let properties: [(column: PropertyColumn, texts: [ExactText])]
  private var position = 0
  /// All members of the community, by row.
  private var members: [ReplayedMember]

  private static let rowsPerBlock = 512

  /// Prepares a series.
  ///
  /// - Parameters:
  ///   - community: events and members.
  ///   - times: the as-of times, ascending; see ``times(from:through:every:clock:)``.
  ///   - features: the columns, in order.
  ///   - settings: weights, aliases and the calendar.
  ///   - threadCount: how many threads work at once; the tables do not depend on it.
  /// - Throws: ``EngagementError`` where a feature names what community and settings do not have, times
  ///   are none, over ``maximumCount``, not ascending or not in ``EventLog/Timestamp/accepted``, or no
  ///   member is in the table even at the last.
  public init(
    of community: Community, at times: [Timestamp], features: [FeatureDefinition],
    settings: EngagementSettings = EngagementSettings(),
    threadCount: Int = availableProcessorCount
  ) throws(EngagementError) {
    guard let last = times.last else { throw .snapshotTimes(reason: "there are none") }
    guard times.count <= Self.maximumCount else {
      throw .snapshotTimes(
        reason: "\(times.count) are more than \(Self.maximumCount): take fewer")
    }
    for (earlier, later) in zip(times, times.dropFirst()) where earlier >= later {
      throw .snapshotTimes(reason: "\(later) stands after \(earlier): put them in order")
    }
    for time in times where !Timestamp.accepted.contains(time) {
      throw .snapshotTimes(reason: "\(time) is not in the years 1970 to 2199")
    }
    plan = try FeaturePlan(features, for: community, settings: settings)
    guard !community.rows(asOf: last).isEmpty else {
      throw community.hasNobody(asOf: last)
    }
    let live = LivePlan(features: features, settings: settings)
    let history = community.history
    self.times = times
    self.features = features
    self.community = community
    self.live = live
    self.threadCount = threadCount
    types = history.types.strings.map { live.type($0) }
    let shared = Set(
      features.compactMap { if case .propertyShare(let name, _, _) = $0 { name } else { nil } })
    properties = live.properties.compactMap { name in
      history.properties[name].map { column in
        // To tell values apart their codes will do, and are short.
        let texts = column.values.enumerated().map { code, value in
          shared.contains(name) ? ExactText(value) : ExactText(text: String(code))
        }
        return (column, texts)
      }
    }
    precondition(properties.count == live.properties.count, "the plan found all properties")
    let unknown = ReplayedMember(state: MemberState(plan: live))
    members = [ReplayedMember](repeating: unknown, count: community.memberIDs.count)
    for row in members.indices { members[row].nextTime = nextTime(members[row], row: row) }
  }

  /// The table of the next time, or nil after the last.
  ///
  /// A table has no rows where no member is in it yet.
  ///
  /// - Throws: ``EngagementError/infiniteValue(feature:member:)``.
  /// - Complexity: O(events since the time before + members × features).
  public mutating func next() throws(EngagementError) -> FeatureTable? {
    guard position < times.count else { return nil }
    let asOf = times[position]
    position += 1
    let rowCount = members.count
    let blockCount = (rowCount + Self.rowsPerBlock - 1) / Self.rowsPerBlock
    var blocks = [Block](repeating: Block(), count: blockCount)
    // Held here alone, so that threads write in place.
    var members: [ReplayedMember] = []
    swap(&members, &self.members)
    let replay = self
    members.withUnsafeMutableBufferPointer { buffer in
      blocks.withUnsafeMutableBufferPointer { blocks in
        nonisolated(unsafe) let (members, blocks) = (buffer, blocks)
        forEachBlock(count: blockCount, threadCount: threadCount) { index in
          let start = index * Self.rowsPerBlock
          var block = Block()
          block.elements.reserveCapacity(Self.rowsPerBlock * replay.features.count)
          for row in start..<min(start + Self.rowsPerBlock, rowCount) {
            replay.advance(&members[row], row: row, to: asOf)
            replay.read(&members[row], row: row, asOf: asOf, into: &block)
          }
          blocks[index] = block
        }
      }
    }
    swap(&members, &self.members)
    for block in blocks { if let error = block.error { throw error } }
    let rows = blocks.flatMap(\.rows)
    let memberIDs = rows.map { community.memberIDs[$0] }
    let values = Matrix(
      rowCount: rows.count, columnCount: features.count, elements: blocks.flatMap(\.elements))
    try plan.check(values, memberIDs: memberIDs)
    return FeatureTable(
      asOf: asOf, memberIDs: memberIDs, communityRows: rows, features: features, values: values)
  }
}

/// A member's state, and how many of its events went into it.
private struct ReplayedMember: Sendable {
  var state: MemberState
  var doneCount = 0
  var receivedCount = 0
  /// The time of the first event that did not go into it yet.
  var nextTime = Int64.max

  /// Whether anything was heard of the member.
  var isKnown: Bool { doneCount + receivedCount > 0 }
}

/// Some rows of a table.
private struct Block: Sendable {
  var rows: [Int] = []
  var elements: [Double] = []
  var error: EngagementError?
}

extension FeatureSnapshots {
  /// The time of a member's first event that its state has not taken yet.
  private func nextTime(_ member: ReplayedMember, row: Int) -> Int64 {
    let (done, received) = (community.events(ofRow: row), community.eventsReceived(byRow: row))
    return [done.dropFirst(member.doneCount).first, received.dropFirst(member.receivedCount).first]
      .compactMap { $0.map { community.history.timestamps[Int($0)] } }.min() ?? .max
  }

  /// Tells a member's state the time, and the events up to it.
  private func advance(_ member: inout ReplayedMember, row: Int, to asOf: Timestamp) {
    let now = asOf.microseconds
    if member.isKnown || member.nextTime <= now { member.state.advance(to: asOf) }
    guard member.nextTime <= now else { return }
    let done = community.events(ofRow: row)
    for position in done.dropFirst(member.doneCount) {
      let event = Int(position)
      let time = community.history.timestamps[event]
      guard time <= now else { break }
      let type =
        live.needs.types
        ? member.state.index(of: types[Int(community.history.typeIndices[event])]) : -1
      member.state.add(
        KeptEvent(
          time: time, value: live.needs.values ? community.history.values[event] : .nan,
          type: Int32(type),
          properties: properties.map { column, texts in
            column.code(ofEvent: event).map { texts[$0] }
          }))
      if live.needs.history != nil {
        member.state.remember(
          community.history.event(event, properties: live.historyProperties))
      }
      member.doneCount += 1
    }
    let received = community.eventsReceived(byRow: row)
    for position in received.dropFirst(member.receivedCount) {
      let event = Int(position)
      let time = community.history.timestamps[event]
      guard time <= now else { break }
      member.state.receive(at: time, impact: receivedImpact(ofEvent: event, row: row))
      member.receivedCount += 1
    }
    member.nextTime = nextTime(member, row: row)
  }

  /// What another member's event counts for; nil for own events, and where no feature asks.
  private func receivedImpact(ofEvent event: Int, row: Int) -> Double? {
    let history = community.history
    guard !live.receivedHalfLives.isEmpty,
      community.row(ofID: history.memberIndices[event]) != row
    else { return nil }
    return plan.impact(type: Int(history.typeIndices[event]), value: history.values[event])
  }

  /// Adds a member's row, if it is in the table.
  private func read(
    _ member: inout ReplayedMember, row: Int, asOf: Timestamp, into block: inout Block
  ) {
    let joined = community.joinedAt(row: row, asOf: asOf)
    guard member.isKnown || joined != nil else { return }
    do {
      let profile =
        live.needs.history == nil
        ? MemberProfile(joinedAt: joined) : community.profile(ofRow: row)
      try member.state.read(asOf: asOf) { state, moment in
        block.rows.append(row)
        for step in plan.steps {
          if case .attribute = step.feature, step.custom == nil {
            block.elements.append(
              community.memberTableRow(ofRow: row).map { step.attribute[$0] } ?? .nan)
          } else {
            block.elements.append(state.value(of: step.feature, at: moment, profile))
          }
        }
      }
    } catch {
      if block.error == nil { block.error = error }
    }
  }
}

extension PropertyColumn {
  /// The position of an event's value; nil where it has none.
  fileprivate func code(ofEvent event: Int) -> Int? {
    event < codes.count && codes[event] >= 0 ? Int(codes[event]) : nil
  }
}
