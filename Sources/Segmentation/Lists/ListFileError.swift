/// Why a list's file cannot be used.
public enum ListFileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A cell, or a row, that cannot be meant.
  public struct Cell: Sendable, Hashable {
    /// Where it begins.
    public let position: SourcePosition
    /// What is wrong and the way out, in one line.
    public let message: String

    /// Makes a bad cell from its parts.
    public init(position: SourcePosition, message: String) {
      self.position = position
      self.message = message
    }
  }

  /// There is no way to read files here.
  case notReadable
  /// A quoted cell does not end.
  case unclosedQuote(line: Int)
  /// The file does not even have a header.
  case empty
  /// Cells that cannot be meant, in the order of the file; the first ``largestCellCount`` of `count`.
  case badCells([Cell], count: Int)

  /// The most cells that are told at once.
  public static let largestCellCount = 20

  /// What is wrong and the way out; a line for each cell.
  public var description: String {
    switch self {
    case .notReadable: "files cannot be read here; write the members into the project file"
    case .unclosedQuote(let line): "the quote that opens in line \(line) does not close"
    case .empty: "the file is empty; it needs a header line, then a member a line"
    case .badCells(let cells, let count):
      (cells.map { "\($0.position.line):\($0.position.column): \($0.message)" }
        + (count > cells.count ? ["\(count - cells.count) more such cells"] : []))
        .joined(separator: "\n")
    }
  }
}
