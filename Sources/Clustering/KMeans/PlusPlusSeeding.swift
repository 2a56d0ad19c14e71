internal import Foundation
internal import LinearAlgebra

/// Greedy k-means++ (Arthur & Vassilvitskii 2007; the greedy draws are in their section 7).
struct PlusPlusSeeding {
  let samples: ShiftedSamples
  let weights: [Double]?
  let clusterCount: Int
  let threadCount: Int

  /// k rows, as k × d numbers.
  func centroids(using generator: inout SeededGenerator) -> [Double] {
    let trialCount = 2 + Int(log(Double(clusterCount)))
    // Infinite distances draw the first row by weight alone.
    var nearest = [Double](repeating: 1, count: samples.rowCount)
    var chosen = [draw(from: potentials(nearest), nearest, &generator)]
    var centroids = samples.row(chosen[0])
    for row in nearest.indices { nearest[row] = .infinity }
    lower(&nearest, to: centroids)
    while chosen.count < clusterCount {
      let potentials = potentials(nearest)
      guard potentials.contains(where: { $0 > 0 }) else {
        // Squared distances underflow: any row that is not yet a centroid will do.
        guard let row = firstOther(than: centroids) else { break }
        chosen.append(row)
        centroids += samples.row(row)
        continue
      }
      let trials = (0..<trialCount).map { _ in draw(from: potentials, nearest, &generator) }
      let best = bestTrial(trials, nearest)
      let centroid = samples.row(best)
      lower(&nearest, to: centroid)
      chosen.append(best)
      centroids += centroid
    }
    precondition(chosen.count == clusterCount, "k distinct rows were checked for")
    return centroids
  }

  /// The sum of weight · squared distance to the nearest centroid, block by block.
  private func potentials(_ nearest: [Double]) -> [Double] {
    (0..<samples.blockCount).map { block in
      samples.rows(of: block).reduce(0) { $0 + (weights?[$1] ?? 1) * nearest[$1] }
    }
  }

  private func draw(
    from potentials: [Double], _ nearest: [Double], _ generator: inout SeededGenerator
  ) -> Int {
    var target = generator.uniform() * potentials.reduce(0, +)
    var last = 0
    for (block, potential) in potentials.enumerated() where potential > 0 {
      // A row of the last block is the answer where rounding leaves the target over the total.
      if target < potential {
        for row in samples.rows(of: block) {
          let part = (weights?[row] ?? 1) * nearest[row]
          guard part > 0 else { continue }
          last = row
          if target < part { return row }
          target -= part
        }
        return last
      }
      target -= potential
      last = samples.rows(of: block).last { (weights?[$0] ?? 1) * nearest[$0] > 0 } ?? last
    }
    return last
  }

  /// Of the rows drawn, the one that leaves the least potential, ties to the first drawn.
  private func bestTrial(_ trials: [Int], _ nearest: [Double]) -> Int {
    let (count, d) = (trials.count, samples.columnCount)
    let candidates = trials.flatMap { samples.row($0) }
    var partials = [Double](repeating: 0, count: samples.blockCount * count)
    partials.withUnsafeMutableBufferPointer { partials in
      nonisolated(unsafe) let partials = partials
      samples.forEachBlock(threadCount: threadCount) { block, range, rows in
        candidates.withUnsafeBufferPointer { candidates in
          nearest.withUnsafeBufferPointer { nearest in
            guard let candidates = candidates.baseAddress else { return }
            for trial in 0..<count {
              var (sum, offset) = (0.0, 0)
              for row in range {
                let distance = squaredDistance(rows + offset * d, candidates + trial * d, d)
                sum += (weights?[row] ?? 1) * min(nearest[row], distance)
                offset &+= 1
              }
              partials[block * count + trial] = sum
            }
          }
        }
      }
    }
    var totals = [Double](repeating: 0, count: count)
    for index in partials.indices { totals[index % count] += partials[index] }
    let best = totals.indices.min { totals[$0] < totals[$1] } ?? 0
    return trials[best]
  }

  /// Lowers the squared distances to those to one more centroid where these are less.
  private func lower(_ nearest: inout [Double], to centroid: [Double]) {
    let d = samples.columnCount
    nearest.withUnsafeMutableBufferPointer { nearest in
      nonisolated(unsafe) let nearest = nearest
      samples.forEachBlock(threadCount: threadCount) { _, range, rows in
        centroid.withUnsafeBufferPointer { centroid in
          guard let centroid = centroid.baseAddress else { return }
          for (offset, row) in range.enumerated() {
            nearest[row] = min(nearest[row], squaredDistance(rows + offset * d, centroid, d))
          }
        }
      }
    }
  }

  private func firstOther(than centroids: [Double]) -> Int? {
    let d = samples.columnCount
    let taken = Set(
      stride(from: 0, to: centroids.count, by: d).map { Array(centroids[$0..<$0 + d]) })
    return (0..<samples.rowCount).first { row in
      (weights?[row] ?? 1) > 0 && !taken.contains(samples.row(row))
    }
  }
}
