import Clustering
import LinearAlgebra
import Testing

/// Rows with many copies are clustered by their distinct rows, which changes no label.
struct DistinctRowsTests {
  private func engine(collapsesRows: Bool) -> KMeans.Engine {
    KMeans.Engine(
      instructionSet: InstructionSet.supported.last ?? .baseline,
      collapsesRows: collapsesRows)
  }

  @Test(arguments: 0..<6)
  func labelsAreThoseOfAllRows(seed: Int) throws {
    let (d, k) = ([1, 2, 3, 4, 2, 3][seed], [3, 8, 20, 2, 40, 5][seed])
    let n = 8000 + seed
    var samples = RandomSamples.lattice(
      n, d, side: [100, 9, 5, 3, 12, 5][seed], seed: UInt64(seed))
    if seed == 5 {
      // Zeros of both signs are equal, and columns may be far from zero.
      for row in 0..<n where samples[row, 0] == 0 && row % 2 == 0 { samples[row, 0] = -0.0 }
      for row in 0..<n { samples[row, 1] += 1e6 }
    }
    var generator = SeededGenerator(seed: UInt64(seed), stream: 8)
    let weights = seed % 2 == 0 ? nil : (0..<n).map { _ in Double(generator.below(4)) }
    var distinct = Set<[Double]>()
    let start = (0..<n).filter {
      weights?[$0] ?? 1 > 0 && distinct.insert(Array(samples.row($0))).inserted
    }
    let kMeans = KMeans(
      clusterCount: k, initialization: .centroids(samples.selectingRows(start.prefix(k))),
      tolerance: 0)
    let all = try kMeans.fit(samples, weights: weights, engine: engine(collapsesRows: false))
    for threadCount in [1, 3] {
      var kMeans = kMeans
      kMeans.threadCount = threadCount
      let fit = try kMeans.fit(samples, weights: weights, engine: engine(collapsesRows: true))
      #expect(fit.labels == all.labels && fit.sizes == all.sizes)
      #expect(fit.iterationCount == all.iterationCount && fit.stopReason == all.stopReason)
      #expect(relativeError(fit.inertia, all.inertia) < 1e-12)
      for (found, expected) in zip(fit.model.centroids.elements, all.model.centroids.elements) {
        #expect(relativeError(found, expected) < 1e-12)
      }
    }
    let single: Matrix<Float> = samples.converted()
    #expect(
      try kMeans.fit(single, weights: weights, engine: engine(collapsesRows: true)).labels
        == all.labels)
  }

  @Test(arguments: [
    KMeans.Initialization.localSearch, .kMeansPlusPlus, .kMeansParallel, .random,
  ])
  func everyStartEndsInAFitOfAllRows(initialization: KMeans.Initialization) throws {
    let samples = RandomSamples.lattice(6000, 2, side: 7, seed: 2)
    let fit = try KMeans(clusterCount: 6, initialization: initialization, restartCount: 2)
      .fit(samples)
    #expect(fit.labels.count == 6000 && fit.sizes.reduce(0, +) == 6000)
    let centroids = (0..<6).map { Array(fit.model.centroids.row($0)) }
    let nearest = (0..<6000).map { PlainLloyd.nearest(Array(samples.row($0)), centroids) }
    #expect(
      relativeError(fit.inertia, nearest.reduce(0) { $0 + $1.squaredDistance }) < 1e-12)
    #expect(
      (0..<6000).allSatisfy { row in
        let own = [centroids[fit.labels[row]]]
        return PlainLloyd.nearest(Array(samples.row(row)), own).squaredDistance
          == nearest[row].squaredDistance
      })
  }

  @Test func randomRowsAreDrawnFromAllRows() throws {
    let samples = RandomSamples.lattice(6000, 2, side: 7, seed: 3)
    let kMeans = KMeans(clusterCount: 6, initialization: .random, restartCount: 1, tolerance: 0)
    let all = try kMeans.fit(samples, engine: engine(collapsesRows: false))
    #expect(try kMeans.fit(samples, engine: engine(collapsesRows: true)).labels == all.labels)
  }

  @Test func theBadElementOfACopyIsNamed() throws {
    var samples = RandomSamples.lattice(6000, 2, side: 7, seed: 2)
    samples[5001, 1] = .nan
    #expect(throws: ClusteringError.nonFinite(row: 5001, column: 1)) {
      try KMeans(clusterCount: 6).fit(samples)
    }
  }
}
