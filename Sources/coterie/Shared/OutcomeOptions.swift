import ArgumentParser
import Comparison
import Engagement
import EventLog
import Membership
import Segmentation

/// What is to be foretold, of whom, and when.
struct OutcomeOptions: ParsableArguments {
  @Option(
    help: """
      A condition that is evaluated later: which segments foretell it better? For example \
      '{did_not: "*", within: 30d}'.
      """)
  var outcome: String?

  @Option(
    help: """
      How long after each time the outcome is evaluated, such as 30d; by default as long as the outcome \
      looks back.
      """)
  var horizon: DurationArgument?

  @Option(
    help: """
      A condition as in the project file: only members for whom it is true are compared; with --outcome, \
      at each time.
      """)
  var among: String?

  @OptionGroup var snapshots: SnapshotOptions

  @Flag(help: "Learn models anew at each time, from what was known then.")
  var retrain = false

  @Option(help: "How many parts members are divided into, to foretell each from the others.")
  var folds = 5

  func validate() throws {
    if outcome == nil, horizon != nil || snapshots.isSeries || retrain {
      throw ValidationError("--horizon, --since, --every and --retrain go with --outcome")
    }
    guard (2...100).contains(folds) else { throw ValidationError("--folds must be 2 to 100") }
  }

  /// What is asked, with names that the project has; nil where nothing is.
  func question(
    in project: ProjectFile
  ) throws -> (outcome: Condition, among: Condition?, horizon: Int64)? {
    guard let outcome else { return nil }
    let condition = try parsed(outcome, "--outcome", project)
    let among = try among.map { try parsed($0, "--among", project) }
    if let horizon { return (condition, among, horizon.duration.microseconds) }
    guard case .bounded(let length) = condition.lookBack, length > 0 else {
      throw Failure.usage(
        "--outcome needs --horizon, such as --horizon 30d: it does not say itself how long after "
          + "each time it is to be known")
    }
    return (condition, among, length)
  }

  /// Whom a comparison without an outcome is about; nil for everybody.
  func scope(in project: ProjectFile) throws -> MemberScope? {
    try among.map { try MemberScope(option: $0, project: project) }
  }

  /// A condition of the command line; what is wrong with it is wrong usage.
  private func parsed(
    _ text: String, _ option: String, _ project: ProjectFile
  ) throws -> Condition {
    do {
      return try project.condition(parsing: text, source: option)
    } catch {
      throw Failure.usage(error.description)
    }
  }

  /// Looks at all times from which the outcome is known by the as-of time.
  func study(
    _ question: (outcome: Condition, among: Condition?, horizon: Int64), of loaded: LoadedCommunity,
    models: [NamedModel], projects: [ProjectFile], seed: UInt64, threads: Int
  ) throws -> OutcomeStudy {
    let (last, overflows) = loaded.asOf.microseconds.subtractingReportingOverflow(question.horizon)
    let first = snapshots.since?.instant(in: projects[0].settings.clock)
    guard !overflows, first.map({ $0.microseconds <= last }) ?? true else {
      throw ComparisonError.noTimeWithOutcome(
        last: loaded.asOf.description,
        horizon: Double(question.horizon) / Double(Timestamp.microsecondsPerDay))
    }
    var configuration = OutcomeStudy.Configuration(
      times: try snapshots.times(
        through: Timestamp(microseconds: last), clock: projects[0].settings.clock),
      horizonInMicroseconds: question.horizon, outcome: question.outcome)
    configuration.among = question.among
    configuration.isRetrained = retrain
    configuration.foldCount = folds
    configuration.seed = seed
    configuration.threadCount = threads
    return try OutcomeStudy(
      configuration, community: loaded.community, models: models, projects: projects
    ) { Console.progress("outcomes from \($0) on") }
  }
}

/// A duration such as `30d`.
struct DurationArgument: ExpressibleByArgument {
  let duration: ExactDuration

  init?(argument: String) {
    guard let duration = ExactDuration(argument), duration.microseconds > 0 else { return nil }
    self.duration = duration
  }
}
