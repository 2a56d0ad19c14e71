extension FeatureDefinition {
  /// What a number in the name must be, where with another one it would be a built-in feature; nil where
  /// the name holds no number that cannot be.
  ///
  /// Such a name is read as that of an event type, a property or an attribute; only where there is none
  /// of that name it is taken for a slip.
  var numberError: EngagementError? {
    let name = description
    let end = name.firstIndex(of: "=") ?? name.endIndex
    var (head, tail) = (name[..<end], String(name[end...]))
    if head.hasPrefix("share_of_"), let mark = head.lastIndex(of: ":"),
      head[head.index(after: mark)...].first?.isPartOfNumber ?? true
    {
      return .impossibleNumber(
        feature: name, what: "the number of values", greatest: PropertyShareValue.greatestCount,
        example: "\(head[..<mark]):\(PropertyShareValue.usualCount)")
    }
    var what: String?
    let isBuiltIn = Self.parsingBuiltIn(name, aliases: []) != nil
    while let mark = head.lastIndex(of: "_") {
      var part = head[head.index(after: mark)...]
      if part.isNumber(after: "", before: "d") {
        if Self.window(part) == nil { (what, part) = ("a window in days", "90d") }
      } else if !isBuiltIn, part.isNumber(after: "h", before: "") {
        if Self.halfLife(part) == nil { (what, part) = ("a half-life in days", "h14") }
      } else {
        break
      }
      (head, tail) = (head[..<mark], "_\(part)\(tail)")
    }
    let example = String(head) + tail
    guard let what, Self.parsingBuiltIn(example, aliases: []) != nil else { return nil }
    return .impossibleNumber(
      feature: name, what: what, greatest: Self.greatestDays, example: example)
  }
}

extension Substring {
  /// Whether it is a number of any kind between two texts.
  fileprivate func isNumber(after start: String, before end: String) -> Bool {
    guard hasPrefix(start), hasSuffix(end) else { return false }
    let number = dropFirst(start.count).dropLast(end.count)
    return !number.isEmpty && number.allSatisfy(\.isPartOfNumber)
  }
}

extension Character {
  fileprivate var isPartOfNumber: Bool { "0123456789+-.".contains(self) }
}
