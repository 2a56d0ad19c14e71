import Engagement
import EventLog
import Segmentation
import Testing

/// One member's facts in simulated time, evaluated in batch and live.
struct TimelineHarness {
  let project: ProjectFile
  var joined: Timestamp?
  var events: [Event] = []
  var attributes: [String: AttributeColumn] = [:]

  init(_ yaml: String) throws {
    project = try ProjectFile(parsing: "version: 1\n" + yaml, file: "c.yaml")
  }

  mutating func add(
    _ type: String, _ time: String, _ properties: [String: PropertyValue] = [:]
  ) throws {
    events.append(try Event("ann", type, time, properties))
  }

  private var community: Community {
    Community(
      history: EventHistory(events),
      members: MemberTable(ids: ["ann"], joinedAt: [joined], attributes: attributes))
  }

  private func evaluator(
    asOf: Timestamp, labels: [String: [LearnedLabel?]] = [:]
  ) throws -> SegmentEvaluator {
    try SegmentEvaluator(
      project, community: community, rows: [0], asOf: asOf, labels: labels, threadCount: 1)
  }

  /// The segments that the member is in, then its stages, as of a time.
  func memberships(_ asOf: Timestamp) throws -> String {
    let found = try evaluator(asOf: asOf).evaluation(replays: true)
    let segments = found.segments.filter { !$0.rows.isEmpty }.map(\.id)
    let stages = found.stages.flatMap { stage in
      zip(stage.states, stage.rows).filter { !$0.1.isEmpty }.map { $0.0 }
    }
    return (segments + stages).joined(separator: " ")
  }

  /// The memberships at a time, a microsecond before and a microsecond after.
  func around(_ time: String) throws -> [String] {
    let edge = try instant(time)
    return try [-1, 0, 1].map { try memberships(edge.shifted(by: $0)) }
  }

  /// The transitions up to a time, a line each: `2024-01-01T00:00:00Z entered a (event: did x)`.
  func transitions(until time: String) throws -> [String] {
    try evaluator(asOf: try instant(time)).transitions(ofRow: 0).map(\.line)
  }

  func explanation(_ id: String, asOf time: String) throws -> Explanation {
    try evaluator(asOf: try instant(time)).explain(id, row: 0)
  }

  func prospects(asOf time: String) throws -> [MembershipProspect] {
    try evaluator(asOf: try instant(time)).prospects(ofRow: 0)
  }

  func prospect(_ id: String, asOf time: String) throws -> MembershipProspect {
    try #require(prospects(asOf: time).first { $0.subject == .segment(id) })
  }

  func explanation(stage machine: String, asOf time: String) throws -> Explanation {
    try evaluator(asOf: try instant(time)).explain(stage: machine, row: 0)
  }
}

extension Transition {
  /// The transition in one line.
  var line: String {
    let name =
      switch subject {
      case .segment(let id): id
      case .stage(let machine, let state): "\(machine)=\(state)"
      }
    let rules = evidence.map(\.rule).joined(separator: " & ")
    return "\(time) \(direction.rawValue) \(name) (\(reason.rawValue)\(rules.isEmpty ? "" : ": ")"
      + rules + ")"
  }
}
