import Engagement

/// Names and sentences of the segments of one model.
///
/// A name is made of words and, where words are not enough, of numbers: how members stand to the community
/// now (`rising`, `silent`), what else they are like (`busy`), who they are (`newcomers`) and phrases
/// behind (`last active 5 to 8 years ago`). Each is a ``SegmentClaim`` that is true of the segment and tells
/// it from the others, and so is the name as a whole. Nothing is told twice: claims of one name or
/// sentence are of different kinds. Names that come out alike get one more claim, the one that tells most
/// first, and so does one that would also be true of another segment. Where nothing tells a segment apart,
/// its name is plain numbers.
struct SegmentNaming {
  /// What is said of a segment.
  struct Portrayal {
    var name: String
    var description: String
    /// Those of the name first.
    var claims: [SegmentClaim]
  }

  /// A name that a segment keeps, and what it says.
  struct KeptName {
    let name: String
    let claims: [SegmentClaim]
  }

  /// Claims in a name at most, and in a sentence where the name has no more.
  private static let (longestName, longestSentence) = (4, 3)
  /// What an adjective must score to be said beside words that tell the segment apart.
  private static let strikingScore = 0.6

  private let search: ClaimSearch
  private var names: [[ClaimCandidate]]
  private var arePlain: [Bool]
  private let kept: [Int: KeptName]
  private let ids: [String]

  /// Names and sentences for segments.
  ///
  /// - Parameters:
  ///   - search: the claims that may be made.
  ///   - ids: the segments' ids, for names that nothing else tells apart.
  ///   - kept: names that segments keep, by position.
  /// - Returns: what is said of each segment, in their order; the names are all different.
  static func portrayals(
    _ search: ClaimSearch, ids: [String], kept: [Int: KeptName] = [:]
  ) -> [Portrayal] {
    var naming = SegmentNaming(search, ids: ids, kept: kept)
    naming.tellApart()
    naming.separateIntervals()
    let texts = naming.uniqueTexts()
    return ids.indices.map { naming.portrayal($0, name: texts[$0]) }
  }

  private init(_ search: ClaimSearch, ids: [String], kept: [Int: KeptName]) {
    self.search = search
    self.ids = ids
    self.kept = kept
    names = []
    arePlain = []
    for segment in ids.indices {
      var name = kept[segment] == nil ? Self.name(search, segment) : []
      let isPlain = name.isEmpty && kept[segment] == nil
      if isPlain { name = Self.plainName(search, segment) }
      names.append(name)
      arePlain.append(isPlain)
    }
  }

  /// The claims of a segment's name, looked at alone; none where nothing tells it apart.
  private static func name(_ search: ClaimSearch, _ segment: Int) -> [ClaimCandidate] {
    let candidates = search.candidates[segment]
    func best(_ place: SegmentWord.Place) -> ClaimCandidate? {
      candidates.first { $0.word?.place == place }
    }
    var name = best(.standing).map { [mostSpecific($0, candidates)] } ?? []
    if let noun = best(.noun) {
      if name.isEmpty
        || (fits(noun, name) && search.areTrueTogether(name + [noun], ofSegment: segment))
      {
        name.append(noun)
      } else if noun.score > name[0].score {
        name = [noun]
      }
    }
    if let adjective = candidates.first(where: { $0.word?.place == .adjective && fits($0, name) }),
      name.isEmpty || adjective.score >= strikingScore,
      search.areTrueTogether(name + [adjective], ofSegment: segment)
    {
      name.append(adjective)
    }
    if name.isEmpty, let first = candidates.first { name = [first] }
    // A word that hardly tells anything apart needs a number beside it.
    if let first = name.first, name.count == 1, first.score < strikingScore,
      let second = candidates.first(where: {
        fits($0, name) && $0.word?.place != .standing
          && search.areTrueTogether(name + [$0], ofSegment: segment)
      })
    {
      name.append(second)
    }
    return name
  }

