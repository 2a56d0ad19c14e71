import Engagement
import EventLog
import Foundation
import Models

/// What one member did up to a time, computed from the raw events alone: what claims are checked against.
struct MemberFacts {
  var recency = Double.nan
  var tenure = Double.nan
  var activeDays = 0
  var velocity = 0.0
  var rates: [Int: Double] = [:]
  var entropy = 0.0

  var stay: Double { tenure - recency }

  /// The facts of one member.
  init(_ community: Community, row: Int, asOf: Timestamp) {
    let day = 86_400e6
    let events = community.events(ofRow: row).map { community.history[Int($0)] }
      .filter { $0.timestamp <= asOf }
    let ages = events.map { Double(asOf.microseconds - $0.timestamp.microseconds) / day }
    var starts = ages
    if let joined = community.joinedAt(row: row, asOf: asOf) {
      starts.append(Double(asOf.microseconds - joined.microseconds) / day)
    }
    recency = ages.min() ?? .nan
    tenure = starts.max() ?? .nan
    let recent = zip(ages, events).filter { $0.0 < 90 }
    activeDays =
      Set(
        recent.map { Int((Double($0.1.timestamp.microseconds) / day).rounded(.down)) }
      ).count
    for halfLife in [14, 56] {
      let rate = log(2) / Double(halfLife)
      rates[halfLife] = rate * ages.reduce(0) { $0 + exp2(-$1 / Double(halfLife)) }
    }
    velocity = log2(((rates[14] ?? 0) + 1 / 365.0) / ((rates[56] ?? 0) + 1 / 365.0))
    let counts = Dictionary(grouping: events, by: \.type).values.map { Double($0.count) }
    entropy = counts.reduce(0) { sum, count in
      let share = count / Double(events.count)
      return share < 1 ? sum - share * log(share) : sum
    }
  }
}

/// Reads the English of names and sentences back: what is true of a member for whom a phrase is true.
///
/// Written without looking at how phrases are made, so that wrong words for right numbers are found. Numbers
/// within `slack` of a limit are not judged: events at the very limit are computed in another order here.
struct ClaimEnglish {
  typealias Test = @Sendable (MemberFacts) -> Bool

  /// The words of names: what a reader may take them to say.
  static let words: [String: Test] = [
    "long-gone": { $0.recency >= 5 * 365 }, "gone": { $0.recency >= 365 },
    "silent": { $0.recency >= 90 }, "quiet": { $0.recency >= 30 },
    "active": { $0.recency < 30 },
    "rising": { $0.recency < 30 && exp2($0.velocity) >= 1.5 },
    "fading": { $0.recency < 90 && exp2($0.velocity) < 2 / 3.0 },
    "steady": {
      $0.recency < 30 && exp2($0.velocity) >= 2 / 3.0 && exp2($0.velocity) < 1.5
    },
    "near-daily": { $0.activeDays >= 54 }, "busy": { $0.activeDays >= 24 },
    "frequent": { $0.activeDays >= 24 }, "occasional": { (1..<9).contains($0.activeDays) },
    "versatile": { $0.entropy >= log(3) }, "focused": { $0.entropy < log(2) },
    "newcomers": { $0.tenure < 60 }, "new customers": { $0.tenure < 60 },
    "veterans": { $0.stay >= 730 }, "long-standing customers": { $0.stay >= 730 },
    "passers-by": { $0.recency >= 90 && $0.stay < 30 },
    "short-lived customers": { $0.recency >= 90 && $0.stay < 30 },
    "regulars": { $0.activeDays >= 12 }, "regular buyers": { $0.activeDays >= 12 },
  ]

  private static let nouns = [
    "long-standing customers", "short-lived customers", "new customers", "regular buyers",
    "newcomers", "veterans", "passers-by", "regulars", "customers", "members",
  ]

