import EventLog

/// What is left of events when they themselves are forgotten: what features without a window need.
///
/// Nothing depends on the order in which events were added.
struct MemberTotals: Sendable {
  private(set) var eventCount = 0
  /// The newest event.
  private(set) var last: Int64?
  /// The events of each type, by its position in the state.
  private(set) var typeCounts: [Int] = []
  private(set) var rates: [DecayedSum]
  private(set) var received: [DecayedSum]
  private(set) var impact = ExactSum()
  private(set) var valueSum = ExactSum()
  private(set) var valueCount = 0
  /// Calendar days with an event, ascending.
  private(set) var days: [Int32] = []
  /// Calendar weeks with an event, ascending.
  private(set) var weeks: [Int32] = []
  /// For each property of the plan, the distinct values that are kept for ever.
  private(set) var propertyValues: [Set<ExactText>]
  /// For each of the plan's share parts, the events counted.
  private(set) var shareCounts: [Int]

  init(_ plan: LivePlan) {
    rates = plan.rates.map { DecayedSum(halfLifeInDays: $0.halfLifeInDays) }
    received = plan.receivedHalfLives.map { DecayedSum(halfLifeInDays: $0) }
    propertyValues = plan.properties.map { _ in [] }
    shareCounts = plan.shareParts.map { _ in 0 }
  }

  init(
    eventCount: Int, last: Int64?, typeCounts: [Int], rates: [DecayedSum], received: [DecayedSum],
    impact: ExactSum, valueSum: ExactSum, valueCount: Int, days: [Int32], weeks: [Int32],
    propertyValues: [Set<ExactText>], shareCounts: [Int]
  ) {
    self.eventCount = eventCount
    self.last = last
    self.typeCounts = typeCounts
    self.rates = rates
    self.received = received
    self.impact = impact
    self.valueSum = valueSum
    self.valueCount = valueCount
    self.days = days
    self.weeks = weeks
    self.propertyValues = propertyValues
    self.shareCounts = shareCounts
  }

  /// Adds an event of a type; nil where the plan does not need types.
  mutating func add(_ event: KeptEvent, type: LiveEventType?, plan: LivePlan) {
    let needs = plan.needs
    eventCount += 1
    last = max(last ?? event.time, event.time)
    if event.type >= 0 {
      let type = Int(event.type)
      while typeCounts.count <= type { typeCounts.append(0) }
      typeCounts[type] += 1
    }
    let points = type.map {
      Engagement.impact(
        weight: $0.weight, value: event.value, valueUse: plan.settings.valueUse)
    }
    for (index, rate) in plan.rates.enumerated() {
      rates[index].add(rate.isImpact ? points ?? 0 : 1, at: event.time)
    }
    if needs.impactSum { impact.add(points ?? 0) }
    if needs.valueSum, !event.value.isNaN {
      valueSum.add(event.value)
      valueCount += 1
    }
    if needs.days || needs.weeks {
      let day = plan.settings.clock.day(of: Timestamp(microseconds: event.time))
      if needs.days { days.insertAscending(Int32(day)) }
      if needs.weeks { weeks.insertAscending(Int32(plan.settings.clock.week(ofDay: day))) }
    }
    for (index, name) in plan.properties.enumerated() {
      if let value = event.properties[index], needs.properties[name]?.isKeptForEver == true {
        propertyValues[index].insert(value)
      }
    }
    for (index, (part, property)) in plan.shareParts.enumerated() {
      guard let value = event.properties[property] else { continue }
      if part.value.map(value.holds) ?? true { shareCounts[index] += 1 }
    }
  }

  /// Adds what another member's event did to this one.
  mutating func add(_ event: ReceivedEvent) {
    for index in received.indices { received[index].add(event.impact, at: event.time) }
  }

  /// The bytes of the storages.
  var byteCount: Int {
    typeCounts.storageByteCount + days.storageByteCount + weeks.storageByteCount
      + (rates + received).reduce(0) { $0 + $1.byteCount } + rates.storageByteCount
      + received.storageByteCount + impact.byteCount + valueSum.byteCount
      + propertyValues.storageByteCount + shareCounts.storageByteCount
      + propertyValues.reduce(0) { total, values in
        total + values.capacity * MemoryLayout<ExactText>.stride
          + values.reduce(0) { $0 + $1.storageByteCount }
      }
  }
}

extension DecayedSum {
  init(halfLifeInDays: Int) {
    self.init(halfLifeInMicroseconds: Int64(halfLifeInDays) * Timestamp.microsecondsPerDay)
  }

  /// The bytes of the storages.
  var byteCount: Int {
    blocks.storageByteCount + blocks.reduce(0) { $0 + $1.sum.byteCount }
  }
}

extension ExactText {
  /// The bytes of the storage; short texts have none.
  var storageByteCount: Int { text.utf8.count > 15 ? text.utf8.count : 0 }
}

extension Array {
  var storageByteCount: Int { capacity * MemoryLayout<Element>.stride }
}

extension Array where Element: Comparable {
  /// The first position whose element is not less than one.
  func firstIndex(notLessThan element: Element) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < element { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Inserts an element that is not there yet where it belongs among ascending ones.
  mutating func insertAscending(_ element: Element) {
    let position = firstIndex(notLessThan: element)
    if position == count || self[position] != element { insert(element, at: position) }
  }
}
