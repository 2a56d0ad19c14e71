/// A value of a JSON object, as far as events and members need it.
enum JSONValue: Equatable {
  case null
  case boolean(Bool)
  /// A number as it is written.
  case number(String)
  case string(String)
  case list([JSONValue])
  case object([String: JSONValue])

  /// The value as it would stand in a CSV cell; nil for null, objects and lists of those.
  var cell: String? {
    switch self {
    case .null, .object: nil
    case .boolean(let value): value ? "true" : "false"
    case .number(let text): Self.text(ofNumber: text)
    case .string(let value): value
    case .list(let values): values.compactMap(\.cell).joined(separator: "|")
    }
  }

  /// The value as text that tells one member or event from others: null and empty text are absent.
  var key: String? { cell.flatMap { $0.isEmpty ? nil : $0 } }

  /// A number by its shortest text, such as `123` of `123.0`; whole numbers beyond 2^53, which a Double
  /// cannot tell apart, and what no Double holds as they are written.
  private static func text(ofNumber text: String) -> String {
    guard isExact(text), let number = decimal(text) else { return text }
    return formatted(number)
  }

  /// Whether a Double holds the number that is written, or the nearest one to its fraction.
  private static func isExact(_ text: String) -> Bool {
    let isWhole = text.utf8.allSatisfy { $0 == ascii("-") || (48...57).contains($0) }
    guard isWhole else { return true }
    return Int64(text).map { abs($0) <= 1 << 53 } ?? false
  }

  /// The value as an event's property; nil for null, lists and objects.
  var property: PropertyValue? {
    switch self {
    case .null, .object: nil
    case .list: cell.map { .string($0) }
    case .boolean(let isTrue): .boolean(isTrue)
    case .string(let text): .string(text)
    case .number(let text):
      Self.isExact(text) ? decimal(text).map { .number($0) } : .string(text)
    }
  }
}
