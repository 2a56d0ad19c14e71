/// The text of a list's file: CSV (RFC 4180; the first line is a header; `,`, `;` or tab).
///
/// Everything is kept as it stands, so that what an edit does not touch does not change: unknown
/// columns, the delimiter, quotes, line ends, blank lines and a byte order mark.
public struct ListFile: Sendable, Hashable {
  /// A cell as its bytes in the file, quotes included.
  enum Cell: Sendable, Hashable {
    case original(Range<Int>)
    case written([UInt8])
  }

  /// A line, or several where a quoted cell holds line ends; blank ones have no cells.
  struct Row: Sendable, Hashable {
    var cells: [Cell]
    /// Where it begins.
    let start: Int
    var lineEnd: [UInt8]
  }

  /// The header of a file that has every column that is known.
  public static let fullHeader =
    (["member_id"] + ListColumn.allCases.map(\.rawValue)).joined(separator: ",") + "\n"

  private let bytes: [UInt8]
  private let hasByteOrderMark: Bool
  let delimiter: UInt8
  var rows: [Row]
  /// The header's position in the rows.
  let header: Int

  /// Reads the text of a file.
  ///
  /// - Throws: ``ListFileError/empty`` and ``ListFileError/unclosedQuote(line:)``.
  /// - Complexity: O(n) in the length of the text.
  public init(_ text: String) throws(ListFileError) {
    let bytes = Array(text.utf8)
    hasByteOrderMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    let start = hasByteOrderMark ? 3 : 0
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    let firstLine = bytes[start...].drop { $0 == 10 || $0 == 13 }.prefix { $0 != 10 && $0 != 13 }
    delimiter = candidates.first { firstLine.contains($0) } ?? UInt8(ascii: ",")
    rows = try Self.rows(bytes, from: start, delimiter: delimiter)
    guard let header = rows.firstIndex(where: { !$0.cells.isEmpty }) else { throw .empty }
    self.header = header
    self.bytes = bytes
  }

  private static func rows(
    _ bytes: [UInt8], from start: Int, delimiter: UInt8
  ) throws(ListFileError) -> [Row] {
    let quote = UInt8(ascii: "\"")
    var rows: [Row] = []
    var cells: [Cell] = []
    var (rowStart, cellStart, index) = (start, start, start)
    func closeRow(_ lineEnd: [UInt8]) {
      if index > rowStart { cells.append(.original(cellStart..<index)) }
      rows.append(Row(cells: cells, start: rowStart, lineEnd: lineEnd))
      cells = []
      index += lineEnd.count
      (rowStart, cellStart) = (index, index)
    }
    while index < bytes.count {
      switch bytes[index] {
      case quote where index == cellStart:
        // To the quote that is not doubled.
        var end = index + 1
        while end < bytes.count,
          bytes[end] != quote || end + 1 < bytes.count && bytes[end + 1] == quote
        {
          end += bytes[end] == quote ? 2 : 1
        }
        guard end < bytes.count else {
          throw .unclosedQuote(line: position(of: index, in: bytes).line)
        }
        index = end + 1
      case delimiter:
        cells.append(.original(cellStart..<index))
        index += 1
        cellStart = index
      case 10: closeRow([10])
      case 13: closeRow(index + 1 < bytes.count && bytes[index + 1] == 10 ? [13, 10] : [13])
      default: index += 1
      }
    }
    if index > rowStart { closeRow([]) }
    return rows
  }

  /// The whole text.
  public var text: String {
    var output: [UInt8] = hasByteOrderMark ? [0xEF, 0xBB, 0xBF] : []
    for row in rows {
      for (column, cell) in row.cells.enumerated() {
        if column > 0 { output.append(delimiter) }
        switch cell {
        case .original(let range): output += bytes[range]
        case .written(let cell): output += cell
        }
      }
      output += row.lineEnd
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// What a cell says, without quotes and blanks at its ends; empty where a row is shorter.
  func text(_ column: Int, of row: Row) -> String {
    guard column < row.cells.count else { return "" }
    let quote = UInt8(ascii: "\"")
    var raw: ArraySlice<UInt8>
    switch row.cells[column] {
    case .original(let range): raw = bytes[range]
    case .written(let cell): raw = cell[...]
    }
    guard raw.first == quote else {
      return String(decoding: raw, as: UTF8.self).trimmingASCIIBlanks
    }
    var cell: [UInt8] = []
    raw = raw.dropFirst()
    while let byte = raw.popFirst() {
      guard byte == quote else {
        cell.append(byte)
        continue
      }
      guard raw.first == quote else { break }
      cell.append(quote)
      raw = raw.dropFirst()
    }
    return String(decoding: cell + raw, as: UTF8.self).trimmingASCIIBlanks
  }

  /// Sets a cell of a row, which is made as long as that takes.
  mutating func set(_ column: Int, ofRow row: Int, to text: String) {
    while rows[row].cells.count <= column { rows[row].cells.append(.written([])) }
    rows[row].cells[column] = .written(Array(quoted(text).utf8))
  }

  /// A cell's text as RFC 4180 writes it.
  private func quoted(_ text: String) -> String {
    let special = [delimiter, UInt8(ascii: "\""), 10, 13]
    guard text.utf8.contains(where: { special.contains($0) }) else { return text }
    let inner = text.utf8.flatMap { $0 == UInt8(ascii: "\"") ? [$0, $0] : [$0] }
    return "\"" + String(decoding: inner, as: UTF8.self) + "\""
  }

  /// Where a cell of a row as it was read begins.
  func position(_ column: Int, of row: Row) -> SourcePosition {
    guard column < row.cells.count, case .original(let range) = row.cells[column] else {
      return Self.position(of: row.start, in: bytes)
    }
    return Self.position(of: range.lowerBound, in: bytes)
  }

  private static func position(of offset: Int, in bytes: [UInt8]) -> SourcePosition {
    let before = bytes[..<offset]
    let lineStart = (before.lastIndex { $0 == 10 || $0 == 13 }).map { $0 + 1 } ?? 0
    // A line end of two bytes is one.
    let lines = before.indices.count {
      before[$0] == 10 || (before[$0] == 13 && ($0 + 1 >= bytes.count || bytes[$0 + 1] != 10))
    }
    let start = lineStart == 0 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : lineStart
    let column = bytes[min(start, offset)..<offset].count { $0 & 0xC0 != 0x80 }
    return SourcePosition(line: lines + 1, column: column + 1)
  }
}
