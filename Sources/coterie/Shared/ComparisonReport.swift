import Comparison
import Foundation
import Membership
import Models
import Segmentation

/// A comparison in words for the terminal, and as a value for `--json`.
struct ComparisonReport {
  private let comparison: SegmentComparison
  private let model: NamedModel
  private let project: ProjectFile

  init(_ comparison: SegmentComparison, model: NamedModel, project: ProjectFile) {
    self.comparison = comparison
    self.model = model
    self.project = project
  }

  private func title(_ position: Int) -> String {
    let id = model.model.segments[position].id
    let name = model.segmentName(position, in: project)
    return name == id ? id : "\(id) \(name)"
  }

  var text: String {
    var parts = [contingency, bestMatches]
    parts.append(coverage)
    let rand = comparison.adjustedRand.map { String(format: "%.3f", $0) } ?? "undefined"
    let information =
      comparison.adjustedMutualInformation.map { String(format: "%.3f", $0) } ?? "undefined"
    parts.append(
      """
      Agreement of the two ways to divide the community, 1 for the same and 0 for chance:
        adjusted Rand index \(rand), adjusted mutual information \(information)
        (a member belongs to the first written segment that claims it; the rest are one group)
      """)
    return parts.joined(separator: "\n\n")
  }

  private var contingency: String {
    var table = TextTable(
      header: ["members in both"] + comparison.written.map(\.id) + ["none", "all"])
    for (position, learned) in comparison.learned.enumerated() {
      let counts = comparison.written.indices.map { written in
        String(comparison.matches[position * comparison.written.count + written].both)
      }
      table.add(
        [title(position)] + counts
          + [String(comparison.uncoveredByLearned[position]), String(learned.count)])
    }
    table.add(
      ["all"] + comparison.written.map { String($0.count) }
        + [String(comparison.uncoveredCount), String(comparison.memberCount)])
    return table.text
  }

  private var bestMatches: String {
    var table = TextTable(
      header: ["best written match of", "is", "precision", "recall", "Jaccard", "lift"])
    for (position, learned) in comparison.learned.enumerated() {
      guard let match = comparison.bestMatch(ofLearned: learned.id) else {
        table.add([title(position), "none", "", "", "", ""])
        continue
      }
      let numbers = [match.precision, match.recall, match.jaccard, match.lift]
      table.add(
        [title(position), match.written]
          + numbers.map { $0.map { String(format: "%.2f", $0) } ?? "" })
    }
    return table.text
  }

  private var coverage: String {
    let total = comparison.memberCount
    var lines = [
      "No rule or list covers \(comparison.uncoveredCount) members "
        + "(\(percent(comparison.uncoveredCount, of: total)))"
        + (comparison.uncoveredExamples.isEmpty
          ? "" : ", such as \(comparison.uncoveredExamples.joined(separator: ", "))"),
      "Several claim \(comparison.overclaimedCount) members "
        + "(\(percent(comparison.overclaimedCount, of: total)))",
    ]
    for overlap in comparison.overlaps.prefix(5) {
      lines.append("  \(overlap.count) × \(overlap.segments.joined(separator: " + "))")
    }
    return lines.joined(separator: "\n")
  }

  var json: [String: JSONValue] {
    func sizes(_ sizes: [SegmentComparison.Size]) -> JSONValue {
      .array(
        sizes.map { .object(["segment": .string($0.id), "members": .integer($0.count)]) })
    }
    return [
      "model": .object(["name": .string(model.name), "id": .string(model.id)]),
      "members": .integer(comparison.memberCount),
      "learned": .array(
        comparison.learned.enumerated().map { position, size in
          let best = comparison.bestMatch(ofLearned: size.id)
          return .object([
            "segment": .string(size.id),
            "name": .string(model.segmentName(position, in: project)),
            "members": .integer(size.count), "best_match": JSONValue(best?.written),
            "uncovered": .integer(comparison.uncoveredByLearned[position]),
          ])
        }),
      "written": sizes(comparison.written),
      "matches": .array(
        comparison.matches.map { match in
          .object([
            "learned": .string(match.learned), "written": .string(match.written),
            "both": .integer(match.both), "precision": JSONValue(match.precision),
            "recall": JSONValue(match.recall), "jaccard": JSONValue(match.jaccard),
            "lift": JSONValue(match.lift),
          ])
        }),
      "uncovered": .object([
        "members": .integer(comparison.uncoveredCount),
        "examples": .array(comparison.uncoveredExamples.map { .string($0) }),
      ]),
      "overclaimed": .object([
        "members": .integer(comparison.overclaimedCount),
        "sets": .array(
          comparison.overlaps.map { overlap in
            .object([
              "segments": .array(overlap.segments.map { .string($0) }),
              "members": .integer(overlap.count),
            ])
          }),
      ]),
      "adjusted_rand": JSONValue(comparison.adjustedRand),
      "adjusted_mutual_information": JSONValue(comparison.adjustedMutualInformation),
    ]
  }
}
