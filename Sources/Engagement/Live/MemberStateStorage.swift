import EventLog

// The stored form, version 1. Whole numbers are LEB128 unless said, doubles and numbers of 64 bits
// little-endian; instants are microseconds since 1970. Counts stand before lists; what the plan does
// not need takes nothing or a 0.
//
//   "CMS" 1                                    what this is, and its version
//   fingerprint                                64 bits: of the plan
//   clock, first, first received, last         instants + 1, or 0 for none
//   events
//   types: name, events                        ascending names
//   rates, received: blocks of index, sum      as many as the plan has
//   impact, values: sum; events with a value
//   days, weeks: steps                         the first one from day −8, week −8
//   property values                            ascending, for each property of the plan
//   property shares: events                    as many as the plan has
//   kept events: step in time, type, value, property values
//   received events ahead: step in time, impact
//   instants: steps
//   member, events of custom features:         only where the plan has such
//     step in time, type, value, target, property values with their kinds
//   checksum                                   64 bits: FNV-1a of all before
//
// A sum is its expansion: how many terms, and those, largest first.

extension MemberState {
  private static let magic = Array("CMS".utf8) + [1]
  // Zones are less than a day from UTC, so that no day or week is below this.
  private static let firstDay: Int64 = -8

  /// The state as bytes, the same for the same events in any order under the same clock.
  ///
  /// Some 60 bytes, and 8 to 40 for each half-life, 4 to 7 for each instant and 6 to 20 for each event
  /// kept; the first lines of the source lay the form out.
  ///
  /// - Complexity: O(n log n) for n bytes.
  public func encoded() -> [UInt8] {
    var writer = StoredByteWriter()
    for byte in Self.magic { writer.write(byte: byte) }
    writer.write(raw: plan.fingerprint)
    for instant in [clock?.microseconds, first, firstReceived, totals.last] {
      writer.write(instant)
    }
    let order = types.indices.sorted { types[$0].name < types[$1].name }
    var rank = [Int32](repeating: 0, count: types.count)
    for (position, type) in order.enumerated() { rank[type] = Int32(position) }
    writer.write(totals.eventCount)
    writer.write(order.count)
    for type in order {
      writer.write(types[type].name)
      writer.write(type < totals.typeCounts.count ? totals.typeCounts[type] : 0)
    }
    for sum in totals.rates + totals.received { writer.write(sum) }
    writer.write(totals.impact)
    writer.write(totals.valueSum)
    writer.write(totals.valueCount)
    for ascending in [totals.days, totals.weeks] {
      writer.write(ascending.count)
      writer.writeSteps(ascending.map { Int64($0) - Self.firstDay })
    }
    for values in totals.propertyValues {
      writer.write(values.count)
      for value in values.sorted() { writer.write(value) }
    }
    for count in totals.shareCounts { writer.write(count) }
    let events = events.map { $0.withType($0.type < 0 ? -1 : rank[Int($0.type)]) }
      .sorted(by: KeptEvent.isStoredBefore)
    writer.write(events.count)
    var last: Int64 = 0
    for event in events {
      writer.write(Int(event.time - last))
      writer.write(Int(event.type) + 1)
      writer.write(byte: event.value.isNaN ? 0 : 1)
      if !event.value.isNaN { writer.write(event.value) }
      for value in event.properties {
        writer.write(byte: value == nil ? 0 : 1)
        if let value { writer.write(value) }
      }
      last = event.time
    }
    let received = receivedAhead.sorted(by: ReceivedEvent.isStoredBefore)
    writer.write(received.count)
    last = 0
    for event in received {
      writer.write(Int(event.time - last))
      writer.write(event.impact)
      last = event.time
    }
    writer.write(instants.count)
    writer.writeSteps(instants)
    if plan.needs.history != nil { writer.write(history, properties: plan.historyProperties) }
    writer.write(raw: checksum(writer.bytes))
    return writer.bytes
  }

