internal import LinearAlgebra

/// k-means|| (Bahmani, Moseley, Vattani, Kumar & Vassilvitskii 2012, doi 10.14778/2180912.2180915).
///
/// Five rounds over all the rows each take every row on its own with probability min(1, 2k · its part
/// of the cost); the some 10 k rows taken, weighted by the rows they are nearest to, are then
/// clustered among themselves. It reads the rows a fixed number of times, in order, whatever k is:
/// for data that do not fit in memory.
struct ParallelSeeding {
  let samples: ShiftedSamples
  let weights: [Double]?
  let clusterCount: Int
  let threadCount: Int

  private static let roundCount = 5

  /// k × d numbers; nil where fewer than k distinct rows were taken.
  func centroids(using generator: inout SeededGenerator) -> [Double]? {
    let d = samples.columnCount
    var nearest = [Double](repeating: .infinity, count: samples.rowCount)
    var owners = [Int32](repeating: 0, count: samples.rowCount)
    var taken = firstRow(using: &generator)
    compare(with: taken, from: 0, &nearest, &owners)
    for _ in 0..<Self.roundCount {
      let before = taken.count / d
      taken += drawn(nearest, seed: generator.next()).flatMap { samples.row($0) }
      compare(with: taken, from: before, &nearest, &owners)
    }
    var parts = [Double](repeating: 0, count: taken.count / d)
    for (row, owner) in owners.enumerated() { parts[Int(owner)] += weights?[row] ?? 1 }
    let candidates = Matrix(rowCount: parts.count, columnCount: d, elements: taken)
    guard parts.count >= clusterCount, let rows = try? ShiftedSamples(unshifted: candidates) else {
      return nil
    }
    let sample = SeedingSample(
      rows, weights: parts, rowLimit: parts.count, threadCount: threadCount, using: &generator)
    let search = LocalSearch(sample: sample, clusterCount: clusterCount, threadCount: threadCount)
    guard var state = search.seeded(using: &generator) else { return nil }
    search.settle(&state)
    return state.centroids
  }

  /// A row drawn by weight.
  private func firstRow(using generator: inout SeededGenerator) -> [Double] {
    guard let weights else { return samples.row(generator.below(samples.rowCount)) }
    var target = generator.uniform() * weights.reduce(0, +)
    var last = 0
    for (row, weight) in weights.enumerated() where weight > 0 {
      last = row
      if target < weight { break }
      target -= weight
    }
    return samples.row(last)
  }

  /// The rows of a round; every block has a generator of its own, so that no draw depends on threads.
  private func drawn(_ nearest: [Double], seed: UInt64) -> [Int] {
    func part(_ row: Int) -> Double { (weights?[row] ?? 1) * nearest[row] }
    let cost = (0..<samples.blockCount).reduce(0.0) { sum, block in
      sum + samples.rows(of: block).reduce(0.0) { $0 + part($1) }
    }
    guard cost > 0 else { return [] }
    let rate = 2 * Double(clusterCount) / cost
    return (0..<samples.blockCount).flatMap { block in
      var generator = SeededGenerator(seed: seed, stream: UInt64(block))
      return samples.rows(of: block).filter { generator.uniform() < rate * part($0) }
    }
  }

  /// Finds every row's nearest among the taken rows, of which those before `first` are known.
  private func compare(
    with taken: [Double], from first: Int, _ nearest: inout [Double], _ owners: inout [Int32]
  ) {
    let d = samples.columnCount
    let count = taken.count / d
    nearest.withUnsafeMutableBufferPointer { nearest in
      owners.withUnsafeMutableBufferPointer { owners in
        nonisolated(unsafe) let (nearest, owners) = (nearest, owners)
        samples.forEachBlock(threadCount: threadCount) { _, range, rows in
          taken.withUnsafeBufferPointer { taken in
            guard let taken = taken.baseAddress else { return }
            for (offset, row) in range.enumerated() {
              for candidate in first..<count {
                let distance = squaredDistance(rows + offset * d, taken + candidate * d, d)
                if distance < nearest[row] {
                  nearest[row] = distance
                  owners[row] = Int32(truncatingIfNeeded: candidate)
                }
              }
            }
          }
        }
      }
    }
  }
}
