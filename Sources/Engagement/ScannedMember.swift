import EventLog

/// Numbers by member, with how often each was met, or only how many there are.
final class MemberNumbers: Sendable {
  private let offsets: [Int32]
  private let numbers: [Int32]
  private let times: [UInt32]
  private let counts: [Int32]

  init(_ table: PairTable, memberCount: Int, onlyCounts: Bool) {
    if onlyCounts {
      (offsets, numbers, times) = ([], [], [])
      counts = table.countsByMember(memberCount)
    } else {
      (offsets, numbers, times) = table.byMember(memberCount)
      counts = zip(offsets, offsets.dropFirst()).map { $1 - $0 }
    }
  }

  private func range(_ member: Int) -> Range<Int> {
    Int(offsets[member])..<Int(offsets[member + 1])
  }

  func count(of member: Int) -> Int { Int(counts[member]) }

  func numbers(of member: Int) -> ArraySlice<Int32> { numbers[range(member)] }

  func times(of member: Int) -> ArraySlice<UInt32> { times[range(member)] }
}

/// The features of a member, read off what was summed up of the events.
struct ScannedMember {
  let group: MemberGroup
  /// The member's position in the group; negative without events.
  let slot: Int
  let pairs: [MemberNumbers]
  let layout: MemberRecordLayout
  let asOf: Int64
  let clock: Clock
  /// When the member joined, where that is known and not later than the as-of time.
  let joinedAt: Int64?

  /// The value of a feature, given where the accumulators that it needs are, in their order.
  func value(of feature: FeatureDefinition, _ places: [Int]) -> Double {
    switch feature {
    case .recencyDays: last.map { days(from: $0, to: asOf) } ?? .nan
    case .tenureDays:
      if let first, let joinedAt {
        days(from: min(first, joinedAt), to: asOf)
      } else {
        (first ?? joinedAt).map { days(from: $0, to: asOf) } ?? .nan
      }
    case .lifespanDays:
      if let first, let last { days(from: first, to: last) } else { .nan }
    case .eventCount: Double(word(places[0]))
    case .share: word(places[1]) == 0 ? .nan : Double(word(places[0])) / Double(word(places[1]))
    case .activeDays(let window): Double(activeDays(window, places[0]))
    case .activeWeeks(let window): Double(Set(weeks(window, places[0])).count)
    case .streakWeeks:
      Double(
        streak(
          Set(weeks(nil, places[0])), current: clock.week(of: Timestamp(microseconds: asOf))))
    case .frequency(let halfLife), .impactRate(let halfLife), .receivedImpactRate(let halfLife):
      rate(halfLife, places[0])
    case .impact, .valueSum: sum(places[0])
    case .velocity(let short, let long):
      velocity(short: rate(short, places[0]), long: rate(long, places[1]))
    case .acceleration:
      velocity(short: rate(14, places[0]), long: rate(56, places[1]))
        - velocity(short: rate(14, places[2], before: 14), long: rate(56, places[3], before: 14))
    case .trend: trend((0..<8).map { Int(word(places[0] + $0)) })
    case .typeEntropy:
      slot < 0 ? 0 : typeEntropy(pairs[places[0]].times(of: slot).map { Int($0) })
    case .valueMean:
      word(places[1]) == 0 ? .nan : sum(places[0]) / Double(word(places[1]))
    case .medianGapDays, .burstiness, .distinctValues, .attribute:
      preconditionFailure("not a feature of a scan")
    }
  }

  private func word(_ place: Int) -> Int64 {
    slot < 0 ? 0 : group.words[slot * layout.wordCount + place]
  }

  private var first: Int64? {
    let first = slot < 0 ? .max : word(MemberRecordLayout.first)
    return first == .max ? nil : first
  }

  private var last: Int64? {
    let last = slot < 0 ? .min : word(MemberRecordLayout.last)
    return last == .min ? nil : last
  }

  private func sum(_ place: Int) -> Double { slot < 0 ? 0 : group.sum(slot: slot, word: place) }

  /// A decayed sum as a rate, as of some days before the as-of time.
  private func rate(_ halfLifeInDays: Int, _ place: Int, before days: Int = 0) -> Double {
    guard slot >= 0 else { return 0 }
    let halfLife = Int64(halfLifeInDays) * Timestamp.microsecondsPerDay
    let instant = Timestamp(microseconds: asOf).subtracting(days: days).microseconds
    let home = DecayedSum.term(1, at: max(0, instant), halfLife: halfLife).block
    func value(_ sum: Double, _ block: Int64) -> Double {
      DecayedSum.value(sum, ofBlock: block, asOf: instant, halfLife: halfLife)
    }
    let total =
      group.onlyDecayedSum(slot: slot, word: place).map { value($0, home) }
      ?? group.decayedSums(slot: slot, word: place, homeBlock: home)
      .reduce(0) { $0 + value($1.sum, $1.block) }
    return Engagement.rate(total, halfLifeInDays: halfLifeInDays)
  }

  private func activeDays(_ window: Int?, _ place: Int) -> Int {
    guard slot >= 0 else { return 0 }
    let accumulator = FeatureAccumulator.days(inWindow: window)
    if case .days = accumulator { return pairs[place].count(of: slot) }
    return (0..<accumulator.wordCount).reduce(0) { $0 + word(place + $1).nonzeroBitCount }
  }

  private func weeks(_ window: Int?, _ place: Int) -> [Int] {
    guard slot >= 0 else { return [] }
    let accumulator = FeatureAccumulator.days(inWindow: window)
    if case .days = accumulator {
      return pairs[place].numbers(of: slot).map { clock.week(ofDay: Int($0)) }
    }
    let today = clock.day(of: Timestamp(microseconds: asOf))
    return (0..<64 * accumulator.wordCount).compactMap { age in
      word(place + age >> 6) >> Int64(age & 63) & 1 == 1 ? clock.week(ofDay: today - age) : nil
    }
  }
}
