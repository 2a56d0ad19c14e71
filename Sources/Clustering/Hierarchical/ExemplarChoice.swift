internal import LinearAlgebra

/// Which rows of a cluster stand for all of them, where they are too many to be kept.
struct ExemplarChoice: Sendable {
  let linkage: Linkage
  let metric: Metric
  /// The most exemplars in all, if that is at least the number of clusters.
  let limit: Int
  let seed: UInt64
  let threadCount: Int

  /// Rows among which those far apart are looked for, for each that is kept.
  private static let candidatesOfExemplar = 4
  /// Directions that a thread takes at a time.
  private static let directionsOfBlock = 64

  /// The rows kept of each cluster, k lists, and their shares in its mean, given those of all rows
  /// and the rows in an order that has those of a node of the tree side by side.
  func exemplars(
    of clusters: FlatClusters, _ rows: ShiftedSamples, shares: [Double], order: [Int]
  ) -> [(rows: [Int], shares: [Double])] {
    let (n, k) = (clusters.labels.count, clusters.clusterCount)
    let isMean = linkage != .single && linkage != .complete
    var members = [[Int]](repeating: [], count: k)
    for row in isMean && n > limit ? order : Array(0..<n) {
      members[clusters.labels[row]].append(row)
    }
    guard n > limit else { return members.map { rows in (rows, rows.map { shares[$0] }) } }
    // One each, and the rest of the limit by size, rounded down.
    let spare = max(0, limit - k)
    let counts = clusters.sizes.map { size in
      min(size, 1 + Int(Double(spare) * Double(size - 1) / Double(max(1, n - k))))
    }
    var generator = SeededGenerator(seed: seed)
    if isMean {
      return zip(members, counts).map { members, count in
        count < members.count
          ? Self.evenly(members, shares: shares, count: count, using: &generator)
          : (members, members.map { shares[$0] })
      }
    }
    let kept: [[Int]]
    if linkage == .complete {
      kept = extremes(members, counts: counts, rows, using: &generator)
    } else {
      kept = zip(members, counts).map { members, count in
        guard count < members.count else { return members }
        let size = Self.candidatesOfExemplar * count
        let sample =
          size < members.count
          ? generator.sample(size, outOf: members.count).map { members[$0] } : members
        return farApart(sample, count: count, rows)
      }
    }
    return kept.map { rows in (rows, rows.map { _ in 1 / Double(rows.count) }) }
  }

  /// A systematic sample: the rows at even steps of the running sum of the shares, from a random start
  /// on, each with the number of steps that it takes.
  private static func evenly(
    _ members: [Int], shares: [Double], count: Int, using generator: inout SeededGenerator
  ) -> (rows: [Int], shares: [Double]) {
    let step = members.reduce(0.0) { $0 + shares[$1] } / Double(count)
    // Shares so deep in the tree that all underflow leave the plain mean.
    guard step > 0 else {
      return (Array(members.prefix(count)), [Double](repeating: 1 / Double(count), count: count))
    }
    var next = step * generator.uniform()
    var (sum, rows, kept) = (0.0, [Int](), [Double]())
    for row in members {
      sum += shares[row]
      guard next < sum else { continue }
      let hits = ((sum - next) / step).rounded(.up)
      next += hits * step
      rows.append(row)
      kept.append(hits / Double(count))
    }
    // Rounding may leave the only step just behind the last row.
    return rows.isEmpty ? ([members[0]], [1]) : (rows, kept)
  }

