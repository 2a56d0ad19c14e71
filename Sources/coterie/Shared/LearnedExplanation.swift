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
  /// The least of what somebody can do for the model to be about the member; nil where nothing is near,
  /// and where it is.
  let entry: SmallestChange?
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

  /// The segment's id and name; nil without a label.
  var title: String? { label.map { title($0.segment) } }

  /// The segment that a change leads to.
  func title(ofChange change: LabelChange) -> String { title(change.label.segment) }

  /// The feature that pulls the member most to its segment, or the first one where nothing pulls.
  func reason(_ readable: ReadableText) -> String? {
    guard let label else {
      let fact = outside.flatMap { WrittenExplanation.decisiveFact($0, readable) }
      return "outside the members that \(model.name) is about" + (fact.map { ": \($0)" } ?? "")
    }
    let best = rows.max { ($0.pull?.pull ?? 0) < ($1.pull?.pull ?? 0) }
    return best.map { best in
      "\(title(label.segment)): \(best.feature) \(number(best.value)), typical there "
        + number(best.own) + (best.next.map { ", in the next \(number($0))" } ?? "")
    }
  }

  private func number(_ value: Double) -> String { value.isNaN ? "absent" : shortNumber(value) }

  func text(_ readable: ReadableText) -> String {
    guard let label else {
      let why = outside.map { WrittenExplanation.lines($0, indent: 1, readable) } ?? []
      return
        (["is in no learned segment of \(model.name): outside the members that it is about"] + why)
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
    // Their names stand above.
    let ids = model.model.segments.map(\.id)
    var header = ["", "this member", ids[label.segment]]
    if let second = label.secondSegment { header.append(ids[second]) }
    let hasPulls = rows.contains { $0.pull != nil }
    if hasPulls { header.append("pull to it") }
    var table = TextTable(header: header)
    for row in rows {
      let numbers = [row.value, row.own] + (label.secondSegment == nil ? [] : [row.next ?? .nan])
      table.add(
        [row.feature.description]
          + numbers.map(number)
          + (hasPulls ? [String(format: "%+.2f", row.pull?.pull ?? 0)] : []))
    }
    lines.append(table.text)
    lines += prospects(readable)
    return lines.joined(separator: "\n")
  }

  private var movements: [FeatureMovement] {
    label.map { model.model.movements(table, label: $0) } ?? []
  }

  /// What time changes, and the least movement along one feature; nothing for trees.
  private func prospects(_ readable: ReadableText) -> [String] {
    guard case .kMeans = model.model.algorithm else { return [] }
    var lines = [
      "  next change: "
        + (change.map { "to \(title($0.label.segment)) \(readable.time($0.time))" }
          ?? "not by time alone within 90 days")
    ]
    guard let least = movements.first else { return lines }
    lines.append(
      "  smallest difference, to \(title(least.segment)): \(least.feature) "
        + "\(shortNumber(least.needed)), now \(shortNumber(least.value))")
    return lines
  }

  private var probabilities: JSONValue {
    guard let shares = try? model.model.probabilities(table, threadCount: 1) else { return .null }
    return .object(
      Dictionary(
        zip(model.model.segments.map(\.id), shares.row(0).map { .number($0) }),
        uniquingKeysWith: { first, _ in first }))
  }

  var json: JSONValue {
    guard let label else {
      return .object([
        "model": .string(model.name), "segment": .null, "among": JSONValue(model.model.among),
        "because": .array(outside.map { [WrittenExplanation.json($0)] } ?? []),
      ])
    }
    let segments = model.model.segments
    return .object([
      "model": .string(model.name), "segment": .string(segments[label.segment].id),
      "name": .string(model.segmentName(label.segment, in: project)),
      "distance": .number(label.distance), "confidence": .number(label.confidence),
      "novel": .boolean(label.isNovel),
      "probabilities": probabilities,
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
