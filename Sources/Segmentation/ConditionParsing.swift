import Engagement
import EventLog

extension ProjectParser {
  private static let combinators = ["all", "any", "none", "not", "at_least"]
  private static let leaves = [
    "attr", "did", "did_not", "first", "last", "feature", "score", "segment", "cluster", "list",
    "regular", "sequence", "trend", "share", "rank", "near", "bucket", "stage", "consent",
  ]

  /// Parses a condition; nil, with a report, where it is none.
  mutating func condition(_ node: SourceNode) -> Condition? {
    let kinds = Self.combinators + Self.leaves
    guard let entries = node.entries else {
      report(node, "a condition needs a mapping such as {did: post_created}, not \(node.kindName)")
      return nil
    }
    let found = entries.filter { kinds.contains($0.key) }
    guard let kind = found.first else {
      guard let entry = entries.first else {
        report(node, "an empty condition; it needs one of \(listing(kinds, "or"))")
        return nil
      }
      let hint = suggestion(for: entry.key, among: kinds)
      report(
        entry.keyPosition,
        "unknown condition \"\(entry.key)\""
          + (hint.isEmpty ? "; known are \(listing(kinds))" : hint))
      return nil
    }
    if found.count > 1 {
      report(
        found[1].keyPosition,
        "\"\(kind.key)\" and \"\(found[1].key)\" stand in one condition; put both under all: or any:"
      )
      return nil
    }
    if Self.combinators.contains(kind.key) {
      _ = fields(of: node, in: "\"\(kind.key)\"", known: [kind.key])
      return combination(kind)
    }
    return leaf(node, kind: kind)
  }

  private mutating func combination(_ entry: SourceNode.Entry) -> Condition? {
    switch entry.key {
    case "not": return condition(entry.value).map { .not($0) }
    case "at_least":
      guard let fields = fields(of: entry.value, in: "at_least", known: ["n", "of"]) else {
        return nil
      }
      guard let count = fields["n"], let list = fields["of"] else {
        report(entry.value, "at_least needs n and of: {n: 2, of: [...]}")
        return nil
      }
      let least = wholeNumber(count, "n", least: 1)
      guard let parts = conditions(list, of: "at_least"), let least else { return nil }
      if least > parts.count {
        report(count, "at_least asks for \(least) of \(parts.count) conditions")
      }
      return .atLeast(least, parts)
    default:
      guard let parts = conditions(entry.value, of: entry.key) else { return nil }
      switch entry.key {
      case "all": return .all(parts)
      case "any": return .any(parts)
      default: return Condition.none(parts)
      }
    }
  }

  private mutating func conditions(_ node: SourceNode, of what: String) -> [Condition]? {
    guard let items = node.items else {
      report(node, "\"\(what)\" needs a list of conditions in [ ], not \(node.kindName)")
      return nil
    }
    guard !items.isEmpty else {
      report(node, "\"\(what)\" needs at least one condition")
      return nil
    }
    let parts = items.map { condition($0) }
    let valid = parts.compactMap { $0 }
    return valid.count == parts.count ? valid : nil
  }

  private mutating func leaf(_ node: SourceNode, kind: SourceNode.Entry) -> Condition? {
    if refusesOutsideNeed(of: kind) { return nil }
    let question: Leaf.Question?
    switch kind.key {
    case "attr": question = attribute(node, kind)
    case "did": question = did(node, kind)
    case "did_not": question = didNot(node, kind)
    case "first", "last": question = occurrence(node, kind)
    case "feature", "score": question = measured(node, kind)
    case "segment": question = segmentReference(node, kind)
    case "cluster": question = cluster(node, kind)
    case "regular": question = regular(node, kind)
    case "sequence": question = sequence(node, kind)
    case "trend": question = trend(node, kind)
    case "share": question = share(node, kind)
    case "rank": question = rank(node, kind)
    case "near": question = near(node, kind)
    case "bucket": question = bucket(node, kind)
    case "stage": question = stage(node, kind)
    case "consent": question = consent(node, kind)
    default: question = list(node, kind)
    }
    let isUnknownIfMissing = node.entries?.contains { $0.key == "if_missing" } ?? false
    guard let question else { return nil }
    return .leaf(
      Leaf(
        question: question, isUnknownIfMissing: isUnknownIfMissing, position: kind.value.position,
        written: node.written))
  }

  /// Checks `if_missing`, which can only say `unknown`.
  mutating func checkIfMissing(_ node: SourceNode?) {
    guard let node, node.text != "unknown" else { return }
    report(node, "if_missing can only be unknown, not \(node.kindName); leave it out otherwise")
  }

  private mutating func attribute(
    _ node: SourceNode, _ kind: SourceNode.Entry
  ) -> Leaf.Question? {
    let operators = FieldOperator.names
    guard
      let fields = fields(
        of: node, in: "attr", known: ["attr", "if_missing"] + operators, unsupported: ["for"]),
      let name = text(kind.value, "attr")
    else { return nil }
    checkIfMissing(fields["if_missing"])
    guard let tests = fieldTests(node, in: "attr \(name)") else { return nil }
    return .attribute(name: name, tests: tests)
  }

  /// `feature: NAME` and `score: NAME`, each with comparisons.
  private mutating func measured(_ node: SourceNode, _ kind: SourceNode.Entry) -> Leaf.Question? {
    guard
      let fields = fields(
        of: node, in: kind.key, known: [kind.key, "if_missing"] + ComparisonOperator.names)
    else { return nil }
    checkIfMissing(fields["if_missing"])
    guard let name = text(kind.value, kind.key),
      let comparisons = numberComparisons(node, in: "\(kind.key) \(name)")
    else { return nil }
    return kind.key == "feature"
      ? .feature(singleFeature(name, at: kind.value), comparisons) : .score(name: name, comparisons)
  }

  private mutating func cluster(_ node: SourceNode, _ kind: SourceNode.Entry) -> Leaf.Question? {
    let outer = fields(of: node, in: "a cluster condition", known: ["cluster", "if_missing"])
    checkIfMissing(outer?["if_missing"])
    guard
      let fields = fields(of: kind.value, in: "cluster", known: ["model", "is", "confidence"])
    else { return nil }
    guard let model = fields["model"], let wanted = fields["is"] else {
      report(kind.value, "cluster needs model and is: {model: members, is: c0}")
      return nil
    }
    let segments = wanted.items == nil ? text(wanted, "is").map { [$0] } : texts(wanted, "is")
    if segments?.isEmpty == true { report(wanted, "is needs at least one segment") }
    let confidence = fields["confidence"].map { comparisons($0, of: "confidence") } ?? []
    guard let model = text(model, "model"), let segments, let confidence else { return nil }
    // A bare number is a learned segment's number, as in segments_of.
    let ids = segments.map { Int($0).map { "c\($0)" } ?? $0 }
    return .cluster(model: model, segments: ids, confidence: confidence)
  }

  private mutating func list(_ node: SourceNode, _ kind: SourceNode.Entry) -> Leaf.Question? {
    guard fields(of: node, in: "a list condition", known: ["list"]) != nil else { return nil }
    return text(kind.value, "list").map { .list(name: $0) }
  }
}
