import Clustering
import EventLog
import Foundation

/// What is known about every number of clusters that was tried, for people, programs and tables.
struct ChoiceReport {
  let choice: ClusterCountChoice

  /// An index of a number of clusters.
  private struct Index: Sendable {
    /// Its name in `--json` and in CSV.
    let name: String
    /// The head of its column on the terminal.
    let head: String
    /// What it says, in a line; nil for what goes with the index before.
    let meaning: String?
    let value: @Sendable (ClusterCountChoice.Candidate) -> Double?
  }

  private static let indices = [
    Index(
      name: "inertia", head: "inertia",
      meaning: "sum of squared distances to the own centroid; it always falls", value: \.inertia),
    Index(
      name: "silhouette", head: "silhouette",
      meaning: "nearness to the own cluster, -1 to 1; more is better", value: \.silhouette),
    Index(
      name: "silhouette_margin", head: "±",
      meaning: "how far the silhouette of all rows may be from the sample's (95 %)",
      value: \.silhouetteMargin),
    Index(
      name: "squared_euclidean_silhouette", head: "squared",
      meaning:
        "silhouette of squared distances, exact over all rows; not comparable with the plain one",
      value: { $0.more?.squaredEuclideanSilhouette }),
    Index(
      name: "calinski_harabasz", head: "c.-harabasz",
      meaning: "variance between over within clusters; more is better", value: \.calinskiHarabasz),
    Index(
      name: "davies_bouldin", head: "d.-bouldin",
      meaning: "spread over distance of clusters; less is better", value: \.daviesBouldin),
    Index(
      name: "gap", head: "gap",
      meaning: "log inertia under that of evenly spread points, with its standard error",
      value: \.gap),
    Index(name: "gap_standard_error", head: "s.e.", meaning: nil, value: \.gapStandardError),
    Index(
      name: "prediction_strength", head: "strength",
      meaning:
        "pairs that half the rows keep together in the other, worst cluster; 0.8 is strong",
      value: { $0.more?.predictionStrength?.mean }),
    Index(
      name: "stability", head: "stability",
      meaning:
        "how alike clusters come back when rows are drawn anew; 0.75 is stable, 0.5 dissolved",
      value: { $0.more.map { $0.stability.reduce(0, +) / Double($0.stability.count) } }),
    Index(
      name: "stability_least", head: "least", meaning: "the same of the least stable cluster",
      value: { $0.more?.stability.min() }),
    Index(
      name: "height_from", head: "from height",
      meaning: "the tree has as many clusters from this height of a merge to the next",
      value: \.heightFrom
    ),
    Index(name: "height_to", head: "to", meaning: nil, value: \.heightTo),
  ]

  /// The entry `choice` of `--json`.
  var json: JSONValue {
    .object([
      "clusters": .integer(choice.clusterCount), "clear": .boolean(choice.isClear),
      "reason": .string(choice.reason),
      "sampled": .boolean(choice.sampledRowCount < choice.rowCount),
      "sampled_rows": .integer(choice.sampledRowCount),
      "single_group_gap": JSONValue(choice.singleGroupGap),
      "clusters_by_rule": .object([
        "knee": JSONValue(choice.knee), "gap": JSONValue(choice.gapChoice),
        "prediction_strength": JSONValue(choice.predictionStrengthChoice),
      ]),
      "candidates": .array(choice.candidates.map { Self.json($0) }),
    ])
  }

  private static func json(_ candidate: ClusterCountChoice.Candidate) -> JSONValue {
    var values: [String: JSONValue] = ["clusters": .integer(candidate.clusterCount)]
    for index in indices { values[index.name] = JSONValue(index.value(candidate)) }
    values["total_inertia"] = JSONValue(candidate.more?.totalInertia)
    values["prediction_strength_standard_error"] = JSONValue(
      candidate.more?.predictionStrength?.standardError)
    values["stability_by_cluster"] =
      candidate.more.map { .array($0.stability.map { .number($0) }) } ?? .null
    return .object(values)
  }

  /// A row for each number of clusters, an empty cell where an index is not defined.
  var csv: String {
    let header = ["clusters"] + Self.indices.map(\.name)
    let rows = choice.candidates.map { candidate in
      [String(candidate.clusterCount)]
        + Self.indices.map { $0.value(candidate).map(\.description) ?? "" }
    }
    return ([header] + rows).map { $0.joined(separator: ",") + "\n" }.joined()
  }

  /// The recommendation, the table, and what its columns mean.
  var text: String {
    let count = choice.clusterCount
    var parts = [
      choice.isClear
        ? "\(counted(count, "cluster")): \(choice.reason)"
        : count > 1
          ? "\(choice.reason) \(counted(count, "cluster")) are the best there are." : choice.reason
    ]
    let shown = Self.indices.filter { index in
      choice.candidates.contains { index.value($0) != nil }
    }
    guard !choice.candidates.isEmpty else { return parts[0] }
    var table = TextTable(header: ["clusters"] + shown.map(\.head))
    for candidate in choice.candidates {
      let mark = candidate.clusterCount == count ? " *" : ""
      table.add(
        ["\(candidate.clusterCount)\(mark)"]
          + shown.map { $0.value(candidate).map { Self.rounded($0) } ?? "-" })
    }
    parts.append(table.text)
    var rules = [
      "\(choice.knee.map { String($0) } ?? "none") at the knee of the inertia",
      "\(choice.gapChoice.map { String($0) } ?? "none") by the gap",
    ]
    if let strong = choice.predictionStrengthChoice {
      rules.append("\(strong) by prediction strength")
    }
    var notes = ["  other rules: \(rules.joined(separator: ", "))"]
    if choice.sampledRowCount < choice.rowCount {
      notes.append(
        "  of \(choice.sampledRowCount) of \(counted(choice.rowCount, "row")), drawn at random (--sample N)"
      )
    }
    parts.append(notes.joined(separator: "\n"))
    var legend: [(head: String, meaning: String)] = []
    for index in shown {
      if let meaning = index.meaning {
        legend.append((index.head, meaning))
      } else if let last = legend.indices.last {
        legend[last].head += ", \(index.head)"
      }
    }
    let width = legend.map(\.head.count).max() ?? 0
    parts.append(
      legend.map { line in
        "  \(line.head)\(String(repeating: " ", count: width - line.head.count))  \(line.meaning)"
      }.joined(separator: "\n"))
    return parts.joined(separator: "\n\n")
  }

  private static func rounded(_ value: Double) -> String {
    abs(value) < 10 ? String(format: "%.3f", value) : String(format: "%.4g", value)
  }
}

extension JSONValue {
  fileprivate init(_ count: Int?) { self = count.map { .integer($0) } ?? .null }
}
