extension ThresholdTree {
  /// Divides all rows until each leaf holds the middle of one cluster, at each node by the threshold that
  /// parts two middles and takes the fewest members from theirs.
  ///
  /// Iterative mistake minimization (Dasgupta, Frost, Moshkovitz & Rashtchian 2020, arXiv 2002.12538),
  /// with the clusters' medians as middles: as many leaves as clusters, for k-medians within a factor
  /// O(k) of the best.
  ///
  /// - Parameters:
  ///   - labels: for each row of the features, its cluster in 0..<k.
  ///   - middles: for each cluster, the code of its median in each column; 0 where it has no value.
  /// - Returns: False where two middles cannot be told apart by any threshold, so that a leaf keeps
  ///   several; it then stands for the one with the most members in it.
  mutating func minimizeMistakes(labels: [Int], middles: [[UInt8]]) -> Bool {
    var centres: [[Int]] = [Array(middles.indices)]
    var index = 0
    var isComplete = true
    while index < leaves.count {
      let here = centres[index]
      guard here.count > 1, let split = leastMistakes(of: leaves[index], here, labels, middles)
      else {
        if here.count > 1 { isComplete = false }
        let counts = here.map { centre in
          leaves[index].rows.count { labels[Int($0)] == centre }
        }
        let most = here.indices.max { counts[$0] < counts[$1] }
        setCluster(most.map { here[$0] } ?? 0, ofLeaf: index)
        index += 1
        continue
      }
      divide(index, by: split)
      let upper = here.filter { Self.isUpper(middles[$0][split.column], split) }
      centres[index] = here.filter { !upper.contains($0) }
      centres.append(upper)
    }
    return isComplete
  }

  private func leastMistakes(
    of leaf: Leaf, _ centres: [Int], _ labels: [Int], _ middles: [[UInt8]]
  ) -> Split? {
    var place = [Int: Int]()
    for (position, centre) in centres.enumerated() { place[centre] = position }
    let rows = leaf.rows.filter { place[labels[Int($0)]] != nil }
    var best: (split: Split, mistakes: Int, gap: Double)?
    for (column, binned) in features.columns.enumerated() {
      let bins = binned.cuts.count + 2
      var counts = [Int](repeating: 0, count: bins * centres.count)
      for row in rows {
        guard let position = place[labels[Int(row)]] else { continue }
        counts[Int(binned.codes[Int(row)]) * centres.count + position] += 1
      }
      let totals = centres.indices.map { position in
        (0..<bins).reduce(0) { $0 + counts[$1 * centres.count + position] }
      }
      let codes = centres.map { middles[$0][column] }
      let hasMissing = codes.contains(0) || (0..<centres.count).contains { counts[$0] > 0 }
      for missingIsUpper in hasMissing ? [false, true] : [false] {
        var lower = (0..<centres.count).map { missingIsUpper ? 0 : counts[$0] }
        for cut in binned.cuts.indices {
          for position in centres.indices {
            lower[position] += counts[(cut + 1) * centres.count + position]
          }
          let split = Split(column: column, cut: cut, missingIsUpper: missingIsUpper)
          let isUpper = codes.map { Self.isUpper($0, split) }
          guard isUpper.contains(true), isUpper.contains(false) else { continue }
          var mistakes = 0
          for position in centres.indices {
            mistakes += isUpper[position] ? lower[position] : totals[position] - lower[position]
          }
          // Of equals, the threshold in the middle of the widest gap between middles.
          let below = codes.indices.filter { !isUpper[$0] }.map { Int(codes[$0]) }.max() ?? 0
          let above = codes.indices.filter { isUpper[$0] }.map { Int(codes[$0]) }.min() ?? 0
          let gap = Double(min(cut + 2 - below, above - cut - 1)) / Double(bins)
          if best.map({ (mistakes, -gap) < ($0.mistakes, -$0.gap) }) ?? true {
            best = (split, mistakes, gap)
          }
        }
      }
    }
    return best?.split
  }
}
