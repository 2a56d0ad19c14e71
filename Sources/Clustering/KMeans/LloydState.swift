internal import CKernels
internal import LinearAlgebra

/// The labels and sums of one run of Lloyd's iterations, carried from pass to pass.
final class LloydState: @unchecked Sendable {
  /// Rows that are looked at or skipped together.
  static let blockSize = 256

  let samples: KernelSamples
  let clusterCount: Int
  /// n labels; -1 before the first pass.
  let labels: UnsafeMutableBufferPointer<Int32>
  let sums: CentroidSums
  /// True where the sums were made anew from all rows, false where they carry moves of rows.
  private(set) var sumsAreFresh = false

  private let options: KMeans.Engine
  private let threadCount: Int
  private let runCount: Int
  private let blockCount: Int
  private var keys: GapKeys?
  private var keysAreCurrent = false
  private var previousCentroids: [Double] = []
  /// Dense passes to make before keys are tried again.
  private var densePassesLeft = 1
  private var densePassesNext = 2
  private var passesSinceResum = 0
  /// The rows looked at and moved by the last pass.
  private(set) var visitedCount = 0
  private(set) var movedCount = 0

  init(_ samples: KernelSamples, clusterCount: Int, threadCount: Int, options: KMeans.Engine) {
    self.samples = samples
    self.clusterCount = clusterCount
    self.threadCount = threadCount
    self.options = options
    let n = samples.samples.rowCount
    blockCount = (n + Self.blockSize - 1) / Self.blockSize
    runCount = min(CentroidSums.mostRuns, blockCount)
    labels = .allocate(capacity: n)
    labels.initialize(repeating: -1)
    sums = CentroidSums(
      clusterCount: clusterCount, columnCount: samples.samples.columnCount, runCount: runCount)
  }

  deinit { labels.deallocate() }

  private enum Mode { case dense, keying, keyed }

  /// Labels every row by its nearest centroid and keeps the sums; returns whether a label changed.
  ///
  /// - Complexity: O(n k d); with keys, O(visited rows · k d + n / 256) at best.
  func pass(_ centroids: [Double]) -> Bool {
    let mode = nextMode(centroids)
    let work = (mode == .keyed ? visitedCount : samples.samples.rowCount) * centroids.count
    let threads = work < 1 << 18 ? 1 : threadCount
    var counts = [Int](repeating: 0, count: 2 * runCount)
    samples.withUnsafe { raw in
      PackedCentroids(centroids, raw).withUnsafe { packed in
        counts.withUnsafeMutableBufferPointer { counts in
          nonisolated(unsafe) let (counts, raw, packed) = (counts, raw, packed)
          LinearAlgebra.forEachBlock(count: runCount, threadCount: threads) { run in
            (counts[2 * run], counts[2 * run + 1]) = self.visit(run: run, raw, packed, mode)
          }
        }
      }
    }
    visitedCount = 0
    movedCount = 0
    for run in 0..<runCount {
      visitedCount += counts[2 * run]
      movedCount += counts[2 * run + 1]
    }
    previousCentroids = centroids
    let hasChanged = sums.addRuns()
    if hasChanged { sumsAreFresh = false }
    review(mode)
    return hasChanged
  }

  /// Labels every row by its nearest centroid, without sums.
  func label(_ centroids: [Double]) {
    samples.withUnsafe { raw in
      PackedCentroids(centroids, raw).withUnsafe { packed in
        nonisolated(unsafe) let (raw, packed) = (raw, packed)
        LinearAlgebra.forEachBlock(count: runCount, threadCount: threadCount) { run in
          _ = self.visit(run: run, raw, packed, .dense, isSumming: false)
        }
      }
    }
  }

  /// Makes the sums anew from all rows.
  func resum() {
    sums.reset()
    let instructions = options.instructionSet.instructions
    samples.withUnsafe { raw in
      nonisolated(unsafe) let raw = raw
      LinearAlgebra.forEachBlock(count: runCount, threadCount: threadCount) { run in
        let rows = self.rows(ofRun: run)
        guard let labels = self.labels.baseAddress else { return }
        coterie_move(
          instructions, raw, Int64(rows.lowerBound), nil, nil, Int64(rows.count),
          labels + rows.lowerBound, self.sums.sums(ofRun: run))
      }
    }
    _ = sums.addRuns()
    sumsAreFresh = true
    passesSinceResum = 0
  }

  /// Says that labels were changed from outside.
  func labelsHaveChanged() {
    keysAreCurrent = false
    resum()
  }

  /// The sum of weight · squared distance to the own centroid, by direct differences.
  func inertia(_ centroids: [Double]) -> Double {
    let instructions = options.instructionSet.instructions
    var partials = [Double](repeating: 0, count: blockCount)
    samples.withUnsafe { raw in
      centroids.withUnsafeBufferPointer { centroids in
        partials.withUnsafeMutableBufferPointer { partials in
          nonisolated(unsafe) let (partials, raw, centroids) = (partials, raw, centroids)
          LinearAlgebra.forEachBlock(count: runCount, threadCount: threadCount) { run in
            guard let labels = self.labels.baseAddress, let centroids = centroids.baseAddress
            else { return }
            for block in self.blocks(ofRun: run) {
              let rows = self.rows(ofBlock: block)
              partials[block] = coterie_inertia(
                instructions, raw, centroids, Int64(rows.lowerBound), Int64(rows.count),
                labels + rows.lowerBound)
            }
          }
        }
      }
    }
    return partials.reduce(0, +)
  }

