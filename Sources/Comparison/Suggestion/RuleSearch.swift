import Engagement
import LinearAlgebra

/// Finds, for each cluster, the smallest union of boxes that reproduces it.
struct RuleSearch {
  /// How a rule was found.
  enum Method: String {
    case oneAgainstRest = "one-against-rest tree"
    case entropy = "entropy tree"
    case mistakes = "iterative mistake minimization"
    case expanded = "expanded tree"
  }

  /// A rule and how it does on the members that it was chosen by.
  struct Found {
    var rule: RuleBoxes
    let method: Method
    var chosenF1: Double
  }

  let features: BinnedFeatures
  /// For each row, its cluster.
  let labels: [Int]
  let clusterCount: Int
  /// The rows that trees are grown on.
  let growing: [Int]
  /// The rows that rules are chosen by.
  let choosing: [Int]
  /// What each row costs under each cluster, rows × clusters.
  let costs: Matrix<Double>

  /// The most leaves of a tree for one cluster.
  static let mostLeaves = 12

  private var leastLeaf: Int { max(2, growing.count / 1000) }

  /// The rule of each cluster, nil where none finds any member of it, and the trees' costs.
  func rules() -> (rules: [Found?], trees: [ExplainedPartition]) {
    var candidates = [[Found]](repeating: [], count: clusterCount)
    func add(_ leaves: [ThresholdTree.Leaf], _ cluster: Int, _ method: Method) {
      guard !leaves.isEmpty else { return }
      let rule = RuleBoxes(leaves)
      guard !candidates[cluster].contains(where: { $0.rule == rule }) else { return }
      let f1 = agreement(rule, cluster, of: choosing).f1 ?? 0
      if f1 > 0 { candidates[cluster].append(Found(rule: rule, method: method, chosenF1: f1)) }
    }
    func addPartition(_ tree: ThresholdTree, _ method: Method) {
      for cluster in 0..<clusterCount {
        add(tree.leaves.filter { $0.cluster == cluster }, cluster, method)
      }
    }
    for cluster in 0..<clusterCount {
      growAgainstRest(cluster) { add($0, cluster, .oneAgainstRest) }
    }
    growEntropy { addPartition($0, .entropy) }
    let trees = growExplained {
      addPartition($0, $0.leaves.count == clusterCount ? .mistakes : .expanded)
    }
    let rules = candidates.enumerated().map { cluster, found -> Found? in
      guard let best = found.map(\.chosenF1).max() else { return nil }
      let near = found.filter { $0.chosenF1 >= best - tolerance(best, cluster) }
      let smallest = near.min {
        ($0.rule.thresholdCount, -$0.chosenF1) < ($1.rule.thresholdCount, -$1.chosenF1)
      }
      return smallest.map { pruned($0, cluster) }
    }
    return (rules, trees)
  }

  /// How far under the best F1 a smaller rule is as good.
  ///
  /// A standard error of it, which is the rule of Breiman and others (1984, doi 10.1201/9781315139470),
  /// but 0.005 at least and 0.02 at most.
  private func tolerance(_ f1: Double, _ cluster: Int) -> Double {
    let count = Double(max(1, choosing.count { labels[$0] == cluster }))
    return min(0.02, max(0.005, (f1 * (1 - f1) / count).squareRoot()))
  }

  private func agreement(_ rule: RuleBoxes, _ cluster: Int, of rows: [Int]) -> SetAgreement {
    SetAgreement(
      rows, set: { rule.contains($0, of: features) }, target: { labels[$0] == cluster })
  }

  private func oneHot(_ width: Int, _ place: (Int) -> Int) -> [Double] {
    var statistics = [Double](repeating: 0, count: labels.count * width)
    for row in labels.indices { statistics[row * width + place(row)] = 1 }
    return statistics
  }

  /// Grows a tree for one cluster and gives, at each size, the leaves that reproduce it best.
  private func growAgainstRest(_ cluster: Int, _ visit: ([ThresholdTree.Leaf]) -> Void) {
    var tree = ThresholdTree(
      features, rows: growing, statistics: oneHot(2) { labels[$0] == cluster ? 1 : 0 }, width: 2,
      leastLeaf: leastLeaf)
    let total = tree.leaves[0].sums[1]
    guard total > 0 else { return }
    var known: [Int: (ThresholdTree.Split, Double)?] = [:]
    while tree.leaves.count < Self.mostLeaves, tree.grow(.entropy, &known) {
      visit(Self.bestUnion(of: tree.leaves, total: total))
    }
  }

  /// The leaves whose union has the highest F1: those of the highest precision, as many as it takes.
  private static func bestUnion(
    of leaves: [ThresholdTree.Leaf], total: Double
  ) -> [ThresholdTree.Leaf] {
    let ranked = leaves.filter { $0.sums[1] > 0 }.sorted { left, right in
      left.sums[1] * (right.sums[0] + right.sums[1])
        > right.sums[1] * (left.sums[0] + left.sums[1])
    }
    var (inside, all, best, count) = (0.0, 0.0, 0.0, 0)
    for (place, leaf) in ranked.enumerated() {
      inside += leaf.sums[1]
      all += leaf.sums[0] + leaf.sums[1]
      let f1 = 2 * inside / (all + total)
      if f1 > best { (best, count) = (f1, place + 1) }
    }
    return Array(ranked.prefix(count))
  }

