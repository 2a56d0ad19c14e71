import EventLog

/// Features compiled once for the live states of all members: what a ``MemberState`` has to keep so
/// that each of them can be answered exactly.
///
/// A plan knows no log: a feature of an event type or property that no event has yet is 0 or absent,
/// where a ``FeatureTable`` throws. Types that were met are remembered, once for all members. All states
/// refer to the one plan they were made with.
public final class LivePlan: Sendable {
  /// The features that states under this plan answer, in order.
  public let features: [FeatureDefinition]
  /// Weights, aliases and the calendar.
  public let settings: EngagementSettings
  /// A hash of what the plan's states keep: a stored state is read under plans of the same one only.
  ///
  /// Plans of different features can have the same one, where those need the same to be kept.
  public let fingerprint: UInt64

  let needs: LiveNeeds
  let columns: [FeatureDefinition: Int]
  let rates: [LiveNeeds.Rate]
  let receivedHalfLives: [Int]
  let properties: [String]
  /// What shares of a property's values count without a window, and the positions of the properties.
  let shareParts: [(part: LiveNeeds.SharePart, property: Int)]
  let aliases: [ExactText]
  /// The properties that are kept of the events of custom features, in ascending order of their bytes.
  let historyProperties: [String]
  private let knownTypes: LiveEventTypes

  /// Compiles features.
  ///
  /// - Precondition: each of the features is one column: those of the commonest values were expanded.
  public init(
    features: [FeatureDefinition], settings: EngagementSettings = EngagementSettings()
  ) {
    precondition(!features.contains(where: \.isOfCommonestValues), "each feature is one column")
    var needs = LiveNeeds()
    for feature in features { needs.include(feature, valueUse: settings.valueUse) }
    for custom in features.compactMap(settings.customFeature) { needs.include(custom) }
    let names = features.compactMap { feature -> ExactText? in
      switch feature {
      case .eventCount(let name?, _), .share(let name, _): ExactText(text: name)
      default: nil
      }
    }
    self.features = features
    self.settings = settings
    self.needs = needs
    columns = Dictionary(features.enumerated().map { ($1, $0) }) { first, _ in first }
    rates = needs.rates.sorted()
    receivedHalfLives = needs.receivedHalfLives.sorted()
    let properties = needs.properties.keys.sorted(by: bytesPrecede)
    self.properties = properties
    shareParts = needs.shareParts.sorted().compactMap { part in
      properties.firstIndex(of: part.property).map { (part, $0) }
    }
    aliases = Set(names).sorted()
    historyProperties = needs.history.map { $0.properties.sorted(by: bytesPrecede) } ?? []
    fingerprint = needs.fingerprint(settings)
    knownTypes = LiveEventTypes(settings: settings, aliases: aliases)
  }

  /// The longest window of the features in days; 0 where none has a window.
  ///
  /// Events are kept one by one until they are that much older than the clock of a state.
  /// `trend` looks back over 56 days, `acceleration` over 14.
  public var longestWindowInDays: Int { needs.longestWindowInDays }

  /// What the features need to know of an event type.
  func type(_ name: String) -> LiveEventType { knownTypes.type(ExactText(text: name)) }
}

/// What has to be kept of a member's events for some features.
struct LiveNeeds: Sendable {
  /// An exponentially weighted sum of own events.
  struct Rate: Hashable, Comparable {
    var halfLifeInDays: Int
    var isImpact: Bool

    static func < (left: Rate, right: Rate) -> Bool {
      (left.halfLifeInDays, left.isImpact ? 1 : 0) < (right.halfLifeInDays, right.isImpact ? 1 : 0)
    }
  }

  /// Whether values of a property are kept for ever, and whether for a window.
  struct Property: Hashable {
    var isKeptForEver = false
    var isInWindow = false
  }

  /// Events that are counted for ever: those in which a property has a value, or, for nil, any.
  struct SharePart: Hashable, Comparable {
    var property: String
    var value: String?

    static func < (left: SharePart, right: SharePart) -> Bool {
      if left.property != right.property { return bytesPrecede(left.property, right.property) }
      guard let value = right.value else { return false }
      return left.value.map { bytesPrecede($0, value) } ?? true
    }
  }

  /// Which events are kept whole, and with which properties.
  struct History: Hashable {
    /// Nil for all events.
    var windowInDays: Int?
    var properties: Set<String>
  }

