public import EventLog

/// The time from one snapshot to the next.
public enum SnapshotStep: Sendable, Hashable {
  /// Always the same time, in microseconds, at least 1.
  case exact(microseconds: Int64)
  /// Calendar months of a clock's zone, at least 1.
  ///
  /// The day of the month and the time of day stay those of the first snapshot; a month that lacks the
  /// day is taken at its last one.
  case months(Int)

  /// A number of days of 86,400 s.
  public static func days(_ count: Int) -> SnapshotStep {
    .exact(microseconds: Int64(count) * Timestamp.microsecondsPerDay)
  }
}

extension FeatureSnapshots {
  /// The most snapshots of a series.
  public static let maximumCount = 10_000

  /// The as-of times of a series: the first one, and then one every step up to the last one allowed.
  ///
  /// - Throws: ``EngagementError/snapshotTimes(reason:)`` where the step is not positive, the first time
  ///   is later than the last, or there are more than ``maximumCount``.
  public static func times(
    from first: Timestamp, through last: Timestamp, every step: SnapshotStep, clock: Clock = .utc
  ) throws(EngagementError) -> [Timestamp] {
    let length =
      switch step {
      case .exact(let microseconds): microseconds
      case .months(let count): Int64(count)
      }
    guard length >= 1 else {
      throw .snapshotTimes(reason: "the step from one to the next must be longer than nothing")
    }
    guard first <= last else {
      throw .snapshotTimes(reason: "the first, \(first), is later than the last, \(last)")
    }
    var times: [Timestamp] = []
    var time = first
    while time <= last {
      guard times.count < maximumCount else {
        throw .snapshotTimes(
          reason: "there are more than \(maximumCount) from \(first) to \(last): take longer "
            + "steps, or begin later")
      }
      times.append(time)
      switch step {
      case .exact(let length):
        let (sum, overflows) = time.microseconds.addingReportingOverflow(length)
        if overflows { return times }
        time = Timestamp(microseconds: sum)
      case .months(let count):
        let (months, overflows) = times.count.multipliedReportingOverflow(by: count)
        if overflows || months > 12 * 10_000 { return times }
        time = clock.adding(months: months, to: first)
      }
    }
    return times
  }
}
