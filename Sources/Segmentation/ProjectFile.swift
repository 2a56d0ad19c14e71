public import Engagement
public import EventLog

/// What a project file says: the calendar, the meaning of columns and names, and the segments.
public struct ProjectFile: Sendable, Hashable {
  /// The part of an event that a column of the event files can be.
  public static let columnRoles = [
    "member_id", "timestamp", "event", "value", "target_id", "event_id",
  ]

  /// The file's name, as it was given.
  public internal(set) var file: String
  /// For each role of ``columnRoles`` that the file maps, the name of the column.
  public internal(set) var columns: [String: String] = [:]
  /// The types of attributes of members that do not have the type of their cells.
  public internal(set) var attributeTypes: [String: ColumnType] = [:]
  /// The types of properties of events that do not have the type of their values.
  public internal(set) var propertyTypes: [String: ColumnType] = [:]
  /// The calendar, weights, the use of values, and aliases.
  public internal(set) var settings = EngagementSettings()
  /// How late events may come, where that is said.
  public internal(set) var lateness: ExactDuration?
  /// What `train` uses where no features are given, where that is said.
  public internal(set) var features: [FeatureDefinition]?
  /// How features are transformed before clustering, where that is said.
  public internal(set) var transform: TransformChoices?
  /// Scores by name.
  public internal(set) var scores: [String: ScoreDefinition] = [:]
  /// Lists by name.
  public internal(set) var lists: [String: ListDefinition] = [:]
  /// Segments in the order of the file.
  public internal(set) var segments: [SegmentDefinition] = []
  /// Tests of the segments, in the order of the file.
  public internal(set) var tests: [RuleTest] = []
  /// Stage machines in the order of the file.
  public internal(set) var stages: [StageMachine] = []
  /// Groups of segments of which a member is in one at most.
  public internal(set) var exclusiveGroups: [ExclusiveGroup] = []
  /// What holds of a purpose before a member says anything.
  public internal(set) var defaultConsent = ConsentState.granted
  /// For each model (its file's name without ending), names for its segments by id (`c0`).
  public internal(set) var segmentNames: [String: [String: String]] = [:]

  /// The file's text, for excerpts.
  var text = ""
  var aliasPositions: [String: SourcePosition] = [:]
  var weightPositions: [String: SourcePosition] = [:]
  var scorePositions: [String: SourcePosition] = [:]
  /// Names of event types, aliases or globs that scores give points to, with their places.
  var pointNames: [PlacedName] = []
  /// Names of features, with their places, those of rules left out.
  var featureNames: [PlacedName] = []

  /// A name, and where it stands.
  struct PlacedName: Sendable, Hashable {
    let name: String
    let position: SourcePosition
  }

  /// A project that says nothing, for work without a file.
  public init() { file = "" }

  /// Reads a project file.
  ///
  /// All errors are collected and thrown together. What belongs to a later version is refused, not
  /// ignored. What only an event log can tell is left to ``check(against:)``.
  ///
  /// - Parameters:
  ///   - text: the file's contents, YAML.
  ///   - file: the file's name, for messages.
  ///   - readFile: gives the contents of a list's file, from its path as written; paths are meant
  ///     relative to the project file.
  /// - Throws: ``ProjectFileError`` with a line and a column for everything that is wrong.
  public init(
    parsing text: String, file: String,
    readFile: (_ path: String) throws -> String = { _ in throw ListFileError.notReadable }
  ) throws(ProjectFileError) {
    // A byte order mark is no part of the text.
    let hasMark = text.unicodeScalars.first == "\u{FEFF}"
    let text = hasMark ? String(text.unicodeScalars.dropFirst()) : text
    var parser = ProjectParser(file: file)
    let root: SourceNode?
    do {
      root = try SourceNode.reading(text, file: file)
    } catch {
      throw error.quoting(text, of: file)
    }
    parser.parse(root, readFile: readFile)
    let errors = parser.diagnostics
    guard errors.isEmpty else { throw ProjectFileError(errors).quoting(text, of: file) }
    self = parser.project
    self.text = text
  }

  /// The most bytes that a project file may have.
  public static let largestByteCount = SourceNode.largestByteCount

  /// Reads a project file from its bytes, as the initializer from text does from its text.
  ///
  /// - Throws: ``ProjectFileError``, also where the bytes are no UTF-8, with the place of the first that is not.
  public init(
    parsing bytes: [UInt8], file: String,
    readFile: (_ path: String) throws -> String = { _ in throw ListFileError.notReadable }
  ) throws(ProjectFileError) {
    if bytes.count <= Self.largestByteCount, String(validating: bytes, as: UTF8.self) == nil {
      let text = String(decoding: bytes, as: UTF8.self)
      let valid = Self.validPrefix(of: bytes)
      let lines = valid.split(separator: "\n", omittingEmptySubsequences: false)
      let position = SourcePosition(
        line: lines.count, column: (lines.last?.unicodeScalars.count ?? 0) + 1)
      throw ProjectFileError([
        Diagnostic(
          file: file, position: position, message: "not UTF-8 text; save the file as UTF-8")
      ]).quoting(text, of: file)
    }
    try self.init(parsing: String(decoding: bytes, as: UTF8.self), file: file, readFile: readFile)
  }

  /// The text before the first bytes that are no UTF-8.
  private static func validPrefix(of bytes: [UInt8]) -> String {
    var (decoder, iterator) = (UTF8(), bytes.makeIterator())
    var text = ""
    while case .scalarValue(let scalar) = decoder.decode(&iterator) {
      text.unicodeScalars.append(scalar)
    }
    return text
  }

  /// Adds a feature of one's own, which the file's features, rules and scores can name.
  ///
  /// - Throws: `EngagementError.customFeature(name:reason:)` where another one has its name.
  public mutating func add(_ feature: CustomFeature) throws(EngagementError) {
    try settings.add(feature)
  }

  /// The segment of an id, or nil where there is none.
  public func segment(_ id: String) -> SegmentDefinition? {
    segments.first { bytesAreEqual($0.id, id) }
  }
}
