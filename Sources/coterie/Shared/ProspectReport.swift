import EventLog
import Segmentation

/// What will change a membership next, and the least that would, for people and for programs.
struct ProspectReport {
  let prospect: MembershipProspect
  /// Whether the member is in the segment; true for stage machines.
  let isMember: Bool

  var lines: [String] {
    var lines = ["  next change: " + nextChange]
    let change = prospect.smallestChange
    if !change.heldBackBy.isEmpty {
      lines.append("  held back by: " + change.heldBackBy.joined(separator: "; "))
    }
    guard let flipsAt = change.flipsAt else {
      lines.append("  smallest change: none found")
      for step in change.steps where step.kind == .fixed {
        lines.append("    stands in the way: \(step.rule) — \(step.text)")
      }
      return lines
    }
    let when = change.steps.contains { $0.facts.contains { $0.time == flipsAt } } ? "" : " now"
    var outcome = isMember ? "out" : "in"
    if let state = change.state { outcome = "to \(state)" }
    let least = change.isLeast ? "" : ", at most"
    lines.append("  smallest change, \(outcome)\(when)\(least):")
    for step in change.steps { lines.append("    \(step.text) — \(step.rule)") }
    return lines
  }

  private var nextChange: String {
    guard let next = prospect.nextChange else { return "not by time alone" }
    let how =
      switch next.subject {
      case .segment: next.direction == .entered ? "in" : "out"
      case .stage(_, let state): "to \(state)"
      }
    return "\(how) \(next.time), \(next.evidence.map(\.description).joined(separator: "; "))"
  }

  var json: [String: JSONValue] {
    let change = prospect.smallestChange
    return [
      "next_change": prospect.nextChange.map { next in
        var fields: [String: JSONValue] = [
          "time": .string(next.time.description), "direction": .string(next.direction.rawValue),
          "reason": .string(next.reason.rawValue),
          "because": .array(
            next.evidence.map {
              .object(["rule": .string($0.rule), "fact": JSONValue($0.fact)])
            }),
        ]
        if case .stage(_, let state) = next.subject { fields["state"] = .string(state) }
        return .object(fields)
      } ?? .null,
      "smallest_change": .object([
        "possible": .boolean(change.flipsAt != nil), "least": .boolean(change.isLeast),
        "flips_at": JSONValue(change.flipsAt?.description), "state": JSONValue(change.state),
        "held_back_by": .array(change.heldBackBy.map { .string($0) }),
        "steps": .array(
          change.steps.map { step in
            .object([
              "kind": .string(step.kind.rawValue), "rule": .string(step.rule),
              "text": .string(step.text), "size": .number(step.size),
              "facts": .array(step.facts.map(\.json)),
            ])
          }),
      ]),
    ]
  }
}

extension NewFact {
  fileprivate var json: JSONValue {
    switch self {
    case .event(let event), .received(let event):
      var fields: [String: JSONValue] = [
        "event": .string(event.type), "timestamp": .string(event.timestamp.description),
      ]
      if let value = event.value { fields["value"] = .number(value) }
      if let target = event.targetID { fields["target_id"] = .string(target) }
      if !event.properties.isEmpty {
        fields["properties"] = .object(event.properties.mapValues { .string($0.description) })
      }
      return .object(fields)
    case .attribute(let name, let value, let time):
      return .object([
        "attribute": .string(name), "value": JSONValue(value?.description),
        "timestamp": .string(time.description),
      ])
    case .list(let name, let isOn, let time):
      return .object([
        "list": .string(name), "on": .boolean(isOn), "timestamp": .string(time.description),
      ])
    case .label(let model, let label, let time):
      return .object([
        "model": .string(model), "label": JSONValue(label?.segment),
        "timestamp": .string(time.description),
      ])
    case .nothing(let time): return .object(["until": .string(time.description)])
    }
  }
}
