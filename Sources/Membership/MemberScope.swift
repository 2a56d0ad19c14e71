public import Engagement
public import EventLog
public import LinearAlgebra
public import Models
public import Segmentation

/// Whom a model, a table or a comparison is about: a condition that is true or not of each member at an
/// as-of time.
///
/// The condition says all by itself: it may ask for events, features and attributes, but not for
/// anything else that stands in a project file, such as segments and lists, nor for other members.
public struct MemberScope: Sendable {
  /// The condition, with event types in place of their aliases.
  public let condition: Condition
  /// The condition as the only segment of a project with its clock, weights and aliases.
  public let project: ProjectFile

  /// Reads a condition.
  ///
  /// - Parameters:
  ///   - text: the condition as YAML, such as `{did: "*", within: 90d}`.
  ///   - source: where it comes from, for messages.
  ///   - project: where clock, weights and aliases are from.
  /// - Throws: `ProjectFileError`, also where a condition depends on more than a member's own events,
  ///   features and attributes.
  public init(
    parsing text: String, source: String, project: ProjectFile
  ) throws(ProjectFileError) {
    let written = try project.condition(parsing: text, source: source, standsAlone: true)
    condition = written.expandingAliases(project.settings.aliases)
    self.project = ProjectFile(settings: project.settings, file: source).adding([
      SegmentDefinition(id: "members", when: condition)
    ])
  }

  /// Whom a model is about; nil for everybody.
  ///
  /// - Throws: `ProjectFileError` where the model's text is not such a condition.
  public init?(of model: NamedModel) throws(ProjectFileError) {
    guard let text = model.model.among else { return nil }
    let source = "model \(model.name), among"
    let settings = model.model.settings
    let plain = try MemberScope(
      parsing: text, source: source, project: ProjectFile(settings: settings))
    // As for the model's own features, a type that this log does not have is one that nobody did.
    try self.init(
      parsing: text, source: source,
      project: ProjectFile(settings: settings.naming(plain.project.ruleFeatures)))
  }

  /// The condition in the normal form, in one line.
  public var text: String { condition.text(in: project) }

  /// For each of some members, whether the condition is true.
  ///
  /// - Parameters:
  ///   - rows: the members' rows in the community.
  ///   - community: events and members; no events are needed where the condition asks for none and its
  ///     features are given.
  ///   - asOf: T.
  ///   - features: a table of the features that the condition compares, of all rows; nil where they are
  ///     computed from the events.
  ///   - threadCount: how many threads work at once; nothing depends on it.
  /// - Returns: an answer a row; what is unknown is not true.
  /// - Throws: `SegmentationError` where the condition names what the community does not have.
  public func isInside(
    _ rows: [Int], of community: Community, asOf: Timestamp, features: FeatureTable? = nil,
    threadCount: Int = availableProcessorCount
  ) throws(SegmentationError) -> [Bool] {
    let inside = try SegmentEvaluator(
      project, community: community, rows: rows, asOf: asOf, features: features,
      threadCount: threadCount
    ).evaluate()
    let members = Set(inside.flatMap(\.rows))
    return rows.map(members.contains)
  }

  /// Why the condition is true of a member or not.
  ///
  /// - Throws: `SegmentationError` where the condition names what the community does not have.
  public func explanation(
    ofRow row: Int, of community: Community, asOf: Timestamp
  ) throws(SegmentationError) -> Explanation {
    let whole = try SegmentEvaluator(
      project, community: community, rows: [row], asOf: asOf, threadCount: 1
    ).explain("members", row: row)
    return whole.parts.first ?? whole
  }
}

extension NamedModel {
  /// What the model says of each row of a table; nil for those whom it is not about.
  ///
  /// - Parameters:
  ///   - table: rows with the model's inputs.
  ///   - rows: the rows' members in the community.
  ///   - community: events and members, as ``MemberScope`` needs them.
  ///   - scopeFeatures: a table of the features that the model's condition compares, where they are not
  ///     to be computed from the events.
  ///   - threadCount: how many threads work at once; the labels do not depend on it.
  /// - Returns: a label or nil a row.
  /// - Throws: `ClusteringError`, and what ``MemberScope`` throws.
  public func labels(
    of table: FeatureTable, rows: [Int], community: Community, scopeFeatures: FeatureTable? = nil,
    threadCount: Int = availableProcessorCount
  ) throws -> [ModelLabel?] {
    let labels = try model.label(table, threadCount: threadCount)
    guard let scope = try MemberScope(of: self) else { return labels }
    let isInside = try scope.isInside(
      rows, of: community, asOf: table.asOf, features: scopeFeatures, threadCount: threadCount)
    return zip(labels, isInside).map { $1 ? $0 : nil }
  }
}
