import Engagement
import EventLog

/// The written name of a test of a field.
enum FieldOperator: String, CaseIterable {
  case `is`
  case isNot = "is_not"
  case `in`
  case notIn = "not_in"
  case contains
  case notContains = "not_contains"
  case startsWith = "starts_with"
  case endsWith = "ends_with"
  case matches, gt, gte, lt, lte, between, exists, missing
  case hasAny = "has_any"
  case hasAll = "has_all"
  case hasNone = "has_none"
  case olderThan = "older_than"
  case newerThan = "newer_than"
  case before, after
  case anniversaryWithin = "anniversary_within"

  static let names = allCases.map(\.rawValue)
}

extension ProjectParser {
  /// The tests among a mapping's entries, other keys left out; at least one.
  mutating func fieldTests(
    _ node: SourceNode, in what: String, foldsCase: Bool = true
  ) -> [FieldTest]? {
    let operators = (node.entries ?? []).compactMap { entry in
      FieldOperator(rawValue: entry.key).map { ($0, entry.value) }
    }
    guard !operators.isEmpty else {
      if hasReportedKey(in: node) { return nil }
      report(node, "\(what) needs an operator, such as is, in, contains, gte or exists")
      return nil
    }
    let tests = operators.map { fieldTest($0, $1, foldsCase: foldsCase) }
    let valid = tests.compactMap { $0 }
    return valid.count == tests.count ? valid : nil
  }

  private mutating func fieldTest(
    _ name: FieldOperator, _ node: SourceNode, foldsCase: Bool
  ) -> FieldTest? {
    let what = name.rawValue
    switch name {
    case .is: return literal(node, what).map { .isOneOf([$0]) }
    case .isNot: return literal(node, what).map { .isNoneOf([$0]) }
    case .in: return literals(node, what).map { .isOneOf($0) }
    case .notIn: return literals(node, what).map { .isNoneOf($0) }
    case .contains: return literal(node, what).map { .contains($0) }
    case .notContains: return literal(node, what).map { .doesNotContain($0) }
    case .startsWith: return literal(node, what).map { .startsWith($0) }
    case .endsWith: return literal(node, what).map { .endsWith($0) }
    case .matches: return pattern(node, foldsCase: foldsCase)
    case .gt, .gte, .lt, .lte: return order(name, node)
    case .between: return between(node)
    case .exists: return truthValue(node, what).map { .exists($0) }
    case .missing: return truthValue(node, what).map { .exists(!$0) }
    case .hasAny: return literals(node, what).map { .hasAny($0) }
    case .hasAll: return literals(node, what).map { .hasAll($0) }
    case .hasNone: return literals(node, what).map { .hasNone($0) }
    case .olderThan: return duration(node, what).map { .olderThan($0) }
    case .newerThan: return duration(node, what).map { .newerThan($0) }
    case .before: return instant(node, what).map { .instant(.less($0)) }
    case .after: return instant(node, what).map { .instant(.greater($0)) }
    case .anniversaryWithin: return duration(node, what).map { .anniversaryWithin($0) }
    }
  }

  private mutating func literal(_ node: SourceNode, _ what: String) -> Literal? {
    guard let text = node.text else {
      report(node, "\(what) needs one value, not \(node.kindName)")
      return nil
    }
    return Literal(
      text: text, number: decimal(text), instant: Timestamp(text, in: project.settings.clock))
  }

  private mutating func literals(_ node: SourceNode, _ what: String) -> [Literal]? {
    guard let items = node.items, !items.isEmpty else {
      report(node, "\(what) needs a list of values in [ ], not \(node.kindName)")
      return nil
    }
    let literals = items.compactMap { literal($0, what) }
    return literals.count == items.count ? literals : nil
  }

  private mutating func pattern(_ node: SourceNode, foldsCase: Bool) -> FieldTest? {
    guard let pattern = text(node, "matches") else { return nil }
    do {
      return .matches(try RegularExpression(pattern, foldsCase: foldsCase))
    } catch {
      report(node, "matches: \(error.message)")
      return nil
    }
  }

  private mutating func order(_ name: FieldOperator, _ node: SourceNode) -> FieldTest? {
    guard let comparison = ComparisonOperator(rawValue: name.rawValue) else { return nil }
    if let number = node.plainText.flatMap(decimal) {
      return comparison.comparison(number).map { .number($0) }
    }
    if let instant = node.text.flatMap({ Timestamp($0, in: project.settings.clock) }) {
      return comparison.comparison(instant).map { .instant($0) }
    }
    report(node, "\(name.rawValue) needs a number or a date, not \(node.kindName)")
    return nil
  }

  private mutating func between(_ node: SourceNode) -> FieldTest? {
    let isNumeric = node.items?.allSatisfy { $0.plainText.flatMap(decimal) != nil } ?? false
    if isNumeric {
      return pair(node) { $0.number($1, "between") }.map { .number(.between($0, $1)) }
    }
    let isDated =
      node.items?.allSatisfy { $0.text.flatMap { Timestamp($0) } != nil } ?? true
    guard isDated else {
      report(node, "between needs two numbers or two dates")
      return nil
    }
    return pair(node) { $0.instant($1, "between") }.map { .instant(.between($0, $1)) }
  }
}
