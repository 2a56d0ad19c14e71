public import LinearAlgebra

/// k-means clustering (Lloyd 1982, doi 10.1109/TIT.1982.1056489), seeded by greedy k-means++
/// (Arthur & Vassilvitskii 2007) and local search (Lattanzi & Sohler 2019).
///
/// It looks for k centroids of least inertia, the sum over rows of weight · squared Euclidean
/// distance to the nearest centroid, and finds a local minimum of it. The result depends on the
/// data and on this configuration alone: any number of threads gives the same bits.
public struct KMeans: Sendable, Hashable {
  /// How the first centroids are chosen.
  public enum Initialization: Sendable, Hashable {
    /// k-means++ and then local search, both on samples of the rows that fit the cache: the default.
    ///
    /// Where a cluster has no centroid and another has two, plain k-means never mends it; the search
    /// does, by moving centroids to rows drawn in proportion to their squared distance (Lattanzi &
    /// Sohler 2019) and keeping the moves that Lloyd's iterations make good. Restarts end before
    /// `restartCount` when one has found what the best before it found.
    case localSearch
    /// Rows drawn one after another in proportion to weight · squared distance to the nearest
    /// chosen so far; of 2 + ⌊ln k⌋ draws the one that lowers the inertia most is kept.
    case kMeansPlusPlus
    /// k-means|| (Bahmani et al. 2012, doi 10.14778/2180912.2180915): 6 passes over the rows
    /// whatever k is, each in row order, for data that do not fit in memory.
    case kMeansParallel
    /// k different rows of positive weight, each set as likely as the others.
    case random
    /// Given centroids, k × d. One run is made, whatever `restartCount` says.
    case centroids(Matrix<Double>)
  }

  /// What a fit is about to do, for those who watch it: show progress, take times.
  public enum Step: Sendable, Hashable {
    /// The first centroids of a run are chosen; runs count from 0.
    case seeding(restart: Int)
    /// The run iterates.
    case iterating(restart: Int)
    /// All runs are done, and the best of them is put in label order.
    case finishing
  }

  /// The number of clusters, k, at least 1.
  public var clusterCount: Int
  /// How the first centroids are chosen.
  public var initialization: Initialization = .localSearch
  /// The number of runs from different starts, of which the one of least inertia is kept whole; the
  /// most of them where the start is `.localSearch`.
  public var restartCount = 10
  /// The most iterations of one run.
  public var maximumIterations = 300
  /// How little centroids may move for a run to stop.
  ///
  /// It stops when the sum of squared movements in an iteration is at most this times the mean of the
  /// columns' (weighted, population) variances; 0 stops only when no label changes. After
  /// `.localSearch` it is a tenth of that: centroids that begin where they nearly end move little at
  /// once, and would stop short of what runs from afar reach by the same rule.
  public var tolerance = 1e-4
  /// The seed of all random draws.
  public var seed: UInt64 = 0
  /// The most threads used; the result does not depend on it.
  public var threadCount = availableProcessorCount

  /// Makes a configuration; everything but the number of clusters has a default.
  public init(
    clusterCount: Int, initialization: Initialization = .localSearch, restartCount: Int = 10,
    maximumIterations: Int = 300, tolerance: Double = 1e-4, seed: UInt64 = 0,
    threadCount: Int = availableProcessorCount
  ) {
    self.clusterCount = clusterCount
    self.initialization = initialization
    self.restartCount = restartCount
    self.maximumIterations = maximumIterations
    self.tolerance = tolerance
    self.seed = seed
    self.threadCount = threadCount
  }

  /// Clusters samples (n × d, n at least k).
  ///
  /// Rows of weight 0 are labelled but move nothing. Rows that tie go to the centroid that came
  /// first before labels were put in order.
  ///
  /// - Parameters:
  ///   - samples: One row per sample, in memory (`Matrix`) or in a file (`MappedMatrix`): read in
  ///     place. Distances and sums are in `Double` for either precision.
  ///   - weights: One weight per row, none negative, not all 0; nil for 1 each.
  ///   - onStep: Called on the calling thread before every step.
  /// - Returns: The run of least inertia.
  /// - Throws: `ClusteringError` for options out of range, for data that are empty, not finite, too
  ///   large to square, or of fewer distinct rows than clusters, and for weights or starting
  ///   centroids of the wrong count or value; `.kernel` for an environment that names none.
  /// - Complexity: O(restarts · iterations · n k d) time, O(n + 64 k d) memory beyond the samples.
  public func fit<Samples: RowMajorMatrix>(
    _ samples: Samples, weights: [Double]? = nil, onStep: (Step) -> Void = { _ in }
  ) throws(ClusteringError) -> KMeansFit where Samples.Element: BLASScalar {
    let engine = Engine(instructionSet: try InstructionSet.selected())
    return try fit(samples, weights: weights, engine: engine, onStep: onStep)
  }

