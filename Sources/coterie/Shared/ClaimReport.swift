import Engagement
import EventLog
import Foundation
import Membership
import Models
import Segmentation

/// What names and sentences claim that is not true of those who are labelled now.
struct ClaimReport {
  /// The model, for its segments' names.
  let model: NamedModel
  /// All checks of the model's claims.
  let checks: [ClaimCheck]
  let project: ProjectFile

  private var untrue: [ClaimCheck] { checks.filter { !$0.isTrue } }

  /// A line for each.
  var lines: [String] {
    untrue.map { check in
      let id = model.model.segments[check.segment].id
      let name = model.segmentName(check.segment, in: project)
      return "\(id) \(name): \(text(check)) now, \(Self.training(check))"
    }
  }

  /// A line for each claim of a segment that is not true of those who are looked at.
  func lines(of segment: Int) -> [String] {
    untrue.filter { $0.segment == segment }.map { "\(text($0)) here, \(Self.training($0))" }
  }

  private func text(_ check: ClaimCheck) -> String {
    String(
      format: "'%@' is true of %.0f %% of its %@", check.claim.text, 100 * check.share,
      counted(check.memberCount, "member"))
  }

  private static func training(_ check: ClaimCheck) -> String {
    String(format: "of %.0f %% in training", 100 * check.claim.insideShare)
  }

  var json: [JSONValue] {
    untrue.map { check in
      .object([
        "model": .string(model.name),
        "segment": .string(model.model.segments[check.segment].id),
        "name": .string(model.segmentName(check.segment, in: project)),
        "claim": JSONValue(check.claim), "members": .integer(check.memberCount),
        "share": .number(check.share),
      ])
    }
  }
}

extension JSONValue {
  /// What a segment's name or sentence claims, with the shares that it was measured on.
  init(_ claim: SegmentClaim) {
    self = .object([
      "text": .string(claim.text), "in_name": .boolean(claim.isInName),
      "plain": .boolean(claim.isPlain), "inside": .number(claim.insideShare),
      "outside": .number(claim.outsideShare),
      "conditions": .array(
        claim.conditions.map { condition in
          .object([
            "feature": .string(condition.feature.description),
            "minus": JSONValue(condition.minus?.description),
            "gte": JSONValue(condition.lowerBound), "lt": JSONValue(condition.upperBound),
          ])
        }),
    ])
  }
}
