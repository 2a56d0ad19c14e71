import Engagement

/// The claims that may be made of segments: words, and for each column the interval that tells a segment
/// from the others best.
struct ClaimSearch {
  let columns: ClaimColumns
  let measure: ClaimMeasure
  let words: EventWords
  /// For each segment, the claims that are true of it and tell it from the others, best first.
  let candidates: [[ClaimCandidate]]
  private let intervals: [ClaimIntervals]

  /// Looks for claims.
  ///
  /// - Complexity: O(members × (columns + words) + columns × edges² × segments).
  init(_ columns: ClaimColumns, measure: ClaimMeasure, words: EventWords) {
    self.columns = columns
    self.measure = measure
    self.words = words
    var found = [[ClaimCandidate]](repeating: [], count: measure.segmentCount)
    for word in SegmentWord.vocabulary(columns, words: words) {
      let shares = measure.shares(columns.truths(word.conditions))
      for segment in found.indices {
        let candidate = ClaimCandidate(
          word.conditions, word: word, kinds: word.kinds, shares: shares[segment], words: words)
        if candidate.tellsApart { found[segment].append(candidate) }
      }
    }
    intervals = columns.quantities.indices.map {
      ClaimIntervals(columns, position: $0, measure: measure)
    }
    for intervals in intervals {
      for segment in found.indices {
        if let best = intervals.best(ofSegment: segment, words: words) {
          found[segment].append(best)
        }
      }
    }
    candidates = found.map { candidates in
      candidates.enumerated().sorted { left, right in
        left.element.score != right.element.score
          ? left.element.score > right.element.score : left.offset < right.offset
      }.map(\.element)
    }
  }

  /// Plain numbers of a segment: how much comes first, then when, then the rest.
  ///
  /// For each column it is an interval that leaves out no more than a part of the members at each end,
  /// however many others it holds.
  func plainNumbers(ofSegment segment: Int, tail: Double) -> [ClaimCandidate] {
    let order: [FeatureDefinition.Kind] = [.volume, .recency, .value, .age]
    func rank(_ candidate: ClaimCandidate) -> Int {
      candidate.kinds.compactMap { order.firstIndex(of: $0) }.min() ?? order.count
    }
    return intervals.compactMap { $0.plain(ofSegment: segment, tail: tail, words: words) }
      .enumerated().sorted { left, right in
        let (first, second) = (rank(left.element), rank(right.element))
        return first != second ? first < second : left.offset < right.offset
      }.map(\.element)
  }

  /// Intervals of two segments that overlap in part, moved apart, in the order of the segments; nil where they
  /// do not overlap so, or cannot be moved.
  func separated(
    _ first: (claim: ClaimCandidate, segment: Int), _ second: (claim: ClaimCandidate, segment: Int)
  ) -> (ClaimCandidate, ClaimCandidate)? {
    guard first.claim.phrase != nil, second.claim.phrase != nil,
      let one = first.claim.conditions.first, let other = second.claim.conditions.first,
      one.feature == other.feature, one.minus == other.minus,
      let intervals = intervals.first(where: { $0.isAbout(one) })
    else { return nil }
    guard one.lowerBound <= other.lowerBound else {
      return separated(second, first).map { ($0.1, $0.0) }
    }
    // Where one lies within the other there is nothing to move.
    guard one.lowerBound < other.lowerBound, other.lowerBound < one.upperBound,
      one.upperBound < other.upperBound
    else { return nil }
    return intervals.meeting(
      first.claim, ofSegment: first.segment, second.claim, ofSegment: second.segment, words: words
    ).map { ($0.lower, $0.upper) }
  }

  /// The segments of most of whose members claims are true together.
  func segments(where claims: [ClaimCandidate]) -> [Int] {
    measure.shares(columns.truths(claims.flatMap(\.conditions))).enumerated()
      .filter { $1.allSatisfy { $0.insideSize > 0 && $0.isTrueInside } }.map(\.offset)
  }

  /// Whether conditions that are true together are so of enough of a segment, and of few enough others
  /// where they are to tell it apart.
  func areTrueTogether(
    _ candidates: [ClaimCandidate], ofSegment segment: Int, tellingApart: Bool = true
  ) -> Bool {
    let truths = columns.truths(candidates.flatMap(\.conditions))
    return measure.shares(truths)[segment].allSatisfy {
      tellingApart ? $0.tellsApart : $0.isTrueInside
    }
  }
}
