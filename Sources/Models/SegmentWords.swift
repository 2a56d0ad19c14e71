import Engagement
import Foundation

/// A word of a segment's name, and the conditions that it stands for.
///
/// Words have absolute limits: nobody who was active yesterday is gone, however far above the rest.
struct SegmentWord {
  /// Where a word stands.
  enum Place {
    /// How members stand to the community now.
    case standing
    /// What else they are like.
    case adjective
    /// Who they are.
    case noun
  }

  let text: String
  let place: Place
  let kinds: Set<FeatureDefinition.Kind>
  let conditions: [SegmentClaim.Condition]

  /// The activity from which on it rises, in doublings: one and a half times the usual rate.
  ///
  /// It falls under two thirds of it.
  static let risingVelocity = log2(1.5)

  /// The words that the columns at hand can tell of, the more special ones first.
  static func vocabulary(_ columns: ClaimColumns, words: EventWords) -> [SegmentWord] {
    let features = columns.quantities.filter { $0.minus == nil }.map(\.feature)
    return standings(features, words) + nouns(columns, words) + volumes(features, words)
      + varieties(features) + values(columns, words)
  }

  private static func standings(
    _ features: [FeatureDefinition], _ words: EventWords
  ) -> [SegmentWord] {
    var found: [SegmentWord] = []
    let hasRecency = features.contains(.recencyDays)
    func recency(_ bounds: Range<Double>) -> [SegmentClaim.Condition] {
      hasRecency ? [condition(.recencyDays, bounds)] : []
    }
    if hasRecency {
      for (text, days) in [("long-gone", 1825.0), ("gone", 365), ("silent", 90), ("quiet", 30)] {
        found.append(
          SegmentWord(
            text: text, place: .standing, kinds: [.recency], conditions: recency(days..<(.infinity))
          ))
      }
    } else if let (feature, window) = features.activeDays, window >= 30 {
      found.append(
        SegmentWord(
          text: "inactive", place: .standing, kinds: [.recency, .volume],
          conditions: [condition(feature, -.infinity..<ClaimEdges.aboveZero)]))
    }
    let velocity = features.first { if case .velocity = $0 { true } else { false } }
    if let velocity {
      let limit = risingVelocity
      found.append(
        SegmentWord(
          text: "rising", place: .standing, kinds: [.change, .recency],
          conditions: recency(-.infinity..<30) + [condition(velocity, limit..<(.infinity))]))
      // Without it nobody knows whether those who do less are still there.
      if hasRecency {
        found += [
          SegmentWord(
            text: "fading", place: .standing, kinds: [.change, .recency],
            conditions: recency(-.infinity..<90) + [condition(velocity, -.infinity..<(-limit))]),
          SegmentWord(
            text: "steady", place: .standing, kinds: [.change, .recency],
            conditions: recency(-.infinity..<30) + [condition(velocity, -limit..<limit)]),
        ]
      }
    }
    if hasRecency {
      found.append(
        SegmentWord(
          text: "active", place: .standing, kinds: [.recency],
          conditions: recency(-.infinity..<30)))
    }
    return found
  }

  private static func nouns(_ columns: ClaimColumns, _ words: EventWords) -> [SegmentWord] {
    let isShop = words == .purchases
    var found: [SegmentWord] = []
    func add(
      _ text: String, _ shop: String, _ kinds: Set<FeatureDefinition.Kind>,
      _ conditions: [SegmentClaim.Condition]
    ) {
      found.append(
        SegmentWord(
          text: isShop ? shop : text, place: .noun, kinds: kinds, conditions: conditions))
    }
    let features = columns.quantities.filter { $0.minus == nil }.map(\.feature)
    if features.contains(.tenureDays) {
      add("newcomers", "new customers", [.age], [condition(.tenureDays, -.infinity..<60)])
    }
    let count = FeatureDefinition.eventCount(of: nil, windowInDays: nil)
    if features.contains(count) {
      add("one-timers", "one-time buyers", [.volume], [condition(count, 1..<2)])
    }
    if let stay = columns.quantities.first(where: { $0.minus != nil || $0.feature == .lifespanDays }
    ) {
      func stayed(_ bounds: Range<Double>) -> SegmentClaim.Condition {
        SegmentClaim.Condition(
          stay.feature, minus: stay.minus, atLeast: bounds.lowerBound, below: bounds.upperBound)
      }
      add("veterans", "long-standing customers", [.age], [stayed(730..<(.infinity))])
      if features.contains(.recencyDays) {
        add(
          "passers-by", "short-lived customers", [.age],
          [stayed(-.infinity..<30), condition(.recencyDays, 90..<(.infinity))])
      }
    }
    if let (feature, window) = features.activeDays, window >= 28 {
      add(
        "regulars", "regular buyers", [.volume],
        [condition(feature, (Double(window) * 12 / 90).rounded(.up)..<(.infinity))])
    }
    return found
  }

