import Engagement
import EventLog

/// What a leaf looks at, in numbers alone: to look is to copy no text and to count no references.
enum BatchLook: BitwiseCopyable, Sendable {
  case count(bit: Int, window: Int, Interval<Double>)
  case periods(RegularActivity.Unit, bit: Int, window: Int, Interval<Double>)
  case aggregate(EventMeasure.Aggregate, bit: Int, window: Int, Interval<Double>)
  case absence(bit: Int, window: Int, afterEver: Bool)
  case occurrence(Occurrence)
  case regular(Regular)
  case sequence(Sequence)
  case trend(Trend)
  case share(Share)
  /// A column of numbers.
  case number(Int, Interval<Double>)
  case segment(Int, isMember: Bool)
  /// A leaf that is looked at as one member's is.
  case other(Int)

  struct Occurrence: BitwiseCopyable, Sendable {
    let isLast: Bool
    let bit: Int
    let ages: Interval<Int64>
    let instants: Interval<Int64>
    /// The selection that one of the events at that instant must be of.
    let having: Int?
  }

  struct Regular: BitwiseCopyable, Sendable {
    let bit: Int
    /// The beginnings of the periods, newest first, among the batch's instants.
    let firstStart: Int
    let periodCount: Int
    let leastActive: Int
    let isConsecutive: Bool
  }

  /// Steps in order, of events with nothing in common.
  struct Sequence: BitwiseCopyable, Sendable {
    /// The steps' bits among the batch's bits.
    let firstStep: Int
    let stepCount: Int
    let without: Int?
    /// From the youngest that the first event may be to the oldest that the last may be.
    let window: Int
    let longest: Int64
  }

  struct Trend: BitwiseCopyable, Sendable {
    let bit: Int
    let current: Int
    let previous: Int
    let leastCount: Int
    let isRatio: Bool
    /// What the numbers of events are multiplied with to be in the same unit.
    let currentFactor: Double
    let previousFactor: Double
    let values: Interval<Double>
  }

  struct Share: BitwiseCopyable, Sendable {
    let bit: Int
    let part: Int
    let window: Int
    let leastCount: Int
    let shares: Interval<Double>
  }
}
