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
    let value = try read(asOf: asOf) { $0.value(of: feature, at: $1, profile) }
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
    let values = try read(asOf: asOf) { state, moment in
      state.plan.features.map { state.value(of: $0, at: moment, profile) }
    }
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
    try read(asOf: asOf) { $0.frequency(halfLifeInDays, before: days, at: $1) }
  }

  private func check(_ value: Double, of feature: FeatureDefinition) throws(EngagementError) {
    if value.isInfinite, plan.settings.customFeature(feature) != nil {
      throw .infiniteValue(feature: feature.description, member: history.first?.memberID)
    }
  }

  /// Reads the state as it is at a time: itself, or, where events lie between the clock and the time, a copy
  /// that went on to it.
  func read<Result>(
    asOf: Timestamp, _ body: (MemberState, Moment) -> Result
  ) throws(EngagementError) -> Result {
    if let clock, asOf < clock {
      throw .timeBeforeClock(asOf: asOf.description, clock: clock.description)
    }
    let end = events.firstIndex(after: asOf.microseconds)
    let isReceivedAhead = receivedAhead.first.map { $0.time <= asOf.microseconds } ?? false
    let isAhead = end > 0 && events[end - 1].time > clock?.microseconds ?? .min
    if clock != nil, !isAhead, !isReceivedAhead {
      return body(self, Moment(asOf: asOf.microseconds, eventEnd: end))
    }
    var state = self
    state.advance(to: asOf)
    let moment = Moment(
      asOf: asOf.microseconds, eventEnd: state.events.firstIndex(after: asOf.microseconds))
    return body(state, moment)
  }
}

// MARK: - Reading

extension MemberState {
  /// A time that is read at, with no event between the clock and it.
  struct Moment {
    let asOf: Int64
    /// The end of the kept events at or before the time.
    let eventEnd: Int
  }

  /// The value of a feature; NaN where it is absent.
  func value(
    of feature: FeatureDefinition, at moment: Moment, _ profile: MemberProfile
  ) -> Double {
    let asOf = moment.asOf
    return switch feature {
    case .recencyDays: totals.last.map { days(from: $0, to: asOf) } ?? .nan
    case .tenureDays:
      [first(at: moment), profile.joinedAt(at: moment)].compactMap { $0 }.min()
        .map { days(from: $0, to: asOf) } ?? .nan
    case .lifespanDays:
      if let first = first(at: moment), let last = totals.last {
        days(from: first, to: last)
      } else {
        .nan
      }
    case .eventCount(let name, let window): Double(count(of: name, window, moment))
    case .share(let name, let window):
      count(of: nil, window, moment) == 0
        ? .nan
        : Double(count(of: name, window, moment)) / Double(count(of: nil, window, moment))
    case .activeDays(nil): Double(totals.days.count)
    case .activeDays(let window): Double(dayCount(window, moment))
    case .activeWeeks(nil): Double(totals.weeks.count)
    case .activeWeeks(let window):
      Double(Set(daysInWindow(window, moment).map { plan.settings.clock.week(ofDay: $0) }).count)
    case .streakWeeks:
      Double(
        streak(
          Set(totals.weeks.map { Int($0) }),
          current: plan.settings.clock.week(of: Timestamp(microseconds: asOf))))
    case .frequency(let halfLife): frequency(halfLife, at: moment)
    case .velocity(let short, let long):
      velocity(short: frequency(short, at: moment), long: frequency(long, at: moment))
    case .acceleration:
      velocity(short: frequency(14, at: moment), long: frequency(56, at: moment))
        - velocity(
          short: frequency(14, before: 14, at: moment), long: frequency(56, before: 14, at: moment))
    case .impact(nil): totals.impact.value
    case .impact(let window): impact(in: kept(window, moment))
    case .impactRate(let halfLife):
      rate(
        decayedSum(halfLife, isImpact: true)?.value(asOf: asOf) ?? 0, halfLifeInDays: halfLife)
    case .receivedImpactRate(let halfLife):
      rate(receivedSum(halfLife)?.value(asOf: asOf) ?? 0, halfLifeInDays: halfLife)
    case .trend: trend(weeklyCounts(moment))
    case .medianGapDays: medianGap(instants(at: moment))
    case .burstiness: burstiness(instants(at: moment))
    case .typeEntropy: typeEntropy(totals.typeCounts.filter { $0 > 0 })
    case .propertyShare(let name, .text(let text), let window):
      propertyShare(of: name, text, window, moment)
    case .propertyShare(_, .commonest, _): preconditionFailure("not a feature of a plan")
    case .distinctValues(let name, let window): Double(distinctValues(of: name, window, moment))
    case .valueSum(let window): values(window, moment).sum
    case .valueMean(let window):
      mean(values(window, moment))
    case .attribute(let name):
      if let custom = plan.settings.customFeatures[name] {
        custom.value(
          of: history, asOf: Timestamp(microseconds: asOf), profile: profile)
      } else {
        profile.attributes[name] ?? .nan
      }
    }
  }

  private func first(at moment: Moment) -> Int64? {
    first.flatMap { $0 <= moment.asOf ? $0 : nil }
  }

  private func instants(at moment: Moment) -> ArraySlice<Int64> {
    instants[..<instants.firstIndex(notLessThan: moment.asOf + 1)]
  }

  private func mean(_ values: (sum: Double, count: Int)) -> Double {
    values.count == 0 ? .nan : values.sum / Double(values.count)
  }

