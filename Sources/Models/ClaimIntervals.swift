import Engagement

/// How the members of each segment are spread over the intervals between edges of one column.
struct ClaimIntervals {
  private let quantity: ClaimColumns.Quantity
  private let measure: ClaimMeasure
  private let edges: [Double]
  private let isRound: [Bool]
  /// For each way to put members in segments and each segment, how many lie below each edge, and then how
  /// many have a number at all.
  private let below: [[[Int]]]

  /// Counts the members between edges.
  ///
  /// - Complexity: O(members × log members).
  init(_ columns: ClaimColumns, position: Int, measure: ClaimMeasure) {
    quantity = columns.quantities[position]
    self.measure = measure
    let numbers = columns[position]
    let sorted = numbers.filter(\.isFinite).sorted()
    var edges: [Double] = []
    var roundEdges: Set<Double> = []
    if let least = sorted.first, let most = sorted.last, least < most {
      roundEdges = Set(ClaimEdges.round(quantity, in: least...most))
      let fine = ClaimEdges.fine(quantity, ofSorted: sorted).filter { $0 > least && $0 <= most }
      edges = roundEdges.union(fine).sorted()
    }
    self.edges = edges
    isRound = edges.map(roundEdges.contains)
    let places = numbers.map { number -> Int? in
      number.isNaN ? nil : countOfEdges(edges, notAbove: number)
    }
    below = measure.labelings.map { labels in
      var counts = [[Int]](
        repeating: [Int](repeating: 0, count: edges.count + 1), count: measure.segmentCount)
      for (place, label) in zip(places, labels) {
        if let place { counts[label][place] += 1 }
      }
      return counts.map { counts in
        var sum = 0
        return counts.map { count in
          sum += count
          return sum
        }
      }
    }
  }

  /// Whether the column is what a condition has bounds on.
  func isAbout(_ condition: SegmentClaim.Condition) -> Bool {
    quantity.feature == condition.feature && quantity.minus == condition.minus
  }

  /// The interval that tells a segment from the others best; nil where none does.
  func best(ofSegment segment: Int, words: EventWords) -> ClaimCandidate? {
    var best: (candidate: (low: Int, high: Int, shares: [ClaimShares]), score: Double)?
    // From nothing to the first edge, from the last one to everything: -1 and the number of edges.
    for low in -1..<edges.count {
      for high in low + 1...edges.count where low >= 0 || high < edges.count {
        let shares = measure.shares(counts(low, high), ofSegment: segment)
        guard shares.allSatisfy(\.tellsApart) else { continue }
        let condition = condition(low, high)
        let score = ClaimCandidate.score(condition, shares, isRound: isRound(low, high))
        if score > best?.score ?? -.infinity, ClaimPhrase.isSayable(condition) {
          best = ((low, high, shares), score)
        }
      }
    }
    return best.map { candidate($0.candidate.low, $0.candidate.high, $0.candidate.shares, words) }
  }

  /// The interval that leaves out no more than a part of a segment at each end; nil where it is not true of
  /// enough of it, or leaves nobody out.
  func plain(ofSegment segment: Int, tail: Double, words: EventWords) -> ClaimCandidate? {
    let counts = below[0][segment]
    guard let known = counts.last, known > 0 else { return nil }
    let most = Int(tail * Double(known))
    let low = edges.indices.last { counts[$0] <= most } ?? -1
    let high = edges.indices.first { $0 > low && known - counts[$0] <= most } ?? edges.count
    guard low >= 0 || high < edges.count else { return nil }
    let shares = measure.shares(self.counts(low, high), ofSegment: segment)
    return shares.allSatisfy(\.isTrueInside) && ClaimPhrase.isSayable(condition(low, high))
      ? candidate(low, high, shares, words) : nil
  }

  /// Two intervals that overlap, moved apart: the lower one, of one segment, now ends where the upper one, of
  /// another, begins.
  ///
  /// - Returns: those that tell the two segments apart best, or nil where none do.
  func meeting(
    _ lower: ClaimCandidate, ofSegment first: Int, _ upper: ClaimCandidate,
    ofSegment second: Int, words: EventWords
  ) -> (lower: ClaimCandidate, upper: ClaimCandidate)? {
    let (below, above) = (lower.conditions[0], upper.conditions[0])
    guard let start = edges.firstIndex(of: above.lowerBound),
      let end = edges.firstIndex(of: below.upperBound)
    else { return nil }
    let low = edges.firstIndex(of: below.lowerBound) ?? -1
    let high = edges.firstIndex(of: above.upperBound) ?? edges.count
    var best: (lower: ClaimCandidate, upper: ClaimCandidate)?
    for edge in start...end {
      let pair = (
        candidate(low, edge, measure.shares(counts(low, edge), ofSegment: first), words),
        candidate(edge, high, measure.shares(counts(edge, high), ofSegment: second), words)
      )
      guard
        [pair.0, pair.1].allSatisfy({ $0.tellsApart && ClaimPhrase.isSayable($0.conditions[0]) })
      else { continue }
      if best.map({ pair.0.score + pair.1.score > $0.lower.score + $0.upper.score }) ?? true {
        best = pair
      }
    }
    return best
  }

  /// For each way, for each segment, how many lie between two edges.
  private func counts(_ low: Int, _ high: Int) -> [[Int]] {
    below.map { segments in segments.map { $0[high] - (low < 0 ? 0 : $0[low]) } }
  }

  private func condition(_ low: Int, _ high: Int) -> SegmentClaim.Condition {
    SegmentClaim.Condition(
      quantity.feature, minus: quantity.minus, atLeast: low < 0 ? -.infinity : edges[low],
      below: high < edges.count ? edges[high] : .infinity)
  }

  private func isRound(_ low: Int, _ high: Int) -> Bool {
    (low < 0 || isRound[low]) && (high == edges.count || isRound[high])
  }

  private func candidate(
    _ low: Int, _ high: Int, _ shares: [ClaimShares], _ words: EventWords
  ) -> ClaimCandidate {
    let condition = condition(low, high)
    return ClaimCandidate(
      [condition], kinds: kinds(condition), shares: shares, isRound: isRound(low, high),
      words: words)
  }

  /// What the condition tells of: who does next to nothing is told of as who has not been there.
  private func kinds(_ condition: SegmentClaim.Condition) -> Set<FeatureDefinition.Kind> {
    let kind = quantity.minus == nil ? quantity.feature.kind : .age
    return kind == .volume && condition.lowerBound == -.infinity ? [.volume, .recency] : [kind]
  }
}

/// How many edges, ascending, are not above a number.
private func countOfEdges(_ edges: [Double], notAbove number: Double) -> Int {
  var (low, high) = (0, edges.count)
  while low < high {
    let middle = (low + high) / 2
    if edges[middle] <= number { low = middle + 1 } else { high = middle }
  }
  return low
}
