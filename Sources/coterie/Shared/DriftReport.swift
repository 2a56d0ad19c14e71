import Engagement
import Foundation
import Membership
import Models
import Segmentation

/// How far a community has moved from a model's, for people and for programs.
struct DriftReport {
  let drift: ModelDrift
  let model: NamedModel
  let project: ProjectFile
  /// The number of members whom the model is not about; nil where it is about everybody.
  let outsideCount: Int?

  var text: String {
    var lines = [
      "\(model.name) is "
        + (drift.ageInDays.map { "\(String(format: "%.0f", $0)) days old" } ?? "of unknown age"),
      "",
    ]
    var features = TextTable(header: ["feature", "PSI", "by chance", "KS", "p", "absent"])
    for feature in drift.features {
      features.add([
        feature.feature.description, number(feature.stabilityIndex, "%.3f"),
        number(feature.chanceLimit, "%.3f"), number(feature.kolmogorovSmirnov, "%.3f"),
        number(feature.pValue, "%.2g"), String(feature.absentCount),
      ])
    }
    for missing in drift.missing {
      features.add([missing.feature.description, "missing", "", "", "", ""])
    }
    lines.append(features.text)
    if !drift.segments.isEmpty {
      var segments = TextTable(
        header: ["segment", "in training", "now", "change", "", "members"])
      let risingFirst = drift.segments.enumerated().sorted { left, right in
        let changes = (left.element.change, right.element.change)
        return changes.0 != changes.1 ? changes.0 > changes.1 : left.offset < right.offset
      }
      for (position, segment) in risingFirst {
        let name = model.segmentName(position, in: project)
        segments.add([
          name == segment.id ? name : "\(segment.id) \(name)", percentage(segment.trainingShare),
          percentage(segment.share), points(segment.change), mark(segment.movement),
          String(segment.count),
        ])
      }
      lines += [
        "", segments.text, "",
        "  PSI over segments \(number(drift.segmentStabilityIndex, "%.3f")), by chance up to "
          + number(drift.segmentChanceLimit, "%.3f"),
      ]
    }
    if !drift.shares.isEmpty {
      var shares = TextTable(header: ["mean share", "in training", "now", "change", ""])
      for share in drift.shares.sorted(by: { $0.change > $1.change }) {
        shares.add([
          share.feature.description, percentage(share.trainingMean), percentage(share.mean),
          points(share.change), mark(share.movement),
        ])
      }
      lines += ["", shares.text, ""]
    }
    if let novel = drift.novelCount {
      lines.append(
        "  novel \(novel) of \(drift.memberCount), \(percent(novel, of: drift.memberCount)) "
          + "(\(percentage(ModelDrift.expectedNovelShare)) expected)")
    }
    if let novel = drift.novelGroup {
      var medians = TextTable(header: ["median", "novel", "all members"])
      for median in novel.medians {
        medians.add([
          median.feature.description, number(median.group, "%.3g"), number(median.all, "%.3g"),
        ])
      }
      lines += ["", medians.text]
    }
    if let outsideCount, let among = model.model.among {
      lines.append(
        "  outside what the model is about, and left out: \(outsideCount) of "
          + "\(drift.memberCount + outsideCount) (\(among))")
    }
    lines += claims.lines.map { "  " + $0 }
    lines += ["", drift.verdict.rawValue]
    lines += drift.reasons.map { "  \($0)" }
    return lines.joined(separator: "\n")
  }

  private var claims: ClaimReport {
    ClaimReport(model: model, checks: drift.claimChecks, project: project)
  }

  private func number(_ value: Double?, _ format: String) -> String {
    value.flatMap { $0.isNaN ? nil : String(format: format, $0) } ?? "–"
  }

  /// A change of a share in points of a percentage.
  private func points(_ change: Double) -> String { String(format: "%+.1f", 100 * change) }

  private func mark(_ movement: ShareMovement) -> String {
    movement == .steady ? "" : movement.rawValue
  }

  private func percentage(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }

  var json: [String: JSONValue] {
    [
      "model": .object(["name": .string(model.name), "id": .string(model.id)]),
      "outside_among": outsideCount.map { .integer($0) } ?? .null,
      "members": .integer(drift.memberCount), "age_days": JSONValue(drift.ageInDays),
      "verdict": .string(drift.verdict.rawValue),
      "reasons": .array(drift.reasons.map { .string($0) }),
      "features": .array(
        drift.features.map { feature in
          .object([
            "name": .string(feature.feature.description),
            "stability_index": JSONValue(feature.stabilityIndex),
            "chance_limit": JSONValue(feature.chanceLimit),
            "kolmogorov_smirnov": JSONValue(feature.kolmogorovSmirnov),
            "p_value": JSONValue(feature.pValue), "present": .integer(feature.presentCount),
            "absent": .integer(feature.absentCount),
          ])
        }),
      "missing": .array(
        drift.missing.map {
          .object(["name": .string($0.feature.description), "reason": .string($0.reason)])
        }),
      "segments": .array(
        drift.segments.enumerated().map { position, segment in
          .object([
            "segment": .string(segment.id),
            "name": .string(model.segmentName(position, in: project)),
            "training_share": .number(segment.trainingShare), "share": .number(segment.share),
            "members": .integer(segment.count), "change": .number(segment.change),
            "p_value": .number(segment.pValue), "movement": .string(segment.movement.rawValue),
          ])
        }),
      "shares": .array(
        drift.shares.map { share in
          .object([
            "name": .string(share.feature.description),
            "training_mean": .number(share.trainingMean), "mean": .number(share.mean),
            "change": .number(share.change), "movement": .string(share.movement.rawValue),
          ])
        }),
      "novel_group": drift.novelGroup.map { group in
        .object([
          "members": .integer(group.count),
          "medians": .array(
            group.medians.map { median in
              .object([
                "name": .string(median.feature.description),
                "novel": median.group.isNaN ? .null : .number(median.group),
                "all": median.all.isNaN ? .null : .number(median.all),
              ])
            }),
        ])
      } ?? .null,
      "untrue_claims": .array(claims.json),
      "segment_stability_index": JSONValue(drift.segmentStabilityIndex),
      "segment_chance_limit": JSONValue(drift.segmentChanceLimit),
      "novel": drift.novelCount.map { .integer($0) } ?? .null,
      "limits": .object([
        "watch": .number(ModelDrift.watchLimit), "retrain": .number(ModelDrift.retrainLimit),
        "novel_expected": .number(ModelDrift.expectedNovelShare),
        "novel_watch": .number(ModelDrift.novelWatchLimit),
        "novel_retrain": .number(10 * ModelDrift.novelWatchLimit),
        "age_days": .number(ModelDrift.oldAgeInDays),
        "movement_chance": .number(ShareMovement.chance),
      ]),
    ]
  }
}

extension ModelDrift.SegmentShare {
  fileprivate var change: Double { share - trainingShare }
}

extension ModelDrift.FeatureShare {
  fileprivate var change: Double { mean - trainingMean }
}
