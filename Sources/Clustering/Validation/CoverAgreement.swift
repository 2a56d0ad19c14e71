/// How far two covers of the same rows agree: groupings in which a row may be in several clusters, or
/// in none.
///
/// For partitions, where every row is in one cluster, the omega index is the adjusted Rand index.
public struct CoverAgreement: Sendable, Hashable {
  /// The clusters that some rows are in, the same for all of them.
  public struct Pattern: Sendable, Hashable {
    /// The clusters of the first cover, any numbers; one that is there twice counts once.
    public var first: [Int]
    /// The clusters of the second cover.
    public var second: [Int]
    /// The number of rows.
    public var count: Int

    /// Makes a pattern.
    public init(first: [Int], second: [Int], count: Int = 1) {
      (self.first, self.second, self.count) = (first, second, count)
    }
  }

  /// The number of rows, n.
  public let count: Int
  /// The extended BCubed precision of the second cover (Amigó, Gonzalo, Artiles & Verdejo 2009, doi
  /// 10.1007/s10791-008-9066-8), 0...1: how far rows that share its clusters share some of the first.
  ///
  /// The mean over rows of the mean of min(s₁, s₂) / s₂ over the rows that share any of its clusters
  /// with them, themselves among these; s₁ and s₂ count the clusters that two rows share in each
  /// cover. Rows in no cluster of it are left out; nil where all are.
  public let precision: Double?
  /// The extended BCubed recall, 0...1: the precision with the covers changed about.
  public let recall: Double?
  /// The omega index (Collins & Dent 1988, doi 10.1207/s15327906mbr2302_6), at most 1: the share of
  /// pairs of rows that are together in as many clusters of one cover as of the other, above chance.
  ///
  /// (O - E) / (1 - E), with E from the shares of pairs that are together in 0, 1, 2 and more clusters
  /// of each cover. 1 for equal covers, near 0 for unrelated ones; 1 too where E is, and for a single
  /// row; nil for none. Computed from whole numbers in 128 bits, which hold for n up to 3e9.
  public let omega: Double?

  /// The harmonic mean of precision and recall, 0...1; nil where one of them is, 0 where both are 0.
  public var fMeasure: Double? {
    guard let precision, let recall else { return nil }
    let sum = precision + recall
    return sum > 0 ? 2 * precision * recall / sum : 0
  }

  /// Compares two covers, given as the clusters of each row, any numbers, n sets each.
  ///
  /// - Parameters:
  ///   - first: The truth, where it matters which is; a row may have none.
  ///   - second: The prediction.
  /// - Throws: `ClusteringError.labelCount` where the counts differ.
  /// - Complexity: O(n) to count the p patterns that there are, then O(p²), not of pairs of rows.
  public init(_ first: [[Int]], _ second: [[Int]]) throws(ClusteringError) {
    guard first.count == second.count else {
      throw .labelCount(expected: first.count, found: second.count)
    }
    var counts: [[[Int]]: Int] = [:]
    for (first, second) in zip(first, second) { counts[[first, second], default: 0] += 1 }
    self.init(counts.map { Pattern(first: $0.key[0], second: $0.key[1], count: $0.value) })
  }

