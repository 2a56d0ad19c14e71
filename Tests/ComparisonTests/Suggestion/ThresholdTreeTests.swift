import Engagement
import EventLog
import LinearAlgebra
import TestSupport
import Testing

@testable import Comparison

/// Trees of thresholds, against looking at every split.
struct ThresholdTreeTests {
  /// A table of attributes a, b, ...; columns of one length.
  private func features(_ columns: [[Double]], resolution: Int = 64) -> BinnedFeatures {
    let count = columns.first?.count ?? 0
    var values = Matrix<Double>(rowCount: count, columnCount: columns.count)
    for (column, numbers) in columns.enumerated() {
      for (row, number) in numbers.enumerated() { values[row, column] = number }
    }
    let names = columns.indices.map { String(UnicodeScalar(UInt8(97 + $0))) }
    let table = FeatureTable(
      asOf: Timestamp(microseconds: 0), memberIDs: (0..<count).map { "m\($0)" },
      communityRows: Array(0..<count), features: names.map { .attribute($0) }, values: values)
    return BinnedFeatures(table, cutting: Array(0..<count), resolution: resolution)
  }

  private func oneHot(_ labels: [Int], width: Int) -> [Double] {
    labels.flatMap { label in (0..<width).map { $0 == label ? 1 : 0 } }
  }

  @Test func intervalsHoldWhatTheirThresholdsSay() {
    let values: [Double] = [5, .nan, 1, 3, 3, 9]
    let column = features([values]).columns[0]
    #expect(column.hasMissing)
    #expect(column.cuts == [2, 5, 7])
    for (value, code) in zip(values, column.codes) {
      #expect(code == (value.isNaN ? 0 : UInt8(column.cuts.count { $0 <= value }) + 1))
    }
    #expect(features([[2, 2, 2]]).columns.isEmpty)
    #expect(features([[.nan, .nan]]).columns.isEmpty)
  }

  @Test func manyValuesGetAtMostAsManyThresholdsAsAskedFor() {
    var generator = TestGenerator(seed: 8)
    let values = (0..<5000).map { _ in Double.random(in: 0...1, using: &generator) }
    let column = features([values]).columns[0]
    #expect(column.cuts.count == 64)
    #expect(column.cuts == column.cuts.sorted())
    // Two digits tell 64 parts of the unit interval apart.
    #expect(column.cuts.allSatisfy { ($0 * 1000).rounded() / 1000 == $0 })
  }

  @Test func theBestSplitIsTheBestOfAll() {
    for seed in 0..<40 {
      var generator = TestGenerator(seed: UInt64(seed))
      let count = Int.random(in: 6...40, using: &generator)
      let columns = (0..<3).map { _ in
        (0..<count).map { _ in
          Double.random(in: 0...1, using: &generator) < 0.2
            ? Double.nan : Double(Int.random(in: 0...6, using: &generator))
        }
      }
      let labels = (0..<count).map { _ in Int.random(in: 0..<3, using: &generator) }
      let binned = features(columns)
      var tree = ThresholdTree(
        binned, rows: Array(0..<count), statistics: oneHot(labels, width: 3), width: 3,
        leastLeaf: 1)
      let whole = ThresholdTree.impurity(tree.leaves[0].sums[...], .entropy)
      func impurity(_ rows: [Int]) -> Double {
        var sums = [0.0, 0, 0]
        for row in rows { sums[labels[row]] += 1 }
        return ThresholdTree.impurity(sums[...], .entropy)
      }
      var best = 0.0
      for column in binned.columns {
        for cut in column.cuts.indices {
          for missingIsUpper in [false, true] {
            let split = ThresholdTree.Split(
              column: 0, cut: cut, missingIsUpper: missingIsUpper)
            let upper = (0..<count).filter {
              ThresholdTree.isUpper(column.codes[$0], split)
            }
            let lower = (0..<count).filter { !upper.contains($0) }
            guard !upper.isEmpty, !lower.isEmpty else { continue }
            best = max(best, whole - impurity(upper) - impurity(lower))
          }
        }
      }
      var known: [Int: (ThresholdTree.Split, Double)?] = [:]
      let hasGrown = tree.grow(.entropy, &known)
      #expect(hasGrown == (best > 1e-9), "seed \(seed)")
      let gained = whole - tree.leaves.reduce(0) { $0 + impurity($1.rows.map { Int($0) }) }
      #expect(abs(gained - best) < 1e-9, "seed \(seed): \(gained) of \(best)")
    }
  }

