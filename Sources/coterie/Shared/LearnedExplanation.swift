import Engagement
import EventLog
import Foundation
import LinearAlgebra
import Membership
import Models
import Segmentation

/// Why a model puts a member where it does: its features beside the segment's and the next one's.
struct LearnedExplanation {
  let model: NamedModel
  /// What the model says of the member; nil where it is not about it.
  let label: ModelLabel?
  /// Why the model is not about the member; nil where it is.
  let outside: Explanation?
  /// What time alone changes, within 90 days.
  let change: LabelChange?
  let table: FeatureTable
  let project: ProjectFile

  private struct Row {
    let feature: FeatureDefinition
    let value: Double
    let own: Double
    let next: Double?
    let pull: FeaturePull?
  }

  private var rows: [Row] {
    guard let label else { return [] }
    let segments = model.model.segments
    let pulls = model.model.pulls(table, label: label)
    return model.model.transform.columns.enumerated().map { column, transform in
      Row(
        feature: transform.feature, value: table.column(transform.feature)?.first ?? .nan,
        own: segments[label.segment].medians[column],
        next: label.secondSegment.map { segments[$0].medians[column] },
        pull: column < pulls.count ? pulls[column] : nil)
    }
  }

  private func title(_ position: Int) -> String {
    let id = model.model.segments[position].id
    let name = model.segmentName(position, in: project)
    return name == id ? id : "\(id) \(name)"
  }

  var text: String {
    guard let label else {
      let why = outside.map { Explain.lines($0, indent: 1) } ?? []
      return (["is in no learned segment of \(model.name): outside of whom it is about"] + why)
        .joined(separator: "\n")
    }
    var lines = [
      String(
        format: "is in learned %@ of %@: distance %.3g, confidence %.2f%@",
        title(label.segment), model.name, label.distance, label.confidence,
        label.isNovel ? ", novel: unlike anyone in training" : "")
    ]
    if let second = label.secondSegment, let distance = label.secondDistance {
      lines.append(String(format: "  next: %@ at distance %.3g", title(second), distance))
    }
    var header = ["", "this member", title(label.segment)]
    if let second = label.secondSegment { header.append(title(second)) }
    let hasPulls = rows.contains { $0.pull != nil }
    if hasPulls { header.append("pull to it") }
    var table = TextTable(header: header)
    for row in rows {
      let numbers = [row.value, row.own] + (label.secondSegment == nil ? [] : [row.next ?? .nan])
      table.add(
        [row.feature.description]
          + numbers.map { $0.isNaN ? "absent" : String(format: "%.4g", $0) }
          + (hasPulls ? [String(format: "%+.2f", row.pull?.pull ?? 0)] : []))
    }
    lines.append(table.text)
    lines += prospects
    return lines.joined(separator: "\n")
  }

  private var movements: [FeatureMovement] {
    label.map { model.model.movements(table, label: $0) } ?? []
  }

  /// What time changes, and the least movement along one feature; nothing for trees.
  private var prospects: [String] {
    guard case .kMeans = model.model.algorithm else { return [] }
    var lines = [
      "  next change: "
        + (change.map { "to \(title($0.label.segment)) \($0.time)" }
          ?? "not by time alone within 90 days")
    ]
    guard let least = movements.first else { return lines }
    lines.append(
      "  smallest change, to \(title(least.segment)): \(least.feature) "
        + String(format: "%.4g, now %.4g", least.needed, least.value))
    return lines
  }

  var json: JSONValue {
    guard let label else {
      return .object([
        "model": .string(model.name), "segment": .null, "among": JSONValue(model.model.among),
        "because": .array(outside.map { [Explain.json($0)] } ?? []),
      ])
    }
    let segments = model.model.segments
    return .object([
      "model": .string(model.name), "segment": .string(segments[label.segment].id),
      "name": .string(model.segmentName(label.segment, in: project)),
      "distance": .number(label.distance), "confidence": .number(label.confidence),
      "novel": .boolean(label.isNovel),
      "second": JSONValue(label.secondSegment.map { segments[$0].id }),
      "second_distance": JSONValue(label.secondDistance),
      "features": .array(
        rows.map { row in
          .object([
            "name": .string(row.feature.description), "value": JSONValue(row.value),
            "segment_median": .number(row.own), "second_median": JSONValue(row.next),
            "squared_distance": JSONValue(row.pull?.toNearest),
            "second_squared_distance": JSONValue(row.pull?.toSecond),
          ])
        }),
      "next_change": change.map {
        .object([
          "time": .string($0.time.description), "segment": .string(segments[$0.label.segment].id),
          "confidence": .number($0.label.confidence),
        ])
      } ?? .null,
      "smallest_change": movements.first.map {
        .object([
          "feature": .string($0.feature.description), "value": .number($0.value),
          "needed": .number($0.needed), "size": .number($0.size),
          "segment": .string(segments[$0.segment].id),
        ])
      } ?? .null,
    ])
  }
}
