/// The events and members that an importer found, named, sorted and ready to be written.
///
/// Events are in the order of time, then of member, type, value, target and property; members in the
/// order of their ids' bytes. So the same source and key give the same bytes, in whatever order its
/// files have them.
public struct ImportedCommunity: Sendable {
  /// What was read, refused and left out.
  public let report: ImportReport
  /// The number of events by type.
  public let eventCounts: [String: Int]
  /// The number of events.
  public var eventCount: Int { rows.count }
  /// The number of members who did something, had something done to them, or joined.
  public var memberCount: Int { members.count }

  private let names: [String]
  private let types: [String]
  private let properties: [String]
  private let rows: [CommunityDraft.Row]
  private let members: [Int]
  private let joinedAt: [Int: Timestamp]
  private let draft: CommunityDraft

  /// Names and sorts what was gathered.
  ///
  /// - Throws: ``EventLogError`` where too many records were refused, or two ids have one pseudonym.
  init(
    _ draft: CommunityDraft, naming: MemberNaming, rejectionLimit: RejectionLimit
  ) throws {
    try draft.report.reading.check(against: rejectionLimit)
    let names = try naming.names(of: draft.identities.strings)
    let types = draft.types.strings
    // Sorting by whole numbers is quick; the ranks are those of the names' bytes.
    let memberRanks = Self.ranks(of: names)
    let typeRanks = Self.ranks(of: types)
    let propertyRanks = Self.ranks(of: draft.properties.strings)
    func rank(_ index: Int32, in ranks: [Int]) -> Int { index < 0 ? -1 : ranks[Int(index)] }
    rows = draft.rows.sorted { left, right in
      if left.time != right.time { return left.time < right.time }
      if left.member != right.member {
        return memberRanks[Int(left.member)] < memberRanks[Int(right.member)]
      }
      if left.type != right.type { return typeRanks[Int(left.type)] < typeRanks[Int(right.type)] }
      let (leftValue, rightValue) = (left.value ?? -.infinity, right.value ?? -.infinity)
      if leftValue != rightValue { return leftValue < rightValue }
      if left.target != right.target {
        return rank(left.target, in: memberRanks) < rank(right.target, in: memberRanks)
      }
      return rank(left.property, in: propertyRanks) < rank(right.property, in: propertyRanks)
    }
    var joinedAt: [Int: Timestamp] = [:]
    var isMember = [Bool](repeating: false, count: names.count)
    var counts: [String: Int] = [:]
    for row in rows {
      let member = Int(row.member)
      isMember[member] = true
      if joinedAt[member] == nil { joinedAt[member] = row.time }
      if row.target >= 0 { isMember[Int(row.target)] = true }
      counts[types[Int(row.type)], default: 0] += 1
    }
    for (member, time) in draft.joinedAt {
      isMember[member] = true
      joinedAt[member] = time
    }
    members = names.indices.filter { isMember[$0] }.sorted { memberRanks[$0] < memberRanks[$1] }
    eventCounts = counts
    report = draft.report
    properties = draft.properties.strings
    (self.names, self.types, self.joinedAt, self.draft) = (names, types, joinedAt, draft)
  }

  /// Writes the events as CSV: `member_id,timestamp,event`, then `value`, `target_id` and a property
  /// where this source has them.
  public func writeEvents(_ write: (String) throws -> Void) rethrows {
    var header = ["member_id", "timestamp", "event"]
    if draft.hasValues { header.append("value") }
    if draft.hasTargets { header.append("target_id") }
    if let name = draft.propertyName { header.append(name) }
    try write(header.joined(separator: ",") + "\n")
    let quotedNames = names.map(quotedCell)
    let quotedProperties = properties.map(quotedCell)
    for row in rows {
      var line = quotedNames[Int(row.member)] + "," + row.time.description + ","
      line += quotedCell(types[Int(row.type)])
      if draft.hasValues { line += "," + (row.value.map(formatted) ?? "") }
      if draft.hasTargets { line += "," + (row.target < 0 ? "" : quotedNames[Int(row.target)]) }
      if draft.propertyName != nil {
        line += "," + (row.property < 0 ? "" : quotedProperties[Int(row.property)])
      }
      try write(line + "\n")
    }
  }

  /// Writes the members as CSV: `member_id,joined_at` and the attributes that this source has.
  public func writeMembers(_ write: (String) throws -> Void) rethrows {
    try write((["member_id", "joined_at"] + draft.memberColumns).joined(separator: ",") + "\n")
    let none = [String](repeating: "", count: draft.memberColumns.count)
    for member in members {
      let cells =
        [names[member], joinedAt[member]?.description ?? ""] + (draft.memberCells[member] ?? none)
      try write(cells.map(quotedCell).joined(separator: ",") + "\n")
    }
  }

  private static func ranks(of names: [String]) -> [Int] {
    var ranks = [Int](repeating: 0, count: names.count)
    let order = names.indices.sorted { bytesPrecede(names[$0], names[$1]) }
    for (rank, index) in order.enumerated() { ranks[index] = rank }
    return ranks
  }
}
