internal import Foundation
internal import LinearAlgebra

/// Samples and uniform references, clustered into every number of clusters to be tried.
struct ClusterCountTrial {
  /// The number chosen, whether it is clear, and why.
  struct Verdict {
    let clusterCount: Int
    let isClear: Bool
    let reason: String
  }

  let counts: ClosedRange<Int>
  let method: CandidateClusterings.Method
  let test: GroupTest
  /// What groups have at least, to be called clear.
  private let leastGroupSize: Int
  private let references: [CandidateClusterings]

  init(
    _ samples: Matrix<Double>, counts: ClosedRange<Int>, leastGroupSize: Int,
    method: CandidateClusterings.Method
  ) throws(ClusteringError) {
    self.counts = counts
    self.leastGroupSize = leastGroupSize
    self.method = method
    test = try GroupTest(samples, counts: counts, method: method)
    references = try GroupTest.references(samples, .uniform, counts: counts, method: method)
  }

  /// The indices of every number of clusters, by rising number.
  func candidates(
    isSample: Bool
  ) throws(ClusteringError) -> [ClusterCountChoice.Candidate] {
    var candidates: [ClusterCountChoice.Candidate] = []
    for (index, count) in counts.enumerated() {
      let labeled = try test.clusterings.labeled(count)
      let gap = try Gap(test.clusterings, references, count)
      let merges = test.clusterings.tree?.merges
      candidates.append(
        ClusterCountChoice.Candidate(
          clusterCount: count, inertia: labeled.inertia(),
          silhouette: test.silhouettes[index]?.mean,
          silhouetteMargin: isSample
            ? test.silhouettes[index].map { 1.96 * $0.standardErrorOfMean } : nil,
          calinskiHarabasz: labeled.calinskiHarabasz(), daviesBouldin: labeled.daviesBouldin(),
          gap: gap?.value, gapStandardError: gap?.standardError,
          heightFrom: merges.map { $0[$0.count - count].height },
          heightTo: merges.map { $0[$0.count - count + 1].height }, more: nil))
    }
    return candidates
  }

  /// The gap of all samples as a single group.
  func singleGroupGap() throws(ClusteringError) -> Double? {
    try Gap(test.clusterings, references, 1)?.value
  }

  /// The number chosen, whether it is clear, and why.
  func verdict() throws(ClusteringError) -> Verdict {
    let ranking = test.ranking.filter { hasNoTinyGroup($0) }
    guard let best = ranking.first else {
      let rowCount = test.clusterings.samples.rowCount
      let why =
        rowCount < 2 * leastGroupSize
        ? "\(rowCount) rows are too few for two groups of \(leastGroupSize)"
        : "every division has a group under \(leastGroupSize) of \(rowCount) rows"
      return Verdict(
        clusterCount: test.ranking[0], isClear: false,
        reason: "There are no clear groups: \(why).")
    }
    let range =
      counts.count == 1 ? "" : " of \(counts.lowerBound) to \(counts.upperBound) groups"
    let found =
      "\(best) groups reach a silhouette of \(rounded(best))"
      + (range.isEmpty ? "" : ", the best\(range)")
    func unclear(_ why: String) -> Verdict {
      Verdict(clusterCount: best, isClear: false, reason: "There are no clear groups: \(why).")
    }
    for count in ranking.prefix(Self.mostTried) {
      let outcome = try test.outcome(count, uniform: references)
      guard case .apart(let chance) = outcome else {
        // What the best silhouette fails is the reason; worse ones may fail.
        if count == best { return unclear(why(outcome, best, found)) }
        continue
      }
      guard try isStable(count) else { continue }
      if let finer = try finerCount(than: count) {
        return Verdict(
          clusterCount: finer, isClear: true,
          reason: "\(finer) groups stand apart: \(count) by silhouette, and some of these are "
            + "groups of groups.")
      }
      let among =
        count == best
        ? (range.isEmpty ? "" : ", the best\(range)")
        : ", the best\(range) that come back when rows are drawn anew"
      return Verdict(
        clusterCount: count, isClear: true,
        reason:
          "\(count) groups stand apart: they reach a silhouette of \(rounded(count))\(among), "
          + "where data without groups reach \(rounded(chance)).")
    }
    return unclear("\(found), but they do not come back when rows are drawn anew")
  }

