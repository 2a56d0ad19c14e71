import Foundation
import LinearAlgebra
import TestSupport
import Testing

struct PrincipalComponentsTests {
  struct Reference: Decodable, Sendable, CustomTestStringConvertible {
    let `set`: String
    let mean: [Double]
    let explained_variance: [Double]
    let explained_variance_ratio: [Double]
    let singular_values: [Double]
    let components: [[Double]]
    let first_row_scores: [Double]

    var testDescription: String { self.set }

    static let all: [Reference] = {
      struct File: Decodable { let sets: [Reference] }
      guard let data = try? Data(contentsOf: ReferenceData.file("reference/pca.json")),
        let file = try? JSONDecoder().decode(File.self, from: data)
      else { return [] }
      return file.sets
    }()
  }

  @Test(.enabled(if: ReferenceData.isPresent, "\(ReferenceData.absence)"))
  func everyReferenceIsRead() { #expect(Reference.all.count == 10) }

  @Test(
    .enabled(if: ReferenceData.isPresent, "\(ReferenceData.absence)"), arguments: Reference.all)
  func analysisIsTheReference(reference: Reference) throws {
    let samples = try ReferenceData.set(reference.set)
    let found = try PrincipalComponents(samples)
    expectNear(found.mean, reference.mean, scale: 1)
    expectNear(found.explainedVariance, reference.explained_variance, scale: 0)
    expectNear(found.explainedVarianceRatio, reference.explained_variance_ratio, scale: 0)
    expectNear(found.singularValues, reference.singular_values, scale: 0)
    let scores = try found.transform(samples.selectingRows([0]))
    for (index, component) in reference.components.enumerated() {
      let row = Array(found.components.row(index))
      // Reference components are fixed up to their sign.
      let sign = zip(row, component).reduce(0) { $0 + $1.0 * $1.1 } < 0 ? -1.0 : 1.0
      expectNear(row.map { $0 * sign }, component, scale: 1)
      expectNear(
        [scores[0, index] * sign], [reference.first_row_scores[index]],
        scale: max(1, found.singularValues[0]))
    }
  }

  private func expectNear(_ found: [Double], _ expected: [Double], scale: Double) {
    #expect(found.count == expected.count)
    for (found, expected) in zip(found, expected) {
      #expect(
        abs(found - expected) <= 1e-9 * max(scale, abs(expected)),
        "\(found), expected \(expected)")
    }
  }

  @Test func pointsOnALineHaveOneComponent() throws {
    let samples = Matrix<Double>(rows: [[1, 2], [2, 4], [3, 6], [4, 8]])
    let found = try PrincipalComponents(samples)
    #expect(found.mean == [2.5, 5])
    let root = 5.0.squareRoot()
    expectNear(Array(found.components.row(0)), [1 / root, 2 / root], scale: 1)
    // Along the line the points stand at multiples of sqrt 5: variance 5 · 5/3.
    expectNear(found.explainedVariance, [25.0 / 3, 0], scale: 1)
    expectNear(found.explainedVarianceRatio, [1, 0], scale: 1)
    let scores = try found.transform(samples).column(0)
    expectNear(scores, [-1.5 * root, -0.5 * root, 0.5 * root, 1.5 * root], scale: 1)
  }

  @Test func componentsKeptAreTheFirst() throws {
    let samples = Matrix<Double>(rows: [[1, 2, 0], [2, 4, 1], [3, 5, 0], [4, 9, 1]])
    let all = try PrincipalComponents(samples)
    let two = try PrincipalComponents(samples, componentCount: 2)
    #expect(two.components == all.components.selectingRows([0, 1]))
    #expect(two.explainedVarianceRatio == Array(all.explainedVarianceRatio.prefix(2)))
  }

  @Test func largestEntryOfEveryComponentIsPositive() throws {
    let samples = Matrix<Double>(rows: [[-1, -2, 7], [2, -4, 1], [-3, 5, 0], [4, 9, -1]])
    let components = try PrincipalComponents(samples).components
    for index in 0..<components.rowCount {
      let row = components.row(index)
      #expect(row.max { abs($0) < abs($1) } ?? 0 > 0)
    }
  }

  @Test func badShapesAndValuesAreRefused() {
    #expect(
      throws: LinearAlgebraError.shape(
        expected: "at least 2 rows and 1 column", rows: 1, columns: 2)
    ) {
      try PrincipalComponents(Matrix<Double>(rows: [[1, 2]]))
    }
    #expect(throws: LinearAlgebraError.nonFinite(row: 1, column: 0)) {
      try PrincipalComponents(Matrix<Double>(rows: [[1, 2], [.nan, 3]]))
    }
    #expect(throws: LinearAlgebraError.self) {
      try PrincipalComponents(Matrix<Double>(rows: [[1, 2], [2, 3]]), componentCount: 3)
    }
    #expect(throws: LinearAlgebraError.shape(expected: "2 columns", rows: 1, columns: 3)) {
      try PrincipalComponents(Matrix<Double>(rows: [[1, 2], [2, 3]]))
        .transform(Matrix<Double>(rows: [[1, 2, 3]]))
    }
  }
}
