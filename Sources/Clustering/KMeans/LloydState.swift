internal import CKernels
internal import Foundation
internal import LinearAlgebra

/// The labels and sums of one run of Lloyd's iterations, carried from pass to pass.
final class LloydState: @unchecked Sendable {
  /// The most parts that the rows are split into; the parts depend on n alone.
  ///
  /// Rows are counted in 64 bits, but from the start of their part in 32: so n is under 2³⁷.
  private static let mostRuns = 64
  /// The most rows whose squared distances are summed one after the other.
  private static let inertiaBlockSize = 1024

  let samples: KernelSamples
  let clusterCount: Int
  /// n labels; -1 before the first pass.
  let labels: UnsafeMutableBufferPointer<Int32>
  let sums: CentroidSums
  /// True where the sums were made anew from all rows, false where they carry moves of rows.
  private(set) var sumsAreFresh = false

  private let engine: KMeans.Engine
  private let threadCount: Int
  private let runCount: Int
  private var gaps: GapKeys?
  private var keysAreCurrent = false
  private var previousCentroids: [Double] = []
  /// Dense passes to make before keys are tried, and after they did not pay the next time.
  private var densePassesLeft = 2
  private var densePassesNext = 2
  /// The rows looked at by the last pass.
  private var visitedCount = 0

  private var rowCount: Int { samples.samples.rowCount }

  init(_ samples: KernelSamples, clusterCount: Int, threadCount: Int, engine: KMeans.Engine) {
    self.samples = samples
    self.clusterCount = clusterCount
    self.threadCount = threadCount
    self.engine = engine
    let n = samples.samples.rowCount
    precondition(n / Self.mostRuns < Int32.max, "a part has more rows than 32 bits count")
    runCount = min(Self.mostRuns, (n + LloydVisit.chunkSize - 1) / LloydVisit.chunkSize)
    labels = .allocate(capacity: n)
    adviseLargePages(labels)
    sums = CentroidSums(
      clusterCount: clusterCount, columnCount: samples.samples.columnCount, runCount: runCount)
    // The first touch of memory is slow, so all threads share it.
    forEachBlock(count: runCount, threadCount: n < 1 << 16 ? 1 : threadCount) { run in
      let rows = self.rows(of: run)
      self.labels[rows].initialize(repeating: -1)
    }
  }

  deinit { labels.deallocate() }

  /// Labels every row by its nearest centroid and keeps the sums; returns whether a label changed.
  ///
  /// - Complexity: O(n k d); O(rows near a change · k d) where keys are current.
  func pass(_ centroids: [Double]) -> Bool {
    let mode = nextMode(centroids)
    let (visited, moved) = visit(centroids, mode, isSumming: true)
    visitedCount = visited
    previousCentroids = centroids
    review(mode, movedCount: moved)
    let hasChanged = sums.addRuns()
    if hasChanged { sumsAreFresh = false }
    return hasChanged
  }

  /// Labels every row by its nearest centroid, without sums.
  func label(_ centroids: [Double]) {
    _ = visit(centroids, .dense, isSumming: false)
  }

  /// Makes the sums anew from all rows.
  func resum() {
    sums.reset()
    samples.withUnsafe { raw in
      nonisolated(unsafe) let raw = raw
      forEachBlock(count: runCount, threadCount: threadCount) { run in
        let rows = self.rows(of: run)
        guard let labels = self.labels.baseAddress else { return }
        coterie_move(
          self.engine.instructionSet.instructions, raw, Int64(rows.lowerBound), nil, nil,
          Int64(rows.count), labels + rows.lowerBound, self.sums.sums(ofRun: run))
      }
    }
    _ = sums.addRuns()
    sumsAreFresh = true
  }

  /// Says that labels were changed from outside.
  func labelsHaveChanged() {
    keysAreCurrent = false
    resum()
  }

  /// Says that no pass follows: what only passes need is given back.
  func endPasses() {
    gaps = nil
    keysAreCurrent = false
  }

