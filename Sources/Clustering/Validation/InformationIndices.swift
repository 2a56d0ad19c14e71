internal import Foundation
internal import LinearAlgebra

/// Indices of information theory, in nats; nil for tables of no rows.
///
/// Means of two entropies are arithmetic. An entropy of 0 (one cluster) follows scikit-learn: what
/// has nothing to explain is explained fully.
extension ContingencyTable {
  /// The mutual information of the labelings in nats, at least 0.
  ///
  /// Σ (n_ij / n) · ln(n n_ij / (a_i b_j)).
  public var mutualInformation: Double? {
    guard count > 0 else { return nil }
    guard rowSums.count > 1, columnSums.count > 1 else { return 0 }
    let n = Double(count)
    let information = cells.reduce(0.0) { sum, cell in
      let joint = Double(cell.count)
      let ratio = joint * n / (Double(rowSums[cell.row]) * Double(columnSums[cell.column]))
      return sum + joint / n * log(ratio)
    }
    return max(0, information)
  }

  /// The entropy of the first labeling in nats.
  public var rowEntropy: Double? { count > 0 ? entropy(rowSums) : nil }

  /// The entropy of the second labeling in nats.
  public var columnEntropy: Double? { count > 0 ? entropy(columnSums) : nil }

  /// The mutual information divided by the arithmetic mean of the entropies, 0...1; the same number
  /// as the V-measure.
  public var normalizedMutualInformation: Double? {
    guard let information = mutualInformation else { return nil }
    guard rowSums.count > 1 || columnSums.count > 1 else { return 1 }
    guard information > 0 else { return 0 }
    return information / meanEntropy
  }

  /// The share of the first labeling's entropy that the second explains, 0...1: 1 where each
  /// cluster of the second lies in one class of the first (Rosenberg & Hirschberg 2007).
  public var homogeneity: Double? {
    guard let information = mutualInformation else { return nil }
    return rowSums.count > 1 ? information / entropy(rowSums) : 1
  }

  /// The share of the second labeling's entropy that the first explains, 0...1: 1 where each class
  /// of the first lies in one cluster of the second.
  public var completeness: Double? {
    guard let information = mutualInformation else { return nil }
    return columnSums.count > 1 ? information / entropy(columnSums) : 1
  }

  /// The harmonic mean of homogeneity and completeness, 0...1.
  public var vMeasure: Double? {
    guard let homogeneity, let completeness else { return nil }
    let sum = homogeneity + completeness
    return sum > 0 ? 2 * homogeneity * completeness / sum : 0
  }

  /// The mutual information corrected for chance (Vinh, Epps & Bailey 2010), at most 1, near 0 for
  /// unrelated labelings.
  ///
  /// (I - E) / (mean entropy - E), where E is the expected mutual information over all labelings
  /// with the same cluster sizes. Numerator and denominator are kept at least 2⁻⁵² in size, so that
  /// 0/0, two labelings that both put every row apart, is 1.
  ///
  /// - Complexity: O(distinct pairs of sizes · their standard deviation), which no n can make long.
  public var adjustedMutualInformation: Double? {
    guard let information = mutualInformation else { return nil }
    guard rowSums.count > 1 || columnSums.count > 1 else { return 1 }
    guard rowSums.count > 1, columnSums.count > 1 else { return 0 }
    func awayFromZero(_ value: Double) -> Double {
      value < 0 ? min(value, -Double.ulpOfOne) : max(value, Double.ulpOfOne)
    }
    let expected = expectedMutualInformation
    return awayFromZero(information - expected) / awayFromZero(meanEntropy - expected)
  }

  /// The mean mutual information over all pairs of labelings with these cluster sizes.
  var expectedMutualInformation: Double {
    func multiplicities(_ sizes: [Int]) -> [(size: Int, count: Int)] {
      Dictionary(grouping: sizes, by: { $0 }).map { ($0.key, $0.value.count) }
        .sorted { $0.size < $1.size }
    }
    let (rows, columns) = (multiplicities(rowSums), multiplicities(columnSums))
    let overlap = OverlapInformation(
      count: count, largestOverlap: min(rows.last?.size ?? 0, columns.last?.size ?? 0))
    // Each row's sum on its own, so that the threads do not show in the last bit.
    var sums = [Double](repeating: 0, count: rows.count)
    sums.withUnsafeMutableBufferPointer { sums in
      nonisolated(unsafe) let sums = sums
      forEachBlock(
        count: rows.count, threadCount: rows.count < 64 ? 1 : availableProcessorCount
      ) { index in
        let row = rows[index]
        sums[index] = columns.reduce(0.0) { sum, column in
          sum + Double(row.count) * Double(column.count) * overlap.mean(row.size, column.size)
        }
      }
    }
    return sums.reduce(0, +)
  }

  private var meanEntropy: Double { (entropy(rowSums) + entropy(columnSums)) / 2 }

  private func entropy(_ sums: [Int]) -> Double {
    guard sums.count > 1 else { return 0 }
    let n = Double(count)
    return -sums.reduce(0.0) { $0 + Double($1) / n * log(Double($1) / n) }
  }
}

/// What the overlap of random sets of rows adds to the mutual information.
private struct OverlapInformation {
  /// The number of rows, n.
  private let count: Int
  /// The logarithms of 0, 1, 2 and so on, as far as they are kept.
  private let logarithms: [Double]

  init(count: Int, largestOverlap: Int) {
    self.count = count
    logarithms = (0...min(largestOverlap, 1 << 16)).map { log(Double($0)) }
  }

  /// The mean of (k / n) ln(n k / (a b)) where k is the overlap of random sets of a and of b rows.
  ///
  /// The probabilities of k come from the largest by their ratios, both ways, until they no longer
  /// count, and are divided by their own sum: no factorial, so nothing to overflow or to cancel.
  func mean(_ a: Int, _ b: Int) -> Double {
    let (n, a, b) = (Double(count), Double(a), Double(b))
    let (least, most) = (max(0, a + b - n), min(a, b))
    let mode = ((a + 1) / (n + 2) * (b + 1)).rounded(.down)
    let start = min(max(mode, least), most)
    let logScale = log(a) + log(b) - log(n)
    var (total, sum) = (0.0, 0.0)
    func add(_ k: Double, _ probability: Double) {
      total += probability
      guard k > 0 else { return }
      let place = Int(k)
      let logarithm = place < logarithms.count ? logarithms[place] : log(k)
      sum += probability * k * (logarithm - logScale)
    }
    add(start, 1)
    var (k, probability) = (start, 1.0)
    while k < most, probability > 1e-20 {
      probability *= (a - k) * (b - k) / ((k + 1) * (n - a - b + k + 1))
      k += 1
      add(k, probability)
    }
    (k, probability) = (start, 1.0)
    while k > least, probability > 1e-20 {
      probability *= k * (n - a - b + k) / ((a - k + 1) * (b - k + 1))
      k -= 1
      add(k, probability)
    }
    return sum / total / n
  }
}
