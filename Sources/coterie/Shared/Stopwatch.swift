/// Wall-clock time since a start, for the `seconds` of `--json`.
struct Stopwatch {
  private var last = ContinuousClock.now
  private let start: ContinuousClock.Instant

  init() { start = last }

  /// The seconds since the last lap, or since the start.
  mutating func lap() -> Double {
    let now = ContinuousClock.now
    defer { last = now }
    return seconds(now - last)
  }

  /// The seconds since the start.
  var total: Double { seconds(ContinuousClock.now - start) }

  private func seconds(_ duration: Duration) -> Double {
    let (seconds, attoseconds) = duration.components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