  /// Reads a stored state.
  ///
  /// - Throws: ``EngagementError/unreadableState(reason:)`` for bytes that ``encoded()`` of this
  ///   build does not write under this plan: of another version, damaged, cut short or longer.
  public init(decoding bytes: some Collection<UInt8>, plan: LivePlan) throws(EngagementError) {
    let bytes = Array(bytes)
    guard bytes.count >= Self.magic.count, bytes.starts(with: Self.magic.dropLast()) else {
      throw .unreadableState(reason: "it is no state of a member")
    }
    guard bytes.starts(with: Self.magic) else {
      throw .unreadableState(reason: "it is of version \(bytes[3]), and this build reads 1")
    }
    guard bytes.count >= Self.magic.count + 16 else {
      throw .unreadableState(reason: "it ends early")
    }
    var end = StoredByteReader(bytes.suffix(8))
    guard try end.raw() == checksum(bytes.dropLast(8)) else {
      throw .unreadableState(reason: "it is damaged")
    }
    var reader = StoredByteReader(bytes.dropFirst(Self.magic.count).dropLast(8))
    guard try reader.raw() == plan.fingerprint else {
      throw .unreadableState(reason: "it was kept for other features or settings")
    }
    self.plan = plan
    clock = try reader.optionalInstant().map { Timestamp(microseconds: $0) }
    first = try reader.optionalInstant()
    firstReceived = try reader.optionalInstant()
    let typeCounts: [Int]
    (totals, types, typeCounts) = try reader.totals(plan, firstDay: Self.firstDay)
    events = try reader.keptEvents(plan, typeCount: typeCounts.count)
    receivedAhead = try reader.receivedEvents(plan)
    instants = try reader.instants()
    if plan.needs.history != nil {
      history = try reader.history(properties: plan.historyProperties)
    }
    guard reader.remaining == 0 else { throw .unreadableState(reason: "it goes on after its end") }
    guard isConsistent else {
      throw .unreadableState(reason: "its parts contradict each other")
    }
  }

  /// Whether events, totals and clock can be of one history.
  private var isConsistent: Bool {
    let now = clock?.microseconds ?? -1
    let ahead = events.count - firstAhead
    let eventCount = totals.eventCount + ahead
    return totals.isConsistent(plan)
      && (first == nil) == (eventCount == 0)
      && first ?? 0 <= totals.last ?? .max && totals.last ?? -1 <= now
      && first ?? 0 <= events.first?.time ?? .max
      && (events.first?.time).map { $0 > lastForgotten } ?? true
      && firstAhead <= totals.eventCount
      && (receivedAhead.first?.time).map { $0 > now && $0 >= firstReceived ?? .max } ?? true
      && instants.count == (plan.needs.instants ? eventCount : 0)
      && (instants.isEmpty || instants.first == first)
      && isHistoryConsistent(eventCount: eventCount)
  }
}

extension MemberState {
  private func isHistoryConsistent(eventCount: Int) -> Bool {
    let isWhole = clock == nil || plan.needs.history?.windowInDays == nil
    return plan.needs.history == nil
      || (isWhole ? history.count == eventCount : history.count <= eventCount)
        && history.first.map {
          $0.timestamp.microseconds >= first ?? .max
            && $0.timestamp.microseconds > lastForgottenOfHistory
        } ?? true
  }
}

extension MemberTotals {
  /// Whether there is what the plan needs and no more.
  fileprivate func isConsistent(_ plan: LivePlan) -> Bool {
    let needs = plan.needs
    var counted = 0
    // No count is over the whole one, so that no sum overflows before it is over it.
    for count in typeCounts where counted <= eventCount && count <= eventCount { counted += count }
    return (last == nil) == (eventCount == 0)
      && typeCounts.allSatisfy { $0 <= eventCount }
      && counted == (needs.types ? eventCount : 0)
      && valueCount <= (needs.valueSum ? eventCount : 0)
      && (valueCount == 0) == valueSum.expansion.isEmpty
      && (eventCount == 0 || !needs.impactSum) == impact.expansion.isEmpty
      && (eventCount == 0 || !needs.days) == days.isEmpty
      && (eventCount == 0 || !needs.weeks) == weeks.isEmpty
      && zip(plan.properties, propertyValues).allSatisfy {
        $1.isEmpty || needs.properties[$0]?.isKeptForEver == true
      }
      && shareCounts.allSatisfy { $0 <= eventCount }
  }
}

