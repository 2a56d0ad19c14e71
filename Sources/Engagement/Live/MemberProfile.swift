public import EventLog

/// What features know of a member beside events: a line of the members file.
public struct MemberProfile: Sendable, Hashable {
  /// When the member joined, where that is known.
  public var joinedAt: Timestamp?
  /// The numeric attributes, by name.
  public var attributes: [String: Double]

  /// Makes a profile; one without anything is that of a member whom the members file does not name.
  public init(joinedAt: Timestamp? = nil, attributes: [String: Double] = [:]) {
    self.joinedAt = joinedAt
    self.attributes = attributes
  }
}
