extension Dendrogram {
  /// How a merge compares with those just below it.
  public struct Inconsistency: Sendable, Hashable {
    /// The mean height of the merges compared, itself included.
    public let mean: Double
    /// Their sample standard deviation; 0 for one alone.
    public let standardDeviation: Double
    /// How many were compared.
    public let mergeCount: Int
    /// (height - mean) / standard deviation; 0 where that does not vary.
    public let coefficient: Double
  }

  /// The inconsistency coefficient of every merge, n - 1 of them in merge order (Jain & Dubes 1988,
  /// "Algorithms for Clustering Data", section 3.2.4).
  ///
  /// A merge is compared with itself and those at most `depth` - 1 levels below. The numbers are those
  /// of SciPy's `inconsistent`.
  ///
  /// - Precondition: `depth` is at least 1.
  /// - Complexity: O(n · 2^depth) at most, O(n²) for depths like n.
  public func inconsistency(depth: Int = 2) -> [Inconsistency] {
    precondition(depth >= 1, "a merge is compared with itself at least")
    var stack: [(merge: Int, level: Int)] = []
    var heights: [Double] = []
    return merges.indices.map { index in
      heights.removeAll(keepingCapacity: true)
      stack.append((index, 1))
      while let (merge, level) = stack.popLast() {
        heights.append(merges[merge].height)
        guard level < depth else { continue }
        for part in [merges[merge].a, merges[merge].b] where part >= leafCount {
          stack.append((part - leafCount, level + 1))
        }
      }
      let count = Double(heights.count)
      let mean = heights.reduce(0, +) / count
      let squares = heights.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let deviation = heights.count > 1 ? (squares / (count - 1)).squareRoot() : 0
      return Inconsistency(
        mean: mean, standardDeviation: deviation, mergeCount: heights.count,
        coefficient: deviation > 0 ? (merges[index].height - mean) / deviation : 0)
    }
  }
}
