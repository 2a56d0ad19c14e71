import Comparison
import Engagement
import EventLog
import Foundation
import Membership
import Models
import Segmentation

/// What foretells an outcome, in words for the terminal, and as a value for `--json`.
struct OutcomeReport {
  private let study: OutcomeStudy
  private let question: OutcomeOptions
  private let models: [NamedModel]
  private let projects: [ProjectFile]

  init(
    _ study: OutcomeStudy, question: OutcomeOptions, models: [NamedModel], projects: [ProjectFile]
  ) {
    self.study = study
    self.question = question
    self.models = models
    self.projects = projects
  }

  private var horizonInDays: Double {
    Double(study.horizonInMicroseconds) / Double(Timestamp.microsecondsPerDay)
  }

  private func title(_ grouping: Grouping) -> String {
    switch grouping.kind {
    case .learned(let model): "\(model)"
    case .firstClaim(let project): "\(file(project)), first claim"
    case .allClaims(let project): "\(file(project)), all claims"
    case .both(let model, let project): "\(model) and \(file(project))"
    }
  }

  /// A file without its folders, where no other one is called so.
  private func file(_ path: String) -> String {
    func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
    return projects.count { name($0.file) == name(path) } > 1 ? path : name(path)
  }

  private func text(_ estimate: OutcomeStudy.Estimate, digits: Int = 3) -> String {
    guard estimate.value.isFinite else { return "–" }
    let value = String(format: "%.\(digits)f", estimate.value)
    guard let interval = estimate.interval else { return value }
    return String(
      format: "%@ (%.\(digits)f to %.\(digits)f)", value, interval.lowerBound, interval.upperBound)
  }

  /// The report for the terminal.
  var text: String {
    var lines = [
      "Outcome \(question.outcome ?? ""), \(String(format: "%g", horizonInDays)) days on"
    ]
    if let among = question.among { lines[0] += ", of those with \(among)" }
    let known = study.moments
    if let first = known.first, let last = known.last {
      let span =
        known.count == 1
        ? "from \(clock.text(first.time))"
        : "\(known.count) times from \(clock.text(first.time)) to \(clock.text(last.time))"
      let counts = known.map(\.memberCount)
      lines.append(
        "\(span), \(counts.min() ?? 0) to \(counted(counts.max() ?? 0, "member")), of whom "
          + String(format: "%.1f %%", 100 * study.rate) + " have it"
          + (question.retrain ? "; models learned anew at each time" : ""))
    }
    if study.outcomeLooksBack {
      lines.append(
        "(the outcome also asks for what was before each time, so that a part of it was known then)"
      )
    }
    let skipped = known.count { $0.values == nil }
    if skipped > 0 {
      lines.append(
        "(\(skipped) of these times \(skipped == 1 ? "is" : "are") left out, when nobody or everybody had it)"
      )
    }
    var table = TextTable(
      header: ["foretold by", "groups", "information, bits", "AUC", "lift of the top tenth"])
    for result in study.results {
      table.add([
        title(result.grouping), "\(result.groupCount)", text(result.informationGain, digits: 4),
        text(result.areaUnderCurve), text(result.liftOfTopTenth, digits: 2),
      ])
    }
    lines += ["", table.text, ""]
    lines += study.differences.map(verdict)
    return (lines + ["", times.text, "", segments.text, legend]).joined(separator: "\n")
  }

  private func verdict(_ difference: OutcomeStudy.Difference) -> String {
    // The better one comes first; where neither is, the learned one.
    let isSecond = (difference.areaUnderCurve.interval?.upperBound ?? 0) < 0
    let order = [difference.first, difference.second]
    let names = (isSecond ? order.reversed() : order).map { title(study.results[$0].grouping) }
    let (area, gain) =
      isSecond
      ? (difference.areaUnderCurve.negated, difference.informationGain.negated)
      : (difference.areaUnderCurve, difference.informationGain)
    let numbers = "AUC \(text(area)), information \(text(gain, digits: 4))"
    guard let interval = area.interval, interval.lowerBound > 0 else {
      return
        "\(names[0]) and \(names[1]) cannot be told apart:\n  the first less the second, \(numbers)"
    }
    return "\(names[0]) foretells it better than \(names[1]):\n  by \(numbers)"
  }

  /// The zone in which times are told.
  private var clock: Clock { projects.first?.settings.clock ?? .utc }

