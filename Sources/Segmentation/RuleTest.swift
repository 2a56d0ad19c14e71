import Engagement
public import EventLog

/// A member's little history, written in the project file, and the segments that are expected of it.
public struct RuleTest: Sendable, Hashable {
  /// What it is about.
  public let name: String
  /// When the member is looked at.
  public let asOf: Timestamp
  /// The member's id, which lists may hold.
  public let memberID: String
  /// When the member joined.
  public let joinedAt: Timestamp?
  /// Attributes by name.
  public let attributes: [String: AttributeColumn]
  /// What the member did, and what others did to the member.
  public let events: [Event]
  /// For each model, the id or name of its segment that the member is in.
  public let labels: [String: String]
  /// Ids of segments that the member must be in.
  public let expectedIn: [String]
  /// Ids of segments that the member must not be in.
  public let expectedOut: [String]
  /// Where it stands in the project file.
  public let position: SourcePosition

  /// What does not hold, a line each; empty where the test passes.
  ///
  /// - Throws: ``SegmentationError`` where rules ask for what a test cannot have, such as the percentiles
  ///   of a model.
  public func failures(in project: ProjectFile) throws(SegmentationError) -> [String] {
    // The table has the member even where nothing happened.
    let members = MemberTable(ids: [memberID], joinedAt: [joinedAt], attributes: attributes)
    let community = Community(history: EventHistory(events), members: members)
    guard let row = community.row(of: memberID) else {
      return ["the member has no event and did not join by \(asOf)"]
    }
    let learned = labels.mapValues {
      [Optional(LearnedLabel(segment: $0, name: $0, confidence: 1))]
    }
    let evaluator = try SegmentEvaluator(
      project, community: community, rows: [row], asOf: asOf, labels: learned, threadCount: 1)
    let isIn = Dictionary(
      evaluator.evaluate().map { ($0.id, !$0.rows.isEmpty) },
      uniquingKeysWith: { first, _ in first }
    )
    var failures: [String] = []
    for (ids, isExpected) in [(expectedIn, true), (expectedOut, false)] {
      for id in ids where isIn[id] != isExpected {
        let facts = try evaluator.explain(id, row: row).facts
        failures.append(
          "\(isExpected ? "not in" : "in") \"\(id)\""
            + (facts.isEmpty ? "" : ": " + facts.joined(separator: "; ")))
      }
    }
    return failures
  }
}

extension Explanation {
  /// What was observed, leaf by leaf.
  fileprivate var facts: [String] {
    (fact.map { ["\(rule): \(truth), \($0)"] } ?? []) + parts.flatMap(\.facts)
  }
}

extension ProjectParser {
  private static let known = [
    "name", "as_of", "id", "joined_at", "attributes", "events", "labels", "in", "not_in",
  ]

  /// Parses `tests`.
  mutating func parseTests(_ node: SourceNode) {
    guard let items = node.items else {
      report(node, "tests needs a list, each entry with \"- name:\", not \(node.kindName)")
      return
    }
    for item in items {
      if let test = test(item) { project.tests.append(test) }
    }
  }

  private mutating func test(_ node: SourceNode) -> RuleTest? {
    guard let fields = fields(of: node, in: "a test", known: Self.known) else { return nil }
    guard let name = fields["name"].flatMap({ text($0, "name") }) else {
      if fields["name"] == nil, !hasReportedKey(in: node) { report(node, "a test needs a name") }
      return nil
    }
    if fields["as_of"] == nil, !hasReportedKey(in: node) {
      report(node, "test \(name) needs as_of, the time to look at")
    }
    let asOf = fields["as_of"].flatMap { instant($0, "as_of") }
    let id = fields["id"].flatMap { text($0, "id") } ?? "member"
    let expectedIn = fields["in"].map { segmentIDs($0, "in") } ?? []
    let expectedOut = fields["not_in"].map { segmentIDs($0, "not_in") } ?? []
    if expectedIn.isEmpty, expectedOut.isEmpty, !hasReportedKey(in: node) {
      report(node, "test \(name) expects nothing; say in or not_in")
    }
    let joinedAt = fields["joined_at"].flatMap { instant($0, "joined_at") }
    let attributes = fields["attributes"].map { self.attributes($0) } ?? [:]
    let events = fields["events"].map { self.events($0, of: id) } ?? []
    let labels = fields["labels"].map { self.labels($0) } ?? [:]
    return asOf.map {
      RuleTest(
        name: name, asOf: $0, memberID: id, joinedAt: joinedAt, attributes: attributes,
        events: events, labels: labels, expectedIn: expectedIn, expectedOut: expectedOut,
        position: node.position)
    }
  }

