public import Engagement
public import EventLog
public import LinearAlgebra
import Models
public import Segmentation

/// Who will leave and enter written segments and stages by time alone.
///
/// Nothing new happens: events, additions to lists and removals after the as-of time do not exist yet,
/// but ends and dates that are written do. Learned labels stay as they are, and members who are not in
/// the table yet are left out.
public struct MembershipForecast: Sendable {
  /// One segment or state over the days to come.
  public struct Series: Sendable, Hashable {
    /// How the segment comes about.
    public let kind: Membership.Kind
    /// For states the machine's name, else empty.
    public let source: String
    /// The segment's id, or the state.
    public let id: String
    /// Its members at the as-of time.
    public let size: Int
    /// How many entries there are on each of the days; a member may enter several times.
    public fileprivate(set) var entered: [Int]
    /// How many exits there are on each of the days.
    public fileprivate(set) var left: [Int]

    /// Its members at the end.
    public var sizeAtEnd: Int { size + entered.reduce(0, +) - left.reduce(0, +) }

    /// What transitions call it.
    public var subject: Transition.Subject {
      kind == .stage ? .stage(machine: source, state: id) : .segment(id)
    }
  }

  /// The as-of time.
  public let asOf: Timestamp
  /// The last instant that is looked at.
  public let end: Timestamp
  /// The calendar days from the as-of time to the end, both included, in the project's zone.
  public let days: [CivilDate]
  /// The number of members in the table.
  public let memberCount: Int
  /// Segments in the order of the file, then states machine by machine.
  public private(set) var series: [Series]
  /// Transitions after the as-of time, in order of time, then of the members' ids.
  public let transitions: [Transition]
  /// The ids of segments that are left out, as they hang on a `rank`, which other members change too.
  public let leftOut: [String]

  /// Runs all members' timelines on.
  ///
  /// - Parameters:
  ///   - community: events and members.
  ///   - asOf: T; later events do not exist yet.
  ///   - end: the last instant that is looked at.
  ///   - models: models that rules refer to; their names must differ.
  ///   - project: rules and lists.
  ///   - threadCount: how many threads work at once; nothing depends on it.
  /// - Throws: what ``MembershipTable`` throws.
  /// - Precondition: the end is not before the as-of time, and in `Timestamp.accepted`.
  /// - Complexity: that of `SegmentEvaluator.outlook(through:)`.
  public init(
    of community: Community, asOf: Timestamp, through end: Timestamp, models: [NamedModel] = [],
    project: ProjectFile, threadCount: Int = availableProcessorCount
  ) throws {
    precondition(asOf <= end && Timestamp.accepted.contains(end), "time goes on")
    let foreseeable = project.withoutRankedSegments
    let rows = community.rows(asOf: asOf)
    guard !rows.isEmpty else {
      throw EngagementError.noMembers(
        asOf: asOf.description, oldest: community.history.oldest?.description)
    }
    var labels: [String: [ModelLabel?]] = [:]
    for model in models {
      guard labels[model.name] == nil else { throw ModelError.repeatedName(model.name) }
      let table = try model.model.featureTable(
        of: community, rows: rows, asOf: asOf, modelName: model.name, threadCount: threadCount)
      labels[model.name] = try model.labels(
        of: table, rows: rows, community: community, threadCount: threadCount)
    }
    let outlook = try SegmentEvaluator(
      foreseeable, community: community, rows: rows, asOf: asOf,
      labels: MembershipTable.ruleLabels(models, labels, project: project),
      distributions: Dictionary(
        uniqueKeysWithValues: models.map { ($0.name, $0.model.distributions) }),
      threadCount: threadCount
    ).outlook(through: end)
    let clock = project.settings.clock
    let firstDay = clock.day(of: asOf)
    let days = (firstDay...clock.day(of: end)).map { CivilDate(daysSince1970: $0) }
    let none = [Int](repeating: 0, count: days.count)
    var series = outlook.now.segments.map { segment in
      Series(
        kind: segment.kind == .list ? .list : .rule, source: "", id: segment.id,
        size: segment.rows.count, entered: none, left: none)
    }
    for machine in outlook.now.stages {
      series += zip(machine.states, machine.rows).map { state, rows in
        Series(
          kind: .stage, source: machine.machine, id: state, size: rows.count, entered: none,
          left: none)
      }
    }
    let positions = Dictionary(
      series.enumerated().map { ($1.subject, $0) }, uniquingKeysWith: { first, _ in first })
    for transition in outlook.transitions {
      guard let position = positions[transition.subject] else {
        preconditionFailure("transitions are of the project's segments and stages")
      }
      let day = clock.day(of: transition.time) - firstDay
      switch transition.direction {
      case .entered: series[position].entered[day] += 1
      case .left: series[position].left[day] += 1
      }
    }
    self.asOf = asOf
    self.end = end
    self.days = days
    memberCount = rows.count
    self.series = series
    transitions = outlook.transitions
    leftOut = project.rankedSegments
  }
}

extension MembershipForecast {
  /// The header of the file of transitions.
  public static let csvHeader = "member_id,segment,direction,time,reason,evidence"

  /// Hands the transitions that are wanted to a closure, line by line, as CSV with a header.
  ///
  /// A state is written `MACHINE=STATE`; evidence is the rules that decided, each with what was observed.
  public func writeCSV(
    where isWanted: (Transition) -> Bool = { _ in true }, _ write: (String) throws -> Void
  ) rethrows {
    try write(Self.csvHeader + "\n")
    for transition in transitions where isWanted(transition) {
      let cells = [
        transition.memberID, transition.subject.description, transition.direction.rawValue,
        transition.time.description, transition.reason.rawValue,
        transition.evidence.map(\.description).joined(separator: "; "),
      ]
      try write(cells.map(quotedCell).joined(separator: ",") + "\n")
    }
  }
}
