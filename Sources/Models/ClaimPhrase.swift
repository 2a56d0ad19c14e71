import Engagement
import Foundation

/// A condition in words: as a sentence says it, and as it stands behind the noun of a name.
struct ClaimPhrase {
  /// Such as `joined in the last 60 days`.
  let text: String
  /// What leads from a noun to it: `who `, `with ` or nothing.
  let lead: String

  /// Such as `who joined in the last 60 days`.
  var modifier: String { lead + text }

  /// Phrases as they stand behind a noun; what two say in the same words, the second leaves out.
  static func behindNoun(_ phrases: [ClaimPhrase], words: EventWords) -> String {
    var text = ""
    var last: ClaimPhrase?
    for phrase in phrases {
      if let last, last.lead == phrase.lead {
        let active = words.active + " "
        let isRepeated = [last, phrase].allSatisfy { $0.text.hasPrefix(active) }
        text += " and " + (isRepeated ? String(phrase.text.dropFirst(active.count)) : phrase.text)
      } else {
        text += (last == nil ? " " : ", ") + phrase.modifier
      }
      last = phrase
    }
    return text
  }

  /// Whether it can be said at all.
  ///
  /// A rate from so many a year to so many a day cannot; nor is there a usual rate of those who have been
  /// away for long, whose velocity is 0.
  static func isSayable(_ condition: SegmentClaim.Condition) -> Bool {
    switch condition.feature.unit {
    case .perDay: ClaimBounds(condition).isOfOneUnit
    case .doublings: !condition.isTrue(of: 0)
    default: true
    }
  }

  private init(_ text: String, lead: String = "with ") {
    self.text = text
    self.lead = lead
  }

  /// Puts a condition into words.
  init(_ condition: SegmentClaim.Condition, words: EventWords) {
    let bounds = ClaimBounds(condition)
    switch condition.feature {
    case .tenureDays where condition.minus != nil:
      self.init(Self.stay(bounds, words), lead: bounds.upper == nil ? "" : words.activeLead)
    case .recencyDays:
      self.init(
        "\(bounds.lower == nil ? words.active : words.lastActive) \(bounds.ago)",
        lead: words.activeLead)
    case .tenureDays: self.init("joined \(bounds.ago)", lead: "who ")
    case .lifespanDays:
      self.init("\(bounds.durations) from first to last \(words.event)")
    case .medianGapDays: self.init("a median of \(bounds.durations) between \(words.event)s")
    case .eventCount(let alias, let window):
      let things = alias.map { "\($0) event" } ?? words.event
      self.init(bounds.count(of: things) + within(window))
    case .activeDays(let window):
      self.init(Self.days(bounds, window, words), lead: words.activeLead)
    case .activeWeeks(let window):
      self.init(
        bounds.isZero
          ? "\(words.active) in no calendar week\(within(window))"
          : "\(words.active) in \(bounds.count(of: "calendar week"))\(within(window))",
        lead: words.activeLead)
    case .streakWeeks:
      let weeks =
        if bounds.isZero { "neither this week nor last week" } else if bounds.isAboveZero {
          "this week or last week"
        } else { "\(bounds.count(of: "week")) in a row" }
      self.init("\(words.active) \(weeks)", lead: words.activeLead)
    case .frequency(let halfLife):
      self.init("a \(halfLife)-day rate of \(bounds.rate(of: words.event))")
    case .impact(let window):
      self.init("an impact of \(bounds.numbers(of: "point"))\(within(window))")
    case .impactRate(let halfLife):
      self.init("a \(halfLife)-day impact of \(bounds.rate(of: "point"))")
    case .receivedImpactRate(let halfLife):
      self.init("a \(halfLife)-day impact of \(bounds.rate(of: "point")) received from others")
    case .velocity: self.init(Self.velocity(bounds))
    case .acceleration:
      self.init(
        "a velocity that "
          + bounds.change("did not rise", "rose", else: "changed by", of: "doubling")
          + " in 14 days")
    case .trend:
      self.init(
        "a weekly number of \(words.event)s that "
          + bounds.change("does not grow", "grows", else: "changes by")
          + (bounds.isZero || bounds.isAboveZero ? "" : " a week"))
    case .burstiness where bounds.isZero:
      self.init("\(words.event)s no more irregular than at random")
    case .burstiness where bounds.isAboveZero:
      self.init("\(words.event)s more irregular than at random")
    case .burstiness: self.init("a burstiness of \(bounds.numbers)")
    case .share(let alias, let window):
      self.init(Self.share(bounds, of: "\(alias) events") + within(window))
    case .propertyShare(let property, let value, let window):
      let having = if case .text(let text) = value { " \(text)" } else { "" }
      self.init(Self.share(bounds, of: "events with \(property)\(having)") + within(window))
    case .distinctValues(let property, let window):
      self.init("\(bounds.count(of: "different \(property) value"))\(within(window))")
    case .typeEntropy: self.init(Self.variety(bounds, words.event))
    case .valueSum(let window) where words == .purchases:
      let sum =
        bounds.isZero ? "nothing" : bounds.isAboveZero ? "something" : "\(bounds.numbers) in all"
      self.init("spent \(sum)\(within(window))", lead: "who ")
    case .valueSum(let window): self.init("a total value of \(bounds.numbers)\(within(window))")
    case .valueMean(let window):
      let thing = words == .purchases ? "order" : "value"
      self.init("an average \(thing) of \(bounds.numbers)\(within(window))")
    case .attribute(let name): self.init("\(name) \(bounds.numbers)")
    }
  }

