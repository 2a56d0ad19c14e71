public import EventLog

/// What features depend on beside their names: the part of a project that a model stores.
public struct EngagementSettings: Sendable, Hashable {
  /// How an event's value counts in impact, g(value).
  public enum ValueUse: String, Sendable, Hashable, CaseIterable {
    /// g = 1: values do not count.
    case none
    /// g = value; an event without a value counts 0.
    case linear
    /// g = log(1 + |value|), natural; an event without a value counts 0.
    case log
  }

  /// The calendar whose days and weeks count.
  public var clock: Clock
  /// The weight of each event type in impact, w_e; 1 for a type that is not named.
  public var weights: [String: Double]
  /// How an event's value counts in impact.
  public var valueUse: ValueUse
  /// Named groups of event types; an entry is a type or a glob of `*` and `?` for whole types.
  public var aliases: [String: [String]]

  /// Features of one's own, by name; see ``add(_:)``.
  public private(set) var customFeatures: [String: CustomFeature] = [:]

  /// Makes settings; the defaults are those of a project without a file.
  public init(
    clock: Clock = .utc, weights: [String: Double] = [:], valueUse: ValueUse = .none,
    aliases: [String: [String]] = [:]
  ) {
    self.clock = clock
    self.weights = weights
    self.valueUse = valueUse
    self.aliases = aliases
  }

  /// Adds a feature of one's own.
  ///
  /// - Throws: ``EngagementError/customFeature(name:reason:)`` where another one has its name.
  public mutating func add(_ feature: CustomFeature) throws(EngagementError) {
    guard customFeatures[feature.name] == nil else {
      throw .customFeature(name: feature.name, reason: "another one has this name already")
    }
    customFeatures[feature.name] = feature
  }

  /// The feature of one's own that a definition names.
  func customFeature(_ feature: FeatureDefinition) -> CustomFeature? {
    if case .attribute(let name) = feature { customFeatures[name] } else { nil }
  }

  /// For each event type of a history, whether a name selects it.
  ///
  /// The name is an alias, a glob or an event type's own name. An alias stands before a type of the
  /// same name.
  public func selection(of name: String, in types: Interner) -> [Bool] {
    let patterns = patterns(of: name)
    return types.strings.map { type in patterns.contains { $0.matches(type) } }
  }

  /// The patterns of an alias, or of an event type or glob.
  package func patterns(of name: String) -> [Glob] { (aliases[name] ?? [name]).map(Glob.init) }
}
