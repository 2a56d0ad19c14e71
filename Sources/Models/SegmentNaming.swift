import Engagement

/// Names of the segments of one model, in two to four words where that tells them apart.
///
/// A name is made of how members stand to the community now (`rising`, `fading`, `silent`, `gone`), what
/// sets them apart most (`daily`, `all-round`, `mostly-post`) and who they are (`newcomers`, `veterans`,
/// `regulars`, `members`). Words have absolute limits, see ``SegmentWord``. Names that come out alike
/// get one more such word, then one that compares the segments in what differs most between them, then
/// their order of size, then a number.
struct SegmentNaming {
  private struct Draft {
    var comparison: String?
    var standing: String?
    var adjectives: [String]
    var noun: String
    var number: Int?

    var text: String {
      ([comparison, standing] + adjectives + [noun, number.map(String.init)]).compactMap { $0 }
        .joined(separator: " ")
    }
  }

  private let portraits: [SegmentPortrait]
  private var drafts: [Draft]

  /// Names for segments, in their order.
  ///
  /// - Parameters:
  ///   - portraits: the segments, all with the same columns.
  ///   - taken: names that are others'.
  /// - Returns: a name for each, all different.
  static func names(of portraits: [SegmentPortrait], taken: Set<String> = []) -> [String] {
    var naming = SegmentNaming(portraits)
    naming.tellApart(taken: taken)
    return naming.drafts.map(\.text)
  }

  private init(_ portraits: [SegmentPortrait]) {
    self.portraits = portraits
    drafts = portraits.map { portrait in
      let first = portrait.adjectives.first { $0.effect >= 0.5 }
      // Absence says most of those who are absent, and what newcomers do is that they are new.
      let saysEnough = portrait.isAbsent || portrait.noun == "newcomers"
      return Draft(
        standing: portrait.standing, adjectives: saysEnough ? [] : first.map { [$0.word] } ?? [],
        noun: portrait.noun)
    }
    // A name of one word says too little where there is another word.
    for (position, portrait) in portraits.enumerated()
    where drafts[position].standing == nil && drafts[position].adjectives.isEmpty {
      drafts[position].adjectives = portrait.adjectives.first.map { [$0.word] } ?? []
    }
    nameBusiest()
  }

  /// The busiest of those who are there are called so, where they are so by far.
  private mutating func nameBusiest() {
    let volumes = portraits.map { $0.isAbsent ? nil : $0.activeDaysInThirty }
    guard let most = volumes.compactMap({ $0 }).max(), volumes.count(where: { $0 == most }) == 1,
      let position = volumes.firstIndex(of: most), portraits[position].volumeEffect >= 1
    else { return }
    let plain = SegmentWord.volumes.map(\.text)
    drafts[position].adjectives.removeAll { plain.contains($0) }
    drafts[position].comparison = "busiest"
  }

  /// The positions of drafts that share their text with others, or have a taken one.
  private func groups(taken: Set<String>) -> [[Int]] {
    let groups = Dictionary(grouping: drafts.indices) { drafts[$0].text }
    return groups.filter { $1.count > 1 || taken.contains($0) }.values
      .sorted { ($0.first ?? 0) < ($1.first ?? 0) }
  }

  private mutating func tellApart(taken: Set<String>) {
    for group in groups(taken: taken) { addAdjectives(group) }
    for group in groups(taken: taken) { compare(group) }
    for group in groups(taken: taken) { compareSizes(group) }
    for group in groups(taken: taken) { number(group, taken: taken) }
  }

  /// One more word for each, where not all of them have it.
  private mutating func addAdjectives(_ group: [Int]) {
    let words = group.map { position in
      portraits[position].adjectives.map(\.word).first { !drafts[position].adjectives.contains($0) }
    }
    guard Set(words).count > 1 || group.count == 1 else { return }
    for (position, word) in zip(group, words) {
      if let word, drafts[position].adjectives.count < 2 {
        drafts[position].adjectives.append(word)
      }
    }
  }

  /// The most and the least in what differs most between them.
  private mutating func compare(_ group: [Int]) {
    guard group.count > 1, let features = portraits.first?.features else { return }
    func spread(_ column: Int) -> Double {
      let effects = group.map { portraits[$0].effects[column] }
      let medians = group.map { portraits[$0].medians[column] }
      // The words must be true of medians as well as of means.
      guard let most = effects.max(), let least = effects.min(),
        let top = effects.firstIndex(of: most), let bottom = effects.firstIndex(of: least),
        medians.indices.allSatisfy({ $0 == top || medians[$0] < medians[top] }),
        medians.indices.allSatisfy({ $0 == bottom || medians[$0] > medians[bottom] })
      else { return 0 }
      return most - least
    }
    let areAbsent = group.allSatisfy { portraits[$0].isAbsent }
    let spreads = features.indices.map { column in
      // Where nothing happens nothing rises.
      areAbsent && [.change, .volume].contains(features[column].kind) ? 0 : spread(column)
    }
    guard let widest = spreads.max(), widest > 0, let column = spreads.firstIndex(of: widest) else {
      return
    }
    let sorted = group.sorted {
      portraits[$0].medians[column] > portraits[$1].medians[column]
    }
    let words =
      areAbsent && features[column] == .recencyDays
      ? (more: "early", less: "late") : Self.comparison(features[column])
    if let top = sorted.first, let bottom = sorted.last {
      drafts[top].comparison = words.more
      drafts[bottom].comparison = words.less
    }
  }

  private mutating func compareSizes(_ group: [Int]) {
    let sorted = group.sorted { portraits[$0].size > portraits[$1].size }
    guard let top = sorted.first, let bottom = sorted.last, sorted.count > 1,
      portraits[top].size > portraits[bottom].size
    else { return }
    for (position, word) in [(top, "many"), (bottom, "few")]
    where drafts[position].comparison == nil {
      drafts[position].comparison = word
    }
  }

  private mutating func number(_ group: [Int], taken: Set<String>) {
    var used = taken.union(drafts.indices.filter { !group.contains($0) }.map { drafts[$0].text })
    for position in group {
      while used.contains(drafts[position].text) {
        drafts[position].number = (drafts[position].number ?? 1) + 1
      }
      used.insert(drafts[position].text)
    }
  }

  /// What those are who have more and less of a feature.
  private static func comparison(
    _ feature: FeatureDefinition
  ) -> (more: String, less: String) {
    switch feature {
    case .recencyDays: ("less recent", "more recent")
    case .tenureDays: ("early", "late")
    case .lifespanDays: ("longer-lived", "shorter-lived")
    case .eventCount(let alias?, _), .share(let alias, _): ("more-\(alias)", "less-\(alias)")
    case .typeEntropy: ("more varied", "less varied")
    case .valueSum, .valueMean: ("higher-value", "lower-value")
    case .attribute(let name): ("higher-\(name)", "lower-\(name)")
    case .distinctValues(let name, _): ("more-\(name)", "fewer-\(name)")
    case .medianGapDays: ("slower-paced", "faster-paced")
    case .burstiness: ("more bursty", "more even")
    case .receivedImpactRate: ("more-answered", "less-answered")
    default:
      switch feature.kind {
      case .change: ("livelier", "calmer")
      default: ("busier", "less busy")
      }
    }
  }
}
