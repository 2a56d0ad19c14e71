import Clustering
import Engagement
import EventLog
import LinearAlgebra
import Models

/// What can be done where a community has no clear groups, with what each would give.
struct ClearGroupAlternatives {
  /// One thing that can be done.
  struct Alternative {
    /// The options that ask for it.
    let options: String
    /// The training members.
    let memberCount: Int
    /// The segments' sizes, falling; empty where the members are too few for two groups.
    let sizes: [Int]
    /// Whether the groups are clear; nil where that was not asked.
    let isClear: Bool?
  }

  /// The numbers of clusters that are shown beside the one chosen.
  private static let shownCounts = [3, 4, 6, 8]
  /// The days within which members are active who may have clear groups where all have none.
  private static let shownDays = [30, 90, 365]
  /// Fewer members than this are not looked at apart.
  private static let leastMembers = 2 * ClusterCountChoice.leastGroupSize

  let choice: ClusterCountChoice
  let alternatives: [Alternative]

  /// Tries what else can be done; fewer members are looked at where the training is about all of them.
  init(
    _ choice: ClusterCountChoice, training: ModelTraining, prepared: ModelTraining.Prepared,
    clustering: ClusteringOptions, threads: Int, isAmongAll: Bool
  ) throws {
    self.choice = choice
    func sizes(_ prepared: ModelTraining.Prepared, _ count: Int) throws -> [Int] {
      var training = training
      training.algorithm = try clustering.algorithm(clusterCount: count, threads: threads)
      return try training.clusterSizes(prepared)
    }
    let memberCount = prepared.matrix.rowCount
    var found = [
      Alternative(
        options: "--force", memberCount: memberCount,
        sizes: try sizes(prepared, choice.clusterCount), isClear: false)
    ]
    for count in Self.shownCounts where count != choice.clusterCount && count < memberCount {
      // A number of clusters that the rows cannot fill is none to offer.
      guard let sizes = try? sizes(prepared, count) else { continue }
      found.append(
        Alternative(
          options: "--clusters \(count)", memberCount: memberCount, sizes: sizes, isClear: nil))
    }
    let recency = isAmongAll ? prepared.table.column(.recencyDays) ?? [] : []
    var before = 0
    for days in Self.shownDays {
      let rows = recency.indices.filter { recency[$0] < Double(days) }
      guard rows.count < memberCount, rows.count > before else { continue }
      before = rows.count
      let options = "--among '{did: \"*\", within: \(days)d}'"
      guard rows.count >= Self.leastMembers else {
        found.append(
          Alternative(options: options, memberCount: rows.count, sizes: [], isClear: nil))
        continue
      }
      let some = try training.prepare(prepared.table.selecting(rows))
      let choice = try ClusterCountChoice(
        some.matrix, counts: clustering.clusters?.counts ?? 2...20,
        linkage: clustering.algorithm == .hierarchical ? clustering.linkage ?? .ward : nil,
        metric: clustering.metric, seed: clustering.seed, threadCount: threads)
      found.append(
        Alternative(
          options: options, memberCount: rows.count,
          sizes: try sizes(some, choice.clusterCount), isClear: choice.isClear))
    }
    alternatives = found
  }

  var text: String {
    var lines = [choice.reason, "", "What other options would give:"]
    for alternative in alternatives {
      let shown = alternative.sizes.prefix(8).map(String.init).joined(separator: ", ")
      let more = alternative.sizes.count > 8 ? ", …" : ""
      let verdict = alternative.isClear.map { $0 ? ", clear groups" : ", no clear groups" } ?? ""
      lines += [
        "  \(alternative.options)",
        "    \(counted(alternative.memberCount, "member"))\(verdict), "
          + (shown.isEmpty ? "too few for two groups" : "segments of \(shown)\(more)"),
      ]
    }
    return lines.joined(separator: "\n")
  }

  var json: JSONValue {
    .array(
      alternatives.map { alternative in
        .object([
          "options": .string(alternative.options), "members": .integer(alternative.memberCount),
          "sizes": .array(alternative.sizes.map { .integer($0) }),
          "clear": alternative.isClear.map { .boolean($0) } ?? .null,
        ])
      })
  }
}
