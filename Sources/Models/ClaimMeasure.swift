import Engagement

/// Of what part of a segment, and of all others, something is true.
struct ClaimShares {
  private(set) var insideCount: Int
  private(set) var insideSize: Int
  private(set) var outsideCount: Int
  private(set) var outsideSize: Int

  var inside: Double { insideSize == 0 ? 0 : Double(insideCount) / Double(insideSize) }
  var outside: Double { outsideSize == 0 ? 0 : Double(outsideCount) / Double(outsideSize) }

  /// Whether it is true of enough of the segment; a segment that nobody is in says nothing against it.
  var isTrueInside: Bool {
    insideSize == 0
      || Double(insideCount) >= SegmentClaim.leastInsideShare * Double(insideSize) - 1e-9
  }

  /// Whether it is also true of few enough of the others.
  var tellsApart: Bool {
    isTrueInside
      && (insideSize == 0 || outside <= SegmentClaim.mostOutsideRatio * inside + 1e-12)
  }
}

/// Measures of what part of each segment something is true, under one or several ways to put members in
/// segments: of trees, who the cut puts in a segment need not be whom labelling puts there, and a claim must
/// be true of both.
struct ClaimMeasure {
  /// For each way, the segment of each member.
  let labelings: [[Int]]
  /// The number of segments.
  let segmentCount: Int
  private let sizes: [[Int]]

  init(labelings: [[Int]], segmentCount: Int) {
    // The same labels twice measure nothing twice.
    self.labelings =
      labelings.count == 2 && labelings[0] == labelings[1] ? [labelings[0]] : labelings
    self.segmentCount = segmentCount
    sizes = self.labelings.map { labels in
      var sizes = [Int](repeating: 0, count: segmentCount)
      for label in labels { sizes[label] += 1 }
      return sizes
    }
  }

  /// The shares of a segment, a way each, given for each way of how many in each segment something is true.
  func shares(_ counts: [[Int]], ofSegment segment: Int) -> [ClaimShares] {
    zip(counts, sizes).map { counts, sizes in
      ClaimShares(
        insideCount: counts[segment], insideSize: sizes[segment],
        outsideCount: counts.reduce(0, +) - counts[segment],
        outsideSize: sizes.reduce(0, +) - sizes[segment])
    }
  }

  /// The shares of every segment in which something is true, given whether it is, member by member.
  func shares(_ truths: [Bool]) -> [[ClaimShares]] {
    let counts = labelings.map { labels in
      var counts = [Int](repeating: 0, count: segmentCount)
      for (row, label) in labels.enumerated() where truths[row] { counts[label] += 1 }
      return counts
    }
    return (0..<segmentCount).map { shares(counts, ofSegment: $0) }
  }
}

/// A claim that may be made of a segment.
struct ClaimCandidate {
  let text: String
  /// What stands behind the noun of a name; nil for a word, which stands before it or is it.
  let phrase: ClaimPhrase?
  /// The word for it, if there is one.
  let word: SegmentWord?
  let conditions: [SegmentClaim.Condition]
  /// What it tells of; a name or sentence tells of nothing twice.
  let kinds: Set<FeatureDefinition.Kind>
  /// Its shares, for each way to put members in segments.
  let shares: [ClaimShares]
  /// How well it tells the segment from the others.
  let score: Double

  /// Makes a candidate of a word, or of one condition that a number stands for.
  init(
    _ conditions: [SegmentClaim.Condition], word: SegmentWord? = nil,
    kinds: Set<FeatureDefinition.Kind>, shares: [ClaimShares], isRound: Bool = true,
    words: EventWords
  ) {
    let phrases = conditions.map { ClaimPhrase($0, words: words) }
    text = ([phrases[0].text] + phrases.dropFirst().map(\.modifier)).joined(separator: ", ")
    phrase = word == nil ? phrases.first : nil
    self.word = word
    self.conditions = conditions
    self.kinds = kinds
    self.shares = shares
    score =
      word == nil
      ? Self.score(conditions[0], shares, isRound: isRound) : Self.separation(shares)
  }

  /// The same claim, said behind the noun instead of by its word.
  func asPhrase(_ words: EventWords) -> ClaimCandidate {
    ClaimCandidate(conditions, kinds: kinds, shares: shares, words: words)
  }

  /// The share inside less that outside, and a little more for what is true of nearly all.
  private static func separation(_ shares: [ClaimShares]) -> Double {
    let inside = shares.map(\.inside).min() ?? 0
    let outside = shares.map(\.outside).max() ?? 0
    return inside - outside + (inside >= SegmentClaim.plainShare ? 0.1 : 0)
  }

  /// The score of an interval: less for what is less easily understood.
  static func score(
    _ condition: SegmentClaim.Condition, _ shares: [ClaimShares], isRound: Bool
  ) -> Double {
    let isTwoSided = condition.lowerBound.isFinite && condition.upperBound.isFinite
    return separation(shares) - (isTwoSided ? 0.05 : 0) - (isRound ? 0 : 0.1)
      - condition.feature.obscurity
  }

  /// Whether it is true of the segment and tells it from the others, whichever way members are put.
  var tellsApart: Bool { shares.allSatisfy(\.tellsApart) }

  /// The least share of the segment that it is true of, whichever way members are put.
  var leastInsideShare: Double { shares.map(\.inside).min() ?? 0 }

  /// Whether it tells of something that another one does not tell of: numbers are of no kind that another
  /// claim has a bound on, while a word may say more closely what another word implies, such as `long-gone
  /// passers-by`.
  func isAnotherKind(than other: ClaimCandidate) -> Bool {
    word != nil && other.word != nil
      ? kinds.isDisjoint(with: other.kinds) : boundKinds.isDisjoint(with: other.boundKinds)
  }

  private var boundKinds: Set<FeatureDefinition.Kind> {
    kinds.union(conditions.map { $0.minus == nil ? $0.feature.kind : .age })
  }

  /// Whether it is true of everybody of whom another one is, whoever they are.
  func follows(from other: ClaimCandidate) -> Bool {
    conditions.allSatisfy { own in other.conditions.contains { own.follows(from: $0) } }
  }

  /// True where it says that nothing has happened for a quarter of a year or longer.
  var saysAbsent: Bool {
    conditions.contains {
      $0.feature == .recencyDays && $0.minus == nil && $0.lowerBound >= 90
    }
  }
}

extension SegmentClaim.Condition {
  /// Whether it is true of everybody of whom another condition is.
  fileprivate func follows(from other: SegmentClaim.Condition) -> Bool {
    switch (other.feature, feature) {
    case (.tenureDays, .recencyDays):
      // Nobody has been away for longer than they have been there.
      other.minus == nil && lowerBound == -.infinity && upperBound >= other.upperBound
    case (.recencyDays, .tenureDays):
      minus == nil && upperBound == .infinity && lowerBound <= other.lowerBound
    case (.activeDays(let window?), .recencyDays), (.eventCount(_, let window?), .recencyDays):
      other.lowerBound > 0 && lowerBound == -.infinity && upperBound > Double(window)
    default: false
    }
  }
}

extension FeatureDefinition {
  /// What a claim about the feature must tell apart better by, to be made instead of one about days and
  /// counts that everybody understands.
  fileprivate var obscurity: Double {
    switch self {
    case .frequency, .impactRate, .receivedImpactRate, .velocity: 0.2
    case .acceleration, .trend, .burstiness, .typeEntropy: 0.15
    default: 0
    }
  }
}
