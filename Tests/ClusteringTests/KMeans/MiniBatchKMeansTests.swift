import Clustering
import LinearAlgebra
import Testing

struct MiniBatchKMeansTests {
  @Test(arguments: 0..<5)
  func inertiaIsNearThatOfKMeans(seed: UInt64) throws {
    let samples = RandomSamples.blobs(2000, 3, centers: 4, seed: seed)
    let exact = try KMeans(clusterCount: 4).fit(samples)
    let fit = try MiniBatchKMeans(clusterCount: 4, batchSize: 200, batchCount: 30, seed: seed)
      .fit(samples)
    // The batches' start is plain k-means++: a local minimum, at worst.
    #expect(fit.inertia >= exact.inertia * 0.999 && fit.inertia < exact.inertia * 2)
    #expect(fit.iterationCount == 30 && fit.stopReason == .maximumIterations)
    #expect(try fit.model.predict(samples) == fit.labels)
  }

  @Test func batchesBringTheCentroidsNearer() throws {
    let samples = RandomSamples.lattice(3000, 2, side: 100, seed: 3)
    func inertia(batchCount: Int) throws -> Double {
      try MiniBatchKMeans(clusterCount: 6, batchSize: 300, batchCount: batchCount).fit(samples)
        .inertia
    }
    #expect(try inertia(batchCount: 40) < inertia(batchCount: 1))
  }

  @Test func threadsDoNotChangeABit() throws {
    let samples = RandomSamples.blobs(3000, 2, centers: 5, seed: 8)
    let fits = try [1, 3].map {
      try MiniBatchKMeans(
        clusterCount: 5, batchSize: 100, batchCount: 10, seed: 2, threadCount: $0
      ).fit(samples)
    }
    #expect(fits[0] == fits[1])
  }

  @Test func rowsOfWeightZeroAreNeverDrawn() throws {
    let samples = Matrix<Double>(rows: [[500], [0], [0], [10], [10], [500]])
    let fit = try MiniBatchKMeans(clusterCount: 2, batchSize: 20, batchCount: 5)
      .fit(samples, weights: [0, 1, 3, 2, 1, 0])
    #expect(fit.model.centroids.elements.sorted() == [0, 10])
    #expect(fit.inertia == 0)
  }

  @Test(arguments: 0..<20)
  func noClusterIsEmptyHoweverBadTheStart(seed: UInt64) throws {
    let samples = RandomSamples.blobs(60, 2, centers: 4, seed: seed)
    let weights = seed % 2 == 0 ? nil : (0..<60).map { Double($0 % 3) }
    // Every row is nearer to the first four.
    let k = 12
    var start = RandomSamples.blobs(k, 2, centers: 4, seed: seed)
    for cluster in 4..<k { start[cluster, 1] = 1e6 }
    let fit = try MiniBatchKMeans(clusterCount: k, batchSize: 50, batchCount: 3, seed: seed)
      .fit(samples, weights: weights, start: start)
    for label in 0..<k {
      #expect(fit.labels.indices.contains { fit.labels[$0] == label && weights?[$0] ?? 1 > 0 })
    }
    #expect(try fit.model.predict(samples) == fit.labels)
    let inertia = (0..<60).reduce(0.0) { sum, row in
      let nearest = PlainLloyd.nearest(
        Array(samples.row(row)), (0..<k).map { Array(fit.model.centroids.row($0)) })
      return sum + (weights?[row] ?? 1) * nearest.squaredDistance
    }
    #expect(relativeError(fit.inertia, inertia) < 1e-12)
  }

  @Test func asManyClustersAsDifferentRowsAreAllFound() throws {
    let samples = Matrix<Double>(rows: [[0], [0], [1], [1], [5], [5], [5], [9]])
    let fit = try MiniBatchKMeans(clusterCount: 4, batchSize: 4, batchCount: 1)
      .fit(samples, start: Matrix(rowCount: 4, columnCount: 1, repeating: 100))
    #expect(fit.sizes == [3, 2, 2, 1])
  }

  @Test func badOptionsAreRefused() {
    let samples = Matrix<Double>(rows: [[0], [1]])
    #expect(throws: ClusteringError.batch(size: 0, count: 100)) {
      try MiniBatchKMeans(clusterCount: 2, batchSize: 0).fit(samples)
    }
    #expect(throws: ClusteringError.batch(size: 1024, count: 0)) {
      try MiniBatchKMeans(clusterCount: 2, batchCount: 0).fit(samples)
    }
    #expect(throws: ClusteringError.tooFewRows(rows: 2, clusterCount: 3)) {
      try MiniBatchKMeans(clusterCount: 3).fit(samples)
    }
    #expect(!ClusteringError.batch(size: 0, count: 1).description.isEmpty)
  }
}
