/// Finds anchors and aliases in YAML without composing it.
///
/// It knows comments, quotes and block scalars, and errs on the side of finding: in a plain text over
/// several lines, a line that begins with `*` or `&` is found as well.
struct AnchorScanner {
  private var line = 1
  private var column = 0
  private var quote: Unicode.Scalar?
  private var isEscaped = false
  private var isComment = false
  private var isNodeStart = true
  private var previous: Unicode.Scalar = "\n"
  private var hasClosedQuote = false
  /// Columns in the current line: of its first thing that is no dash, and of the last dash before.
  private var firstColumn: Int?
  private var dashColumn = 0
  /// Lines that begin to the right of this column belong to a block scalar.
  private var blockColumn: Int?

  private init() {}

  /// The first `&anchor` or `*alias` that stands where a node begins.
  static func firstAnchor(in text: String) -> SourcePosition? {
    var scanner = AnchorScanner()
    for scalar in text.unicodeScalars where scanner.isAnchor(scalar) {
      return SourcePosition(line: scanner.line, column: scanner.column)
    }
    return nil
  }

  private mutating func isAnchor(_ scalar: Unicode.Scalar) -> Bool {
    if previous == "\n" { beginLine() }
    column += 1
    defer { previous = scalar }
    if scalar == "\n" {
      (isComment, isNodeStart, hasClosedQuote) = (false, true, false)
      return false
    }
    if quote != nil {
      readQuoted(scalar)
      return false
    }
    if isComment || isInBlock(scalar) { return false }
    if firstColumn == nil, scalar != " ", scalar != "\t" {
      if scalar == "-" { dashColumn = column } else { firstColumn = column }
    }
    return readPlain(scalar)
  }

  private mutating func beginLine() {
    if column > 0 { line += 1 }
    column = 0
    firstColumn = nil
    dashColumn = 0
  }

  /// True inside a block scalar, which ends before the first line that does not begin further in.
  private mutating func isInBlock(_ scalar: Unicode.Scalar) -> Bool {
    guard let blockColumn else { return false }
    if firstColumn != nil || scalar == " " || scalar == "\r" { return true }
    if column > blockColumn {
      firstColumn = column
      return true
    }
    self.blockColumn = nil
    return false
  }

  private mutating func readQuoted(_ scalar: Unicode.Scalar) {
    if isEscaped {
      isEscaped = false
    } else if quote == "\"", scalar == "\\" {
      isEscaped = true
    } else if scalar == quote {
      quote = nil
      hasClosedQuote = true
    }
  }

  private mutating func readPlain(_ scalar: Unicode.Scalar) -> Bool {
    let followsQuote = hasClosedQuote
    hasClosedQuote = false
    switch scalar {
    case "\r", "[", "{", ",": isNodeStart = true
    case " ", "\t":
      if [":", "-", "?"].contains(previous) { isNodeStart = true }
      hasClosedQuote = followsQuote
    case ":" where followsQuote: isNodeStart = true
    case "#" where [" ", "\t", "\n"].contains(previous): isComment = true
    case "\"" where isNodeStart || followsQuote, "'" where isNodeStart || followsQuote:
      (quote, isNodeStart) = (scalar, false)
    case "|" where isNodeStart, ">" where isNodeStart:
      blockColumn = firstColumn == column ? dashColumn : firstColumn
      isNodeStart = false
    case "&" where isNodeStart, "*" where isNodeStart: return true
    default: isNodeStart = false
    }
    return false
  }
}
