import Engagement
import EventLog

// Values in the normal form.

extension ProjectPrinter {
  func text(_ text: String) -> BlockText { .scalar(quotedText(text)) }

  func texts(_ texts: [String]) -> BlockText { .list(texts.map { text($0) }, .fitting) }

  /// The text itself where there is one, else a list.
  func textOrTexts(_ texts: [String]) -> BlockText {
    texts.count == 1 ? text(texts[0]) : .list(texts.map { text($0) }, .flow)
  }

  func number(_ number: Double) -> BlockText { .scalar(formatted(number)) }

  func duration(_ duration: ExactDuration) -> BlockText {
    self.duration(microseconds: duration.microseconds)
  }

  /// The greatest unit up to a day that the duration is whole in.
  func duration(microseconds: Int64) -> BlockText {
    let units: [(String, Int64)] = [
      ("d", Timestamp.microsecondsPerDay), ("h", 3_600_000_000), ("m", 60_000_000),
    ]
    for (unit, length) in units where microseconds % length == 0 {
      return .scalar("\(microseconds / length)\(unit)")
    }
    return .scalar("\(microseconds / 1_000_000)s")
  }

  /// A plain date where a day of the clock begins, else an instant in UTC.
  func instant(_ instant: Timestamp) -> BlockText {
    let clock = project.settings.clock
    let date = CivilDate(daysSince1970: clock.day(of: instant)).description
    return .scalar(Timestamp(date, in: clock) == instant ? date : instant.description)
  }

  /// `5%` where that reads back as the share, else nil.
  func percentage(_ share: Double) -> String? {
    var candidates = [share * 100]
    for _ in 0..<4 {
      candidates.append((candidates.last ?? 0).nextUp)
    }
    candidates.append((share * 100).nextDown)
    for _ in 0..<3 { candidates.append((candidates.last ?? 0).nextDown) }
    return candidates.filter { $0 / 100 == share && (0...100).contains($0) }.map(formatted)
      .min { ($0.count, $0) < ($1.count, $1) }.map { "\($0)%" }
  }

  /// The name by which a feature is read again in this project.
  func name(of feature: FeatureDefinition) -> String {
    let name = feature.description
    let isRead = FeatureDefinition(name, aliases: project.settings.aliases.keys) == feature
    guard !isRead, case .attribute(let attribute) = feature else { return name }
    return "attr.\(attribute)"
  }

  /// Comparisons as entries of a mapping.
  func comparisons<Value>(
    _ comparisons: [Comparison<Value>], _ written: (Value) -> BlockText
  ) -> [(key: String, value: BlockText)] {
    comparisons.map { comparison in
      let key: ComparisonOperator =
        switch comparison {
        case .equal: .eq
        case .greater: .gt
        case .atLeast: .gte
        case .less: .lt
        case .atMost: .lte
        case .between: .between
        }
      return BlockText.entry(key.rawValue, operands(of: comparison, written))
    }
  }

  /// What a value is compared with.
  func operands<Value>(
    of comparison: Comparison<Value>, _ written: (Value) -> BlockText
  ) -> BlockText {
    let operands = comparison.operands.map(written)
    return operands.count == 1 ? operands[0] : .list(operands, .flow)
  }

  /// `3` for at least 3, else a mapping.
  func bounds(_ comparisons: [Comparison<Double>]) -> BlockText {
    if case .atLeast(let least)? = comparisons.first, comparisons.count == 1 {
      return number(least)
    }
    return .mapping(self.comparisons(comparisons) { number($0) }, .flow)
  }

  /// The tests of one field as entries of a mapping.
  ///
  /// Some tests can be written in two ways, as `is: a` and `in: [a]`: where both stand beside each
  /// other, each of them is taken once.
  func tests(_ tests: [FieldTest]) -> [(key: String, value: BlockText)] {
    var taken: Set<String> = []
    return tests.map { test in
      let forms = forms(of: test)
      let form = forms.first { !taken.contains($0.0.rawValue) } ?? forms[0]
      taken.insert(form.0.rawValue)
      return BlockText.entry(form.0.rawValue, form.1)
    }
  }

  /// The ways to write a test, the preferred one first.
  private func forms(of test: FieldTest) -> [(FieldOperator, BlockText)] {
    switch test {
    case .isOneOf(let literals): oneOrMany(literals, .is, .in)
    case .isNoneOf(let literals): oneOrMany(literals, .isNot, .notIn)
    case .contains(let literal): [(.contains, value(literal))]
    case .doesNotContain(let literal): [(.notContains, value(literal))]
    case .startsWith(let literal): [(.startsWith, value(literal))]
    case .endsWith(let literal): [(.endsWith, value(literal))]
    case .matches(let pattern): [(.matches, text(pattern.pattern))]
    case .number(let comparison):
      [(fieldOperator(comparison), operands(of: comparison) { number($0) })]
    case .instant(let comparison): instantForms(comparison)
    case .exists(let isThere):
      isThere
        ? [(.exists, .scalar("true")), (.missing, .scalar("false"))]
        : [(.missing, .scalar("true")), (.exists, .scalar("false"))]
    case .hasAny(let literals): [(.hasAny, values(literals))]
    case .hasAll(let literals): [(.hasAll, values(literals))]
    case .hasNone(let literals): [(.hasNone, values(literals))]
    case .olderThan(let length): [(.olderThan, duration(length))]
    case .newerThan(let length): [(.newerThan, duration(length))]
    case .anniversaryWithin(let length): [(.anniversaryWithin, duration(length))]
    }
  }

  private func oneOrMany(
    _ literals: [Literal], _ one: FieldOperator, _ many: FieldOperator
  ) -> [(FieldOperator, BlockText)] {
    let list = (many, values(literals))
    return literals.count == 1 ? [(one, value(literals[0])), list] : [list]
  }

  private func instantForms(
    _ comparison: Comparison<Timestamp>
  ) -> [(FieldOperator, BlockText)] {
    let operands = operands(of: comparison) { instant($0) }
    let plain = (fieldOperator(comparison), operands)
    return switch comparison {
    case .less: [(.before, operands), plain]
    case .greater: [(.after, operands), plain]
    default: [plain]
    }
  }

  private func fieldOperator<Value>(_ comparison: Comparison<Value>) -> FieldOperator {
    switch comparison {
    case .greater: .gt
    case .atLeast: .gte
    case .less: .lt
    case .atMost: .lte
    case .between: .between
    case .equal: preconditionFailure("no test of a field is written with eq")
    }
  }

  private func value(_ literal: Literal) -> BlockText { .scalar(quotedValue(literal.text)) }

  private func values(_ literals: [Literal]) -> BlockText { .list(literals.map(value), .flow) }
}
