import EventLog

extension ProjectParser {
  /// The comparisons that stand beside a leaf's other keys; at least one.
  mutating func numberComparisons(
    _ node: SourceNode, in what: String
  ) -> [Comparison<Double>]? {
    comparisons(among: node.entries ?? [], at: node, in: what) { parser, node, name in
      parser.number(node, name)
    }
  }

  /// `3`, which means at least 3, or a mapping of comparisons.
  mutating func counts(_ node: SourceNode, of what: String) -> [Comparison<Double>]? {
    guard node.entries != nil else {
      return wholeNumber(node, what).map { [.atLeast(Double($0))] }
    }
    return comparisons(node, of: what) { parser, node, name in
      parser.wholeNumber(node, name).map { Double($0) }
    }
  }

  /// A mapping of numeric comparisons: `{gte: 0.7}`.
  mutating func comparisons(_ node: SourceNode, of what: String) -> [Comparison<Double>]? {
    comparisons(node, of: what) { parser, node, name in parser.number(node, name) }
  }

  /// A mapping of comparisons with durations: `{gt: 60d}`.
  mutating func ages(_ node: SourceNode) -> [Comparison<ExactDuration>]? {
    comparisons(node, of: "age") { parser, node, name in parser.duration(node, name) }
  }

  /// A mapping of comparisons and of nothing else.
  private mutating func comparisons<Value>(
    _ node: SourceNode, of what: String,
    operand: (inout ProjectParser, SourceNode, String) -> Value?
  ) -> [Comparison<Value>]? {
    guard fields(of: node, in: what, known: ComparisonOperator.names) != nil else { return nil }
    return comparisons(among: node.entries ?? [], at: node, in: what, operand: operand)
  }

  /// The comparisons among some entries; at least one.
  private mutating func comparisons<Value>(
    among entries: [SourceNode.Entry], at node: SourceNode, in what: String,
    operand: (inout ProjectParser, SourceNode, String) -> Value?
  ) -> [Comparison<Value>]? {
    var comparisons: [Comparison<Value>] = []
    var isValid = true
    var count = 0
    for entry in entries {
      guard let comparison = ComparisonOperator(rawValue: entry.key) else { continue }
      count += 1
      if comparison == .between {
        if let (low, high) = pair(entry.value, operand: { operand(&$0, $1, "between") }) {
          comparisons.append(.between(low, high))
        } else {
          isValid = false
        }
      } else if let value = operand(&self, entry.value, entry.key),
        let comparison = comparison.comparison(value)
      {
        comparisons.append(comparison)
      } else {
        isValid = false
      }
    }
    guard count > 0 else {
      if hasReportedKey(in: node) { return nil }
      report(node, "\(what) needs a comparison: \(listing(ComparisonOperator.names, "or"))")
      return nil
    }
    return isValid ? comparisons : nil
  }

  /// Two operands in ascending order, as `between` needs them.
  mutating func pair<Value: Comparable>(
    _ node: SourceNode, operand: (inout ProjectParser, SourceNode) -> Value?
  ) -> (Value, Value)? {
    guard let items = node.items, items.count == 2 else {
      report(node, "between needs two values in [ ], not \(node.kindName)")
      return nil
    }
    guard let low = operand(&self, items[0]), let high = operand(&self, items[1]) else {
      return nil
    }
    guard low <= high else {
      report(node, "between needs the smaller value first")
      return nil
    }
    return (low, high)
  }
}
