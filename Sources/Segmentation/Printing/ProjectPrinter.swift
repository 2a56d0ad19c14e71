import Engagement
import EventLog

/// Writes the parts of a project in the normal form.
struct ProjectPrinter {
  let project: ProjectFile

  /// Combinators within so many others stand in one line, so that lines do not begin ever further right.
  static let mostBlocks = 8

  /// The whole file.
  var file: BlockText {
    var sections: [(key: String, value: BlockText)] = [BlockText.entry("version", .scalar("1"))]
    func add(_ name: String, _ section: BlockText?) {
      if let section { sections.append(BlockText.entry(name, section)) }
    }
    add("clock", clock)
    add("events", events)
    add("attributes", named(project.attributeTypes) { .scalar($0.rawValue) })
    add("properties", named(project.propertyTypes) { .scalar($0.rawValue) })
    add(
      "aliases",
      named(project.settings.aliases) { texts($0) })
    add("features", project.features.map { texts($0.map { name(of: $0) }) })
    add("transform", project.transform.map(transform))
    add("scores", named(project.scores) { score($0) })
    add("lists", named(project.lists) { list($0) })
    add("privacy", privacy)
    add("stages", stages)
    add("segments", blocks(project.segments.map(segment)))
    add(
      "exclusive",
      blocks(
        project.exclusiveGroups.map {
          .mapping(
            [BlockText.entry("group", text($0.name)), BlockText.entry("order", texts($0.order))],
            .fitting)
        }))
    add(
      "segments_of",
      named(project.segmentNames) { names in
        let names = names.sorted { learnedNumber($0.key) < learnedNumber($1.key) }
        return .mapping(
          [
            BlockText.entry(
              "names", .mapping(names.map { BlockText.entry($0.key, text($0.value)) }, .fitting))
          ], .fitting)
      })
    add("tests", blocks(project.tests.map(test)))
    return .mapping(sections, .block)
  }

  private func learnedNumber(_ id: String) -> Int { Int(id.dropFirst()) ?? 0 }

  private var clock: BlockText? {
    let clock = project.settings.clock
    var entries: [(key: String, value: BlockText)] = []
    if clock.zoneName != "UTC" { entries.append(BlockText.entry("zone", text(clock.zoneName))) }
    if clock.weekStart != .monday {
      entries.append(BlockText.entry("week_starts", .scalar(clock.weekStart.rawValue)))
    }
    if let lateness = project.lateness {
      entries.append(BlockText.entry("lateness", duration(lateness)))
    }
    return entries.isEmpty ? nil : .mapping(entries, .fitting)
  }

  private var events: BlockText? {
    var entries: [(key: String, value: BlockText)] = []
    let columns = ProjectFile.columnRoles.compactMap { role in
      project.columns[role].map { BlockText.entry(role, text($0)) }
    }
    if !columns.isEmpty { entries.append(BlockText.entry("columns", .mapping(columns, .fitting))) }
    if !project.settings.weights.isEmpty {
      entries.append(BlockText.entry("weights", numbers(project.settings.weights)))
    }
    if project.settings.valueUse != .none {
      entries.append(BlockText.entry("value", .scalar(project.settings.valueUse.rawValue)))
    }
    return entries.isEmpty ? nil : .mapping(entries, .block)
  }

  private func transform(_ choices: TransformChoices) -> BlockText {
    var entries: [(key: String, value: BlockText)] = []
    switch choices.logarithm {
    case .automatic: break
    case .columns([]): entries.append(BlockText.entry("log", .scalar("none")))
    case .columns(let names): entries.append(BlockText.entry("log", texts(names)))
    }
    if choices.scale != .standardize {
      entries.append(BlockText.entry("scale", .scalar(choices.scale.rawValue)))
    }
    switch choices.reduction {
    case .none: break
    case .whiten: entries.append(BlockText.entry("reduce", .scalar("whiten")))
    case .principalComponents(let count):
      let part = BlockText.mapping([BlockText.entry("pca", .scalar("\(count)"))], .flow)
      entries.append(BlockText.entry("reduce", part))
    }
    return .mapping(entries, .fitting)
  }

  private func score(_ score: ScoreDefinition) -> BlockText {
    var entries: [(key: String, value: BlockText)] = []
    switch score {
    case .linear(let feature, let zero, let three):
      entries = [
        BlockText.entry("feature", text(name(of: feature))),
        BlockText.entry("linear", .list([number(zero), number(three)], .flow)),
      ]
    case .percentile(let feature, let model):
      entries = [
        BlockText.entry("feature", text(name(of: feature))),
        BlockText.entry("percentile", text(model)),
      ]
    case .points(let points, let halfLife):
      entries = [BlockText.entry("points", numbers(points))]
      if let halfLife {
        entries.append(BlockText.entry("half_life", duration(microseconds: halfLife)))
      }
    case .weightedSum(let weights): entries = [BlockText.entry("sum", numbers(weights))]
    }
    return .mapping(entries, .fitting)
  }

  private func list(_ list: ListDefinition) -> BlockText {
    var entries: [(key: String, value: BlockText)] = [
      list.file.map { BlockText.entry("file", text($0)) }
        ?? BlockText.entry("members", texts(list.members))
    ]
    if let expires = list.expires { entries.append(BlockText.entry("expires", instant(expires))) }
    if let date = list.reviewBy { entries.append(BlockText.entry("review_by", instant(date))) }
    if let owner = list.owner { entries.append(BlockText.entry("owner", text(owner))) }
    return .mapping(entries, .fitting)
  }

  private var privacy: BlockText? {
    guard project.defaultConsent != .granted else { return nil }
    let state = BlockText.scalar(project.defaultConsent.rawValue)
    return .mapping([BlockText.entry("default", state)], .flow)
  }

  /// A mapping from names of the project's own, in the order of their bytes; nil for an empty one.
  private func named<Value>(
    _ values: [String: Value], _ written: (Value) -> BlockText
  ) -> BlockText? {
    guard !values.isEmpty else { return nil }
    return .mapping(
      values.sorted { bytesPrecede($0.key, $1.key) }
        .map { BlockText.entry($0.key, written($0.value)) }, .block)
  }

  /// A list with an item a line or more; nil for an empty one.
  private func blocks(_ items: [BlockText]) -> BlockText? {
    items.isEmpty ? nil : .list(items, .block)
  }

  private func numbers(_ numbers: [String: Double]) -> BlockText {
    .mapping(
      numbers.sorted { bytesPrecede($0.key, $1.key) }
        .map { BlockText.entry($0.key, number($0.value)) }, .fitting)
  }
}

extension ProjectFile {
  /// The project as the text of a project file in the normal form.
  ///
  /// Sections, keys and names have one order, segments and tests stand in blocks and conditions that are
  /// no logic in one line, texts are quoted where YAML needs it, defaults are left out, durations are in
  /// the greatest unit up to a day that they are whole in, and instants are in UTC, or plain dates where
  /// a day of the clock begins. What parses to equal projects has one text, and the text parses to the
  /// project that it was written from, positions aside. Comments and ``settings``' custom features,
  /// which no file can hold, are not in it; lists that are files stay so.
  ///
  /// - Complexity: O(n log n) in the size of the project.
  public var normalized: String { ProjectPrinter(project: self).file.text }
}
