import Foundation

// What features compute from sums and counts, however those came about.

/// λ Σ 2^(−a/h): a decayed sum as a rate per day.
func rate(_ decayedSum: Double, halfLifeInDays: Int) -> Double {
  log(2.0) / Double(halfLifeInDays) * decayedSum
}

/// eps of velocity, in events a day: one a year.
let leastFrequency = 1.0 / 365

/// log2((f_short + eps) / (f_long + eps)).
func velocity(short: Double, long: Double) -> Double {
  log2((short + leastFrequency) / (long + leastFrequency))
}

/// The slope of y over x, Σ (x − mean x)(y − mean y) / Σ (x − mean x)², for x from 0 down to −7.
///
/// Doubled, the deviations of x are the whole numbers 7, 5, ... −7; their squares sum to 168.
func trend(_ counts: some Sequence<Int>) -> Double {
  var slope = 0
  for (bin, count) in counts.enumerated() { slope += (7 - 2 * bin) * count }
  return Double(slope) * 2 / 168
}

/// −Σ p log p over event types, from the rarest to the commonest; 0 for one type or none.
func typeEntropy(_ counts: [Int]) -> Double {
  guard counts.count > 1 else { return 0 }
  let total = Double(counts.reduce(0, +))
  return -counts.sorted().reduce(0) { sum, count in
    let part = Double(count) / total
    return sum + part * log(part)
  }
}

/// The median of the times between neighbours, in days; NaN under two instants.
func medianGap(_ instants: ArraySlice<Int64>) -> Double {
  let gaps = zip(instants, instants.dropFirst()).map { $1 - $0 }.sorted()
  guard !gaps.isEmpty else { return .nan }
  let middle = Double(gaps[(gaps.count - 1) / 2]) + Double(gaps[gaps.count / 2])
  return middle / 2 / Double(86_400_000_000 as Int64)
}

/// (sd − mean) / (sd + mean) of the times between neighbours; NaN under three instants, or where all
/// are the same one.
func burstiness(_ instants: ArraySlice<Int64>) -> Double {
  guard let first = instants.first, let last = instants.last, instants.count >= 3, last > first
  else { return .nan }
  let count = Double(instants.count - 1)
  let mean = Double(last - first) / count
  var squares = ExactSum()
  for (earlier, later) in zip(instants, instants.dropFirst()) {
    let deviation = Double(later - earlier) - mean
    squares.add(deviation * deviation)
  }
  let deviation = (squares.value / count).squareRoot()
  return (deviation - mean) / (deviation + mean)
}

/// w_e g(value); NaN stands for no value.
func impact(weight: Double, value: Double, valueUse: EngagementSettings.ValueUse) -> Double {
  switch valueUse {
  case .none: weight
  case .linear: value.isNaN ? 0 : weight * value
  case .log: value.isNaN ? 0 : weight * log1p(abs(value))
  }
}

/// Consecutive weeks with an event, back from the current one, or from the one before it.
func streak(_ weeks: Set<Int>, current: Int) -> Int {
  var week = weeks.contains(current) ? current : current - 1
  var length = 0
  while weeks.contains(week) {
    length += 1
    week -= 1
  }
  return length
}

/// Microseconds in days of 86,400 s.
func days(from start: Int64, to end: Int64) -> Double {
  Double(end - start) / Double(86_400_000_000 as Int64)
}
