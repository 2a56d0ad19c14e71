import EventLog
import Foundation

/// What adds events to the records of their members.
struct FeatureScanPass: Sendable {
  let asOf: Int64
  let layout: MemberRecordLayout
  let clock: Clock
  /// The weight of each event type.
  let weights: [Double]
  let valueUse: EngagementSettings.ValueUse
  /// Whether an alias holds each event type.
  let selections: [String: [Bool]]

  /// Adds the events of a block that members of a group did, and those that were done to them.
  func add(_ rows: GroupedRows, ofGroup index: Int, to group: MemberGroup) {
    let range = rows.members.offsets[index]..<rows.members.offsets[index + 1]
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: range.count) { slots in
      guard let slots = slots.baseAddress else { return }
      rows.members.rows.withUnsafeBufferPointer { events in
        let events = UnsafeBufferPointer(rebasing: events[range])
        // Held here while they are written to, as what a class holds is checked at every access.
        var ids = Interner()
        swap(&ids, &group.ids)
        rows.block.internMembers(events, upTo: asOf, in: &ids, into: slots)
        swap(&ids, &group.ids)
        group.makeRecords()
        let batch = Batch(
          events: events, slots: slots, typeCodes: rows.typeCodes, width: layout.wordCount,
          words: group.words)
        batch.touchRecords()
        addTimes(batch)
        for (accumulator, place) in layout.accumulators {
          add(batch, accumulator, at: place, to: group)
        }
      }
    }
    addReceived(rows, ofGroup: index, to: group)
  }

  /// Some events of one group, and where the records of their members are.
  private struct Batch {
    let events: UnsafeBufferPointer<EventBlock.Row>
    /// The position of each event's member in the group; -1 for events that do not count.
    let slots: UnsafePointer<Int32>
    let typeCodes: [Int32]
    let width: Int
    let words: UnsafeMutablePointer<Int64>

    /// Brings the records near, all misses of the cache at once.
    func touchRecords() {
      var bits: Int64 = 0
      for index in 0..<events.count where slots[index] >= 0 {
        let record = words + Int(slots[index]) * width
        // A line of the cache holds eight words.
        for word in stride(from: 0, to: width, by: 8) { bits |= record[word] }
        bits |= record[width - 1]
      }
      // Read, so that the loop is not left out.
      precondition(bits != .max || width > 0)
    }

    /// Calls `body` with every event after an instant, its type and the record of its member.
    @inline(__always)
    func forEach(
      after earliest: Int64,
      _ body: (
        _ event: EventBlock.Row, _ type: Int, _ record: UnsafeMutablePointer<Int64>, _ slot: Int32
      ) -> Void
    ) {
      typeCodes.withUnsafeBufferPointer { typeCodes in
        var index = 0
        while index < events.count {
          let slot = slots[index]
          if slot >= 0 {
            let event = events[index]
            if event.timestamp > earliest {
              body(event, Int(typeCodes[Int(event.type)]), words + Int(slot) * width, slot)
            }
          }
          index &+= 1
        }
      }
    }
  }

  private func addTimes(_ batch: Batch) {
    batch.forEach(after: .min) { event, _, record, _ in
      record[MemberRecordLayout.first] = min(record[MemberRecordLayout.first], event.timestamp)
      record[MemberRecordLayout.last] = max(record[MemberRecordLayout.last], event.timestamp)
    }
  }

  /// The last instant that is too early for a window.
  private func cutoff(_ windowInDays: Int?) -> Int64 {
    windowInDays.map { Timestamp(microseconds: asOf).subtracting(days: $0).microseconds } ?? .min
  }

  private func add(
    _ batch: Batch, _ accumulator: FeatureAccumulator, at place: Int, to group: MemberGroup
  ) {
    switch accumulator {
    case .count(nil, let window):
      batch.forEach(after: cutoff(window)) { _, _, record, _ in record[place] &+= 1 }
    case .count(let name?, let window):
      let selects = selections[name] ?? []
      batch.forEach(after: cutoff(window)) { _, type, record, _ in
        if selects[type] { record[place] &+= 1 }
      }
    case .decayed(let halfLife, let isImpact, let days):
      addDecayed(batch, halfLife, isImpact: isImpact, untilDaysBefore: days, at: place, to: group)
    case .received: break
    case .impact(let window):
      batch.forEach(after: cutoff(window)) { event, type, record, slot in
        add(impact(type, event.value), record, slot: slot, word: place, to: group)
      }
    case .valueSum(let window):
      batch.forEach(after: cutoff(window)) { event, _, record, slot in
        if !event.value.isNaN { add(event.value, record, slot: slot, word: place, to: group) }
      }
    case .valueCount(let window):
      batch.forEach(after: cutoff(window)) { event, _, record, _ in
        if !event.value.isNaN { record[place] &+= 1 }
      }
    case .weeklyBins:
      let span = 7 * Timestamp.microsecondsPerDay
      batch.forEach(after: asOf - 8 * span) { event, _, record, _ in
        record[place + Int((asOf - event.timestamp) / span)] &+= 1
      }
    case .recentDays(let window):
      let today = clock.day(of: Timestamp(microseconds: asOf))
      batch.forEach(after: cutoff(window)) { event, _, record, _ in
        let age = today - clock.day(of: Timestamp(microseconds: event.timestamp))
        record[place + age >> 6] |= 1 << Int64(age & 63)
      }
    case .days(let window):
      addPairs(batch, after: cutoff(window), at: place, to: group) { event, _ in
        clock.day(of: Timestamp(microseconds: event.timestamp))
      }
    case .types: addPairs(batch, after: .min, at: place, to: group) { _, type in type }
    }
  }

  @inline(__always)
  private func addPairs(
    _ batch: Batch, after earliest: Int64, at place: Int, to group: MemberGroup,
    _ number: (_ event: EventBlock.Row, _ type: Int) -> Int
  ) {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: batch.events.count) { pairs in
      var count = 0
      batch.forEach(after: earliest) { event, type, _, slot in
        pairs.initializeElement(at: count, to: PairTable.pair(slot, number(event, type)))
        count &+= 1
      }
      group.withTable(place) { $0.add(UnsafeBufferPointer(rebasing: pairs[..<count])) }
    }
  }

  /// w_e g(value) of an event.
  private func impact(_ type: Int, _ value: Double) -> Double {
    switch valueUse {
    case .none: weights[type]
    case .linear: value.isNaN ? 0 : weights[type] * value
    case .log: value.isNaN ? 0 : weights[type] * log1p(abs(value))
    }
  }

  @inline(__always)
  private func add(
    _ term: Double, _ record: UnsafeMutablePointer<Int64>, slot: Int32, word: Int,
    to group: MemberGroup
  ) {
    let sum = FixedSum(
      record + word, count: FeatureAccumulator.sumWordCount,
      fractionBits: FeatureAccumulator.sumFractionBits)
    if !sum.add(term) {
      group.escape(term, block: 0, word: Int(slot) * layout.wordCount + word)
    }
  }

  private func addDecayed(
    _ batch: Batch, _ halfLifeInDays: Int, isImpact: Bool, untilDaysBefore days: Int,
    at place: Int, to group: MemberGroup
  ) {
    let halfLife = Int64(halfLifeInDays) * Timestamp.microsecondsPerDay
    let latest = Timestamp(microseconds: asOf).subtracting(days: days).microseconds
    let home = DecayedSum.term(1, at: max(0, latest), halfLife: halfLife).block
    batch.forEach(after: .min) { event, type, record, slot in
      guard event.timestamp <= latest else { return }
      let weight = isImpact ? impact(type, event.value) : 1
      addDecayed(
        DecayedSum.term(weight, at: event.timestamp, halfLife: halfLife), home: home, record,
        slot: slot, word: place, to: group)
    }
  }

  @inline(__always)
  private func addDecayed(
    _ term: (block: Int64, term: Double), home: Int64, _ record: UnsafeMutablePointer<Int64>,
    slot: Int32, word: Int, to group: MemberGroup
  ) {
    guard term.block == home else {
      group.addOlder(term.term, block: term.block, slot: Int(slot), word: word)
      return
    }
    let sum = FixedSum(
      record + (word + 1), count: FeatureAccumulator.decayedWordCount,
      fractionBits: FeatureAccumulator.decayedFractionBits)
    if !sum.add(term.term) {
      group.escape(
        term.term, block: home, word: Int(slot) * layout.wordCount + word)
    }
  }

  /// Members to whom something was done are known, and what others did to them counts.
  private func addReceived(_ rows: GroupedRows, ofGroup index: Int, to group: MemberGroup) {
    let range = rows.targets.offsets[index]..<rows.targets.offsets[index + 1]
    let received = layout.accumulators.filter {
      if case .received = $0.accumulator { true } else { false }
    }
    for target in range {
      let place = Int(rows.targets.places[target])
      let event = rows.block.rows[place]
      guard event.timestamp <= asOf else { continue }
      let slot = rows.block.internTarget(
        place, hash: rows.targets.hashes[target], in: &group.ids)
      group.makeRecords()
      let record = group.words + slot * layout.wordCount
      let firstReceived = record[MemberRecordLayout.firstReceived]
      record[MemberRecordLayout.firstReceived] = min(firstReceived, event.timestamp)
      guard !received.isEmpty, !rows.block.isDoneToItself(place) else { continue }
      let weight = impact(Int(rows.typeCodes[Int(event.type)]), event.value)
      for case (.received(let days), let word) in received {
        let halfLife = Int64(days) * Timestamp.microsecondsPerDay
        let home = DecayedSum.term(1, at: max(0, asOf), halfLife: halfLife).block
        addDecayed(
          DecayedSum.term(weight, at: event.timestamp, halfLife: halfLife), home: home, record,
          slot: Int32(slot), word: word, to: group)
      }
    }
  }
}
