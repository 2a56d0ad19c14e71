import Comparison
import Engagement
import EventLog
import Foundation
import Membership
import Models
import Segmentation

/// Suggested rules as a project file with what was measured in its comments, as a table, and as a value
/// for `--json`.
struct SuggestionReport {
  private let suggestion: RuleSuggestion
  private let changes: [ThresholdChange]
  private let model: NamedModel?
  /// The model's name, or the file of groups.
  private let source: String
  private let project: ProjectFile

  init(
    _ suggestion: RuleSuggestion, _ changes: [ThresholdChange], model: NamedModel?,
    source: String, project: ProjectFile
  ) {
    self.source = source
    self.suggestion = suggestion
    self.changes = changes
    self.model = model
    self.project = project
  }

  /// Why a rule has no figures.
  private static let tooFew =
    "fewer than \(RuleSuggestion.fewestHeldOutMembers) held-out members of the segment"

  private func title(_ position: Int, _ target: String) -> String {
    guard let name = model?.segmentName(position, in: project), name != target else {
      return target
    }
    return "\(target) \(name)"
  }

  private func title(_ change: ThresholdChange) -> String {
    let id = model?.model.segments[change.learned].id ?? ""
    return "\(change.written) and \(title(change.learned, id))"
  }

  private func number(_ value: Double?) -> String {
    value.map { String(format: "%.2f", $0) } ?? "–"
  }

  /// The project file; comments say how well the rules do.
  func text(asOf: Timestamp) -> String {
    var lines = [
      "Rules that reproduce the \(model == nil ? "groups" : "learned segments") of \(source), as of \(asOf).",
      "Found on \(counted(suggestion.memberCount - suggestion.heldOutCount, "member")); the figures are of "
        + "\(suggestion.heldOutCount) others:",
      "",
    ]
    lines += summary.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let comments = lines.map { $0.isEmpty ? "#" : "# \($0)" }.joined(separator: "\n")
    return comments + "\n" + suggestion.project.normalized
  }

  /// What was found, as tables.
  var summary: String {
    var table = TextTable(
      header: ["rule for", "members", "precision", "recall", "F1", "fidelity", "thresholds"])
    for rule in suggestion.rules {
      let found = rule.measured
      table.add([
        title(rule.learned, rule.target), "\(rule.heldOutTargetCount)",
        number(found?.precision), number(found?.recall), number(found?.f1),
        number(found?.fidelity), "\(rule.thresholdCount)",
      ])
    }
    var parts = suggestion.rules.isEmpty ? [] : [table.text]
    if suggestion.rules.contains(where: { $0.measured == nil }) {
      parts.append("  –: \(Self.tooFew)")
    }
    parts += suggestion.omissions.map {
      "  no rule for \(title($0.learned, $0.target)): \($0.reason)"
    }
    if let fidelity = suggestion.fidelity, !suggestion.rules.isEmpty {
      parts.append(
        "All rules together, the first that claims a member: \(percent(fidelity)) of members are "
          + "put where they belong.")
    }
    for tree in suggestion.trees {
      guard let ratio = tree.costRatio, let fidelity = tree.fidelity else { continue }
      parts.append(
        "A tree of thresholds with \(tree.leafCount) leaves: \(percent(fidelity)) of members, at "
          + "\(number(ratio)) times the cost of the clustering.")
    }
    if !changes.isEmpty { parts.append(changesText) }
    return parts.joined(separator: "\n")
  }

  private var changesText: String {
    var lines = [
      "",
      "One threshold's change that brings a written rule closest to the learned segment it is most alike,",
      "chosen on half of the members; Jaccard index on the other half:",
    ]
    for change in changes {
      guard change.jaccard != nil else {
        lines.append("  \(title(change)): –, \(Self.tooFew)")
        continue
      }
      guard let best = change.change else {
        lines.append("  \(title(change)): \(number(change.jaccard)), no change helps")
        continue
      }
      lines.append(
        "  \(title(change)): \(number(change.jaccard)), and \(number(best.jaccard)) with")
      lines.append("    \(best.leaf)")
      lines.append("    for \(best.threshold.leaf)")
    }
    return lines.joined(separator: "\n")
  }

  private func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }

  var json: [String: JSONValue] {
    [
      "model": model.map { .object(["name": .string($0.name), "id": .string($0.id)]) } ?? .null,
      "members": .integer(suggestion.memberCount),
      "held_out": .integer(suggestion.heldOutCount),
      "fidelity": JSONValue(suggestion.fidelity),
      "features": .array(suggestion.features.map { .string($0.description) }),
      "rules": .array(
        suggestion.rules.map { rule in
          .object([
            "learned": .string(rule.target),
            "name": JSONValue(model?.segmentName(rule.learned, in: project)),
            "segment": .string(rule.segment.id), "when": .string(condition(of: rule.segment)),
            "thresholds": .integer(rule.thresholdCount), "method": .string(rule.method),
            "held_out_members": .integer(rule.heldOutTargetCount),
            "precision": JSONValue(rule.measured?.precision),
            "recall": JSONValue(rule.measured?.recall), "f1": JSONValue(rule.measured?.f1),
            "fidelity": JSONValue(rule.measured?.fidelity),
            "without_figures": rule.measured == nil ? .string(Self.tooFew) : .null,
          ])
        }),
      "without_rule": .array(
        suggestion.omissions.map {
          .object(["learned": .string($0.target), "reason": .string($0.reason)])
        }),
      "trees": .array(
        suggestion.trees.map {
          .object([
            "leaves": .integer($0.leafCount), "cost_ratio": JSONValue($0.costRatio),
            "fidelity": JSONValue($0.fidelity),
          ])
        }),
      "project": .string(suggestion.project.normalized),
      "written": .array(changes.map(json)),
    ]
  }

  private func condition(of segment: SegmentDefinition) -> String {
    guard case .rule(let condition) = segment.membership else { return "" }
    return condition.text(in: suggestion.project)
  }

  private func json(_ change: ThresholdChange) -> JSONValue {
    var object: [String: JSONValue] = [
      "segment": .string(change.written),
      "learned": JSONValue(model?.model.segments[change.learned].id),
      "held_out_members": .integer(change.heldOutMemberCount),
      "jaccard": JSONValue(change.jaccard), "change": .null,
      "without_figures": change.jaccard == nil ? .string(Self.tooFew) : .null,
    ]
    if let best = change.change {
      object["change"] = .object([
        "from": .string(best.threshold.leaf), "to": .string(best.leaf),
        "line": .integer(best.threshold.position.line),
        "column": .integer(best.threshold.position.column), "jaccard": .number(best.jaccard),
      ])
    }
    return .object(object)
  }
}