  /// The events of ages [0, days).
  private func kept(_ windowInDays: Int?, _ moment: Moment) -> ArraySlice<KeptEvent> {
    precondition(
      (windowInDays ?? .max) <= plan.longestWindowInDays, "events are kept for the windows asked")
    let start = instant(windowInDays ?? 0, before: moment)
    return events[min(moment.eventEnd, events.firstIndex(after: start))..<moment.eventEnd]
  }

  private func instant(_ days: Int, before moment: Moment) -> Int64 {
    Timestamp(microseconds: moment.asOf).subtracting(days: days).microseconds
  }
}

// MARK: - Counts and days

extension MemberState {
  private func count(of name: String?, _ window: Int?, _ moment: Moment) -> Int {
    guard let name else { return window.map { kept($0, moment).count } ?? totals.eventCount }
    guard let alias = plan.aliases.firstIndex(of: ExactText(text: name)) else { return 0 }
    if let window {
      return kept(window, moment).count { isSelected(Int($0.type), alias) }
    }
    return totals.typeCounts.indices.reduce(0) {
      $0 + (isSelected($1, alias) ? totals.typeCounts[$1] : 0)
    }
  }

  private func isSelected(_ type: Int, _ alias: Int) -> Bool {
    types[type].isSelected[alias]
  }

  private func daysInWindow(_ windowInDays: Int?, _ moment: Moment) -> Set<Int> {
    Set(
      kept(windowInDays, moment).map {
        plan.settings.clock.day(of: Timestamp(microseconds: $0.time))
      })
  }

  /// The distinct days of a window: mostly they ascend with the events.
  private func dayCount(_ windowInDays: Int?, _ moment: Moment) -> Int {
    let clock = plan.settings.clock
    var (count, newest) = (0, Int.min)
    for event in kept(windowInDays, moment) {
      let day = clock.day(of: Timestamp(microseconds: event.time))
      // Clocks that are set back over midnight bring a day a second time.
      if day < newest { return daysInWindow(windowInDays, moment).count }
      if day > newest { (count, newest) = (count + 1, day) }
    }
    return count
  }

  private func weeklyCounts(_ moment: Moment) -> [Int] {
    var newer = 0
    return (1...8).map { bin in
      let all = kept(7 * bin, moment).count
      defer { newer = all }
      return all - newer
    }
  }

  private func propertyShare(
    of name: String, _ value: String, _ windowInDays: Int?, _ moment: Moment
  ) -> Double {
    let (selected, all): (Int, Int)
    if windowInDays == nil {
      func count(_ value: String?) -> Int {
        let part = LiveNeeds.SharePart(property: name, value: value)
        return plan.shareParts.firstIndex { $0.part == part }.map { totals.shareCounts[$0] } ?? 0
      }
      (selected, all) = (count(value), count(nil))
    } else {
      guard let index = plan.properties.firstIndex(of: name) else { return .nan }
      let values = kept(windowInDays, moment).compactMap { $0.properties[index] }
      (selected, all) = (values.count { $0.holds(value) }, values.count)
    }
    return all == 0 ? .nan : Double(selected) / Double(all)
  }

  private func distinctValues(
    of name: String, _ windowInDays: Int?, _ moment: Moment
  ) -> Int {
    guard let index = plan.properties.firstIndex(of: name) else { return 0 }
    if windowInDays == nil { return totals.propertyValues[index].count }
    return Set(kept(windowInDays, moment).compactMap { $0.properties[index] }).count
  }
}

// MARK: - Rates and sums

extension MemberState {
  private func decayedSum(_ halfLifeInDays: Int, isImpact: Bool) -> DecayedSum? {
    plan.rates.firstIndex(
      of: LiveNeeds.Rate(halfLifeInDays: halfLifeInDays, isImpact: isImpact)
    ).map { totals.rates[$0] }
  }

  private func receivedSum(_ halfLifeInDays: Int) -> DecayedSum? {
    plan.receivedHalfLives.firstIndex(of: halfLifeInDays).map { totals.received[$0] }
  }

  fileprivate func frequency(
    _ halfLifeInDays: Int, before days: Int = 0, at moment: Moment
  ) -> Double {
    guard var sum = decayedSum(halfLifeInDays, isImpact: false) else { return .nan }
    let instant = instant(days, before: moment)
    if days > 0 {
      // Sums are exact: what is taken away leaves no trace.
      for event in kept(days, moment) { sum.add(-1, at: event.time) }
    }
    return rate(sum.value(asOf: instant), halfLifeInDays: halfLifeInDays)
  }

  private func impact(in events: ArraySlice<KeptEvent>) -> Double {
    var sum = ExactSum()
    for event in events {
      sum.add(
        Engagement.impact(
          weight: types[Int(event.type)].weight, value: event.value,
          valueUse: plan.settings.valueUse))
    }
    return sum.value
  }

  private func values(
    _ windowInDays: Int?, _ moment: Moment
  ) -> (sum: Double, count: Int) {
    guard windowInDays != nil else { return (totals.valueSum.value, totals.valueCount) }
    var (sum, count) = (ExactSum(), 0)
    for event in kept(windowInDays, moment) where !event.value.isNaN {
      sum.add(event.value)
      count += 1
    }
    return (sum.value, count)
  }
}

extension MemberProfile {
  fileprivate func joinedAt(at moment: MemberState.Moment) -> Int64? {
    joinedAt.flatMap { $0.microseconds <= moment.asOf ? $0.microseconds : nil }
  }
}
