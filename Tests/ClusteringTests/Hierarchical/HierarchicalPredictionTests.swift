import Clustering
import Foundation
import LinearAlgebra
import Testing

/// New rows get the cluster of the least dissimilarity, by the plain definition.
struct HierarchicalPredictionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let linkage: Linkage
    let metric: Metric
    /// Normal blobs, or whole numbers full of ties.
    let hasTies: Bool
    var scale = 1.0
    var testDescription: String {
      "\(linkage) \(metric) \(hasTies ? "ties" : "blobs") by \(scale)"
    }

    func samples(_ count: Int, seed: UInt64) -> Matrix<Double> {
      let rows =
        hasTies
        ? RandomSamples.lattice(count, 3, side: 5, seed: seed)
        : RandomSamples.blobs(count, 4, centers: 5, offset: 3, seed: seed)
      return Matrix(
        rowCount: count, columnCount: rows.columnCount,
        // Cosine and correlation are not defined of rows of zeros and of equal numbers.
        elements: rows.elements.enumerated().map { index, value in
          (isByDirection ? value + Double(index % rows.columnCount * 7 + 1) : value) * scale
        })
    }

    private var isByDirection: Bool { metric == .cosine || metric == .correlation }

    /// The model of a tree, with all numbers times the scale.
    func model(seed: UInt64, rows: Int, limit: Int) throws -> HierarchicalModel {
      var unscaled = self
      unscaled.scale = 1
      let samples = unscaled.samples(rows, seed: seed)
      let tree = try Hierarchical(linkage: linkage, metric: metric).fit(samples)
      let model = try HierarchicalModel(
        samples, tree, cut: .clusterCount(9), linkage: linkage, metric: metric,
        exemplarLimit: limit)
      func scaled(_ points: Matrix<Double>) -> Matrix<Double> {
        Matrix(
          rowCount: points.rowCount, columnCount: points.columnCount,
          elements: points.elements.map { $0 * scale })
      }
      let representation: HierarchicalModel.Representation =
        switch model.representation {
        case .centers(let points, let sizes): .centers(scaled(points), sizes: sizes)
        case .exemplars(let points, let weights, let offsets):
          .exemplars(scaled(points), weights: weights, offsets: offsets)
        }
      return try HierarchicalModel(
        linkage: linkage, metric: metric, representation: representation)
    }

    static let all = Linkage.allCases.flatMap { linkage in
      Metric.allCases.filter { $0 == .euclidean || !linkage.needsEuclidean }.flatMap { metric in
        [false, true].map { Case(linkage: linkage, metric: metric, hasTies: $0) }
      }
    }
    static let scaled = Linkage.allCases.flatMap { linkage in
      [1e-200, 1e-160, 1e30, 1e140].map {
        Case(linkage: linkage, metric: .euclidean, hasTies: true, scale: $0)
      }
    }
  }

  private func distance(_ left: [Double], _ right: [Double], _ metric: Metric) -> Double {
    let sizes = zip(left, right).map { abs($0 - $1) }
    switch metric {
    case .euclidean: return sizes.reduce(0) { $0 + $1 * $1 }.squareRoot()
    case .squaredEuclidean: return sizes.reduce(0) { $0 + $1 * $1 }
    case .cityblock: return sizes.reduce(0, +)
    case .chebyshev: return sizes.reduce(0, max)
    case .cosine:
      func product(_ a: [Double], _ b: [Double]) -> Double {
        zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
      }
      return 1 - product(left, right)
        / (product(left, left) * product(right, right)).squareRoot()
    case .correlation:
      func centered(_ row: [Double]) -> [Double] {
        let mean = row.reduce(0, +) / Double(row.count)
        return row.map { $0 - mean }
      }
      return distance(centered(left), centered(right), .cosine)
    }
  }

  private func definition(_ model: HierarchicalModel, _ row: [Double]) -> [Double] {
    switch model.representation {
    case .centers(let centers, let sizes):
      return sizes.enumerated().map { cluster, size in
        let n = Double(size)
        return (model.linkage == .ward ? (2 * n / (n + 1)).squareRoot() : 1)
          * distance(row, Array(centers.row(cluster)), model.metric)
      }
    case .exemplars(let exemplars, let weights, let offsets):
      return zip(offsets, offsets.dropFirst()).map { start, end in
        let distances = (start..<end).map {
          distance(row, Array(exemplars.row($0)), model.metric)
        }
        switch model.linkage {
        case .single: return distances.reduce(.infinity, min)
        case .complete: return distances.reduce(0, max)
        default:
          return zip(weights[start..<end], distances).reduce(0) { $0 + $1.0 * $1.1 }
            / weights[start..<end].reduce(0, +)
        }
      }
    }
  }

  private func leastOfEach(_ dissimilarities: Matrix<Double>) -> [Int] {
    (0..<dissimilarities.rowCount).map { row in
      let values = Array(dissimilarities.row(row))
      return values.indices.reduce(0) { values[$1] < values[$0] ? $1 : $0 }
    }
  }

  @Test(arguments: Case.all)
  func labelsAreThoseOfThePlainDefinition(testCase: Case) throws {
    let model = try testCase.model(seed: 21, rows: 90, limit: 4096)
    let new = testCase.samples(200, seed: 22)
    let labels = try model.predict(new)
    #expect(Set(labels).count > 1)
    let found = try model.dissimilarities(new)
    let isExact: Bool =
      switch (testCase.linkage, testCase.metric) {
      case (_, .cosine), (_, .correlation), (.average, _), (.weighted, _): false
      default: true
      }
    for row in 0..<new.rowCount {
      let expected = definition(model, Array(new.row(row)))
      let least = expected.indices.reduce(0) { expected[$1] < expected[$0] ? $1 : $0 }
      if isExact {
        #expect(labels[row] == least && Array(found.row(row)) == expected)
      } else {
        // Sums in another order: rounding alone may decide between equals.
        #expect(expected[labels[row]] - expected[least] < 1e-14 * (1 + expected[least]))
      }
    }
  }

  @Test(arguments: Case.all + Case.scaled)
  func labelsAreTheLeastOfTheDissimilaritiesForAllInstructions(testCase: Case) throws {
    let model = try testCase.model(seed: 23, rows: 150, limit: 60)
    let new = testCase.samples(1300, seed: 24)
    let single: Matrix<Float>? = testCase.scale == 1 ? new.converted() : nil
    let all = try model.dissimilarities(new)
    let expected = leastOfEach(all)
    for set in InstructionSet.supported {
      #expect(try model.dissimilarities(new, threadCount: 3, instructionSet: set) == all)
      #expect(try model.predict(new, threadCount: 3, instructionSet: set) == expected)
      if let single {
        #expect(
          try model.predict(single, instructionSet: set)
            == leastOfEach(try model.dissimilarities(single, instructionSet: set)))
      }
    }
    for row in 0..<20 {
      #expect(try model.predict(new.selectingRows([row])) == [expected[row]])
    }
  }

  @Test func rootsThatAreEqualTieWhereSquaresDoNot() throws {
    // Squares of neighbouring numbers, but one root.
    let (near, far) = ((1.0).nextUp.squareRoot(), (1.0).squareRoot())
    #expect(near == far)
    let centers = Matrix<Double>(rows: [[1, 0x1p-26], [1, 0]])
    for linkage in [Linkage.centroid, .median] {
      let model = try HierarchicalModel(
        linkage: linkage, representation: .centers(centers, sizes: [1, 1]))
      for count in [1, 3000] {
        let rows = Matrix<Double>(rowCount: count, columnCount: 2)
        #expect(try model.predict(rows) == leastOfEach(try model.dissimilarities(rows)))
        #expect(try model.predict(rows).allSatisfy { $0 == 0 })
      }
    }
  }

  @Test(arguments: Linkage.allCases)
  func mappedRowsAreLabelledInPlace(linkage: Linkage) throws {
    let testCase = Case(linkage: linkage, metric: .euclidean, hasTies: false)
    let model = try testCase.model(seed: 25, rows: 150, limit: 60)
    let new = testCase.samples(3000, seed: 26)
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "\(UUID().uuidString).npy")
    defer { try? FileManager.default.removeItem(at: url) }
    try NumPyFile.write(.float64(new), to: url)
    guard case .float64(let mapped) = try NumPyFile.map(url) else {
      Issue.record("float64 was written")
      return
    }
    #expect(try model.predict(mapped) == model.predict(new))
    #expect(try model.dissimilarities(mapped) == model.dissimilarities(new))
  }

  @Test(arguments: Linkage.allCases)
  func rowsOfWellSeparatedClustersGetTheirOwnLabelBack(linkage: Linkage) throws {
    var generator = SeededGenerator(seed: 27)
    // Six clusters of unequal sizes, 100 apart.
    var rows: [[Double]] = []
    for (cluster, size) in [900, 500, 300, 100, 10, 1].enumerated() {
      for _ in 0..<size {
        rows.append([100 * Double(cluster) + generator.normal(), generator.normal()])
      }
    }
    let samples = Matrix(rows: rows)
    let tree = try Hierarchical(linkage: linkage).fit(samples)
    let labels = try tree.cut(.clusterCount(6)).labels
    for limit in [6, 60, 4096] {
      let model = try HierarchicalModel(
        samples, tree, cut: .clusterCount(6), linkage: linkage, exemplarLimit: limit)
      #expect(try model.predict(samples) == labels)
    }
  }

  @Test(arguments: [Linkage.single, .complete, .average, .weighted])
  func fewExemplarsLabelMostRowsAsAllDo(linkage: Linkage) throws {
    let all = RandomSamples.blobs(2500, 2, centers: 5, seed: 30)
    let samples = all.selectingRows(0..<1500)
    let fresh = all.selectingRows(1500..<2500)
    let tree = try Hierarchical(linkage: linkage).fit(samples)
    func model(_ limit: Int, threadCount: Int = 2) throws -> HierarchicalModel {
      try HierarchicalModel(
        samples, tree, cut: .clusterCount(5), linkage: linkage, exemplarLimit: limit,
        threadCount: threadCount)
    }
    let bounded = try model(300)
    #expect(try bounded == model(300, threadCount: 1))
    guard case .exemplars(let rows, _, _) = bounded.representation else {
      Issue.record("\(linkage) keeps exemplars")
      return
    }
    #expect((5...300).contains(rows.rowCount))
    let expected = try model(1500).predict(fresh)
    let agreeing = zip(try bounded.predict(fresh), expected).count { $0 == $1 }
    #expect(agreeing >= 970, "\(agreeing) of 1000")
  }

  @Test func theFirstRowAtFaultIsNamed() throws {
    let testCase = Case(linkage: .average, metric: .cosine, hasTies: false)
    let model = try testCase.model(seed: 28, rows: 150, limit: 60)
    var new = testCase.samples(3000, seed: 29)
    for row in [1700, 2900] { for column in 0..<4 { new[row, column] = 0 } }
    #expect(throws: ClusteringError.undefinedDistance(row: 1700, .cosine)) {
      try model.predict(new)
    }
    new[2999, 1] = .nan
    #expect(throws: ClusteringError.nonFinite(row: 2999, column: 1)) {
      try model.dissimilarities(new)
    }
  }
}
