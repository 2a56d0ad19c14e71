import Segmentation

/// Why a member is, or is not, in a rule, a list or a state, and what is ahead.
struct WrittenExplanation {
  /// What is explained.
  enum Kind: String {
    case rule, list, stage
  }

  let kind: Kind
  /// The segment's id, the list's name, or the machine's name.
  let id: String
  let explanation: Explanation
  /// What is ahead; nil where it depends on a rank, which other members change, too.
  let prospect: MembershipProspect?

  var isMember: Bool { kind == .stage || explanation.truth == .true }

  /// What the member is in, or would be: the id, or `MACHINE=STATE`.
  var title: String { kind == .stage ? "\(id)=\(explanation.rule)" : id }

  private var report: ProspectReport? {
    prospect.map { ProspectReport(prospect: $0, isMember: isMember) }
  }

  /// The whole explanation, for the terminal.
  func lines(_ readable: ReadableText) -> [String] {
    let since = explanation.fact.map { ", " + readable.text($0) } ?? ""
    let head =
      kind == .stage
      ? "is in stage \(explanation.rule) of \(id)"
      : "\(isMember ? "is in" : "is not in") \(kind.rawValue) \(id)"
    return [head + since]
      + explanation.parts.flatMap { Self.lines($0, indent: 1, readable) }
      + (report?.lines(readable)
        ?? ["  next change: depends on a rank, which other members change, too"])
  }

  /// What decided, in short: the id with the first leaf that has something to say.
  func reason(_ readable: ReadableText) -> String? {
    let decided =
      kind == .stage
      ? explanation.fact.map(readable.text)
      : explanation.parts.lazy.compactMap { Self.decisiveFact($0, readable) }.first
    return decided.map { "\(title): \($0)" }
  }

  /// What was observed at the first leaf that a value comes from, in short; a count behind the condition
  /// that says of what.
  static func decisiveFact(_ explanation: Explanation, _ readable: ReadableText) -> String? {
    guard let leaf = decisive(explanation), let fact = leaf.fact else { return nil }
    let short = fact.split(separator: "; ").first.map(String.init) ?? fact
    let isCount = ["count ", "distinct count "].contains { short.hasPrefix($0) }
    return (isCount ? "\(leaf.rule) — " : "") + readable.text(short)
  }

  private static func decisive(_ explanation: Explanation) -> Explanation? {
    let deciding: [Explanation] =
      switch (explanation.rule, explanation.truth) {
      case ("all", .true), ("any", .false), ("none", _), ("not", _): explanation.parts
      default:
        explanation.parts.filter { $0.truth == explanation.truth }
      }
    return deciding.lazy.compactMap(decisive).first
      ?? (explanation.fact == nil ? nil : explanation)
  }

  static func lines(
    _ explanation: Explanation, indent: Int, _ readable: ReadableText
  ) -> [String] {
    let fact = explanation.fact.map { " — " + readable.text($0) } ?? ""
    let line =
      String(repeating: "  ", count: indent) + "\(explanation.truth): \(explanation.rule)\(fact)"
    return [line] + explanation.parts.flatMap { lines($0, indent: indent + 1, readable) }
  }

  var json: JSONValue {
    let ahead = report?.json ?? [:]
    let parts: JSONValue = .array(explanation.parts.map(Self.json))
    if kind == .stage {
      return .object(
        [
          "machine": .string(id), "state": .string(explanation.rule),
          "fact": JSONValue(explanation.fact), "moves": parts,
        ].merging(ahead) { first, _ in first })
    }
    return .object(
      [
        "segment": .string(id), "kind": .string(kind.rawValue), "member": .boolean(isMember),
        "fact": JSONValue(explanation.fact), "because": parts,
      ].merging(ahead) { first, _ in first })
  }

  static func json(_ explanation: Explanation) -> JSONValue {
    .object([
      "rule": .string(explanation.rule), "truth": .string("\(explanation.truth)"),
      "fact": JSONValue(explanation.fact), "parts": .array(explanation.parts.map(json)),
    ])
  }
}
