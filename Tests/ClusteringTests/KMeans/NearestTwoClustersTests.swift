import Clustering
import LinearAlgebra
import Testing

struct NearestTwoClustersTests {
  @Test func distancesAndConfidenceAreAsByHand() throws {
    let model = KMeansModel(centroids: Matrix(rows: [[0, 0], [4, 0], [0, 3]]))
    let found = try model.nearestTwo(Matrix<Double>(rows: [[1, 0], [2, 0], [0, 3]]))
    #expect(found.map(\.label) == [0, 0, 2])
    #expect(found.map(\.secondLabel) == [1, 1, 0])
    #expect(found.map(\.distance) == [1, 2, 0])
    #expect(found.map(\.secondDistance) == [3, 2, 3])
    #expect(found.map(\.margin) == [2, 0, 3])
    #expect(found[1].confidence == 0.5 && found[2].confidence == 1)
    #expect(abs(found[0].confidence - 0.9) < 1e-15)
  }

  @Test func oneClusterHasNoSecond() throws {
    let found = try KMeansModel(centroids: Matrix(rows: [[1]])).nearestTwo(
      Matrix<Double>(rows: [[3]]))
    #expect(found.first?.secondLabel == nil)
    #expect(found.first?.secondDistance == .infinity && found.first?.confidence == 1)
  }

  @Test func equalCentroidsGiveTheLowestLabelAndHalfConfidence() throws {
    let model = KMeansModel(centroids: Matrix(rows: [[2], [2]]))
    let found = try model.nearestTwo(Matrix<Double>(rows: [[2]]))
    #expect(found.first?.label == 0 && found.first?.secondLabel == 1)
    #expect(found.first?.confidence == 0.5)
  }

  @Test(arguments: 0..<6)
  func labelsAreThoseOfPredictAndDistancesThoseOfTransform(seed: Int) throws {
    let samples = RandomSamples.blobs(
      1500, 1 + seed, centers: 5, offset: seed % 2 == 0 ? 0 : 1e6, seed: UInt64(seed))
    let model = KMeansModel(centroids: samples.selectingRows(0..<(2 + seed)))
    let found = try model.nearestTwo(samples, threadCount: 2)
    #expect(try found.map(\.label) == model.predict(samples))
    let distances = try model.transform(samples)
    for (row, nearest) in found.enumerated() {
      let sorted = distances.row(row).sorted()
      #expect(nearest.distance == sorted[0] && nearest.secondDistance == sorted[1])
      let second = try #require(nearest.secondLabel)
      #expect(distances[row, second] == sorted[1] && second != nearest.label)
    }
  }

  @Test func badSamplesAreRefused() throws {
    let model = KMeansModel(centroids: Matrix(rows: [[0, 0], [1, 1]]))
    #expect(throws: ClusteringError.columnCount(expected: 2, found: 1)) {
      try model.nearestTwo(Matrix<Double>(rows: [[1]]))
    }
    #expect(throws: ClusteringError.nonFinite(row: 0, column: 1)) {
      try model.nearestTwo(Matrix<Double>(rows: [[1, .nan]]))
    }
    #expect(try model.nearestTwo(Matrix<Double>(rowCount: 0, columnCount: 2)).isEmpty)
  }
}
