import EventLog
import Segmentation

/// What will change a membership next, and the least that would, for people and for programs.
struct ProspectReport {
  let prospect: MembershipProspect
  /// Whether the member is in the segment; true for stage machines.
  let isMember: Bool

  /// What is ahead.
  ///
  /// What somebody can do is advice; waiting, what others do, and what the data would have to say are told
  /// apart from it.
  func lines(_ readable: ReadableText) -> [String] {
    var lines = ["  next change: " + nextChange(readable)]
    let change = prospect.smallestChange
    if !change.heldBackBy.isEmpty {
      lines.append(
        "  held back by: " + change.heldBackBy.map(readable.text).joined(separator: "; "))
    }
    func steps(_ change: SmallestChange) -> [String] {
      change.steps.map { "    \(readable.text($0.text)) — \($0.rule)" }
    }
    if let advice = prospect.advice {
      lines.append("  smallest change, \(outcome(advice)):")
      lines += steps(advice)
    } else {
      lines.append("  smallest change: nothing that a person can do is near")
    }
    guard change.flipsAt != nil else {
      for step in change.steps where step.kind == .fixed {
        lines.append("    stands in the way: \(step.rule) — \(readable.text(step.text))")
      }
      return lines
    }
    guard change != prospect.advice else { return lines }
    if change.steps.contains(where: { $0.kind == .time }) {
      // Who waits alone is told by the next change.
      if change.steps.contains(where: { $0.kind != .time }) {
        lines.append("  by waiting, \(outcome(change)):")
        lines += steps(change)
      }
    } else if change.steps.allSatisfy(\.isAction) {
      lines.append("  far off, \(outcome(change)):")
      lines += steps(change)
    } else {
      lines.append("  only if it were otherwise, \(outcome(change)):")
      lines += steps(change)
    }
    return lines
  }

  private func outcome(_ change: SmallestChange) -> String {
    let isNow = !change.steps.contains { $0.facts.contains { $0.time == change.flipsAt } }
    return (change.state.map { "to \($0)" } ?? (isMember ? "out" : "in")) + (isNow ? " now" : "")
      + (change.isLeast ? "" : ", at most")
  }

  private func nextChange(_ readable: ReadableText) -> String {
    guard let next = prospect.nextChange else { return "not by time alone" }
    let how =
      switch next.subject {
      case .segment: next.direction == .entered ? "in" : "out"
      case .stage(_, let state): "to \(state)"
      }
    return "\(how) \(readable.time(next.time)), "
      + next.evidence.map { evidence in
        evidence.rule + (evidence.fact.map { " (\(readable.text($0)))" } ?? "")
      }.joined(separator: "; ")
  }

  var json: [String: JSONValue] {
    [
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
      "smallest_change": Self.json(prospect.smallestChange),
      "advice": prospect.advice.map(Self.json) ?? .null,
    ]
  }

  private static func json(_ change: SmallestChange) -> JSONValue {
    .object([
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
    ])
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
