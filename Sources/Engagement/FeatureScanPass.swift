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
        EventBatch.with(
          events, slots: slots, typeCodes: rows.typeCodes, layout: layout, words: group.words
        ) { batch in
          if layout.needsImpact { fillImpacts(batch) }
          addTimes(batch)
          for (accumulator, place) in layout.accumulators {
            add(batch, accumulator, at: place, to: group)
          }
        }
      }
    }
    addReceived(rows, ofGroup: index, to: group)
  }

  private func addTimes(_ batch: EventBatch) {
    batch.forEach(after: .min) { index in
      let (record, time) = (batch.record(index), batch.times[index])
      record[MemberRecordLayout.first] = min(record[MemberRecordLayout.first], time)
      record[MemberRecordLayout.last] = max(record[MemberRecordLayout.last], time)
    }
  }

  /// The last instant that is too early for a window.
  private func cutoff(_ windowInDays: Int?) -> Int64 {
    windowInDays.map { Timestamp(microseconds: asOf).subtracting(days: $0).microseconds } ?? .min
  }

  private func add(
    _ batch: EventBatch, _ accumulator: FeatureAccumulator, at place: Int, to group: MemberGroup
  ) {
    switch accumulator {
    case .count(nil, let window):
      batch.forEach(after: cutoff(window)) { batch.record($0)[place] &+= 1 }
    case .count(let name?, let window):
      let selects = selections[name] ?? []
      batch.forEach(after: cutoff(window)) { index in
        if selects[Int(batch.types[index])] { batch.record(index)[place] &+= 1 }
      }
    case .decayed(let halfLife, let isImpact, let days):
      addDecayed(batch, halfLife, isImpact: isImpact, untilDaysBefore: days, at: place, to: group)
    case .received: break
    case .impact(let window):
      batch.forEach(after: cutoff(window)) { index in
        add(batch.impacts[index], batch, index, word: place, to: group)
      }
    case .valueSum(let window):
      batch.forEach(after: cutoff(window)) { index in
        let value = batch.values[index]
        if !value.isNaN { add(value, batch, index, word: place, to: group) }
      }
    case .valueCount(let window):
      batch.forEach(after: cutoff(window)) { index in
        if !batch.values[index].isNaN { batch.record(index)[place] &+= 1 }
      }
    case .weeklyBins:
      let span = 7 * Timestamp.microsecondsPerDay
      batch.forEach(after: asOf - 8 * span) { index in
        batch.record(index)[place + Int((asOf - batch.times[index]) / span)] &+= 1
      }
    case .recentDays(let window):
      let today = clock.day(of: Timestamp(microseconds: asOf))
      batch.forEach(after: cutoff(window)) { index in
        let age = today - clock.day(of: Timestamp(microseconds: batch.times[index]))
        batch.record(index)[place + age >> 6] |= 1 << Int64(age & 63)
      }
    case .days(let window):
      addPairs(batch, after: cutoff(window), at: place, to: group) { index in
        clock.day(of: Timestamp(microseconds: batch.times[index]))
      }
    case .types: addPairs(batch, after: .min, at: place, to: group) { Int(batch.types[$0]) }
    }
  }

  @inline(__always)
  private func addPairs(
    _ batch: EventBatch, after earliest: Int64, at place: Int, to group: MemberGroup,
    _ number: (_ index: Int) -> Int
  ) {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: batch.count) { pairs in
      var count = 0
      batch.forEach(after: earliest) { index in
        pairs.initializeElement(
          at: count, to: PairTable.pair(batch.slots[index], number(index)))
        count &+= 1
      }
      group.withTable(place) {
        $0.add(UnsafeBufferPointer(rebasing: pairs[..<count]), memberCount: group.count)
      }
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

  private func fillImpacts(_ batch: EventBatch) {
    weights.withUnsafeBufferPointer { weights in
      batch.forEach(after: .min) { index in
        batch.impacts[index] =
          valueUse == .none
          ? weights[Int(batch.types[index])]
          : impact(Int(batch.types[index]), batch.values[index])
      }
    }
  }

  @inline(__always)
  private func add(
    _ term: Double, _ batch: EventBatch, _ index: Int, word: Int, to group: MemberGroup
  ) {
    let sum = FixedSum(
      batch.record(index) + word, count: FeatureAccumulator.sumWordCount,
      fractionBits: FeatureAccumulator.sumFractionBits)
    if !sum.add(term) {
      group.escape(term, block: 0, word: Int(batch.slots[index]) * layout.wordCount + word)
    }
  }

  private func addDecayed(
    _ batch: EventBatch, _ halfLifeInDays: Int, isImpact: Bool, untilDaysBefore days: Int,
    at place: Int, to group: MemberGroup
  ) {
    let halfLife = HalfLife(
      inMicroseconds: Int64(halfLifeInDays) * Timestamp.microsecondsPerDay)
    let latest = Timestamp(microseconds: asOf).subtracting(days: days).microseconds
    let home = halfLife.term(1, at: max(0, latest)).block
    halfLife.terms(
      isImpact ? batch.impacts : nil, at: batch.times, count: batch.count, terms: batch.terms,
      blocks: batch.blocks)
    batch.forEach(after: .min) { index in
      guard batch.times[index] <= latest else { return }
      addDecayed(
        (batch.blocks[index], batch.terms[index]), home: home, batch.record(index),
        slot: batch.slots[index], word: place, to: group)
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
