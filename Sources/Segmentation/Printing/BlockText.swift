import EventLog

/// A part of a project file that is to be written, with the style of its lines.
indirect enum BlockText: Sendable {
  /// How a list or a mapping is written.
  enum Style: Sendable {
    /// In one line, with brackets.
    case flow
    /// A line or more for each entry.
    case block
    /// In one line where that is no longer than ``BlockText/width``.
    case fitting
  }

  /// A text as it stands in the file.
  case scalar(String)
  case list([BlockText], Style)
  /// Keys are texts as they stand in the file.
  case mapping([(key: String, value: BlockText)], Style)

  /// The longest line of a part that may stand in one line or in several.
  static let width = 100
  /// YAML reads no longer key without a question mark before it (1,024 characters).
  private static let longestKey = 1_000

  /// A key with its value, the key quoted where needed.
  static func entry(_ key: String, _ value: BlockText) -> (key: String, value: BlockText) {
    (quotedText(key), value)
  }

  /// The part in one line.
  var inOneLine: String {
    switch self {
    case .scalar(let text): text
    case .list(let items, _): "[" + items.map(\.inOneLine).joined(separator: ", ") + "]"
    case .mapping(let entries, _):
      "{"
        + entries.map { key, value in
          key.utf8.count > Self.longestKey
            ? "? \(key) : \(value.inOneLine)" : "\(key): \(value.inOneLine)"
        }.joined(separator: ", ") + "}"
    }
  }

  /// The lines of a whole file.
  var text: String {
    var text = ""
    write(to: &text, indent: 0)
    return text
  }

  /// True where the part needs lines of its own, if its first one would begin at a column.
  private func isBlock(at column: Int) -> Bool {
    switch self {
    case .scalar, .list(_, .flow), .mapping(_, .flow): false
    case .list(let items, .block): !items.isEmpty
    case .mapping(let entries, .block): !entries.isEmpty
    case .list(let items, .fitting):
      items.contains { $0.isBlock(at: 0) } || column + inOneLine.count > Self.width
    case .mapping(let entries, .fitting):
      entries.contains { $0.value.isBlock(at: 0) } || column + inOneLine.count > Self.width
    }
  }

  /// Writes lines of its own, the first one from where the text ends.
  private func write(to text: inout String, indent: Int) {
    let margin = String(repeating: " ", count: indent)
    switch self {
    case .scalar(let scalar): text += scalar + "\n"
    case .list(let items, _):
      for (index, item) in items.enumerated() {
        text += (index == 0 ? "" : margin) + "- "
        if item.isBlock(at: indent + 2) {
          item.write(to: &text, indent: indent + 2)
        } else {
          text += item.inOneLine + "\n"
        }
      }
    case .mapping(let entries, _):
      for (index, (key, value)) in entries.enumerated() {
        text += index == 0 ? "" : margin
        text += key.utf8.count > Self.longestKey ? "? \(key)\n\(margin):" : "\(key):"
        if value.isBlock(at: indent + key.count + 2) {
          text += "\n" + margin + "  "
          value.write(to: &text, indent: indent + 2)
        } else {
          text += " " + value.inOneLine + "\n"
        }
      }
    }
  }
}

/// A text as a scalar of YAML that every reader takes for that text: in quotes where it could be taken
/// for a number, a date, a truth value, nothing, or a sign of the language.
func quotedText(_ text: String) -> String {
  isPlainWord(text) ? text : inDoubleQuotes(text)
}

/// A value to compare with: numbers, dates and truth values stand as they are.
func quotedValue(_ text: String) -> String {
  if let number = decimal(text), formatted(number) == text, abs(number) < 1e15 { return text }
  if text == "true" || text == "false" { return text }
  let isDate = text.utf8.count == 10 && Timestamp(text) != nil
  return isDate ? text : quotedText(text)
}

private let wordsOfYAML: Set<String> = [
  "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity",
]

private func isPlainWord(_ text: String) -> Bool {
  guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last, last != " ",
    isWordScalar(first) || ("0"..."9").contains(first),
    text.unicodeScalars.allSatisfy({
      isWordScalar($0) || "0123456789-./+ ".unicodeScalars.contains($0)
    }),
    !wordsOfYAML.contains(text.lowercased())
  else { return false }
  // What begins with a digit is a word where a letter says so that stands in no number and no date.
  return !("0"..."9").contains(first)
    || text.lowercased().unicodeScalars.contains { "ghijklmnpqrsuvwy".unicodeScalars.contains($0) }
}

private func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
  ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
    || (scalar.value >= 0xA0 && scalar.properties.isAlphabetic)
}

private func inDoubleQuotes(_ text: String) -> String {
  var quoted = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": quoted += "\\\""
    case "\\": quoted += "\\\\"
    case "\n": quoted += "\\n"
    case "\t": quoted += "\\t"
    case "\r": quoted += "\\r"
    default:
      if isPrintable(scalar) {
        quoted.unicodeScalars.append(scalar)
      } else {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let (mark, width) = scalar.value > 0xFFFF ? ("\\U", 8) : ("\\u", 4)
        quoted += mark + String(repeating: "0", count: width - digits.count) + digits
      }
    }
  }
  return quoted + "\""
}

/// True for what YAML lets stand in a file, line breaks and the byte order mark left out.
private func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x2028, 0x2029, 0xFEFF: false
  case 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
  default: false
  }
}
