import Engagement
import EventLog

extension ProjectParser {
  private static let forms = ["linear", "percentile", "points", "sum"]

  /// Parses `scores`, and checks that weighted sums name scores that exist and do not run in circles.
  mutating func parseScores(_ node: SourceNode) {
    let entries = namedEntries(of: node, in: "scores")
    let names = entries.map(\.key)
    declaredScores = names
    var parts: [(score: String, part: SourceNode.Entry)] = []
    for entry in entries {
      let what = "score \(entry.key)"
      project.scorePositions[entry.key] = entry.keyPosition
      guard
        let fields = fields(
          of: entry.value, in: what,
          known: ["feature", "linear", "percentile", "points", "half_life", "sum"])
      else { continue }
      let forms = Self.forms.filter { fields[$0] != nil }
      guard forms.count == 1, let form = forms.first, let body = fields[form] else {
        report(entry.value, "\(what) needs one of \(listing(Self.forms)), not \(forms.count)")
        continue
      }
      let needsFeature = form == "linear" || form == "percentile"
      if needsFeature != (fields["feature"] != nil) {
        report(
          fields["feature"] ?? entry.value,
          needsFeature
            ? "\(what) needs the feature that it is built on"
            : "\(what) cannot have a feature beside \(form)")
        continue
      }
      if let halfLife = fields["half_life"], form != "points" {
        report(halfLife, "\(what) can have a half_life only beside points")
      }
      switch form {
      case "points":
        project.scores[entry.key] = points(body, halfLife: fields["half_life"], of: what)
      case "sum":
        let weights = namedEntries(of: body, in: "sum of \(what)")
        parts += weights.map { (entry.key, $0) }
        project.scores[entry.key] = .weightedSum(numbers(weights, "the weight of"))
      default:
        guard let feature = fields["feature"], let name = text(feature, "feature") else { continue }
        placeFeature(name, at: feature)
        project.scores[entry.key] = scaled(
          singleFeature(name, at: feature), form: form, body, of: what)
      }
    }
    for (score, part) in parts where !names.contains(part.key) {
      report(
        part.keyPosition,
        "score \(score): unknown score \"\(part.key)\"\(suggestion(for: part.key, among: names))")
    }
    reportScoreCycles(entries, parts: parts.map { ($0.score, $0.part.key) })
  }

  private mutating func scaled(
    _ feature: FeatureDefinition, form: String, _ body: SourceNode, of what: String
  ) -> ScoreDefinition? {
    if form == "percentile" {
      return text(body, "percentile").map { .percentile(feature: feature, model: $0) }
    }
    guard let ends = body.items, ends.count == 2 else {
      report(body, "linear of \(what) needs two numbers, where it is 0 and where it is 3: [0, 12]")
      return nil
    }
    guard let zero = number(ends[0], "linear"), let three = number(ends[1], "linear") else {
      return nil
    }
    guard zero != three else {
      report(body, "linear of \(what) needs two different numbers")
      return nil
    }
    return .linear(feature: feature, zeroAt: zero, threeAt: three)
  }

  private mutating func points(
    _ body: SourceNode, halfLife: SourceNode?, of what: String
  ) -> ScoreDefinition? {
    let entries = namedEntries(of: body, in: "points of \(what)")
    if entries.isEmpty, body.entries != nil { report(body, "points of \(what) name no event type") }
    project.pointNames += entries.map {
      ProjectFile.PlacedName(name: $0.key, position: $0.keyPosition)
    }
    var microseconds: Int64?
    if let halfLife, let duration = duration(halfLife, "half_life") {
      if duration.microseconds == 0 { report(halfLife, "a half_life must be longer than 0") }
      microseconds = duration.microseconds
    }
    return .points(numbers(entries, "the points for"), halfLifeInMicroseconds: microseconds)
  }

  private mutating func numbers(_ entries: [SourceNode.Entry], _ what: String) -> [String: Double] {
    var numbers: [String: Double] = [:]
    for entry in entries { numbers[entry.key] = number(entry.value, "\(what) \(entry.key)") }
    return numbers
  }

  private mutating func reportScoreCycles(
    _ entries: [SourceNode.Entry], parts: [(score: String, part: String)]
  ) {
    let needs = Dictionary(grouping: parts, by: \.score).mapValues { $0.map(\.part) }
    let names = entries.map(\.key)
    guard case .failure(let cycle) = inOrderOfNeed(names, needs: { needs[$0] ?? [] }) else {
      return
    }
    guard let entry = entries.first(where: { $0.key == cycle.path.first }) else { return }
    report(
      entry.keyPosition,
      "scores refer to each other in a circle: \(cycle.path.joined(separator: " → "))")
  }
}
