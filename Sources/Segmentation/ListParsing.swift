import EventLog

/// Why a list's file cannot be used.
public enum ListFileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// There is no way to read files here.
  case notReadable
  /// A quoted cell does not end.
  case unclosedQuote(line: Int)
  /// The file does not even have a header.
  case empty

  /// What is wrong and the way out, in one line.
  public var description: String {
    switch self {
    case .notReadable: "files cannot be read here; write the members into the project file"
    case .unclosedQuote(let line): "the quote that opens in line \(line) does not close"
    case .empty: "the file is empty; it needs a header line, then a member a line"
    }
  }
}

extension ProjectParser {
  /// Parses `lists`.
  mutating func parseLists(_ node: SourceNode, readFile: (String) throws -> String) {
    for entry in namedEntries(of: node, in: "lists") {
      let what = "list \(entry.key)"
      guard
        let fields = fields(of: entry.value, in: what, known: ["members", "file", "expires"])
      else { continue }
      var members: [String] = []
      switch (fields["members"], fields["file"]) {
      case (let node?, nil): members = texts(node, "members") ?? []
      case (nil, let node?):
        guard let path = text(node, "file") else { continue }
        do {
          members = try memberIDs(inListFile: try readFile(path))
        } catch {
          report(node, "\(what): \"\(path)\" cannot be read: \(error)")
        }
      default:
        if hasReportedKey(in: entry.value) { break }
        report(entry.value, "\(what) needs either members or a file")
      }
      project.lists[entry.key] = ListDefinition(
        members: members, expires: fields["expires"].flatMap { instant($0, "expires") },
        position: entry.keyPosition)
    }
  }
}

/// The ids in a list's file: CSV (RFC 4180; the first line is a header; `,`, `;` or tab), of which
/// the column `member_id` counts, or the first where there is none.
///
/// Cells are trimmed of blanks; empty ones are left out.
func memberIDs(inListFile text: String) throws(ListFileError) -> [String] {
  let rows = try delimitedRows(text)
  guard let header = rows.first else { throw .empty }
  let column = header.firstIndex { $0.trimmingASCIIBlanks == "member_id" } ?? 0
  return rows.dropFirst().compactMap { row in
    guard column < row.count else { return nil }
    let id = row[column].trimmingASCIIBlanks
    return id.isEmpty ? nil : id
  }
}

private func delimitedRows(_ text: String) throws(ListFileError) -> [[String]] {
  var bytes = Array(text.utf8)[...]
  if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
  let header = bytes.prefix { $0 != 10 && $0 != 13 }
  let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
  let delimiter = candidates.first { header.contains($0) } ?? UInt8(ascii: ",")
  var rows: [[String]] = []
  var row: [String] = []
  var cell: [UInt8] = []
  var line = 1
  var openedInLine: Int?
  var wasQuoted = false
  func closeCell() {
    row.append(String(decoding: cell, as: UTF8.self))
    cell.removeAll(keepingCapacity: true)
    wasQuoted = false
  }
  func closeRow() {
    guard !row.isEmpty || !cell.isEmpty || wasQuoted else { return }
    closeCell()
    rows.append(row)
    row = []
  }
  var index = bytes.startIndex
  while index < bytes.endIndex {
    let byte = bytes[index]
    index += 1
    if byte == 10 { line += 1 }
    if openedInLine != nil {
      if byte != UInt8(ascii: "\"") {
        cell.append(byte)
      } else if index < bytes.endIndex, bytes[index] == byte {
        cell.append(byte)
        index += 1
      } else {
        openedInLine = nil
      }
    } else if byte == UInt8(ascii: "\""), cell.isEmpty, !wasQuoted {
      openedInLine = line
      wasQuoted = true
    } else if byte == delimiter {
      closeCell()
    } else if byte == 10 || byte == 13 {
      closeRow()
    } else {
      cell.append(byte)
    }
  }
  if let openedInLine { throw .unclosedQuote(line: openedInLine) }
  closeRow()
  return rows
}
