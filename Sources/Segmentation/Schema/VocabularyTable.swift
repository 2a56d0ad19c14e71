/// What a key of a project file may hold.
indirect enum VocabularyValue: Sendable {
  /// A text, with quotes or without, that is not blank.
  case text
  case number
  /// A whole number from the given one on.
  case count(least: Int)
  case truth
  case duration
  case instant
  /// A share of the members: `5%`.
  case percentage
  /// More than 0 and up to 1.
  case share
  /// Any scalar.
  case value
  /// One of some words.
  case choice([String])
  /// The one value that is allowed.
  case constant(JSONText)
  case list(VocabularyValue, least: Int = 0, most: Int? = nil)
  /// A mapping from names of the project's own; names match a pattern where one is given.
  case named(VocabularyValue, least: Int = 0, pattern: String? = nil)
  /// The mapping of a name in the table.
  case mapping(String)
  /// Any condition.
  case condition
  /// Either of some.
  case either([VocabularyValue])
}

/// A key of a mapping of the project file.
struct VocabularyKey: Sendable {
  let name: String
  let value: VocabularyValue
  /// What it means, in a sentence.
  let meaning: String

  init(_ name: String, _ value: VocabularyValue, _ meaning: String) {
    self.name = name
    self.value = value
    self.meaning = meaning
  }
}

/// A mapping of the project file, with all its keys.
struct VocabularyMapping: Sendable {
  let name: String
  /// What it means, in a sentence.
  let meaning: String
  let keys: [VocabularyKey]
  /// Keys that must be there.
  var required: [String] = []
  /// Keys of which exactly one must be there.
  var exactlyOne: [String] = []
  /// Keys of which one must be there, or more.
  var atLeastOne: [String] = []
  /// What keys of the project's own hold, where there may be such.
  var others: VocabularyValue?
}

/// All mappings of the project file, from which the schema for editors is written.
///
/// The parser has its keys from its own code; tests compare the two key by key.
enum VocabularyTable {
  static let root = "project"

  static let mappings: [VocabularyMapping] =
    sections + members + conditions + conditionParts

  /// The names of the mappings that are a condition.
  static let conditionNames = conditions.map(\.name)
}