  /// How much members do who are there.
  private static func volumes(
    _ features: [FeatureDefinition], _ words: EventWords
  ) -> [SegmentWord] {
    guard let (feature, window) = features.activeDays, window >= 28 else { return [] }
    func days(_ inNinety: Double) -> Double { (Double(window) * inNinety / 90).rounded(.up) }
    return [
      ("near-daily", days(54)..<(.infinity)), ("busy", days(24)..<(.infinity)),
      ("occasional", 1..<max(2, days(9))),
    ].map { text, bounds in
      SegmentWord(
        text: words == .purchases && text == "busy" ? "frequent" : text, place: .adjective,
        kinds: [.volume], conditions: [condition(feature, bounds)])
    }
  }

  private static func varieties(_ features: [FeatureDefinition]) -> [SegmentWord] {
    var found: [SegmentWord] = []
    for feature in features {
      switch feature {
      case .typeEntropy:
        for (text, bounds) in [
          ("versatile", log(3)..<(.infinity)), ("focused", -Double.infinity..<log(2)),
        ] {
          found.append(
            SegmentWord(
              text: text, place: .adjective, kinds: [.variety],
              conditions: [condition(feature, bounds)]))
        }
      case .share(let name, _), .propertyShare(_, .text(let name), _):
        // Only what reads as a word can stand before another one.
        guard name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }) else {
          continue
        }
        found.append(
          SegmentWord(
            text: "\(name)-heavy", place: .adjective, kinds: [.variety],
            conditions: [condition(feature, 0.5..<(.infinity))]))
      default: break
      }
    }
    return found
  }

  /// The quarters of all members with the highest and the lowest values.
  private static func values(_ columns: ClaimColumns, _ words: EventWords) -> [SegmentWord] {
    for (position, quantity) in columns.quantities.enumerated() {
      switch quantity.feature {
      case .valueSum, .valueMean:
        let sorted = columns[position].filter { !$0.isNaN }.sorted()
        guard let least = sorted.first, let most = sorted.last, least < most else { return [] }
        let low = ClaimEdges.twoDigits(sorted[sorted.count / 4])
        let high = ClaimEdges.twoDigits(sorted[3 * sorted.count / 4])
        return [
          SegmentWord(
            text: words == .purchases ? "high-spending" : "high-value", place: .adjective,
            kinds: [.value], conditions: [condition(quantity.feature, high..<(.infinity))]),
          SegmentWord(
            text: words == .purchases ? "low-spending" : "low-value", place: .adjective,
            kinds: [.value], conditions: [condition(quantity.feature, -.infinity..<low)]),
        ]
      default: continue
      }
    }
    return []
  }

  private static func condition(
    _ feature: FeatureDefinition, _ bounds: Range<Double>
  ) -> SegmentClaim.Condition {
    SegmentClaim.Condition(feature, atLeast: bounds.lowerBound, below: bounds.upperBound)
  }
}

extension [FeatureDefinition] {
  /// The active days within a window, and its length in days.
  fileprivate var activeDays: (feature: FeatureDefinition, windowInDays: Int)? {
    for feature in self {
      if case .activeDays(let window?) = feature { return (feature, window) }
    }
    return nil
  }
}
