import Clustering
import LinearAlgebra
import Testing

struct MicroClusteredWardTests {
  private let samples = RandomSamples.blobs(4000, 3, centers: 5, seed: 31)

  @Test func fewRowsGetTheExactTree() throws {
    let few = samples.selectingRows(Array(0..<200))
    let fit = try MicroClusteredWard(microClusterCount: 200).fit(few)
    #expect(fit.tree == (try Hierarchical(linkage: .ward).fit(few)))
    #expect(fit.microClusters == Array(0..<200))
  }

  @Test func treeIsWardsOfTheMicroClusters() throws {
    let fit = try MicroClusteredWard(microClusterCount: 60, seed: 5).fit(samples)
    #expect(fit.tree.leafCount == fit.sizes.count)
    #expect(fit.sizes.reduce(0, +) == 4000)
    for (leaf, size) in fit.sizes.enumerated() {
      #expect(fit.microClusters.filter { $0 == leaf }.count == size)
    }
    // Half the squared heights are the rises of the sum of squares: from the micro-clusters' to that
    // of all rows together.
    let rises = fit.tree.merges.reduce(0) { $0 + $1.height * $1.height / 2 }
    let means = (0..<3).map { column in
      (0..<4000).reduce(0.0) { $0 + samples[$1, column] } / 4000
    }
    let between = fit.sizes.indices.reduce(0.0) { sum, leaf in
      sum
        + Double(fit.sizes[leaf])
        * (0..<3).reduce(0.0) {
          $0 + (fit.centroids[leaf, $1] - means[$1]) * (fit.centroids[leaf, $1] - means[$1])
        }
    }
    #expect(relativeError(rises, between) < 1e-9)
  }

  @Test func labelsAreNearlyThoseOfTheExactTree() throws {
    let exact = try Hierarchical(linkage: .ward).fit(samples).cut(.clusterCount(5)).labels
    let fit = try MicroClusteredWard(microClusterCount: 400).fit(samples)
    let labels = try fit.labels(cut: .clusterCount(5))
    #expect(try #require(ContingencyTable(exact, labels).adjustedRand) > 0.9)
    #expect(try MicroClusteredWard(microClusterCount: 400, threadCount: 1).fit(samples) == fit)
  }

  @Test func badInputIsRefused() throws {
    #expect(throws: ClusteringError.clusterCount(0)) {
      try MicroClusteredWard(microClusterCount: 0).fit(samples)
    }
    #expect(throws: ClusteringError.self) {
      try MicroClusteredWard(microClusterCount: 3).fit(Matrix<Double>(rowCount: 50, columnCount: 2))
    }
  }
}