  package func fit<Samples: RowMajorMatrix>(
    _ samples: Samples, weights: [Double]? = nil, engine: Engine,
    onStep: (Step) -> Void = { _ in }
  ) throws(ClusteringError) -> KMeansFit where Samples.Element: BLASScalar {
    let all = try checked(samples, weights: weights)
    let distinct =
      engine.collapsesRows
      ? DistinctRows(all, weights: weights, clusterCount: clusterCount) : nil
    let (shifted, rowWeights) = (distinct?.samples ?? all, distinct?.weights ?? weights)
    let starts: Int
    if case .centroids(let centroids) = initialization {
      try checkCentroids(
        centroids, shifted, totalWeight: totalWeight(weights, rowCount: samples.rowCount))
      starts = 1
    } else {
      starts = restartCount
    }
    let absoluteTolerance =
      tolerance > 0
      ? tolerance * (initialization == .localSearch ? 0.1 : 1)
        * meanVariance(shifted, weights: rowWeights, threadCount: threadCount) : nil
    let run = LloydRun(
      samples: shifted, weights: rowWeights, maximumIterations: maximumIterations,
      squaredTolerance: absoluteTolerance, threadCount: threadCount, engine: engine)
    var search =
      initialization == .localSearch
      ? LocalSearchSeeding(
        samples: shifted, weights: rowWeights, clusterCount: clusterCount, seed: seed,
        threadCount: threadCount, instructionSet: engine.instructionSet) : nil
    // Random rows are drawn from all: each is as likely as any other, its copies included.
    let drawn =
      initialization == .random
      ? (samples: all, weights: weights) : (samples: shifted, weights: rowWeights)
    var best: LloydRun.Result?
    for restart in 0..<starts where search?.isSettled != true {
      onStep(.seeding(restart: restart))
      let start =
        search == nil
        ? firstCentroids(drawn.samples, drawn.weights, restart: restart)
        : search?.centroids(restart: restart)
      guard let start else { continue }
      onStep(.iterating(restart: restart))
      let result = run.result(from: start)
      if result.inertia < best?.inertia ?? .infinity { best = result }
    }
    guard let best else { preconditionFailure("the first restart has a result") }
    onStep(.finishing)
    return KMeansFit(best, shift: shifted.shift, distinct: distinct, threadCount: threadCount)
  }

  private func firstCentroids(
    _ samples: ShiftedSamples, _ weights: [Double]?, restart: Int
  ) -> [Double] {
    var generator = SeededGenerator(seed: seed, stream: UInt64(restart))
    switch initialization {
    case .centroids(let centroids):
      return centroids.subtracting(samples.shift).elements
    case .random:
      let rows = weights.map { weights in weights.indices.filter { weights[$0] > 0 } }
      let drawn = generator.sample(clusterCount, outOf: rows?.count ?? samples.rowCount)
      return drawn.flatMap { samples.row(rows?[$0] ?? $0) }
    case .kMeansParallel:
      let centroids = ParallelSeeding(
        samples: samples, weights: weights, clusterCount: clusterCount, threadCount: threadCount
      ).centroids(using: &generator)
      return centroids ?? plusPlusCentroids(samples, weights, using: &generator)
    case .kMeansPlusPlus, .localSearch:
      return plusPlusCentroids(samples, weights, using: &generator)
    }
  }

  private func plusPlusCentroids(
    _ samples: ShiftedSamples, _ weights: [Double]?, using generator: inout SeededGenerator
  ) -> [Double] {
    PlusPlusSeeding(
      samples: samples, weights: weights, clusterCount: clusterCount, threadCount: threadCount
    ).centroids(using: &generator)
  }
}
