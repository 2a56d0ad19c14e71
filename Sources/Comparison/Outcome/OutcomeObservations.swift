import Clustering
import Engagement
import EventLog
import LinearAlgebra
import Membership
import Models
import Segmentation

/// A way to divide members into groups.
public struct Grouping: Sendable, Hashable {
  /// How the groups come about.
  public enum Kind: Sendable, Hashable {
    /// The labels of a model, by name.
    case learned(model: String)
    /// The first written segment of a project that claims a member, by the project's file.
    case firstClaim(project: String)
    /// All written segments of a project that claim a member together.
    case allClaims(project: String)
    /// The label of a model and all claims of a project together.
    case both(model: String, project: String)
  }

  /// How the groups come about.
  public let kind: Kind
}

/// Members in groups at one time, and what became of them.
struct OutcomeObservations {
  /// When members were put in groups.
  let time: Timestamp
  /// The members' rows in the community.
  let rows: [Int]
  /// For each member, whether the outcome happened.
  let outcomes: [Bool]
  /// For each segmentation, each member's group.
  var groups: [[Int]] = []
  /// For each model and each of its segments that were met by this time, their members' positions in
  /// `rows`.
  var learned: [[[Int]]] = []
  /// For each written segment, its members' positions in `rows`.
  var written: [[Int]] = []

  /// The learned segments, as many of each model as said, then the written ones.
  func segments(learnedCounts: [Int]) -> [[Int]] {
    zip(learned, learnedCounts).flatMap { segments, count in
      segments + [[Int]](repeating: [], count: count - segments.count)
    } + written
  }
}

/// Looks at one time after the other.
struct OutcomeLook {
  let community: Community
  let study: OutcomeStudy.Configuration
  let models: [NamedModel]
  let projects: [ProjectFile]
  let outcome: ProjectFile
  let among: ProjectFile?
  /// The models learned at the time before, with the ids that their segments have had since the first.
  private var learned: [String: SegmentModel] = [:]
  /// For each model, the ids of its segments and of those that were new when it was learned anew, in the
  /// order of meeting.
  private(set) var segmentIDs: [[String]]

  /// The group of those whom a model is not about.
  private static let outside = 1 << 31
  /// For each project, the sets of claims that were met, numbered in the order of meeting.
  private var patterns: [[[Int]: Int]]

  /// The id that an outcome's segment has, which no project's own can have.
  private static let id = "\u{1}outcome"

  init(
    _ study: OutcomeStudy.Configuration, community: Community, models: [NamedModel],
    projects: [ProjectFile]
  ) {
    self.community = community
    self.study = study
    self.models = models
    self.projects = projects
    func alone(_ condition: Condition) -> ProjectFile {
      let segment = SegmentDefinition(id: Self.id, when: condition)
      return (projects.first ?? ProjectFile()).adding([segment]).reduced(to: Self.id)
    }
    outcome = alone(study.outcome)
    among = study.among.map(alone)
    patterns = projects.map { _ in [:] }
    segmentIDs = models.map { $0.model.segments.map(\.id) }
  }

  /// The rows of those for whom a project's one condition is true at a time.
  private func members(
    of project: ProjectFile, at time: Timestamp, labels: [NamedModel]
  ) throws -> Set<Int> {
    let table = try MembershipTable(
      labelling: community, asOf: time, models: labels, project: project,
      threadCount: study.threadCount)
    guard let segment = table.written.first(where: { $0.id == Self.id }) else { return [] }
    return Set(segment.members.map { table.communityRows[$0] })
  }

