/// A regular expression that is matched in time linear in the text, whatever the pattern.
///
/// The pattern may hold literals, `.`, classes `[a-z]` and `[^…]`, the escapes `\d \w \s \D \W \S`
/// (ASCII digits, letters, blanks), `\t \n \r` and escaped punctuation, groups `(…)` and `(?:…)`,
/// alternatives `|`, the quantifiers `* + ? {n} {n,} {n,m}` (a `?` behind them changes nothing), and
/// `^` and `$` for the text's two ends. It is looked for anywhere in the text. Case folds
/// and Unicode forms agree, but for event types and ids, which are compared as they are. Back references and look-around have no linear-time algorithm and
/// are refused, as is a pattern of more than 2,000 states.
///
/// Source: K. Thompson, "Regular Expression Search Algorithm" (1968, doi 10.1145/363347.363387).
public struct RegularExpression: Sendable, Hashable {
  /// The pattern as written.
  public let pattern: String

  /// False for patterns of event types and ids.
  let foldsCase: Bool
  let program: [Instruction]

  /// The most states that a pattern may have.
  static let largestProgram = 2_000

  enum Instruction: Sendable, Hashable {
    case scalars(ScalarSet)
    case start
    case end
    case split(Int, Int)
    case jump(Int)
    case match
  }

  /// A set of Unicode scalars.
  struct ScalarSet: Sendable, Hashable {
    var ranges: [ClosedRange<UInt32>] = []
    var isNegated = false

    static let any = ScalarSet(ranges: [], isNegated: true)

    /// True where a scalar is in the set; with folding, a folded scalar or its upper case.
    func contains(_ scalar: Unicode.Scalar, foldsCase: Bool) -> Bool {
      guard foldsCase else {
        return ranges.contains { $0.contains(scalar.value) } != isNegated
      }
      let upper = scalar.properties.uppercaseMapping.unicodeScalars
      let isIn = ranges.contains { range in
        range.contains(scalar.value)
          || (upper.count == 1 && upper.first.map { range.contains($0.value) } == true)
      }
      return isIn != isNegated
    }
  }

  /// True where the pattern is found in a text.
  ///
  /// - Complexity: O(n m) for a text of n scalars and m states.
  public func matches(_ text: String) -> Bool {
    let text = foldsCase ? folded(text) : text
    var current = StateSet(count: program.count)
    var next = StateSet(count: program.count)
    var isAtStart = true
    var scalars = text.unicodeScalars.makeIterator()
    var scalar = scalars.next()
    while true {
      if add(0, to: &current, isAtStart: isAtStart, isAtEnd: scalar == nil) { return true }
      guard let read = scalar else { return false }
      scalar = scalars.next()
      isAtStart = false
      next.removeAll()
      for state in current.members {
        guard case .scalars(let set) = program[state], set.contains(read, foldsCase: foldsCase)
        else { continue }
        if add(state + 1, to: &next, isAtStart: false, isAtEnd: scalar == nil) { return true }
      }
      swap(&current, &next)
    }
  }

  /// Adds a state and all that it leads to without reading; true where a match is among them.
  private func add(
    _ first: Int, to states: inout StateSet, isAtStart: Bool, isAtEnd: Bool
  ) -> Bool {
    var pending = [first]
    while let state = pending.popLast() {
      guard states.insert(state) else { continue }
      switch program[state] {
      case .match: return true
      case .scalars: break
      case .start: if isAtStart { pending.append(state + 1) }
      case .end: if isAtEnd { pending.append(state + 1) }
      case .jump(let target): pending.append(target)
      case .split(let one, let other):
        pending.append(one)
        pending.append(other)
      }
    }
    return false
  }
}

/// States of a program, each at most once.
private struct StateSet {
  private(set) var members: [Int] = []
  private var isMember: [Bool]

  init(count: Int) { isMember = [Bool](repeating: false, count: count) }

  mutating func insert(_ state: Int) -> Bool {
    guard !isMember[state] else { return false }
    isMember[state] = true
    members.append(state)
    return true
  }

  mutating func removeAll() {
    for state in members { isMember[state] = false }
    members.removeAll(keepingCapacity: true)
  }
}
