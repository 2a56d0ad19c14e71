import Clustering
import LinearAlgebra
import Testing

struct HierarchicalErrorTests {
  @Test(arguments: [Linkage.ward, .centroid, .median])
  func geometricLinkagesNeedEuclideanDistances(linkage: Linkage) {
    for metric in Metric.allCases where metric != .euclidean {
      #expect(throws: ClusteringError.linkageNeedsEuclidean(linkage, metric)) {
        try Hierarchical(linkage: linkage, metric: metric).fit(Matrix<Double>(rows: [[0], [1]]))
      }
    }
  }

  @Test(arguments: Linkage.allCases)
  func badDataAreRefused(linkage: Linkage) {
    let configuration = Hierarchical(linkage: linkage)
    #expect(throws: ClusteringError.emptyMatrix(rows: 0, columns: 0)) {
      try configuration.fit(Matrix<Double>(rows: []))
    }
    #expect(throws: ClusteringError.nonFinite(row: 1, column: 0)) {
      try configuration.fit(Matrix<Double>(rows: [[0], [.nan]]))
    }
    #expect(throws: ClusteringError.self) {
      try configuration.fit(Matrix<Double>(rows: [[0], [1e300]]))
    }
  }

  @Test func rowsWithoutAnAngleAreRefused() {
    #expect(throws: ClusteringError.undefinedDistance(row: 1, .cosine)) {
      try Hierarchical(linkage: .average, metric: .cosine).fit(
        Matrix<Double>(rows: [[1, 2], [0, 0]]))
    }
    #expect(throws: ClusteringError.undefinedDistance(row: 0, .correlation)) {
      try Hierarchical(linkage: .average, metric: .correlation)
        .fit(Matrix<Double>(rows: [[3, 3], [0, 1]]))
    }
  }

  @Test func matricesOverTheLimitAreRefusedWithTheirSize() throws {
    let samples = RandomSamples.blobs(100, 2, centers: 2, seed: 1)
    for linkage in Linkage.allCases {
      var configuration = Hierarchical(linkage: linkage, maximumMatrixBytes: 39_599)
      if linkage != .weighted {
        #expect(try configuration.fit(samples).merges.count == 99)
        continue
      }
      #expect(throws: ClusteringError.matrixTooLarge(bytes: 39_600, limit: 39_599)) {
        try configuration.fit(samples)
      }
      configuration.maximumMatrixBytes = 39_600
      #expect(try configuration.fit(samples).merges.count == 99)
    }
  }

  @Test func givenDistancesAreChecked() throws {
    let configuration = Hierarchical(linkage: .complete)
    #expect(throws: ClusteringError.condensedCount(2)) {
      try configuration.fit(condensedDistances: [1, 2])
    }
    for bad in [-1, .nan, .infinity] {
      #expect(throws: ClusteringError.distance(index: 2)) {
        try configuration.fit(condensedDistances: [1, 2, bad])
      }
    }
    #expect(try configuration.fit(condensedDistances: []).leafCount == 1)
  }
}
