public import Engagement

/// What must hold for a member to be in a segment: leaves and the logic between them.
public indirect enum Condition: Sendable, Hashable {
  /// `all`: every condition is true.
  case all([Condition])
  /// `any`: at least one is.
  case any([Condition])
  /// `none`: not one is.
  case none([Condition])
  /// `not`: it is not.
  case not(Condition)
  /// `at_least: {n, of}`: n of them are.
  case atLeast(Int, [Condition])
  /// A condition on the member itself.
  case leaf(Leaf)

  /// All leaves, in the order in which they are written.
  public var leaves: [Leaf] {
    switch self {
    case .all(let parts), .any(let parts), .none(let parts), .atLeast(_, let parts):
      parts.flatMap(\.leaves)
    case .not(let part): part.leaves
    case .leaf(let leaf): [leaf]
    }
  }
}

/// A condition on one fact about a member.
public struct Leaf: Sendable, Hashable {
  /// What is asked.
  public enum Question: Sendable, Hashable {
    /// `attr`: an attribute passes all tests.
    case attribute(name: String, tests: [FieldTest])
    /// `did`: a measure of the matching events passes all comparisons.
    case did(EventSelection, EventWindow, EventMeasure, [Comparison<Double>])
    /// `did_not`: no matching event in the window, but with `afterEver` one at another time.
    case didNot(EventSelection, EventWindow, afterEver: Bool)
    /// `first`, `last`: the first or latest matching event passes.
    case occurrence(EventOccurrence)
    /// `feature`: a feature passes all comparisons.
    case feature(FeatureDefinition, [Comparison<Double>])
    /// `score`: a score passes all comparisons.
    case score(name: String, [Comparison<Double>])
    /// `segment`: the member is, or is not, in another segment.
    case segment(id: String, isMember: Bool)
    /// `segment` with `for`, `entered_within`, `left_within` or `ever`: the member's stays in it.
    case segmentHistory(SegmentHistoryQuestion)
    /// `stage`: the member is in one of some states of a machine.
    case stage(machine: String, states: [String])
    /// `consent`: the member agrees to a purpose.
    case consent(purpose: String)
    /// `cluster`: the learned label is one of some ids or names, with enough confidence.
    case cluster(model: String, segments: [String], confidence: [Comparison<Double>])
    /// `list`: the member is on a list.
    case list(name: String)
    /// `regular`: events in enough of the latest calendar periods.
    case regular(RegularActivity)
    /// `sequence`: one event for each step.
    case sequence(EventSequence)
    /// `trend`: the events of a window against those of the one before.
    case trend(EventTrend)
    /// `share`: the part of the events that pass further conditions.
    case share(EventShare)
    /// `rank`: where the member stands among all.
    case rank(MemberRank)
    /// `near`: within a distance of a point.
    case near(Nearness)
    /// `bucket`: in a stable random part of all members.
    case bucket(MemberBucket)
  }

  /// What is asked.
  public let question: Question
  /// True with `if_missing: unknown`: a missing field makes the leaf unknown.
  public let isUnknownIfMissing: Bool
  /// Where the leaf stands in the project file.
  public let position: SourcePosition
  /// The leaf as written, in one line.
  public let written: String
}
