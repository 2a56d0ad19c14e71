internal import Foundation

/// Local search for k centroids of a sample: greedy k-means++, Lloyd's iterations, then swaps.
///
/// Every round draws candidates by weight · squared distance, as k-means++ does (Lattanzi & Sohler
/// 2019, "A Better k-means++ Algorithm via Local Search", ICML), and finds for each, in one pass over
/// the sample, what replacing any of the k centroids by it would cost. The best swap is not judged
/// by that cost but by what a few iterations of Lloyd's make of it: the foresight finds swaps that a
/// single row cannot show to be good. A swap that lowers the cost stays, and Lloyd's iterations go
/// on from it; the search ends when a number of rounds in a row have brought nothing.
struct LocalSearch {
  let sample: SeedingSample
  let clusterCount: Int
  let threadCount: Int
  var instructionSet = InstructionSet.best

  /// A cost that is lower by a smaller share than this is as good as the same: a thousandth of what
  /// an average cluster contributes.
  static func leastGain(clusterCount: Int) -> Double { 1e-3 / Double(clusterCount) }

  private var leastGain: Double { Self.leastGain(clusterCount: clusterCount) }

  /// The sample's rows nearest to k centroids, chosen by greedy k-means++ (Arthur & Vassilvitskii
  /// 2007, section 7); nil where distances are all 0 before there are k.
  func seeded(using generator: inout SeededGenerator) -> NearestTwoCentroids? {
    let trialCount = 2 + Int(log(Double(clusterCount)))
    var state = NearestTwoCentroids(
      sample, threadCount: threadCount, instructionSet: instructionSet)
    state.append(sample.row(state.draw(using: &generator)))
    while state.clusterCount < clusterCount {
      guard state.cost > 0 else { return nil }
      let candidates = (0..<trialCount).map { _ in sample.row(state.draw(using: &generator)) }
      let costs = state.costs(adding: candidates)
      let best = costs.indices.min { costs[$0] < costs[$1] } ?? 0
      state.append(candidates[best])
    }
    return state
  }

  /// Searches on from the centroids of a state.
  ///
  /// A round draws `candidateCount` rows and gives the best swap at most `foresight` iterations to
  /// show what it is worth; `failureLimit` rounds in a row without gain end the search.
  func improve(
    _ state: inout NearestTwoCentroids, candidateCount: Int, failureLimit: Int, foresight: Int,
    using generator: inout SeededGenerator
  ) {
    iterate(&state, atMost: Self.iterationLimit, leastGain: leastGain)
    var failureCount = 0
    while failureCount < failureLimit, clusterCount > 1, state.cost > 0 {
      let candidates = (0..<candidateCount).map { _ in sample.row(state.draw(using: &generator)) }
      let swap = state.bestSwap(candidates)
      var changed = state
      changed.replace(swap.centroid, by: candidates[swap.candidate])
      let target = state.cost * (1 - leastGain)
      iterate(&changed, atMost: foresight, leastGain: leastGain, hopingFor: target)
      if changed.cost < target {
        iterate(&changed, atMost: Self.iterationLimit, leastGain: leastGain)
        state = changed
        failureCount = 0
      } else {
        failureCount += 1
      }
    }
  }

  private static let iterationLimit = 30

  /// Lloyd's iterations to where one gains less than a twentieth of what counts for the search:
  /// each that is made here spares one over all the rows.
  func settle(_ state: inout NearestTwoCentroids) {
    iterate(&state, atMost: 2 * Self.iterationLimit, leastGain: leastGain / 20)
  }

  /// Iterates until one gains too little, or the cost hoped for is out of sight: not in reach by
  /// gains twice as large as the last.
  private func iterate(
    _ state: inout NearestTwoCentroids, atMost count: Int, leastGain: Double,
    hopingFor target: Double = .infinity
  ) {
    for done in 1...count {
      let before = state.cost
      state.moveToMeans()
      if !(state.cost < before * (1 - leastGain)) { return }
      if state.cost - 2 * (before - state.cost) * Double(count - done) > target { return }
    }
  }
}