  var longestWindowInDays = 0
  /// What custom features need; nil without any.
  var history: History?
  var rates: Set<Rate> = []
  var receivedHalfLives: Set<Int> = []
  var properties: [String: Property] = [:]
  var shareParts: Set<SharePart> = []
  var types = false
  var values = false
  var impactSum = false
  var valueSum = false
  var days = false
  var weeks = false
  var instants = false

  mutating func include(_ feature: FeatureDefinition, valueUse: EngagementSettings.ValueUse) {
    switch feature {
    case .recencyDays, .tenureDays, .lifespanDays, .attribute: break
    case .eventCount(let name, let window):
      if name != nil { types = true }
      include(window)
    case .share(_, let window):
      types = true
      include(window)
    case .activeDays(let window):
      if window == nil { days = true }
      include(window)
    case .activeWeeks(let window):
      if window == nil { weeks = true }
      include(window)
    case .streakWeeks: weeks = true
    case .frequency(let halfLife): include(halfLife)
    case .velocity(let short, let long):
      include(short)
      include(long)
    case .acceleration:
      include(14)
      include(56)
      include(.some(14))
    case .impact(let window):
      includeImpact(valueUse)
      if window == nil { impactSum = true }
      include(window)
    case .impactRate(let halfLife):
      includeImpact(valueUse)
      rates.insert(Rate(halfLifeInDays: halfLife, isImpact: true))
    case .receivedImpactRate(let halfLife): receivedHalfLives.insert(halfLife)
    case .trend: include(.some(8 * 7))
    case .medianGapDays, .burstiness: instants = true
    case .distinctValues(let name, let window):
      if window == nil {
        properties[name, default: Property()].isKeptForEver = true
      } else {
        properties[name, default: Property()].isInWindow = true
      }
      include(window)
    case .propertyShare(let name, let value, let window):
      if case .text(let text) = value, window == nil {
        if properties[name] == nil { properties[name] = Property() }
        shareParts.formUnion([
          SharePart(property: name), SharePart(property: name, value: text),
        ])
      } else {
        properties[name, default: Property()].isInWindow = true
      }
      include(window)
    case .typeEntropy: types = true
    case .valueSum(let window), .valueMean(let window):
      values = true
      if window == nil { valueSum = true }
      include(window)
    }
  }

  mutating func include(_ custom: CustomFeature) {
    var wider = history ?? History(windowInDays: custom.windowInDays, properties: [])
    if let one = wider.windowInDays, let other = custom.windowInDays {
      wider.windowInDays = max(one, other)
    } else {
      wider.windowInDays = nil
    }
    wider.properties.formUnion(custom.properties)
    history = wider
  }

  private mutating func include(_ windowInDays: Int?) {
    longestWindowInDays = max(longestWindowInDays, windowInDays ?? 0)
  }

  private mutating func include(_ halfLifeInDays: Int) {
    rates.insert(Rate(halfLifeInDays: halfLifeInDays, isImpact: false))
  }

  private mutating func includeImpact(_ valueUse: EngagementSettings.ValueUse) {
    types = true
    if valueUse != .none { values = true }
  }

  /// FNV-1a of all that decides what the bytes of a stored state mean.
  func fingerprint(_ settings: EngagementSettings) -> UInt64 {
    var parts = ["\(longestWindowInDays) \(types) \(values) \(impactSum) \(valueSum)"]
    parts.append("\(days) \(weeks) \(instants)")
    parts += rates.sorted().map { "rate \($0.halfLifeInDays) \($0.isImpact)" }
    parts += receivedHalfLives.sorted().map { "received \($0)" }
    for (name, property) in properties.sorted(by: { bytesPrecede($0.key, $1.key) }) {
      parts.append("property \(property.isKeptForEver) \(property.isInWindow) \(name)")
    }
    for part in shareParts.sorted() {
      parts.append("share \(part.property.utf8.count) \(part.property) \(part.value ?? "")")
    }
    if let history {
      let names = history.properties.sorted(by: bytesPrecede)
      parts.append("history \(history.windowInDays ?? 0) \(names.count)")
      parts += names
    }
    parts.append("\(settings.valueUse.rawValue) \(settings.clock.weekStart.rawValue)")
    parts.append(settings.clock.zoneName)
    for (name, weight) in settings.weights.sorted(by: { bytesPrecede($0.key, $1.key) }) {
      parts.append("weight \(weight.bitPattern) \(name)")
    }
    // Names hold no NUL.
    return checksum(parts.joined(separator: "\0").utf8)
  }
}
