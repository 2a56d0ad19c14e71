import Engagement
import EventLog

/// What a pattern found for one member: nil where what it takes to tell is missing.
struct PatternFinding {
  let holds: Bool?
  let fact: () -> String
}

extension SegmentEvaluator {
  /// Answers a pattern for the member at a position of `rows`.
  func finding(of pattern: CompiledPattern, at index: Int) -> PatternFinding {
    let row = rows[index]
    switch pattern {
    case .near(let near, let latitude, let longitude):
      let degrees = [latitude, longitude].map {
        $0.value(ofRow: row, in: community, at: now).number
      }
      return near.finding(latitude: degrees[0], longitude: degrees[1])
    case .rank(let rank, let ranking):
      let snapshot = ranking.moved(to: rank.snapshot(asOf: now.asOf), in: community)
      return finding(of: rank, snapshot, row: row)
    case .bucket(let bucket): return bucket.finding(for: community.memberIDs[row])
    }
  }

  private func finding(of rank: MemberRank, _ ranking: Ranking, row: Int) -> PatternFinding {
    let side = rank.side == .top ? "above" : "below"
    guard let (share, value) = ranking.shareBefore(row: row, side: rank.side) else {
      return PatternFinding(holds: nil) { "not ranked at \(ranking.asOf)" }
    }
    return PatternFinding(holds: share < rank.share) {
      // Tenths, which are enough for reading; the comparison is of the share itself.
      let percent = (1000 * share).rounded() / 10
      return
        "\(formatted(value)) at \(ranking.asOf): \(formatted(percent)) % of the members are \(side), "
        + "needs less than \(formatted(100 * rank.share)) %"
    }
  }
}

extension Nearness {
  /// Whether a place, in degrees, is near enough.
  func finding(latitude: Double?, longitude: Double?) -> PatternFinding {
    guard let latitude, let longitude else {
      return PatternFinding(holds: nil) { "\(listing(fields)) are not both known" }
    }
    let distance = distanceInKilometres(latitude: latitude, longitude: longitude)
    return PatternFinding(holds: distance <= radiusInKilometres) {
      "\(formatted((distance * 10).rounded() / 10)) km away, needs at most "
        + "\(formatted(radiusInKilometres)) km"
    }
  }
}

extension MemberBucket {
  /// Whether a member's place is in the bucket.
  func finding(for memberID: String) -> PatternFinding {
    let place = place(of: memberID)
    return PatternFinding(holds: place >= from && place < to) {
      "at \(formatted(place)) of \(salt)"
    }
  }
}

/// What tests of an attribute found.
struct AttributeFinding {
  let holds: Bool
  /// True where the attribute is missing, and more than its existence is asked for.
  let isMissing: Bool
  let fact: () -> String

  init(_ name: String, _ value: FieldValue, _ tests: [FieldTest], at now: EvaluationInstant) {
    holds = tests.allSatisfy { $0.holds(for: value, at: now) }
    guard case .missing = value else {
      isMissing = false
      fact = { "\(name) is \(value.description)" }
      return
    }
    // Whether a field exists is known even where it does not.
    isMissing = !tests.allSatisfy { test in
      if case .exists = test { return true }
      return false
    }
    fact = { "\(name) is missing" }
  }
}

extension EventTrend {
  /// The ratio or the difference of two numbers of events; nil for the ratio of two zeros.
  func value(current: Int, previous: Int) -> Double? {
    guard measure == .ratio else { return Double(current - previous) }
    guard previous > 0 else { return current > 0 ? .infinity : nil }
    // (c / current) / (p / previous) with one rounding, where the lengths have few digits.
    let factors = factors
    return Double(current) * factors.current / (Double(previous) * factors.previous)
  }

  /// What the numbers of events are multiplied with to be per the same time.
  var factors: (current: Double, previous: Double) {
    let divisor = greatestCommonDivisor(current.microseconds, previous.microseconds)
    return (
      Double(previous.microseconds / divisor), Double(current.microseconds / divisor)
    )
  }
}

private func greatestCommonDivisor(_ left: Int64, _ right: Int64) -> Int64 {
  right == 0 ? left : greatestCommonDivisor(right, left % right)
}
