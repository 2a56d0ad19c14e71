public import EventLog
import Foundation
public import LinearAlgebra

extension FeatureTable {
  /// Computes features of a community's members as of an instant.
  ///
  /// The result does not depend on the order of the events in their files nor on the threads.
  ///
  /// - Parameters:
  ///   - community: events and members.
  ///   - rows: the community's rows to compute, in order; by default those in the table at `asOf`.
  ///   - asOf: T; later events, and later joining, do not exist yet.
  ///   - features: the columns, in order.
  ///   - settings: weights, aliases and the calendar.
  ///   - threadCount: how many threads work at once.
  /// - Throws: ``EngagementError`` where a feature names what community and settings do not have, a custom
  ///   feature is infinite, or no member is in the table.
  /// - Complexity: O(features × events).
  public init(
    of community: Community, rows: [Int]? = nil, asOf: Timestamp, features: [FeatureDefinition],
    settings: EngagementSettings = EngagementSettings(),
    threadCount: Int = availableProcessorCount
  ) throws(EngagementError) {
    let plan = try FeaturePlan(features, for: community, settings: settings)
    let rows = rows ?? community.rows(asOf: asOf)
    guard !rows.isEmpty else {
      throw community.hasNobody(asOf: asOf)
    }
    let width = features.count
    var elements = [Double](repeating: .nan, count: rows.count * width)
    let rowsPerBlock = 1024
    elements.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let cells = buffer
      let blockCount = (rows.count + rowsPerBlock - 1) / rowsPerBlock
      community.withEventColumns { columns in
        forEachBlock(count: blockCount, threadCount: threadCount) { block in
          var calculator = FeatureCalculator(plan: plan, community: community, asOf: asOf)
          for index in block * rowsPerBlock..<min((block + 1) * rowsPerBlock, rows.count) {
            calculator.load(row: rows[index], of: columns)
            for column in 0..<width {
              cells[index * width + column] = calculator.value(ofStep: column)
            }
          }
        }
      }
    }
    let values = Matrix(rowCount: rows.count, columnCount: width, elements: elements)
    let memberIDs = rows.map { community.memberIDs[$0] }
    try plan.check(values, memberIDs: memberIDs)
    self.init(
      asOf: asOf, memberIDs: memberIDs, communityRows: rows, features: features, values: values)
  }
}

/// Computes the features of one member after the other.
struct FeatureCalculator {
  let plan: FeaturePlan
  let community: Community
  let asOf: Timestamp
  /// Events after this instant are left out, though they may be before `asOf`.
  private let known: Timestamp
  private var row = 0
  private var events = MemberEvents()

  init(plan: FeaturePlan, community: Community, asOf: Timestamp, known: Timestamp? = nil) {
    self.plan = plan
    self.community = community
    self.asOf = asOf
    self.known = known.map { min($0, asOf) } ?? asOf
  }

  mutating func load(row: Int) {
    community.withEventColumns { load(row: row, of: $0) }
  }

  /// Loads a row's events.
  mutating func load(row: Int, of columns: EventColumns) {
    self.row = row
    events.load(columns.events(ofRow: row, asOf: known), of: columns)
  }

  /// The positions in the history of the events loaded, oldest first.
  var loadedEvents: ArraySlice<Int32> { community.events(ofRow: row, asOf: known) }

  private func positions(_ range: Range<Int>) -> ArraySlice<Int32> {
    loadedEvents.dropFirst(range.lowerBound).prefix(range.count)
  }