  /// The sum of weight · squared distance to the own centroid, by direct differences.
  func inertia(_ centroids: [Double]) -> Double {
    let size = Self.inertiaBlockSize
    var partials = [Double](repeating: 0, count: (rowCount + size - 1) / size)
    let blockCount = partials.count
    samples.withUnsafe { raw in
      centroids.withUnsafeBufferPointer { centroids in
        partials.withUnsafeMutableBufferPointer { partials in
          nonisolated(unsafe) let (partials, raw, centroids) = (partials, raw, centroids)
          forEachBlock(count: runCount, threadCount: threadCount) { run in
            guard let labels = self.labels.baseAddress, let centroids = centroids.baseAddress
            else { return }
            for block in run * blockCount / self.runCount..<(run + 1) * blockCount / self.runCount {
              let first = block * size
              partials[block] = coterie_inertia(
                self.engine.instructionSet.instructions, raw, centroids, Int64(first),
                Int64(min(size, self.rowCount - first)), labels + first)
            }
          }
        }
      }
    }
    return partials.reduce(0, +)
  }

  private func rows(of run: Int) -> Range<Int> {
    run * rowCount / runCount..<(run + 1) * rowCount / runCount
  }

  /// Visits all rows; returns how many were looked at and how many moved.
  private func visit(
    _ centroids: [Double], _ mode: LloydMode, isSumming: Bool
  ) -> (visited: Int, moved: Int) {
    let rows = mode == .watching ? visitedCount + rowCount / 64 : rowCount
    let threads = rows * centroids.count < engine.leastWorkOfThread ? 1 : threadCount
    var counts = [(visited: Int, moved: Int)](repeating: (0, 0), count: runCount)
    let (atMost, atLeast) = (gaps?.spentAtMost ?? [], gaps?.spentAtLeast ?? [])
    var watched = gaps?.watched ?? [WatchList?](repeating: nil, count: runCount)
    gaps?.watched = []
    samples.withUnsafe { raw in
      PackedCentroids(centroids, raw).withUnsafe { packed in
        atMost.withUnsafeBufferPointer { atMost in
          atLeast.withUnsafeBufferPointer { atLeast in
            counts.withUnsafeMutableBufferPointer { counts in
              watched.withUnsafeMutableBufferPointer { watched in
                nonisolated(unsafe) let (raw, packed, counts) = (raw, packed, counts)
                nonisolated(unsafe) let (atMost, atLeast, watched) = (atMost, atLeast, watched)
                forEachBlock(count: runCount, threadCount: threads) { run in
                  let rows = self.rows(of: run)
                  guard let labels = self.labels.baseAddress else { return }
                  var visit = LloydVisit(
                    self.engine.instructionSet.instructions, raw, packed, first: rows.lowerBound,
                    count: rows.count, labels: labels + rows.lowerBound,
                    keys: self.gaps?.keys.baseAddress.map { $0 + rows.lowerBound },
                    spentAtMost: atMost.baseAddress, spentAtLeast: atLeast.baseAddress,
                    sums: isSumming ? { self.sums.sums(ofRun: run) } : nil)
                  visit.run(mode, watched: &watched[run])
                  counts[run] = (visit.visitedCount, visit.movedCount)
                }
              }
            }
          }
        }
      }
    }
    gaps?.watched = watched
    return counts.reduce((0, 0)) { ($0.0 + $1.visited, $0.1 + $1.moved) }
  }

  private func nextMode(_ centroids: [Double]) -> LloydMode {
    guard engine.skipsRows else { return .dense }
    if keysAreCurrent, let gaps {
      gaps.spend(from: previousCentroids, to: centroids, scale: samples.scale)
      if gaps.isWatching { return .watching }
      guard visitedCount < rowCount / 8 else { return .scanning(reach: 0) }
      // One scan of n rows for m passes over a list that grows with m: least at about this m.
      let passes = min(256, (Double(rowCount) / Double(2 * visitedCount + 1)).squareRoot())
      let reach = Float(passes * gaps.lastSpending)
      gaps.watch(within: reach)
      return .scanning(reach: reach)
    }
    guard densePassesLeft <= 0 else { return .dense }
    if gaps == nil {
      gaps = GapKeys(rowCount: rowCount, runCount: runCount, clusterCount: clusterCount)
    }
    gaps?.reset()
    return .keying
  }

  /// Chooses what comes next from how much the last pass did.
  private func review(_ mode: LloydMode, movedCount: Int) {
    switch mode {
    case .dense:
      densePassesLeft -= 1
      if movedCount > rowCount / 8 { densePassesLeft = max(densePassesLeft, 1) }
    case .keying:
      keysAreCurrent = true
    case .scanning, .watching:
      if visitedCount > rowCount - rowCount / 4 {
        keysAreCurrent = false
        densePassesLeft = densePassesNext
        densePassesNext *= 2
      }
    }
  }
}