  /// The tests that the words and phrases of a name stand for; nil where a part of it cannot be read.
  static func tests(ofName name: String) -> [Test]? {
    let padded = " \(name) "
    guard let noun = nouns.first(where: { padded.contains(" \($0) ") }),
      let range = padded.range(of: " \(noun) ")
    else { return nil }
    var tests: [Test] = []
    for word in padded[..<range.lowerBound].split(separator: " ") {
      guard let test = words[String(word)] else { return nil }
      tests.append(test)
    }
    if let test = words[noun] { tests.append(test) }
    for part in parts(padded[range.upperBound...].trimmingCharacters(in: .whitespaces)) {
      guard let test = single(part) else { return nil }
      tests.append(test)
    }
    return tests
  }

  /// The test that a phrase stands for; nil where it cannot be read.
  static func phrase(_ text: String) -> Test? {
    var tests: [Test] = []
    for part in parts(text) {
      guard let test = part.isEmpty ? nil : single(part) else { return nil }
      tests.append(test)
    }
    return { [tests] facts in tests.allSatisfy { $0(facts) } }
  }

  /// The parts that commas and `and` join.
  private static func parts(_ text: String) -> [String] {
    var marked = text.replacingOccurrences(of: " and on ", with: "|active on ")
      .replacingOccurrences(of: " and in the last ", with: "|active in the last ")
    for joint in [", ", " and "] {
      for start in [
        "who ", "with ", "joined ", "last ", "active ", "ordered ", "still ", "activity ",
        "a 14-day ", "a 56-day ", "events ", "orders ", "more than one type",
        "no more than one type",
      ] {
        marked = marked.replacingOccurrences(of: joint + start, with: "|" + start)
      }
    }
    return marked.split(separator: "|").map { part in
      var part = String(part)
      for lead in ["who ", "with "] where part.hasPrefix(lead) { part.removeFirst(lead.count) }
      return part
    }
  }

