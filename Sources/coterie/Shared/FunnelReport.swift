import Membership
import Segmentation

/// What each condition of the rules keeps and drops, for the terminal and for `--json`.
struct FunnelReport {
  private let steps: [RuleFunnel.Step]
  private let sizes: [Int]
  private let ids: [String]
  private let total: Int

  /// Counts the members of a table that was made with the funnel's project.
  init(_ funnel: RuleFunnel, _ table: MembershipTable) {
    let all = table.written.map(\.members.count)
    total = table.memberIDs.count
    steps = funnel.steps(sizes: all, of: total)
    sizes = Array(all.prefix(funnel.ownCount))
    ids = table.written.prefix(funnel.ownCount).map(\.id)
  }

  /// A table: a rule with its size, then its conditions; those before it in `together`.
  var text: String {
    var table = TextTable(header: ["of \(total) members", "alone", "together", "change"])
    for (position, id) in ids.enumerated() {
      let own = steps.filter { $0.segment == position }
      guard !own.isEmpty else { continue }
      table.add([id, "\(sizes[position])", "", ""])
      for step in own {
        table.add([
          String(repeating: "  ", count: step.depth + 1) + step.rule, "\(step.alone)",
          step.together.map(String.init) ?? "",
          step.change.map { $0 > 0 ? "+\($0)" : "\($0)" } ?? "",
        ])
      }
    }
    return """
      What each condition keeps and drops. "together": under all and none who is left
      after it, under any of whom one up to it is true.
      \(table.text)
      """
  }

  var json: JSONValue {
    .array(
      ids.indices.map { position in
        .object([
          "segment": .string(ids[position]), "members": .integer(sizes[position]),
          "conditions": .array(
            steps.filter { $0.segment == position }.map { step in
              .object([
                "rule": .string(step.rule), "depth": .integer(step.depth),
                "alone": .integer(step.alone),
                "together": step.together.map { .integer($0) } ?? .null,
                "change": step.change.map { .integer($0) } ?? .null,
              ])
            }),
        ])
      })
  }
}