  /// The value of a step of the plan.
  func value(ofStep index: Int) -> Double {
    // A step holds much that is not to be copied for every member.
    switch plan.steps[index].feature {
    case .recencyDays: events.timestamps.last.map { days(from: $0, to: asOf.microseconds) } ?? .nan
    case .tenureDays: tenure
    case .lifespanDays:
      if let first = events.timestamps.first, let last = events.timestamps.last {
        days(from: first, to: last)
      } else {
        .nan
      }
    case .eventCount(nil, let window): Double(range(window).count)
    case .eventCount(.some, let window): Double(count(ofStep: index, in: range(window)))
    case .activeDays(let window): Double(activeDays(in: range(window)))
    case .activeWeeks(let window): Double(distinctWeeks(in: range(window)).count)
    case .frequency(let halfLife): frequency(halfLife, asOf: asOf)
    case .impact(let window): impact(in: range(window))
    case .impactRate(let halfLife): impactRate(halfLife)
    case .receivedImpactRate(let halfLife): receivedImpactRate(halfLife)
    case .velocity(let short, let long): velocity(short, long, asOf: asOf)
    case .acceleration:
      velocity(14, 56, asOf: asOf) - velocity(14, 56, asOf: asOf.subtracting(days: 14))
    case .trend: trend
    case .medianGapDays: medianGap(events.timestamps[...])
    case .burstiness: burstiness(events.timestamps[...])
    case .streakWeeks: streak
    case .share(_, let window):
      range(window).isEmpty
        ? .nan : Double(count(ofStep: index, in: range(window))) / Double(range(window).count)
    case .propertyShare(_, _, let window): propertyShare(ofStep: index, in: range(window))
    case .distinctValues(_, let window):
      Double(distinctValues(of: plan.steps[index].property, in: range(window)))
    case .typeEntropy: typeEntropy
    case .valueSum(let window): valueSum(in: range(window)).sum
    case .valueMean(let window): valueMean(in: range(window))
    case .attribute:
      if let custom = plan.steps[index].custom {
        custom.value(
          of: positions(range(custom.windowInDays)).lazy.map {
            community.history.event(Int($0), properties: custom.properties)
          }, asOf: asOf, profile: community.profile(ofRow: row))
      } else {
        attribute(plan.steps[index])
      }
    }
  }

  private func attribute(_ step: FeaturePlan.Step) -> Double {
    community.memberTableRow(ofRow: row).map { step.attribute[$0] } ?? .nan
  }

  private func range(_ windowInDays: Int?) -> Range<Int> {
    events.range(windowInDays: windowInDays, asOf: asOf)
  }

  private var tenure: Double {
    let joined = community.joinedAt(row: row, asOf: asOf)?.microseconds
    let first = events.timestamps.first
    guard let start = [joined, first].compactMap({ $0 }).min() else { return .nan }
    return days(from: start, to: asOf.microseconds)
  }

  private func count(ofStep index: Int, in range: Range<Int>) -> Int {
    range.count { plan.steps[index].selectsType[events.types[$0]] }
  }
}

// MARK: - Rates and sums

extension FeatureCalculator {
  // What closures use is named first: they would else copy all that there is for every member.

  func frequency(_ halfLifeInDays: Int, asOf instant: Timestamp) -> Double {
    let (timestamps, end) = (events.timestamps, events.firstIndex(after: instant.microseconds))
    let sum = timestamps.withUnsafeBufferPointer { timestamps in
      DecayedSum.value(
        at: UnsafeBufferPointer(rebasing: timestamps.prefix(end)), halfLifeInDays: halfLifeInDays,
        asOf: instant, weight: nil)
    }
    return rate(sum, halfLifeInDays: halfLifeInDays)
  }

  private func velocity(_ short: Int, _ long: Int, asOf instant: Timestamp) -> Double {
    Engagement.velocity(
      short: frequency(short, asOf: instant), long: frequency(long, asOf: instant))
  }

  private func impact(in range: Range<Int>) -> Double {
    let (types, values) = (events.types, events.values)
    let (weights, valueUse) = (plan.weights, plan.settings.valueUse)
    return ExactSum.value(of: range) { index in
      Engagement.impact(weight: weights[types[index]], value: values[index], valueUse: valueUse)
    }
  }

