import EventLog
import Engagement
import Foundation
import LinearAlgebra
import Membership
import Models
import Segmentation

/// A model's card: what it was trained on, how, and what it found.
struct ModelCard {
  private let model: SegmentModel
  private let id: String
  private let name: String
  private let project: ProjectFile

  init(_ model: SegmentModel, id: String, name: String, project: ProjectFile = ProjectFile()) {
    self.model = model
    self.id = id
    self.name = name
    self.project = project
  }

  private func segmentName(_ position: Int) -> String {
    NamedModel(name: name, id: id, model: model).segmentName(position, in: project)
  }

  var text: String {
    let training = model.training
    var lines = [
      "Model \(name)",
      "  id          \(id)",
      "  trained     by \(training.toolVersion) as of \(training.asOf)",
      "  history     \(history)"
        + (training.firstEvent.map { first in
          ", \(first) to \(training.lastEvent ?? first)"
        } ?? ""),
    ]
    if let among = model.among { lines.append("  among       \(among)") }
    lines += [
      "  algorithm   \(algorithm)",
      "  features    \(model.transform.columns.map(columnName).joined(separator: ", "))",
    ]
    if let projection = model.transform.projection {
      lines.append(
        "  reduced     by \(projection.kind.rawValue) to \(projection.matrix.rowCount) columns")
    }
    for dropped in model.transform.dropped {
      lines.append("  left out    \(dropped.feature): \(dropped.reason)")
    }
    lines.append("  quality     \(quality)")
    if let parent = training.parentID { lines.append("  successor   of \(parent)") }
    lines.append("")
    let hasStability = model.segments.contains { $0.stability != nil }
    var table = TextTable(
      header: ["segment", "members", "share"] + (hasStability ? ["stability"] : []))
    for (position, segment) in model.segments.enumerated() {
      let stability = segment.stability.map { String(format: "%.2f", $0) } ?? ""
      table.add(
        [title(position), String(segment.size), percent(segment.size, of: training.memberCount)]
          + (hasStability ? [stability] : []))
    }
    lines.append(table.text)
    lines.append("")
    for (position, segment) in model.segments.enumerated() {
      lines.append("  \(title(position)): \(segment.description)")
    }
    lines += [
      "",
      "Made to describe how members of a community take part, so that people can look after them.",
      "Not made for decisions about prices, credit, work or rights of anyone. It holds no member ids.",
    ]
    return lines.joined(separator: "\n")
  }

  /// The members of the training, and the events of the whole log.
  private var history: String {
    let events = counted(model.training.eventCount, "event")
    let members = counted(model.training.memberCount, "member")
    return model.among == nil ? "\(events) of \(members)" : "\(members), in a log of \(events)"
  }

  private func title(_ position: Int) -> String {
    let id = model.segments[position].id
    let name = segmentName(position)
    return name == id ? id : "\(id) \(name)"
  }

  private func columnName(_ column: ColumnTransform) -> String {
    column.logarithm == .none ? "\(column.feature)" : "log \(column.feature)"
  }

  private var algorithm: String {
    let parameters = model.training.parameters.sorted { $0.key < $1.key }
      .map { "\($0.key) \($0.value)" }
    var text = "\(model.algorithm.name), \(parameters.joined(separator: ", "))"
    text += ", seed \(model.training.seed)"
    if let iterations = model.training.iterationCount {
      text += ", \(iterations) iterations"
      text += model.training.hasConverged == false ? ", not converged" : ""
    }
    return text
  }

  private var quality: String {
    let indices = model.training.quality.sorted { $0.key < $1.key }
      .map { "\($0.key) \(String(format: "%.3f", $0.value))" }
    return (["inertia \(String(format: "%.6g", model.training.inertia))"] + indices)
      .joined(separator: ", ")
  }

  var json: [String: JSONValue] {
    let training = model.training
    return [
      "model": .object(["name": .string(name), "id": .string(id)]),
      "algorithm": .object([
        "name": .string(model.algorithm.name), "seed": .string(String(training.seed)),
        "parameters": .object(training.parameters.mapValues { .string($0) }),
        "iterations": training.iterationCount.map { .integer($0) } ?? .null,
        "converged": training.hasConverged.map { .boolean($0) } ?? .null,
      ]),
      "training": .object([
        "tool": .string(training.toolVersion), "as_of": .string(training.asOf),
        "first_event": JSONValue(training.firstEvent),
        "last_event": JSONValue(training.lastEvent),
        "members": .integer(training.memberCount), "events": .integer(training.eventCount),
        "parent": JSONValue(training.parentID),
      ]),
      "among": JSONValue(model.among),
      "features": .array(
        model.transform.columns.map { column in
          .object([
            "name": .string(column.feature.description),
            "logarithm": .string(column.logarithm.rawValue),
            "imputed_value": .number(column.imputation.value),
            "imputed_by": JSONValue(column.imputation.feature?.description),
          ])
        }),
      "left_out": .array(
        model.transform.dropped.map { dropped in
          .object([
            "feature": .string(dropped.feature.description), "reason": .string(dropped.reason),
          ])
        }),
      "confidence_exponent": .number(model.confidenceExponent),
      "inertia": .number(training.inertia),
      "quality": .object(training.quality.mapValues { .number($0) }),
      "segments": .array(
        model.segments.enumerated().map { position, segment in
          .object([
            "segment": .string(segment.id), "name": .string(segmentName(position)),
            "members": .integer(segment.size), "description": .string(segment.description),
            "claims": .array(segment.claims.map { JSONValue($0) }),
            "stability": JSONValue(segment.stability),
            "medians": .object(
              Dictionary(
                uniqueKeysWithValues: zip(model.transform.columns, segment.medians).map {
                  ($0.feature.description, .number($1))
                })),
          ])
        }),
    ]
  }
}
