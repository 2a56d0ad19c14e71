import Clustering
import LinearAlgebra
import Testing

struct HierarchicalTests {
  struct Problem: Sendable, CustomTestStringConvertible {
    let linkage: Linkage
    let metric: Metric
    let seed: UInt64
    let isLattice: Bool
    var testDescription: String {
      "\(linkage) \(metric) seed \(seed)\(isLattice ? " lattice" : "")"
    }

    static let all: [Problem] = Linkage.allCases.flatMap { linkage in
      Metric.allCases.filter { $0 == .euclidean || !linkage.needsEuclidean }.flatMap { metric in
        (0..<4 as Range<UInt64>).map { seed in
          // Rows of zeros have no cosine, so ties come with the other metrics.
          let isLattice = seed % 2 == 1 && metric != .cosine && metric != .correlation
          return Problem(linkage: linkage, metric: metric, seed: seed, isLattice: isLattice)
        }
      }
    }

    var samples: Matrix<Double> {
      let n = 20 + Int(seed) * 8
      return isLattice
        ? RandomSamples.lattice(n, 2, side: 6, seed: seed)
        : RandomSamples.blobs(n, 3, centers: 4, seed: seed)
    }
  }

  @Test func fourPointsMergeAsByHand() throws {
    // On a line at 0, 1, 3, 7.
    let samples = Matrix<Double>(rows: [[0], [1], [3], [7]])
    let heights: [Linkage: [Double]] = [
      .single: [1, 2, 4], .complete: [1, 3, 7], .average: [1, 2.5, 17.0 / 3],
      .weighted: [1, 2.5, 5.25], .centroid: [1, 2.5, 17.0 / 3], .median: [1, 2.5, 5.25],
      .ward: [
        1, (4.0 / 3).squareRoot() * 2.5, (6.0 / 4).squareRoot() * 17 / 3,
      ],
    ]
    for (linkage, expected) in heights {
      let tree = try Hierarchical(linkage: linkage).fit(samples)
      #expect(tree.merges.map(\.a) == [0, 2, 3], "\(linkage)")
      #expect(tree.merges.map(\.b) == [1, 4, 5], "\(linkage)")
      #expect(tree.merges.map(\.size) == [2, 3, 4], "\(linkage)")
      for (found, expected) in zip(tree.merges.map(\.height), expected) {
        #expect(relativeError(found, expected) < 1e-14, "\(linkage)")
      }
      #expect(tree.linkageMatrix.row(2) == [3, 5, tree.merges[2].height, 4])
      #expect(tree.copheneticDistance(0, 2) == tree.merges[1].height)
      #expect(tree.copheneticDistance(3, 1) == tree.merges[2].height)
      #expect(tree.copheneticDistance(2, 2) == 0)
    }
  }

  @Test func centroidHeightsFallWhereTheyMust() throws {
    // An equilateral triangle: the third point is nearer to the middle of two than they are to each
    // other.
    let samples = Matrix<Double>(rows: [[0, 0], [1, 0], [0.5, 0.9]])
    let tree = try Hierarchical(linkage: .centroid).fit(samples)
    #expect(tree.merges[0].height == 1)
    #expect(relativeError(tree.merges[1].height, 0.9) < 1e-14)
    #expect(try tree.cut(.height(0.95)).sizes == [1, 1, 1])
    #expect(try tree.cut(.height(1)).sizes == [3])
    #expect(try tree.cut(.clusterCount(2)).labels == [0, 0, 1])
  }

  @Test(arguments: Problem.all)
  func everyMergeIsTheLeastLeft(problem: Problem) throws {
    let samples = problem.samples
    let n = samples.rowCount
    let oracle = BruteForceLinkage(
      rows: (0..<n).map { Array(samples.row($0)) }, linkage: problem.linkage,
      metric: problem.metric)
    let tree = try Hierarchical(linkage: problem.linkage, metric: problem.metric).fit(samples)
    #expect(tree.merges.count == n - 1)
    var nodes = (0..<n).map { BruteForceLinkage.Node.leaf($0) }
    var live: Set<Int> = Set(0..<n)
    var distances: [[Int]: Double] = [:]
    func distance(_ a: Int, _ b: Int) -> Double {
      if let known = distances[[a, b]] { return known }
      let distance = oracle.distance(nodes[a], nodes[b])
      distances[[a, b]] = distance
      return distance
    }
    for (index, merge) in tree.merges.enumerated() {
      #expect(merge.a < merge.b && live.contains(merge.a) && live.contains(merge.b))
      // Cancellation in 1 - cos, and in the squares of centroid updates, is absolute.
      let slack = 1e-12 * max(1, tree.merges[n - 2].height)
      #expect(
        abs(merge.height - distance(merge.a, merge.b)) < slack + 1e-7
          * (merge.height < 1e-6 ? 1 : 0))
      let ids = live.sorted()
      for (place, a) in ids.enumerated() {
        for b in ids[(place + 1)...] { #expect(merge.height <= distance(a, b) + slack) }
      }
      live.remove(merge.a)
      live.remove(merge.b)
      live.insert(n + index)
      nodes.append(.merge(nodes[merge.a], nodes[merge.b]))
      #expect(merge.size == nodes[n + index].leaves.count)
    }
    if problem.linkage.isReducible {
      #expect(tree.merges.map(\.height) == tree.merges.map(\.height).sorted())
    }
  }