  /// Compares two covers, given as patterns with the number of rows of each.
  ///
  /// - Precondition: counts are not negative.
  /// - Complexity: O(p²) for p patterns, times the numbers of clusters / 64.
  public init(_ patterns: [Pattern]) {
    precondition(patterns.allSatisfy { $0.count >= 0 }, "counts of rows are not negative")
    // In an order of their own, so that the order of rows changes no bit of a sum.
    var counts: [[[Int]]: Int] = [:]
    for pattern in patterns where pattern.count > 0 {
      counts[[pattern.first, pattern.second].map { Set($0).sorted() }, default: 0] += pattern.count
    }
    let distinct = counts.sorted {
      ($0.key[0].count, $0.key[1].count) != ($1.key[0].count, $1.key[1].count)
        ? ($0.key[0].count, $0.key[1].count) < ($1.key[0].count, $1.key[1].count)
        : $0.key.joined().lexicographicallyPrecedes($1.key.joined())
    }
    let sizes = distinct.map(\.value)
    let (first, second) = (
      ClusterSets(distinct.map { $0.key[0] }), ClusterSets(distinct.map { $0.key[1] })
    )
    count = sizes.reduce(0, +)
    var (precisions, recalls) = (WeightedMean(), WeightedMean())
    var pairs = PairTally(first.largest, second.largest)
    for pattern in sizes.indices {
      var (precision, recall) = (WeightedMean(), WeightedMean())
      for other in sizes.indices {
        let (shared, sharedInSecond) = (
          first.shared(pattern, other), second.shared(pattern, other)
        )
        let (both, weight) = (Double(min(shared, sharedInSecond)), Double(sizes[other]))
        if sharedInSecond > 0 { precision.add(both / Double(sharedInSecond), weight: weight) }
        if shared > 0 { recall.add(both / Double(shared), weight: weight) }
        if other < pattern {
          pairs.add(shared, sharedInSecond, count: sizes[pattern] * sizes[other])
        } else if other == pattern {
          pairs.add(shared, sharedInSecond, count: sizes[pattern] * (sizes[pattern] - 1) / 2)
        }
      }
      let weight = Double(sizes[pattern])
      if let mean = precision.mean { precisions.add(mean, weight: weight) }
      if let mean = recall.mean { recalls.add(mean, weight: weight) }
    }
    (precision, recall) = (precisions.mean, recalls.mean)
    omega = count > 0 ? pairs.omega : nil
  }
}

/// Sets of clusters as bits, to count what two of them share.
private struct ClusterSets {
  private let wordCount: Int
  private let words: [UInt64]
  /// The size of the largest set.
  let largest: Int

  init(_ sets: [[Int]]) {
    let clusters = Set(sets.joined()).sorted()
    let places = Dictionary(uniqueKeysWithValues: zip(clusters, clusters.indices))
    wordCount = (clusters.count + 63) / 64
    var words = [UInt64](repeating: 0, count: sets.count * wordCount)
    for (index, set) in sets.enumerated() {
      for cluster in set {
        let place = places[cluster, default: 0]
        words[index * wordCount + place / 64] |= 1 << UInt64(place % 64)
      }
    }
    self.words = words
    largest = sets.map(\.count).max() ?? 0
  }

  func shared(_ left: Int, _ right: Int) -> Int {
    var count = 0
    for word in 0..<wordCount {
      count += (words[left * wordCount + word] & words[right * wordCount + word]).nonzeroBitCount
    }
    return count
  }
}

private struct WeightedMean {
  private var (sum, weight) = (0.0, 0.0)
  var mean: Double? { weight > 0 ? sum / weight : nil }

  mutating func add(_ value: Double, weight: Double) {
    sum += value * weight
    self.weight += weight
  }
}

/// Pairs of rows by how many clusters they share in each cover.
private struct PairTally {
  private var total = 0
  private var alike = 0
  private var first: [Int]
  private var second: [Int]

  init(_ mostInFirst: Int, _ mostInSecond: Int) {
    first = [Int](repeating: 0, count: mostInFirst + 1)
    second = [Int](repeating: 0, count: mostInSecond + 1)
  }

  mutating func add(_ sharedInFirst: Int, _ sharedInSecond: Int, count: Int) {
    total += count
    first[sharedInFirst] += count
    second[sharedInSecond] += count
    if sharedInFirst == sharedInSecond { alike += count }
  }

  var omega: Double {
    let byChance = zip(first, second).reduce(into: Int128(0)) { $0 += Int128($1.0) * Int128($1.1) }
    let (total, alike) = (Int128(total), Int128(alike))
    let possible = total * total - byChance
    return possible > 0 ? Double(alike * total - byChance) / Double(possible) : 1
  }
}
