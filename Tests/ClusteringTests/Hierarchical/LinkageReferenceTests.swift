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
    for (merge, height) in expectedHeights.enumerated() {
      let error = relativeError(heights[merge], height)
      #expect(error < 1e-9, "merge \(merge): \(heights[merge]), expected \(height), error \(error)")
    }
    try compareNodes(found, expected)
    let correlation = try #require(try found.copheneticCorrelation(samples, metric: metric))
    #expect(relativeError(correlation, tree.cophenetic_correlation) < 1e-9)
    try compareCuts(found, tree)
  }

  /// Merges of distinct height have SciPy's very nodes, as long as those nodes' ids are settled: ids
  /// of nodes made at equal heights depend on their order.
  private func compareNodes(_ found: Dendrogram, _ expected: Matrix<Double>) throws {
    let n = found.leafCount
    var members: [Set<Int>] = (0..<n).map { [$0] }
    var expectedMembers = members
    for (index, merge) in found.merges.enumerated() {
      let (a, b) = (Int(expected[index, 0]), Int(expected[index, 1]))
      members.append(members[merge.a].union(members[merge.b]))
      expectedMembers.append(expectedMembers[a].union(expectedMembers[b]))
      let heights = [index - 1, index, index + 1].map {
        (0..<n - 1).contains($0) ? expected[$0, 2] : .infinity
      }
      let isDistinct =
        (index == 0 || relativeError(heights[0], heights[1]) > 1e-9)
        && relativeError(heights[1], heights[2]) > 1e-9
      guard isDistinct else { continue }
      #expect(members[n + index] == expectedMembers[n + index], "merge \(index)")
      #expect(merge.size == Int(expected[index, 3]))
      if members[merge.a] == expectedMembers[merge.a],
        members[merge.b] == expectedMembers[merge.b], expectedMembers[a] == members[merge.a]
      {
        #expect(merge.a == a)
        #expect(merge.b == b)
      }
    }
  }

  private func compareCuts(_ found: Dendrogram, _ tree: Tree) throws {
    let flat = try NumericTable(ReferenceData.file("reference/linkage/\(tree.set)-flat.csv"))
    let name = tree.metric == "euclidean" ? tree.method : "\(tree.method)-\(tree.metric)"
    var compared = 0
    for k in [2, 3, 5, 8] {
      let column = "\(name)_merges_k\(k)"
      let labels = try found.cut(.clusterCount(k)).labels
      #expect(partition(labels) == partition(try flat.labels(column)), "k = \(k)")
      compared += 1
    }
    #expect(compared == 4)
  }
}
