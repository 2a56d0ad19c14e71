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

/// How an accumulator of a feature is read: where it is, and what its decayed sums are worth by now.
struct AccumulatorReading: Sendable {
  let place: Int
  fileprivate let halfLifeInDays: Int
  fileprivate let halfLife: Int64
  fileprivate let instant: Int64
  /// The block of half-lives that the instant is in.
  fileprivate let home: Int64
  /// What a sum of that block is to be multiplied with, and the power of two to be taken from it.
  fileprivate let factor: Double
  fileprivate let halfLives: Int

  init(_ accumulator: FeatureAccumulator, at place: Int, asOf: Int64) {
    self.place = place
    var (days, daysBefore) = (1, 0)
    switch accumulator {
    case .decayed(let halfLife, _, let before): (days, daysBefore) = (halfLife, before)
    case .received(let halfLife): days = halfLife
    default: break
    }
    halfLifeInDays = days
    halfLife = Int64(days) * Timestamp.microsecondsPerDay
    instant = Timestamp(microseconds: asOf).subtracting(days: daysBefore).microseconds
    home = DecayedSum.term(1, at: max(0, instant), halfLife: halfLife).block
    (factor, halfLives) = DecayedSum.scale(ofBlock: home, asOf: instant, halfLife: halfLife)
  }
}

/// The features of one member after the other, read off what was summed up of their events.
struct ScannedMember {
  private let groups: [MemberGroup]
  private let pairs: [[MemberNumbers]]
  private let layout: MemberRecordLayout
  private let asOf: Int64
  private let clock: Clock
  // Not counted, for threads would do so in turn: `groups` and `pairs` hold them.
  private unowned(unsafe) var group: MemberGroup
  private var groupIndex = 0
  /// The member's position in the group; negative without events.
  private var slot = -1
  /// When the member joined, where that is known and not later than the as-of time.
  private var joinedAt: Int64?

  init(_ groups: [MemberGroup], pairs: [[MemberNumbers]], asOf: Int64, clock: Clock) {
    self.groups = groups
    self.pairs = pairs
    layout = groups[0].layout
    self.asOf = asOf
    self.clock = clock
    group = groups[0]
  }

  /// Goes to a member.
  mutating func load(_ row: MemberRows.Row, joinedAt: Int64?) {
    groupIndex = Int(row.group)
    group = groups[groupIndex]
    slot = Int(row.slot)
    self.joinedAt = joinedAt
  }

  /// The value of a feature, given how the accumulators that it needs are read, in their order.
  func value(of feature: FeatureDefinition, _ readings: [AccumulatorReading]) -> Double {
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
    case .eventCount: Double(word(readings[0].place))
    case .share:
      word(readings[1].place) == 0
        ? .nan : Double(word(readings[0].place)) / Double(word(readings[1].place))
    case .activeDays(let window): Double(activeDays(window, readings[0].place))
    case .activeWeeks(let window): Double(Set(weeks(window, readings[0].place)).count)
    case .streakWeeks:
      Double(
        streak(
          Set(weeks(nil, readings[0].place)), current: clock.week(of: Timestamp(microseconds: asOf))
        ))
    case .frequency, .impactRate, .receivedImpactRate: rate(readings[0])
    case .impact, .valueSum: sum(readings[0].place)
    case .velocity: velocity(short: rate(readings[0]), long: rate(readings[1]))
    case .acceleration:
      velocity(short: rate(readings[0]), long: rate(readings[1]))
        - velocity(short: rate(readings[2]), long: rate(readings[3]))
    case .trend: trend((0..<8).map { Int(word(readings[0].place + $0)) })
    case .typeEntropy:
      slot < 0
        ? 0 : typeEntropy(pairs[groupIndex][readings[0].place].times(of: slot).map { Int($0) })
    case .valueMean:
      word(readings[1].place) == 0 ? .nan : sum(readings[0].place) / Double(word(readings[1].place))
    case .medianGapDays, .burstiness, .distinctValues, .propertyShare, .attribute:
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

  /// A decayed sum as a rate.
  private func rate(_ reading: AccumulatorReading) -> Double {
    guard slot >= 0 else { return 0 }
    let total: Double
    if let sum = group.onlyDecayedSum(slot: slot, word: reading.place) {
      total = DecayedSum.value(sum, factor: reading.factor, halfLives: reading.halfLives)
    } else {
      total = group.decayedSums(slot: slot, word: reading.place, homeBlock: reading.home)
        .reduce(0) { total, block in
          let (factor, halfLives) = DecayedSum.scale(
            ofBlock: block.block, asOf: reading.instant, halfLife: reading.halfLife)
          return total + DecayedSum.value(block.sum, factor: factor, halfLives: halfLives)
        }
    }
    return Engagement.rate(total, halfLifeInDays: reading.halfLifeInDays)
  }

  private func activeDays(_ window: Int?, _ place: Int) -> Int {
    guard slot >= 0 else { return 0 }
    let accumulator = FeatureAccumulator.days(inWindow: window)
    if case .days = accumulator { return pairs[groupIndex][place].count(of: slot) }
    return (0..<accumulator.wordCount).reduce(0) { $0 + word(place + $1).nonzeroBitCount }
  }

  private func weeks(_ window: Int?, _ place: Int) -> [Int] {
    guard slot >= 0 else { return [] }
    let accumulator = FeatureAccumulator.days(inWindow: window)
    if case .days = accumulator {
      return pairs[groupIndex][place].numbers(of: slot).map { clock.week(ofDay: Int($0)) }
    }
    let today = clock.day(of: Timestamp(microseconds: asOf))
    return (0..<64 * accumulator.wordCount).compactMap { age in
      word(place + age >> 6) >> Int64(age & 63) & 1 == 1 ? clock.week(ofDay: today - age) : nil
    }
  }
}