  private func impactRate(_ halfLifeInDays: Int) -> Double {
    let (types, values, timestamps) = (events.types, events.values, events.timestamps)
    let (weights, valueUse, asOf) = (plan.weights, plan.settings.valueUse, asOf)
    let sum = timestamps.withUnsafeBufferPointer { timestamps in
      DecayedSum.value(at: timestamps, halfLifeInDays: halfLifeInDays, asOf: asOf) { index in
        Engagement.impact(weight: weights[types[index]], value: values[index], valueUse: valueUse)
      }
    }
    return rate(sum, halfLifeInDays: halfLifeInDays)
  }

  private func receivedImpactRate(_ halfLifeInDays: Int) -> Double {
    let history = community.history
    var sum = DecayedSum(
      halfLifeInMicroseconds: Int64(halfLifeInDays) * Timestamp.microsecondsPerDay)
    for position in community.eventsReceived(byRow: row, asOf: known) {
      let event = Int(position)
      guard community.row(ofID: history.memberIndices[event]) != row else { continue }
      sum.add(
        plan.impact(type: Int(history.typeIndices[event]), value: history.values[event]),
        at: history.timestamps[event])
    }
    return rate(sum.value(asOf: asOf.microseconds), halfLifeInDays: halfLifeInDays)
  }

  private func valueSum(in range: Range<Int>) -> (sum: Double, count: Int) {
    let values = events.values
    let sum = ExactSum.value(of: range) { values[$0].isNaN ? 0 : values[$0] }
    return (sum, range.count { !values[$0].isNaN })
  }

  private func valueMean(in range: Range<Int>) -> Double {
    let (sum, count) = valueSum(in: range)
    return count == 0 ? .nan : sum / Double(count)
  }
}

// MARK: - Days and weeks

extension FeatureCalculator {
  private func activeDays(in range: Range<Int>) -> Int {
    let clock = plan.settings.clock
    guard clock.isUniversal else { return Set(range.map { day(ofEvent: $0) }).count }
    // Oldest first; where clocks are set back over midnight a day may come again.
    var (count, end) = (0, Int64.min)
    for index in range where events.timestamps[index] >= end {
      count += 1
      let day = clock.day(of: Timestamp(microseconds: events.timestamps[index]))
      end = Int64(day + 1) * Timestamp.microsecondsPerDay
    }
    return count
  }

  private func distinctWeeks(in range: Range<Int>) -> Set<Int> {
    Set(range.map { plan.settings.clock.week(ofDay: day(ofEvent: $0)) })
  }

  private func day(ofEvent index: Int) -> Int {
    plan.settings.clock.day(of: Timestamp(microseconds: events.timestamps[index]))
  }

  private var streak: Double {
    Double(
      Engagement.streak(
        distinctWeeks(in: events.timestamps.indices), current: plan.settings.clock.week(of: asOf)))
  }

  private var trend: Double {
    var newer = events.timestamps.count
    return Engagement.trend(
      (0..<8).map { bin in
        let older = events.firstIndex(after: asOf.subtracting(days: 7 * (bin + 1)).microseconds)
        defer { newer = older }
        return newer - older
      })
  }
}

// MARK: - Variety

extension FeatureCalculator {
  private func propertyShare(ofStep index: Int, in range: Range<Int>) -> Double {
    guard let codes = plan.steps[index].property?.codes else { return .nan }
    let selectsValue = plan.steps[index].selectsValue
    var (selected, all) = (0, 0)
    for position in positions(range) {
      let position = Int(position)
      guard position < codes.count, codes[position] >= 0 else { continue }
      all += 1
      if selectsValue[Int(codes[position])] { selected += 1 }
    }
    return all == 0 ? .nan : Double(selected) / Double(all)
  }

  private func distinctValues(of property: PropertyColumn?, in range: Range<Int>) -> Int {
    guard let property else { return 0 }
    var codes = Set<Int32>()
    for position in positions(range) {
      let position = Int(position)
      if position < property.codes.count, property.codes[position] >= 0 {
        codes.insert(property.codes[position])
      }
    }
    return codes.count
  }

  private var typeEntropy: Double {
    var counts: [Int: Int] = [:]
    for type in events.types { counts[type, default: 0] += 1 }
    return Engagement.typeEntropy(Array(counts.values))
  }
}
