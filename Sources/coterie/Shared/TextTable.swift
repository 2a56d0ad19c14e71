/// Lines up cells in columns for the terminal: the first column to the left, numbers to the right.
///
/// A table that is wider than the line has its first column shortened, down to 24 characters; where that is
/// not enough, columns that do not fit follow below, each block with the first column again.
struct TextTable {
  private var rows: [[String]]

  init(header: [String]) { rows = [header] }

  mutating func add(_ row: [String]) { rows.append(row) }

  /// The table's lines, as wide as the standard output at most.
  var text: String { text(width: Console.outputWidth) }

  /// The table's lines, none longer than a width of 48 or more.
  func text(width: Int) -> String {
    let count = rows.first?.count ?? 0
    let natural = (0..<count).map { column in rows.map { $0[column].count }.max() ?? 0 }
    guard let first = natural.first else { return "" }
    let room = width - Self.indent.count
    let others = natural.dropFirst().reduce(0) { $0 + $1 + Self.gap.count }
    if first + others <= room { return block(Array(0..<count), natural) }
    let least = min(first, Self.leastFirstWidth)
    if least + others <= room { return block(Array(0..<count), [room - others] + natural[1...]) }
    var widths = natural.map { min($0, room - least - Self.gap.count) }
    widths[0] = least
    var blocks: [[Int]] = []
    var used = 0
    for column in 1..<count {
      let needed = widths[column] + Self.gap.count
      if blocks.isEmpty || least + used + needed > room {
        blocks.append([0])
        used = 0
      }
      blocks[blocks.count - 1].append(column)
      used += needed
    }
    return blocks.map { block($0, widths) }.joined(separator: "\n\n")
  }

  private static let indent = "  "
  private static let gap = "  "
  private static let leastFirstWidth = 24

  private func block(_ columns: [Int], _ widths: [Int]) -> String {
    rows.map { row in
      var line = Self.indent
      for column in columns {
        let cell = Self.shortened(row[column], to: widths[column])
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        line += column == 0 ? cell + padding : Self.gap + padding + cell
      }
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }

  private static func shortened(_ cell: String, to width: Int) -> String {
    cell.count <= width ? cell : cell.prefix(width - 1) + "…"
  }
}
