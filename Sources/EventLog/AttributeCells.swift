extension AttributeColumn {
  /// A cell as it is written to a file, empty where a member has none: numbers by their shortest text,
  /// instants as RFC 3339 in UTC, the items of lists parted by `|`.
  public func text(ofRow row: Int) -> String {
    switch self {
    case .number(let cells): cells[row].isNaN ? "" : formatted(cells[row])
    case .boolean(let cells): cells[row].map { $0 ? "true" : "false" } ?? ""
    case .time(let cells): cells[row]?.description ?? ""
    case .list(let cells): cells[row]?.joined(separator: "|") ?? ""
    case .text(let cells): cells[row] ?? ""
    }
  }
}

extension MemberTable {
  /// The names of all columns but the ids: `joined_at`, then the attributes in ascending order of their
  /// bytes.
  public var columnNames: [String] { ["joined_at"] + attributes.keys.sorted(by: bytesPrecede) }

  /// The cells of a column of ``columnNames`` of some members, empty for members without a row; nil where
  /// there is no such column.
  public func cells(of column: String, members: [String]) -> [String]? {
    guard column == "joined_at" || attributes[column] != nil else { return nil }
    return members.map { id in
      guard let row = ids.index(of: id) else { return "" }
      return attributes[column]?.text(ofRow: row) ?? joinedAt[row]?.description ?? ""
    }
  }
}
