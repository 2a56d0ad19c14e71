import Engagement

/// A word of a segment's name, and when it is true.
struct SegmentWord: Sendable {
  let text: String
  /// Whether it is true of a segment; `ease` (1 or more) widens every limit by that factor.
  let isTrue: @Sendable (_ portrait: SegmentPortrait, _ ease: Double) -> Bool

  /// How members stand to the community now; the first that is true is said.
  ///
  /// Silence comes first, since nobody rises or fades who has not been there for a quarter of a year.
  static let standings: [SegmentWord] = [
    SegmentWord("long gone") { isWithin($0.recency, 1825, .infinity, $1) },
    SegmentWord("gone") { isWithin($0.recency, 365, 1825, $1) },
    SegmentWord("silent") { isWithin($0.recency, 90, 365, $1) },
    SegmentWord("inactive") { portrait, _ in
      portrait.recency == nil && portrait.activeDaysInThirty == 0
    },
    SegmentWord("fading") {
      isWithin($0.recency ?? 0, 0, 90, $1) && isWithin($0.velocity, -.infinity, -0.5, $1)
    },
    SegmentWord("quiet") { isWithin($0.recency, 30, 90, $1) },
    SegmentWord("rising") {
      isWithin($0.recency ?? 0, 0, 30, $1) && isWithin($0.velocity, 0.5, .infinity, $1)
    },
    SegmentWord("steady") {
      isWithin($0.recency ?? 0, 0, 30, $1) && isWithin($0.velocity, -0.5, 0.5, $1)
    },
  ]

  /// Who members are; the first that is true is said, `members` where none is.
  static let nouns: [SegmentWord] = [
    SegmentWord("newcomers") { portrait, ease in
      isWithin(portrait.tenure, 0, 60, ease) && portrait.tenureEffect <= -0.25
    },
    SegmentWord("one-timers") { isWithin($0.eventCount, 0, 1.5, $1) },
    SegmentWord("passers-by") {
      isWithin($0.recency, 90, .infinity, $1) && isWithin($0.span, 0, 30, $1)
    },
    SegmentWord("veterans") {
      isWithin($0.recency, 90, .infinity, $1)
        ? isWithin($0.span, 730, .infinity, $1)
        : isWithin($0.tenure, 730, .infinity, $1) && $0.tenureEffect >= 0.25
    },
    SegmentWord("regulars") {
      isWithin($0.recency ?? 0, 0, 90, $1) && isWithin($0.activeDaysInThirty, 4, .infinity, $1)
    },
  ]

  /// How much members do who are there; the first that is true may be said.
  static let volumes: [SegmentWord] = [
    SegmentWord("daily") { isWithin($0.activeDaysInThirty, 18, .infinity, $1) },
    SegmentWord("busy") { isWithin($0.activeDaysInThirty, 8, 18, $1) },
    SegmentWord("weekly") { isWithin($0.activeDaysInThirty, 3, 8, $1) },
    SegmentWord("occasional") { isWithin($0.activeDaysInThirty, 0, 3, $1) },
  ]

  /// How many kinds of events members cause.
  static let varieties: [SegmentWord] = [
    SegmentWord("one-sided") { isWithin($0.entropy, 0, 0.35, $1) },
    SegmentWord("all-round") { isWithin($0.entropy, 1, .infinity, $1) },
  ]

  static var vocabulary: [SegmentWord] { standings + nouns + volumes + varieties }

  init(_ text: String, isTrue: @escaping @Sendable (SegmentPortrait, Double) -> Bool) {
    self.text = text
    self.isTrue = isTrue
  }
}

/// Whether a number lies in low..<high, both ends moved outwards by a factor.
private func isWithin(
  _ value: Double?, _ low: Double, _ high: Double, _ ease: Double
) -> Bool {
  guard let value else { return false }
  return value >= (low > 0 ? low / ease : low * ease)
    && value < (high > 0 ? high * ease : high / ease)
}

extension SegmentPortrait {
  /// The median Shannon entropy over event types, in nats.
  fileprivate var entropy: Double? { column { $0 == .typeEntropy }.map { medians[$0] } }

  /// The first of some words that is true.
  private func word(_ words: [SegmentWord]) -> String? {
    words.first { $0.isTrue(self, 1) }?.text
  }

  /// How members stand to the community now.
  var standing: String? { word(SegmentWord.standings) }

  /// Who members are.
  var noun: String { word(SegmentWord.nouns) ?? "members" }

  /// True where members have not been there for a quarter of a year or longer.
  var isAbsent: Bool { ["long gone", "gone", "silent", "inactive"].contains(standing) }

  /// What else can be said of members in one word each, what sets them apart most first.
  var adjectives: [(word: String, effect: Double)] {
    var found: [(word: String, effect: Double)] = []
    for column in columnsByEffect {
      guard let word = adjective(column), !found.contains(where: { $0.word == word }) else {
        continue
      }
      found.append((word, abs(effects[column])))
    }
    return found
  }

  private func adjective(_ column: Int) -> String? {
    let (feature, median, effect) = (features[column], medians[column], effects[column])
    switch feature {
    case .activeDays, .frequency, .eventCount(nil, _), .impactRate, .impact:
      // Those who are absent do nothing, all alike.
      return isAbsent ? nil : word(SegmentWord.volumes)
    case .typeEntropy: return abs(effect) >= 0.5 ? word(SegmentWord.varieties) : nil
    case .share(let alias, _): return median >= 0.6 && effect > 0 ? "mostly-\(alias)" : nil
    case .valueSum, .valueMean:
      return abs(effect) >= 0.5 ? (effect > 0 ? "high-value" : "low-value") : nil
    case .attribute(let name):
      return abs(effect) >= 0.25 ? (effect > 0 ? "high \(name)" : "low \(name)") : nil
    default: return nil
    }
  }

  /// The words of a name that are not true of the segment, not even nearly (by a quarter); words that
  /// compare it with others are passed over.
  func wrongWords(in name: String) -> [String] {
    let padded = " \(name) "
    var wrong: [String] = []
    for word in SegmentWord.vocabulary where padded.contains(" \(word.text) ") {
      // "gone" stands in "long gone", too.
      if word.text == "gone", padded.contains(" long gone ") { continue }
      if !word.isTrue(self, 1.25) { wrong.append(word.text) }
    }
    return wrong
  }
}
