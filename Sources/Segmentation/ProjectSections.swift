import Engagement
import EventLog

extension ProjectParser {
  private static let sections = [
    "version", "clock", "events", "attributes", "properties", "aliases", "features", "transform",
    "scores", "lists", "segments",
    "segments_of", "stages", "exclusive", "privacy", "tests",
  ]

  /// Parses a whole file; sections that others refer to come first, wherever they stand.
  mutating func parse(_ root: SourceNode?, readFile: (String) throws -> String) {
    guard let root else {
      report(SourcePosition(line: 1, column: 1), "the file is empty; it needs \"version: 1\"")
      return
    }
    guard let fields = fields(of: root, in: "the project", known: Self.sections) else { return }
    if let version = fields["version"] {
      if version.plainText != "1" {
        report(version, "this version reads \"version: 1\", not \(version.kindName)")
      }
    } else {
      report(root, "\"version: 1\" is missing")
    }
    if let node = fields["clock"] { parseClock(node) }
    if let node = fields["aliases"] { parseAliases(node) }
    if let node = fields["events"] { parseEvents(node) }
    if let node = fields["attributes"] {
      project.attributeTypes = types(node, "attributes", of: ColumnType.allCases)
    }
    if let node = fields["properties"] {
      project.propertyTypes = types(node, "properties", of: ColumnType.ofProperties)
    }
    if let node = fields["features"], let names = texts(node, "features") {
      for (name, item) in zip(names, node.items ?? []) { placeFeature(name, at: item) }
      let features = names.map { feature($0) }
      if let (first, second) = features.firstRepeated {
        report(
          node.items?[second] ?? node, repetition(of: "feature", names[first], names[second]))
      }
      project.features = features
    }
    if let node = fields["transform"] { parseTransform(node) }
    if let node = fields["scores"] { parseScores(node) }
    if let node = fields["lists"] { parseLists(node, readFile: readFile) }
    if let node = fields["privacy"] { parsePrivacy(node) }
    if let node = fields["stages"] { parseStages(node) }
    if let node = fields["segments"] { parseSegments(node) }
    if let node = fields["exclusive"] { parseExclusive(node) }
    checkReferences()
    if let node = fields["segments_of"] { parseSegmentNames(node) }
    if let node = fields["tests"] { parseTests(node) }
  }

  func feature(_ name: String) -> FeatureDefinition {
    FeatureDefinition(name, aliases: project.settings.aliases.keys)
  }

  /// A feature that is one column; one that stands for several is reported.
  mutating func singleFeature(_ name: String, at node: SourceNode) -> FeatureDefinition {
    let feature = feature(name)
    if feature.isOfCommonestValues {
      report(node, EngagementError.severalColumns(feature: name).description)
    }
    return feature
  }

  /// Keeps where a feature is named, for when events and members are known.
  mutating func placeFeature(_ name: String, at node: SourceNode) {
    project.featureNames.append(ProjectFile.PlacedName(name: name, position: node.position))
    if name == "attr." { report(node, "\"attr.\" needs an attribute's name behind it") }
  }

  private mutating func parseClock(_ node: SourceNode) {
    guard
      let fields = fields(of: node, in: "clock", known: ["zone", "week_starts", "lateness"])
    else { return }
    let weekStart =
      fields["week_starts"].flatMap {
        choice($0, "week_starts", of: Clock.WeekStart.self)
      } ?? .monday
    var zone = "UTC"
    if let node = fields["zone"], let name = text(node, "zone") {
      if Clock(zoneName: name) == nil {
        report(node, "unknown time zone \"\(name)\"; give its IANA name, such as Europe/Vienna")
      } else {
        zone = name
      }
    }
    project.settings.clock = Clock(zoneName: zone, weekStart: weekStart) ?? .utc
    project.lateness = fields["lateness"].flatMap { duration($0, "lateness") }
  }

  private mutating func parseEvents(_ node: SourceNode) {
    guard let fields = fields(of: node, in: "events", known: ["columns", "weights", "value"])
    else { return }
    if let node = fields["columns"],
      let columns = self.fields(of: node, in: "columns", known: ProjectFile.columnRoles)
    {
      var roleOfColumn: [String: String] = [:]
      for entry in node.entries ?? [] where columns[entry.key] != nil {
        guard let name = text(entry.value, entry.key) else { continue }
        if let other = roleOfColumn[name] {
          report(entry.value, "column \"\(name)\" is already \(other)")
        }
        roleOfColumn[name] = entry.key
        project.columns[entry.key] = name
      }
    }
    if let node = fields["weights"] {
      for entry in namedEntries(of: node, in: "weights") {
        guard let weight = number(entry.value, "the weight of \(entry.key)") else { continue }
        project.settings.weights[entry.key] = weight
        project.weightPositions[entry.key] = entry.keyPosition
      }
    }
    if let node = fields["value"] {
      project.settings.valueUse =
        choice(node, "value", of: EngagementSettings.ValueUse.self) ?? .none
    }
  }

