import LinearAlgebra
import Testing

struct FactorisationTests {
  private func expectNear(
    _ found: Matrix<Double>, _ expected: Matrix<Double>, tolerance: Double = 1e-12
  ) {
    #expect(found.rowCount == expected.rowCount && found.columnCount == expected.columnCount)
    for (found, expected) in zip(found.elements, expected.elements) {
      #expect(abs(found - expected) <= tolerance, "\(found), expected \(expected)")
    }
  }

  @Test func productsAreThoseWorkedByHand() throws {
    let a = Matrix<Double>(rows: [[1, 2, 3], [4, 5, 6]])
    let b = Matrix<Double>(rows: [[1, 0], [2, 1], [0, 3]])
    #expect(try a.multiplied(by: b) == Matrix(rows: [[5, 11], [14, 23]]))
    #expect(try a.multiplied(byTransposeOf: a) == Matrix(rows: [[14, 32], [32, 77]]))
    #expect(a.gramMatrix() == Matrix(rows: [[17, 22, 27], [22, 29, 36], [27, 36, 45]]))
    let single: Matrix<Float> = a.converted()
    #expect(try single.multiplied(by: b.converted()) == Matrix(rows: [[5, 11], [14, 23]]))
    #expect(single.gramMatrix() == a.gramMatrix().converted())
  }

