public import EventLog
import Foundation
public import LinearAlgebra

/// Features of all members as of a time, from one pass over the events, which are not kept.
///
/// Memory grows with the members, and with distinct days or types where those are asked for. Members
/// are divided into groups by a hash of their ids; every group takes its events in the order of the
/// input, so that nothing depends on threads. The answers are those of a ``FeatureTable`` of a
/// ``Community``, bit by bit.
public struct FeatureScan: Sendable {
  static let groupBits = 5

  let features: [FeatureDefinition]
  let asOf: Timestamp
  let settings: EngagementSettings
  let threadCount: Int
  let layout: MemberRecordLayout
  let groups: [MemberGroup]
  private var types = Interner()
  private var selections: [String: [Bool]] = [:]
  private var weights: [Double] = []
  /// The number of events taken, later ones included.
  public private(set) var eventCount = 0
  /// The events taken that are not later than the as-of time.
  public private(set) var span = EventSpan()
  /// The oldest event taken, later ones included.
  private(set) var oldest: Int64?

  /// Prepares a pass; nil where a feature needs the events themselves: gaps between them, values of their
  /// properties, or a function of one's own.
  ///
  /// - Parameters:
  ///   - features: The columns, in order.
  ///   - asOf: T; later events do not exist yet.
  ///   - settings: Weights, aliases and the calendar.
  ///   - threadCount: How many threads work at once.
  public init?(
    features: [FeatureDefinition], asOf: Timestamp,
    settings: EngagementSettings = EngagementSettings(),
    threadCount: Int = availableProcessorCount
  ) {
    guard let layout = MemberRecordLayout(features),
      features.allSatisfy({ settings.customFeature($0) == nil })
    else { return nil }
    self.features = features
    self.asOf = asOf
    self.settings = settings
    self.threadCount = threadCount
    self.layout = layout
    groups = (0..<1 << Self.groupBits).map { _ in MemberGroup(layout) }
  }

  /// Reads inputs and takes their events.
  ///
  /// - Returns: What was read and what was refused.
  /// - Throws: What ``EventReader/read(_:threadCount:)`` throws.
  public mutating func read(_ inputs: [Input], with reader: EventReader) throws -> ReadReport {
    try reader.scan(inputs, threadCount: threadCount) { blocks in add(blocks) }
  }

  /// Reads inputs once and takes their events into several scans.
  ///
  /// - Returns: What was read and what was refused.
  /// - Precondition: There is a scan; its threads read.
  /// - Throws: What ``EventReader/read(_:threadCount:)`` throws.
  public static func read(
    _ inputs: [Input], with reader: EventReader, into scans: inout [FeatureScan]
  ) throws -> ReadReport {
    precondition(!scans.isEmpty, "events are read into scans")
    return try reader.scan(inputs, threadCount: scans[0].threadCount) { blocks in
      for index in scans.indices { scans[index].add(blocks) }
    }
  }

  private mutating func add(_ blocks: [EventBlock]) {
    let typeCodes = blocks.map { codes(of: $0) }
    let pass = FeatureScanPass(
      asOf: asOf.microseconds, layout: layout, clock: settings.clock, weights: weights,
      valueUse: settings.valueUse, selections: selections)
    let (bits, asOf) = (Self.groupBits, asOf.microseconds)
    var found = [GroupedRows?](repeating: nil, count: blocks.count)
    found.withUnsafeMutableBufferPointer { found in
      nonisolated(unsafe) let found = found
      forEachBlock(count: blocks.count, threadCount: threadCount) { index in
        found[index] = GroupedRows(
          blocks[index], groupBits: bits, typeCodes: typeCodes[index], asOf: asOf)
      }
    }
    let rows = found.compactMap { $0 }
    let groups = groups
    forEachBlock(count: groups.count, threadCount: threadCount) { group in
      for rows in rows { pass.add(rows, ofGroup: group, to: groups[group]) }
    }
    for rows in rows {
      eventCount += rows.times.count
      if rows.times.count > 0 { oldest = min(oldest ?? rows.times.oldest, rows.times.oldest) }
      span.add(rows.times.span)
    }
  }

  /// What the types of a block are here, by their position there.
  private mutating func codes(of block: EventBlock) -> [Int32] {
    let known = types.count
    let codes = (0..<block.types.count).map { type in
      Int32(block.types.withBytes(type) { types.intern($0) })
    }
    guard types.count > known else { return codes }
    weights = types.strings.map { settings.weights[$0] ?? 1 }
    for name in layout.aliases { selections[name] = settings.selection(of: name, in: types) }
    return codes
  }

  /// Everything but events that a community would know: types, the properties named and members.
  ///
  /// A project can be checked against it.
  public func communityWithoutEvents(
    members: MemberTable, propertyNames: [String] = []
  ) -> Community {
    Community(history: EventHistory(types: types, propertyNames: propertyNames), members: members)
  }

  /// The same, with a row for every member of the scan, so that members can be found by their ids.
  public func communityOfMembers(_ members: MemberTable) -> Community {
    var ids = Interner()
    for group in groups {
      for slot in 0..<group.count { group.ids.withBytes(slot) { _ = ids.intern($0) } }
    }
    return Community(
      history: EventHistory(types: types, propertyNames: [], memberIDs: ids), members: members)
  }

