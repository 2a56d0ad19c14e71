import ArgumentParser
import Engagement
import EventLog
import Foundation
import LinearAlgebra
import Membership
import Segmentation

/// `coterie features`: the feature table of a community.
struct Features: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Computes features of all members as of a time.",
    discussion: """
      With --since and --every the output has the table of each of a series of times, one after the \
      other, and says in its first column, as_of, of which; each is the same as with --as-of that time.

      Exit codes: 0 done, 2 bad input, 64 usage.

      Examples:
        coterie features events.csv --as-of 2024-06-01 \\
          --features recency_days,events_30d --output f.csv
        coterie features 'logs/2024-*.jsonl.gz' --as-of last --output f.npy \\
          --profile
        coterie features events.csv --as-of last --output active.csv \\
          --among '{did: "*", within: 90d}'
        coterie features events.csv --since 2023-06-01 --every 7d \\
          --as-of 2024-06-01 --output weeks.csv
      """)

  @Argument(help: CommunityOptions.eventsHelp, completion: .file())
  var events: [String]

  @OptionGroup var community: CommunityOptions
  @OptionGroup var snapshots: SnapshotOptions
  @OptionGroup var among: AmongOptions

  @Option(help: "Features, separated by commas; by default the project's, else coterie's.")
  var features: [NameList] = []

  @Option(help: "Where to write the table: a .csv or .npy file, or - for CSV.", completion: .file())
  var output: String

  @Flag(
    help: """
      Say what the columns look like: missing values, quantiles, mean, skew and a histogram; and what \
      was left out. On the standard error where the table goes to the standard output; with --json \
      as profile.
      """)
  var profile = false

  @Option(help: "The seed of random draws; this verb makes none.")
  var seed: UInt64 = 0

  func validate() throws {
    if community.json, output == "-" {
      throw ValidationError("--json and --output - both want the standard output")
    }
    if snapshots.isSeries, output.hasSuffix(".npy") {
      throw ValidationError("--every writes CSV: an .npy file has no place for times and members")
    }
    if snapshots.isSeries, profile {
      throw ValidationError("--profile looks at one table, and --every writes a series of them")
    }
  }

  func run() throws {
    try community.check(outputs: [output], inputs: events)
    let project = try community.project()
    let wanted = try FeatureChoice(features, project: project)
    let scope = try among.scope(in: project)
    if snapshots.isSeries {
      try snapshots.run(self, wanted, among: scope, project: project)
      return
    }
    let (whole, isInside, loaded) = try computed(wanted, among: scope, project: project)
    let table = isInside.map { whole.rows(where: $0) } ?? whole
    let names = table.features.map(\.description)
    if output.hasSuffix(".npy") {
      try NumPyFile.write(.float64(table.values), to: URL(fileURLWithPath: output))
    } else {
      try writeCSV(
        table.values, columns: names, ids: ("member_id", table.memberIDs), to: output)
    }
    let report = profile ? ProfileReport(table, input: loaded, clock: project.settings.clock) : nil
    guard community.json else {
      if let report { try report.print(besides: output) }
      return
    }
    var json = loaded.json
    json["members"] = .integer(table.memberIDs.count)
    json["features"] = .array(names.map { .string($0) })
    json["missing"] = .object(
      Dictionary(
        uniqueKeysWithValues: names.enumerated().map { column, name in
          (name, .integer(table.values.column(column).count(where: \.isNaN)))
        }))
    if let scope, let isInside { json["among"] = scope.json(outside: isInside.count { !$0 }) }
    if let report { json["profile"] = report.json }
    try JSONValue.print(verb: "features", json)
  }
}

extension Features {
  /// The features of all members, and which of them are inside the scope.
  private func computed(
    _ wanted: FeatureChoice, among scope: MemberScope?, project: ProjectFile
  ) throws -> (table: FeatureTable, isInside: [Bool]?, input: LoadedCommunity) {
    let scopes = scope.map { [$0] } ?? []
    let (table, isInside, input): (FeatureTable, [Bool]?, LoadedCommunity)
    if let scanned = try community.scan(
      events, project: project, [(wanted.features, project.settings)], scopes: scopes)
    {
      table = try wanted.translating { try scanned.table() }
      isInside = try scope.map { try scanned.isInside($0) }
      input = scanned.input
    } else {
      let loaded = try community.load(
        events, project: project, features: wanted.features, scopes: scopes)
      wanted.tellUnknownValues(in: loaded.community.history)
      table = try wanted.table(
        of: loaded, settings: project.settings, threads: community.threads)
      isInside = try scope?.isInside(
        table.communityRows, of: loaded.community, asOf: loaded.asOf,
        threadCount: community.threads)
      input = loaded
    }
    if let scope, let isInside { try scope.tell(isInside, asOf: input.asOf) }
    return (table, isInside, input)
  }
}

/// The features asked for, and where they were asked for: a wrong name is a wrong option, or wrong
/// in the project file.
struct FeatureChoice {
  let features: [FeatureDefinition]
  private let isOption: Bool
  private let project: ProjectFile

  /// The features of an option, else the project's, else the default ones.
  ///
  /// - Parameters:
  ///   - lists: the names of each time that the option is given.
  ///   - project: the project file.
  ///   - settings: whose aliases names are read with; nil takes the project's.
  /// - Throws: ``Failure`` where the option names a feature twice.
  init(
    _ lists: [NameList], project: ProjectFile, settings: EngagementSettings? = nil
  ) throws {
    let option = NameList(lists)
    isOption = option != nil
    self.project = project
    let aliases = (settings ?? project.settings).aliases.keys
    features =
      option.map { list in list.names.map { FeatureDefinition($0, aliases: aliases) } }
      ?? project.features ?? FeatureDefinition.defaults
    if let option, let (first, second) = features.firstRepeated {
      throw Failure.usage(
        "--features: " + repetition(of: "feature", option.names[first], option.names[second]))
    }
  }

  /// Says which of the option's values no event has; of the project's features `check` says it.
  func tellUnknownValues(in history: EventHistory) {
    guard isOption else { return }
    for feature in features {
      if let warning = feature.unknownValueWarning(in: history) { Console.note(warning) }
    }
  }

  func table(
    of loaded: LoadedCommunity, settings: EngagementSettings, threads: Int
  ) throws -> FeatureTable {
    try translating {
      try FeatureTable(
        of: loaded.community, asOf: loaded.asOf,
        features: features.expanded(in: loaded.community, asOf: loaded.asOf), settings: settings,
        threadCount: threads)
    }
  }

  /// Runs a computation of these features; unknown names among options end with the code of usage.
  func translating<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as EngagementError where isOption {
      switch error {
      case .unknownFeature, .unknownEventType, .unknownProperty, .propertyIsColumn,
        .impossibleNumber, .noPropertyValues, .severalColumns, .attributeNotNumeric:
        throw Failure.usage(project.namingColumns(of: error).description)
      default: throw error
      }
    }
  }
}
