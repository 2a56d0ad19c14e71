public import EventLog

/// What a ``CustomFeature`` is computed from: one member, as known at T.
public struct MemberHistory: Sendable, Hashable {
  /// T.
  public let asOf: Timestamp
  /// The member's own events at or before T and of the feature's window, oldest first, with the feature's
  /// properties alone.
  ///
  /// Events of one instant are ordered by type, value, target and properties, so that the order in which
  /// they were read or came changes nothing.
  public let events: [Event]
  /// When the member joined, if by T, and the numeric attributes that it has.
  public let profile: MemberProfile
}

/// A feature of one's own, beside the built-in ones.
///
/// It is computed in ``FeatureTable``, ``FeatureSnapshots`` and ``MemberState`` by the same function of the
/// same ``MemberHistory``, so that all of them give the same bits. Put it into the settings with
/// ``EngagementSettings/add(_:)``; then its name is a feature's wherever a name is read, as in
/// `FeatureDefinition("longest_gap_days", aliases: [])`, in the features, rules and scores of a project file.
///
/// A model file names it but cannot hold it: to label with such a model, compute the table with the model's
/// settings, to which the feature was added again.
///
/// It needs the events: there is no ``FeatureScan`` of it, and a ``MemberState`` keeps the events of its
/// window (about 100 bytes each), without a window all of them.
public struct CustomFeature: Sendable {
  /// The name: a letter, then letters, digits and `_`; no built-in feature's.
  public let name: String
  /// What is computed, in words or symbols.
  public let formula: String
  /// The unit, for example `days`.
  public let unit: String
  /// Where the definition is from: a paper, a handbook, a decision.
  public let source: String
  /// The value where there is nothing to compute from, so that the function returns nil or NaN.
  ///
  /// NaN means absent.
  public let valueOfNothing: Double
  /// How many days of 86,400 s before T the events are from, T − window not included; nil for all.
  public let windowInDays: Int?
  /// The event properties that are looked at, in ascending order of their bytes.
  public let properties: [String]

  let compute: @Sendable (MemberHistory) -> Double?

  /// Makes a feature.
  ///
  /// - Parameters:
  ///   - name: the name.
  ///   - formula: what is computed.
  ///   - unit: the unit.
  ///   - valueOfNothing: the value where there is nothing to compute from; NaN means absent.
  ///   - source: where the definition is from.
  ///   - windowInDays: how far back the events are needed, 1 to 99,999; nil for all.
  ///   - properties: the event properties that are looked at.
  ///   - compute: the value, or nil. A pure function: the same for the same history, whoever calls it on
  ///     whichever thread. A value that is infinite is an error of the table.
  /// - Throws: ``EngagementError/customFeature(name:reason:)`` for a name that is none or a built-in
  ///   feature's, an infinite value and a window out of range.
  public init(
    name: String, formula: String, unit: String, valueOfNothing: Double = .nan,
    source: String, windowInDays: Int? = nil, properties: [String] = [],
    compute: @escaping @Sendable (MemberHistory) -> Double?
  ) throws(EngagementError) {
    let letters = name.utf8.first.map { ($0 | 0x20).isLowercaseLetter } ?? false
    guard letters, name.utf8.allSatisfy({ ($0 | 0x20).isLowercaseLetter || $0.isDigitOrLine })
    else {
      throw .customFeature(
        name: name, reason: "a name is a letter, then letters, digits and underscores")
    }
    guard FeatureDefinition.parsingBuiltIn(name, aliases: []) == nil else {
      throw .customFeature(name: name, reason: "a built-in feature has this name: take another")
    }
    guard !valueOfNothing.isInfinite else {
      throw .customFeature(name: name, reason: "the value of nothing must not be infinite")
    }
    guard (1...99_999).contains(windowInDays ?? 1) else {
      throw .customFeature(name: name, reason: "a window is of 1 to 99999 days")
    }
    self.name = name
    self.formula = formula
    self.unit = unit
    self.valueOfNothing = valueOfNothing
    self.source = source
    self.windowInDays = windowInDays
    self.properties = Set(properties).sorted(by: bytesPrecede)
    self.compute = compute
  }
}

extension CustomFeature: Hashable {
  /// True when all that is said about both is the same; the functions are not compared.
  public static func == (left: CustomFeature, right: CustomFeature) -> Bool {
    left.name == right.name && left.formula == right.formula && left.unit == right.unit
      && left.valueOfNothing.bitPattern == right.valueOfNothing.bitPattern
      && left.source == right.source && left.windowInDays == right.windowInDays
      && left.properties == right.properties
  }

  /// Hashes the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension CustomFeature {
  /// The value of a member.
  ///
  /// - Parameters:
  ///   - events: the member's events, oldest first, those after T and before the window, too.
  ///   - asOf: T.
  ///   - profile: what the members file says.
  /// - Returns: the value, infinite where the function's is; NaN where absent.
  func value(
    of events: some Sequence<Event>, asOf: Timestamp, profile: MemberProfile
  ) -> Double {
    let start = windowInDays.map { asOf.subtracting(days: $0) }
    var seen: [Event] = []
    for var event in events
    where event.timestamp <= asOf && (start.map { event.timestamp > $0 } ?? true) {
      if event.properties.count > 0 {
        event.properties = event.properties.filter { properties.contains($0.key) }
      }
      seen.append(event)
    }
    seen.sortTies(by: properties)
    let known = MemberProfile(
      joinedAt: profile.joinedAt.flatMap { $0 <= asOf ? $0 : nil },
      attributes: profile.attributes.filter { !$0.value.isNaN })
    let value = compute(MemberHistory(asOf: asOf, events: seen, profile: known)) ?? .nan
    return value.isNaN ? valueOfNothing : value
  }
}

extension UInt8 {
  fileprivate var isLowercaseLetter: Bool { (0x61...0x7a).contains(self) }
  fileprivate var isDigitOrLine: Bool { (0x30...0x39).contains(self) || self == 0x5f }
}
