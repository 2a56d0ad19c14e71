public import Engagement
import EventLog

extension ProjectFile {
  /// What is wrong or doubtful once the events and members are known, in the order of the file.
  ///
  /// Errors are an alias that is named like an event type which it does not hold, a name that is
  /// almost an alias's or a built-in feature's, and a feature made of an attribute that is no number.
  /// An event type, an attribute or an event property that does not occur is a warning, as it may
  /// only not have occurred yet; so is an order of numbers or dates asked of another type of column.
  /// All of them have an excerpt of the file.
  public func check(against community: Community) -> [Diagnostic] {
    var check = CommunityCheck(project: self, community: community)
    check.run()
    return check.diagnostics.sorted { $0.position < $1.position }.quoting(text, of: file)
  }

  /// The event properties that rules and scores read, in ascending order of their bytes.
  public var eventProperties: [String] {
    var names: Set<String> = []
    func take(_ feature: FeatureDefinition?) {
      if let feature { names.formUnion([feature].eventProperties) }
      if case .attribute(let name) = feature, let custom = settings.customFeatures[name] {
        names.formUnion(custom.properties)
      }
    }
    for feature in features ?? [] { take(feature) }
    for score in scores.values { take(score.feature) }
    for leaf in leaves {
      for case .property(let name) in leaf.eventFields { names.insert(name) }
      take(leaf.feature)
    }
    if asksForConsent { names.insert("purpose") }
    return names.sorted(by: bytesPrecede)
  }

  private var asksForConsent: Bool {
    segments.contains { $0.purpose != nil }
      || leaves.contains {
        if case .consent = $0.question { return true }
        return false
      }
  }

  /// The features that rules compare, in the order of the file, each once; those of scores left out.
  public var ruleFeatures: [FeatureDefinition] {
    var features: [FeatureDefinition] = []
    for leaf in leaves {
      if case .feature(let feature, _) = leaf.question, !features.contains(feature) {
        features.append(feature)
      }
    }
    return features
  }

  /// Whether rules ask for more than attributes, ``ruleFeatures``, lists and other segments: for events,
  /// or for scores, which may be made of them.
  public var rulesNeedEvents: Bool {
    needsReplay
      || leaves.contains {
        switch $0.question {
        case .attribute, .feature, .segment, .cluster, .list, .near, .bucket: false
        default: true
        }
      }
  }

  /// The error of a feature as it is where the project gives the property's column another role.
  public func namingColumns(of error: EngagementError) -> EngagementError {
    guard case .unknownProperty(let feature, let name, _) = error,
      let key = columns.first(where: { bytesAreEqual($0.value, name) })?.key,
      let role = EventReader.Role(rawValue: key)
    else { return error }
    return .propertyIsColumn(feature: feature, name: name, role: role)
  }

  /// The leaves of all rules, in the order of the file.
  var leaves: [Leaf] {
    let moves = stages.flatMap { $0.moves.map(\.when) }
    return (segments.flatMap(\.conditions) + moves).flatMap(\.leaves)
  }
}

private struct CommunityCheck {
  let project: ProjectFile
  let community: Community
  let types: [String]
  private(set) var diagnostics: [Diagnostic] = []

  init(project: ProjectFile, community: Community) {
    self.project = project
    self.community = community
    types = community.history.types.strings
  }

  mutating func run() {
    checkAliases()
    for (type, position) in project.weightPositions where !types.contains(type) {
      warn(position, "no event has the type \"\(type)\"\(suggestion(for: type, among: types))")
    }
    for placed in project.pointNames { checkEventName(placed.name, at: placed.position) }
    for placed in project.featureNames { checkFeature(placed) }
    for leaf in project.leaves { check(leaf) }
    if let action = project.segments.flatMap({ $0.onEnter + $0.onExit }).first {
      warn(
        action.position,
        "on_enter and on_exit are kept, but no verb acts on them in this version")
    }
  }

  private mutating func warn(_ position: SourcePosition, _ message: String) {
    diagnostics.append(
      Diagnostic(severity: .warning, file: project.file, position: position, message: message))
  }

  private mutating func fail(_ position: SourcePosition, _ message: String) {
    diagnostics.append(Diagnostic(file: project.file, position: position, message: message))
  }

  private mutating func checkAliases() {
    for (alias, position) in project.aliasPositions {
      let patterns = project.settings.aliases[alias] ?? []
      if types.contains(where: { bytesAreEqual($0, alias) }),
        !patterns.contains(where: { Glob($0).matches(alias) })
      {
        fail(
          position,
          "alias \"\(alias)\" is also an event type that it does not hold; give the alias another "
            + "name")
      }
      for pattern in patterns where !types.contains(where: { Glob(pattern).matches($0) }) {
        warn(
          position,
          "alias \"\(alias)\": no event has the type \"\(pattern)\""
            + suggestion(for: pattern, among: types))
      }
    }
  }

