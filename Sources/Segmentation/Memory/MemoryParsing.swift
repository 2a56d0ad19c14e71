import EventLog

extension ProjectParser {
  static let memoryKeys = ["stay_while", "min_stay", "cooldown"]

  /// The forms with memory beside a segment's rule.
  mutating func memory(_ fields: [String: SourceNode], of id: String) -> SegmentMemory {
    if fields["when"] == nil {
      for key in Self.memoryKeys {
        guard let node = fields[key] else { continue }
        report(node, "segment \(id): \(key) belongs to segments with when")
      }
    }
    return SegmentMemory(
      stayWhile: fields["stay_while"].flatMap { condition($0) },
      leastStay: fields["min_stay"].flatMap { duration($0, "min_stay") },
      cooldown: fields["cooldown"].flatMap { duration($0, "cooldown") })
  }

  /// `[{webhook: crm}]`.
  mutating func actions(_ node: SourceNode, _ what: String) -> [SegmentAction] {
    guard let items = node.items else {
      report(node, "\(what) needs a list such as [{webhook: crm}], not \(node.kindName)")
      return []
    }
    var actions: [SegmentAction] = []
    for item in items {
      let names = SegmentAction.Kind.allCases.map(\.rawValue)
      guard fields(of: item, in: what, known: names) != nil else { continue }
      if item.entries?.isEmpty == true { report(item, "\(what) needs {webhook: NAME}") }
      for entry in item.entries ?? [] {
        guard let kind = SegmentAction.Kind(rawValue: entry.key),
          let target = text(entry.value, entry.key)
        else { continue }
        actions.append(
          SegmentAction(kind: kind, target: target, position: entry.keyPosition))
      }
    }
    return actions
  }

  /// `segment: ID`, which asks whether a member is in it, or of its stays there.
  mutating func segmentReference(
    _ node: SourceNode, _ kind: SourceNode.Entry
  ) -> Leaf.Question? {
    let durationKeys = ["for", "entered_within", "left_within"]
    guard
      let fields = fields(
        of: node, in: "segment", known: ["segment", "member"] + durationKeys + ["ever"]),
      let id = text(kind.value, "segment")
    else { return nil }
    var isValid = true
    var durations: [String: ExactDuration] = [:]
    for key in durationKeys {
      guard let node = fields[key] else { continue }
      durations[key] = duration(node, key)
      if durations[key] == nil { isValid = false }
      if key != "for", durations[key]?.microseconds == 0 {
        report(node, "\(key) must be longer than 0")
      }
    }
    let isMember = fields["member"].flatMap { truthValue($0, "member") }
    if fields["member"] != nil, isMember == nil { isValid = false }
    let ever = fields["ever"].flatMap { truthValue($0, "ever") }
    if fields["ever"] != nil, ever == nil { isValid = false }
    guard isValid else { return nil }
    if durations.isEmpty, ever == nil { return .segment(id: id, isMember: isMember ?? true) }
    return .segmentHistory(
      SegmentHistoryQuestion(
        id: id, isMember: isMember ?? (durations["for"] == nil ? nil : true),
        heldFor: durations["for"], enteredWithin: durations["entered_within"],
        leftWithin: durations["left_within"], ever: ever))
  }

  /// `stage: {machine, is}`.
  mutating func stage(_ node: SourceNode, _ kind: SourceNode.Entry) -> Leaf.Question? {
    _ = fields(of: node, in: "a stage condition", known: ["stage"])
    guard let fields = fields(of: kind.value, in: "stage", known: ["machine", "is"]) else {
      return nil
    }
    guard let machine = fields["machine"], let wanted = fields["is"] else {
      if hasReportedKey(in: kind.value) { return nil }
      report(kind.value, "stage needs machine and is: {machine: lifecycle, is: active}")
      return nil
    }
    let states = wanted.items == nil ? text(wanted, "is").map { [$0] } : texts(wanted, "is")
    if states?.isEmpty == true { report(wanted, "is needs at least one state") }
    guard let machine = text(machine, "machine"), let states else { return nil }
    return .stage(machine: machine, states: states)
  }

  /// `consent: PURPOSE`.
  mutating func consent(_ node: SourceNode, _ kind: SourceNode.Entry) -> Leaf.Question? {
    guard fields(of: node, in: "a consent condition", known: ["consent"]) != nil else {
      return nil
    }
    return text(kind.value, "consent").map { .consent(purpose: $0) }
  }

  /// Parses `privacy`.
  mutating func parsePrivacy(_ node: SourceNode) {
    guard let fields = fields(of: node, in: "privacy", known: ["default"]) else { return }
    guard let node = fields["default"] else { return }
    project.defaultConsent = choice(node, "default", of: ConsentState.self) ?? .granted
  }
}

/// Whether a member agrees to a purpose.
public enum ConsentState: String, Sendable, Hashable, CaseIterable {
  /// It does.
  case granted
  /// It does not.
  case withdrawn
}
