import Engagement
public import EventLog

/// A column of a list's file beside the ids, in the order in which they are added to a file.
enum ListColumn: String, CaseIterable {
  case added = "added_at"
  case expires
  case removed = "removed_at"
  case addedBy = "added_by"
  case reason
  case removedBy = "removed_by"
  case removalReason = "removal_reason"
}

extension ListFile {
  /// The columns that a file has.
  struct Columns {
    /// `member_id`, or the first that is no other known one where there is none.
    var member = 0
    var others: [ListColumn: Int] = [:]
    /// How many there are.
    var count = 0
  }

  /// The names of the columns.
  public var columnNames: [String] {
    rows[header].cells.indices.map { text($0, of: rows[header]) }
  }

  /// True for the header of a list's file: `member_id` alone, or with one of the columns that lists have.
  public var isListFile: Bool {
    let names = columnNames
    return names.contains("member_id")
      && (names.count == 1 || names.contains { ListColumn(rawValue: $0) != nil })
  }

  /// The ids, each once, in the order of the file; what else the file holds is not looked at.
  public var memberIDs: [String] { texts(ofColumn: nil) }

  /// What a column holds, each text once, in the order of the file; the ids where it is not there, or nil.
  public func texts(ofColumn name: String?) -> [String] {
    let column = name.flatMap { columnNames.firstIndex(of: $0) } ?? columns.columns.member
    var seen: Set<[UInt8]> = []
    return rows[(header + 1)...].map { text(column, of: $0) }.filter {
      !$0.isEmpty && seen.insert(Array($0.utf8)).inserted
    }
  }

  /// The stays that the file holds, in its order.
  ///
  /// Rows of blank cells are left out, as are columns that are not known.
  ///
  /// - Parameter clock: says when plain dates begin.
  /// - Returns: an entry a row.
  /// - Throws: ``ListFileError/badCells(_:count:)``.
  /// - Complexity: O(n) in the length of the file.
  public func entries(in clock: Clock) throws(ListFileError) -> [ListEntry] {
    try numberedEntries(in: clock).map(\.entry)
  }

  /// The stays, each with the position of its row.
  func numberedEntries(in clock: Clock) throws(ListFileError) -> [(row: Int, entry: ListEntry)] {
    var reading = ListFileReading(file: self, clock: clock)
    reading.read()
    guard reading.problemCount == 0 else {
      throw .badCells(reading.problems, count: reading.problemCount)
    }
    return reading.entries
  }

  /// The columns, and the positions of those that repeat another one.
  var columns: (columns: Columns, repeated: [Int]) {
    var columns = Columns(count: rows[header].cells.count)
    var repeated: [Int] = []
    var hasMember = false
    columns.member =
      (0..<columns.count).first { ListColumn(rawValue: text($0, of: rows[header])) == nil } ?? 0
    for position in 0..<columns.count {
      let name = text(position, of: rows[header])
      if name == "member_id" {
        if hasMember { repeated.append(position) } else { columns.member = position }
        hasMember = true
      } else if let column = ListColumn(rawValue: name) {
        if columns.others[column] != nil { repeated.append(position) }
        columns.others[column] = columns.others[column] ?? position
      }
    }
    return (columns, repeated)
  }
}

/// Reads the rows of a list's file, and collects what is wrong.
private struct ListFileReading {
  let file: ListFile
  let clock: Clock
  private(set) var entries: [(row: Int, entry: ListEntry)] = []
  private(set) var problems: [ListFileError.Cell] = []
  private(set) var problemCount = 0

  init(file: ListFile, clock: Clock) {
    self.file = file
    self.clock = clock
  }

  private mutating func report(_ column: Int, _ row: ListFile.Row, _ message: String) {
    problemCount += 1
    guard problemCount <= ListFileError.largestCellCount else { return }
    problems.append(
      ListFileError.Cell(position: file.position(column, of: row), message: message))
  }

  mutating func read() {
    let (columns, repeated) = file.columns
    let header = file.rows[file.header]
    for column in repeated {
      report(
        column, header,
        "the column \(file.text(column, of: header)) stands twice; rename one of them")
    }
    for index in file.rows.indices.dropFirst(file.header + 1) {
      let row = file.rows[index]
      guard row.cells.indices.contains(where: { !file.text($0, of: row).isEmpty }) else { continue }
      if let entry = entry(row, columns) { entries.append((index, entry)) }
    }
  }

  private mutating func entry(_ row: ListFile.Row, _ columns: ListFile.Columns) -> ListEntry? {
    let before = problemCount
    let id = file.text(columns.member, of: row)
    if id.isEmpty {
      report(columns.member, row, "the member's id is empty; write it, or leave the row out")
    } else if id.utf8.contains(0) {
      report(columns.member, row, "an id cannot hold the character NUL")
    }
    // Files of ids alone may have anything behind them.
    let extra = row.cells.indices.dropFirst(columns.count).first { !file.text($0, of: row).isEmpty }
    if let extra, !columns.others.isEmpty {
      report(
        extra, row,
        "the row has more cells than the header; put texts with a separator in quotes")
    }
    let added = instant(.added, row, columns)
    let expires = instant(.expires, row, columns)
    let removed = instant(.removed, row, columns)
    if let added, let removed, removed < added {
      report(
        columns.others[.removed] ?? 0, row,
        "removed_at \(removed) is before added_at \(added); correct one of them")
    }
    if let added, let expires, expires < added {
      report(
        columns.others[.expires] ?? 0, row,
        "expires \(expires) is before added_at \(added); correct one of them")
    }
    func said(_ column: ListColumn) -> String? {
      let text = columns.others[column].map { file.text($0, of: row) } ?? ""
      return text.isEmpty ? nil : text
    }
    guard problemCount == before else { return nil }
    return ListEntry(
      memberID: id, added: added, expires: expires, removed: removed, addedBy: said(.addedBy),
      reason: said(.reason), removedBy: said(.removedBy), removalReason: said(.removalReason))
  }

  private mutating func instant(
    _ column: ListColumn, _ row: ListFile.Row, _ columns: ListFile.Columns
  ) -> Timestamp? {
    guard let position = columns.others[column] else { return nil }
    let text = file.text(position, of: row)
    guard !text.isEmpty else { return nil }
    guard let instant = Timestamp(text, in: clock) else {
      report(
        position, row,
        "\(column.rawValue) needs a date such as 2027-02-01 or an instant such as "
          + "2027-02-01T12:00:00Z, not \"\(text)\"")
      return nil
    }
    return instant
  }
}
