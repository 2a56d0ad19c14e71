import Engagement
import EventLog
import Foundation

/// Features of one member straight from their definitions: slow, obvious, sharing nothing with the
/// product's own way but the reading of names.
struct FeatureOracle {
  let events: [Event]
  let joinedAt: [String: Timestamp]
  let settings: EngagementSettings
  let asOf: Timestamp

  static let day = 86_400_000_000.0

  func value(_ feature: FeatureDefinition, of member: String) -> Double {
    value(feature, of: member, at: asOf.microseconds)
  }

  private func age(_ event: Event, at now: Int64) -> Double {
    Double(now - event.timestamp.microseconds) / Self.day
  }

  private func own(_ member: String, at now: Int64, within days: Int? = nil) -> [Event] {
    events.filter { event in
      guard event.memberID == member, event.timestamp.microseconds <= now else { return false }
      guard let days else { return true }
      return now - event.timestamp.microseconds < Int64(days) * 86_400_000_000
    }.sorted { $0.timestamp < $1.timestamp }
  }

  private func impact(_ event: Event) -> Double {
    let weight = settings.weights[event.type] ?? 1
    switch settings.valueUse {
    case .none: return weight
    case .linear: return weight * (event.value ?? 0)
    case .log: return event.value.map { weight * log1p(abs($0)) } ?? 0
    }
  }

  private func decayed(_ events: [Event], at now: Int64, halfLife: Int, _ weight: (Event) -> Double)
    -> Double
  {
    let rate = log(2) / Double(halfLife)
    return rate
      * events.reduce(0) { $0 + weight($1) * pow(2, -age($1, at: now) / Double(halfLife)) }
  }

  private func dayNumber(_ event: Event) -> Int {
    Int(floor(Double(event.timestamp.microseconds) / Self.day))
  }

  private func weekNumber(_ microseconds: Int64) -> Int {
    // 1970-01-05 was the first Monday.
    Int(floor((Double(microseconds) / Self.day - 4) / 7))
  }

  private func isIn(_ alias: String, _ event: Event) -> Bool {
    (settings.aliases[alias] ?? [alias]).contains { pattern in
      pattern.hasSuffix("*")
        ? event.type.hasPrefix(String(pattern.dropLast())) : event.type == pattern
    }
  }

  private func gaps(_ member: String, at now: Int64) -> [Double] {
    let times = own(member, at: now).map(\.timestamp.microseconds)
    return (1..<max(1, times.count)).map { Double(times[$0] - times[$0 - 1]) / Self.day }
  }

  private func value(_ feature: FeatureDefinition, of member: String, at now: Int64) -> Double {
    let all = own(member, at: now)
    switch feature {
    case .recencyDays: return all.map { age($0, at: now) }.min() ?? .nan
    case .tenureDays:
      var starts = all.map(\.timestamp.microseconds)
      if let joined = joinedAt[member], joined.microseconds <= now {
        starts.append(joined.microseconds)
      }
      return starts.min().map { Double(now - $0) / Self.day } ?? .nan
    case .lifespanDays:
      guard let first = all.first, let last = all.last else { return .nan }
      return age(first, at: now) - age(last, at: now)
    case .eventCount(let alias, let window):
      let chosen = own(member, at: now, within: window)
      return Double(alias.map { name in chosen.filter { isIn(name, $0) }.count } ?? chosen.count)
    case .activeDays(let window):
      return Double(Set(own(member, at: now, within: window).map(dayNumber)).count)
    case .activeWeeks(let window):
      let chosen = own(member, at: now, within: window)
      return Double(Set(chosen.map { weekNumber($0.timestamp.microseconds) }).count)
    case .frequency(let halfLife): return decayed(all, at: now, halfLife: halfLife) { _ in 1 }
    case .impact(let window):
      return own(member, at: now, within: window).reduce(0) { $0 + impact($1) }
    case .impactRate(let halfLife):
      return decayed(all, at: now, halfLife: halfLife, impact)
    case .receivedImpactRate(let halfLife):
      let received = events.filter {
        $0.targetID == member && $0.memberID != member && $0.timestamp.microseconds <= now
      }
      return decayed(received, at: now, halfLife: halfLife, impact)
    case .velocity(let short, let long):
      let fast = decayed(all, at: now, halfLife: short) { _ in 1 } + 1 / 365
      let slow = decayed(all, at: now, halfLife: long) { _ in 1 } + 1 / 365
      return log(fast / slow) / log(2)
    case .acceleration:
      let velocity = FeatureDefinition.velocity(shortHalfLifeInDays: 14, longHalfLifeInDays: 56)
      return value(velocity, of: member, at: now)
        - value(velocity, of: member, at: now - 14 * 86_400_000_000)
    case .trend:
      var counts = [Double](repeating: 0, count: 8)
      for event in all where age(event, at: now) < 56 { counts[Int(age(event, at: now) / 7)] += 1 }
      let meanCount = counts.reduce(0, +) / 8
      var covariance = 0.0
      var variance = 0.0
      for bin in 0..<8 {
        let x = -Double(bin) - -3.5
        covariance += x * (counts[bin] - meanCount)
        variance += x * x
      }
      return covariance / variance
    case .medianGapDays:
      let gaps = gaps(member, at: now).sorted()
      guard !gaps.isEmpty else { return .nan }
      let upper = gaps[gaps.count / 2]
      let lower = gaps[(gaps.count - 1) / 2]
      return (lower + upper) / 2
    case .burstiness:
      let gaps = gaps(member, at: now)
      guard gaps.count >= 2, gaps.contains(where: { $0 > 0 }) else { return .nan }
      let mean = gaps.reduce(0, +) / Double(gaps.count)
      var variance = 0.0
      for gap in gaps { variance += (gap - mean) * (gap - mean) / Double(gaps.count) }
      return (sqrt(variance) - mean) / (sqrt(variance) + mean)
    case .streakWeeks:
      let weeks = Set(all.map { weekNumber($0.timestamp.microseconds) })
      var week = weekNumber(now)
      if !weeks.contains(week) { week -= 1 }
      var streak = 0.0
      while weeks.contains(week) {
        streak += 1
        week -= 1
      }
      return streak
    case .share(let alias, let window):
      let chosen = own(member, at: now, within: window)
      return chosen.isEmpty
        ? .nan : Double(chosen.filter { isIn(alias, $0) }.count) / Double(chosen.count)
    case .propertyShare(let property, let wanted, let window):
      let values = own(member, at: now, within: window).compactMap { $0.properties[property] }
      let chosen = values.filter { "=\($0.description)" == wanted.description }
      return values.isEmpty ? .nan : Double(chosen.count) / Double(values.count)
    case .distinctValues(let property, let window):
      return Double(
        Set(own(member, at: now, within: window).compactMap { $0.properties[property] }).count)
    case .typeEntropy:
      let shares = Dictionary(grouping: all, by: \.type).values.map {
        Double($0.count) / Double(all.count)
      }
      return shares.reduce(0) { $0 - $1 * log($1) }
    case .valueSum(let window):
      return own(member, at: now, within: window).compactMap(\.value).reduce(0, +)
    case .valueMean(let window):
      let values = own(member, at: now, within: window).compactMap(\.value)
      return values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    case .attribute: return .nan
    }
  }
}
