import EventLog
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@testable import Engagement

@Suite struct FeatureTransformTests {
  private func table(_ columns: [(FeatureDefinition, [Double])]) -> FeatureTable {
    let count = columns.first?.1.count ?? 0
    return FeatureTable(
      asOf: Timestamp(microseconds: 0), memberIDs: (0..<count).map { "m\($0)" },
      communityRows: Array(0..<count), features: columns.map(\.0),
      values: Matrix(rows: (0..<count).map { row in columns.map { $0.1[row] } }))
  }

  private func fit(
    _ columns: [(FeatureDefinition, [Double])], _ choices: TransformChoices,
    features: [FeatureDefinition]? = nil
  ) throws -> (transform: FeatureTransform, matrix: Matrix<Double>) {
    let table = table(columns)
    let transform = try FeatureTransform(
      fitting: table, features: features ?? columns.map(\.0), choices: choices)
    return (transform, transform.apply(to: table))
  }

  private let x = FeatureDefinition.attribute("x")
  private let y = FeatureDefinition.attribute("y")

  @Test func scalesByHand() throws {
    // Mean 4, variance (9 + 4 + 1 + 1 + 25)/5 = 8; median 3, quartiles 2 and 5.
    let values: [Double] = [1, 2, 3, 5, 9]
    let none = try fit([(x, values)], TransformChoices(logarithm: .columns([]), scale: .none))
    #expect(none.matrix.elements == values)
    let standard = try fit(
      [(x, values)], TransformChoices(logarithm: .columns([]), scale: .standardize))
    #expect(
      standard.transform.columns.first?.scale == .linear(center: 4, scale: 8.0.squareRoot()))
    let robust = try fit([(x, values)], TransformChoices(logarithm: .columns([]), scale: .robust))
    #expect(robust.matrix.elements == values.map { ($0 - 3) / 3 })
    let ranked = try fit([(x, values)], TransformChoices(scale: .quantile))
    // The ends are half a knot inside: the quantile of 255.5/256 is 2.8856.
    let expected = [-2.885_635, -0.674_490, 0, 0.674_490, 2.885_635]
    for (found, expected) in zip(ranked.matrix.elements, expected) {
      #expect(abs(found - expected) < 1e-5, "\(found), expected \(expected)")
    }
  }

  @Test func robustScaleWithoutRangeTakesTheDeviation() throws {
    let values: [Double] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 10]
    let found = try fit([(x, values)], TransformChoices(logarithm: .columns([]), scale: .robust))
    #expect(found.transform.columns.first?.scale == .linear(center: 0, scale: 3))
  }

  @Test func normalQuantilesAreThoseOfTheTable() {
    for (probability, z) in [
      (0.5, 0.0), (0.975, 1.959_963_984_540_054), (0.025, -1.959_963_984_540_054),
      (0.001_953_125, -2.885_634_912_426_757), (0.841_344_746_068_542_9, 1),
    ] {
      #expect(abs(standardNormalQuantile(probability) - z) < 1e-12)
    }
  }

  @Test func logarithmIsTakenOfSkewedColumns() throws {
    let skewed: [Double] = [0, 0, 0, 0, 1, 1, 2, 50]
    let even: [Double] = [1, 2, 3, 4, 5, 6, 7, 8]
    let negative: [Double] = [-1, 0, 0, 0, 1, 1, 2, 50]
    let columns = [(x, skewed), (y, even), (FeatureDefinition.attribute("z"), negative)]
    let found = try fit(columns, TransformChoices(scale: .none)).transform
    #expect(found.columns.map(\.logarithm) == [.log1p, .none, .signed])
    let named = try fit(
      columns, TransformChoices(logarithm: .columns(["y", "z"]), scale: .none))
    #expect(named.transform.columns.map(\.logarithm) == [.none, .log1p, .signed])
    #expect(named.matrix.column(2) == negative.map { $0 < 0 ? -log1p(-$0) : log1p($0) })
    #expect(
      throws: EngagementError.unknownFeature(
        name: "yy", suggestion: suggestion(for: "yy", among: ["x", "y", "z"]))
    ) {
      try fit(columns, TransformChoices(logarithm: .columns(["yy"])))
    }
  }

  @Test func signedLogarithmIsTakenOfSkewedAmountsWithReturns() throws {
    // Three who spend a thousand times as much, and one who gave something back.
    let spent: [Double] = (1...20).map { Double($0) } + [-5, 20_000, 30_000, 50_000]
    let even: [Double] = (1...24).map { Double($0) - 12 }
    let columns: [(FeatureDefinition, [Double])] = [
      (.valueSum(windowInDays: 90), spent),
      (.impactRate(halfLifeInDays: 56), spent.map { -3 - $0 }),
      (.trend, spent), (.valueMean(windowInDays: nil), even),
    ]
    let found = try fit(columns, TransformChoices(scale: .none)).transform
    #expect(found.columns.map(\.logarithm) == [.signed, .signed, .none, .none])
    // Logarithms of a few returns would lie farther out than the tail does.
    let returned: [Double] = (0..<400).map { 1000 + Double($0 % 7) } + [2000, 2000, -1000]
    let kept = try fit(
      [(.valueSum(windowInDays: nil), returned)], TransformChoices(scale: .none)
    ).transform
    #expect(kept.columns.map(\.logarithm) == [.none])
  }

  @Test func absentValuesAreImputed() throws {
    let columns: [(FeatureDefinition, [Double])] = [
      (.recencyDays, [.nan, .nan, 10, 20]), (.tenureDays, [7, .nan, 30, 40]),
      (.share(of: "a", windowInDays: nil), [.nan, .nan, 0.5, 1]),
      (.medianGapDays, [.nan, 1, 2, 9]), (.valueMean(windowInDays: 30), [.nan, 1, 1, 1]),
      (.lifespanDays, [.nan, 2, 3, 4]), (.burstiness, [.nan, -1, 0.5, 1]),
    ]
    let found = try fit(columns, TransformChoices(logarithm: .columns([]), scale: .none))
    // Recency: tenure, else the median of 10 and 20; tenure and gaps: the median; the rest: 0.
    #expect(found.matrix.column(0) == [7, 15, 10, 20])
    #expect(found.matrix.column(1) == [7, 30, 30, 40])
    #expect(found.matrix.column(2) == [0, 0, 0.5, 1])
    #expect(found.matrix.column(3) == [2, 1, 2, 9])
    #expect(found.matrix.column(4) == [0, 1, 1, 1])
    #expect(found.matrix.column(5) == [0, 2, 3, 4])
    #expect(found.matrix.column(6) == [0, -1, 0.5, 1])
  }

  @Test func standInsAreInputsButNoColumns() throws {
    #expect(FeatureTransform.inputs(for: [.recencyDays, x]) == [.recencyDays, x, .tenureDays])
    #expect(
      FeatureTransform.inputs(for: [.tenureDays, .recencyDays]) == [.tenureDays, .recencyDays])
    let found = try fit(
      [(.recencyDays, [.nan, 1]), (.tenureDays, [5, 6])],
      TransformChoices(logarithm: .columns([]), scale: .none), features: [.recencyDays])
    #expect(found.transform.inputs == [.recencyDays, .tenureDays])
    #expect(found.matrix.elements == [5, 1])
  }

  @Test func columnsThatTellNothingAreDropped() throws {
    // The third differs by rounding alone.
    let columns: [(FeatureDefinition, [Double])] = [
      (x, [5, 5, 5]), (y, [1, 2, 4]), (.attribute("z"), [0.1 + 0.2, 0.3, 0.3]),
      (.attribute("w"), [.nan, .nan, .nan]),
    ]
    let found = try fit(columns, TransformChoices()).transform
    #expect(found.columns.map(\.feature) == [y])
    #expect(
      found.dropped.map { "\($0.feature): \($0.reason)" } == [
        "x: the same for every member", "z: nearly the same for every member",
        "w: absent for every member",
      ])
    #expect(throws: EngagementError.allColumnsDropped(["x"])) {
      try fit([(x, [5, 5, 5])], TransformChoices())
    }
  }

  @Test(arguments: [1.1e100, -1.1e100, 1e308, -.infinity])
  func valuesTooLargeToSquareAreRefused(_ value: Double) {
    #expect(throws: EngagementError.valueTooLarge(feature: "x")) {
      try fit([(x, [0, 1, value])], TransformChoices())
    }
  }

  @Test(arguments: TransformChoices.Scale.allCases)
  func invertUndoesWhatApplyDoes(_ scale: TransformChoices.Scale) throws {
    var generator = TestGenerator(seed: 3)
    // 257 values, so that each is a knot.
    let columns = [
      (x, (0..<257).map { _ in Double.random(in: 0...1, using: &generator) }),
      (y, (0..<257).map { _ in Double.random(in: -50...50, using: &generator) }),
      (.attribute("z"), (0..<257).map { _ in exp(Double.random(in: 0...9, using: &generator)) }),
    ]
    let found = try fit(
      columns, TransformChoices(logarithm: .columns(["y", "z"]), scale: scale))
    #expect(found.transform.columns.map(\.logarithm) == [.none, .signed, .log1p])
    for row in 0..<257 {
      let inverted = try #require(found.transform.invert(found.matrix.row(row)))
      for (column, value) in inverted.enumerated() {
        let original = columns[column].1[row]
        let rank = columns[column].1.count { $0 < original }
        // By rank, the ends are cut off by half a knot.
        if scale == .quantile, rank == 0 || rank == 256 { continue }
        #expect(
          abs(value - original) <= 1e-9 * max(1, abs(original)),
          "\(value), expected \(original)")
      }
    }
  }

  private func correlated() -> [(FeatureDefinition, [Double])] {
    var generator = TestGenerator(seed: 11)
    let a = (0..<200).map { _ in Double.random(in: -1...1, using: &generator) }
    let b = a.map { 3 * $0 + Double.random(in: -1...1, using: &generator) }
    let c = zip(a, b).map { $0 - $1 + Double.random(in: -2...2, using: &generator) }
    return [(x, a), (y, b), (.attribute("z"), c)]
  }

  private func covariance(_ matrix: Matrix<Double>, _ i: Int, _ j: Int) -> Double {
    let (left, right) = (matrix.column(i), matrix.column(j))
    let n = Double(left.count)
    let (leftMean, rightMean) = (left.reduce(0, +) / n, right.reduce(0, +) / n)
    return zip(left, right).reduce(0) { $0 + ($1.0 - leftMean) * ($1.1 - rightMean) } / (n - 1)
  }

  @Test(arguments: TransformChoices.Scale.allCases)
  func whiteningMakesTheCovarianceTheIdentity(_ scale: TransformChoices.Scale) throws {
    let found = try fit(correlated(), TransformChoices(scale: scale, reduction: .whiten))
    #expect(found.transform.projection?.kind == .whitening)
    #expect(found.transform.outputCount == 3)
    for i in 0..<3 {
      for j in 0..<3 {
        #expect(abs(covariance(found.matrix, i, j) - (i == j ? 1 : 0)) < 1e-9)
      }
    }
    #expect(found.transform.invert(found.matrix.row(0)) == nil)
  }

  @Test func whiteningOfCollinearColumnsNamesTheColumn() throws {
    let columns = correlated()
    let sum = zip(columns[0].1, columns[1].1).map { $0 + 2 * $1 }
    let collinear = [columns[0], columns[1], (FeatureDefinition.attribute("sum"), sum), columns[2]]
    #expect(
      throws: EngagementError.cannotReduce(
        reason: "\"sum\" is a linear combination of the columns before it: leave it out, or "
          + "reduce with pca")
    ) {
      try fit(collinear, TransformChoices(scale: .none, reduction: .whiten))
    }
    let reduced = try fit(
      collinear, TransformChoices(scale: .none, reduction: .principalComponents(3)))
    #expect(reduced.matrix.columnCount == 3)
  }

  @Test func principalComponentsAreUncorrelatedAndOrdered() throws {
    let found = try fit(
      correlated(), TransformChoices(scale: .none, reduction: .principalComponents(2)))
    #expect(found.transform.projection?.kind == .principalComponents)
    #expect(found.transform.outputCount == 2)
    #expect(abs(covariance(found.matrix, 0, 1)) < 1e-9)
    #expect(covariance(found.matrix, 0, 0) >= covariance(found.matrix, 1, 1))
    let all = try fit(
      correlated(), TransformChoices(scale: .none, reduction: .principalComponents(3)))
    let plain = try fit(correlated(), TransformChoices(scale: .none))
    let kept = (0..<3).reduce(0) { $0 + covariance(all.matrix, $1, $1) }
    let total = (0..<3).reduce(0) { $0 + covariance(plain.matrix, $1, $1) }
    #expect(abs(kept - total) < 1e-9 * total)
    #expect(throws: EngagementError.self) {
      try fit(correlated(), TransformChoices(reduction: .principalComponents(4)))
    }
  }
}