  private var times: TextTable {
    var table = TextTable(
      header: ["AUC at", "members", "outcome"] + study.results.map { title($0.grouping) })
    for moment in study.moments {
      table.add(
        [
          clock.text(moment.time), "\(moment.memberCount)",
          percent(moment.outcomeCount, of: moment.memberCount),
        ]
          + study.results.indices.map { index in
            moment.values.map { String(format: "%.3f", $0[index].areaUnderCurve) } ?? ""
          })
    }
    return table
  }

  private func name(_ segment: OutcomeStudy.SegmentRate) -> String {
    guard segment.isLearned, let model = models.first(where: { $0.name == segment.source }),
      let position = model.model.segments.firstIndex(where: { $0.id == segment.segment })
    else {
      if segment.isLearned { return "\(segment.source) \(segment.segment), new" }
      return projects.count > 1 ? "\(file(segment.source)) \(segment.segment)" : segment.segment
    }
    let name = model.segmentName(position, in: projects[0])
    // What a name tells is true of the model as it is, not of those that were learned anew.
    let title =
      name == segment.segment || question.retrain ? segment.segment : "\(segment.segment) \(name)"
    return "\(segment.source) \(title)"
  }

  private var segments: TextTable {
    var table = TextTable(header: ["segment", "members, all times", "outcome", "lift"])
    for segment in study.segments {
      table.add([
        name(segment), "\(segment.memberTimes)",
        segment.rate.map { String(format: "%.1f %%", 100 * $0) } ?? "–",
        segment.lift.map { text($0, digits: 2) } ?? "–",
      ])
    }
    return table
  }

  private var legend: String {
    """

      information: how much less is left to know of a member's outcome, in bits
      AUC: the chance that a member with the outcome is foretold above one without, 0.5 by guessing
      lift: how many times likelier the outcome is than for all
      Each member is foretold from the outcomes of others (\(question.folds) parts); in brackets 95 %
      of \(study.replicateCount) draws of members.
    """
  }

  var json: JSONValue {
    .object([
      "outcome": JSONValue(question.outcome), "among": JSONValue(question.among),
      "horizon_days": .number(horizonInDays), "retrained": .boolean(question.retrain),
      "folds": .integer(question.folds), "rate": .number(study.rate),
      "looks_back": .boolean(study.outcomeLooksBack),
      "results": .array(
        study.results.map { result in
          .object([
            "foretold_by": .string(title(result.grouping)), "kind": .string(kind(result.grouping)),
            "groups": .integer(result.groupCount),
            "information_gain_bits": json(result.informationGain),
            "auc": json(result.areaUnderCurve), "lift_top_tenth": json(result.liftOfTopTenth),
          ])
        }),
      "differences": .array(
        study.differences.map { difference in
          .object([
            "first": .string(title(study.results[difference.first].grouping)),
            "second": .string(title(study.results[difference.second].grouping)),
            "information_gain_bits": json(difference.informationGain),
            "auc": json(difference.areaUnderCurve),
          ])
        }),
      "times": .array(
        study.moments.map { moment in
          .object([
            "as_of": .string(moment.time.description), "members": .integer(moment.memberCount),
            "outcome": .integer(moment.outcomeCount),
            "auc": .array((moment.values ?? []).map { .number($0.areaUnderCurve) }),
            "information_gain_bits": .array(
              (moment.values ?? []).map { .number($0.informationGain) }),
          ])
        }),
      "segments": .array(
        study.segments.map { segment in
          .object([
            "source": .string(segment.source), "learned": .boolean(segment.isLearned),
            "segment": .string(segment.segment), "members": .integer(segment.memberTimes),
            "rate": JSONValue(segment.rate), "lift": segment.lift.map(json) ?? .null,
          ])
        }),
    ])
  }

  private func kind(_ grouping: Grouping) -> String {
    switch grouping.kind {
    case .learned: "learned"
    case .firstClaim: "first_claim"
    case .allClaims: "all_claims"
    case .both: "learned_and_all_claims"
    }
  }

  private func json(_ estimate: OutcomeStudy.Estimate) -> JSONValue {
    .object([
      "value": JSONValue(estimate.value), "low": JSONValue(estimate.interval?.lowerBound),
      "high": JSONValue(estimate.interval?.upperBound),
    ])
  }
}

extension OutcomeStudy.Estimate {
  /// The number with the other sign.
  fileprivate var negated: OutcomeStudy.Estimate {
    OutcomeStudy.Estimate(
      value: -value, interval: interval.map { -$0.upperBound...(-$0.lowerBound) })
  }
}
