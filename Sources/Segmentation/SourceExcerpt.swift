/// A line of a file, and a column of it, to be shown to a reader.
public struct SourceExcerpt: Sendable, Hashable, CustomStringConvertible {
  /// The line's text, or the part around the column where it is long.
  ///
  /// What cannot be shown, such as control characters, is the replacement character.
  public let line: String
  /// What stands before the caret: as wide as the text before the column, tabs kept.
  public let margin: String

  /// How much of a line is shown at most on each side of the column, in Unicode scalars.
  static let reach = 60

  /// The line, and below it a caret under the column; both a little to the right.
  public var description: String { "    \(line)\n    \(margin)^" }

  /// The excerpt at each place of a text; none where it has no such line.
  ///
  /// - Complexity: O(n) in the length of the text, and O(places).
  static func excerpts(
    of text: String, at positions: [SourcePosition]
  ) -> [SourcePosition: SourceExcerpt] {
    let wanted = Set(positions.map(\.line))
    guard let last = wanted.max() else { return [:] }
    var lines: [Int: Substring.UnicodeScalarView] = [:]
    var number = 1
    var rest = text.unicodeScalars[...]
    while number <= last {
      // A line ends as YAML has it: at \n, \r or both.
      let end = rest.firstIndex { $0 == "\n" || $0 == "\r" } ?? rest.endIndex
      if wanted.contains(number) { lines[number] = rest[..<end] }
      guard end < rest.endIndex else { break }
      let next = rest.index(after: end)
      let isPair = rest[end] == "\r" && next < rest.endIndex && rest[next] == "\n"
      rest = rest[(isPair ? rest.index(after: next) : next)...]
      number += 1
    }
    var excerpts: [SourcePosition: SourceExcerpt] = [:]
    for position in positions {
      guard let line = lines[position.line] else { continue }
      excerpts[position] = SourceExcerpt(line, column: position.column)
    }
    return excerpts
  }

  private init(_ line: Substring.UnicodeScalarView, column: Int) {
    let before = line.prefix(max(0, column - 1))
    let (near, after) = (before.suffix(Self.reach), line[before.endIndex...].prefix(Self.reach))
    let (isCut, goesOn) = (near.count < before.count, after.endIndex < line.endIndex)
    var (shown, margin) = (isCut ? "…" : "", isCut ? " " : "")
    for scalar in near {
      shown.unicodeScalars.append(Self.shown(scalar))
      if Self.hasWidth(scalar) { margin += scalar == "\t" ? "\t" : " " }
    }
    // A column behind the end of the line.
    margin += String(repeating: " ", count: min(1, max(0, column - 1 - before.count)))
    for scalar in after { shown.unicodeScalars.append(Self.shown(scalar)) }
    self.line = shown + (goesOn ? "…" : "")
    self.margin = margin
  }

  private static func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.properties.generalCategory {
    case .control: scalar == "\t" ? scalar : "\u{FFFD}"
    case .lineSeparator, .paragraphSeparator, .format: "\u{FFFD}"
    default: scalar
    }
  }

  private static func hasWidth(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory != .nonspacingMark
      && scalar.properties.generalCategory != .enclosingMark
  }
}
