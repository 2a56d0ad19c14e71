import EventLog
import LinearAlgebra

/// Features with every name looked up in a community once: what is left to do is per member.
struct FeaturePlan: Sendable {
  /// A feature and what it was found to refer to.
  struct Step: Sendable {
    let feature: FeatureDefinition
    /// For features of an alias: whether it holds each event type.
    var selectsType: [Bool] = []
    /// For features of a property.
    var property: PropertyColumn?
    /// For shares of a property's value: whether each of its values is that one.
    var selectsValue: [Bool] = []
    /// For features of an attribute: a cell for each row of the members file.
    var attribute: [Double] = []
    /// The feature of one's own that it is.
    var custom: CustomFeature?
  }

  let settings: EngagementSettings
  let steps: [Step]
  /// The weight in impact of each event type.
  let weights: [Double]

  /// Looks up all names.
  init(
    _ features: [FeatureDefinition], for community: Community, settings: EngagementSettings
  ) throws(EngagementError) {
    let history = community.history
    self.settings = settings
    weights = history.types.strings.map { settings.weights[$0] ?? 1 }
    var steps: [Step] = []
    for feature in features {
      var step = Step(feature: feature)
      switch feature {
      case .eventCount(let name?, _), .share(let name, _):
        guard
          settings.aliases[name] != nil || history.types.index(of: name) != nil
            || Glob(name).hasWildcard
        else {
          throw feature.numberError
            ?? .unknownEventType(
              feature: feature.description, name: name,
              suggestion: suggestion(
                for: name, among: settings.aliases.keys.sorted() + history.types.strings))
        }
        step.selectsType = settings.selection(of: name, in: history.types)
      case .distinctValues(let name, _): step.property = try history.property(name, of: feature)
      case .propertyShare(let name, let value, _):
        let column = try history.property(name, of: feature)
        guard !feature.isOfCommonestValues else {
          throw .severalColumns(feature: feature.description)
        }
        step.property = column
        step.selectsValue = column.values.map(value.holds)
      case .attribute(let name):
        if let custom = settings.customFeatures[name] {
          try Self.check(custom, against: community)
          step.custom = custom
        } else {
          step.attribute = try Self.attribute(
            name, of: community.members, customNames: settings.customFeatures.keys.sorted())
        }
      default: break
      }
      steps.append(step)
    }
    self.steps = steps
  }

  private static func check(
    _ custom: CustomFeature, against community: Community
  ) throws(EngagementError) {
    if community.members.attributes[custom.name] != nil {
      throw .customFeature(
        name: custom.name, reason: "a column of the members file has this name: rename one of them")
    }
    for name in custom.properties where community.history.properties[name] == nil {
      throw community.history.missing(property: name, feature: custom.name)
    }
  }

  private static func attribute(
    _ name: String, of members: MemberTable, customNames: [String]
  ) throws(EngagementError) -> [Double] {
    switch members.attributes[name] {
    case .some(let column):
      if let numbers = column.readAsNumbers { return numbers }
      throw .attributeNotNumeric(name: name, type: column.typeName)
    case nil:
      let numeric = members.attributes.filter { if case .number = $0.value { true } else { false } }
      throw FeatureDefinition.attribute(name).numberError
        ?? .unknownFeature(
          name: name,
          suggestion: suggestion(
            for: name, among: numeric.keys.sorted() + customNames + FeatureDefinition.exampleNames))
    }
  }

  /// - Throws: ``EngagementError/infiniteValue(feature:member:)`` for the first value of one's own features
  ///   that is infinite.
  func check(_ values: Matrix<Double>, memberIDs: [String]) throws(EngagementError) {
    for (column, step) in steps.enumerated() where step.custom != nil {
      for row in memberIDs.indices where values[row, column].isInfinite {
        throw .infiniteValue(feature: step.feature.description, member: memberIDs[row])
      }
    }
  }

  /// w_e g(value) of an event.
  func impact(type: Int, value: Double) -> Double {
    Engagement.impact(weight: weights[type], value: value, valueUse: settings.valueUse)
  }
}
