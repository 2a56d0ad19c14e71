public import EventLog

/// The values of an event property that ``FeatureDefinition/propertyShare(of:value:windowInDays:)`` is the
/// share of.
public enum PropertyShareValue: Sendable, Hashable, CustomStringConvertible {
  /// One value, as text.
  case text(String)
  /// The commonest values, so many at most, a column each: no column itself.
  case commonest(Int)

  /// How many values `share_of_PROPERTY` stands for.
  public static let usualCount = 5
  /// How many values a feature can stand for at most.
  public static let greatestCount = 99

  /// What follows property and window in the feature's name.
  public var description: String {
    switch self {
    case .text(let text): "=\(text)"
    case .commonest(Self.usualCount): ""
    case .commonest(let count): ":\(count)"
    }
  }

  /// Whether a property's value is this one.
  func holds(_ value: PropertyValue) -> Bool {
    if case .text(let text) = self { value.description == text } else { false }
  }
}

extension FeatureDefinition {
  /// Whether it stands for several columns, which ``expanded(in:rows:asOf:)`` finds.
  public var isOfCommonestValues: Bool {
    if case .propertyShare(_, .commonest, _) = self { true } else { false }
  }

  /// The feature as columns: itself, or one for each of the commonest values of a property.
  ///
  /// Values are counted over the events of the members' own in the feature's window; the commonest comes
  /// first, of equally common ones the first in the order of their bytes. There are fewer columns where there are
  /// fewer values.
  ///
  /// - Parameters:
  ///   - community: events and members.
  ///   - rows: the community's rows that count; by default those in the table at `asOf`.
  ///   - asOf: T; later events do not exist yet.
  /// - Returns: The columns, one at least.
  /// - Throws: ``EngagementError/unknownProperty(feature:name:suggestion:)``, or
  ///   ``EngagementError/noPropertyValues(feature:)`` where no event in the window has the property.
  /// - Complexity: O(events).
  public func expanded(
    in community: Community, rows: [Int]? = nil, asOf: Timestamp
  ) throws(EngagementError) -> [FeatureDefinition] {
    guard case .propertyShare(let name, .commonest(let count), let window) = self else {
      return [self]
    }
    let column = try community.history.property(name, of: self)
    var eventCounts = [Int](repeating: 0, count: column.values.count)
    for row in rows ?? community.rows(asOf: asOf) {
      for position in community.events(ofRow: row, asOf: asOf) {
        let event = Int(position)
        guard event < column.codes.count, column.codes[event] >= 0 else { continue }
        if let window,
          community.history.timestamps[event] <= asOf.subtracting(days: window).microseconds
        {
          continue
        }
        eventCounts[Int(column.codes[event])] += 1
      }
    }
    var counts: [String: Int] = [:]
    // Of texts that are one value, the first in the order of their bytes is its name.
    let texts = column.values.map(\.description)
    for code in texts.indices.sorted(by: { bytesPrecede(texts[$0], texts[$1]) })
    where eventCounts[code] > 0 {
      counts[texts[code], default: 0] += eventCounts[code]
    }
    guard !counts.isEmpty else { throw .noPropertyValues(feature: description) }
    return counts.sorted { left, right in
      left.value != right.value ? left.value > right.value : bytesPrecede(left.key, right.key)
    }.prefix(count).map { .propertyShare(of: name, value: .text($0.key), windowInDays: window) }
  }
}

extension [FeatureDefinition] {
  /// The columns that the features stand for, each once, in order;
  /// see ``FeatureDefinition/expanded(in:rows:asOf:)``.
  ///
  /// - Throws: What that throws.
  public func expanded(
    in community: Community, rows: [Int]? = nil, asOf: Timestamp
  ) throws(EngagementError) -> [FeatureDefinition] {
    guard contains(where: \.isOfCommonestValues) else { return self }
    var columns: [FeatureDefinition] = []
    for feature in self {
      for column in try feature.expanded(in: community, rows: rows, asOf: asOf)
      where !columns.contains(column) {
        columns.append(column)
      }
    }
    return columns
  }

  /// The event properties that the features are computed from.
  public var eventProperties: Set<String> {
    Set(
      compactMap { feature in
        switch feature {
        case .distinctValues(let name, _), .propertyShare(let name, _, _): name
        default: nil
        }
      })
  }
}

extension FeatureDefinition {
  /// What is to be said of a share of a value that no event has, in one line; nil where some event has it,
  /// and for other features.
  ///
  /// - Complexity: O(distinct values of the property).
  public func unknownValueWarning(in history: EventHistory) -> String? {
    guard case .propertyShare(let name, .text(let text), _) = self,
      let column = history.properties[name],
      !column.values.contains(where: { $0.description == text })
    else { return nil }
    // A column of ids has more values than are worth comparing.
    let known = column.values.prefix(10_000).map(\.description)
    let few = known.prefix(5).joined(separator: ", ") + (known.count > 5 ? ", …" : "")
    let found = text.isEmpty ? "an empty \(name)" : "the \(name) \"\(text)\""
    return "feature \"\(self)\": no event has \(found), so that nobody has a share of it"
      + (nearestName(to: text, among: known).map { "; did you mean \"\($0)\"?" }
        ?? (known.isEmpty ? "" : "; there is \(few)"))
  }

  /// Whether the feature is made of the values of events, with some settings.
  public func isMadeOfValues(_ settings: EngagementSettings) -> Bool {
    switch self {
    case .valueSum, .valueMean: true
    case .impact, .impactRate, .receivedImpactRate: settings.valueUse != .none
    default: false
    }
  }
}

extension EventHistory {
  /// The column of a property that a feature names.
  func property(
    _ name: String, of feature: FeatureDefinition
  ) throws(EngagementError) -> PropertyColumn {
    guard let column = properties[name] else {
      throw feature.numberError ?? missing(property: name, feature: feature.description)
    }
    return column
  }

  /// Why there is no property of a name.
  func missing(property name: String, feature: String) -> EngagementError {
    if let role = EventReader.Role(rawValue: name) {
      return .propertyIsColumn(feature: feature, name: name, role: role)
    }
    return .unknownProperty(
      feature: feature, name: name,
      suggestion: suggestion(for: name, among: properties.keys.sorted()))
  }
}