  /// Those of some rows that are each the farthest from all before, from the first on; fewer than
  /// `count` where no others differ.
  private func farApart(_ candidates: [Int], count: Int, _ rows: ShiftedSamples) -> [Int] {
    let m = candidates.count
    let distances = MetricRows(
      prepared: prepared(candidates, rows), columnCount: rows.columnCount, metric: metric)
    var least = [Double](repeating: .infinity, count: m)
    var own = least
    var chosen = [0]
    while chosen.count < count {
      let point = distances.row(chosen[chosen.count - 1])
      var farthest = 0
      own.withUnsafeMutableBufferPointer { own in
        least.withUnsafeMutableBufferPointer { least in
          point.withUnsafeBufferPointer { point in
            guard let target = own.baseAddress, let point = point.baseAddress else { return }
            distances.distances(from: point, to: 0..<m, into: target)
          }
          var place = 0
          while place < m {
            least[place] = min(least[place], own[place])
            if least[place] > least[farthest] { farthest = place }
            place &+= 1
          }
        }
      }
      guard least[farthest] > 0 else { break }
      chosen.append(farthest)
    }
    return chosen.map { candidates[$0] }
  }

  /// The rows of each cluster that lie farthest to either side in random directions; fewer than
  /// `counts` where others are nowhere the farthest.
  private func extremes(
    _ members: [[Int]], counts: [Int], _ rows: ShiftedSamples,
    using generator: inout SeededGenerator
  ) -> [[Int]] {
    let (d, width) = (rows.columnCount, Self.directionsOfBlock)
    let directionCount = ((counts.max() ?? 0) + width - 1) / width * width
    // By block of directions: columns of one coordinate for each.
    let directions = (0..<directionCount * d).map { _ in generator.normal() }
    return zip(members, counts).map { members, count in
      guard count < members.count else { return members }
      let elements = prepared(members, rows)
      var extremes = [Int](repeating: 0, count: 2 * directionCount)
      extremes.withUnsafeMutableBufferPointer { extremes in
        nonisolated(unsafe) let extremes = extremes
        forEachBlock(count: (count + width - 1) / width, threadCount: threadCount) { block in
          let found = Self.farthest(
            elements, columnCount: d, along: directions[block * width * d..<(block + 1) * width * d]
          )
          for (place, row) in found.enumerated() { extremes[block * width * 2 + place] = row }
        }
      }
      var chosen = Set<Int>()
      let distinct = extremes.prefix(2 * count).filter { chosen.insert($0).inserted }
      return distinct.prefix(count).map { members[$0] }
    }
  }

  /// The rows (row after row) that lie farthest along each of a block of directions, and against it.
  private static func farthest(
    _ elements: [Double], columnCount d: Int, along directions: ArraySlice<Double>
  ) -> [Int] {
    let width = directionsOfBlock
    var sums = [Double](repeating: 0, count: width)
    var most = [Double](repeating: -.infinity, count: width)
    var least = [Double](repeating: .infinity, count: width)
    var rows = [Int](repeating: 0, count: 2 * width)
    elements.withUnsafeBufferPointer { elements in
      directions.withUnsafeBufferPointer { directions in
        sums.withUnsafeMutableBufferPointer { sums in
          for row in 0..<elements.count / d {
            // Less the first row, so that columns far from zero cost no digits.
            var column = 0
            while column < d {
              let value = elements[row &* d &+ column] - elements[column]
              let coordinates = directions[column &* width..<(column &+ 1) &* width]
              var index = 0
              while index < width {
                let term = value * coordinates[column &* width &+ index]
                sums[index] = column == 0 ? term : sums[index] + term
                index &+= 1
              }
              column &+= 1
            }
            for index in 0..<width {
              if sums[index] > most[index] { (most[index], rows[2 * index]) = (sums[index], row) }
              if sums[index] < least[index] {
                (least[index], rows[2 * index + 1]) = (sums[index], row)
              }
            }
          }
        }
      }
    }
    return rows
  }

  /// Some of the rows, row after row, in the form that distances are computed in.
  private func prepared(_ places: [Int], _ rows: ShiftedSamples) -> [Double] {
    let d = rows.columnCount
    var elements = [Double](repeating: 0, count: places.count * d)
    elements.withUnsafeMutableBufferPointer { elements in
      if let base = elements.baseAddress {
        for (place, row) in places.enumerated() {
          rows.loadUnshifted(row..<row + 1, into: base + place * d)
        }
      }
      let isDefined = MetricRows.prepare(elements, columnCount: d, metric)
      precondition(isDefined, "rows are checked before some are chosen")
    }
    return elements
  }
}
