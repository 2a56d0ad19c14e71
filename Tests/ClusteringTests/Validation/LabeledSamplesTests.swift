import Clustering
import LinearAlgebra
import Testing

struct LabeledSamplesTests {
  @Test func fourPointsAreJudgedAsByHand() throws {
    let samples = Matrix<Double>(rows: [[0], [2], [10], [12]])
    let labeled = try LabeledSamples(samples, labels: [7, 7, 3, 3])
    #expect(labeled.clusterLabels == [3, 7] && labeled.sizes == [2, 2])
    // a = 2 for all; b = 11, 9, 9, 11.
    let expected = [9.0 / 11, 7.0 / 9, 7.0 / 9, 9.0 / 11]
    let silhouettes = try #require(try labeled.silhouettes())
    for (found, expected) in zip(silhouettes, expected) {
      #expect(relativeError(found, expected) < 1e-15)
    }
    let mean = try #require(try labeled.silhouette())
    #expect(relativeError(mean, expected.reduce(0, +) / 4) < 1e-15)
    // Squares: a = 4; b = (100 + 144)/2, (64 + 100)/2.
    let squares = try #require(labeled.squaredEuclideanSilhouettes())
    for (found, expected) in zip(squares, [118.0 / 122, 78.0 / 82, 78.0 / 82, 118.0 / 122]) {
      #expect(relativeError(found, expected) < 1e-15)
    }
    // B = 4 · 25, W = 4 · 1.
    #expect(labeled.calinskiHarabasz() == 100 / (4.0 / 2))
    #expect(labeled.daviesBouldin() == 0.2)
  }

  /// Silhouettes by the definition, pair by pair.
  static func plainSilhouettes(
    _ samples: Matrix<Double>, _ labels: [Int], _ distance: ([Double], [Double]) -> Double
  ) -> [Double] {
    labels.indices.map { row in
      var (sums, counts) = ([Int: Double](), [Int: Double]())
      for other in labels.indices where other != row {
        sums[labels[other], default: 0] += distance(
          Array(samples.row(row)), Array(samples.row(other)))
        counts[labels[other], default: 0] += 1
      }
      guard let own = counts[labels[row]] else { return 0 }
      let within = sums[labels[row], default: 0] / own
      let nearest =
        sums.keys.filter { $0 != labels[row] }
        .map { sums[$0, default: 0] / counts[$0, default: 1] }.min() ?? 0
      return (nearest - within) / max(nearest, within)
    }
  }

  @Test(arguments: Metric.allCases, [1, 3, 8, 9])
  func silhouettesAreThoseOfPairsOnEveryPathAndThread(metric: Metric, columns: Int) throws {
    guard metric != .correlation || columns > 1 else { return }
    for rows in [7, 64, 131] {
      let samples = RandomSamples.blobs(rows, columns, centers: 3, seed: UInt64(rows + columns))
      let labels = (0..<rows).map { $0 * $0 % 5 == 4 ? 9 : $0 % 3 }
      let expected = Self.plainSilhouettes(samples, labels) { left, right in
        let differences = zip(left, right).map { abs($0 - $1) }
        let squares = differences.reduce(0) { $0 + $1 * $1 }
        func cosine(_ left: [Double], _ right: [Double]) -> Double {
          func dot(_ a: [Double], _ b: [Double]) -> Double {
            zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
          }
          return 1 - dot(left, right) / (dot(left, left) * dot(right, right)).squareRoot()
        }
        func centered(_ row: [Double]) -> [Double] {
          let mean = row.reduce(0, +) / Double(row.count)
          return row.map { $0 - mean }
        }
        switch metric {
        case .euclidean: return squares.squareRoot()
        case .squaredEuclidean: return squares
        case .cityblock: return differences.reduce(0, +)
        case .chebyshev: return differences.max() ?? 0
        case .cosine: return cosine(left, right)
        case .correlation: return cosine(centered(left), centered(right))
        }
      }
      let one = try LabeledSamples(samples, labels: labels, threadCount: 1)
      let found = try #require(try one.silhouettes(metric: metric))
      if metric != .cosine || columns > 1 {
        for (found, expected) in zip(found, expected) { #expect(abs(found - expected) < 1e-12) }
      }
      let three = try LabeledSamples(samples, labels: labels, threadCount: 3)
      for set in InstructionSet.supported {
        #expect(try three.silhouettes(metric: metric, instructionSet: set) == found)
      }
    }
  }

  @Test func rowsWithoutADirectionAreNamedByTheirPlace() throws {
    let labeled = try LabeledSamples(
      Matrix<Double>(rows: [[1, 2], [3, 1], [0, 0], [2, 2]]), labels: [1, 0, 0, 1])
    #expect(throws: ClusteringError.undefinedDistance(row: 2, .cosine)) {
      try labeled.silhouettes(metric: .cosine)
    }
  }

  @Test func rowsAloneHaveSilhouetteZero() throws {
    let labeled = try LabeledSamples(
      Matrix<Double>(rows: [[0], [1], [9]]), labels: [0, 0, 1])
    let silhouettes = try #require(try labeled.silhouettes())
    #expect(silhouettes[2] == 0 && silhouettes[0] > 0)
    #expect(labeled.squaredEuclideanSilhouettes()?[2] == 0)
  }

  @Test func oneClusterAndAllAloneHaveNoIndices() throws {
    let samples = Matrix<Double>(rows: [[0], [1], [9]])
    for labels in [[4, 4, 4], [1, 2, 3]] {
      let labeled = try LabeledSamples(samples, labels: labels)
      #expect(!labeled.isDefined)
      #expect(try labeled.silhouettes() == nil)
      #expect(try labeled.silhouette() == nil)
      #expect(labeled.squaredEuclideanSilhouettes() == nil)
      #expect(labeled.calinskiHarabasz() == nil)
      #expect(labeled.daviesBouldin() == nil)
    }
  }