  /// The types that a section gives to columns.
  private mutating func types(
    _ node: SourceNode, _ section: String, of known: [ColumnType]
  ) -> [String: ColumnType] {
    var types: [String: ColumnType] = [:]
    for entry in namedEntries(of: node, in: section) {
      guard let type = choice(entry.value, "type", of: ColumnType.self) else { continue }
      if known.contains(type) {
        types[entry.key] = type
      } else {
        let names = known.map(\.rawValue)
        report(entry.value, "\(section) have the types \(listing(names)), not \(type.rawValue)")
      }
    }
    return types
  }

  private mutating func parseAliases(_ node: SourceNode) {
    for entry in namedEntries(of: node, in: "aliases") {
      let name = entry.key
      if !isAliasName(name) {
        report(
          entry.keyPosition,
          "an alias is named by letters, digits and _, a letter first, and not as a window (30d) or "
            + "a half-life (h14); \"\(name)\" is not")
      }
      guard let patterns = texts(entry.value, "alias \(name)") else { continue }
      if patterns.isEmpty { report(entry.value, "alias \(name) needs at least one event type") }
      project.settings.aliases[name] = patterns
      project.aliasPositions[name] = entry.keyPosition
    }
  }

  private func isAliasName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    let isLetter: (UInt8) -> Bool = { (65...90).contains($0) || (97...122).contains($0) }
    let isDigit: (UInt8) -> Bool = { (48...57).contains($0) }
    guard let first = bytes.first, isLetter(first),
      bytes.allSatisfy({ isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") })
    else { return false }
    let isHalfLife =
      first == UInt8(ascii: "h") && bytes.count > 1 && bytes.dropFirst().allSatisfy(isDigit)
    return !isHalfLife  // a window begins with a digit, which no name does
  }

  private mutating func parseTransform(_ node: SourceNode) {
    guard let fields = fields(of: node, in: "transform", known: ["log", "scale", "reduce"]) else {
      return
    }
    var choices = TransformChoices()
    if let node = fields["log"] {
      switch node.text {
      case "automatic": choices.logarithm = .automatic
      case "none": choices.logarithm = .columns([])
      case .some(let other):
        report(node, "log needs a list of features, automatic or none, not \"\(other)\"")
      case nil:
        if let names = texts(node, "log") {
          for (name, item) in zip(names, node.items ?? []) { placeFeature(name, at: item) }
          choices.logarithm = .columns(names)
        }
      }
    }
    if let node = fields["scale"] {
      choices.scale = choice(node, "scale", of: TransformChoices.Scale.self) ?? .standardize
    }
    if let node = fields["reduce"] {
      switch node.text {
      case "none": choices.reduction = .none
      case "whiten": choices.reduction = .whiten
      case .some(let other):
        let hint = suggestion(for: other, among: ["none", "whiten", "pca"])
        report(node, "reduce needs none, whiten or {pca: 3}, not \"\(other)\"\(hint)")
      case nil:
        if let fields = self.fields(of: node, in: "reduce", known: ["pca"]) {
          if let count = fields["pca"] {
            choices.reduction =
              wholeNumber(count, "pca", least: 1).map { .principalComponents($0) } ?? .none
          } else if node.entries?.isEmpty == true {
            report(node, "reduce needs none, whiten or {pca: 3}")
          }
        }
      }
    }
    project.transform = choices
  }

  private mutating func parseSegmentNames(_ node: SourceNode) {
    for model in namedEntries(of: node, in: "segments_of") {
      guard
        let fields = fields(of: model.value, in: "segments_of \(model.key)", known: ["names"]),
        let names = fields["names"]
      else { continue }
      var nameOfID: [String: String] = [:]
      for entry in namedEntries(of: names, in: "names") {
        let digits = entry.key.hasPrefix("c") ? String(entry.key.dropFirst()) : entry.key
        guard let index = Int(digits), index >= 0, String(index) == digits else {
          report(
            entry.keyPosition,
            "\"\(entry.key)\" is no learned segment; write its number or id, such as 0 or c0")
          continue
        }
        guard let name = text(entry.value, "the name of c\(index)") else { continue }
        if nameOfID["c\(index)"] != nil {
          report(entry.keyPosition, "segment c\(index) is named twice")
        }
        nameOfID["c\(index)"] = name
      }
      project.segmentNames[model.key] = nameOfID
    }
  }
}