  /// The ids of the members that are in the table, in ascending order of their bytes.
  public func memberIDs(_ members: MemberTable) -> [String] {
    MemberRows(groups, members: members, asOf: asOf, threadCount: threadCount)
      .ids(groups, members, threadCount: threadCount)
  }

  /// The oldest event taken, later ones included; nil without events.
  public var oldestEvent: Timestamp? { oldest.map { Timestamp(microseconds: $0) } }

  /// The table of all members at the as-of time.
  ///
  /// - Throws: ``EngagementError`` where a feature names what events and members do not have, or no
  ///   member is in the table.
  public func table(members: MemberTable) throws(EngagementError) -> FeatureTable {
    let plan = try FeaturePlan(
      features, for: communityWithoutEvents(members: members), settings: settings)
    let rows = MemberRows(groups, members: members, asOf: asOf, threadCount: threadCount)
    guard !rows.isEmpty else {
      let starts = [
        oldest.map { Timestamp(microseconds: $0) },
        members.joinedAt.compactMap { $0 }.min(),
      ]
      throw .noMembers(asOf: asOf.description, oldest: starts.compactMap { $0 }.min()?.description)
    }
    let width = features.count
    var elements = [Double](repeating: .nan, count: rows.count * width)
    let pairs = numbersByGroup()
    let readings = features.map { feature in
      (FeatureAccumulator.needed(by: feature) ?? []).map {
        AccumulatorReading($0, at: layout.places[$0] ?? 0, asOf: asOf.microseconds)
      }
    }
    let attributes = plan.steps.map(\.attribute)
    let rowsPerBlock = 1024
    elements.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let cells = buffer
      let blockCount = (rows.count + rowsPerBlock - 1) / rowsPerBlock
      forEachBlock(count: blockCount, threadCount: threadCount) { block in
        var member = ScannedMember(
          groups, pairs: pairs, asOf: asOf.microseconds, clock: settings.clock)
        let range = block * rowsPerBlock..<min((block + 1) * rowsPerBlock, rows.count)
        // By column: what is known of a feature is then not fetched for every member.
        for (column, feature) in features.enumerated() {
          let reading = readings[column]
          if case .attribute = feature {
            for index in range where rows[index].tableRow >= 0 {
              cells[index * width + column] = attributes[column][Int(rows[index].tableRow)]
            }
            continue
          }
          for index in range {
            let row = rows[index]
            let joined = row.tableRow < 0 ? nil : members.joinedAt[Int(row.tableRow)]
            member.load(row, joinedAt: joined.flatMap { $0 <= asOf ? $0.microseconds : nil })
            cells[index * width + column] = member.value(of: feature, reading)
          }
        }
      }
    }
    return FeatureTable(
      asOf: asOf, memberIDs: rows.ids(groups, members, threadCount: threadCount),
      communityRows: Array(0..<rows.count), features: features,
      values: Matrix(rowCount: rows.count, columnCount: width, elements: elements))
  }
}

extension FeatureScan {
  private func numbersByGroup() -> [[MemberNumbers]] {
    let (groups, onlyCounts) = (groups, !layout.needsNumbers)
    var numbers = [[MemberNumbers]](repeating: [], count: groups.count)
    numbers.withUnsafeMutableBufferPointer { numbers in
      nonisolated(unsafe) let numbers = numbers
      forEachBlock(count: groups.count, threadCount: threadCount) { index in
        let group = groups[index]
        numbers[index] = group.tables.map {
          MemberNumbers($0, memberCount: group.count, onlyCounts: onlyCounts)
        }
      }
    }
    return numbers
  }
}

/// The rows of a block by the groups of their members, and of their targets.
struct GroupedRows: Sendable {
  let block: EventBlock
  let typeCodes: [Int32]
  let members: (offsets: [Int], rows: [EventBlock.Row])
  let targets: (offsets: [Int], places: [Int32], hashes: [UInt64])
  let times: BlockTimes

  init(_ block: EventBlock, groupBits: Int, typeCodes: [Int32], asOf: Int64) {
    self.block = block
    times = BlockTimes(block.rows, asOf: asOf)
    self.typeCodes = typeCodes
    members = block.rowsByMember(groupBits: groupBits)
    targets = block.rowsByTarget(groupBits: groupBits)
  }
}

/// The times of a block's events.
struct BlockTimes: Sendable {
  let count: Int
  /// The oldest of all; later than any without events.
  private(set) var oldest = Int64.max
  /// Those up to the as-of time.
  let span: EventSpan

  init(_ rows: [EventBlock.Row], asOf: Int64) {
    count = rows.count
    var (counted, newest) = (0, Int64.min)
    for row in rows {
      oldest = min(oldest, row.timestamp)
      if row.timestamp <= asOf {
        counted &+= 1
        newest = max(newest, row.timestamp)
      }
    }
    // Where there is one up to the as-of time, the oldest is such.
    span = EventSpan(
      count: counted, first: Timestamp(microseconds: oldest),
      last: Timestamp(microseconds: newest))
  }
}
