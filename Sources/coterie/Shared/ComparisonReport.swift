import EventLog
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
  /// What the model's segments claim, of the members who are compared.
  private let claims: ClaimReport

  init(
    _ comparison: SegmentComparison, model: NamedModel, checks: [ClaimCheck], project: ProjectFile
  ) {
    self.comparison = comparison
    self.model = model
    self.project = project
    claims = ClaimReport(model: model, checks: checks, project: project)
  }

  private func title(_ position: Int) -> String {
    let id = model.model.segments[position].id
    let name = model.segmentName(position, in: project)
    return name == id ? id : "\(id) \(name)"
  }

  /// What is compared with what.
  var title: String { "\(model.name) and \(project.file)" }

  /// The report for the terminal, with so many written segments beside each learned one, the best
  /// first; nil shows all that share a member with it.
  func text(matchLimit: Int?) -> String {
    func number(_ value: Double?) -> String {
      value.map { String(format: "%.3f", $0) } ?? "undefined"
    }
    let agreement = comparison.agreement
    let interval = comparison.adjustedRandInterval.map {
      String(format: " (%.3f to %.3f)", $0.lowerBound, $0.upperBound)
    }
    let lines = """
      Agreement of the two ways to divide the community, 1 for the same and 0 for chance:
        adjusted Rand index \(number(agreement.adjustedRand))\(interval ?? ""), adjusted mutual \
      information \(number(agreement.adjustedMutualInformation))
        (a member belongs to the first written segment that claims it; the rest are one group)
      As sets that may overlap, or leave members out:
        omega index \(number(agreement.omega)), extended BCubed precision \
      \(number(agreement.precision)), recall \(number(agreement.recall)), F \(number(agreement.fMeasure))
      """
    let outside = comparison.outsideCount
    let left =
      outside == 0
      ? []
      : [
        "\(outside) \(outside == 1 ? "member is" : "members are") outside what \(model.name) is "
          + "about, and left out here"
      ]
    return (left + [names, contingency, matches(limit: matchLimit), flows, coverage, lines])
      .joined(separator: "\n\n")
  }

  /// The largest groups of members who are in one learned and one written segment, with examples.
  private var flows: String {
    let shared = comparison.matches.filter { $0.both > 0 }
    let ranked = shared.indices.sorted {
      (shared[$1].both, $0) < (shared[$0].both, $1)
    }
    var lines = ["Who is learned and written what, the largest first:"]
    for index in ranked.prefix(8) {
      let match = shared[index]
      let position = comparison.learned.firstIndex { $0.id == match.learned } ?? 0
      lines.append(
        "  \(match.both) \(title(position)), \(match.written): such as "
          + match.examples.prefix(3).joined(separator: ", "))
    }
    return lines.joined(separator: "\n")
  }

  private var names: String {
    model.model.segments.enumerated().flatMap { position, segment in
      ["  \(title(position)): \(segment.description)"]
        + claims.lines(of: position).map { "    but \($0)" }
    }.joined(separator: "\n")
  }

  /// How many members each written segment (a row) shares with each learned one (a column).
  private var contingency: String {
    var table = TextTable(
      header: ["members in both"] + comparison.learned.map(\.id) + ["all"])
    for (position, written) in comparison.written.enumerated() {
      let counts = comparison.learned.indices.map { learned in
        String(comparison.matches[learned * comparison.written.count + position].both)
      }
      table.add([written.id] + counts + [String(written.count)])
    }
    table.add(
      ["(none)"] + comparison.uncoveredByLearned.map(String.init)
        + [String(comparison.uncoveredCount)])
    table.add(
      ["(all)"] + comparison.learned.map { String($0.count) } + [String(comparison.memberCount)])
    return table.text
  }

  /// The written segments that come nearest to each learned one, by Jaccard.
  private func matches(limit: Int?) -> String {
    var table = TextTable(
      header: [
        "learned = written", "both", "precision", "recall", "Jaccard", "(95 %)",
        "lift",
        "(95 %)",
      ])
    for learned in comparison.learned {
      let ranked = comparison.matches(ofLearned: learned.id)
      for (rank, match) in ranked.prefix(limit ?? ranked.count).enumerated() {
        func number(_ value: Double?) -> String { value.map { String(format: "%.2f", $0) } ?? "" }
        func bounds(_ interval: ClosedRange<Double>?) -> String {
          interval.map { String(format: "%.2f–%.2f", $0.lowerBound, $0.upperBound) } ?? ""
        }
        let label = rank == 0 ? "\(learned.id) = \(match.written)" : "  or \(match.written)"
        table.add([
          label, String(match.both), number(match.precision), number(match.recall),
          number(match.jaccard), bounds(match.intervals.jaccard), number(match.lift),
          bounds(match.intervals.lift),
        ])
      }
      if ranked.isEmpty {
        table.add(["\(learned.id) = nothing", "0", "", "", "", "", "", ""])
      }
    }
    return table.text + """

        precision: of the written segment's members, the part that is in the learned one
        recall: of the learned segment's members, the part that the written one finds
        lift: how many times likelier than any member
      """
  }

  private var coverage: String {
    let total = comparison.memberCount
    var lines = [
      "No rule or list covers \(counted(comparison.uncoveredCount, "member")) "
        + "(\(percent(comparison.uncoveredCount, of: total)))"
        + (comparison.uncoveredExamples.isEmpty
          ? "" : ", such as \(comparison.uncoveredExamples.joined(separator: ", "))"),
      "Several claim \(counted(comparison.overclaimedCount, "member")) "
        + "(\(percent(comparison.overclaimedCount, of: total)))",
    ]
    for overlap in comparison.overlaps.prefix(5) {
      lines.append(
        "  \(overlap.count) × \(overlap.segments.joined(separator: " + ")): such as "
          + overlap.examples.prefix(3).joined(separator: ", "))
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
      "config": .string(project.file),
      "members": .integer(comparison.memberCount),
      "outside_among": .integer(comparison.outsideCount),
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
            "lift": JSONValue(match.lift), "intervals": json(match.intervals),
            "examples": .array(match.examples.map { .string($0) }),
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
              "examples": .array(overlap.examples.map { .string($0) }),
            ])
          }),
      ]),
      "adjusted_rand_interval": bounds(comparison.adjustedRandInterval),
      "untrue_claims": .array(claims.json),
    ].merging(comparison.agreement.json) { own, _ in own }
  }

  private func bounds(_ interval: ClosedRange<Double>?) -> JSONValue {
    interval.map { .array([.number($0.lowerBound), .number($0.upperBound)]) } ?? .null
  }

  private func json(_ intervals: SegmentComparison.Intervals) -> JSONValue {
    .object([
      "precision": bounds(intervals.precision), "recall": bounds(intervals.recall),
      "jaccard": bounds(intervals.jaccard), "lift": bounds(intervals.lift),
    ])
  }
}
