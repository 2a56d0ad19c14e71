public import EventLog

extension MemberState {
  /// The value of a feature as of a time; NaN where it is absent.
  ///
  /// Events later than the time do not exist yet.
  ///
  /// - Parameters:
  ///   - feature: one of the plan's features.
  ///   - asOf: T, not before ``clock``.
  ///   - profile: when the member joined, and attributes.
  /// - Returns: the value, as a ``FeatureTable`` has it.
  /// - Throws: ``EngagementError/timeBeforeClock(asOf:clock:)``,
  ///   ``EngagementError/featureNotInPlan(_:)`` and, for custom features,
  ///   ``EngagementError/infiniteValue(feature:member:)``.
  /// - Complexity: O(1) for what needs constant state, else O(what is kept for the feature); and
  ///   O(events between the clock and T).
  public func value(
    of feature: FeatureDefinition, asOf: Timestamp, profile: MemberProfile = MemberProfile()
  ) throws(EngagementError) -> Double {
    guard plan.columns[feature] != nil else { throw .featureNotInPlan(feature.description) }
    let value = try reading(asOf: asOf, profile: profile).value(of: feature)
    try check(value, of: feature)
    return value
  }

  /// The values of all features of the plan as of a time, in its order; NaN where absent.
  ///
  /// - Throws: ``EngagementError/timeBeforeClock(asOf:clock:)`` and, for custom features,
  ///   ``EngagementError/infiniteValue(feature:member:)``.
  public func values(
    asOf: Timestamp, profile: MemberProfile = MemberProfile()
  ) throws(EngagementError) -> [Double] {
    let reading = try reading(asOf: asOf, profile: profile)
    let values = plan.features.map { reading.value(of: $0) }
    for (feature, value) in zip(plan.features, values) { try check(value, of: feature) }
    return values
  }

  /// Whether the member is in the table as of a time: an event of theirs, an event done to them or
  /// their joining is at or before it.
  public func isInTable(asOf: Timestamp, profile: MemberProfile = MemberProfile()) -> Bool {
    [first, firstReceived, profile.joinedAt?.microseconds].contains {
      $0.map { $0 <= asOf.microseconds } ?? false
    }
  }

  /// The frequency some days before a time that is not before ``clock``, from the events up to then; the plan
  /// has a feature that keeps events for as long.
  package func frequency(
    halfLifeInDays: Int, before days: Int, asOf: Timestamp
  ) throws(EngagementError) -> Double {
    try reading(asOf: asOf, profile: MemberProfile()).frequency(halfLifeInDays, before: days)
  }

  private func check(_ value: Double, of feature: FeatureDefinition) throws(EngagementError) {
    if value.isInfinite, plan.settings.customFeature(feature) != nil {
      throw .infiniteValue(feature: feature.description, member: history.first?.memberID)
    }
  }

  func reading(
    asOf: Timestamp, profile: MemberProfile
  ) throws(EngagementError) -> MemberReading {
    if let clock, asOf < clock {
      throw .timeBeforeClock(asOf: asOf.description, clock: clock.description)
    }
    let now = asOf.microseconds
    var totals = totals
    let end = events.firstIndex(after: now)
    for event in events[min(firstAhead, end)..<end] {
      totals.add(event, type: event.type < 0 ? nil : types[Int(event.type)], plan: plan)
    }
    for event in receivedAhead[..<receivedAhead.firstIndex(after: now)] { totals.add(event) }
    return MemberReading(
      totals: totals, state: self, eventEnd: end, profile: profile, asOf: now)
  }
}

/// A member as of a time, of which features can be read.
struct MemberReading {
  /// What all events at or before the time sum up to.
  let totals: MemberTotals
  let state: MemberState
  /// The end of the kept events at or before the time.
  let eventEnd: Int
  let profile: MemberProfile
  let asOf: Int64

  private var plan: LivePlan { state.plan }

  func value(of feature: FeatureDefinition) -> Double {
    switch feature {
    case .recencyDays: totals.last.map { days(from: $0, to: asOf) } ?? .nan
    case .tenureDays:
      [first, joinedAt].compactMap { $0 }.min().map { days(from: $0, to: asOf) } ?? .nan
    case .lifespanDays:
      if let first, let last = totals.last { days(from: first, to: last) } else { .nan }
    case .eventCount(let name, let window): Double(count(of: name, window))
    case .share(let name, let window):
      count(of: nil, window) == 0
        ? .nan : Double(count(of: name, window)) / Double(count(of: nil, window))
    case .activeDays(nil): Double(totals.days.count)
    case .activeDays(let window): Double(dayCount(window))
    case .activeWeeks(nil): Double(totals.weeks.count)
    case .activeWeeks(let window):
      Double(Set(daysInWindow(window).map { plan.settings.clock.week(ofDay: $0) }).count)
    case .streakWeeks:
      Double(
        streak(
          Set(totals.weeks.map { Int($0) }),
          current: plan.settings.clock.week(of: Timestamp(microseconds: asOf))))
    case .frequency(let halfLife): frequency(halfLife)
    case .velocity(let short, let long): velocity(short: frequency(short), long: frequency(long))
    case .acceleration:
      velocity(short: frequency(14), long: frequency(56))
        - velocity(short: frequency(14, before: 14), long: frequency(56, before: 14))
    case .impact(nil): totals.impact.value
    case .impact(let window): impact(in: kept(window))
    case .impactRate(let halfLife):
      rate(
        decayedSum(halfLife, isImpact: true)?.value(asOf: asOf) ?? 0, halfLifeInDays: halfLife)
    case .receivedImpactRate(let halfLife):
      rate(receivedSum(halfLife)?.value(asOf: asOf) ?? 0, halfLifeInDays: halfLife)
    case .trend: trend(weeklyCounts)
    case .medianGapDays: medianGap(instants)
    case .burstiness: burstiness(instants)
    case .typeEntropy: typeEntropy(totals.typeCounts.filter { $0 > 0 })
    case .distinctValues(let name, let window): Double(distinctValues(of: name, window))
    case .valueSum(let window): values(window).sum
    case .valueMean(let window):
      values(window).count == 0 ? .nan : values(window).sum / Double(values(window).count)
    case .attribute(let name):
      if let custom = plan.settings.customFeatures[name] {
        custom.value(
          of: state.history, asOf: Timestamp(microseconds: asOf), profile: profile)
      } else {
        profile.attributes[name] ?? .nan
      }
    }
  }