  @Test(arguments: Problem.all.filter { $0.seed == 2 })
  func threadsDoNotChangeABit(problem: Problem) throws {
    let samples = RandomSamples.blobs(150, 4, centers: 3, seed: 8)
    var configuration = Hierarchical(
      linkage: problem.linkage, metric: problem.metric, threadCount: 1)
    let one = try configuration.fit(samples)
    for threadCount in [2, 3, 7] {
      configuration.threadCount = threadCount
      #expect(try configuration.fit(samples) == one)
    }
  }

  @Test(arguments: Linkage.allCases)
  func givenDistancesMakeTheSameTree(linkage: Linkage) throws {
    let samples = RandomSamples.blobs(60, 3, centers: 4, seed: 21)
    let oracle = BruteForceLinkage(
      rows: (0..<60).map { Array(samples.row($0)) }, linkage: linkage, metric: .euclidean)
    let condensed = (0..<60).flatMap { i in
      (i + 1..<60).map { oracle.distance(oracle.rows[i], oracle.rows[$0]) }
    }
    let configuration = Hierarchical(linkage: linkage)
    let (found, expected) = (
      try configuration.fit(condensedDistances: condensed), try configuration.fit(samples)
    )
    #expect(found.merges.map(\.a) == expected.merges.map(\.a))
    #expect(found.merges.map(\.b) == expected.merges.map(\.b))
    for (found, expected) in zip(found.merges, expected.merges) {
      #expect(relativeError(found.height, expected.height) < 1e-11)
    }
  }

  @Test func duplicatesMergeAtZeroExactly() throws {
    let samples = Matrix<Double>(
      rows: [[0.1, 0.7], [0.1, 0.7], [0.3, 0.2], [0.1, 0.7], [0.3, 0.2], [0.1, 0.7]])
    for linkage in Linkage.allCases {
      let tree = try Hierarchical(linkage: linkage).fit(samples)
      #expect(tree.merges.prefix(4).allSatisfy { $0.height == 0 }, "\(linkage)")
      #expect(tree.merges[4].height > 0.5)
      #expect(try tree.cut(.clusterCount(2)).labels == [0, 0, 1, 0, 1, 0])
    }
  }

  @Test func singlePrecisionIsTheTreeOfItsValues() throws {
    let single: Matrix<Float> = RandomSamples.blobs(50, 3, centers: 4, seed: 6).converted()
    for linkage in Linkage.allCases {
      let configuration = Hierarchical(linkage: linkage)
      #expect(
        try configuration.fit(single) == configuration.fit(single.converted(to: Double.self)))
    }
  }

  @Test func longChainsAreFine() throws {
    // Single linkage of 3000 points at growing gaps is a tree 3000 deep.
    let samples = Matrix(
      rowCount: 3000, columnCount: 1, elements: (0..<3000).map { Double($0 * $0) })
    let tree = try Hierarchical(linkage: .single).fit(samples)
    #expect(tree.merges.map(\.height) == (0..<2999).map { Double(2 * $0 + 1) })
    #expect(tree.copheneticDistance(0, 2999) == 5997)
    #expect(try tree.cut(.height(99.5)).clusterCount == 2950)
  }

  @Test func fixturesAreMet() throws {
    struct File: Decodable {
      struct Tree: Decodable {
        let set: String
        let linkage: String
        let metric: String
        let merges: [[Double]]
        let cophenetic_correlation: Double
      }
      let trees: [Tree]
    }
    let file = try Fixture.read("linkage.json", File.self)
    #expect(file.trees.count == 48)
    for expected in file.trees {
      let samples = try Fixture.set(expected.set)
      let linkage = try #require(Linkage(rawValue: expected.linkage))
      let metric = try #require(Metric(rawValue: expected.metric))
      let found = try Hierarchical(linkage: linkage, metric: metric).fit(samples)
      // Distances of rows a million away from zero keep 10 digits.
      let tolerance = 1e-9
      for (merge, row) in zip(found.merges, expected.merges) {
        #expect([merge.a, merge.b, merge.size] == [row[0], row[1], row[3]].map { Int($0) })
        #expect(relativeError(merge.height, row[2]) < tolerance)
      }
      let correlation = try #require(try found.copheneticCorrelation(samples, metric: metric))
      #expect(relativeError(correlation, expected.cophenetic_correlation) < 1e-9)
    }
  }
}
