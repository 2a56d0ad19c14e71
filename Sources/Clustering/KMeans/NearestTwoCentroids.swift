internal import CKernels

/// The nearest and the second-nearest centroid's distance of every row of a sample.
///
/// Distances are direct differences, summed column after column, so no bit depends on the
/// instructions used. Sums are taken per block and added in block order: no bit depends on the
/// number of threads.
struct NearestTwoCentroids: Sendable {
  let sample: SeedingSample
  let threadCount: Int
  let instructionSet: InstructionSet
  private(set) var centroids: [Double] = []
  private(set) var labels: [Int32]
  /// Squared distances; infinite where there are too few centroids.
  private(set) var nearest: [Double]
  private(set) var second: [Double]
  /// The sum of weight · nearest, block by block.
  private(set) var potentials: [Double]
  private(set) var cost = Double.infinity
  /// Sums by label of each block, and the labels that they are of; see `coterie_sample_sums`.
  private var sums: [Double] = []
  private var summed: [Int32] = []

  var clusterCount: Int { centroids.count / sample.columnCount }

  init(_ sample: SeedingSample, threadCount: Int, instructionSet: InstructionSet) {
    self.sample = sample
    self.threadCount = threadCount
    self.instructionSet = instructionSet
    labels = [Int32](repeating: 0, count: sample.stride)
    nearest = [Double](repeating: .infinity, count: sample.stride)
    second = nearest
    potentials = []
    potentials = [Double](repeating: .infinity, count: sample.blockCount)
  }

  /// Adds a centroid.
  mutating func append(_ centroid: [Double]) {
    centroids += centroid
    update(from: clusterCount - 1)
  }

  /// Replaces one centroid.
  mutating func replace(_ index: Int, by centroid: [Double]) {
    let d = sample.columnCount
    centroids.replaceSubrange(index * d..<(index + 1) * d, with: centroid)
    update(from: 0)
  }

  /// Replaces all centroids.
  mutating func replace(_ centroids: [Double]) {
    self.centroids = centroids
    update(from: 0)
  }

  /// Compares every row with the centroids from `first` on.
  private mutating func update(from first: Int) {
    let (sample, centroids, k) = (sample, centroids, clusterCount)
    let instructions = instructionSet.instructions
    potentials.withUnsafeMutableBufferPointer { potentials in
      nearest.withUnsafeMutableBufferPointer { nearest in
        second.withUnsafeMutableBufferPointer { second in
          labels.withUnsafeMutableBufferPointer { labels in
            nonisolated(unsafe) let (nearest, second, labels) = (nearest, second, labels)
            nonisolated(unsafe) let potentials = potentials
            sample.forEachBlock(work: k - first, threadCount: threadCount) {
              block, raw, start, count in
              guard let nearest = nearest.baseAddress, let second = second.baseAddress,
                let labels = labels.baseAddress
              else { return }
              potentials[block] = centroids.withUnsafeBufferPointer { centroids in
                guard let centroids = centroids.baseAddress else { return 0 }
                return coterie_nearest_two(
                  instructions, raw, Int64(start), Int64(count), centroids, Int64(first), Int64(k),
                  nearest, second, labels)
              }
            }
          }
        }
      }
    }
    cost = potentials.reduce(0, +)
  }

