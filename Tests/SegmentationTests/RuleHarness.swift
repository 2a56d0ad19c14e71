import Engagement
import EventLog
import Segmentation
import Testing

/// Evaluates one rule for a small community.
struct RuleHarness {
  let community: Community
  let asOf: Timestamp
  var clock = "{zone: UTC}"
  /// Lines of the project file before the segments.
  var preamble = ""

  /// The ids of the members for whom a rule is true.
  func members(
    of rule: String, labels: [String: [LearnedLabel?]] = [:], threadCount: Int = 1
  ) throws -> [String] {
    let evaluator = try evaluator(rule, labels: labels, threadCount: threadCount)
    let segment = try #require(evaluator.evaluate().first)
    return segment.rows.map { community.memberIDs[$0] }
  }

  /// The rule's value for one member, unknown told apart from false.
  func truth(of rule: String, for member: String) throws -> Truth {
    let row = try #require(community.row(of: member))
    let explanation = try evaluator(rule).explain("rule", row: row)
    return try #require(explanation.parts.first).truth
  }

  func evaluator(
    _ rule: String, labels: [String: [LearnedLabel?]] = [:], threadCount: Int = 1
  ) throws -> SegmentEvaluator {
    let yaml = "version: 1\nclock: \(clock)\n\(preamble)\nsegments:\n- id: rule\n  when: \(rule)\n"
    let project = try ProjectFile(parsing: yaml, file: "rule.yaml")
    return try SegmentEvaluator(
      project, community: community, asOf: asOf, labels: labels, threadCount: threadCount)
  }
}

/// An instant from text.
func instant(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

extension Event {
  init(
    _ member: String, _ type: String, _ time: String, value: Double? = nil,
    to target: String? = nil,
    _ properties: [String: PropertyValue] = [:]
  ) throws {
    self.init(
      memberID: member, timestamp: try instant(time), type: type, value: value, targetID: target,
      properties: properties)
  }
}