  private func blocks(ofRun run: Int) -> Range<Int> {
    run * blockCount / runCount..<(run + 1) * blockCount / runCount
  }

  private func rows(ofBlock block: Int) -> Range<Int> {
    block * Self.blockSize..<min(samples.samples.rowCount, (block + 1) * Self.blockSize)
  }

  private func rows(ofRun run: Int) -> Range<Int> {
    let blocks = blocks(ofRun: run)
    return blocks.lowerBound
      * Self.blockSize..<min(samples.samples.rowCount, blocks.upperBound * Self.blockSize)
  }

  private func nextMode(_ centroids: [Double]) -> Mode {
    guard options.skipsRows else { return .dense }
    if keysAreCurrent, let keys {
      keys.spend(from: previousCentroids, to: centroids, scale: samples.scale)
      return .keyed
    }
    guard densePassesLeft <= 0 else { return .dense }
    if keys == nil {
      keys = GapKeys(
        rowCount: samples.samples.rowCount, blockCount: blockCount, clusterCount: clusterCount)
    }
    keys?.reset()
    return .keying
  }

  /// Chooses what comes next from how much the last pass did.
  private func review(_ mode: Mode) {
    let n = samples.samples.rowCount
    switch mode {
    case .dense:
      densePassesLeft -= 1
      if movedCount > n / 8 { densePassesLeft = max(densePassesLeft, 1) }
    case .keying:
      keysAreCurrent = true
    case .keyed:
      if visitedCount > n - n / 4 {
        keysAreCurrent = false
        densePassesLeft = densePassesNext
        densePassesNext *= 2
      }
    }
  }

  /// Labels the rows of one run and sums those that moved; returns how many were looked at and
  /// moved.
  private func visit(
    run: Int, _ raw: UnsafePointer<coterie_samples>, _ centroids: UnsafePointer<coterie_centroids>,
    _ mode: Mode, isSumming: Bool = true
  ) -> (visited: Int, moved: Int) {
    let size = Self.blockSize
    let scratchCount = Int(coterie_scratch_count(raw.pointee.column_count))
    var (visited, moved) = (0, 0)
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: 3 * size) { rows in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: scratchCount) { scratch in
        guard let rows = rows.baseAddress, let scratch = scratch.baseAddress,
          let labels = labels.baseAddress
        else { return }
        for block in blocks(ofRun: run) {
          let range = self.rows(ofBlock: block)
          let (count, found) = visit(
            block: block, range, raw, centroids, mode, offsets: rows, moved: rows + size,
            previous: rows + 2 * size, scratch)
          visited += count
          guard found > 0, isSumming else { continue }
          moved += found
          coterie_move(
            options.instructionSet.instructions, raw, Int64(range.lowerBound), rows + size,
            rows + 2 * size, Int64(found), labels + range.lowerBound, sums.sums(ofRun: run))
        }
      }
    }
    return (visited, moved)
  }

  private func visit(
    block: Int, _ range: Range<Int>, _ raw: UnsafePointer<coterie_samples>,
    _ centroids: UnsafePointer<coterie_centroids>, _ mode: Mode,
    offsets: UnsafeMutablePointer<Int32>, moved: UnsafeMutablePointer<Int32>,
    previous: UnsafeMutablePointer<Int32>, _ scratch: UnsafeMutablePointer<Float>
  ) -> (visited: Int, moved: Int) {
    let instructions = options.instructionSet.instructions
    guard let labels = labels.baseAddress.map({ $0 + range.lowerBound }) else { return (0, 0) }
    let (first, count) = (Int64(range.lowerBound), Int64(range.count))
    guard mode != .dense, let gaps = keys,
      let keys = gaps.keys.baseAddress.map({
        $0 + range.lowerBound
      })
    else {
      let found = coterie_assign(
        instructions, raw, centroids, first, nil, count, labels, nil, nil, moved, previous, nil,
        scratch)
      return (range.count, Int(found))
    }
    if mode == .keyed, gaps.totalSpent < gaps.blockKeys[block] { return (0, 0) }
    var leastSlack = Float.infinity
    let (visited, found) = gaps.spentAtMost.withUnsafeBufferPointer { atMost in
      gaps.spentAtLeast.withUnsafeBufferPointer { atLeast in
        guard let atMost = atMost.baseAddress, let atLeast = atLeast.baseAddress else {
          return (0, 0)
        }
        var expired = count
        if mode == .keyed {
          expired = coterie_expired(
            instructions, count, labels, keys, atMost, offsets, &leastSlack)
          if expired == 0 { return (0, 0) }
        }
        // Where most keys are spent, all rows are as quickly labelled, and get better keys.
        let isDense = expired > count / 2
        if isDense { leastSlack = .infinity }
        let found = coterie_assign(
          instructions, raw, centroids, first, isDense ? nil : UnsafePointer(offsets),
          isDense ? count : expired, labels, keys, atLeast, moved, previous, &leastSlack, scratch)
        return (isDense ? range.count : Int(expired), Int(found))
      }
    }
    gaps.blockKeys[block] = gaps.totalSpent + Double(leastSlack) * (1 - 0x1p-20)
    return (visited, found)
  }
}
