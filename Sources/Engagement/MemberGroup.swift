import EventLog

/// Where the accumulators of features stand in the record of a member.
struct MemberRecordLayout: Sendable {
  static let first = 0
  static let last = 1
  static let firstReceived = 2

  /// Accumulators in the order of the features, and the word, or the table, where each begins.
  let accumulators: [(accumulator: FeatureAccumulator, place: Int)]
  let places: [FeatureAccumulator: Int]
  let wordCount: Int
  /// For each table, whether it counts.
  let tables: [Bool]
  /// Names of types or aliases that features select events by.
  let aliases: [String]
  /// Whether some feature asks which days there are, not only how many.
  let needsNumbers: Bool
  /// Whether some accumulator sums up impact.
  let needsImpact: Bool

  /// Nil where a feature needs the events themselves.
  init?(_ features: [FeatureDefinition]) {
    var places: [FeatureAccumulator: Int] = [:]
    var accumulators: [(FeatureAccumulator, Int)] = []
    var (words, tables, aliases) = (3, [Bool](), [String]())
    for feature in features {
      guard let needed = FeatureAccumulator.needed(by: feature) else { return nil }
      for accumulator in needed where places[accumulator] == nil {
        switch accumulator {
        case .days, .types:
          places[accumulator] = tables.count
          tables.append(accumulator == .types)
        default:
          places[accumulator] = words
          words += accumulator.wordCount
        }
        accumulators.append((accumulator, places[accumulator] ?? 0))
        if case .count(let name?, _) = accumulator { aliases.append(name) }
      }
    }
    self.accumulators = accumulators
    self.places = places
    self.tables = tables
    self.aliases = aliases
    wordCount = words
    needsImpact = accumulators.contains {
      switch $0.0 {
      case .impact, .decayed(_, isImpact: true, _): true
      default: false
      }
    }
    needsNumbers = features.contains {
      switch $0 {
      case .activeWeeks, .streakWeeks, .typeEntropy: true
      default: false
      }
    }
  }
}

/// The members of one group and what has been summed up of their events.
final class MemberGroup: @unchecked Sendable {
  let layout: MemberRecordLayout
  var ids = Interner()
  var tables: [PairTable]
  /// Sums of older blocks of half-lives: block, the link to the next, and the words of a sum.
  var older: [UInt64] = []
  /// Terms that a sum has no room for, by the record's word at which the sum begins, and block.
  var escaped: [Int: [Int64: ExactSum]] = [:]
  private(set) var words: UnsafeMutablePointer<Int64>
  private var capacity = 256
  private var recordCount = 0

  init(_ layout: MemberRecordLayout) {
    self.layout = layout
    tables = layout.tables.map { PairTable(isCounting: $0) }
    words = .allocate(capacity: capacity * layout.wordCount)
  }

  deinit { words.deallocate() }

  /// The number of members.
  var count: Int { recordCount }

  /// Makes empty records for all members that have none yet.
  func makeRecords() {
    let width = layout.wordCount
    if ids.count > capacity {
      let larger = max(ids.count, capacity * 2)
      let moved = UnsafeMutablePointer<Int64>.allocate(capacity: larger * width)
      moved.update(from: words, count: recordCount * width)
      words.deallocate()
      words = moved
      capacity = larger
    }
    while recordCount < ids.count {
      let record = words + recordCount * width
      record.update(repeating: 0, count: width)
      record[MemberRecordLayout.first] = .max
      record[MemberRecordLayout.last] = .min
      record[MemberRecordLayout.firstReceived] = .max
      recordCount += 1
    }
  }

  /// The sum that begins at a word of a member's record.
  func sum(slot: Int, word: Int, count: Int, fractionBits: Int) -> FixedSum {
    FixedSum(
      words + (slot * layout.wordCount + word), count: count, fractionBits: fractionBits)
  }

  /// Calls `body` with a table, which is not the group's meanwhile.
  func withTable(_ place: Int, _ body: (inout PairTable) -> Void) {
    var table = PairTable.none
    swap(&table, &tables[place])
    body(&table)
    swap(&table, &tables[place])
  }

  /// Adds a term that is of an older block of half-lives than the sum in the record.
  func addOlder(_ term: Double, block: Int64, slot: Int, word: Int) {
    let link = slot * layout.wordCount + word
    let width = 2 + FeatureAccumulator.decayedWordCount
    var node = Int(words[link])
    while node != 0, Int64(bitPattern: older[(node - 1) * width]) != block {
      node = Int(older[(node - 1) * width + 1])
    }
    if node == 0 {
      older += [UInt64(bitPattern: block), UInt64(bitPattern: words[link])]
      older += [UInt64](repeating: 0, count: FeatureAccumulator.decayedWordCount)
      node = older.count / width
      words[link] = Int64(node)
    }
    let isAdded = older.withUnsafeMutableBufferPointer { older in
      guard let base = older.baseAddress else { return false }
      return FixedSum(
        words: base + (node - 1) * width + 2, count: FeatureAccumulator.decayedWordCount,
        fractionBits: FeatureAccumulator.decayedFractionBits
      ).add(term)
    }
    if !isAdded { escape(term, block: block, word: link) }
  }

  /// Keeps a term that a sum has no room for.
  func escape(_ term: Double, block: Int64, word: Int) {
    escaped[word, default: [:]][block, default: ExactSum()].add(term)
  }

  /// The sum of a decayed accumulator that has terms of one block; nil where it may have others.
  func onlyDecayedSum(slot: Int, word: Int) -> Double? {
    guard words[slot * layout.wordCount + word] == 0, escaped.isEmpty else { return nil }
    return sum(
      slot: slot, word: word + 1, count: FeatureAccumulator.decayedWordCount,
      fractionBits: FeatureAccumulator.decayedFractionBits
    ).value
  }

  /// The sums of a decayed accumulator by block, oldest first.
  func decayedSums(slot: Int, word: Int, homeBlock: Int64) -> [(block: Int64, sum: Double)] {
    let link = slot * layout.wordCount + word
    let (count, bits) = (
      FeatureAccumulator.decayedWordCount, FeatureAccumulator.decayedFractionBits
    )
    let home = sum(slot: slot, word: word + 1, count: count, fractionBits: bits)
    let terms = escaped.isEmpty ? nil : escaped[link]
    if words[link] == 0, terms == nil { return [(homeBlock, home.value)] }
    var sums = [homeBlock: home.exactSum]
    let width = 2 + count
    var node = Int(words[link])
    older.withUnsafeMutableBufferPointer { older in
      while node != 0, let base = older.baseAddress {
        let start = base + (node - 1) * width
        sums[Int64(bitPattern: start[0])] =
          FixedSum(words: start + 2, count: count, fractionBits: bits).exactSum
        node = Int(start[1])
      }
    }
    for (block, sum) in terms ?? [:] { sums[block, default: ExactSum()].add(sum) }
    return sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value.value) }
  }

  /// The value of a plain sum.
  func sum(slot: Int, word: Int) -> Double {
    let sum = sum(
      slot: slot, word: word, count: FeatureAccumulator.sumWordCount,
      fractionBits: FeatureAccumulator.sumFractionBits)
    guard !escaped.isEmpty, let terms = escaped[slot * layout.wordCount + word] else {
      return sum.value
    }
    var exact = sum.exactSum
    for (_, sum) in terms { exact.add(sum) }
    return exact.value
  }
}
