import LinearAlgebra
import TestSupport
import Testing

@testable import Clustering

/// Clusterings into several numbers of clusters.
struct CandidateClusteringsTests {
  /// More clusters are never looser, since each number starts from the one before, too.
  @Test(arguments: 0..<12)
  func inertiaNeverRises(_ seed: Int) throws {
    var generator = TestGenerator(seed: UInt64(seed))
    let columnCount = 1 + seed % 4
    let rows = (0..<120).map { _ in
      (0..<columnCount).map { _ in Double.random(in: 0...1, using: &generator) }
    }
    let method = CandidateClusterings.Method(
      linkage: nil, metric: .euclidean, seed: UInt64(seed), threadCount: 2)
    let candidates = try CandidateClusterings(Matrix(rows: rows), counts: 2...20, method: method)
    let inertias = try (1...20).map { try candidates.labeled($0).inertia() }
    for (fewer, more) in zip(inertias, inertias.dropFirst()) {
      #expect(more <= fewer * (1 + 1e-12), "seed \(seed): \(inertias)")
    }
  }

  @Test func equalRowsEndTheSeries() throws {
    let rows = Matrix(rows: [[0.0], [0], [1], [1], [5], [5]])
    let method = CandidateClusterings.Method(
      linkage: nil, metric: .euclidean, seed: 0, threadCount: 1)
    let candidates = try CandidateClusterings(rows, counts: 2...5, method: method)
    #expect(Set(candidates.labels(3)).count == 3)
    #expect(try candidates.labeled(4).inertia() == 0)
  }
}