extension StoredByteReader {
  fileprivate mutating func totals(
    _ plan: LivePlan, firstDay: Int64
  ) throws(EngagementError) -> (MemberTotals, [LiveEventType], [Int]) {
    let last = try optionalInstant()
    let eventCount = try number()
    var (types, typeCounts) = ([LiveEventType](), [Int]())
    for _ in 0..<(try count(bytesEach: 2)) {
      let name = try text()
      guard plan.needs.types, types.last.map({ $0.name < name }) ?? true else {
        throw .unreadableState(reason: "its event types do not ascend")
      }
      types.append(plan.type(name.text))
      typeCounts.append(try number())
    }
    var (rates, received) = ([DecayedSum](), [DecayedSum]())
    for rate in plan.rates {
      rates.append(try decayedSum(halfLifeInDays: rate.halfLifeInDays))
    }
    for days in plan.receivedHalfLives { received.append(try decayedSum(halfLifeInDays: days)) }
    let (impact, valueSum) = (try exactSum(), try exactSum())
    let valueCount = try number()
    let days = try ascending(from: firstDay)
    let weeks = try ascending(from: firstDay)
    var propertyValues: [Set<ExactText>] = []
    for _ in plan.properties {
      var (values, last) = (Set<ExactText>(), ExactText?.none)
      for _ in 0..<(try count(bytesEach: 1)) {
        let value = try text()
        guard last.map({ $0 < value }) ?? true else {
          throw .unreadableState(reason: "its property values do not ascend")
        }
        values.insert(value)
        last = value
      }
      propertyValues.append(values)
    }
    var shareCounts: [Int] = []
    for _ in plan.shareParts { shareCounts.append(try number()) }
    let totals = MemberTotals(
      eventCount: eventCount, last: last, typeCounts: typeCounts, rates: rates,
      received: received, impact: impact, valueSum: valueSum, valueCount: valueCount, days: days,
      weeks: weeks, propertyValues: propertyValues, shareCounts: shareCounts)
    return (totals, types, typeCounts)
  }

  private mutating func ascending(from start: Int64) throws(EngagementError) -> [Int32] {
    var (numbers, last) = ([Int32](), start)
    for _ in 0..<(try count(bytesEach: 1)) {
      let step = Int64(try number())
      guard let number = Int32(exactly: last + step), step > 0 || numbers.isEmpty else {
        throw .unreadableState(reason: "its days or weeks do not ascend")
      }
      numbers.append(number)
      last = Int64(number)
    }
    return numbers
  }

  fileprivate mutating func keptEvents(
    _ plan: LivePlan, typeCount: Int
  ) throws(EngagementError) -> [KeptEvent] {
    var events: [KeptEvent] = []
    for _ in 0..<(try count(bytesEach: 3)) {
      let time = try instant(after: events.last?.time ?? 0)
      let type = try number()
      guard type <= typeCount, (type > 0) == plan.needs.types else {
        throw .unreadableState(reason: "an event is of no type")
      }
      let value = try flag() ? try double() : .nan
      var properties: [ExactText?] = []
      for _ in plan.properties { properties.append(try flag() ? try text() : nil) }
      let event = KeptEvent(
        time: time, value: value, type: Int32(type - 1), properties: properties)
      if let last = events.last, KeptEvent.isStoredBefore(event, last) {
        throw .unreadableState(reason: "its events do not ascend")
      }
      events.append(event)
    }
    return events
  }

  fileprivate mutating func receivedEvents(
    _ plan: LivePlan
  ) throws(EngagementError) -> [ReceivedEvent] {
    var events: [ReceivedEvent] = []
    for _ in 0..<(try count(bytesEach: 9)) {
      let event = ReceivedEvent(
        time: try instant(after: events.last?.time ?? 0), impact: try double())
      if let last = events.last, ReceivedEvent.isStoredBefore(event, last) {
        throw .unreadableState(reason: "its events do not ascend")
      }
      events.append(event)
    }
    return events
  }

  fileprivate mutating func instants() throws(EngagementError) -> [Int64] {
    var instants: [Int64] = []
    for _ in 0..<(try count(bytesEach: 1)) {
      instants.append(try instant(after: instants.last ?? 0))
    }
    return instants
  }

  mutating func flag() throws(EngagementError) -> Bool {
    let byte = try byte()
    guard byte < 2 else { throw .unreadableState(reason: "a mark is neither 0 nor 1") }
    return byte == 1
  }
}

extension KeptEvent {
  fileprivate func withType(_ type: Int32) -> KeptEvent {
    var event = self
    event.type = type
    return event
  }

  /// Oldest first; then by all else, so that equal instants have one order.
  fileprivate static func isStoredBefore(_ left: KeptEvent, _ right: KeptEvent) -> Bool {
    if left.time != right.time { return left.time < right.time }
    if left.type != right.type { return left.type < right.type }
    let (leftValue, rightValue) = (left.value.bitPattern, right.value.bitPattern)
    if leftValue != rightValue { return leftValue < rightValue }
    for (left, right) in zip(left.properties, right.properties) where left != right {
      guard let left else { return true }
      guard let right else { return false }
      return left < right
    }
    return false
  }
}

extension ReceivedEvent {
  fileprivate static func isStoredBefore(_ left: ReceivedEvent, _ right: ReceivedEvent) -> Bool {
    (left.time, left.impact.bitPattern) < (right.time, right.impact.bitPattern)
  }
}
