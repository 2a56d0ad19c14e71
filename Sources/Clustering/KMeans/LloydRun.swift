internal import LinearAlgebra

extension KMeans {
  /// How the iterations are carried out; no part of a result depends on it.
  package struct Engine: Sendable {
    package var instructionSet: InstructionSet
    /// False to look at every row in every pass.
    package var skipsRows = true
    /// False to take equal rows as they come.
    package var collapsesRows = true

    /// The products n k d below which a pass stays on one thread: it would be done before another
    /// had begun.
    package var leastWorkOfThread = 1 << 19

    package init(
      instructionSet: InstructionSet, skipsRows: Bool = true, collapsesRows: Bool = true,
      leastWorkOfThread: Int = 1 << 19
    ) {
      self.instructionSet = instructionSet
      self.skipsRows = skipsRows
      self.collapsesRows = collapsesRows
      self.leastWorkOfThread = leastWorkOfThread
    }
  }
}

/// Lloyd's iterations from given centroids to the end.
struct LloydRun {
  /// Everything that one run found; all parts agree with one another.
  struct Result {
    let centroids: [Double]
    /// Holds the labels.
    let state: LloydState
    let inertia: Double
    let iterationCount: Int
    let stopReason: KMeansFit.StopReason
  }

  let samples: ShiftedSamples
  let weights: [Double]?
  let maximumIterations: Int
  /// The sum of squared movements at which to stop; nil to go on until no label changes.
  let squaredTolerance: Double?
  let threadCount: Int
  let engine: KMeans.Engine

  func result(from start: [Double]) -> Result {
    let state = LloydState(
      KernelSamples(samples, weights: weights, including: start),
      clusterCount: start.count / samples.columnCount, threadCount: threadCount, engine: engine)
    var centroids = start
    var stopReason = KMeansFit.StopReason.maximumIterations
    var iteration = 0
    while iteration < maximumIterations {
      iteration += 1
      let previous = centroids
      if !state.pass(centroids) {
        // The labels are the nearest centroids; the centroids must be the means of these labels.
        let means = means(state, previous: centroids)
        if means == centroids {
          stopReason = .labelsUnchanged
          break
        }
        // The moves had left a rounding error in the sums: look again from the means proper.
        centroids = means
        iteration -= 1
        continue
      }
      centroids = move(centroids, state)
      guard let squaredTolerance, squaredMovement(previous, centroids) <= squaredTolerance else {
        continue
      }
      // Labels must be those of the centroids returned. Should that empty a cluster, go on.
      _ = state.pass(centroids)
      if state.sums.emptyClusters.isEmpty {
        stopReason = .tolerance
        break
      }
      centroids = move(centroids, state)
    }
    if stopReason == .maximumIterations { _ = state.pass(centroids) }
    state.endPasses()
    return Result(
      centroids: centroids, state: state, inertia: state.inertia(centroids),
      iterationCount: iteration, stopReason: stopReason)
  }

  private func means(_ state: LloydState, previous: [Double]) -> [Double] {
    if !state.sumsAreFresh { state.resum() }
    return state.sums.centroids(previous: previous, shift: samples.shift)
  }

  private func move(_ centroids: [Double], _ state: LloydState) -> [Double] {
    state.refillEmptyClusters(centroids: centroids, threadCount: threadCount)
    return state.sums.centroids(previous: centroids, shift: samples.shift)
  }

  private func squaredMovement(_ before: [Double], _ after: [Double]) -> Double {
    zip(before, after).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }
}
