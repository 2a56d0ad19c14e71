import EventLog
import Foundation

/// A JSON value, for the objects that `--json` prints.
enum JSONValue: Encodable, Equatable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// A number, or null where it is absent or not finite.
  init(_ number: Double?) {
    self = number.flatMap { $0.isFinite ? .number($0) : nil } ?? .null
  }

  init(_ text: String?) { self = text.map { .string($0) } ?? .null }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .boolean(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let values): try container.encode(values)
    case .object(let values): try container.encode(values)
    }
  }

  /// The text of the value, keys in order, indented.
  var text: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  /// Prints the versioned object of a verb.
  static func print(verb: String, _ values: [String: JSONValue]) throws {
    var object = values
    object["coterie"] = .string(verb)
    object["version"] = .integer(1)
    let output = try OutputFile("-")
    try output.write(try JSONValue.object(object).text + "\n")
    try output.commit()
  }
}