  /// The word that says most of what another one says, and is still true of nearly all: `gone` for `quiet`.
  private static func mostSpecific(
    _ standing: ClaimCandidate, _ candidates: [ClaimCandidate]
  ) -> ClaimCandidate {
    guard let known = standing.conditions.first, standing.conditions.count == 1,
      known.lowerBound.isFinite
    else { return standing }
    let closer = candidates.filter { candidate in
      candidate.word?.place == .standing && candidate.conditions.count == 1
        && candidate.conditions[0].feature == known.feature
        && candidate.conditions[0].lowerBound > known.lowerBound
        && candidate.leastInsideShare >= SegmentClaim.plainShare
    }
    return closer.max { $0.conditions[0].lowerBound < $1.conditions[0].lowerBound } ?? standing
  }

  /// Plain numbers that are true together of enough of a segment.
  private static func plainName(_ search: ClaimSearch, _ segment: Int) -> [ClaimCandidate] {
    for tail in [1 / 6.0, 1 / 12.0] {
      let numbers = search.plainNumbers(ofSegment: segment, tail: tail)
      guard let first = numbers.first else { continue }
      if let second = numbers.first(where: {
        fits($0, [first])
          && search.areTrueTogether([first, $0], ofSegment: segment, tellingApart: false)
      }) {
        return [first, second]
      }
    }
    return search.plainNumbers(ofSegment: segment, tail: 1 / 6.0).first.map { [$0] } ?? []
  }

  /// Whether a claim tells of something that others do not tell of.
  private static func fits(_ candidate: ClaimCandidate, _ others: [ClaimCandidate]) -> Bool {
    let idle: Set<FeatureDefinition.Kind> = [.volume, .change]
    return others.allSatisfy { other in
      candidate.isAnotherKind(than: other)
        // Where nothing happens nothing rises, and nobody is busy.
        && !(other.saysAbsent && !candidate.kinds.isDisjoint(with: idle))
        && !(candidate.saysAbsent && !other.kinds.isDisjoint(with: idle))
        && !candidate.follows(from: other) && !other.follows(from: candidate)
        // Two words of one place cannot stand together.
        && (candidate.word == nil || candidate.word?.place == .adjective
          || candidate.word?.place != other.word?.place)
    }
  }

  private func text(_ segment: Int) -> String {
    kept[segment]?.name ?? text(segment, of: names[segment])
  }

  private func text(_ segment: Int, of claims: [ClaimCandidate]) -> String {
    var claims = claims
    // Members are not active and active on so many days in one name: both are said behind the noun.
    if claims.contains(where: { $0.phrase?.text.hasPrefix("\(search.words.active) on") == true }),
      let active = claims.firstIndex(where: { $0.word?.text == "active" })
    {
      claims[active] = claims[active].asPhrase(search.words)
    }
    func words(_ place: SegmentWord.Place) -> [String] {
      claims.compactMap { $0.word?.place == place ? $0.word?.text : nil }
    }
    let front =
      words(.standing) + words(.adjective) + [words(.noun).first ?? search.words.members]
    return front.joined(separator: " ")
      + ClaimPhrase.behindNoun(claims.compactMap(\.phrase), words: search.words)
  }

  /// The positions of segments that share their name with others, and can have another one.
  private var groups: [[Int]] {
    Dictionary(grouping: ids.indices, by: text).values.filter { $0.count > 1 }
      .map { $0.filter { kept[$0] == nil } }
      .sorted { ($0.first ?? 0) < ($1.first ?? 0) }
  }

  /// Adds claims to names that would also be true of other segments, then to names that are alike.
  private mutating func tellApart() {
    for segment in ids.indices where kept[segment] == nil && !arePlain[segment] {
      while names[segment].count < Self.longestName - 1, let next = addition(segment) {
        names[segment].append(next)
      }
    }
    for _ in 1..<Self.longestName {
      for segment in groups.joined() {
        if let variant = variant(segment) { names[segment] = variant }
      }
    }
  }

