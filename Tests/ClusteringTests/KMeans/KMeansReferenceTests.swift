import Clustering
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Lloyd's iterations from fixed starts against scikit-learn's answers.
@Suite(.enabled(if: ReferenceData.isPresent, "\(ReferenceData.absence)"))
struct KMeansReferenceTests {
  struct Run: Decodable, Sendable, CustomTestStringConvertible {
    let set: String
    let k: Int
    let `case`: String
    let `init`: String
    let final: String
    let labels: String
    let inertia: Double
    let n_iter: Int

    var testDescription: String { "\(set) k=\(k) \(`case`)" }

    static let all: [Run] = {
      struct File: Decodable { let runs: [Run] }
      guard let data = try? Data(contentsOf: ReferenceData.file("reference/kmeans.json")),
        let file = try? JSONDecoder().decode(File.self, from: data)
      else { return [] }
      return file.runs
    }()
  }

  @Test func everyRunIsRead() { #expect(Run.all.count == 40) }

  @Test(arguments: Run.all)
  func lloydFindsTheReferencePartition(run: Run) throws {
    func table(_ path: String) throws -> NumericTable {
      try NumericTable(ReferenceData.file("reference/" + path))
    }
    let samples = try ReferenceData.set(run.set)
    let start = try table(run.`init`).matrix
    let fit = try KMeans(
      clusterCount: run.k, initialization: .centroids(start), maximumIterations: 1000, tolerance: 0
    ).fit(samples)
    let expectedLabels = try table(run.labels).labels("label")
    #expect(partition(fit.labels) == partition(expectedLabels))
    #expect(fit.iterationCount == run.n_iter)
    #expect(fit.stopReason == .labelsUnchanged)
    #expect(relativeError(fit.inertia, run.inertia) < 1e-9)
    let expectedCentroids = try table(run.final).matrix
    for (label, expected) in Set(zip(fit.labels, expectedLabels).map { [$0, $1] }).map({
      ($0[0], $0[1])
    }) {
      for column in 0..<samples.columnCount {
        let found = fit.model.centroids[label, column]
        let reference = expectedCentroids[expected, column]
        // z-scored columns have means near 0, where only the absolute error means something.
        #expect(abs(found - reference) <= 1e-9 * max(1, abs(reference)))
      }
    }
    #expect(try fit.model.predict(samples) == fit.labels)
  }

  @Test(arguments: Run.all)
  func everyEngineFindsTheSameBits(run: Run) throws {
    let samples = try ReferenceData.set(run.set)
    let start = try NumericTable(ReferenceData.file("reference/" + run.`init`)).matrix
    var kMeans = KMeans(
      clusterCount: run.k, initialization: .centroids(start), maximumIterations: 1000, tolerance: 0)
    let fit = try kMeans.fit(samples)
    for (engine, threadCount) in KMeansEngineTests.engines {
      kMeans.threadCount = threadCount
      #expect(try kMeans.fit(samples, engine: engine) == fit)
    }
  }
}