  /// How long members took part: from joining to the last event.
  private static func stay(_ bounds: ClaimBounds, _ words: EventWords) -> String {
    switch (bounds.lower, bounds.upper) {
    case (let low?, nil): "\(words.stillActive) \(orMore(duration(low))) after joining"
    case (nil, let high?): "\(words.lastActive) within \(duration(high)) of joining"
    default: "\(words.lastActive) \(bounds.durations) after joining"
    }
  }

  private static func days(_ bounds: ClaimBounds, _ window: Int?, _ words: EventWords) -> String {
    guard let window else { return "\(words.active) on \(bounds.count(of: "day"))" }
    return bounds.isZero
      ? "\(words.active) on none of the last \(window) days"
      : "\(words.active) on \(bounds.count) of the last \(window) days"
  }

  private static func velocity(_ bounds: ClaimBounds) -> String {
    func rate(_ doublings: Double) -> (text: String, of: String) {
      let ratio = exp2(doublings)
      let names = [
        (2 / 3.0, "two thirds"), (0.5, "half"), (0.25, "a quarter"), (0.125, "an eighth"),
      ]
      if let name = names.first(where: { abs($0.0 - ratio) < 1e-9 })?.1 { return (name, " of") }
      return ("\(number(ratio)) times", "")
    }
    switch (bounds.lower.map(rate), bounds.upper.map(rate)) {
    case (let low?, nil): return "activity at \(low.text)\(low.of) their usual rate or more"
    case (nil, let high?): return "activity at less than \(high.text)\(high.of) their usual rate"
    case (let low?, let high?):
      return "activity at \(low.text) to \(high.text)\(high.of) their usual rate"
    default: return "activity at any rate"
    }
  }

  private static func share(_ bounds: ClaimBounds, of things: String) -> String {
    if bounds.isZero { return "no \(things)" }
    if bounds.isAboveZero { return "some \(things)" }
    if bounds.lower == 1 { return "nothing but \(things)" }
    let amount = bounds.amount { number(100 * $0) + " %" }
    return things.hasPrefix("events ") ? "\(amount) of \(things)" : "\(amount) \(things)"
  }

  /// Of equally many events of e^H types the entropy is H.
  private static func variety(_ bounds: ClaimBounds, _ event: String) -> String {
    func types(_ nats: Double) -> String { number(exp(nats)) }
    return switch (bounds.lower, bounds.upper) {
    case (nil, ClaimEdges.aboveZero?): "no more than one type of \(event)"
    case (ClaimEdges.aboveZero?, nil): "more than one type of \(event)"
    case (ClaimEdges.aboveZero?, let high?):
      "more than one type of \(event), less varied than \(types(high)) equally common types"
    case (nil, let high?):
      "\(event)s less varied than \(types(high)) equally common types"
    default:
      "\(event)s as varied as \(bounds.amount(types)) equally common types"
    }
  }
}

private func within(_ window: Int?) -> String { window.map { " in the last \($0) days" } ?? "" }

/// The bounds of a condition as people say them.
private struct ClaimBounds {
  let lower: Double?
  let upper: Double?

  init(_ condition: SegmentClaim.Condition) {
    lower = condition.lowerBound.isFinite ? condition.lowerBound : nil
    upper = condition.upperBound.isFinite ? condition.upperBound : nil
  }

  var isZero: Bool { lower == nil && upper == ClaimEdges.aboveZero }
  var isAboveZero: Bool { lower == ClaimEdges.aboveZero && upper == nil }