  @Test func leavesDivideTheRowsAndTheirBoxesSayHow() {
    var generator = TestGenerator(seed: 21)
    let count = 300
    let columns = (0..<4).map { _ in
      (0..<count).map { _ in
        Double.random(in: 0...1, using: &generator) < 0.1
          ? Double.nan : Double.random(in: -2...2, using: &generator)
      }
    }
    let labels = (0..<count).map { row in
      Double.random(in: 0...1, using: &generator) < 0.3
        ? Int.random(in: 0...3, using: &generator)
        : (columns[0][row] > 0.3 ? 1 : 0) + (columns[1][row] < -1 ? 2 : 0)
    }
    let binned = features(columns)
    var tree = ThresholdTree(
      binned, rows: Array(0..<count), statistics: oneHot(labels, width: 4), width: 4, leastLeaf: 2)
    var known: [Int: (ThresholdTree.Split, Double)?] = [:]
    while tree.leaves.count < 12, tree.grow(.entropy, &known) {}
    #expect(tree.leaves.count == 12)
    #expect(tree.leaves.flatMap { $0.rows.map { Int($0) } }.sorted() == Array(0..<count))
    for leaf in tree.leaves {
      let box = RuleBoxes([leaf])
      let inside = (0..<count).filter { box.contains($0, of: binned) }
      #expect(inside == leaf.rows.map { Int($0) }.sorted())
    }
    // A union of leaves is what its parts are, however boxes are joined.
    for first in 0..<11 {
      let leaves = Array(tree.leaves[first...])
      let rule = RuleBoxes(leaves)
      let inside = (0..<count).filter { rule.contains($0, of: binned) }
      #expect(inside == leaves.flatMap { $0.rows.map { Int($0) } }.sorted())
      #expect(rule.boxes.count <= leaves.count)
    }
  }

  @Test func mistakesAreAsFewAsCanBe() {
    // Two clusters around 1 and 9; one member of each is on the other's side of any threshold.
    let values: [Double] = [0, 1, 1, 2, 8, 8, 9, 9, 10, 2]
    let labels = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
    let binned = features([values])
    var tree = ThresholdTree(
      binned, rows: Array(values.indices), statistics: oneHot(labels, width: 2), width: 2,
      leastLeaf: 1)
    let codes = binned.columns[0].codes
    let isComplete = tree.minimizeMistakes(labels: labels, middles: [[codes[1]], [codes[6]]])
    #expect(isComplete)
    #expect(tree.leaves.map(\.cluster) == [0, 1])
    #expect(tree.leaves[0].rows.map { Int($0) }.sorted() == [0, 1, 2, 3, 9])
    #expect(tree.leaves[1].rows.map { Int($0) }.sorted() == [4, 5, 6, 7, 8])
  }

  @Test func clustersWithOneMiddleShareALeaf() {
    let binned = features([[1, 1, 2, 2]])
    var tree = ThresholdTree(
      binned, rows: [0, 1, 2, 3], statistics: oneHot([0, 1, 0, 0], width: 2), width: 2,
      leastLeaf: 1)
    let middles: [[UInt8]] = [[1], [1]]
    let isComplete = tree.minimizeMistakes(labels: [0, 1, 0, 0], middles: middles)
    #expect(!isComplete)
    #expect(tree.leaves.map(\.cluster) == [0])
  }
}
