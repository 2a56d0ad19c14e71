public import EventLog

/// A segment that is written in a project file.
public struct SegmentDefinition: Sendable, Hashable {
  /// Who is in it.
  public enum Membership: Sendable, Hashable {
    /// Members for whom a condition is true.
    case rule(Condition)
    /// Members on a list, until an instant where one is given.
    case list(name: String, expires: Timestamp?)
  }

  /// The size that a segment is expected to have.
  public struct ExpectedSize: Sendable, Hashable {
    /// A number of members or a share of them all.
    public enum Bound: Sendable, Hashable {
      /// A number of members.
      case count(Int)
      /// A share of all members, from 0 to 1.
      case share(Double)
    }

    /// The least size.
    public let least: Bound?
    /// The greatest size.
    public let greatest: Bound?
  }

  /// The id, unlike every other segment's.
  public let id: String
  /// The name for reading.
  public let name: String?
  /// What it is for.
  public let description: String?
  /// Who is in it.
  public let membership: Membership
  /// How long members stay, and when they come back.
  public let memory: SegmentMemory
  /// What members must agree to, if anything: those who do not are not in it.
  public let purpose: String?
  /// What is to be done as members enter.
  public let onEnter: [SegmentAction]
  /// What is to be done as members leave.
  public let onExit: [SegmentAction]
  /// The tag that its members carry elsewhere.
  public let tag: String?
  /// The size that it is expected to have.
  public let expectedSize: ExpectedSize?
  /// When someone should look at it again.
  public let reviewBy: Timestamp?
  /// Where it stands in the project file.
  public let position: SourcePosition

  /// The kind of its memberships.
  public var kind: SegmentKind {
    switch membership {
    case .rule: .rule
    case .list: .list
    }
  }
}

/// How members come into a written segment.
public enum SegmentKind: String, Sendable, Hashable {
  /// By a condition.
  case rule
  /// By hand.
  case list
}