  /// Moves intervals of two names apart that overlap, so that `3 to 12` and `10 or more` become `3 to 10` and
  /// `10 or more`.
  private mutating func separateIntervals() {
    let segments = ids.indices.filter { kept[$0] == nil && !arePlain[$0] }
    for (position, first) in segments.enumerated() {
      for second in segments.dropFirst(position + 1) {
        for one in names[first].indices {
          for other in names[second].indices {
            guard
              let (lower, upper) = search.separated(
                (names[first][one], first), (names[second][other], second))
            else { continue }
            var changed = names
            changed[first][one] = lower
            changed[second][other] = upper
            replaceNames(of: [first, second], by: changed)
          }
        }
      }
    }
  }

  /// Takes names where they are true as a whole, and nobody else's.
  private mutating func replaceNames(of segments: [Int], by changed: [[ClaimCandidate]]) {
    let taken = ids.indices.filter { !segments.contains($0) }.map(text)
    let texts = segments.map { text($0, of: changed[$0]) }
    if Set(texts + taken).count == Set(taken).count + segments.count,
      segments.allSatisfy({ search.areTrueTogether(changed[$0], ofSegment: $0) })
    {
      names = changed
    }
  }

  /// A name that no segment has: with one more claim, or with another one in place of those that tell of the
  /// same; nil where there is none.
  private func variant(_ segment: Int) -> [ClaimCandidate]? {
    let name = names[segment]
    let isPlain = arePlain[segment]
    let pool =
      isPlain
      ? search.plainNumbers(ofSegment: segment, tail: 1 / 12.0) : search.candidates[segment]
    let taken = Set(ids.indices.map(text))
    var variants: [[ClaimCandidate]] = []
    if name.count < Self.longestName {
      variants = pool.filter { Self.fits($0, name) }.map { name + [$0] }
    }
    variants += pool.map { other in name.filter { Self.fits(other, [$0]) } + [other] }
    return variants.first { variant in
      !taken.contains(text(segment, of: variant))
        && search.areTrueTogether(variant, ofSegment: segment, tellingApart: !isPlain)
    }
  }

  /// A claim by which a name is true of fewer other segments; nil where it is true of none, or none helps.
  private func addition(_ segment: Int) -> ClaimCandidate? {
    let name = names[segment]
    func others(_ claims: [ClaimCandidate]) -> Int {
      search.segments(where: claims).count { $0 != segment }
    }
    let count = others(name)
    guard count > 0 else { return nil }
    return search.candidates[segment].first {
      Self.fits($0, name) && search.areTrueTogether(name + [$0], ofSegment: segment)
        && others(name + [$0]) < count
    }
  }

  /// The names, with ids behind those that are still alike.
  private func uniqueTexts() -> [String] {
    var texts = ids.indices.map(text)
    for segment in groups.joined() { texts[segment] += " (\(ids[segment]))" }
    return texts
  }

  private func portrayal(_ segment: Int, name: String) -> Portrayal {
    let isPlain = arePlain[segment]
    let keptClaims = kept[segment]?.claims ?? []
    var told = names[segment]
    let keptKinds = keptClaims.reduce(into: Set()) { $0.formUnion($1.kinds) }
    for candidate in search.candidates[segment]
    where keptClaims.count + told.count < Self.longestSentence {
      if candidate.kinds.isDisjoint(with: keptKinds), Self.fits(candidate, told) {
        told.append(candidate)
      }
    }
    let claims =
      keptClaims
      + told.enumerated().map { position, candidate in
        SegmentClaim(
          text: candidate.text, conditions: candidate.conditions,
          isInName: position < names[segment].count,
          isPlain: isPlain && position < names[segment].count,
          insideShare: candidate.shares[0].inside, outsideShare: candidate.shares[0].outside)
      }
    let least = keptClaims.map(\.insideShare) + told.map(\.leastInsideShare)
    let sentence = zip(claims, least).map { claim, least in
      claim.sentence(sayingShare: min(least, claim.insideShare) < SegmentClaim.plainShare)
    }.joined(separator: "; ")
    let opening = isPlain ? "no feature sets them apart" : ""
    return Portrayal(
      name: name,
      description: opening + (opening.isEmpty || sentence.isEmpty ? "" : "; most of them: ")
        + sentence,
      claims: claims)
  }
}
