import Clustering
import Foundation
import LinearAlgebra
import Testing

/// Samples in a mapped file are clustered as the same in memory, bit for bit.
struct MappedSamplesTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let rowCount: Int
    let columnCount: Int
    let kMeans: KMeans
    var testDescription: String { name }

    static let all = [
      Case(
        name: "local search", rowCount: 20_000, columnCount: 5,
        kMeans: KMeans(clusterCount: 6, restartCount: 3, seed: 1)),
      Case(
        name: "to the end, by keys", rowCount: 12_000, columnCount: 3,
        kMeans: KMeans(
          clusterCount: 12, initialization: .random, restartCount: 2, tolerance: 0, seed: 2)),
      Case(
        name: "k-means++", rowCount: 3000, columnCount: 7,
        kMeans: KMeans(clusterCount: 4, initialization: .kMeansPlusPlus, restartCount: 2, seed: 3)),
      Case(
        name: "k-means||", rowCount: 3000, columnCount: 2,
        kMeans: KMeans(clusterCount: 9, initialization: .kMeansParallel, restartCount: 1, seed: 4)),
      Case(
        name: "given centroids", rowCount: 1001, columnCount: 1,
        kMeans: KMeans(
          clusterCount: 2, initialization: .centroids(Matrix(rows: [[-3], [9]])), threadCount: 3)),
      Case(
        name: "one row", rowCount: 1, columnCount: 4, kMeans: KMeans(clusterCount: 1)),
    ]
  }

  /// Calls `body` with a matrix and the same in a mapped file.
  private func withMapped<Result>(
    _ array: NumPyArray, _ body: (MappedNumPyArray) throws -> Result
  ) throws -> Result {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("mapped-samples-tests-\(UUID().uuidString).npy")
    defer { try? FileManager.default.removeItem(at: file) }
    try NumPyFile.write(array, to: file)
    return try body(try NumPyFile.map(file))
  }

  private func checkEqual<Mapped: RowMajorMatrix>(
    _ mapped: Mapped, _ matrix: Matrix<Mapped.Element>, _ kMeans: KMeans
  ) throws where Mapped.Element: BLASScalar {
    let (fit, expected) = (try kMeans.fit(mapped), try kMeans.fit(matrix))
    #expect(fit == expected)
    #expect(try fit.model.predict(mapped) == expected.labels)
    let distances = try expected.model.transform(matrix)
    #expect(try fit.model.transform(mapped) == distances)
    let nearestTwo = try expected.model.nearestTwo(matrix)
    #expect(try fit.model.nearestTwo(mapped) == nearestTwo)
  }

  @Test(arguments: Case.all)
  func mappedEqualsInMemory(testCase: Case) throws {
    let samples = RandomSamples.blobs(
      testCase.rowCount, testCase.columnCount, centers: 5, seed: testCase.kMeans.seed)
    try withMapped(.float64(samples)) { mapped in
      guard case .float64(let mapped) = mapped else {
        Issue.record("float64 was written")
        return
      }
      try checkEqual(mapped, samples, testCase.kMeans)
    }
    let single = samples.converted(to: Float.self)
    try withMapped(.float32(single)) { mapped in
      guard case .float32(let mapped) = mapped else {
        Issue.record("float32 was written")
        return
      }
      try checkEqual(mapped, single, testCase.kMeans)
    }
  }

  @Test func choosingTheNumberOfClustersEqualsInMemory() throws {
    let samples = RandomSamples.blobs(2500, 3, centers: 3, seed: 8)
    try withMapped(.float64(samples)) { mapped in
      guard case .float64(let mapped) = mapped else {
        Issue.record("float64 was written")
        return
      }
      let expected = try ClusterCountChoice(samples, counts: 2...4)
      #expect(try ClusterCountChoice(mapped, counts: 2...4) == expected)
    }
  }

  @Test func badValuesAndEmptyMatricesInFilesAreNamed() throws {
    var samples = RandomSamples.blobs(3000, 3, centers: 3, seed: 8)
    samples[2222, 1] = .nan
    try withMapped(.float64(samples)) { mapped in
      guard case .float64(let mapped) = mapped else {
        Issue.record("float64 was written")
        return
      }
      #expect(throws: ClusteringError.nonFinite(row: 2222, column: 1)) {
        try KMeans(clusterCount: 3).fit(mapped)
      }
      #expect(mapped.firstNonFinite().map { [$0.row, $0.column] } == [2222, 1])
    }
    try withMapped(.float32(Matrix(rowCount: 0, columnCount: 3))) { mapped in
      guard case .float32(let mapped) = mapped else {
        Issue.record("float32 was written")
        return
      }
      #expect(throws: ClusteringError.emptyMatrix(rows: 0, columns: 3)) {
        try KMeans(clusterCount: 1).fit(mapped)
      }
      let model = KMeansModel(centroids: Matrix(rows: [[0, 0, 0]]))
      let labels = try model.predict(mapped)
      #expect(labels.isEmpty)
    }
  }
}