  /// Moves every centroid to the mean of its rows; one without rows stays.
  ///
  /// Sums are carried from call to call by the rows that changed their label.
  mutating func moveToMeans() {
    let (sample, k, d) = (sample, clusterCount, sample.columnCount)
    let size = k * (d + 2)
    let instructions = instructionSet.instructions
    if sums.count != sample.blockCount * size {
      sums = [Double](repeating: 0, count: sample.blockCount * size)
      summed = [Int32](repeating: -1, count: sample.stride)
    }
    labels.withUnsafeBufferPointer { labels in
      summed.withUnsafeMutableBufferPointer { summed in
        sums.withUnsafeMutableBufferPointer { sums in
          nonisolated(unsafe) let (labels, summed, sums) = (labels, summed, sums)
          sample.forEachBlock(work: 1, threadCount: threadCount) { block, raw, start, count in
            guard let labels = labels.baseAddress, let summed = summed.baseAddress,
              let sums = sums.baseAddress
            else { return }
            coterie_sample_sums(
              instructions, raw, Int64(start), Int64(count), labels, summed,
              sums + block * size)
          }
        }
      }
    }
    var totals = Array(sums.prefix(size))
    for block in 1..<max(1, sample.blockCount) {
      for index in 0..<size { totals[index] += sums[block * size + index] }
    }
    var means = centroids
    for cluster in 0..<k {
      let total = cluster * (d + 2)
      // The count is exact, while sums of rows that came and went may leave a rounding error.
      guard totals[total + d + 1] > 0 else { continue }
      for column in 0..<d {
        means[cluster * d + column] = totals[total + column] / totals[total + d]
      }
    }
    replace(means)
  }

  /// A row drawn in proportion to weight · squared distance to the nearest centroid.
  func draw(using generator: inout SeededGenerator) -> Int {
    let isFirst = centroids.isEmpty
    var target = generator.uniform() * (isFirst ? sample.weights.reduce(0, +) : cost)
    var last = 0
    for block in 0..<sample.blockCount {
      if !isFirst, target >= potentials[block], block < sample.blockCount - 1 {
        target -= potentials[block]
        continue
      }
      for row in sample.rows(of: block) {
        let part = sample.weights[row] * (isFirst ? 1 : nearest[row])
        guard part > 0 else { continue }
        last = row
        if target < part { return row }
        target -= part
      }
    }
    return last
  }

  /// The cost with each of the candidates added.
  func costs(adding candidates: [[Double]]) -> [Double] {
    trial(candidates, removals: false)
  }

  /// The candidate that costs least in place of a centroid, and the centroid it would replace.
  func bestSwap(_ candidates: [[Double]]) -> (candidate: Int, centroid: Int) {
    let totals = trial(candidates, removals: true)
    var (least, best) = (Double.infinity, (candidate: 0, centroid: 0))
    for candidate in candidates.indices {
      let first = candidate * (1 + clusterCount)
      for centroid in 0..<clusterCount where totals[first] + totals[first + 1 + centroid] < least {
        least = totals[first] + totals[first + 1 + centroid]
        best = (candidate, centroid)
      }
    }
    return best
  }

  /// For each candidate the cost with it added and, with `removals`, what the removal of each
  /// centroid would then cost on top: rows that lose their centroid go to the candidate or to their
  /// second-nearest, whichever is nearer.
  ///
  /// - Complexity: O(m d) per candidate, m rows in the sample.
  private func trial(_ candidates: [[Double]], removals: Bool) -> [Double] {
    let (d, count) = (sample.columnCount, candidates.count)
    let stride = 1 + (removals ? clusterCount : 0)
    let points = candidates.flatMap { $0 }
    let (labels, nearest, second) = (labels, nearest, second)
    let instructions = instructionSet.instructions
    return sample.sums(ofBlocks: count * stride, work: count, threadCount: threadCount) {
      raw, start, rowCount, sums in
      points.withUnsafeBufferPointer { points in
        labels.withUnsafeBufferPointer { labels in
          nearest.withUnsafeBufferPointer { nearest in
            second.withUnsafeBufferPointer { second in
              guard let points = points.baseAddress, let labels = labels.baseAddress,
                let nearest = nearest.baseAddress, let second = second.baseAddress
              else { return }
              for candidate in 0..<count {
                let result = sums + candidate * stride
                result[0] = coterie_trial(
                  instructions, raw, Int64(start), Int64(rowCount),
                  points + candidate * d, nearest, second, labels, removals ? result + 1 : nil)
              }
            }
          }
        }
      }
    }
  }
}