  private var first: Int64? { state.first.flatMap { $0 <= asOf ? $0 : nil } }

  private var joinedAt: Int64? {
    profile.joinedAt.flatMap { $0.microseconds <= asOf ? $0.microseconds : nil }
  }

  private var instants: ArraySlice<Int64> {
    state.instants[..<state.instants.firstIndex(notLessThan: asOf + 1)]
  }

  /// The events of ages [0, days).
  private func kept(_ windowInDays: Int?) -> ArraySlice<KeptEvent> {
    precondition(
      (windowInDays ?? .max) <= plan.longestWindowInDays, "events are kept for the windows asked")
    return kept(after: instant(windowInDays ?? 0))
  }

  private func kept(after instant: Int64) -> ArraySlice<KeptEvent> {
    state.events[min(eventEnd, state.events.firstIndex(after: instant))..<eventEnd]
  }

  private func instant(_ daysBefore: Int) -> Int64 {
    Timestamp(microseconds: asOf).subtracting(days: daysBefore).microseconds
  }
}

// MARK: - Counts and days

extension MemberReading {
  private func count(of name: String?, _ window: Int?) -> Int {
    guard let name else { return window.map { kept($0).count } ?? totals.eventCount }
    guard let alias = plan.aliases.firstIndex(of: ExactText(text: name)) else { return 0 }
    if let window { return kept(window).count { isSelected(Int($0.type), alias) } }
    return totals.typeCounts.indices.reduce(0) {
      $0 + (isSelected($1, alias) ? totals.typeCounts[$1] : 0)
    }
  }

  private func isSelected(_ type: Int, _ alias: Int) -> Bool {
    state.types[type].isSelected[alias]
  }

  private func daysInWindow(_ windowInDays: Int?) -> Set<Int> {
    Set(kept(windowInDays).map { plan.settings.clock.day(of: Timestamp(microseconds: $0.time)) })
  }

  /// The distinct days of a window: mostly they ascend with the events.
  private func dayCount(_ windowInDays: Int?) -> Int {
    let clock = plan.settings.clock
    var (count, newest) = (0, Int.min)
    for event in kept(windowInDays) {
      let day = clock.day(of: Timestamp(microseconds: event.time))
      // Clocks that are set back over midnight bring a day a second time.
      if day < newest { return daysInWindow(windowInDays).count }
      if day > newest { (count, newest) = (count + 1, day) }
    }
    return count
  }

  private var weeklyCounts: [Int] {
    var newer = 0
    return (1...8).map { bin in
      let all = kept(7 * bin).count
      defer { newer = all }
      return all - newer
    }
  }

  private func distinctValues(of name: String, _ windowInDays: Int?) -> Int {
    guard let index = plan.properties.firstIndex(of: name) else { return 0 }
    if windowInDays == nil { return totals.propertyValues[index].count }
    return Set(kept(windowInDays).compactMap { $0.properties[index] }).count
  }
}

// MARK: - Rates and sums

extension MemberReading {
  private func decayedSum(_ halfLifeInDays: Int, isImpact: Bool) -> DecayedSum? {
    plan.rates.firstIndex(
      of: LiveNeeds.Rate(halfLifeInDays: halfLifeInDays, isImpact: isImpact)
    ).map { totals.rates[$0] }
  }

  private func receivedSum(_ halfLifeInDays: Int) -> DecayedSum? {
    plan.receivedHalfLives.firstIndex(of: halfLifeInDays).map { totals.received[$0] }
  }

  fileprivate func frequency(_ halfLifeInDays: Int, before days: Int = 0) -> Double {
    guard var sum = decayedSum(halfLifeInDays, isImpact: false) else { return .nan }
    let instant = instant(days)
    if days > 0 {
      // Sums are exact: what is taken away leaves no trace.
      for event in kept(days) { sum.add(-1, at: event.time) }
    }
    return rate(sum.value(asOf: instant), halfLifeInDays: halfLifeInDays)
  }

  private func impact(in events: ArraySlice<KeptEvent>) -> Double {
    var sum = ExactSum()
    for event in events {
      sum.add(
        Engagement.impact(
          weight: state.types[Int(event.type)].weight, value: event.value,
          valueUse: plan.settings.valueUse))
    }
    return sum.value
  }

  private func values(_ windowInDays: Int?) -> (sum: Double, count: Int) {
    guard windowInDays != nil else { return (totals.valueSum.value, totals.valueCount) }
    var (sum, count) = (ExactSum(), 0)
    for event in kept(windowInDays) where !event.value.isNaN {
      sum.add(event.value)
      count += 1
    }
    return (sum.value, count)
  }
}