  private mutating func segmentIDs(_ node: SourceNode, _ what: String) -> [String] {
    let ids = texts(node, what) ?? []
    for (id, item) in zip(ids, node.items ?? []) where !declaredSegments.contains(id) {
      report(
        item,
        "unknown segment \"\(id)\"\(suggestion(for: id, among: declaredSegments.sorted(by: bytesPrecede)))"
      )
    }
    return ids
  }

  private mutating func attributes(_ node: SourceNode) -> [String: AttributeColumn] {
    var attributes: [String: AttributeColumn] = [:]
    for entry in namedEntries(of: node, in: "attributes") {
      if entry.value.items != nil {
        attributes[entry.key] = .list([texts(entry.value, entry.key)])
      } else if let text = text(entry.value, entry.key) {
        attributes[entry.key] = AttributeColumn(
          [text], type: project.attributeTypes[entry.key], clock: project.settings.clock)
      }
    }
    return attributes
  }

  private mutating func labels(_ node: SourceNode) -> [String: String] {
    var labels: [String: String] = [:]
    for entry in namedEntries(of: node, in: "labels") {
      labels[entry.key] = text(entry.value, entry.key)
    }
    return labels
  }

  /// `{post: 2024-05-01}`, or `{event: post, at: 2024-05-01, value: 3, target_id: x, by: y, AREA: z}`.
  private mutating func events(_ node: SourceNode, of id: String) -> [Event] {
    guard let items = node.items else {
      report(node, "events needs a list of {TYPE: TIME}, not \(node.kindName)")
      return []
    }
    return items.compactMap { event($0, of: id) }
  }

  private mutating func event(_ node: SourceNode, of id: String) -> Event? {
    guard node.entries != nil else {
      report(node, "an event needs {TYPE: TIME}, not \(node.kindName)")
      return nil
    }
    let entries = namedEntries(of: node, in: "an event")
    if entries.count == 1, let entry = entries.first, !["event", "at"].contains(entry.key) {
      return instant(entry.value, entry.key).map {
        Event(memberID: id, timestamp: $0, type: entry.key)
      }
    }
    var (type, time, value, target, by) = (
      nil as String?, nil as Timestamp?, nil as Double?, nil as String?, id
    )
    var properties: [String: PropertyValue] = [:]
    for entry in entries {
      switch entry.key {
      case "event": type = text(entry.value, "event")
      case "at": time = instant(entry.value, "at")
      case "value": value = number(entry.value, "value")
      case "target_id": target = text(entry.value, "target_id")
      case "by": by = text(entry.value, "by") ?? id
      default:
        if let number = entry.value.plainText.flatMap(decimal) {
          properties[entry.key] = .number(number)
        } else if let text = text(entry.value, entry.key) {
          properties[entry.key] =
            ["true", "false"].contains(entry.value.plainText)
            ? .boolean(text == "true") : .string(text)
        }
      }
    }
    guard let type, let time else {
      if !hasReportedKey(in: node) {
        report(node, "an event needs {TYPE: TIME}, or event and at with what else it has")
      }
      return nil
    }
    return Event(
      memberID: by, timestamp: time, type: type, value: value, targetID: target,
      properties: properties)
  }
}
