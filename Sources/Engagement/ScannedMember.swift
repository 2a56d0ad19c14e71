import EventLog

/// Numbers by member, with how often each was met.
struct MemberNumbers: Sendable {
  private let offsets: [Int32]
  private let numbers: [Int32]
  private let counts: [UInt32]

  init(_ table: PairTable, memberCount: Int) {
    (offsets, numbers, counts) = table.byMember(memberCount)
  }

  private func range(_ member: Int) -> Range<Int> {
    Int(offsets[member])..<Int(offsets[member + 1])
  }

  func count(of member: Int) -> Int { range(member).count }

  func numbers(of member: Int) -> ArraySlice<Int32> { numbers[range(member)] }

  func counts(of member: Int) -> ArraySlice<UInt32> { counts[range(member)] }
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

  func value(of feature: FeatureDefinition) -> Double {
    switch feature {
    case .recencyDays: last.map { days(from: $0, to: asOf) } ?? .nan
    case .tenureDays:
      [first, joinedAt].compactMap { $0 }.min().map { days(from: $0, to: asOf) } ?? .nan
    case .lifespanDays:
      if let first, let last { days(from: first, to: last) } else { .nan }
    case .eventCount(let name, let window): Double(count(of: name, window))
    case .share(let name, let window):
      count(of: nil, window) == 0
        ? .nan : Double(count(of: name, window)) / Double(count(of: nil, window))
    case .activeDays(let window): Double(activeDays(window))
    case .activeWeeks(let window): Double(Set(weeks(window)).count)
    case .streakWeeks:
      Double(
        streak(Set(weeks(nil)), current: clock.week(of: Timestamp(microseconds: asOf))))
    case .frequency(let halfLife): frequency(halfLife)
    case .impact(let window): sum(.impact(windowInDays: window))
    case .impactRate(let halfLife):
      rate(
        decayed(
          .decayed(halfLifeInDays: halfLife, isImpact: true, untilDaysBefore: 0), halfLife),
        halfLifeInDays: halfLife)
    case .receivedImpactRate(let halfLife):
      rate(decayed(.received(halfLifeInDays: halfLife), halfLife), halfLifeInDays: halfLife)
    case .velocity(let short, let long):
      velocity(short: frequency(short), long: frequency(long))
    case .acceleration:
      velocity(short: frequency(14), long: frequency(56))
        - velocity(short: frequency(14, before: 14), long: frequency(56, before: 14))
    case .trend: trend((0..<8).map { Int(word(.weeklyBins, $0)) })
    case .typeEntropy:
      slot < 0 ? 0 : typeEntropy(pairs[place(.types)].counts(of: slot).map { Int($0) })
    case .valueSum(let window): sum(.valueSum(windowInDays: window))
    case .valueMean(let window):
      word(.valueCount(windowInDays: window)) == 0
        ? .nan
        : sum(.valueSum(windowInDays: window))
          / Double(word(.valueCount(windowInDays: window)))
    case .medianGapDays, .burstiness, .distinctValues, .attribute:
      preconditionFailure("not a feature of a scan")
    }
  }

  private func place(_ accumulator: FeatureAccumulator) -> Int { layout.places[accumulator] ?? 0 }

  private func word(_ accumulator: FeatureAccumulator, _ offset: Int = 0) -> Int64 {
    slot < 0 ? 0 : group.words[slot * layout.wordCount + place(accumulator) + offset]
  }

  private var first: Int64? {
    guard slot >= 0 else { return nil }
    let first = group.words[slot * layout.wordCount + MemberRecordLayout.first]
    return first == .max ? nil : first
  }

  private var last: Int64? {
    guard slot >= 0 else { return nil }
    let last = group.words[slot * layout.wordCount + MemberRecordLayout.last]
    return last == .min ? nil : last
  }

  private func count(of name: String?, _ window: Int?) -> Int {
    Int(word(.count(of: name, windowInDays: window)))
  }

  private func sum(_ accumulator: FeatureAccumulator) -> Double {
    slot < 0 ? 0 : group.sum(slot: slot, word: place(accumulator))
  }

  private func frequency(_ halfLife: Int, before days: Int = 0) -> Double {
    rate(
      decayed(.frequency(halfLife, before: days), halfLife, before: days),
      halfLifeInDays: halfLife)
  }

  private func decayed(
    _ accumulator: FeatureAccumulator, _ halfLifeInDays: Int, before days: Int = 0
  ) -> Double {
    guard slot >= 0 else { return 0 }
    let halfLife = Int64(halfLifeInDays) * Timestamp.microsecondsPerDay
    let instant = Timestamp(microseconds: asOf).subtracting(days: days).microseconds
    let home = DecayedSum.term(1, at: max(0, instant), halfLife: halfLife).block
    let sums = group.decayedSums(slot: slot, word: place(accumulator), homeBlock: home)
    return sums.reduce(0) { total, block in
      total
        + DecayedSum.value(block.sum, ofBlock: block.block, asOf: instant, halfLife: halfLife)
    }
  }

  private func activeDays(_ window: Int?) -> Int {
    guard slot >= 0 else { return 0 }
    let accumulator = FeatureAccumulator.days(inWindow: window)
    if case .days = accumulator { return pairs[place(accumulator)].count(of: slot) }
    return (0..<accumulator.wordCount).reduce(0) {
      $0 + word(accumulator, $1).nonzeroBitCount
    }
  }

  private func weeks(_ window: Int?) -> [Int] {
    guard slot >= 0 else { return [] }
    let accumulator = FeatureAccumulator.days(inWindow: window)
    if case .days = accumulator {
      return pairs[place(accumulator)].numbers(of: slot).map { clock.week(ofDay: Int($0)) }
    }
    let today = clock.day(of: Timestamp(microseconds: asOf))
    return (0..<64 * accumulator.wordCount).compactMap { age in
      word(accumulator, age >> 6) >> Int64(age & 63) & 1 == 1
        ? clock.week(ofDay: today - age) : nil
    }
  }
}
