extension ProjectFile {
  /// The JSON Schema (draft 2020-12) of project files, for editors that complete and check YAML.
  ///
  /// It has every key, operator and word of the vocabulary with its meaning. What it refuses,
  /// ``init(parsing:file:readFile:)`` refuses, too; that also finds what no schema can say: references to
  /// what does not exist, circles, ends in the wrong order, windows and words that do not go together.
  public static var schema: String {
    JSONText.object(
      [
        ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
        ("title", .string("coterie project file")),
        ("$ref", .string("#/$defs/\(VocabularyTable.root)")),
        (
          "$defs",
          .object(
            VocabularyTable.mappings.map { ($0.name, $0.schema) } + [
              (
                "condition",
                .object([
                  ("description", .string("What must hold of a member.")),
                  (
                    "anyOf",
                    .array(
                      VocabularyTable.conditionNames.map { VocabularyValue.mapping($0).schema })
                  ),
                ])
              )
            ])
        ),
      ]
    ).text() + "\n"
  }
}

extension VocabularyMapping {
  fileprivate var schema: JSONText {
    var entries: [(key: String, value: JSONText)] = [
      ("description", .string(meaning)), ("type", .string("object")),
      (
        "properties",
        .object(
          keys.map { key in
            (key.name, .object([("description", .string(key.meaning))] + key.value.entries))
          })
      ),
      ("additionalProperties", others.map(\.schema) ?? .truth(false)),
    ]
    if !required.isEmpty { entries.append(("required", .array(required.map { .string($0) }))) }
    if !exactlyOne.isEmpty { entries.append(("oneOf", Self.alternatives(exactlyOne))) }
    if !atLeastOne.isEmpty { entries.append(("anyOf", Self.alternatives(atLeastOne))) }
    return .object(entries)
  }

  private static func alternatives(_ keys: [String]) -> JSONText {
    .array(keys.map { .object([("required", .array([.string($0)]))]) })
  }
}

extension VocabularyValue {
  fileprivate var schema: JSONText { .object(entries) }

  fileprivate var entries: [(key: String, value: JSONText)] {
    switch self {
    case .text: [("type", Self.scalars), ("pattern", .string("[^ \\t]"))]
    case .value: [("type", Self.scalars)]
    case .number: [("type", .string("number"))]
    case .count(let least):
      [
        ("type", .string("integer")), ("minimum", .integer(least)),
        ("maximum", .integer(1_000_000_000_000)),
      ]
    case .truth: [("type", .string("boolean"))]
    case .duration: Self.pattern("^[0-9]+[smhdw]$")
    case .instant:
      Self.pattern("^[ \\t]*[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9:.,Zz+-]+)?[ \\t]*$")
    case .percentage: Self.pattern("^[+]?[0-9.]+([eE][+-]?[0-9]+)?%$")
    case .share:
      [
        ("type", .string("number")), ("exclusiveMinimum", .integer(0)), ("maximum", .integer(1)),
      ]
    case .choice(let words): [("enum", .array(words.map { .string($0) }))]
    case .constant(let value): [("const", value)]
    case .list(let item, let least, let most):
      [("type", .string("array")), ("items", item.schema)]
        + (least > 0 ? [("minItems", .integer(least))] : [])
        + (most.map { [("maxItems", .integer($0))] } ?? [])
    case .named(let value, let least, let pattern):
      [
        ("type", .string("object")), ("additionalProperties", value.schema),
        (
          "propertyNames",
          .object([pattern.map { ("pattern", .string($0)) } ?? ("minLength", .integer(1))])
        ),
      ] + (least > 0 ? [("minProperties", .integer(least))] : [])
    case .mapping(let name): [("$ref", .string("#/$defs/\(name)"))]
    case .condition: [("$ref", .string("#/$defs/condition"))]
    case .either(let values): [("anyOf", .array(values.map(\.schema)))]
    }
  }

  private static let scalars = JSONText.array(["string", "number", "boolean"].map { .string($0) })

  private static func pattern(_ pattern: String) -> [(key: String, value: JSONText)] {
    [("type", .string("string")), ("pattern", .string(pattern))]
  }
}