  private mutating func check(_ leaf: Leaf) {
    switch leaf.question {
    case .attribute(let name, let tests): checkAttribute(name, tests, at: leaf.position)
    case .did(let selection, _, let measure, _):
      check(selection)
      switch measure {
      case .distinct(.field(let field)), .aggregate(_, of: let field):
        checkField(field, at: leaf.position)
      default: break
      }
    case .didNot(let selection, _, _): check(selection)
    case .occurrence(let occurrence):
      check(occurrence.selection)
      for condition in occurrence.having { checkField(condition.field, at: condition.position) }
    // Names that do not exist are found where the rule is compiled.
    case .feature(let feature, _): checkValue(of: feature, at: leaf.position)
    case .rank(let rank):
      if case .feature(let feature) = rank.quantity {
        checkFeature(
          ProjectFile.PlacedName(name: feature.description, position: leaf.position))
      }
    case .near(let near):
      for name in near.fields {
        checkAttribute(name, [.number(.atLeast(0))], at: leaf.position)
      }
    default:
      leaf.selections.forEach { check($0) }
      leaf.fieldsRead.forEach { checkField($0, at: leaf.position) }
    }
  }

  private mutating func check(_ selection: EventSelection) {
    for name in selection.names { checkEventName(name, at: selection.position) }
    for condition in selection.conditions { checkField(condition.field, at: condition.position) }
  }

  private mutating func checkEventName(_ name: String, at position: SourcePosition) {
    let aliases = project.settings.aliases.keys.sorted(by: bytesPrecede)
    guard !aliases.contains(name), !types.contains(where: { Glob(name).matches($0) }) else {
      return
    }
    let hint = suggestion(for: name, among: aliases + types)
    let message = "no event has the type \"\(name)\"\(hint)"
    let nearest = nearestName(to: name, among: aliases + types)
    if let nearest, aliases.contains(nearest) {
      fail(position, message)
    } else {
      warn(position, message)
    }
  }

  private mutating func checkFeature(_ placed: ProjectFile.PlacedName) {
    let feature = FeatureDefinition(placed.name, aliases: project.settings.aliases.keys)
    let asOf = Timestamp(microseconds: 0)
    do {
      // Names are looked up before rows are, of which none are needed here; which values are the
      // commonest depends on the members.
      _ = try FeatureTable(
        of: community, rows: [], asOf: asOf,
        features: feature.expanded(in: community, rows: [], asOf: asOf),
        settings: project.settings, threadCount: 1)
    } catch .noMembers, .noPropertyValues {
      checkValue(of: feature, at: placed.position)
    } catch {
      let error = project.namingColumns(of: error)
      switch error {
      case .unknownFeature(_, ""): warn(placed.position, error.description)
      case .unknownFeature, .attributeNotNumeric, .impossibleNumber, .propertyIsColumn:
        fail(placed.position, error.description)
      default: warn(placed.position, error.description)
      }
    }
  }

  private mutating func checkValue(of feature: FeatureDefinition, at position: SourcePosition) {
    if let warning = feature.unknownValueWarning(in: community.history) { warn(position, warning) }
  }

  private mutating func checkField(_ field: EventField, at position: SourcePosition) {
    guard case .property(let name) = field, community.history.properties[name] == nil else {
      return
    }
    let known = community.history.properties.keys.sorted(by: bytesPrecede)
    warn(
      position,
      "no event has a property \"\(name)\""
        + suggestion(for: name, among: known + ["value", "event", "target_id"]))
  }

  private mutating func checkAttribute(
    _ name: String, _ tests: [FieldTest], at position: SourcePosition
  ) {
    guard name != "joined_at" else { return }
    guard let column = community.members.attributes[name] else {
      let known = community.members.attributes.keys.sorted(by: bytesPrecede) + ["joined_at"]
      warn(
        position, "no member has an attribute \"\(name)\"\(suggestion(for: name, among: known))")
      return
    }
    let needs = Set(tests.compactMap(\.neededTypeName))
    for type in needs.sorted() where type != column.typeName {
      if type == ColumnType.number.rawValue, column.readAsNumbers != nil { continue }
      warn(position, "attribute \"\(name)\" is of type \(column.typeName), not \(type)")
    }
  }
}

extension FieldTest {
  /// The type of column that the test is meant for, where it is meant for one.
  fileprivate var neededTypeName: String? {
    switch self {
    case .number: "number"
    case .instant, .olderThan, .newerThan, .anniversaryWithin: "time"
    default: nil
    }
  }
}
