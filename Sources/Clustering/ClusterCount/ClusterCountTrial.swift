internal import Foundation
internal import LinearAlgebra

/// Samples and uniform references, clustered into every number of clusters to be tried.
struct ClusterCountTrial {
  private let counts: ClosedRange<Int>
  private let metric: Metric
  private let threadCount: Int
  private let references: [CandidateClusterings]
  private let isBetterThanOneGroup: [Bool]
  let candidates: [ClusterCountChoice.Candidate]

  init(
    _ samples: Matrix<Double>, counts: ClosedRange<Int>, method: CandidateClusterings.Method
  ) throws(ClusteringError) {
    self.counts = counts
    metric = method.metric
    threadCount = method.threadCount
    let clusterings = try CandidateClusterings(samples, counts: counts, method: method)
    let uniform = try UniformReference(samples)
    references = try mapInParallel(
      count: ClusterCountChoice.referenceCount, threadCount: method.threadCount
    ) { (reference) throws(ClusteringError) in
      var generator = SeededGenerator(seed: method.seed, stream: UInt64(reference + 1))
      let single = CandidateClusterings.Method(
        linkage: method.linkage, metric: method.metric, seed: method.seed, threadCount: 1)
      return try CandidateClusterings(
        uniform.draw(using: &generator), counts: counts, method: single)
    }
    let single = try Gap(clusterings, references, 1)
    var candidates: [ClusterCountChoice.Candidate] = []
    var isBetter: [Bool] = []
    for count in counts {
      let labeled = try clusterings.labeled(count)
      let gap = try Gap(clusterings, references, count)
      let inertia = labeled.inertia()
      candidates.append(
        ClusterCountChoice.Candidate(
          clusterCount: count, inertia: inertia,
          silhouette: try labeled.silhouette(metric: method.metric),
          calinskiHarabasz: labeled.calinskiHarabasz(), daviesBouldin: labeled.daviesBouldin(),
          gap: gap?.value, gapStandardError: gap?.standardError))
      // No inertia at all is the best there is.
      isBetter.append(
        inertia == 0
          || gap.map { gap in
            single.map { gap.value - gap.standardError > $0.value } ?? false
          } ?? false)
    }
    self.candidates = candidates
    isBetterThanOneGroup = isBetter
  }

  /// The count chosen, whether it is clear, and why.
  func verdict() throws(ClusteringError) -> (count: Int, isClear: Bool, reason: String) {
    var best = 0
    var silhouette = -Double.infinity
    for (index, candidate) in candidates.enumerated() {
      if let found = candidate.silhouette, found > silhouette {
        (best, silhouette) = (index, found)
      }
    }
    let count = candidates[best].clusterCount
    let range =
      counts.count == 1 ? "" : ", the best of \(counts.lowerBound) to \(counts.upperBound) groups"
    let found = "a silhouette of \(rounded(silhouette))\(range)"
    guard silhouette >= 0.25 else {
      return (
        count, false,
        "There are no clear groups: \(count) groups reach \(found), where clear ones reach 0.25."
      )
    }
    let metric = metric
    let reached = try mapInParallel(
      count: references.count, threadCount: threadCount
    ) { (reference) throws(ClusteringError) in
      try references[reference].labeled(count).silhouette(metric: metric) ?? -1
    }
    let chance = Spread(reached)
    guard silhouette > chance.mean + 4 * chance.standardError else {
      return (
        count, false,
        "There are no clear groups: \(count) groups reach \(found), and evenly spread points reach "
          + "\(rounded(chance.mean))."
      )
    }
    guard isBetterThanOneGroup[best] else {
      return (
        count, false,
        "There are no clear groups: \(count) groups are no tighter than evenly spread points divided "
          + "alike, compared with a single group."
      )
    }
    return (
      count, true,
      "\(count) groups stand apart: they reach \(found), where evenly spread points reach "
        + "\(rounded(chance.mean))."
    )
  }

  private func rounded(_ value: Double) -> String { String(format: "%.2f", value) }
}

/// The gap statistic of one number of clusters.
private struct Gap {
  let value: Double
  let standardError: Double

  init?(
    _ clusterings: CandidateClusterings, _ references: [CandidateClusterings], _ count: Int
  ) throws(ClusteringError) {
    let inertia = try clusterings.labeled(count).inertia()
    var logarithms: [Double] = []
    for reference in references {
      let inertia = try reference.labeled(count).inertia()
      if inertia > 0 { logarithms.append(log(inertia)) }
    }
    guard inertia > 0, logarithms.count == references.count else { return nil }
    let spread = Spread(logarithms)
    value = spread.mean - log(inertia)
    standardError = spread.standardError
  }
}

/// The mean of simulated values and the standard error of a value like them around it.
private struct Spread {
  let mean: Double
  /// The population standard deviation times √(1 + 1/B) for B values, which counts the error of the
  /// mean too.
  let standardError: Double

  init(_ values: [Double]) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    self.mean = mean
    standardError = (variance * (1 + 1 / count)).squareRoot()
  }
}
