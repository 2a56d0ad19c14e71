/// What is known of members beside their events: a row a member, a typed column an attribute.
public struct MemberTable: Sendable {
  /// The members' ids, in the order of the file.
  public private(set) var ids = Interner()
  /// When each member joined, or nil where that is not known; as long as `ids`.
  public private(set) var joinedAt: [Timestamp?] = []
  /// All other attributes by name; every column is as long as `ids`.
  public private(set) var attributes: [String: AttributeColumn] = [:]

  /// Makes a table without members.
  public init() {}

  /// Makes a table from its columns.
  ///
  /// - Precondition: all columns are as long as `ids` has distinct strings.
  public init(ids: [String], joinedAt: [Timestamp?], attributes: [String: AttributeColumn] = [:]) {
    for id in ids { _ = self.ids.intern(id) }
    precondition(self.ids.count == ids.count, "a member must have one row")
    precondition(joinedAt.count == ids.count, "every member needs a cell for joined_at")
    precondition(
      attributes.values.allSatisfy { $0.count == ids.count }, "columns must be as long as ids")
    self.joinedAt = joinedAt
    self.attributes = attributes
  }

  /// The number of members.
  public var count: Int { ids.count }
}

/// One attribute of all members, with its type; nil (NaN for numbers) where a member has none.
public enum AttributeColumn: Sendable, Hashable {
  /// Finite numbers; NaN where missing.
  case number([Double])
  /// `true` or `false`.
  case boolean([Bool?])
  /// Instants and dates.
  case time([Timestamp?])
  /// Several items a cell, as `a|b|c`.
  case list([[String]?])
  /// Everything else.
  case text([String?])

  /// The number of cells.
  public var count: Int {
    switch self {
    case .number(let cells): cells.count
    case .boolean(let cells): cells.count
    case .time(let cells): cells.count
    case .list(let cells): cells.count
    case .text(let cells): cells.count
    }
  }

  /// The type's name, as printed to users.
  public var typeName: String {
    switch self {
    case .number: "number"
    case .boolean: "boolean"
    case .time: "time"
    case .list: "list"
    case .text: "text"
    }
  }

  /// The column that some cells make, an empty cell being a missing one.
  ///
  /// All cells numbers: numbers. All `true` or `false`: truth values. All RFC 3339 instants or
  /// dates: times, of the clock's zone where they say none. A `|` in any: lists. Otherwise, and where all are empty, text.
  public init(inferringFrom cells: [String], clock: Clock = .utc) {
    let filled = cells.filter { !$0.isEmpty }
    if filled.isEmpty {
      self = .text(cells.map { _ in nil })
    } else if filled.allSatisfy({ decimal($0) != nil }) {
      self = .number(cells.map { decimal($0) ?? .nan })
    } else if filled.allSatisfy({ $0 == "true" || $0 == "false" }) {
      self = .boolean(cells.map { $0.isEmpty ? nil : $0 == "true" })
    } else if filled.allSatisfy({ Timestamp($0, in: clock) != nil }) {
      self = .time(cells.map { Timestamp($0, in: clock) })
    } else if filled.contains(where: { $0.utf8.contains(ascii("|")) }) {
      self = .list(
        cells.map { cell in
          cell.isEmpty
            ? nil : cell.split(separator: "|", omittingEmptySubsequences: true).map(String.init)
        })
    } else {
      self = .text(cells.map { $0.isEmpty ? nil : $0 })
    }
  }
}
