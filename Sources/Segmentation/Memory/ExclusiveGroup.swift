/// Segments of which a member is in one at most: in the first of them that takes it.
public struct ExclusiveGroup: Sendable, Hashable {
  /// The group's name.
  public let name: String
  /// The segments' ids; an earlier one goes before a later one, also before its `min_stay`.
  public let order: [String]
  /// Where the group stands in the project file.
  public let position: SourcePosition
}
