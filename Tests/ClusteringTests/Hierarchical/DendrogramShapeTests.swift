import Clustering
import LinearAlgebra
import Testing

/// What can be read off a tree: inconsistency, cuts by size, the order of its leaves, Newick's form.
struct DendrogramShapeTests {
  private let samples = Matrix<Double>(
    rows: [[0, 0], [1, 0], [5, 1], [6, 1.5], [5.5, 4], [0.2, 3], [9, 9]])

  private func tree() throws -> Dendrogram {
    try Hierarchical(linkage: .average).fit(samples)
  }

  @Test func inconsistencyIsSciPys() throws {
    // scipy.cluster.hierarchy.inconsistent(linkage(x, 'average'), depth)
    let expected: [Int: [[Double]]] = [
      1: [
        [1.0, 0.0, 1.0, 0.0],
        [1.118033988749895, 0.0, 1.0, 0.0],
        [2.795445510972751, 0.0, 1.0, 0.0],
        [3.055747107463293, 0.0, 1.0, 0.0],
        [5.5592011466912075, 0.0, 1.0, 0.0],
        [9.757605855545565, 0.0, 1.0, 0.0],
      ],
      2: [
        [1.0, 0.0, 1.0, 0.0],
        [1.118033988749895, 0.0, 1.0, 0.0],
        [1.956739749861323, 1.1861090622042314, 2.0, 0.7071067811865472],
        [2.027873553731647, 1.4536327200919241, 2.0, 0.7071067811865477],
        [3.803464588375751, 1.5260725333148273, 3.0, 1.1504935184841896],
        [7.658403501118386, 2.96872043979645, 2.0, 0.7071067811865474],
      ],
      3: [
        [1.0, 0.0, 1.0, 0.0],
        [1.118033988749895, 0.0, 1.0, 0.0],
        [1.956739749861323, 1.1861090622042314, 2.0, 0.7071067811865472],
        [2.027873553731647, 1.4536327200919241, 2.0, 0.7071067811865477],
        [2.705685550775429, 1.850888427255013, 5.0, 1.541700490368145],
        [5.291999905168204, 3.227312784445537, 4.0, 1.3836917115378289],
      ],
    ]
    for (depth, rows) in expected {
      let found = try tree().inconsistency(depth: depth)
      #expect(found.count == rows.count)
      for (found, row) in zip(found, rows) {
        #expect(abs(found.mean - row[0]) < 1e-12)
        #expect(abs(found.standardDeviation - row[1]) < 1e-12)
        #expect(found.mergeCount == Int(row[2]))
        #expect(abs(found.coefficient - row[3]) < 1e-12)
      }
    }
  }

  @Test func mergesOfEqualHeightsAreConsistent() throws {
    let tree = try Hierarchical(linkage: .single).fit(Matrix<Double>(rows: [[0], [1], [2], [3]]))
    #expect(tree.inconsistency().allSatisfy { $0.coefficient == 0 && $0.standardDeviation == 0 })
  }

  @Test(arguments: [1, 2, 3, 10, 60, 1000])
  func noClusterIsLargerThanAllowed(limit: Int) throws {
    let samples = RandomSamples.blobs(200, 3, centers: 5, seed: 9)
    let tree = try Hierarchical(linkage: .ward).fit(samples)
    let clusters = try tree.cut(.largestCluster(limit))
    #expect(clusters.sizes.allSatisfy { $0 <= limit })
    #expect(clusters.sizes.reduce(0, +) == 200)
    // As few as the tree allows: what each went into is too large.
    for merge in tree.merges where merge.size > limit {
      #expect(!clusters.nodes.contains { $0 >= 200 && tree.merges[$0 - 200] == merge })
    }
    let parents = Dictionary(
      tree.merges.flatMap { [($0.a, $0.size), ($0.b, $0.size)] }, uniquingKeysWith: { a, _ in a })
    #expect(clusters.nodes.allSatisfy { parents[$0] ?? .max > limit })
  }

  @Test func clustersOfNoRowsAreRefused() throws {
    #expect(throws: ClusteringError.cutSize(0)) { try tree().cut(.largestCluster(0)) }
  }

