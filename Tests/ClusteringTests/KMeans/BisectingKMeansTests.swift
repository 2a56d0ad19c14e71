import Clustering
import LinearAlgebra
import Testing

struct BisectingKMeansTests {
  @Test func farGroupsAreSplitFirst() throws {
    let samples = Matrix<Double>(rows: [[0], [1], [100], [101], [104], [103]])
    let two = try BisectingKMeans(clusterCount: 2).fit(samples)
    #expect(two.labels == [1, 1, 0, 0, 0, 0])
    let three = try BisectingKMeans(clusterCount: 3).fit(samples)
    #expect(partition(three.labels) == [0, 0, 1, 1, 2, 2])
    #expect(three.inertia == 1.5)
  }

  @Test func labelsAndInertiaAreThoseOfTheModel() throws {
    let samples = RandomSamples.blobs(400, 3, centers: 6, seed: 3)
    let fit = try BisectingKMeans(clusterCount: 6, seed: 2).fit(samples)
    #expect(try fit.model.predict(samples) == fit.labels)
    let best = try KMeans(clusterCount: 6, seed: 2).fit(samples)
    #expect(fit.inertia >= best.inertia * (1 - 1e-3) && fit.inertia <= 2 * best.inertia)
  }

  @Test func weightsPullSplits() throws {
    let samples = Matrix<Double>(rows: [[0], [1], [10], [1000]])
    let fit = try BisectingKMeans(clusterCount: 2).fit(samples, weights: [3, 1, 2, 0])
    #expect(fit.labels == [0, 0, 1, 1])
    #expect(fit.inertia == 0.75)
  }

  @Test func fewerDistinctRowsThanClustersAreRefused() {
    let samples = Matrix<Double>(rows: [[1], [1], [2], [2]])
    #expect(throws: ClusteringError.tooFewDistinctRows(distinct: 2, clusterCount: 3)) {
      try BisectingKMeans(clusterCount: 3).fit(samples)
    }
    #expect(throws: ClusteringError.tooFewRows(rows: 4, clusterCount: 5)) {
      try BisectingKMeans(clusterCount: 5).fit(samples)
    }
    #expect(throws: ClusteringError.clusterCount(0)) {
      try BisectingKMeans(clusterCount: 0).fit(samples)
    }
  }
}