  /// When something was.
  var ago: String {
    guard lower == nil, let upper else { return "\(durations) ago" }
    let text = duration(upper)
    return "in the last \(text.hasPrefix("1 ") ? String(text.dropFirst(2)) : text)"
  }

  var durations: String { amount(duration) }

  var numbers: String { amount(number) }

  /// Numbers of things, such as `3 or more points`.
  func numbers(of thing: String) -> String {
    let text = numbers
    return "\(text) \(thing)\(text == "under 1" ? "" : "s")"
  }

  /// What changed, where 0 means that nothing did.
  func change(
    _ zeroOrLess: String, _ more: String, else changed: String, of thing: String? = nil
  ) -> String {
    if isZero { return zeroOrLess }
    if isAboveZero { return more }
    return "\(changed) \(thing.map(numbers(of:)) ?? numbers)"
  }

  /// Whether both ends of a rate are said in one unit of time.
  var isOfOneUnit: Bool {
    guard let lower, let upper else { return true }
    return rateUnit(lower).name == rateUnit(upper).name
  }

  /// `3 or more`, `under 5`, `3 to 5`, in the unit that each number has.
  func amount(_ text: (Double) -> String) -> String {
    switch (lower, upper) {
    case (ClaimEdges.aboveZero?, nil): "more than 0"
    case (nil, ClaimEdges.aboveZero?): "0 or less"
    case (ClaimEdges.aboveZero?, let high?): "more than 0 and under \(text(high))"
    case (let low?, nil): orMore(text(low))
    case (nil, let high?): "under \(text(high))"
    case (let low?, let high?): "\(withoutUnit(text(low), of: text(high))) to \(text(high))"
    default: "any"
    }
  }

  /// Whole numbers, of which an interval ends before its upper bound.
  var count: String {
    let low = lower.map { $0 == ClaimEdges.aboveZero ? 1 : $0.rounded(.up) }
    let high = upper.map { $0.rounded(.up) - 1 }
    return switch (low, high) {
    case (let low?, nil): "\(number(low)) or more"
    case (nil, let high?): high <= 0 ? "no" : "at most \(number(high))"
    case (let low?, let high?) where low == high: number(low)
    case (let low?, let high?) where low + 1 == high: "\(number(low)) or \(number(high))"
    case (let low?, let high?): "\(number(low)) to \(number(high))"
    default: "any number of"
    }
  }

  func count(of thing: String) -> String {
    "\(count) \(thing)\(count == "1" || count == "at most 1" ? "" : "s")"
  }

  /// Rates a day, in the unit in which the lower one is a whole number at least.
  func rate(of thing: String) -> String {
    let unit = rateUnit(lower ?? upper ?? 1)
    let text = amount { number($0 * unit.factor) }
    return "\(text) \(thing)\(text == "1" || text == "under 1" ? "" : "s") a \(unit.name)"
  }
}

private func rateUnit(_ rate: Double) -> (name: String, factor: Double) {
  rate > 0.999
    ? ("day", 1) : rate > 0.999 / 7 ? ("week", 7) : ("year", ClaimEdges.daysInYear)
}

/// `5` of `5 years` where the other end of an interval has the unit.
private func withoutUnit(_ low: String, of high: String) -> String {
  let (own, other) = (low.split(separator: " "), high.split(separator: " "))
  guard own.count == 2, other.count == 2 else { return low }
  return own[1] == other[1] || own[1] + "s" == other[1] ? String(own[0]) : low
}

/// `90 or more days`, `50 % or more`, `3 or more`.
private func orMore(_ amount: String) -> String {
  let parts = amount.split(separator: " ")
  guard parts.count == 2, parts[1] != "%" else { return "\(amount) or more" }
  return "\(parts[0]) or more \(parts[1])\(parts[1].hasSuffix("s") ? "" : "s")"
}

/// A duration in years of 365 days where it is a whole number of half ones, else in days.
private func duration(_ days: Double) -> String {
  let halfYears = 2 * days / ClaimEdges.daysInYear
  let isYears = halfYears >= 2 && halfYears == halfYears.rounded()
  let text = number(isYears ? halfYears / 2 : days)
  return "\(text) \(isYears ? "year" : "day")\(text == "1" ? "" : "s")"
}

/// Three significant digits at least, whole numbers whole, without zeros at the end.
func number(_ value: Double) -> String {
  guard abs(value) < 1e9 else { return String(format: "%.3g", value) }
  if value == value.rounded() { return String(format: "%.0f", value) }
  let text = String(format: "%.3g", value)
  return text.contains("e") ? String(format: "%.0f", value) : text
}