  @Test func productsOfUnequalInnerCountsAreRefused() {
    let a = Matrix<Double>(rows: [[1, 2, 3]])
    #expect(throws: LinearAlgebraError.shape(expected: "3 rows", rows: 1, columns: 3)) {
      try a.multiplied(by: a)
    }
    #expect(throws: LinearAlgebraError.shape(expected: "3 columns", rows: 1, columns: 2)) {
      try a.multiplied(byTransposeOf: Matrix(rows: [[1, 2]]))
    }
  }

  @Test func emptyProductsAreZero() throws {
    let tall = Matrix<Double>(rowCount: 2, columnCount: 0)
    #expect(
      try tall.multiplied(by: Matrix(rowCount: 0, columnCount: 3)).elements == [0, 0, 0, 0, 0, 0])
    #expect(tall.gramMatrix().elements.isEmpty)
  }

  @Test func choleskyIsTheOneWorkedByHand() throws {
    let a = Matrix<Double>(rows: [[4, 2, -2], [2, 10, 2], [-2, 2, 6]])
    let cholesky = try Cholesky(a)
    expectNear(cholesky.lower, Matrix(rows: [[2, 0, 0], [1, 3, 0], [-1, 1, 2]]))
    let identity = try cholesky.inverseLower().multiplied(by: cholesky.lower)
    expectNear(identity, Matrix(rows: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]))
  }

  @Test func choleskyNamesTheDependentColumn() {
    #expect(throws: LinearAlgebraError.notPositiveDefinite(column: 1)) {
      try Cholesky(Matrix(rows: [[1, 2], [2, 1]]))
    }
    #expect(throws: LinearAlgebraError.shape(expected: "a square matrix", rows: 1, columns: 2)) {
      try Cholesky(Matrix(rows: [[1, 2]]))
    }
    #expect(throws: LinearAlgebraError.nonFinite(row: 1, column: 1)) {
      try Cholesky(Matrix(rows: [[1, 0], [0, .infinity]]))
    }
  }

  @Test func eigenvectorsAreThoseWorkedByHand() throws {
    let found = try SymmetricEigen(Matrix(rows: [[2, 1], [1, 2]]))
    let half = 0.5.squareRoot()
    expectNear(Matrix(rows: [found.values]), Matrix(rows: [[3, 1]]))
    #expect(abs(found.vectors[0, 0] - half) < 1e-12 && abs(found.vectors[0, 1] - half) < 1e-12)
    #expect(abs(found.vectors[1, 0] + found.vectors[1, 1]) < 1e-12)
  }

  @Test func eigenvectorsRebuildTheMatrix() throws {
    let a = Matrix<Double>(rows: [[4, 1, -2], [1, 2, 0], [-2, 0, 3]])
    let found = try SymmetricEigen(a)
    var scaled = found.vectors
    for row in 0..<3 { for column in 0..<3 { scaled[row, column] *= found.values[row] } }
    expectNear(try found.vectors.transposed().multiplied(by: scaled), a)
    #expect(found.values == found.values.sorted(by: >))
  }

  @Test func asymmetricMatricesAreRefused() {
    #expect(throws: LinearAlgebraError.notSymmetric(row: 1, column: 0)) {
      try SymmetricEigen(Matrix(rows: [[1, 2], [3, 1]]))
    }
  }

  @Test(arguments: [
    [[3.0, 0], [4, 5]], [[1, 2, 3], [4, 5, 7]], [[1, 2], [3, 4], [5, 7]], [[2]],
  ])
  func singularValuesRebuildTheMatrix(rows: [[Double]]) throws {
    let a = Matrix(rows: rows)
    let found = try SingularValueDecomposition(a)
    var scaled = found.right
    for row in 0..<scaled.rowCount {
      for column in 0..<scaled.columnCount { scaled[row, column] *= found.values[row] }
    }
    expectNear(try found.left.multiplied(by: scaled), a)
    #expect(found.values == found.values.sorted(by: >) && found.values.allSatisfy { $0 >= 0 })
  }

  @Test func singularValuesAreThoseWorkedByHand() throws {
    // AᵀA = [[25, 20], [20, 25]] has eigenvalues 45 and 5.
    let found = try SingularValueDecomposition(Matrix(rows: [[3, 0], [4, 5]]))
    expectNear(
      Matrix(rows: [found.values]),
      Matrix(rows: [[Double(45).squareRoot(), Double(5).squareRoot()]]))
    #expect(throws: LinearAlgebraError.self) {
      try SingularValueDecomposition(Matrix(rowCount: 0, columnCount: 2))
    }
  }

  @Test func statisticsAreThoseWorkedByHand() throws {
    let samples = Matrix<Double>(rows: [[1, 10], [2, 10], [3, 40]])
    #expect(samples.columnMeans() == [2, 20])
    #expect(abs(samples.columnStandardDeviations()[0] - (2.0 / 3).squareRoot()) < 1e-15)
    expectNear(try samples.covariance(), Matrix(rows: [[1, 15], [15, 300]]))
    #expect(Matrix<Double>(rowCount: 0, columnCount: 2).columnMeans() == [0, 0])
    #expect(throws: LinearAlgebraError.shape(expected: "at least 2 rows", rows: 1, columns: 1)) {
      try Matrix<Double>(rows: [[1]]).covariance()
    }
  }

  @Test func columnsFarFromZeroKeepTheirSpread() {
    let samples = Matrix<Double>(rows: [[1e9 + 1], [1e9 + 2], [1e9 + 3]])
    #expect(samples.columnMeans() == [1e9 + 2])
    #expect(abs(samples.columnStandardDeviations()[0] - (2.0 / 3).squareRoot()) < 1e-12)
  }

  @Test func whitenedColumnsAreUncorrelatedWithVarianceOne() throws {
    let samples = Matrix<Double>(rows: [[1, 2, 0], [2, 4, 1], [3, 5, 0], [4, 9, 1], [0, 1, 5]])
    let whitening = try Whitening(samples)
    let white = try whitening.transform(samples)
    expectNear(
      try white.covariance(), Matrix(rows: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]), tolerance: 1e-10)
    #expect(whitening.matrix[0, 1] == 0)
  }

  @Test func whiteningNamesTheColumnToDrop() {
    let samples = Matrix<Double>(rows: [[1, 0, 2.1], [2, 1, 4.2], [3, 0, 6.3], [5, 7, 10.5]])
    #expect(throws: LinearAlgebraError.notPositiveDefinite(column: 2)) { try Whitening(samples) }
    #expect(throws: LinearAlgebraError.notPositiveDefinite(column: 0)) {
      try Whitening(Matrix<Double>(rows: [[1, 0], [1, 1], [1, 3]]))
    }
  }
}
