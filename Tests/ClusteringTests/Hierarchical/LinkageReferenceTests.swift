import Clustering
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Trees against SciPy's linkage matrices.
///
/// Where equal distances make the tree depend on the order in which they are taken
/// (`same_tree_under_row_shuffles` false), only the heights before the first that may differ are
/// compared: complete, average, weighted, median and centroid merges are alike up to there.
@Suite(.enabled(if: ReferenceData.isPresent, "\(ReferenceData.absence)"))
struct LinkageReferenceTests {
  struct Tree: Decodable, Sendable, CustomTestStringConvertible {
    struct Flat: Decodable, Sendable { let same_partition: Bool }

    let set: String
    let n: Int
    let method: String
    let metric: String
    let file: String
    let cophenetic_correlation: Double
    let same_tree_under_row_shuffles: Bool
    let flat: [String: Flat]

    var testDescription: String { "\(set) \(method) \(metric)" }
    var linkage: Linkage? { Linkage(rawValue: method) }

    static let all: [Tree] = {
      struct File: Decodable { let linkages: [Tree] }
      guard let data = try? Data(contentsOf: ReferenceData.file("reference/linkage.json")),
        let file = try? JSONDecoder().decode(File.self, from: data)
      else { return [] }
      return file.linkages
    }()
  }

  @Test func everyTreeIsRead() { #expect(Tree.all.count == 93) }

  @Test(arguments: Tree.all)
  func treeIsTheReferenceTree(tree: Tree) throws {
    let samples = try ReferenceData.set(tree.set)
    let linkage = try #require(tree.linkage)
    let metric = try #require(Metric(rawValue: tree.metric))
    let found = try Hierarchical(linkage: linkage, metric: metric).fit(samples)
    let expected = try NumericTable(ReferenceData.file("reference/" + tree.file)).matrix
    #expect(found.merges.count == expected.rowCount)
    let heights = found.merges.map(\.height)
    let expectedHeights = expected.column(2)
    guard tree.same_tree_under_row_shuffles else {
      // Up to the first height that equals its neighbour, no choice has been made.
      let tied = expectedHeights.indices.dropFirst().first {
        relativeError(expectedHeights[$0], expectedHeights[$0 - 1]) < 1e-9
      }
      for index in 0..<max(1, (tied ?? 1) - 1) {
        #expect(relativeError(heights[index], expectedHeights[index]) < 1e-9)
      }
      return
    }
    // Centroid and median heights can fall, and merges of equal height come in any order: sorted,
    // the heights are the same all the same.
    for (height, expected) in zip(heights.sorted(), expectedHeights.sorted()) {
      let error = relativeError(height, expected)
      #expect(error < 1e-9, "\(height), expected \(expected), relative error \(error)")
    }
    try compareNodes(found, expected)
    let correlation = try #require(try found.copheneticCorrelation(samples, metric: metric))
    #expect(relativeError(correlation, tree.cophenetic_correlation) < 1e-9)
    try compareCuts(found, tree)
  }

  /// Nodes whose height no other node has are the same sets of rows.
  ///
  /// Where that holds for all nodes,
  /// the merges are SciPy's, one by one; else ids depend on the order of equal heights.
  private func compareNodes(_ found: Dendrogram, _ expected: Matrix<Double>) throws {
    let n = found.leafCount
    var members: [Set<Int>] = (0..<n).map { [$0] }
    var expectedMembers = members
    for (index, merge) in found.merges.enumerated() {
      members.append(members[merge.a].union(members[merge.b]))
      let (a, b) = (Int(expected[index, 0]), Int(expected[index, 1]))
      expectedMembers.append(expectedMembers[a].union(expectedMembers[b]))
    }
    let nodes = Dictionary(
      zip(members.dropFirst(n), found.merges.map(\.height)), uniquingKeysWith: { first, _ in first }
    )
    let order = found.merges.indices.sorted { expected[$0, 2] < expected[$1, 2] }
    var distinct = 0
    for (place, index) in order.enumerated() {
      let height = expected[index, 2]
      let neighbours = [place - 1, place + 1].filter { order.indices.contains($0) }
      guard neighbours.allSatisfy({ relativeError(expected[order[$0], 2], height) > 1e-9 }) else {
        continue
      }
      distinct += 1
      let found = try #require(nodes[expectedMembers[n + index]], "merge \(index) is not a node")
      #expect(relativeError(found, height) < 1e-9)
    }
    guard distinct == n - 1 else { return }
    for (index, merge) in found.merges.enumerated() {
      #expect(merge.a == Int(expected[index, 0]))
      #expect(merge.b == Int(expected[index, 1]))
      #expect(merge.size == Int(expected[index, 3]))
      #expect(relativeError(merge.height, expected[index, 2]) < 1e-9)
    }
  }

  /// Where a cut parts merges of equal height, which of them it takes is a choice: SciPy's follows its
  /// search, ours the rows.
  private func compareCuts(_ found: Dendrogram, _ tree: Tree) throws {
    let flat = try NumericTable(ReferenceData.file("reference/linkage/\(tree.set)-flat.csv"))
    let name = tree.metric == "euclidean" ? tree.method : "\(tree.method)-\(tree.metric)"
    var compared = 0
    let heights = found.merges.map(\.height)
    for k in [2, 3, 5, 8]
    where heights[found.leafCount - k] != heights[found.leafCount - k - 1] {
      let column = "\(name)_merges_k\(k)"
      let labels = try found.cut(.clusterCount(k)).labels
      #expect(partition(labels) == partition(try flat.labels(column)), "k = \(k)")
      compared += 1
    }
    #expect(compared == (tree.set == "z1" && tree.method == "single" ? 1 : 4))
  }
}
