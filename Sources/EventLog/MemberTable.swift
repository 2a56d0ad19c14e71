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

  /// The column that some cells make, an empty cell and `\\N` being a missing one.
  ///
  /// Its type is that of its cells: numbers where all are in their shortest form of at most 15 digits, truth
  /// values, RFC 3339 instants or dates, of the clock's zone where they say none, lists where nine of ten
  /// cells hold a `|`; otherwise, and where all are empty, text. `NA`, `NULL` and `NaN` are missing
  /// numbers and times, and text in text.
  public init(inferringFrom cells: [String], clock: Clock = .utc) {
    let present = cells.filter { !isAbsent($0, inNumbers: false) }
    self.init(cells, type: ColumnType(inferredFrom: present, clock: clock), clock: clock)
  }

  /// The column of a type that some cells make, their own where it is nil.
  package init(_ cells: [String], type: ColumnType?, clock: Clock) {
    if let type {
      self.init(cells, type: type, clock: clock)
    } else {
      self.init(inferringFrom: cells, clock: clock)
    }
  }

  /// The column of a type that some cells make; what is not of the type is missing.
  init(_ cells: [String], type: ColumnType, clock: Clock) {
    switch type {
    case .number: self = .number(cells.map { decimal($0) ?? .nan })
    case .boolean:
      self = .boolean(cells.map { $0 == "true" ? true : $0 == "false" ? false : nil })
    case .time: self = .time(cells.map { Timestamp($0, in: clock) })
    case .list:
      self = .list(
        cells.map { cell in
          isAbsent(cell, inNumbers: false)
            ? nil : cell.split(separator: "|", omittingEmptySubsequences: true).map(String.init)
        })
    case .text: self = .text(cells.map { isAbsent($0, inNumbers: false) ? nil : $0 })
    }
  }

  /// Whether a row has nothing here.
  func isMissing(row: Int) -> Bool {
    switch self {
    case .number(let cells): cells[row].isNaN
    case .boolean(let cells): cells[row] == nil
    case .time(let cells): cells[row] == nil
    case .list(let cells): cells[row] == nil
    case .text(let cells): cells[row] == nil
    }
  }

  /// The number that a row has here; nil where it has none.
  package func number(ofRow row: Int) -> Double? {
    switch self {
    case .number(let cells): cells[row]
    case .text(let cells): cells[row].flatMap { decimal($0) }
    default: nil
    }
  }

  /// The numbers of the column, and of text that is a number in all cells; nil for all other columns.
  public var readAsNumbers: [Double]? {
    switch self {
    case .number(let cells): return cells
    case .text(let cells):
      let numbers = cells.map { $0.map { decimal($0) } }
      guard numbers.allSatisfy({ $0 != .some(nil) }) else { return nil }
      return numbers.map { ($0 ?? .nan) ?? .nan }
    default: return nil
    }
  }
}
