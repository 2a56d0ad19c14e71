internal import Foundation
internal import LinearAlgebra

/// The starts of k-means by local search on samples of two sizes.
///
/// Every restart searches a small sample, where hundreds of passes cost less than one over all the
/// rows. Only where a restart finds less cost than all before it is its find carried on: to a large
/// sample, searched again for what the small one could not show, and from there to all the rows. When
/// a restart ends at the cost of the best before it, the search has come to the same answer twice
/// from independent starts, and there are no more restarts.
///
/// More restarts never make the fit worse: what is carried on with fewer is carried on with more.
/// Data that fit the small sample are searched whole, so nothing is lost to sampling.
struct LocalSearchSeeding {
  private let samples: ShiftedSamples
  private let weights: [Double]?
  private let clusterCount: Int
  private let seed: UInt64
  private let threadCount: Int
  private let instructionSet: InstructionSet
  private let small: SeedingSample
  /// Nil where the small sample is all the rows.
  private let large: SeedingSample?
  private var leastCost = Double.infinity
  /// True once a restart has found the best cost again.
  private(set) var isSettled = false

  init(
    samples: ShiftedSamples, weights: [Double]?, clusterCount: Int, seed: UInt64, threadCount: Int,
    instructionSet: InstructionSet = .best
  ) {
    self.samples = samples
    self.weights = weights
    self.clusterCount = clusterCount
    self.seed = seed
    self.threadCount = threadCount
    self.instructionSet = instructionSet
    // Streams of restarts count from 0.
    var generator = SeededGenerator(seed: seed, stream: .max)
    small = SeedingSample(
      samples, weights: weights, rowLimit: max(4096, 64 * clusterCount),
      threadCount: threadCount, using: &generator)
    large =
      small.isWhole
      ? nil
      : SeedingSample(
        samples, weights: weights, rowLimit: max(65_536, 128 * clusterCount),
        threadCount: threadCount, using: &generator)
  }

  /// The centroids (k × d) to iterate from on all the rows; nil where an earlier restart found as
  /// good ones.
  mutating func centroids(restart: Int) -> [Double]? {
    var generator = SeededGenerator(seed: seed, stream: UInt64(restart))
    let search = search(small)
    guard var state = search.seeded(using: &generator) else {
      return plusPlusCentroidsOfAllRows(using: &generator)
    }
    search.improve(
      &state, candidateCount: candidateCount, failureLimit: 8, foresight: 10, using: &generator)
    let gain = LocalSearch.leastGain(clusterCount: clusterCount)
    guard state.cost < leastCost * (1 - gain) else {
      if state.cost <= leastCost * (1 + Self.agreement * gain) { isSettled = true }
      return nil
    }
    leastCost = state.cost
    guard let large else { return state.centroids }
    var refined = NearestTwoCentroids(
      large, threadCount: threadCount, instructionSet: instructionSet)
    refined.replace(state.centroids)
    let refinement = self.search(large)
    refinement.improve(
      &refined, candidateCount: candidateCount, failureLimit: 3, foresight: 10, using: &generator)
    refinement.settle(&refined)
    return refined.centroids
  }

  /// The centroids (k × d) that greedy k-means++ alone finds in the small sample.
  func plusPlusCentroids() -> [Double] {
    var generator = SeededGenerator(seed: seed)
    let search = search(small)
    return search.seeded(using: &generator)?.centroids
      ?? plusPlusCentroidsOfAllRows(using: &generator)
  }

  private func search(_ sample: SeedingSample) -> LocalSearch {
    LocalSearch(
      sample: sample, clusterCount: clusterCount, threadCount: threadCount,
      instructionSet: instructionSet)
  }

  /// The way out where too few of the k distinct rows are in the sample, or squared distances
  /// underflow.
  private func plusPlusCentroidsOfAllRows(using generator: inout SeededGenerator) -> [Double] {
    PlusPlusSeeding(
      samples: samples, weights: weights, clusterCount: clusterCount, threadCount: threadCount
    ).centroids(using: &generator)
  }

  /// Two restarts agree when their costs differ by no more than this many least gains: a fiftieth of
  /// an average cluster's part, far less than a misplaced centroid costs.
  private static let agreement = 20.0

  /// As many draws in 8 rounds as there are clusters: a cluster of average cost is missed by all of
  /// them with a chance of 1/e, one of four times that cost with 1/e⁴.
  private var candidateCount: Int {
    max(2 + Int(log(Double(clusterCount))), (clusterCount + 7) / 8)
  }
}
