import EventLog

extension ProjectParser {
  private static let known = [
    "id", "name", "description", "when", "list", "expires", "tag", "expect", "review_by",
    "stay_while", "min_stay", "cooldown", "purpose", "on_enter", "on_exit",
  ]

  /// Parses `segments`, and checks what they refer to.
  mutating func parseSegments(_ node: SourceNode) {
    guard let items = node.items else {
      report(node, "segments needs a list, each entry with \"- id:\", not \(node.kindName)")
      return
    }
    for item in items {
      if let segment = segment(item) { project.segments.append(segment) }
    }
  }

  private mutating func segment(_ node: SourceNode) -> SegmentDefinition? {
    guard
      let fields = fields(of: node, in: "a segment", known: Self.known)
    else { return nil }
    guard let idNode = fields["id"] else {
      report(node, "a segment needs an id")
      return nil
    }
    guard let id = text(idNode, "id") else { return nil }
    declaredSegments.insert(id)
    if id != id.trimmingASCIIBlanks || id.unicodeScalars.contains(where: { $0.value < 32 }) {
      report(idNode, "an id cannot begin or end with a blank, nor hold control characters")
    }
    let membership: SegmentDefinition.Membership
    switch (fields["when"], fields["list"]) {
    case (let when?, nil):
      if let expires = fields["expires"] {
        report(expires, "segment \(id): expires belongs to segments with a list")
      }
      guard let condition = condition(when) else { return nil }
      membership = .rule(condition)
    case (nil, let list?):
      guard let name = text(list, "list") else { return nil }
      if project.lists[name] == nil {
        report(list, "unknown list \"\(name)\"" + suggestion(for: name, among: listNames))
      }
      membership = .list(name: name, expires: fields["expires"].flatMap { instant($0, "expires") })
    default:
      report(node, "segment \(id) needs either when or a list")
      return nil
    }
    return SegmentDefinition(
      id: id, name: fields["name"].flatMap { text($0, "name") },
      description: fields["description"].flatMap { text($0, "description") },
      membership: membership, memory: memory(fields, of: id),
      purpose: fields["purpose"].flatMap { text($0, "purpose") },
      onEnter: fields["on_enter"].map { actions($0, "on_enter") } ?? [],
      onExit: fields["on_exit"].map { actions($0, "on_exit") } ?? [],
      tag: fields["tag"].flatMap { text($0, "tag") },
      expectedSize: fields["expect"].flatMap { expectedSize($0) },
      reviewBy: fields["review_by"].flatMap { instant($0, "review_by") },
      position: idNode.position)
  }

  var listNames: [String] { project.lists.keys.sorted(by: bytesPrecede) }

  private mutating func expectedSize(_ node: SourceNode) -> SegmentDefinition.ExpectedSize? {
    guard let fields = fields(of: node, in: "expect", known: ["min", "max"]) else { return nil }
    if fields.isEmpty { report(node, "expect needs min, max or both") }
    let least = fields["min"].flatMap { bound($0, "min") }
    let greatest = fields["max"].flatMap { bound($0, "max") }
    let isBackwards =
      switch (least, greatest) {
      case (.count(let low), .count(let high)): low > high
      case (.share(let low), .share(let high)): low > high
      default: false
      }
    if isBackwards { report(node, "expect has a min above its max") }
    return SegmentDefinition.ExpectedSize(least: least, greatest: greatest)
  }

  private mutating func bound(
    _ node: SourceNode, _ what: String
  ) -> SegmentDefinition.ExpectedSize.Bound? {
    if let text = node.text, text.hasSuffix("%"), let percent = decimal(String(text.dropLast())),
      (0...100).contains(percent)
    {
      return .share(percent / 100)
    }
    if let text = node.plainText, let count = Int(text), count >= 0 { return .count(count) }
    report(node, "\(what) needs a number of members or a share such as 5%, not \(node.kindName)")
    return nil
  }
}
