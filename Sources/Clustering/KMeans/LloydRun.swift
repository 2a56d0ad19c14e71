internal import LinearAlgebra

/// Lloyd's iterations from given centroids to the end.
struct LloydRun {
  /// Everything that one run found; all parts agree with one another.
  struct Result {
    let centroids: [Double]
    let labels: [Int32]
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

  func result(from start: [Double]) -> Result {
    var centroids = start
    var labels = [Int32](repeating: -1, count: samples.rowCount)
    var stopReason = KMeansFit.StopReason.maximumIterations
    var iteration = 0
    while iteration < maximumIterations {
      iteration += 1
      let previous = centroids
      var pass = pass(centroids, &labels)
      if !pass.hasChanged {
        // The centroids are the means of these very labels, and the labels the nearest centroids.
        stopReason = .labelsUnchanged
        break
      }
      centroids = move(centroids, &pass, &labels)
      guard let squaredTolerance, squaredMovement(previous, centroids) <= squaredTolerance else {
        continue
      }
      // Labels must be those of the centroids returned. Should that empty a cluster, go on.
      var closing = self.pass(centroids, &labels)
      if closing.emptyClusters.isEmpty {
        stopReason = .tolerance
        break
      }
      centroids = move(centroids, &closing, &labels)
    }
    if stopReason == .maximumIterations { _ = pass(centroids, &labels) }
    let distances = squaredDistancesToOwnCentroid(
      samples, centroids: centroids, labels: labels, threadCount: threadCount)
    return Result(
      centroids: centroids, labels: labels, inertia: weightedSum(distances),
      iterationCount: iteration, stopReason: stopReason)
  }

  private func pass(_ centroids: [Double], _ labels: inout [Int32]) -> LloydPass {
    LloydPass(
      samples, weights: weights, centroids: centroids, labels: &labels, threadCount: threadCount)
  }

  private func move(
    _ centroids: [Double], _ pass: inout LloydPass, _ labels: inout [Int32]
  ) -> [Double] {
    pass.refillEmptyClusters(
      samples, weights: weights, centroids: centroids, labels: &labels, threadCount: threadCount)
    return pass.centroids(previous: centroids, shift: samples.shift)
  }

  private func squaredMovement(_ before: [Double], _ after: [Double]) -> Double {
    zip(before, after).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  /// Summed in blocks, so that the error does not grow with n.
  private func weightedSum(_ distances: [Double]) -> Double {
    var total = 0.0
    for block in 0..<samples.blockCount {
      var sum = 0.0
      for row in samples.rows(of: block) { sum += (weights?[row] ?? 1) * distances[row] }
      total += sum
    }
    return total
  }
}
