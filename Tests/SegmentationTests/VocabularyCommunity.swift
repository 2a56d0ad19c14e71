import Engagement
import EventLog
import Foundation
import Segmentation
import Testing

/// A community of 24 members, and the project files that are looked at with it, from the folder `Vocabulary`.
struct VocabularyCommunity {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Vocabulary")

  let asOf = Timestamp("2024-06-30T12:00:00Z") ?? Timestamp(microseconds: 0)
  let members: MemberTable
  let events: [Event]

  init() throws {
    let table = try String(
      contentsOf: Self.folder.appendingPathComponent("members.csv"), encoding: .utf8)
    var reader = MemberReader()
    reader.attributeTypes = ["topics": .list, "tags": .list, "consents": .list]
    members = try reader.read(.bytes(Array(table.utf8), name: "members.csv")).members
    let lines = try String(
      contentsOf: Self.folder.appendingPathComponent("events.txt"), encoding: .utf8
    ).split(separator: "\n")
    events = try lines.filter { !$0.hasPrefix("#") }.map { line in
      let words = line.split(separator: " ").map { String($0) }
      var properties: [String: PropertyValue] = [:]
      for word in words.dropFirst(3) {
        let parts = word.split(separator: "=").map { String($0) }
        properties[parts[0]] = Double(parts[1]).map { .number($0) } ?? .string(parts[1])
      }
      return Event(
        memberID: words[0], timestamp: try instant(words[1]), type: words[2],
        properties: properties)
    }
  }

  /// What the model `members` says.
  let labels: [String: LearnedLabel] = [
    "ada": LearnedLabel(segment: "c0", name: "core", confidence: 0.95),
    "ned": LearnedLabel(segment: "c0", name: "core", confidence: 0.6),
    "dia": LearnedLabel(segment: "c1", name: "at-risk", confidence: 0.8),
    "uma": LearnedLabel(segment: "c1", name: "at-risk", confidence: 0.5),
    "eli": LearnedLabel(segment: "c2", name: "lurkers", confidence: 0.7),
  ]

  static func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }

  /// The members of each segment, and of each state as `machine=state`, by ids in alphabetical order; from
  /// tables, as of the time.
  func memberships(_ project: ProjectFile, replays: Bool? = nil) throws -> [String: String] {
    let community = Community(history: EventHistory(events), members: members)
    let rows = community.rows(asOf: asOf)
    let evaluator = try SegmentEvaluator(
      project, community: community, rows: rows, asOf: asOf,
      labels: ["members": rows.map { labels[community.memberIDs[$0]] }])
    let found = evaluator.evaluation(replays: replays)
    var memberships: [String: String] = [:]
    func note(_ name: String, _ rows: [Int]) {
      memberships[name] = rows.map { community.memberIDs[$0] }.sorted().joined(separator: " ")
    }
    for segment in found.segments { note(segment.id, segment.rows) }
    for stage in found.stages {
      for (state, rows) in zip(stage.states, stage.rows) { note("\(stage.machine)=\(state)", rows) }
    }
    return memberships
  }

  /// The same from live states that are told the events in any order, half of them late.
  func liveMemberships(_ project: ProjectFile) throws -> [String: String] {
    let plan = try TimelinePlan(project)
    var generator = SeededGenerator(seed: 24)
    var inside: [String: [String]] = [:]
    for segment in project.segments { inside[segment.id] = [] }
    for machine in project.stages {
      for state in machine.states { inside["\(machine.name)=\(state)"] = [] }
    }
    for (row, id) in members.ids.strings.enumerated() {
      var record = MemberRecord(memberID: id)
      if let joined = members.joinedAt[row] { record.set("joined_at", to: .time(joined)) }
      for (name, column) in members.attributes { record.set(name, to: column.cell(row)) }
      for (name, list) in project.lists where list.members.contains(id) {
        record.set(list: name, isOn: true)
      }
      record.set(model: "members", label: labels[id])
      var live = LiveSegments(record, plan: plan)
      let own = events.filter { $0.memberID == id }.shuffled(using: &generator)
      for (index, event) in own.enumerated() {
        if index == own.count / 2 { _ = live.advance(to: try instant("2024-06-20T12:00:00Z")) }
        _ = live.add(event, id: "\(index)")
      }
      _ = live.advance(to: asOf)
      for segment in live.segments { inside[segment, default: []].append(id) }
      for (machine, state) in zip(project.stages, live.stages) {
        inside["\(machine.name)=\(state)", default: []].append(id)
      }
    }
    return inside.mapValues { $0.sorted().joined(separator: " ") }
  }
}

extension AttributeColumn {
  /// A cell as the value that a fact has; nil where it is empty.
  func cell(_ row: Int) -> AttributeValue? {
    switch self {
    case .number(let cells): cells[row].isNaN ? nil : .number(cells[row])
    case .boolean(let cells): cells[row].map { .boolean($0) }
    case .time(let cells): cells[row].map { .time($0) }
    case .list(let cells): cells[row].map { .list($0) }
    case .text(let cells): cells[row].map { .text($0) }
    }
  }
}
