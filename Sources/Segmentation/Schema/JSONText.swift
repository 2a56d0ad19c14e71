/// JSON to be written, with keys in the order given.
indirect enum JSONText: Sendable {
  case truth(Bool)
  case integer(Int)
  case string(String)
  case array([JSONText])
  case object([(key: String, value: JSONText)])

  /// The text, indented by two blanks a level, the first line from where it stands.
  func text(indent: Int = 0) -> String {
    let margin = String(repeating: " ", count: indent)
    switch self {
    case .truth(let isTrue): return isTrue ? "true" : "false"
    case .integer(let number): return "\(number)"
    case .string(let text): return Self.quoted(text)
    case .array(let items):
      let texts = items.map { $0.text(indent: indent + 2) }
      let line = "[" + texts.joined(separator: ", ") + "]"
      guard line.contains("\n") || indent + line.count > BlockText.width else { return line }
      return "[\n\(margin)  " + texts.joined(separator: ",\n\(margin)  ") + "\n\(margin)]"
    case .object(let entries):
      guard !entries.isEmpty else { return "{}" }
      let texts = entries.map { "\(Self.quoted($0)): \($1.text(indent: indent + 2))" }
      let line = "{" + texts.joined(separator: ", ") + "}"
      guard line.contains("\n") || indent + line.count > BlockText.width else { return line }
      return "{\n\(margin)  " + texts.joined(separator: ",\n\(margin)  ") + "\n\(margin)}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
