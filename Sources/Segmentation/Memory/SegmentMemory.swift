/// How long members stay in a segment, and when they come back.
public struct SegmentMemory: Sendable, Hashable {
  /// `stay_while`: members stay while it is true, and enter only where it is, too.
  ///
  /// Without it, members stay while the segment's own condition is true.
  public let stayWhile: Condition?
  /// `min_stay`: the least time in the segment; it ends at exactly entering plus its length.
  ///
  /// Withdrawn consent and an earlier segment of an exclusive group end a stay before.
  public let leastStay: ExactDuration?
  /// `cooldown`: the least time between leaving and entering again; over at exactly its length.
  public let cooldown: ExactDuration?

  /// True where none of the three is written.
  public var isEmpty: Bool { stayWhile == nil && leastStay == nil && cooldown == nil }
}

/// What is to be done as a member enters or leaves a segment; kept, and done by no verb so far.
public struct SegmentAction: Sendable, Hashable {
  /// How.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// A request to a place that is configured under a name.
    case webhook
  }

  /// How.
  public let kind: Kind
  /// The place's name.
  public let target: String
  /// Where it stands in the project file.
  public let position: SourcePosition
}

/// What is asked of a member's stays in another segment; all of it must hold.
public struct SegmentHistoryQuestion: Sendable, Hashable {
  /// The other segment.
  public let id: String
  /// `member`: the member is, or is not, in it now; nil where that does not matter.
  public let isMember: Bool?
  /// `for`: it has been so for at least this long; for ever, where a member never was in.
  public let heldFor: ExactDuration?
  /// `entered_within`: the latest entry is less than this ago.
  public let enteredWithin: ExactDuration?
  /// `left_within`: the latest time of leaving is less than this ago.
  public let leftWithin: ExactDuration?
  /// `ever`: the member has, or has not, been in it at some time.
  public let ever: Bool?
}
