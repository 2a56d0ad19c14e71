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
  private let references: [CandidateClusterings]

  init(
    _ samples: Matrix<Double>, counts: ClosedRange<Int>, method: CandidateClusterings.Method
  ) throws(ClusteringError) {
    self.counts = counts
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
    let count = test.clusterCount
    let range =
      counts.count == 1 ? "" : ", the best of \(counts.lowerBound) to \(counts.upperBound) groups"
    let found = "a silhouette of \(rounded(test.silhouette))\(range)"
    func unclear(_ why: String) -> Verdict {
      Verdict(
        clusterCount: count, isClear: false, reason: "There are no clear groups: \(why).")
    }
    switch try test.outcome(references) {
    case .faint:
      return unclear("\(count) groups reach \(found), where clear ones reach 0.25")
    case .chance(.uniform, let reached):
      return unclear(
        "\(count) groups reach \(found), and evenly spread points reach \(rounded(reached))")
    case .chance(_, let reached):
      return unclear(
        "\(count) groups reach \(found), and parts of a single group with such tails reach "
          + rounded(reached))
    case .loose:
      return unclear(
        "\(count) groups are no tighter than evenly spread points divided alike, compared with a "
          + "single group")
    case .apart(let chance):
      let apart =
        "they reach \(found), where data without groups reach \(rounded(chance))"
      guard let finer = try finerCount() else {
        return Verdict(
          clusterCount: count, isClear: true, reason: "\(count) groups stand apart: \(apart).")
      }
      return Verdict(
        clusterCount: finer, isClear: true,
        reason: "\(finer) groups stand apart: \(count) by silhouette, and some of these are "
          + "groups of groups.")
    }
  }

  /// The number of groups where some of those of the highest silhouette consist of clear groups
  /// themselves, and the method finds just these.
  ///
  /// The silhouette is highest where bunches of groups are taken for one each once the bunches are far
  /// enough apart. So every cluster is tested as all rows were, until none comes apart any more.
  private func finerCount() throws(ClusteringError) -> Int? {
    var labels = test.clusterings.labels(test.clusterCount)
    var count = test.clusterCount
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
    guard count > test.clusterCount else { return nil }
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
    guard case .apart = try inner.outcome() else { return nil }
    return inner.clusterings.labels(inner.clusterCount)
  }

  private func rounded(_ value: Double) -> String { String(format: "%.2f", value) }
}
