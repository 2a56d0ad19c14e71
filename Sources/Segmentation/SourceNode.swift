/// A part of a project file: a scalar, a sequence or a mapping, with its place.
struct SourceNode: Sendable {
  struct Entry: Sendable {
    let key: String
    let keyPosition: SourcePosition
    let value: SourceNode
  }

  indirect enum Content: Sendable {
    /// A plain scalar is one written without quotes.
    case scalar(String, isPlain: Bool)
    case sequence([SourceNode])
    case mapping([Entry])
  }

  let position: SourcePosition
  let content: Content

  /// What kind of thing stands here, for messages.
  var kindName: String {
    switch content {
    case .scalar where isNull: "nothing"
    case .scalar(let text, _): "\"\(text)\""
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }

  /// True where nothing is written, or `null` or `~`.
  var isNull: Bool {
    guard case .scalar(let text, isPlain: true) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// The text of a scalar that is not null.
  var text: String? {
    guard case .scalar(let text, _) = content, !isNull else { return nil }
    return text
  }

  /// The text of a scalar written without quotes.
  var plainText: String? {
    guard case .scalar(let text, isPlain: true) = content, !isNull else { return nil }
    return text
  }

  /// The items of a sequence.
  var items: [SourceNode]? {
    guard case .sequence(let items) = content else { return nil }
    return items
  }

  /// The entries of a mapping.
  var entries: [Entry]? {
    guard case .mapping(let entries) = content else { return nil }
    return entries
  }

  /// The node in one line, in YAML's flow style.
  var written: String {
    switch content {
    case .scalar(let text, let isPlain):
      return isPlain ? text : "\"\(text)\""
    case .sequence(let items):
      return "[" + items.map(\.written).joined(separator: ", ") + "]"
    case .mapping(let entries):
      return "{" + entries.map { "\($0.key): \($0.value.written)" }.joined(separator: ", ") + "}"
    }
  }
}
