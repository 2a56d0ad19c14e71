import EventLog

/// Finds members by what a column of the members file says of them.
struct MemberMatching {
  private let column: String
  private let file: String
  /// The ids of those who have a text, compared without regard to case.
  private var members: [String: [String]] = [:]
  private let areNumbers: Bool

  init(column: String, file: String) throws {
    let (table, _) = try MemberReader().read(Input(argument: file))
    guard let cells = table.cells(of: column, members: table.ids.strings) else {
      throw Failure.badInput(
        "\(file): no column \"\(column)\"" + suggestion(for: column, among: table.columnNames))
    }
    self.column = column
    self.file = file
    if case .number? = table.attributes[column] { areNumbers = true } else { areNumbers = false }
    for (id, cell) in zip(table.ids.strings, cells) where !cell.isEmpty {
      members[cell.lowercased(), default: []].append(id)
    }
  }

  /// The id of the one member for each text; those that nobody or several have are told, all of them.
  func ids(of texts: [String]) throws -> [String] {
    var problems: [String] = []
    var ids: [String] = []
    for text in texts {
      let number = areNumbers ? Double(text).map(formatted) : nil
      let found = members[number ?? text.lowercased()] ?? []
      if found.count == 1 {
        ids += found
      } else if found.isEmpty {
        problems.append("\(file): no member has \(column) \(text)")
      } else {
        problems.append(
          "\(file): \(found.count) members have \(column) \(text): "
            + found.prefix(5).joined(separator: ", ") + (found.count > 5 ? ", …" : ""))
      }
    }
    guard problems.isEmpty else {
      throw Failure.badInput((problems + ["nothing was written"]).joined(separator: "\n"))
    }
    return ids
  }
}
