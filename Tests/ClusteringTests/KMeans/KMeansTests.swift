import Clustering
import LinearAlgebra
import Testing

struct KMeansTests {
  @Test func fourPointsAreClusteredAsByHand() throws {
    let samples = Matrix<Double>(rows: [[9, 0], [1, 0], [0, 0], [2, 0]])
    let start = Matrix<Double>(rows: [[0, 0], [2, 0]])
    let fit = try KMeans(clusterCount: 2, initialization: .centroids(start), tolerance: 0)
      .fit(samples)
    // Pass 1: 1 ties and goes to 0; means 0.5 and 5.5. Pass 2: 2 moves over; means 1 and 9. Pass 3:
    // no change.
    #expect(fit.iterationCount == 3)
    #expect(fit.stopReason == .labelsUnchanged && fit.hasConverged)
    #expect(fit.labels == [1, 0, 0, 0])
    #expect(fit.sizes == [3, 1])
    #expect(fit.model.centroids == Matrix(rows: [[1, 0], [9, 0]]))
    #expect(fit.inertia == 2)
    #expect(
      try fit.model.transform(Matrix<Double>(rows: [[1, 3]]))
        == Matrix(rows: [[3, Double(73).squareRoot()]]))
  }

  @Test func weightsPullCentroids() throws {
    let samples = Matrix<Double>(rows: [[0], [1], [10]])
    let fit = try KMeans(clusterCount: 2).fit(samples, weights: [3, 1, 2])
    #expect(fit.labels == [0, 0, 1])
    #expect(fit.model.centroids == Matrix(rows: [[0.25], [10]]))
    #expect(fit.inertia == 0.75)
  }

  @Test func rowsOfWeightZeroMoveNothing() throws {
    let samples = Matrix<Double>(rows: [[0], [1], [10], [11], [500]])
    let fit = try KMeans(clusterCount: 2).fit(samples, weights: [1, 1, 1, 1, 0])
    #expect(partition(fit.labels) == [0, 0, 1, 1, 1])
    #expect(fit.model.centroids.elements.sorted() == [0.5, 10.5])
    #expect(fit.inertia == 1)
  }

  @Test func wholeWeightsAreRepeatedRows() throws {
    let samples = RandomSamples.blobs(40, 3, centers: 3, seed: 5)
    var generator = SeededGenerator(seed: 9)
    let counts = (0..<40).map { _ in 1 + generator.below(4) }
    let start = samples.selectingRows([0, 10, 20])
    let configuration = KMeans(
      clusterCount: 3, initialization: .centroids(start), tolerance: 0)
    let repeated = samples.selectingRows(
      (0..<40).flatMap { [Int](repeating: $0, count: counts[$0]) })
    let weighted = try configuration.fit(samples, weights: counts.map { Double($0) })
    let plain = try configuration.fit(repeated)
    #expect(relativeError(weighted.inertia, plain.inertia) < 1e-12)
    #expect(weighted.iterationCount == plain.iterationCount)
  }

  @Test(arguments: 0..<60)
  func everyStartEndsWherePlainLloydDoes(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed), stream: 77)
    let (n, d) = (20 + generator.below(100), 1 + generator.below(6))
    let k = 2 + generator.below(5)
    let samples: Matrix<Double>
    switch seed % 3 {
    case 0: samples = RandomSamples.lattice(n, d, side: 5, seed: UInt64(seed))
    case 1: samples = RandomSamples.blobs(n, d, centers: k, offset: 1e6, seed: UInt64(seed))
    default: samples = RandomSamples.blobs(n, d, centers: k, seed: UInt64(seed))
    }
    let weights = seed % 2 == 0 ? nil : (0..<n).map { _ in 0.25 * Double(1 + generator.below(8)) }
    let start = samples.selectingRows(generator.sample(k, outOf: n))
    let rows = (0..<n).map { Array(samples.row($0)) }
    let plain = PlainLloyd(
      rows, from: (0..<k).map { Array(start.row($0)) }, weights: weights)
    let configuration = KMeans(
      clusterCount: k, initialization: .centroids(start), tolerance: 0)
    do throws(ClusteringError) {
      let fit = try configuration.fit(samples, weights: weights)
      try expectSound(fit, samples, weights)
      guard !plain.hasEmptied else { return }
      #expect(partition(fit.labels) == partition(plain.labels))
      #expect(fit.iterationCount == plain.iterationCount)
      // Far from zero the plain sums themselves lose digits.
      #expect(relativeError(fit.inertia, plain.inertia) < (seed % 3 == 1 ? 1e-7 : 1e-12))
    } catch {
      let distinct = Set(rows).count
      #expect(error == .tooFewDistinctRows(distinct: distinct, clusterCount: k) && distinct < k)
    }
  }

  /// What holds of every fit: sizes, order, labels = predict, inertia, and centroids at the means.
  private func expectSound(
    _ fit: KMeansFit, _ samples: Matrix<Double>, _ weights: [Double]?
  ) throws(ClusteringError) {
    let k = fit.model.centroids.rowCount
    #expect(fit.sizes == (0..<k).map { label in fit.labels.filter { $0 == label }.count })
    #expect(fit.sizes.reduce(0, +) == samples.rowCount)
    #expect(CanonicalLabels(canonicalizing: fit.labels, clusterCount: k).labels == fit.labels)
    #expect(try fit.model.predict(samples) == fit.labels)
    let centroids = (0..<k).map { Array(fit.model.centroids.row($0)) }
    let inertia = (0..<samples.rowCount).reduce(0.0) { sum, row in
      let nearest = PlainLloyd.nearest(Array(samples.row(row)), centroids)
      #expect(nearest.label == fit.labels[row])
      return sum + (weights?[row] ?? 1) * nearest.squaredDistance
    }
    #expect(relativeError(fit.inertia, inertia) < 1e-12)
  }

  @Test(arguments: [
    KMeans.Initialization.localSearch, .kMeansPlusPlus, .kMeansParallel, .random,
  ])
  func threadsDoNotChangeABit(initialization: KMeans.Initialization) throws {
    let samples = RandomSamples.blobs(5000, 4, centers: 6, seed: 11)
    var configuration = KMeans(
      clusterCount: 6, initialization: initialization, restartCount: 2, seed: 3, threadCount: 1)
    let one = try configuration.fit(samples)
    for threadCount in [2, 3, 7] {
      configuration.threadCount = threadCount
      #expect(try configuration.fit(samples) == one)
    }
    #expect(try configuration.fit(samples) == one)
  }

  @Test func anotherSeedMakesAnotherStart() throws {
    let samples = RandomSamples.lattice(300, 2, side: 100, seed: 1)
    let fits = try (0..<4).map {
      try KMeans(clusterCount: 20, initialization: .kMeansPlusPlus, restartCount: 1, seed: $0)
        .fit(samples).inertia
    }
    #expect(Set(fits).count > 1)
  }

  @Test func moreRestartsAreNeverWorse() throws {
    let samples = RandomSamples.lattice(300, 2, side: 100, seed: 2)
    let inertias = try [1, 2, 5, 10].map {
      try KMeans(clusterCount: 15, initialization: .random, restartCount: $0).fit(samples).inertia
    }
    #expect(inertias == inertias.sorted(by: >))
  }

  @Test(arguments: [KMeans.Initialization.kMeansPlusPlus, .kMeansParallel, .localSearch])
  func separateBlobsAreFoundAtOnce(initialization: KMeans.Initialization) throws {
    for seed in 0..<10 as Range<UInt64> {
      let centers = (0..<8).flatMap { [Double($0) * 100, Double($0 % 3) * 100] }
      var generator = SeededGenerator(seed: seed)
      let samples = Matrix(
        rowCount: 400, columnCount: 2,
        elements: (0..<400).flatMap { row in
          (0..<2).map { centers[row % 8 * 2 + $0] + generator.normal() }
        })
      let fit = try KMeans(
        clusterCount: 8, initialization: initialization, restartCount: 1, seed: seed
      ).fit(samples)
      #expect(fit.sizes == [Int](repeating: 50, count: 8))
    }
  }

  @Test func emptyClustersAreRefilledFromTheFarthestRows() throws {
    let samples = Matrix<Double>(rows: [[0], [1], [2], [50], [60]])
    // Both other starts lose every row to the first.
    let start = Matrix<Double>(rows: [[10], [-1000], [1000]])
    let fit = try KMeans(clusterCount: 3, initialization: .centroids(start), tolerance: 0)
      .fit(samples)
    #expect(fit.labels == [0, 0, 0, 1, 2])
    #expect(fit.inertia == 2)
  }

  @Test func equalRowsThatAreFarthestRefillOneClusterOnly() throws {
    // More than are looked at in one go.
    let values = [Double](repeating: 0, count: 3000) + [Double](repeating: 10, count: 2000) + [8]
    let samples = Matrix(rowCount: 5001, columnCount: 1, elements: values)
    let start = Matrix<Double>(rows: [[0], [-1000], [1000]])
    let fit = try KMeans(clusterCount: 3, initialization: .centroids(start), tolerance: 0)
      .fit(samples)
    #expect(fit.sizes == [3000, 2000, 1])
    #expect(fit.inertia == 0)
  }

  @Test(arguments: 0..<30)
  func noClusterIsEmptyHoweverBadTheStart(seed: Int) throws {
    let samples = RandomSamples.lattice(40, 2, side: 4, seed: UInt64(seed))
    var generator = SeededGenerator(seed: UInt64(seed))
    let distinct = Set((0..<40).map { Array(samples.row($0)) }).count
    let k = 2 + generator.below(distinct - 1)
    let start = Matrix<Double>(rowCount: k, columnCount: 2, repeating: 7)
    let fit = try KMeans(clusterCount: k, initialization: .centroids(start), tolerance: 0)
      .fit(samples)
    #expect(fit.sizes.allSatisfy { $0 > 0 })
    try expectSound(fit, samples, nil)
    if k == distinct { #expect(fit.inertia == 0) }
  }

  @Test func limitOfIterationsIsAFactOfTheFit() throws {
    let samples = RandomSamples.lattice(300, 2, side: 100, seed: 3)
    let start = samples.selectingRows(0..<10)
    let fit = try KMeans(
      clusterCount: 10, initialization: .centroids(start), maximumIterations: 2, tolerance: 0
    ).fit(samples)
    #expect(fit.iterationCount == 2)
    #expect(fit.stopReason == .maximumIterations && !fit.hasConverged)
    try expectSound(fit, samples, nil)
  }

  @Test func toleranceStopsEarlierAndStillAgreesWithItself() throws {
    let samples = RandomSamples.lattice(2000, 2, side: 1000, seed: 4)
    var configuration = KMeans(
      clusterCount: 10, initialization: .centroids(samples.selectingRows(0..<10)), tolerance: 1e-2)
    let early = try configuration.fit(samples)
    configuration.tolerance = 0
    let late = try configuration.fit(samples)
    #expect(early.stopReason == .tolerance && early.hasConverged)
    #expect(early.iterationCount < late.iterationCount)
    #expect(early.inertia >= late.inertia)
    try expectSound(early, samples, nil)
  }

  @Test func singlePrecisionIsTheFitOfItsValues() throws {
    let single: Matrix<Float> = RandomSamples.blobs(200, 3, centers: 4, seed: 6).converted()
    let configuration = KMeans(clusterCount: 4, seed: 1)
    #expect(try configuration.fit(single) == configuration.fit(single.converted(to: Double.self)))
  }

  @Test func farOffsetsMoveCentroidsAndNothingElse() throws {
    // Multiples of 1/8 stay exact when a million is added.
    let near = RandomSamples.lattice(200, 2, side: 200, seed: 7)
    let samples = Matrix(rowCount: 200, columnCount: 2, elements: near.elements.map { $0 / 8 })
    let far = Matrix(rowCount: 200, columnCount: 2, elements: samples.elements.map { $0 + 1e6 })
    let configuration = KMeans(clusterCount: 5, restartCount: 3, tolerance: 0)
    let (here, there) = (try configuration.fit(samples), try configuration.fit(far))
    #expect(here.labels == there.labels)
    #expect(relativeError(here.inertia, there.inertia) < 1e-9)
  }

  @Test func fixturesAreMet() throws {
    struct File: Decodable {
      struct Run: Decodable {
        let set: String
        let k: Int
        let start: [[Double]]
        let weights: [Double]?
        let centroids: [[Double]]
        let labels: [Int]
        let inertia: Double
        let iterations: Int
      }
      let runs: [Run]
    }
    let file = try Fixture.read("kmeans.json", File.self)
    #expect(file.runs.count == 48)
    for run in file.runs {
      let samples = try Fixture.set(run.set)
      let fit = try KMeans(
        clusterCount: run.k, initialization: .centroids(Matrix(rows: run.start)), tolerance: 0
      ).fit(samples, weights: run.weights)
      #expect(partition(fit.labels) == partition(run.labels))
      #expect(relativeError(fit.inertia, run.inertia) < 1e-9)
      for (label, expected) in zip(fit.labels, run.labels) {
        for column in 0..<samples.columnCount {
          let (found, expected) = (
            fit.model.centroids[label, column], run.centroids[expected][column]
          )
          #expect(abs(found - expected) <= 1e-9 * max(1, abs(expected)))
        }
      }
      // scikit-learn also stops where the centroids stand still, which one cluster does at once.
      if run.k > 1 { #expect(fit.iterationCount == run.iterations, "\(run.set) \(run.k)") }
    }
  }

  @Test func watcherIsToldOfEveryStepInOrder() throws {
    var steps: [KMeans.Step] = []
    let samples = RandomSamples.blobs(60, 2, centers: 3, seed: 1)
    let kMeans = KMeans(clusterCount: 3, initialization: .random, restartCount: 2)
    let watched = try kMeans.fit(samples) { steps.append($0) }
    #expect(
      steps == [
        .seeding(restart: 0), .iterating(restart: 0), .seeding(restart: 1),
        .iterating(restart: 1), .finishing,
      ])
    #expect(try kMeans.fit(samples) == watched)
  }
}
