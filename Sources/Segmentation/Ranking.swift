import Engagement
import EventLog

/// The values of all members that have one, as of one instant.
struct Ranking: Sendable {
  let asOf: Timestamp
  private let rank: MemberRank
  private let project: ProjectFile
  private let distributions: [String: [FeatureDefinition: EmpiricalDistribution]]
  private let values: [Int: Double]
  private let sorted: [Double]

  /// Ranks all members that are in the table at an instant.
  init(
    _ rank: MemberRank, project: ProjectFile, community: Community, asOf: Timestamp,
    distributions: [String: [FeatureDefinition: EmpiricalDistribution]], threadCount: Int
  ) throws(EngagementError) {
    let rows = community.rows(asOf: asOf)
    var column: [Double] = []
    if !rows.isEmpty {
      switch rank.quantity {
      case .score(let name):
        let columns = try scores(
          [name], definitions: project.scores, of: community, rows: rows, asOf: asOf,
          settings: project.settings, distributions: distributions, threadCount: threadCount)
        column = columns[name] ?? []
      case .feature(let feature):
        column =
          try FeatureTable(
            of: community, rows: rows, asOf: asOf, features: [feature], settings: project.settings,
            threadCount: threadCount
          ).column(feature) ?? []
      }
    }
    var values: [Int: Double] = [:]
    for (row, value) in zip(rows, column) where !value.isNaN { values[row] = value }
    self.asOf = asOf
    self.rank = rank
    self.project = project
    self.distributions = distributions
    self.values = values
    sorted = values.values.sorted()
  }

  /// The same ranking as of another instant; it is computed anew, from all members.
  func moved(to instant: Timestamp, in community: Community) -> Ranking {
    if instant == asOf { return self }
    do {
      return try Ranking(
        rank, project: project, community: community, asOf: instant, distributions: distributions,
        threadCount: 1)
    } catch {
      preconditionFailure("names that were found once are found again: \(error)")
    }
  }

  /// The share of the ranked members that are strictly above a row (below, for the bottom) and the
  /// row's value; nil where it has none.
  func shareBefore(row: Int, side: MemberRank.Side) -> (share: Double, value: Double)? {
    guard let value = values[row] else { return nil }
    let before =
      switch side {
      case .top: sorted.count - sorted.partitioningIndex { $0 > value }
      case .bottom: sorted.partitioningIndex { $0 >= value }
      }
    return (Double(before) / Double(sorted.count), value)
  }
}

extension MemberRank {
  /// The instant at which the ranking is taken.
  func snapshot(asOf: Timestamp) -> Timestamp {
    switch snapshot {
    case .ago(let duration):
      Timestamp(microseconds: asOf.microseconds - duration.microseconds)
    case .instant(let instant): min(instant, asOf)
    }
  }
}

extension [Double] {
  /// The first index at which a test holds that holds for all later ones, too.
  fileprivate func partitioningIndex(_ holds: (Double) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
