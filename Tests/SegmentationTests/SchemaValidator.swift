import Foundation

@testable import Segmentation

/// Checks a project file's nodes against a JSON Schema, by the keywords that ours has.
final class SchemaValidator {
  /// A mapping that a definition of the schema accepts.
  struct Visit {
    /// The way to it from the root: positions of items, or of entries.
    let path: [Int]
    let definition: String
    let properties: Set<String>
    /// True where other keys are accepted, too.
    let isOpen: Bool
  }

  struct UnknownKeyword: Error { let name: String }

  private let root: Rule
  private var definitions: [String: Rule] = [:]

  init(_ text: String) throws {
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
    root = try Rule(object)
    let schema = object as? [String: Any]
    for (name, definition) in schema?["$defs"] as? [String: Any] ?? [:] {
      definitions[name] = try Rule(definition)
    }
  }

  func accepts(_ node: SourceNode) -> Bool { visits(of: node) != nil }

  /// What accepts each mapping; nil where the schema does not accept the node.
  func visits(of node: SourceNode) -> [Visit]? { visits(node, root, [], "") }

  private func visits(
    _ node: SourceNode, _ rule: Rule, _ path: [Int], _ definition: String
  ) -> [Visit]? {
    guard rule.acceptsScalar(node) else { return nil }
    var found: [Visit] = []
    func take(_ visits: [Visit]?) -> Bool {
      found += visits ?? []
      return visits != nil
    }
    if let items = node.items {
      guard (rule.minItems ?? 0)...(rule.maxItems ?? .max) ~= items.count else { return nil }
      if let item = rule.items {
        for (index, node) in items.enumerated() {
          guard take(visits(node, item, path + [index], "")) else { return nil }
        }
      }
    }
    if let entries = node.entries {
      let keys = Set(entries.map(\.key))
      guard keys.isSuperset(of: rule.required), keys.count >= rule.minProperties ?? 0 else {
        return nil
      }
      for (index, entry) in entries.enumerated() {
        if let names = rule.propertyNames, !names.acceptsText(entry.key) { return nil }
        if let property = rule.properties[entry.key] ?? rule.others {
          guard take(visits(entry.value, property, path + [index], "")) else { return nil }
        } else if rule.isClosed {
          return nil
        }
      }
      if !rule.properties.isEmpty {
        found.append(
          Visit(
            path: path, definition: definition, properties: Set(rule.properties.keys),
            isOpen: !rule.isClosed))
      }
    }
    if let reference = rule.reference {
      guard let other = definitions[reference], take(visits(node, other, path, reference)) else {
        return nil
      }
    }
    for (rules, most) in [(rule.anyOf, Int.max), (rule.oneOf, 1)] where !rules.isEmpty {
      let accepted = rules.compactMap { visits(node, $0, path, "") }
      guard let first = accepted.first, accepted.count <= most else { return nil }
      found += first
    }
    return found
  }

  private final class Rule {
    var types: Set<String> = []
    var properties: [String: Rule] = [:]
    var others: Rule?
    var isClosed = false
    var required: Set<String> = []
    var propertyNames: Rule?
    var minProperties, minItems, maxItems, minLength: Int?
    var items: Rule?
    var anyOf: [Rule] = []
    var oneOf: [Rule] = []
    var reference: String?
    var pattern: NSRegularExpression?
    var words: [Any]?
    var minimum, maximum, exclusiveMinimum: Double?

    init(_ schema: Any) throws {
      guard let schema = schema as? [String: Any] else { throw UnknownKeyword(name: "\(schema)") }
      for (keyword, value) in schema {
        switch keyword {
        case "$schema", "$defs", "title", "description": break
        case "$ref":
          reference = (value as? String)?.split(separator: "/").last.map { String($0) }
        case "type": types = Set((value as? [String]) ?? [value as? String ?? ""])
        case "properties": properties = try (value as? [String: Any] ?? [:]).mapValues(Rule.init)
        case "additionalProperties":
          if let isOpen = value as? Bool { isClosed = !isOpen } else { others = try Rule(value) }
        case "required": required = Set(value as? [String] ?? [])
        case "propertyNames": propertyNames = try Rule(value)
        case "minProperties": minProperties = value as? Int
        case "minItems": minItems = value as? Int
        case "maxItems": maxItems = value as? Int
        case "minLength": minLength = value as? Int
        case "items": items = try Rule(value)
        case "anyOf": anyOf = try (value as? [Any] ?? []).map(Rule.init)
        case "oneOf": oneOf = try (value as? [Any] ?? []).map(Rule.init)
        case "pattern": pattern = try NSRegularExpression(pattern: value as? String ?? "")
        case "enum": words = value as? [Any]
        case "const": words = [value]
        case "minimum": minimum = value as? Double
        case "maximum": maximum = value as? Double
        case "exclusiveMinimum": exclusiveMinimum = value as? Double
        default: throw UnknownKeyword(name: keyword)
        }
      }
    }

    func acceptsText(_ text: String) -> Bool {
      if let pattern {
        let range = NSRange(text.startIndex..., in: text)
        if pattern.firstMatch(in: text, range: range) == nil { return false }
      }
      return text.unicodeScalars.count >= minLength ?? 0
    }

    /// Whether the node itself is accepted, what is in it left out.
    func acceptsScalar(_ node: SourceNode) -> Bool {
      let value = Value(node)
      guard types.isEmpty || !types.isDisjoint(with: value.types) else { return false }
      if let words, !words.contains(where: value.equals) { return false }
      switch value {
      case .text(let text): return acceptsText(text)
      case .number(let number):
        return number >= minimum ?? -.infinity && number <= maximum ?? .infinity
          && number > exclusiveMinimum ?? -.infinity
      default: return true
      }
    }
  }

  /// A scalar as YAML 1.2 reads it.
  private enum Value {
    case null, array, object
    case truth(Bool)
    case number(Double)
    case text(String)

    init(_ node: SourceNode) {
      switch node.content {
      case .sequence: self = .array
      case .mapping: self = .object
      case .scalar(let text, isPlain: false): self = .text(text)
      case .scalar(let text, isPlain: true):
        if node.isNull {
          self = .null
        } else if ["true", "True", "TRUE", "false", "False", "FALSE"].contains(text) {
          self = .truth(text.lowercased() == "true")
        } else if text.wholeMatch(of: Self.number) != nil, let number = Double(text) {
          self = .number(number)
        } else {
          self = .text(text)
        }
      }
    }

    nonisolated(unsafe) private static let number =
      /[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?/

    var types: Set<String> {
      switch self {
      case .null: ["null"]
      case .array: ["array"]
      case .object: ["object"]
      case .truth: ["boolean"]
      case .number(let number):
        number == number.rounded() ? ["number", "integer"] : ["number"]
      case .text: ["string"]
      }
    }

    func equals(_ other: Any) -> Bool {
      switch self {
      case .text(let text): other as? String == text
      case .number(let number): other as? Double == number
      case .truth(let isTrue): other as? Bool == isTrue
      default: false
      }
    }
  }
}
