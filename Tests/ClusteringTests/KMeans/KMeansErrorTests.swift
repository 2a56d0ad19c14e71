import Clustering
import LinearAlgebra
import Testing

struct KMeansErrorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var rows: [[Double]] = [[0, 0], [1, 1], [2, 5]]
    var weights: [Double]?
    let configuration: KMeans
    let error: ClusteringError
    var testDescription: String { "\(error)" }
    /// True where the fault is in the data or in the number of clusters.
    var isOfData: Bool {
      configuration == KMeans(clusterCount: configuration.clusterCount)
    }

    static let all = [
      Case(configuration: KMeans(clusterCount: 0), error: .clusterCount(0)),
      Case(configuration: KMeans(clusterCount: 1, restartCount: 0), error: .restartCount(0)),
      Case(
        configuration: KMeans(clusterCount: 1, maximumIterations: 0), error: .maximumIterations(0)),
      Case(configuration: KMeans(clusterCount: 1, tolerance: -1), error: .tolerance(-1)),
      Case(
        configuration: KMeans(clusterCount: 1, tolerance: .infinity), error: .tolerance(.infinity)),
      Case(
        rows: [], configuration: KMeans(clusterCount: 1), error: .emptyMatrix(rows: 0, columns: 0)),
      Case(
        rows: [[], []], configuration: KMeans(clusterCount: 1),
        error: .emptyMatrix(rows: 2, columns: 0)),
      Case(
        configuration: KMeans(clusterCount: 4), error: .tooFewRows(rows: 3, clusterCount: 4)),
      Case(
        rows: [[1, 1], [1, 1], [0, -0.0], [-0.0, 0]], configuration: KMeans(clusterCount: 3),
        error: .tooFewDistinctRows(distinct: 2, clusterCount: 3)),
      Case(
        weights: [1, 1, 0], configuration: KMeans(clusterCount: 3),
        error: .tooFewDistinctRows(distinct: 2, clusterCount: 3)),
      Case(
        rows: [[0, 0], [1, .nan]], configuration: KMeans(clusterCount: 1),
        error: .nonFinite(row: 1, column: 1)),
      Case(
        rows: [[0, 0], [-.infinity, 0]], configuration: KMeans(clusterCount: 1),
        error: .nonFinite(row: 1, column: 0)),
      Case(
        weights: [1, 1], configuration: KMeans(clusterCount: 1),
        error: .weightCount(expected: 3, found: 2)),
      Case(weights: [1, -1, 1], configuration: KMeans(clusterCount: 1), error: .weight(row: 1)),
      Case(weights: [1, 1, .nan], configuration: KMeans(clusterCount: 1), error: .weight(row: 2)),
      Case(weights: [0, 0, 0], configuration: KMeans(clusterCount: 1), error: .noPositiveWeight),
      Case(
        weights: [1, .infinity, 1], configuration: KMeans(clusterCount: 1), error: .weight(row: 1)),
      Case(
        weights: [1e308, 1e308, 1], configuration: KMeans(clusterCount: 1), error: .weight(row: 1)),
      Case(
        rows: [[2, 3], [2, 3], [2, 3]], configuration: KMeans(clusterCount: 2),
        error: .tooFewDistinctRows(distinct: 1, clusterCount: 2)),
      Case(
        configuration: KMeans(
          clusterCount: 2, initialization: .centroids(Matrix(rows: [[1, 1]]))),
        error: .centroidShape(expectedRows: 2, expectedColumns: 2, rows: 1, columns: 2)),
      Case(
        configuration: KMeans(
          clusterCount: 2, initialization: .centroids(Matrix(rows: [[1, 1], [1, .nan]]))),
        error: .centroidValue(row: 1, column: 1)),
    ]
  }

  @Test(arguments: Case.all)
  func badOptionsAndDataAreRefused(testCase: Case) {
    #expect(throws: testCase.error) {
      try testCase.configuration.fit(Matrix(rows: testCase.rows), weights: testCase.weights)
    }
    #expect(!testCase.error.description.isEmpty)
  }

  @Test func valuesThatCouldOverflowAreRefused() throws {
    let samples = Matrix<Double>(rows: [[0], [1e200]])
    do throws(ClusteringError) {
      _ = try KMeans(clusterCount: 2).fit(samples)
      Issue.record("1e200 was accepted")
    } catch {
      guard case .valueTooLarge(1, 0, let limit) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(limit > 1e150 && limit < 1e155)
    }
    let large = Matrix<Double>(rows: [[0], [1e150], [1.5e150]])
    let fit = try KMeans(clusterCount: 2).fit(large)
    #expect(partition(fit.labels) == [0, 1, 1] && fit.inertia.isFinite)
  }

  /// Every variant that fits data refuses what it cannot fit, and names it.
  @Test(arguments: Case.all.filter { $0.isOfData })
  func everyVariantRefusesBadData(testCase: Case) {
    let samples = Matrix<Double>(rows: testCase.rows)
    let k = testCase.configuration.clusterCount
    for initialization in [KMeans.Initialization.kMeansPlusPlus, .kMeansParallel, .random] {
      #expect(throws: testCase.error) {
        try KMeans(clusterCount: k, initialization: initialization)
          .fit(samples, weights: testCase.weights)
      }
    }
    #expect(throws: testCase.error) {
      try BisectingKMeans(clusterCount: k).fit(samples, weights: testCase.weights)
    }
    #expect(throws: testCase.error) {
      try MiniBatchKMeans(clusterCount: k).fit(samples, weights: testCase.weights)
    }
  }

  @Test func singlePrecisionIsFittedUpToItsLargestValue() throws {
    let largest = Float.greatestFiniteMagnitude
    let samples = Matrix<Float>(
      rows: [
        [largest, 1], [largest.nextDown, 0], [-largest, 1], [0, 0], [-largest.nextDown, 0],
      ])
    for initialization in [
      KMeans.Initialization.localSearch, .kMeansPlusPlus, .kMeansParallel, .random,
    ] {
      for set in InstructionSet.supported {
        let fit = try KMeans(clusterCount: 3, initialization: initialization)
          .fit(samples, engine: KMeans.Engine(instructionSet: set))
        #expect(partition(fit.labels) == [0, 0, 1, 2, 1])
        #expect(fit.inertia.isFinite && fit.inertia > 0)
        #expect(fit.model.centroids.elements.allSatisfy { $0.isFinite })
        #expect(try fit.model.predict(samples) == fit.labels)
        let distances = try fit.model.transform(samples)
        #expect(distances.elements.allSatisfy { $0.isFinite })
      }
    }
    var infinite = samples
    infinite[3, 1] = -.infinity
    #expect(throws: ClusteringError.nonFinite(row: 3, column: 1)) {
      try KMeans(clusterCount: 3).fit(infinite)
    }
  }

  @Test func doublePrecisionIsFittedUpToItsLimit() throws {
    // The limit depends on columns and weights: with it as the largest size, nothing overflows.
    let tooLarge = Matrix<Double>(rows: [[1e300, 0], [0, 0], [0, 1]])
    do throws(ClusteringError) {
      _ = try KMeans(clusterCount: 2).fit(tooLarge)
      Issue.record("1e300 was accepted")
    } catch {
      guard case .valueTooLarge(0, 0, let limit) = error else {
        Issue.record("\(error)")
        return
      }
      let samples = Matrix<Double>(rows: [[limit, -limit], [-limit, limit], [limit, limit]])
      for set in InstructionSet.supported {
        let fit = try KMeans(clusterCount: 2)
          .fit(samples, engine: KMeans.Engine(instructionSet: set))
        #expect(fit.inertia.isFinite && fit.inertia > 0)
        #expect(fit.model.centroids.elements.allSatisfy { $0.isFinite })
        #expect(try fit.model.predict(samples) == fit.labels)
      }
    }
  }

  @Test func equalRowsAreOneCluster() throws {
    let samples = Matrix<Double>(rows: [[0.1, -3], [0.1, -3], [0.1, -3]])
    let fit = try KMeans(clusterCount: 1).fit(samples)
    #expect(fit.model.centroids == Matrix(rows: [[0.1, -3]]))
    #expect(fit.inertia == 0 && fit.labels == [0, 0, 0])
  }

  @Test func modelsRefuseOtherColumnsAndBadNumbers() throws {
    let model = KMeansModel(centroids: Matrix(rows: [[0, 0], [1, 1]]))
    #expect(throws: ClusteringError.columnCount(expected: 2, found: 1)) {
      try model.predict(Matrix<Double>(rows: [[1]]))
    }
    #expect(throws: ClusteringError.nonFinite(row: 0, column: 1)) {
      try model.transform(Matrix<Double>(rows: [[1, .nan]]))
    }
    #expect(try model.predict(Matrix<Double>(rowCount: 0, columnCount: 2)).isEmpty)
  }

  @Test func tiesGoToTheLowestLabel() throws {
    let model = KMeansModel(centroids: Matrix(rows: [[0], [2], [0]]))
    #expect(try model.predict(Matrix<Double>(rows: [[1], [2], [-5], [1.1]])) == [0, 1, 0, 1])
  }
}
