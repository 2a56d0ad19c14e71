import Clustering
import LinearAlgebra

/// Members counted by their learned segment and all written segments that claim them.
struct ClaimPatterns {
  /// The learned segment, alone, the written ones, and the number of members.
  let patterns: [(first: [Int], second: [Int], count: Int)]
  private let memberPatterns: [Int32]
  private let learnedCount: Int
  private let writtenCount: Int
  /// Whether each of the written ones divides the members.
  private let claiming: [Bool]

  init(
    labels: [Int], claims: [[Int]], learnedCount: Int, writtenCount: Int, claiming: [Bool]
  ) {
    var numbers: [[Int]: Int32] = [:]
    var patterns: [(first: [Int], second: [Int], count: Int)] = []
    memberPatterns = zip(labels, claims).map { label, claim in
      let key = [label] + claim
      if let known = numbers[key] {
        patterns[Int(known)].count += 1
        return known
      }
      let number = Int32(patterns.count)
      numbers[key] = number
      patterns.append((first: [label], second: claim, count: 1))
      return number
    }
    self.patterns = patterns
    self.learnedCount = learnedCount
    self.writtenCount = writtenCount
    self.claiming = claiming
  }

  /// What draws of members gave.
  struct Draws {
    /// For each draw, the members of each learned segment, of each written one, and of both.
    fileprivate let learned: [[Int]]
    fileprivate let written: [[Int]]
    fileprivate let both: [[Int]]
    fileprivate let adjustedRands: [Double?]

    /// The intervals of one pair of segments.
    func intervals(
      learned: Int, written: Int, memberCount: Int
    ) -> SegmentComparison.Intervals {
      let matches = both.indices.map { draw in
        SegmentComparison.Match(
          learned: "", written: "",
          both: both[draw][learned * self.written[draw].count + written],
          learnedCount: self.learned[draw][learned], writtenCount: self.written[draw][written],
          memberCount: memberCount)
      }
      return SegmentComparison.Intervals(
        precision: percentiles(matches.map(\.precision)),
        recall: percentiles(matches.map(\.recall)), jaccard: percentiles(matches.map(\.jaccard)),
        lift: percentiles(matches.map(\.lift)))
    }

    /// The interval of the adjusted Rand index.
    var adjustedRandInterval: ClosedRange<Double>? { percentiles(adjustedRands) }
  }

  /// Draws as many members with replacement, so many times.
  func draws(count: Int, seed: UInt64, threadCount: Int) -> Draws {
    let memberCount = memberPatterns.count
    var found = [(learned: [Int], written: [Int], both: [Int], rand: Double?)](
      repeating: ([], [], [], nil), count: count)
    found.withUnsafeMutableBufferPointer { found in
      nonisolated(unsafe) let found = found
      forEachBlock(count: count, threadCount: threadCount) { draw in
        var generator = SeededGenerator(seed: seed, stream: UInt64(draw) + 1)
        var counts = [Int](repeating: 0, count: patterns.count)
        for _ in 0..<memberCount {
          counts[Int(memberPatterns[generator.below(memberCount)])] += 1
        }
        var learned = [Int](repeating: 0, count: learnedCount)
        var written = [Int](repeating: 0, count: writtenCount)
        var both = [Int](repeating: 0, count: learnedCount * writtenCount)
        // The contingency table of first claims: those in none are one class.
        var cells = [Int](repeating: 0, count: learnedCount * (writtenCount + 1))
        for (pattern, count) in zip(patterns, counts) {
          let label = pattern.first[0]
          learned[label] += count
          let first = pattern.second.first { claiming[$0] } ?? writtenCount
          cells[label * (writtenCount + 1) + first] += count
          for claim in pattern.second {
            written[claim] += count
            both[label * writtenCount + claim] += count
          }
        }
        found[draw] = (
          learned, written, both,
          Self.adjustedRand(cells, rowCount: learnedCount, columnCount: writtenCount + 1)
        )
      }
    }
    return Draws(
      learned: found.map(\.learned), written: found.map(\.written), both: found.map(\.both),
      adjustedRands: found.map(\.rand))
  }

  /// The adjusted Rand index of a contingency table; sums of squares are exact to 2^53.
  private static func adjustedRand(
    _ cells: [Int], rowCount: Int, columnCount: Int
  ) -> Double? {
    func pairs(_ count: Int) -> Double { Double(count) * Double(count - 1) / 2 }
    var rows = [Int](repeating: 0, count: rowCount)
    var columns = [Int](repeating: 0, count: columnCount)
    var together = 0.0
    for row in 0..<rowCount {
      for column in 0..<columnCount {
        let count = cells[row * columnCount + column]
        rows[row] += count
        columns[column] += count
        together += pairs(count)
      }
    }
    let all = pairs(rows.reduce(0, +))
    guard all > 0 else { return nil }
    let (first, second) = (
      rows.reduce(0) { $0 + pairs($1) }, columns.reduce(0) { $0 + pairs($1) }
    )
    let expected = first * second / all
    let most = (first + second) / 2
    return most > expected ? (together - expected) / (most - expected) : 1
  }
}

/// The middle 95 % of some numbers; nil where fewer than half of them are there.
func percentiles(_ numbers: [Double?]) -> ClosedRange<Double>? {
  let sorted = numbers.compactMap { $0 }.filter(\.isFinite).sorted()
  guard sorted.count >= 2, 2 * sorted.count >= numbers.count else { return nil }
  func quantile(_ part: Double) -> Double {
    sorted[Int((part * Double(sorted.count - 1)).rounded())]
  }
  return quantile(0.025)...quantile(0.975)
}
