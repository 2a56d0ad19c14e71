import Engagement
import EventLog

extension SegmentEvaluator {
  /// The first instant after now at which comparisons of a feature or a score change by time alone.
  func nextCrossing(
    of source: NumberSource, _ comparisons: [Comparison<Double>], at index: Int
  ) -> Timestamp? {
    guard let timeline = source.timeline else {
      preconditionFailure("what changes by time is asked of rules that were prepared from events")
    }
    let row = rows[index]
    let known = now.known
    let search = CrossingSearch(
      comparisons: comparisons, value: { timeline.value(row: row, asOf: $0, known: known) },
      range: { timeline.range(row: row, from: $0, through: $1, known: known) })
    let truth = search.holds(at: now.asOf.microseconds)
    var start = now.asOf.microseconds
    let edges = timeline.edges(row: row, after: now.asOf, known: now.known)
    for (count, edge) in edges.enumerated() {
      if let crossing = search.firstChange(from: start, before: edge.microseconds, of: truth) {
        return Timestamp(microseconds: crossing)
      }
      if count == EventQuestion.mostInstants || search.holds(at: edge.microseconds) != truth {
        return edge
      }
      start = edge.microseconds
    }
    let end = now.asOf.microseconds + ExactDuration.longestInDays * Timestamp.microsecondsPerDay
    return search.firstChange(from: start, before: end, of: truth)
      .map { Timestamp(microseconds: $0) }
  }
}

/// Looks for the instant at which comparisons of a number change, by halving times within which bounds of
/// the number do not rule it out.
struct CrossingSearch {
  let comparisons: [Comparison<Double>]
  /// The number at an instant; NaN where it is missing.
  let value: (Timestamp) -> Double
  /// Bounds of the number from one instant through another; nil where it is missing.
  let range: (Timestamp, Timestamp) -> ClosedRange<Double>?

  /// The most bounds that are asked for.
  private static let mostSteps = 2_000
  /// Times that are this short, in microseconds, are not divided where both ends agree.
  private static let resolution: Int64 = 1_000_000
  /// The time, in microseconds, after which a number is looked at again that steps do not suffice for.
  private static let pause: Int64 = 3_600_000_000
  /// Bounds are taken wider by this part of themselves, more than rounding can make of them.
  private static let slack = 1e-14

  /// Whether the comparisons hold at an instant; nil where the number is missing.
  func holds(at instant: Int64) -> Bool? {
    let value = value(Timestamp(microseconds: instant))
    return value.isNaN ? nil : comparisons.allSatisfy { $0.holds(for: value) }
  }

  /// The first instant after `start` and before `end` at which the comparisons are not as at `start`.
  ///
  /// Where the number stays so near to a limit that bounds do not rule a change out, it is looked at every hour;
  /// what changes within a second and back may be overlooked there.
  func firstChange(from start: Int64, before end: Int64, of truth: Bool?) -> Int64? {
    var pending = [(start: start, end: end - 1)]
    var steps = 0
    while let (low, high) = pending.popLast() {
      guard low < high, !isConstant(from: low, through: high, truth) else { continue }
      steps += 1
      if steps > Self.mostSteps {
        let next = min(low + Self.pause, end - 1)
        return holds(at: next) == truth ? next : change(from: low, through: next, of: truth)
      }
      if high - low == 1 {
        if holds(at: high) != truth { return high }
        continue
      }
      if high - low < Self.resolution, holds(at: high) == truth { continue }
      let middle = low + (high - low) / 2
      pending.append((middle, high))
      pending.append((low, middle))
    }
    return nil
  }

  /// By halving, an instant at which comparisons that are otherwise at the end change.
  private func change(from start: Int64, through end: Int64, of truth: Bool?) -> Int64 {
    var (low, high) = (start, end)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if holds(at: middle) == truth { low = middle } else { high = middle }
    }
    return high
  }

  /// Whether bounds say that the comparisons are the same from one instant through another.
  func isConstant(from low: Int64, through high: Int64, _ truth: Bool?) -> Bool {
    let range = range(Timestamp(microseconds: low), Timestamp(microseconds: high))
    guard let range, let truth else { return range == nil && truth == nil }
    var (least, greatest) = (range.lowerBound, range.upperBound)
    if least < greatest {
      least -= abs(least) * Self.slack
      greatest += abs(greatest) * Self.slack
    }
    let outcomes = comparisons.map { $0.outcome(from: least, through: greatest) }
    return truth ? outcomes.allSatisfy { $0 == true } : outcomes.contains { $0 == false }
  }
}

extension Comparison<Double> {
  /// What the comparison is for all values of a range, or nil where it is not the same for all.
  fileprivate func outcome(from least: Double, through greatest: Double) -> Bool? {
    switch self {
    case .equal(let value):
      if least == value, greatest == value { return true }
      return value < least || value > greatest ? false : nil
    case .between(let low, let high):
      if least >= low, greatest <= high { return true }
      return greatest < low || least > high ? false : nil
    default:
      let (first, last) = (holds(for: least), holds(for: greatest))
      return first == last ? first : nil
    }
  }
}
