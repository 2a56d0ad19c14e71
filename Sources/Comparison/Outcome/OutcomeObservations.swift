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
  /// For each learned and written segment, its members' positions in `rows`.
  var segments: [[Int]] = []
}

/// Looks at one time after the other.
struct OutcomeLook {
  let community: Community
  let study: OutcomeStudy.Configuration
  let models: [NamedModel]
  let projects: [ProjectFile]
  let outcome: ProjectFile
  let among: ProjectFile?
  /// The models learned at the time before, with the id of each of their segments.
  private var learned: [String: (model: SegmentModel, ids: [Int])] = [:]
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

    var labels: [[Int]] = []
    for model in current {
      let ids = learned[model.name]?.ids
      let all = (table.labels[model.name] ?? []).map { ids?[$0.segment] ?? $0.segment }
      labels.append(positions.map { all[$0] })
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
    result.groups.insert(contentsOf: labels, at: 0)
    for label in labels {
      for claim in claims {
        result.groups.append(zip(label, claim).map { $0 + $1 << 32 })
      }
    }
    for index in current.indices {
      var segments = [[Int]](
        repeating: [],
        count: max(models[index].model.segments.count, (labels[index].max() ?? 0) + 1))
      for (member, label) in labels[index].enumerated() { segments[label].append(member) }
      result.segments += segments.prefix(models[index].model.segments.count)
    }
    for table in tables where !projects.isEmpty {
      for written in table.written {
        result.segments.append(written.members.map { place[$0] }.filter { $0 >= 0 })
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

  /// The model learned from what was known at a time, its segments numbered as those of the time before
  /// that they share most members with.
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
      prepared = try training.prepare(community, asOf: time)
    } catch {
      throw ComparisonError.cannotRetrain(
        model: named.name, reason: "as of \(time): \(error.description)")
    }
    let (model, labels, _) = try training.fit(prepared, community: community)
    let (previous, ids) = learned[named.name] ?? (named.model, Array(named.model.segments.indices))
    let table = try previous.featureTable(
      of: community, rows: prepared.table.communityRows, asOf: time, modelName: named.name,
      threadCount: study.threadCount)
    let before = try previous.label(table, threadCount: study.threadCount).map { ids[$0.segment] }
    let count = model.segments.count
    var cost = Matrix<Double>(rowCount: count, columnCount: max(count, (ids.max() ?? 0) + 1))
    for (label, earlier) in zip(labels, before) { cost[label, earlier] -= 1 }
    let matched = try minimumCostAssignment(cost)
    var taken = Set(matched.compactMap { $0 })
    let next = matched.map { match -> Int in
      if let match { return match }
      let free = (0...).first { !taken.contains($0) } ?? 0
      taken.insert(free)
      return free
    }
    learned[named.name] = (model, next)
    return NamedModel(name: named.name, id: named.id, model: model)
  }
}