  /// Grows one tree for all clusters by entropy, to three leaves a cluster.
  private func growEntropy(_ visit: (ThresholdTree) -> Void) {
    var tree = ThresholdTree(
      features, rows: growing, statistics: oneHot(clusterCount) { labels[$0] },
      width: clusterCount, leastLeaf: leastLeaf)
    var known: [Int: (ThresholdTree.Split, Double)?] = [:]
    while tree.leaves.count < 3 * clusterCount, tree.grow(.entropy, &known) {
      guard tree.leaves.count >= clusterCount else { continue }
      for index in tree.leaves.indices {
        let sums = tree.leaves[index].sums
        tree.setCluster(sums.indices.max { sums[$0] < sums[$1] } ?? 0, ofLeaf: index)
      }
      visit(tree)
    }
  }

  /// Grows the tree with a leaf for each cluster, then beyond, and says what they cost.
  private func growExplained(_ visit: (ThresholdTree) -> Void) -> [ExplainedPartition] {
    var tree = ThresholdTree(
      features, rows: growing, statistics: costs.elements, width: clusterCount,
      leastLeaf: leastLeaf)
    guard tree.minimizeMistakes(labels: labels, middles: middles()) else { return [] }
    visit(tree)
    var trees = [explained(tree)]
    var known: [Int: (ThresholdTree.Split, Double)?] = [:]
    while tree.leaves.count < 3 * clusterCount, tree.grow(.surrogateCost, &known) {
      visit(tree)
      if tree.leaves.count == 2 * clusterCount { trees.append(explained(tree)) }
    }
    return trees
  }

  /// The code of each cluster's median in each column: 0 where most have no value.
  private func middles() -> [[UInt8]] {
    var rows = [[Int]](repeating: [], count: clusterCount)
    for row in growing { rows[labels[row]].append(row) }
    return rows.map { rows in
      features.columns.map { column in
        let codes = rows.map { column.codes[$0] }.sorted()
        return codes.isEmpty ? 0 : codes[codes.count / 2]
      }
    }
  }

  private func explained(_ tree: ThresholdTree) -> ExplainedPartition {
    var (cost, least, agreeing) = (0.0, 0.0, 0)
    for row in choosing {
      let leaf = tree.leaves.first { leaf in
        leaf.path.allSatisfy { step in
          let split = ThresholdTree.Split(
            column: step.column, cut: step.cut,
            missingIsUpper: step.isUpper == step.takesMissing)
          return ThresholdTree.isUpper(features.columns[step.column].codes[row], split)
            == step.isUpper
        }
      }
      guard let cluster = leaf?.cluster else { continue }
      cost += costs[row, cluster]
      least += costs.row(row).min() ?? 0
      if cluster == labels[row] { agreeing += 1 }
    }
    return ExplainedPartition(
      leafCount: tree.leaves.count, costRatio: least > 0 ? cost / least : nil,
      fidelity: choosing.isEmpty ? nil : Double(agreeing) / Double(choosing.count))
  }

  /// The rule without the thresholds and boxes that it does as well without.
  private func pruned(_ found: Found, _ cluster: Int) -> Found {
    let rows = growing + choosing
    var found = found
    var f1 = agreement(found.rule, cluster, of: rows).f1 ?? 0
    let floor = f1 - tolerance(f1, cluster) / 2
    while true {
      var best: (rule: RuleBoxes, f1: Double)?
      for rule in found.rule.shorter {
        let value = agreement(rule, cluster, of: rows).f1 ?? 0
        if value >= max(floor, best?.f1 ?? 0), best.map({ value > $0.f1 }) ?? true {
          best = (rule, value)
        }
      }
      guard let best else { break }
      (found.rule, f1) = (best.rule, best.f1)
    }
    found.chosenF1 = agreement(found.rule, cluster, of: choosing).f1 ?? 0
    return found
  }
}

/// A partition of the members by a tree of thresholds, with a leaf or more for each cluster.
public struct ExplainedPartition: Sendable, Hashable {
  /// The number of leaves; as many as clusters for the smallest tree.
  public let leafCount: Int
  /// What the members cost in the tree's clusters by what they cost in their own, at least 1.
  ///
  /// Squared distances to centroids for k-means, the linkage's dissimilarities for trees, of the members
  /// that rules were chosen by; nil where their own clusters cost nothing.
  public let costRatio: Double?
  /// The part of those members whom the tree gives their own cluster.
  public let fidelity: Double?
}

extension RuleBoxes {
  /// All rules with one threshold or one box less.
  fileprivate var shorter: [RuleBoxes] {
    var rules: [RuleBoxes] = []
    for (index, box) in boxes.enumerated() {
      if boxes.count > 1 {
        var rule = self
        rule.boxes.remove(at: index)
        rules.append(rule)
      }
      for (column, bounds) in box.sorted(by: { $0.key < $1.key }) {
        for shorter in bounds.shorter {
          var rule = self
          rule.boxes[index][column] = shorter
          if !rule.boxes[index].isEmpty { rules.append(rule) }
        }
      }
    }
    return rules
  }
}

extension RuleBoxes.Bounds {
  /// The bounds without one of their ends; nil for none at all.
  fileprivate var shorter: [RuleBoxes.Bounds?] {
    guard let lower, let upper else { return [nil] }
    return [
      RuleBoxes.Bounds(lower: lower, takesMissing: takesMissing),
      RuleBoxes.Bounds(upper: upper, takesMissing: takesMissing),
    ]
  }
}
