import Foundation

/// A binary tree that asks one threshold of one feature at each node, grown best split first.
struct ThresholdTree {
  /// What makes a split good.
  enum Criterion {
    /// The fall of the entropy of the labels, in nats, as in ID3 (Quinlan 1986, doi
    /// 10.1007/BF00116251), over thresholds.
    case entropy
    /// The fall of the cost when every leaf takes the one reference cluster that costs it least, as
    /// ExKMC grows a tree beyond one leaf a cluster (Frost, Moshkovitz & Rashtchian 2020, arXiv
    /// 2006.02399).
    case surrogateCost
  }

  /// One side of a threshold.
  struct Step: Hashable {
    /// The position of the feature among the columns.
    let column: Int
    /// The position of the threshold among the feature's cuts.
    let cut: Int
    /// True for the side at or above the threshold.
    let isUpper: Bool
    /// True where members without a value are on this side.
    let takesMissing: Bool
  }

  /// Members who answer alike.
  struct Leaf {
    /// The answers.
    let path: [Step]
    /// The rows.
    let rows: [Int32]
    /// The sum of the rows' weights in each class, or of their costs under each cluster.
    let sums: [Double]
    /// The cluster that the leaf stands for; nil until growing by cost or by mistakes says so.
    var cluster: Int?
  }

  /// A threshold of a column with the side of the members who lack a value.
  struct Split {
    let column: Int
    let cut: Int
    let missingIsUpper: Bool
  }

  let features: BinnedFeatures
  /// What is summed up: row by row, `width` numbers.
  let statistics: [Double]
  let width: Int
  /// Sides with fewer rows are not made.
  let leastLeaf: Int
  private(set) var leaves: [Leaf] = []

  init(
    _ features: BinnedFeatures, rows: [Int], statistics: [Double], width: Int, leastLeaf: Int
  ) {
    self.features = features
    self.statistics = statistics
    self.width = width
    self.leastLeaf = leastLeaf
    let rows = rows.map { Int32($0) }
    leaves = [Leaf(path: [], rows: rows, sums: sums(rows), cluster: nil)]
  }

  private func sums(_ rows: [Int32]) -> [Double] {
    var sums = [Double](repeating: 0, count: width)
    statistics.withUnsafeBufferPointer { statistics in
      for row in rows {
        let start = Int(row) * width
        for k in 0..<width { sums[k] += statistics[start + k] }
      }
    }
    return sums
  }

  static func impurity(_ sums: ArraySlice<Double>, _ criterion: Criterion) -> Double {
    switch criterion {
    case .entropy:
      let total = sums.reduce(0, +)
      guard total > 0 else { return 0 }
      return -sums.reduce(0) { $0 + ($1 > 0 ? $1 * log($1 / total) : 0) }
    case .surrogateCost: return sums.min() ?? 0
    }
  }

  /// The sums of each interval of a column over some rows, interval by interval, and their counts.
  func histogram(
    of rows: [Int32], column: Int
  ) -> (sums: [Double], counts: [Int]) {
    let codes = features.columns[column].codes
    let bins = features.columns[column].cuts.count + 2
    var sums = [Double](repeating: 0, count: bins * width)
    var counts = [Int](repeating: 0, count: bins)
    sums.withUnsafeMutableBufferPointer { sums in
      statistics.withUnsafeBufferPointer { statistics in
        codes.withUnsafeBufferPointer { codes in
          for row in rows {
            let bin = Int(codes[Int(row)])
            counts[bin] += 1
            let (to, from) = (bin * width, Int(row) * width)
            for k in 0..<width { sums[to + k] += statistics[from + k] }
          }
        }
      }
    }
    return (sums, counts)
  }

  /// Splits the leaf that gains most, and says whether there was one.
  @discardableResult
  mutating func grow(_ criterion: Criterion, _ known: inout [Int: (Split, Double)?]) -> Bool {
    var best: (leaf: Int, split: Split, gain: Double)?
    for index in leaves.indices {
      if known[index] == nil { known[index] = .some(bestSplit(of: leaves[index], criterion)) }
      if let (split, gain) = known[index].flatMap({ $0 }), gain > best?.gain ?? 0 {
        best = (index, split, gain)
      }
    }
    guard let best else { return false }
    known[best.leaf] = nil
    divide(best.leaf, by: best.split)
    if criterion == .surrogateCost {
      for index in [best.leaf, leaves.count - 1] {
        leaves[index].cluster = Self.least(leaves[index].sums)
      }
    }
    return true
  }

  /// The position of the least number, the first of equals.
  static func least(_ numbers: [Double]) -> Int? {
    numbers.indices.min { numbers[$0] < numbers[$1] }
  }

  private func bestSplit(of leaf: Leaf, _ criterion: Criterion) -> (Split, Double)? {
    let whole = Self.impurity(leaf.sums[...], criterion)
    // What rounding alone may gain is no gain.
    var best: (split: Split, gain: Double)?
    let least = max(1e-9, 1e-9 * abs(whole))
    for column in features.columns.indices {
      let (sums, counts) = histogram(of: leaf.rows, column: column)
      for missingIsUpper in counts[0] > 0 ? [false, true] : [false] {
        var lower = missingIsUpper ? [Double](repeating: 0, count: width) : Array(sums[..<width])
        var lowerCount = missingIsUpper ? 0 : counts[0]
        for cut in 0..<features.columns[column].cuts.count {
          let bin = cut + 1
          for k in 0..<width { lower[k] += sums[bin * width + k] }
          lowerCount += counts[bin]
          let upperCount = leaf.rows.count - lowerCount
          guard lowerCount >= leastLeaf, upperCount >= leastLeaf, counts[bin] > 0 || cut == 0 else {
            continue
          }
          let upper = zip(leaf.sums, lower).map { $0 - $1 }
          let gain =
            whole - Self.impurity(lower[...], criterion) - Self.impurity(upper[...], criterion)
          if gain > least, gain > best?.gain ?? 0 {
            best = (Split(column: column, cut: cut, missingIsUpper: missingIsUpper), gain)
          }
        }
      }
    }
    return best.map { ($0.split, $0.gain) }
  }

  /// Puts two leaves in a leaf's place: the lower side there, the upper one at the end.
  mutating func divide(_ index: Int, by split: Split) {
    let leaf = leaves[index]
    let codes = features.columns[split.column].codes
    var (lower, upper): ([Int32], [Int32]) = ([], [])
    for row in leaf.rows {
      if Self.isUpper(codes[Int(row)], split) { upper.append(row) } else { lower.append(row) }
    }
    func side(_ rows: [Int32], isUpper: Bool) -> Leaf {
      let step = Step(
        column: split.column, cut: split.cut, isUpper: isUpper,
        takesMissing: isUpper == split.missingIsUpper)
      return Leaf(path: leaf.path + [step], rows: rows, sums: sums(rows), cluster: nil)
    }
    leaves[index] = side(lower, isUpper: false)
    leaves.append(side(upper, isUpper: true))
  }

  static func isUpper(_ code: UInt8, _ split: Split) -> Bool {
    code == 0 ? split.missingIsUpper : Int(code) >= split.cut + 2
  }

  /// Says which cluster a leaf stands for.
  mutating func setCluster(_ cluster: Int, ofLeaf index: Int) { leaves[index].cluster = cluster }
}