  /// What was known at a time, and what came after it; nil where nobody is looked at.
  mutating func observations(at time: Timestamp) throws -> OutcomeObservations? {
    var current: [NamedModel] = []
    for model in models {
      current.append(study.isRetrained ? try retrained(model, at: time) : model)
    }
    let tables: [MembershipTable]
    do {
      tables = try (projects.isEmpty ? [ProjectFile()] : projects).map { project in
        try MembershipTable(
          labelling: community, asOf: time, models: current, project: project,
          threadCount: study.threadCount)
      }
    } catch EngagementError.noMembers {
      return nil
    }
    guard let table = tables.first else { return nil }
    var positions = Array(table.memberIDs.indices)
    if let among {
      let inside = try members(of: among, at: time, labels: current)
      positions = positions.filter { inside.contains(table.communityRows[$0]) }
    }
    guard !positions.isEmpty else { return nil }
    let later = Timestamp(microseconds: time.microseconds + study.horizonInMicroseconds)
    let happened = try members(of: outcome, at: later, labels: current)
    var place = [Int](repeating: -1, count: table.memberIDs.count)
    for (index, position) in positions.enumerated() { place[position] = index }
    let rows = positions.map { table.communityRows[$0] }
    var result = OutcomeObservations(
      time: time, rows: rows, outcomes: rows.map { happened.contains($0) })

    var labels: [[Int?]] = []
    for (index, model) in current.enumerated() {
      let numbers = model.model.segments.map { number(ofSegment: $0.id, ofModel: index) }
      let all = table.labels[model.name] ?? []
      labels.append(positions.map { all[$0].map { numbers[$0.segment] } })
    }
    var claims: [[Int]] = []
    for (project, table) in tables.enumerated() where !projects.isEmpty {
      var sets = [[Int]](repeating: [], count: table.memberIDs.count)
      for (segment, written) in table.written.enumerated() {
        for member in written.members { sets[member].append(segment) }
      }
      let first = positions.map { sets[$0].first ?? table.written.count }
      claims.append(positions.map { pattern(sets[$0], of: project) })
      result.groups.append(first)
      result.groups.append(claims[project])
    }
    let groups = labels.map { $0.map { $0 ?? Self.outside } }
    result.groups.insert(contentsOf: groups, at: 0)
    for group in groups {
      for claim in claims {
        result.groups.append(zip(group, claim).map { $0 + $1 << 32 })
      }
    }
    for index in current.indices {
      var segments = [[Int]](repeating: [], count: segmentIDs[index].count)
      for (member, label) in labels[index].enumerated() {
        if let label { segments[label].append(member) }
      }
      result.learned.append(segments)
    }
    for table in tables where !projects.isEmpty {
      for written in table.written {
        result.written.append(written.members.map { place[$0] }.filter { $0 >= 0 })
      }
    }
    return result
  }

  private mutating func pattern(_ set: [Int], of project: Int) -> Int {
    if let known = patterns[project][set] { return known }
    let number = patterns[project].count
    patterns[project][set] = number
    return number
  }

  /// The place of a segment among all that its model has had.
  private mutating func number(ofSegment id: String, ofModel index: Int) -> Int {
    if let known = segmentIDs[index].firstIndex(of: id) { return known }
    segmentIDs[index].append(id)
    return segmentIDs[index].count - 1
  }

  /// The model learned from what was known at a time, its segments called as those of the time before
  /// that they follow (``ModelSuccession``).
  private mutating func retrained(_ named: NamedModel, at time: Timestamp) throws -> NamedModel {
    guard
      let training = ModelTraining(
        repeating: named.model, threadCount: study.threadCount,
        toolVersion: named.model.training.toolVersion)
    else {
      throw ComparisonError.cannotRetrain(
        model: named.name, reason: "its file does not say how it was trained")
    }
    let prepared: ModelTraining.Prepared
    do {
      var table = try FeatureTable(
        of: community, asOf: time, features: training.inputs, settings: training.settings,
        threadCount: study.threadCount)
      if let scope = try MemberScope(of: named) {
        table = table.rows(
          where: try scope.isInside(
            table.communityRows, of: community, asOf: time, threadCount: study.threadCount))
      }
      prepared = try training.prepare(table)
    } catch let error as EngagementError {
      throw ComparisonError.cannotRetrain(
        model: named.name, reason: "as of \(time): \(error.description)")
    }
    let (learnt, labels, _) = try training.fit(prepared, community: community)
    let previous = learned[named.name] ?? named.model
    let table = try previous.featureTable(
      of: community, rows: prepared.table.communityRows, asOf: time, modelName: named.name,
      threadCount: study.threadCount)
    let model = try ModelSuccession(
      learnt, labels: labels, previous: previous, previousID: named.id,
      previousLabels: previous.label(table, threadCount: study.threadCount).map(\.segment),
      table: prepared.table.joined(with: table)
    ).model
    learned[named.name] = model
    return NamedModel(name: named.name, id: named.id, model: model)
  }
}