  private static func single(_ text: String) -> Test? {
    if let test = varieties(text) ?? velocity(text) { return test }
    if let words = groups(#"^(?:active|ordered) on (.+) of the last 90 days$"#, text) {
      guard let bounds = count(words[0]) else { return nil }
      return { bounds.contains($0.activeDays) }
    }
    if let words = groups(
      #"^a (14|56)-day (?:rate|impact) of (.+) (?:event|order|point)s? a (year|week|day)$"#, text),
      let halfLife = Int(words[0]), let bounds = numbers(words[1])
    {
      let factor: Double = words[2] == "year" ? 365 : words[2] == "week" ? 7 : 1
      return { bounds.contains((($0.rates[halfLife] ?? 0) * factor * 1e9).rounded() / 1e9) }
    }
    if let words = groups(#"^joined (.+)$"#, text), let bounds = ago(words[0]) {
      return { bounds.contains($0.tenure) }
    }
    if let words = groups(#"^(?:last active|last ordered) within (.+) of joining$"#, text),
      let limit = days(words[0])
    {
      return { $0.stay < limit }
    }
    if let words = groups(
      #"^(?:still active|still ordering|last active|last ordered) (.+) after joining$"#, text),
      let bounds = durations(words[0])
    {
      return { bounds.contains($0.stay) }
    }
    if let words = groups(#"^(?:last active|last ordered|active|ordered) (.+)$"#, text),
      let bounds = ago(words[0])
    {
      return { bounds.contains($0.recency) }
    }
    return nil
  }

  private static func varieties(_ text: String) -> Test? {
    if groups(#"^no more than one type of (event|order)$"#, text) != nil {
      return { $0.entropy <= 0 }
    }
    if groups(#"^more than one type of (event|order)$"#, text) != nil { return { $0.entropy > 0 } }
    if let words = groups(
      #"^more than one type of (?:event|order), less varied than (\d+) equally common types$"#, text
    ),
      let most = Double(words[0])
    {
      return { $0.entropy > 0 && $0.entropy < log(most) }
    }
    if let words = groups(
      #"^(?:events|orders) less varied than (\d+) equally common types$"#, text),
      let most = Double(words[0])
    {
      return { $0.entropy < log(most) }
    }
    if let words = groups(#"^(?:events|orders) as varied as (.+) equally common types$"#, text),
      let bounds = numbers(words[0])
    {
      return { $0.entropy >= log(bounds.lower) && $0.entropy < log(bounds.upper) }
    }
    return nil
  }

  private static func velocity(_ text: String) -> Test? {
    func ratio(_ text: String) -> Double? {
      let names = ["two thirds": 2 / 3.0, "half": 0.5, "a quarter": 0.25, "an eighth": 0.125]
      let bare = text.replacingOccurrences(of: " of", with: "").replacingOccurrences(
        of: " times", with: "")
      return names[bare] ?? Double(bare)
    }
    if let words = groups(#"^activity at less than (.+) their usual rate$"#, text),
      let most = ratio(words[0])
    {
      return { exp2($0.velocity) < most }
    }
    if let words = groups(#"^activity at (.+) their usual rate or more$"#, text),
      let least = ratio(words[0])
    {
      return { exp2($0.velocity) >= least }
    }
    if let words = groups(#"^activity at (.+) to (.+) their usual rate$"#, text),
      let least = ratio(words[0]),
      let most = ratio(words[1])
    {
      return { exp2($0.velocity) >= least && exp2($0.velocity) < most }
    }
    return nil
  }

  /// A half-open interval.
  struct Bounds: Sendable {
    var lower = -Double.infinity
    var upper = Double.infinity

    func contains(_ number: Double) -> Bool { number >= lower && number < upper }
  }

  private static func ago(_ text: String) -> Bounds? {
    if let words = groups(#"^in the last (.+)$"#, text) {
      return days(words[0]).map { Bounds(upper: $0) }
    }
    return groups(#"^(.+) ago$"#, text).flatMap { durations($0[0]) }
  }

  private static func durations(_ text: String) -> Bounds? {
    if let words = groups(#"^(\S+) or more (days|years)$"#, text) {
      return days("\(words[0]) \(words[1])").map { Bounds(lower: $0) }
    }
    if let words = groups(#"^under (.+)$"#, text) {
      return days(words[0]).map { Bounds(upper: $0) }
    }
    guard let words = groups(#"^(\S+)( days?| years?)? to (\S+) (days?|years?)$"#, text),
      let high = days("\(words[2]) \(words[3])"),
      let low = days("\(words[0])\(words[1].isEmpty ? " " + words[3] : words[1])")
    else { return nil }
    return Bounds(lower: low, upper: high)
  }

  private static func days(_ text: String) -> Double? {
    if text == "day" { return 1 }
    if text == "year" { return 365 }
    guard let words = groups(#"^(\S+) (day|year)s?$"#, text), let count = Double(words[0]) else {
      return nil
    }
    return count * (words[1] == "year" ? 365 : 1)
  }

  private static func numbers(_ text: String) -> Bounds? {
    if let words = groups(#"^(\S+) or more$"#, text) {
      return Double(words[0]).map { Bounds(lower: $0) }
    }
    if let words = groups(#"^under (\S+)$"#, text) {
      return Double(words[0]).map { Bounds(upper: $0) }
    }
    guard let words = groups(#"^(\S+) to (\S+)$"#, text), let low = Double(words[0]),
      let high = Double(words[1])
    else { return nil }
    return Bounds(lower: low, upper: high)
  }

  private static func count(_ text: String) -> ClosedRange<Int>? {
    if text == "none" { return 0...0 }
    if let words = groups(#"^(\d+) or more$"#, text) { return Int(words[0]).map { $0...Int.max } }
    if let words = groups(#"^at most (\d+)$"#, text) { return Int(words[0]).map { 0...$0 } }
    if let words = groups(#"^(\d+) (?:to|or) (\d+)$"#, text), let low = Int(words[0]),
      let high = Int(words[1])
    {
      return low...high
    }
    return Int(text).map { $0...$0 }
  }

  private static func groups(_ pattern: String, _ text: String) -> [String]? {
    guard let regex = try? Regex(pattern), let match = text.wholeMatch(of: regex) else {
      return nil
    }
    return match.output.dropFirst().map { $0.substring.map(String.init) ?? "" }
  }
}
