internal import LinearAlgebra

/// The nearest and the second-nearest centroid's distance of every row of a sample.
///
/// Distances are direct differences, one column after another, for a block of rows at a time, so
/// that the compiler makes vectors of rows: no bit depends on their width. Sums are taken per block
/// and added in block order: no bit depends on the number of threads.
struct NearestTwoCentroids: Sendable {
  let sample: SeedingSample
  let threadCount: Int
  private(set) var centroids: [Double] = []
  private(set) var labels: [Int32]
  /// Squared distances; infinite where there are too few centroids.
  private(set) var nearest: [Double]
  private(set) var second: [Double]
  /// The sum of weight · nearest, block by block.
  private(set) var potentials: [Double]
  private(set) var cost = Double.infinity

  var clusterCount: Int { centroids.count / sample.columnCount }

  init(_ sample: SeedingSample, threadCount: Int) {
    self.sample = sample
    self.threadCount = threadCount
    labels = [Int32](repeating: 0, count: sample.rowCount)
    nearest = [Double](repeating: .infinity, count: sample.rowCount)
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
    let (k, d, m) = (clusterCount, sample.columnCount, sample.rowCount)
    let (sample, centroids, threadCount) = (sample, centroids, threadCount)
    potentials.withUnsafeMutableBufferPointer { potentials in
      nearest.withUnsafeMutableBufferPointer { nearest in
        second.withUnsafeMutableBufferPointer { second in
          labels.withUnsafeMutableBufferPointer { labels in
            nonisolated(unsafe) let (nearest, second, labels) = (nearest, second, labels)
            nonisolated(unsafe) let potentials = potentials
            sample.forEachBlock(work: k - first, threadCount: threadCount) { block in
              guard let best = nearest.baseAddress, let next = second.baseAddress,
                let label = labels.baseAddress
              else { return }
              let range = sample.rows(of: block)
              let start = range.lowerBound
              if first == 0 {
                for row in range { (best[row], next[row]) = (.infinity, .infinity) }
              }
              withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * range.count) { scratch in
                sample.values.withUnsafeBufferPointer { values in
                  guard let distances = scratch.baseAddress, let values = values.baseAddress
                  else { return }
                  // Labels as wide as distances are chosen by the same vector masks.
                  let wideLabels = distances + range.count
                  for offset in 0..<range.count {
                    wideLabels[offset] = Double(label[start + offset])
                  }
                  for cluster in first..<k {
                    centroids.withUnsafeBufferPointer { centroids in
                      guard let centroids = centroids.baseAddress else { return }
                      squaredDistances(
                        values + start, stride: m, range.count, centroids + cluster * d, d,
                        into: distances)
                    }
                    mergeIntoNearestTwo(
                      distances, range.count, Double(cluster), best + start, next + start,
                      wideLabels)
                  }
                  for offset in 0..<range.count {
                    label[start + offset] = Int32(wideLabels[offset])
                  }
                }
              }
              potentials[block] = weightedSum(best, sample.weights, range)
            }
          }
        }
      }
    }
    cost = potentials.reduce(0, +)
  }

  /// Moves every centroid to the mean of its rows; one without rows stays.
  mutating func moveToMeans() {
    let (k, d, m) = (clusterCount, sample.columnCount, sample.rowCount)
    let stride = k * (d + 1)
    let (sample, labels) = (sample, labels)
    var partials = [Double](repeating: 0, count: sample.blockCount * stride)
    partials.withUnsafeMutableBufferPointer { partials in
      nonisolated(unsafe) let partials = partials
      sample.forEachBlock(work: 2, threadCount: threadCount) { block in
        guard let sums = partials.baseAddress.map({ $0 + block * stride }) else { return }
        sample.values.withUnsafeBufferPointer { values in
          sample.weights.withUnsafeBufferPointer { weights in
            labels.withUnsafeBufferPointer { labels in
              let range = sample.rows(of: block)
              for column in 0..<d {
                let start = column * m
                for row in range {
                  sums[Int(labels[row]) &* d &+ column] += weights[row] * values[start &+ row]
                }
              }
              for row in range { sums[k &* d &+ Int(labels[row])] += weights[row] }
            }
          }
        }
      }
    }
    var totals = Array(partials.prefix(stride))
    for block in 1..<max(1, sample.blockCount) {
      for index in 0..<stride { totals[index] += partials[block * stride + index] }
    }
    var means = centroids
    for cluster in 0..<k where totals[k * d + cluster] > 0 {
      for column in 0..<d {
        means[cluster * d + column] = totals[cluster * d + column] / totals[k * d + cluster]
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
    let (k, d, m, count) = (clusterCount, sample.columnCount, sample.rowCount, candidates.count)
    let stride = 1 + (removals ? k : 0)
    let points = candidates.flatMap { $0 }
    var partials = [Double](repeating: 0, count: sample.blockCount * count * stride)
    partials.withUnsafeMutableBufferPointer { partials in
      nonisolated(unsafe) let partials = partials
      sample.forEachBlock(work: count, threadCount: threadCount) { block in
        let range = sample.rows(of: block)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: range.count) { scratch in
          guard let distances = scratch.baseAddress, let partials = partials.baseAddress
          else { return }
          for candidate in 0..<count {
            sample.values.withUnsafeBufferPointer { values in
              points.withUnsafeBufferPointer { points in
                guard let values = values.baseAddress, let points = points.baseAddress
                else { return }
                squaredDistances(
                  values + range.lowerBound, stride: m, range.count, points + candidate * d, d,
                  into: distances)
              }
            }
            let result = partials + (block * count + candidate) * stride
            nearest.withUnsafeBufferPointer { nearest in
              second.withUnsafeBufferPointer { second in
                labels.withUnsafeBufferPointer { labels in
                  sample.weights.withUnsafeBufferPointer { weights in
                    var (sum, row) = (0.0, range.lowerBound)
                    for offset in 0..<range.count {
                      let distance = distances[offset]
                      let own = min(distance, nearest[row])
                      sum += weights[row] * own
                      if removals {
                        result[1 &+ Int(labels[row])] +=
                          weights[row] * (min(distance, second[row]) - own)
                      }
                      row &+= 1
                    }
                    result[0] = sum
                  }
                }
              }
            }
          }
        }
      }
    }
    var totals = [Double](repeating: 0, count: count * stride)
    for index in partials.indices { totals[index % totals.count] += partials[index] }
    return totals
  }
}

private func weightedSum(
  _ values: UnsafePointer<Double>, _ weights: [Double], _ range: Range<Int>
) -> Double {
  weights.withUnsafeBufferPointer { weights in
    var sum = 0.0
    for row in range { sum += weights[row] * values[row] }
    return sum
  }
}
