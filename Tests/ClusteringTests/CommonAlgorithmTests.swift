import Clustering
import LinearAlgebra
import Testing

/// What every clustering algorithm owes its caller.
struct CommonAlgorithmTests {
  struct Algorithm: Sendable, CustomTestStringConvertible {
    let name: String
    /// Labels of samples in so many clusters.
    let labels: @Sendable (Matrix<Double>, Int) throws -> [Int]
    var testDescription: String { name }

    static let all: [Algorithm] =
      [
        Algorithm(name: "k-means, local search") { try KMeans(clusterCount: $1).fit($0).labels },
        Algorithm(name: "k-means++") {
          try KMeans(clusterCount: $1, initialization: .kMeansPlusPlus).fit($0).labels
        },
        Algorithm(name: "k-means||") {
          try KMeans(clusterCount: $1, initialization: .kMeansParallel).fit($0).labels
        },
        Algorithm(name: "bisecting k-means") {
          try BisectingKMeans(clusterCount: $1).fit($0).labels
        },
        Algorithm(name: "k-means, random start") {
          try KMeans(clusterCount: $1, initialization: .random, seed: 1).fit($0).labels
        },
      ]
      + Linkage.allCases.map { linkage in
        Algorithm(name: "\(linkage) linkage") {
          try Hierarchical(linkage: linkage).fit($0).cut(.clusterCount($1)).labels
        }
      }
  }

  @Test(arguments: Algorithm.all)
  func oneRowIsOneCluster(algorithm: Algorithm) throws {
    #expect(try algorithm.labels(Matrix(rows: [[3, 4]]), 1) == [0])
  }

  @Test(arguments: Algorithm.all)
  func asManyClustersAsRowsAreTheRows(algorithm: Algorithm) throws {
    let samples = RandomSamples.blobs(12, 2, centers: 3, seed: 4)
    #expect(try algorithm.labels(samples, 12) == Array(0..<12))
  }

  @Test(arguments: Algorithm.all)
  func oneClusterIsEveryRow(algorithm: Algorithm) throws {
    let samples = RandomSamples.blobs(12, 2, centers: 3, seed: 5)
    #expect(try algorithm.labels(samples, 1) == [Int](repeating: 0, count: 12))
  }

  @Test(arguments: Algorithm.all)
  func constantColumnsChangeNothing(algorithm: Algorithm) throws {
    let samples = RandomSamples.blobs(40, 2, centers: 3, seed: 6)
    let wider = Matrix(rows: (0..<40).map { Array(samples.row($0)) + [1e6 + 0.1] })
    #expect(try algorithm.labels(wider, 3) == algorithm.labels(samples, 3))
  }

  @Test(arguments: Algorithm.all)
  func sameInputGivesTheSameLabels(algorithm: Algorithm) throws {
    let samples = RandomSamples.lattice(60, 2, side: 5, seed: 7)
    #expect(try algorithm.labels(samples, 6) == algorithm.labels(samples, 6))
  }

  @Test(arguments: Algorithm.all)
  func labelsAreCanonical(algorithm: Algorithm) throws {
    for seed in 0..<5 as Range<UInt64> {
      let samples = RandomSamples.lattice(60, 2, side: 5, seed: seed)
      let labels = try algorithm.labels(samples, 5)
      #expect(CanonicalLabels(canonicalizing: labels, clusterCount: 5).labels == labels)
      #expect(Set(labels).count == 5)
    }
  }

  @Test(arguments: Algorithm.all)
  func separateBlobsAreFound(algorithm: Algorithm) throws {
    var generator = SeededGenerator(seed: 8)
    let truth = (0..<90).map { _ in generator.below(3) }
    let samples = Matrix(
      rows: truth.map { [100 * Double($0) + generator.normal(), generator.normal()] })
    #expect(try ContingencyTable(truth, algorithm.labels(samples, 3)).adjustedRand == 1)
  }

  @Test(arguments: Algorithm.all)
  func valuesThatAreNotFiniteAreRefusedWithTheirPlace(algorithm: Algorithm) {
    for bad in [Double.nan, .infinity, -.infinity] {
      #expect(throws: ClusteringError.nonFinite(row: 2, column: 1)) {
        try algorithm.labels(Matrix(rows: [[0, 0], [1, 1], [2, bad], [bad, 0]]), 2)
      }
    }
  }

  @Test(arguments: Algorithm.all)
  func noRowsAndNoColumnsAreRefused(algorithm: Algorithm) {
    #expect(throws: ClusteringError.emptyMatrix(rows: 0, columns: 2)) {
      try algorithm.labels(Matrix(rowCount: 0, columnCount: 2), 1)
    }
    #expect(throws: ClusteringError.emptyMatrix(rows: 2, columns: 0)) {
      try algorithm.labels(Matrix(rowCount: 2, columnCount: 0), 1)
    }
  }

  @Test(arguments: Algorithm.all)
  func moreClustersThanRowsAreRefused(algorithm: Algorithm) {
    #expect(throws: ClusteringError.self) { try algorithm.labels(Matrix(rows: [[0], [1]]), 3) }
  }
}