  /// Whether every cluster has enough rows to be called a group.
  private func hasNoTinyGroup(_ count: Int) -> Bool {
    var sizes = [Int](repeating: 0, count: count)
    for label in test.clusterings.labels(count) { sizes[label] += 1 }
    return sizes.allSatisfy { $0 >= leastGroupSize }
  }

  /// The most numbers of clusters that are tested, by falling silhouette.
  private static let mostTried = 5

  /// What speaks against the best number of clusters.
  private func why(_ outcome: GroupTest.Outcome, _ best: Int, _ found: String) -> String {
    switch outcome {
    case .faint, .apart: "\(found), where clear ones reach 0.25"
    case .chance(.uniform, let reached):
      "\(found), and evenly spread points reach up to \(rounded(reached))"
    case .chance(_, let reached):
      "\(found), and parts of a single group with such tails reach up to \(rounded(reached))"
    case .loose:
      "\(best) groups are no tighter than evenly spread points divided alike, compared with a "
        + "single group"
    }
  }

  /// True where clusters come back when rows are drawn anew: stable by their mean, none dissolved.
  private func isStable(_ count: Int) throws(ClusteringError) -> Bool {
    let stability = try stability(count).jaccard
    let mean = stability.reduce(0, +) / Double(stability.count)
    return mean >= 0.75 && stability.allSatisfy { $0 > 0.5 }
  }

  /// The bootstrap stability of a number of clusters.
  func stability(_ count: Int) throws(ClusteringError) -> ClusterStability {
    let samples = test.clusterings.samples
    return try ClusterStability(
      samples, labels: test.clusterings.labels(count), method: method.clustering(count),
      replicateCount: 50, maximumRowCount: samples.rowCount, seed: method.seed,
      threadCount: method.threadCount)
  }

  /// The number of groups where some of the clusters of a number of them consist of clear groups
  /// themselves, and the method finds just these.
  ///
  /// The silhouette is highest where bunches of groups are taken for one each once the bunches are far
  /// enough apart. So every cluster is tested as all rows were, until none comes apart any more.
  private func finerCount(than coarse: Int) throws(ClusteringError) -> Int? {
    var labels = test.clusterings.labels(coarse)
    var count = coarse
    var isWhole = [Bool](repeating: false, count: count)
    while let cluster = isWhole.firstIndex(of: false) {
      isWhole[cluster] = true
      let rows = labels.indices.filter { labels[$0] == cluster }
      guard let parts = try parts(of: rows, atMost: counts.upperBound - count + 1) else { continue }
      for (row, part) in zip(rows, parts) where part > 0 { labels[row] = count + part - 1 }
      count += (parts.max() ?? 0)
      isWhole[cluster] = false
      while isWhole.count < count { isWhole.append(false) }
    }
    guard count > coarse, hasNoTinyGroup(count) else { return nil }
    let table = try ContingencyTable(test.clusterings.labels(count), labels)
    guard let agreement = table.adjustedRand, agreement >= 0.9 else { return nil }
    let strength = try PredictionStrength(
      test.clusterings.samples, method: method.clustering(count), seed: method.seed,
      threadCount: method.threadCount)
    return strength.mean >= 0.8 ? count : nil
  }

  /// The labels of the clear groups in a cluster, none where it is one group.
  private func parts(of rows: [Int], atMost most: Int) throws(ClusteringError) -> [Int]? {
    let samples = test.clusterings.samples.selectingRows(rows)
    let distinct = Set((0..<samples.rowCount).map { samples.row($0) }).count
    let most = min(most, distinct, rows.count / 5, 10)
    guard most >= 2 else { return nil }
    let inner = try GroupTest(samples, counts: 2...most, method: method)
    guard case .apart = try inner.outcome(inner.ranking[0]) else { return nil }
    return inner.clusterings.labels(inner.ranking[0])
  }

  private func rounded(_ value: Double) -> String { String(format: "%.2f", value) }

  /// The silhouette of a number of clusters.
  private func rounded(_ count: Int) -> String { rounded(test.silhouette(count)) }
}
