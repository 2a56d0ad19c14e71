/// A set of places from 0 on, that the least is taken out of first.
struct PlaceSet: Sendable {
  fileprivate(set) var words: [UInt64] = []

  /// Makes it the empty set, or that of all places below a number.
  mutating func reset(below count: Int, isFull: Bool = false) {
    let wordCount = (count + 63) / 64
    if words.count != wordCount { words = [UInt64](repeating: 0, count: wordCount) }
    for word in 0..<wordCount {
      let bits = count - 64 * word
      words[word] = !isFull ? 0 : bits < 64 ? (1 << UInt64(bits)) - 1 : .max
    }
  }

  mutating func insert(_ place: Int) { words[place / 64] |= 1 << UInt64(place % 64) }

  mutating func popFirst() -> Int? {
    for word in words.indices where words[word] != 0 {
      let bits = words[word]
      words[word] = bits & (bits - 1)
      return 64 * word + bits.trailingZeroBitCount
    }
    return nil
  }
}

/// Which leaves hear which facts.
struct LeafListeners: Sendable {
  /// The 64-bit words of a set of leaves.
  private let wordCount: Int
  /// For each bit of events' marks, a set of leaves.
  private let byMark: [UInt64]
  /// For each kind of facts, a set of leaves.
  private let byKind: [UInt64]
  private static let kinds = (0..<5).map { MemberFacts.Kinds(rawValue: 1 << $0) }

  init(_ leaves: [PlannedLeaf], hearing: [MemberFacts.Kinds], _ index: EventIndex) {
    wordCount = (leaves.count + 63) / 64
    var byMark = [UInt64](repeating: 0, count: 64 * index.wordCount * wordCount)
    var byKind = [UInt64](repeating: 0, count: Self.kinds.count * wordCount)
    for (leaf, planned) in leaves.enumerated() {
      let (word, mask) = (leaf / 64, UInt64(1) << UInt64(leaf % 64))
      for (place, marks) in planned.marks(in: index).enumerated() {
        for bit in 0..<64 where marks & (1 << UInt64(bit)) != 0 {
          byMark[(64 * place + bit) * wordCount + word] |= mask
        }
      }
      for (place, kind) in Self.kinds.enumerated() where !hearing[leaf].isDisjoint(with: kind) {
        byKind[place * wordCount + word] |= mask
      }
    }
    self.byMark = byMark
    self.byKind = byKind
  }

  /// Adds the leaves that hear facts of some kinds, and events with some marks, to a set.
  func insert(_ kinds: MemberFacts.Kinds, _ marks: [UInt64], into leaves: inout PlaceSet) {
    for place in 0..<Self.kinds.count where kinds.contains(Self.kinds[place]) {
      for word in 0..<wordCount { leaves.words[word] |= byKind[place * wordCount + word] }
    }
    guard kinds.contains(.event) else { return }
    for place in marks.indices {
      var bits = marks[place]
      while bits != 0 {
        let bit = 64 * place + bits.trailingZeroBitCount
        for word in 0..<wordCount { leaves.words[word] |= byMark[bit * wordCount + word] }
        bits &= bits - 1
      }
    }
  }
}

extension [UInt64] {
  /// Whether a leaf, of the marks of all leaves, has any of some marks.
  func share(_ leaf: Int, _ marks: [UInt64]) -> Bool {
    let words = marks.count
    for word in 0..<words where self[leaf * words + word] & marks[word] != 0 { return true }
    return false
  }
}

extension PlannedLeaf {
  /// The marks of the events that may change the leaf.
  func marks(in index: EventIndex) -> [UInt64] {
    switch kind {
    case .events(let question): index.marks(of: question.selectors)
    case .consent(let question): index.marks(of: [question.given, question.withdrawn])
    default: index.marks(of: [])
    }
  }

  /// The sequence that the leaf asks for, if its events are selected for good.
  private var sequence: (sequence: EventSequence, parts: EventQuestion.Sequence)? {
    guard case .events(let question) = kind, !question.isTimed,
      case .sequence(let sequence, let parts) = question
    else { return nil }
    return (sequence, parts)
  }

  /// The marks of the events that may make the leaf true.
  func openingMarks(in index: EventIndex) -> [UInt64] {
    guard let (sequence, parts) = sequence, let last = parts.steps.last else {
      return marks(in: index)
    }
    // In order, it is not complete before the last step.
    return index.marks(of: sequence.isOrdered ? [last] : parts.steps)
  }

  /// The marks of the events that may make the leaf false.
  func closingMarks(in index: EventIndex) -> [UInt64] {
    guard let (_, parts) = sequence else { return marks(in: index) }
    return index.marks(of: [parts.without].compactMap { $0 })
  }

  /// The age that a sequence is to be of: what events to come complete is true no sooner than after it.
  var leastAge: Int64? { sequence?.sequence.after?.microseconds }
}