  @Test func clustersWithoutSpreadFollowScikitLearn() throws {
    let labeled = try LabeledSamples(
      Matrix<Double>(rows: [[0], [0], [5], [5]]), labels: [0, 0, 1, 1])
    #expect(labeled.calinskiHarabasz() == 1)
    #expect(labeled.daviesBouldin() == 0)
    #expect(try labeled.silhouettes() == [1, 1, 1, 1])
    let equal = try LabeledSamples(
      Matrix<Double>(rows: [[3], [3], [3], [3]]), labels: [0, 0, 1, 1])
    #expect(try equal.silhouettes() == [0, 0, 0, 0])
    #expect(equal.daviesBouldin() == 0)
  }

  @Test func threadsDoNotChangeABit() throws {
    let samples = RandomSamples.blobs(500, 3, centers: 4, seed: 2)
    var generator = SeededGenerator(seed: 1)
    let labels = (0..<500).map { _ in generator.below(5) }
    let one = try LabeledSamples(samples, labels: labels, threadCount: 1)
    for threadCount in [2, 3, 7] {
      let other = try LabeledSamples(samples, labels: labels, threadCount: threadCount)
      #expect(try other.silhouettes() == one.silhouettes())
      #expect(other.squaredEuclideanSilhouettes() == one.squaredEuclideanSilhouettes())
    }
  }

  @Test func silhouettesOfOtherMetricsAreTheDefinition() throws {
    let samples = RandomSamples.blobs(40, 4, centers: 3, seed: 3)
    let labels = (0..<40).map { $0 % 3 }
    let labeled = try LabeledSamples(samples, labels: labels)
    for metric in Metric.allCases {
      let oracle = BruteForceLinkage(
        rows: (0..<40).map { Array(samples.row($0)) }, linkage: .single, metric: metric)
      let found = try #require(try labeled.silhouettes(metric: metric))
      for row in 0..<40 {
        let means = (0..<3).map { cluster -> Double in
          let members = (0..<40).filter { labels[$0] == cluster && $0 != row }
          return members.reduce(0) { $0 + oracle.distance(oracle.rows[row], oracle.rows[$1]) }
            / Double(members.count)
        }
        let others = (0..<3).filter { $0 != labels[row] }.map { means[$0] }
        let (a, b) = (means[labels[row]], try #require(others.min()))
        #expect(abs(found[row] - (b - a) / max(a, b)) < 1e-11)
      }
    }
    let squared = try #require(try labeled.silhouettes(metric: .squaredEuclidean))
    for (plain, fast) in zip(squared, try #require(labeled.squaredEuclideanSilhouettes())) {
      #expect(abs(plain - fast) < 1e-12)
    }
  }

  @Test func badDataAreRefused() {
    #expect(throws: ClusteringError.labelCount(expected: 1, found: 2)) {
      try LabeledSamples(Matrix<Double>(rows: [[1]]), labels: [0, 1])
    }
    #expect(throws: ClusteringError.nonFinite(row: 0, column: 0)) {
      try LabeledSamples(Matrix<Double>(rows: [[.nan]]), labels: [0])
    }
    #expect(throws: ClusteringError.emptyMatrix(rows: 0, columns: 0)) {
      try LabeledSamples(Matrix<Double>(rows: []), labels: [])
    }
  }

  @Test func fixturesAreMet() throws {
    struct File: Decodable {
      struct Entry: Decodable {
        let set: String
        let kind: String
        let first: [Int]
        let second: [Int]
        let rand: Double
        let adjusted_rand: Double
        let mutual_information: Double
        let normalized_mutual_information: Double
        let adjusted_mutual_information: Double
        let homogeneity: Double
        let completeness: Double
        let v_measure: Double
        let fowlkes_mallows: Double
        let silhouettes: [Double]?
        let squared_silhouettes: [Double]?
        let calinski_harabasz: Double?
        let davies_bouldin: Double?
      }
      let scores: [Entry]
    }
    let file = try Fixture.read("scores.json", File.self)
    #expect(file.scores.count == 24)
    for entry in file.scores {
      let table = try ContingencyTable(entry.first, entry.second)
      let pairs: [(Double?, Double)] = [
        (table.rand, entry.rand), (table.adjustedRand, entry.adjusted_rand),
        (table.mutualInformation, entry.mutual_information),
        (table.normalizedMutualInformation, entry.normalized_mutual_information),
        (table.adjustedMutualInformation, entry.adjusted_mutual_information),
        (table.homogeneity, entry.homogeneity), (table.completeness, entry.completeness),
        (table.vMeasure, entry.v_measure), (table.fowlkesMallows, entry.fowlkes_mallows),
      ]
      for (found, expected) in pairs {
        #expect(abs(try #require(found) - expected) < 1e-12, "\(entry.set) \(entry.kind)")
      }
      let samples = try Fixture.set(entry.set)
      let labeled = try LabeledSamples(samples, labels: entry.second)
      func check(_ found: [Double]?, _ expected: [Double]?) throws {
        guard let expected else {
          #expect(found == nil)
          return
        }
        for (found, expected) in zip(try #require(found), expected) {
          #expect(
            abs(found - expected) < 1e-9 * max(1, abs(expected)), "\(entry.set) \(entry.kind)")
        }
      }
      try check(try labeled.silhouettes(), entry.silhouettes)
      try check(labeled.squaredEuclideanSilhouettes(), entry.squared_silhouettes)
      try check(labeled.calinskiHarabasz().map { [$0] }, entry.calinski_harabasz.map { [$0] })
      try check(labeled.daviesBouldin().map { [$0] }, entry.davies_bouldin.map { [$0] })
    }
  }
}
