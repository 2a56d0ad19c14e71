/// Where importers gather events and members, before they are named and sorted.
struct CommunityDraft {
  /// One event; -1 stands for what it has not.
  struct Row {
    var time: Timestamp
    var value: Double?
    var member: Int32
    var type: Int32
    var target: Int32
    var property: Int32
  }

  /// The ids that the source has.
  private(set) var identities = Interner()
  private(set) var types = Interner()
  private(set) var properties = Interner()
  private(set) var rows: [Row] = []
  var report = ImportReport()

  /// True where the events of this source have values.
  let hasValues: Bool
  /// True where the events of this source have targets.
  let hasTargets: Bool
  /// The name of the one property that events of this source have, or nil.
  let propertyName: String?
  /// The attributes of members behind `member_id` and `joined_at`.
  let memberColumns: [String]
  /// The attributes of the members that have any.
  var memberCells: [Int: [String]] = [:]
  /// When members joined; for the others it is their first event.
  var joinedAt: [Int: Timestamp] = [:]

  init(hasValues: Bool, hasTargets: Bool, propertyName: String?, memberColumns: [String]) {
    self.hasValues = hasValues
    self.hasTargets = hasTargets
    self.propertyName = propertyName
    self.memberColumns = memberColumns
  }

  /// The index of a member by the id that the source has.
  mutating func member(_ id: String) -> Int { identities.intern(id) }

  /// Adds an event, and gives its index.
  @discardableResult
  mutating func add(
    _ type: String, by member: Int, at time: Timestamp, value: Double? = nil, to target: Int? = nil,
    property: String? = nil
  ) -> Int {
    rows.append(
      Row(
        time: time, value: value, member: Int32(member), type: Int32(types.intern(type)),
        target: Int32(target ?? -1), property: property.map { Int32(properties.intern($0)) } ?? -1))
    return rows.count - 1
  }

  mutating func setTarget(ofEvent event: Int, to member: Int) {
    rows[event].target = Int32(member)
  }

  /// Counts a refused record, and hands it on.
  mutating func reject(
    _ rejection: Rejection, _ onRejection: (Rejection) throws -> Void
  ) throws {
    report.reading.add(rejection)
    try onRejection(rejection)
  }
}

/// Why an id cannot be one, or nil: the ids of events are not blank and hold no NUL.
func reasonAgainst(id: String) -> RejectionReason? {
  var copy = id
  return copy.withUTF8 { bytes in
    if trimmingBlanks(bytes).isEmpty { return .emptyMemberID }
    return bytes.contains(0) ? .nulByte : nil
  }
}
