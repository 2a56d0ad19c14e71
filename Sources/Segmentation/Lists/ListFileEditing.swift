import Engagement
public import EventLog

/// A stay that is in a list's file and stands against another one of the same member.
public struct ListConflict: Sendable, Hashable {
  /// The stay.
  public let entry: ListEntry
  /// The line of the file that it begins in.
  public let line: Int
}

extension ListFile {
  /// Puts members on the list; those that are on it at that time are left as they are.
  ///
  /// A row is added at the end for each; columns that the file does not have are added to all rows.
  /// Stays of one member do not overlap: where one begins later, and before the new one would end, or
  /// holds at that time and was ended by somebody, nothing is added for the member.
  ///
  /// - Parameters:
  ///   - ids: the members, as they are to be written; one that is repeated counts once.
  ///   - time: from when on.
  ///   - expires: when their stays end, if they do.
  ///   - name: who does it.
  ///   - reason: why.
  ///   - clock: says when plain dates in the file begin.
  /// - Returns: the ids that were added, the entries by which others are on the list already, and the
  ///   stays that the rest would overlap, the first one of each member.
  /// - Throws: ``ListFileError/badCells(_:count:)``; the file is then as it was.
  /// - Complexity: O(n) in the length of the file.
  public mutating func add(
    _ ids: [String], at time: Timestamp, expires: Timestamp? = nil, by name: String? = nil,
    reason: String? = nil, clock: Clock
  ) throws(ListFileError) -> (added: [String], present: [ListEntry], conflicts: [ListConflict]) {
    let stays = Dictionary(
      grouping: try numberedEntries(in: clock), by: { Array($0.entry.memberID.utf8) })
    var present: [ListEntry] = []
    var conflicts: [ListConflict] = []
    var missing: [String] = []
    var seen: Set<[UInt8]> = []
    for id in ids where seen.insert(Array(id.utf8)).inserted {
      let own = stays[Array(id.utf8)] ?? []
      let holding = own.filter { $0.entry.holds(at: time) }
      let standing =
        holding.first { $0.entry.removed == nil } ?? holding.first
        ?? own.filter { $0.entry.overlaps(time, expires) }
        .min { $0.entry.start < $1.entry.start }
      switch standing {
      case nil: missing.append(id)
      case let stay? where stay.entry.removed == nil && stay.entry.holds(at: time):
        present.append(stay.entry)
      case let stay?:
        conflicts.append(
          ListConflict(entry: stay.entry, line: position(0, of: rows[stay.row]).line))
      }
    }
    let said: [ListColumn?] = [
      .added, expires.map { _ in .expires }, name.map { _ in .addedBy },
      reason.map { _ in .reason },
    ]
    let columns = try makeColumns(missing.isEmpty ? [] : said.compactMap { $0 })
    let lineEnd = rows[header].lineEnd.isEmpty ? [10] : rows[header].lineEnd
    for id in missing {
      if let last = rows.indices.last, rows[last].lineEnd.isEmpty { rows[last].lineEnd = lineEnd }
      rows.append(
        Row(
          cells: Array(repeating: .written([]), count: columns.count), start: 0, lineEnd: lineEnd))
      let row = rows.count - 1
      set(columns.member, ofRow: row, to: id)
      write(time.description, .added, row, columns)
      write(expires?.description, .expires, row, columns)
      write(name, .addedBy, row, columns)
      write(reason, .reason, row, columns)
    }
    return (missing, present, conflicts)
  }

  /// Takes members off the list: their rows are kept, and say when they were removed, by whom and why.
  ///
  /// - Returns: the ids that were removed, and what stands against removing the others, each in words.
  /// - Throws: ``ListFileError/badCells(_:count:)``; the file is then as it was.
  /// - Complexity: O(n) in the length of the file.
  public mutating func remove(
    _ ids: [String], at time: Timestamp, by name: String? = nil, reason: String? = nil,
    clock: Clock
  ) throws(ListFileError) -> (removed: [String], problems: [String]) {
    let stays = Dictionary(
      grouping: try numberedEntries(in: clock), by: { Array($0.entry.memberID.utf8) })
    var seen: Set<[UInt8]> = []
    var (removed, problems): ([String], [String]) = ([], [])
    var changed: [Int] = []
    for id in ids where seen.insert(Array(id.utf8)).inserted {
      let all = stays[Array(id.utf8)] ?? []
      let own = all.filter { $0.entry.holds(at: time) }
      if own.isEmpty {
        problems.append(
          "\(id) is not on the list at \(time)" + Self.nearest(of: all.map(\.entry), to: time))
      } else if let planned = own.compactMap(\.entry.removed).first {
        problems.append("\(id) is to be removed at \(planned), as is written; edit the file")
      } else {
        removed.append(id)
        changed += own.map(\.row)
      }
    }
    let said: [ListColumn?] = [
      .removed, name.map { _ in .removedBy }, reason.map { _ in .removalReason },
    ]
    let columns = try makeColumns(changed.isEmpty ? [] : said.compactMap { $0 })
    for row in changed {
      write(time.description, .removed, row, columns)
      write(name, .removedBy, row, columns)
      write(reason, .removalReason, row, columns)
    }
    return (removed, problems)
  }

  /// What is to be said of the stays of somebody who is on the list at another time.
  private static func nearest(of stays: [ListEntry], to time: Timestamp) -> String {
    let begun = stays.compactMap(\.added).filter { $0 > time }.min()
    if let begun { return ", but from \(begun) on: take the member off then or later" }
    let end = stays.compactMap(\.end).filter { $0 <= time }.max()
    return end.map { ": the last stay ended \($0)" } ?? ""
  }

  private mutating func write(
    _ text: String?, _ column: ListColumn, _ row: Int, _ columns: Columns
  ) {
    guard let text, let position = columns.others[column] else { return }
    set(position, ofRow: row, to: text.trimmingASCIIBlanks)
  }

  /// Adds the columns that the file does not have, to every row.
  private mutating func makeColumns(_ wanted: [ListColumn]) throws(ListFileError) -> Columns {
    let columns = self.columns.columns
    let new = wanted.filter { columns.others[$0] == nil }
    guard !new.isEmpty else { return columns }
    let long = rows.filter { row in
      row.cells.indices.dropFirst(columns.count).contains { !text($0, of: row).isEmpty }
    }
    guard long.isEmpty else {
      let cells = long.prefix(ListFileError.largestCellCount).map {
        ListFileError.Cell(
          position: position(columns.count, of: $0),
          message: "the row has more cells than the header; put texts with a separator in quotes")
      }
      throw .badCells(cells, count: long.count)
    }
    let names = (0..<columns.count).map { text($0, of: rows[header]) } + new.map(\.rawValue)
    for index in rows.indices where !rows[index].cells.isEmpty {
      while rows[index].cells.count < names.count { rows[index].cells.append(.written([])) }
    }
    for (offset, column) in new.enumerated() {
      set(columns.count + offset, ofRow: header, to: column.rawValue)
    }
    return self.columns.columns
  }
}
