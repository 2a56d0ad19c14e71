import Engagement
import EventLog
import Foundation
import Segmentation

/// Instants that could matter to a project and some facts: too many rather than too few.
struct OracleInstants {
  /// Lengths of time that the project says, in microseconds.
  private(set) var lengths: Set<Int64> = []
  /// Instants of facts, and those that facts speak of.
  let sources: Set<Int64>
  /// Beginnings of calendar days.
  let days: Set<Int64>
  private let yaml: String

  init(
    yaml: String, project: ProjectFile, facts: [RandomTimelines.Fact], from start: Int64,
    to end: Int64
  ) {
    self.yaml = yaml
    var sources: Set<Int64> = []
    for fact in facts {
      sources.insert(fact.time.microseconds)
      var values: [String] = []
      switch fact {
      case .attribute(_, .time(let date), _): sources.insert(date.microseconds)
      case .attribute("born", .text(let text), _): values.append(text)
      case .event(let event):
        if case .string(let text) = event.properties["due"] { values.append(text) }
      default: break
      }
      for value in values {
        if let date = Timestamp(value) {
          sources.insert(date.microseconds)
        }
      }
    }
    // Instants that stand in the project.
    for match in yaml.matches(of: /\d{4}-\d\d-\d\dT[\d:.]+Z/) {
      if let instant = Timestamp(String(match.0)) { sources.insert(instant.microseconds) }
    }
    self.sources = sources
    var local = Calendar(identifier: .gregorian)
    local.timeZone = TimeZone(identifier: project.settings.clock.zoneName) ?? .gmt
    let first = Date(timeIntervalSince1970: Double(start) / 1e6)
    var days: Set<Int64> = []
    var noon = local.startOfDay(for: first).addingTimeInterval(43_200)
    while noon.timeIntervalSince1970 < Double(end) / 1e6 + 5 * 86_400 {
      let day = local.startOfDay(for: noon)
      days.insert(Int64(day.timeIntervalSince1970) * 1_000_000)
      noon = noon.addingTimeInterval(86_400)
    }
    self.days = days
    let rules = yaml.dropFirst(yaml.beforeStagesAndSegments.count)
    if rules.contains("score:") { lengths.insert(2 * RandomTimelines.day) }
    for match in rules.matches(of: /(?:^|[^\w.-]|_)(\d+)([hdw])\b/) {
      if let length = ExactDuration(String(match.1) + String(match.2)) {
        lengths.insert(length.microseconds)
      }
    }
    for case .trend(let trend) in project.allLeaves.map(\.question) {
      lengths.insert(trend.current.microseconds + trend.previous.microseconds)
    }
    if yaml.contains("feature: trend") {
      for bin in 1...8 { lengths.insert(Int64(bin) * 7 * RandomTimelines.day) }
    }
    if yaml.contains("feature: acceleration") { lengths.insert(14 * RandomTimelines.day) }
  }

  /// When a number that moves by itself may jump, or move otherwise: facts, and the ends of two windows.
  var jumps: Set<Int64> {
    sources.union(
      sources.flatMap { [$0 + 2 * RandomTimelines.day, $0 + 14 * RandomTimelines.day] })
  }

  /// Facts and dates, what lies a written length behind them, days, and what lies a length before them.
  var all: Set<Int64> {
    var all = days
    // The age that is a microsecond more than a length is on the other side of it.
    let isExact = yaml.contains("age:")
    for source in sources {
      all.insert(source)
      for length in lengths {
        all.insert(source + length)
        if isExact { all.insert(source + length + 1) }
      }
    }
    if yaml.contains("anniversary_within") {
      for day in days {
        for length in lengths { all.formUnion([day - length, day - length + 1]) }
      }
    }
    return all
  }
}

extension ProjectFile {
  /// The leaves of all conditions.
  var allLeaves: [Leaf] {
    let conditions = segments.flatMap { segment -> [Condition] in
      guard case .rule(let condition) = segment.membership else { return [] }
      return [condition] + [segment.memory.stayWhile].compactMap { $0 }
    }
    return (conditions + stages.flatMap { $0.moves.map(\.when) }).flatMap(\.leaves)
  }
}
