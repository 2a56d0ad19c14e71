import Engagement
import EventLog

extension LeafProposals {
  /// Another value of an attribute; none for dates, such as when the member joined or was born, which nobody
  /// can change.
  func attributeSteps(
    to goal: ChangeGoal, of leaf: Int, _ name: String, _ tests: [FieldTest]
  ) -> [ChangeStep] {
    if name == "joined_at" { return [] }
    if case .time? = trial.community.members.attributes[name] { return [] }
    let known = MemberRecord.value(trial.record.attributes[name], at: instant) ?? nil
    let present = known?.description ?? "missing"
    return candidates(name, tests, known).filter { $0 != known }.compactMap { value in
      let facts = [NewFact.attribute(name, value, at: now.asOf)]
      guard meets(goal, leaf, with: facts) else { return nil }
      var size = 1.0
      if case .number(let new)? = value, case .number(let old)? = known {
        size = abs(new - old) / max(abs(new), abs(old))
      } else if value == nil {
        size = 1.5
      }
      let text = "\(name) is \(value?.description ?? "missing"), now \(present)"
      return ChangeStep(.attribute, rule: written(leaf), text: text, size: size, facts: facts)
    }
  }

  /// Values worth trying: what the tests name, in the attribute's own type, what several members have, none.
  private func candidates(
    _ name: String, _ tests: [FieldTest], _ known: AttributeValue?
  ) -> [AttributeValue?] {
    let column = trial.community.members.attributes[name]
    let named = tests.flatMap { $0.examples(at: now) }
    let others =
      column.map { column in
        (0..<min(column.count, 200)).compactMap { AttributeValue(column, row: $0) }
      } ?? []
    // What only one member has, such as a name, is not shown for another.
    var (seen, shared): (Set<AttributeValue>, [AttributeValue]) = ([], [])
    for value in others where shared.count < 20 && !shared.contains(value) {
      if !seen.insert(value).inserted { shared.append(value) }
    }
    var values: [AttributeValue?] = []
    // Texts that hold what is asked for and keep what is there.
    var longer: [AttributeValue?] = []
    switch column {
    case .number:
      for case .number(let number) in named { values.append(.number(number)) }
    case .boolean: values = [.boolean(true), .boolean(false)]
    case .list:
      var items: [String] = []
      if case .list(let present)? = known { items = present }
      let texts = named.compactMap { value in
        if case .string(let text) = value { text } else { nil }
      }
      // One more, all of them, one less, none of them.
      values += texts.map { .list(items + [$0]) }
      values.append(.list(items + texts))
      values += texts.map { text in .list(items.filter { folded($0) != folded(text) }) }
      let unwanted = Set(texts.map(folded))
      values.append(.list(items.filter { !unwanted.contains(folded($0)) }))
    case .text:
      for case .string(let text) in named {
        values.append(.text(text))
        if case .text(let present)? = known { longer.append(.text(present + " " + text)) }
      }
    case .time: break
    case nil:
      values += named.map { value in
        switch value {
        case .string(let text): .text(text)
        case .number(let number): .number(number)
        case .boolean(let isTrue): .boolean(isTrue)
        }
      }
    }
    switch column {
    case .text, nil: return values + shared + [.text("another")] + longer + [nil]
    default: return values + shared + [nil]
    }
  }
}

extension AttributeValue: CustomStringConvertible {
  /// The value, for reading; items are parted by `|`.
  public var description: String {
    switch self {
    case .number(let number): formatted(number)
    case .boolean(let isTrue): isTrue ? "true" : "false"
    case .time(let time): time.description
    case .list(let items): items.isEmpty ? "an empty list" : items.joined(separator: "|")
    case .text(let text): text
    }
  }
}