  @Test func leavesAreInTheOrderOfTheTree() throws {
    #expect(try tree().leafOrder == [6, 4, 2, 3, 5, 0, 1])
    #expect(try Hierarchical(linkage: .ward).fit(Matrix<Double>(rows: [[1]])).leafOrder == [0])
  }

  @Test(arguments: 0..<12)
  func optimalOrderIsTheShortestOfAllTurns(seed: Int) throws {
    let n = 2 + seed % 7
    let samples = RandomSamples.blobs(n, 2, centers: 3, seed: UInt64(seed))
    let linkage: Linkage = seed % 2 == 0 ? .average : .single
    let tree = try Hierarchical(linkage: linkage).fit(samples)
    func length(_ order: [Int]) -> Double {
      zip(order, order.dropFirst()).reduce(0) { sum, pair in
        let squares = (0..<2).map { samples[pair.0, $0] - samples[pair.1, $0] }
        return sum + squares.reduce(0) { $0 + $1 * $1 }.squareRoot()
      }
    }
    /// The leaves of a node with the merges named by the bits turned around.
    func leaves(_ node: Int, turned: Int) -> [Int] {
      guard node >= n else { return [node] }
      let merge = tree.merges[node - n]
      let parts = (leaves(merge.a, turned: turned), leaves(merge.b, turned: turned))
      return turned >> (node - n) & 1 == 0 ? parts.0 + parts.1 : parts.1 + parts.0
    }
    let orders = (0..<1 << (n - 1)).map { leaves(2 * n - 2, turned: $0) }
    let shortest = try #require(orders.map(length).min())
    let found = try tree.optimalLeafOrder(samples, threadCount: 1 + seed % 3)
    #expect(orders.contains(found))
    #expect(abs(length(found) - shortest) < 1e-12)
  }

  @Test func optimalOrderOfManyLeavesIsNoLongerThanTheTreesOwn() throws {
    let samples = RandomSamples.blobs(150, 3, centers: 6, seed: 4)
    let tree = try Hierarchical(linkage: .complete).fit(samples)
    func length(_ order: [Int]) -> Double {
      zip(order, order.dropFirst()).reduce(0) { sum, pair in
        let squares = (0..<3).map { samples[pair.0, $0] - samples[pair.1, $0] }
        return sum + squares.reduce(0) { $0 + $1 * $1 }.squareRoot()
      }
    }
    let found = try tree.optimalLeafOrder(samples, threadCount: 1)
    #expect(found.sorted() == Array(0..<150))
    #expect(length(found) < 0.9 * length(tree.leafOrder))
    #expect(try tree.optimalLeafOrder(samples, threadCount: 3) == found)
  }

  @Test func orderOfTooManyOrOtherRowsIsRefused() throws {
    let tree = try tree()
    #expect(throws: ClusteringError.tooManyRows(rows: 7, limit: 6)) {
      try tree.optimalLeafOrder(samples, rowLimit: 6)
    }
    #expect(throws: ClusteringError.leafCount(expected: 7, found: 2)) {
      try tree.optimalLeafOrder(Matrix<Double>(rows: [[1], [2]]))
    }
  }

  @Test func newickNestsAndQuotes() throws {
    let tree = try Hierarchical(linkage: .single).fit(Matrix<Double>(rows: [[0], [1], [3]]))
    #expect(try tree.newick() == "(2:2.0,(0:1.0,1:1.0):1.0);")
    #expect(
      try tree.newick(names: ["a b", "O'Neil", "c"]) == "(c:2.0,('a b':1.0,'O''Neil':1.0):1.0);")
    #expect(try Hierarchical(linkage: .ward).fit(Matrix<Double>(rows: [[7]])).newick() == "0;")
    #expect(throws: ClusteringError.leafCount(expected: 3, found: 1)) {
      try tree.newick(names: ["a"])
    }
  }

  @Test func deepTreesAreWrittenWithoutRecursion() throws {
    // A line with growing gaps: every merge adds one leaf.
    let rows = Matrix<Double>(
      rowCount: 5000, columnCount: 1, elements: (0..<5000).map { Double($0 * $0) })
    let tree = try Hierarchical(linkage: .ward).fit(rows)
    #expect(tree.leafOrder.count == 5000)
    #expect(try tree.newick().hasSuffix(");"))
    #expect(tree.inconsistency().count == 4999)
  }
}
