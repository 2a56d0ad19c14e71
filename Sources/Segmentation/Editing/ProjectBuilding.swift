public import Engagement

// Projects that are made by a program, not read from a file.

extension Condition {
  /// A condition on one feature, as `{feature: recency_days, lt: 30}` is.
  ///
  /// A member without the feature fails it.
  ///
  /// - Precondition: there is a comparison.
  public static func feature(
    _ feature: FeatureDefinition, _ comparisons: [Comparison<Double>]
  ) -> Condition {
    precondition(!comparisons.isEmpty, "a condition on a feature compares it with something")
    return made(.feature(feature, comparisons))
  }

  /// A leaf that stands in no file.
  static func made(
    _ question: Leaf.Question, isUnknownIfMissing: Bool = false,
    position: SourcePosition = SourcePosition(line: 1, column: 1)
  ) -> Condition {
    let draft = Leaf(
      question: question, isUnknownIfMissing: isUnknownIfMissing, position: position, written: "")
    return .leaf(
      Leaf(
        question: question, isUnknownIfMissing: isUnknownIfMissing, position: position,
        written: ProjectPrinter(project: ProjectFile()).condition(.leaf(draft)).inOneLine))
  }

  /// The condition in one line, as it may stand in a project file.
  ///
  /// Written in the normal form of ``ProjectFile/normalized``; `project` says how its features are read.
  public func text(in project: ProjectFile = ProjectFile()) -> String {
    ProjectPrinter(project: project).condition(self).inOneLine
  }
}

extension SegmentDefinition {
  /// A segment of those for whom a condition is true.
  public init(
    id: String, name: String? = nil, description: String? = nil, when condition: Condition
  ) {
    self.init(
      id: id, name: name, description: description, membership: .rule(condition),
      memory: SegmentMemory(stayWhile: nil, leastStay: nil, cooldown: nil), purpose: nil,
      onEnter: [], onExit: [], tag: nil, expectedSize: nil, reviewBy: nil,
      position: SourcePosition(line: 1, column: 1))
  }
}

extension ProjectFile {
  /// A project with a calendar, weights and aliases, and no segments, that messages call by a name.
  public init(settings: EngagementSettings, file: String = "") {
    self.init()
    self.settings = settings
    self.file = file
  }

  /// The project with more segments behind its own.
  ///
  /// - Precondition: no id is there twice.
  public func adding(_ more: [SegmentDefinition]) -> ProjectFile {
    var project = self
    project.segments += more
    precondition(
      Set(project.segments.map(\.id)).count == project.segments.count, "ids are unlike one another")
    return project
  }

  /// The project's calendar, weights and names of columns, and the aliases that some segments' features
  /// name, with these segments and nothing that needs the ones it has.
  public func holding(only segments: [SegmentDefinition]) -> ProjectFile {
    var project = ProjectFile(settings: settings)
    project.columns = columns
    let features = segments.flatMap(\.conditions).flatMap(\.leaves).compactMap { leaf in
      if case .feature(let feature, _) = leaf.question { feature } else { nil }
    }
    project.settings.aliases = settings.aliases.filter { alias, _ in
      features.contains { feature in
        switch feature {
        case .eventCount(.some(alias), _), .share(alias, _): true
        default: false
        }
      }
    }
    return project.adding(segments)
  }
}
