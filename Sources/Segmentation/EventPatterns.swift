public import Engagement
public import EventLog

/// `regular`: events in enough of the latest calendar periods.
public struct RegularActivity: Sendable, Hashable {
  /// A calendar period of the clock's zone.
  public enum Unit: String, Sendable, Hashable, CaseIterable, BitwiseCopyable {
    /// Calendar days.
    case day
    /// Calendar weeks.
    case week
    /// Calendar months.
    case month
  }

  /// Which events count.
  public let selection: EventSelection
  /// The kind of the periods.
  public let unit: Unit
  /// How many of the periods need an event.
  public let leastActive: Int
  /// How many periods are looked at; the unfinished one is the first of them.
  public let periodCount: Int
  /// True where the periods with events must be neighbours.
  public let isConsecutive: Bool

  /// The most periods that can be looked at.
  static let mostPeriods = 10_000
}

/// `sequence`: one event for each step, in order.
///
/// All of it is said of one choice of events; the member is in where there is such a choice.
public struct EventSequence: Sendable, Hashable {
  /// What each event must be; each is strictly later than the one before.
  public let steps: [EventSelection]
  /// What must not have happened after the first event, up to now.
  public let without: EventSelection?
  /// A field that all events have in common, forbidden ones included.
  public let same: EventField?
  /// The longest time from the first event to the last, itself included.
  public let span: ExactDuration?
  /// The age that the first event must be under.
  public let within: ExactDuration?
  /// The least age of the last event.
  public let after: ExactDuration?
  /// False with `order: any`: the events may come in any order, also at one instant, but each step has
  /// an event of its own.
  public let isOrdered: Bool

  /// The most steps that there can be.
  static let mostSteps = 64
}

/// `trend`: the events of a window against those of the window before it.
public struct EventTrend: Sendable, Hashable {
  /// What is compared.
  public enum Measure: String, Sendable, Hashable, CaseIterable {
    /// The current number of events per day by the previous one; infinite from zero to something, and
    /// missing where there are none in both.
    case ratio
    /// The current number of events less the previous one.
    case delta
  }

  /// Which events count.
  public let selection: EventSelection
  /// The current window: ages in [0, current).
  public let current: ExactDuration
  /// The window before it: ages in [current, current + previous).
  public let previous: ExactDuration
  /// What is compared.
  public let measure: Measure
  /// What the ratio or the difference must be, all of it.
  public let comparisons: [Comparison<Double>]
  /// The least number of events in both windows together.
  public let leastCount: Int
}

/// `share`: the part of the events that pass further conditions.
public struct EventShare: Sendable, Hashable {
  /// Which events are the whole.
  public let selection: EventSelection
  /// What must hold of an event to be of the part, all of it.
  public let conditions: [EventFieldCondition]
  /// The time in which events count.
  public let window: EventWindow
  /// What the share, 0 to 1, must be, all of it; it is missing where there are no events.
  public let comparisons: [Comparison<Double>]
  /// The least number of events in the whole.
  public let leastCount: Int
}

/// `rank`: where a member stands among all members.
public struct MemberRank: Sendable, Hashable {
  /// What members are ranked by.
  public enum Quantity: Sendable, Hashable {
    /// A score, by name.
    case score(String)
    /// A feature.
    case feature(FeatureDefinition)
  }

  /// The end of the order that is asked for.
  public enum Side: String, Sendable, Hashable, CaseIterable {
    /// The greatest values.
    case top
    /// The least values.
    case bottom
  }

  /// When the ranking is taken.
  public enum Snapshot: Sendable, Hashable {
    /// A time before the as-of time.
    case ago(ExactDuration)
    /// An instant; the as-of time where that is earlier.
    case instant(Timestamp)
  }

  /// What members are ranked by.
  public let quantity: Quantity
  /// The end of the order that is asked for.
  public let side: Side
  /// The part of the members: one is in where the share of members strictly above (below for the
  /// bottom) is less than this, so that equal ones are in together.
  public let share: Double
  /// When the ranking is taken.
  public let snapshot: Snapshot
}
