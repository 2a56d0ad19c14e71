internal import CKernels

/// What a pass does with the rows.
enum LloydMode: Sendable, Equatable {
  /// Labels all.
  case dense
  /// Labels all and writes their keys.
  case keying
  /// Labels those that have spent their keys, and lists those within reach of doing so.
  case scanning(reach: Float)
  /// Labels those listed that have spent their keys.
  case watching
}

/// One pass over the rows of one run: consecutive rows, in order, on one thread.
struct LloydVisit {
  /// Rows that are labelled together.
  static let chunkSize = 1024

  let instructions: coterie_instructions
  let samples: UnsafePointer<coterie_samples>
  let centroids: UnsafePointer<coterie_centroids>
  /// The first row of the run, and how many there are.
  let first: Int
  let count: Int
  /// Of the run.
  let labels: UnsafeMutablePointer<Int32>
  let keys: UnsafeMutablePointer<Float>?
  /// k each; see `GapKeys`.
  let spentAtMost: UnsafePointer<Float>?
  let spentAtLeast: UnsafePointer<Float>?
  /// Where the moves of the run are summed, asked for when there is one; nil not to sum.
  let sums: (() -> UnsafeMutablePointer<Double>)?

  private(set) var visitedCount = 0
  private(set) var movedCount = 0

  init(
    _ instructions: coterie_instructions, _ samples: UnsafePointer<coterie_samples>,
    _ centroids: UnsafePointer<coterie_centroids>, first: Int, count: Int,
    labels: UnsafeMutablePointer<Int32>, keys: UnsafeMutablePointer<Float>? = nil,
    spentAtMost: UnsafePointer<Float>? = nil, spentAtLeast: UnsafePointer<Float>? = nil,
    sums: (() -> UnsafeMutablePointer<Double>)?
  ) {
    self.instructions = instructions
    self.samples = samples
    self.centroids = centroids
    (self.first, self.count) = (first, count)
    (self.labels, self.keys) = (labels, keys)
    (self.spentAtMost, self.spentAtLeast) = (spentAtMost, spentAtLeast)
    self.sums = sums
  }

  /// Carries out the pass; `watched` is the list of the run, made anew when scanning.
  mutating func run(_ mode: LloydMode, watched: inout WatchList?) {
    let size = Self.chunkSize
    let scratchCount = Int(coterie_scratch_count(samples.pointee.column_count))
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: 8 * size) { rows in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: scratchCount) { scratch in
        guard let rows = rows.baseAddress, let scratch = scratch.baseAddress else { return }
        var batch = Batch(rows: rows, scratch: scratch)
        switch mode {
        case .dense, .keying:
          for start in stride(from: 0, to: count, by: size) {
            labelAll(start..<min(count, start + size), isKeying: mode == .keying, &batch)
          }
        case .scanning(let reach): scan(reach, watched: &watched, &batch)
        case .watching: watch(&watched, &batch)
        }
      }
    }
  }

  /// Offsets of rows to be labelled, and room for what their labelling finds.
  private struct Batch {
    let rows: UnsafeMutablePointer<Int32>
    let scratch: UnsafeMutablePointer<Float>
    var count = 0
    var moved: UnsafeMutablePointer<Int32> { rows + 2 * chunkSize }
    var previous: UnsafeMutablePointer<Int32> { rows + 4 * chunkSize }
    var places: UnsafeMutablePointer<Int32> { rows + 6 * chunkSize }
    var end: UnsafeMutablePointer<Int32> { rows + count }
  }

  private mutating func labelAll(_ rows: Range<Int>, isKeying: Bool, _ batch: inout Batch) {
    let start = rows.lowerBound
    let moved = coterie_assign(
      instructions, samples, centroids, Int64(first + start), nil, Int64(rows.count),
      labels + start, isKeying ? keys.map { $0 + start } : nil, spentAtLeast, batch.moved,
      batch.previous, batch.scratch)
    visitedCount += rows.count
    sum(Int(moved), from: start, batch)
  }

  private mutating func labelBatch(_ batch: inout Batch) {
    guard batch.count > 0 else { return }
    let moved = coterie_assign(
      instructions, samples, centroids, Int64(first), batch.rows, Int64(batch.count), labels, keys,
      spentAtLeast, batch.moved, batch.previous, batch.scratch)
    visitedCount += batch.count
    batch.count = 0
    sum(Int(moved), from: 0, batch)
  }

  private mutating func sum(_ moved: Int, from start: Int, _ batch: Batch) {
    movedCount += moved
    guard moved > 0, let sums else { return }
    coterie_move(
      instructions, samples, Int64(first + start), batch.moved, batch.previous, Int64(moved),
      labels + start, sums())
  }

  private mutating func scan(_ reach: Float, watched: inout WatchList?, _ batch: inout Batch) {
    guard let keys, let spentAtMost else { return }
    // A list of more rows than this saves nothing.
    let capacity = reach > 0 ? count / 2 : 0
    var isFull = false
    let list = [Int32](unsafeUninitializedCapacity: capacity) { list, listed in
      for start in stride(from: 0, to: count, by: Self.chunkSize) {
        let size = min(count - start, Self.chunkSize)
        isFull = isFull || listed + size > capacity
        var near: Int64 = 0
        let target = isFull ? nil : list.baseAddress.map { $0 + listed }
        let expired = Int(
          coterie_expired(
            instructions, Int64(start), Int64(size), labels, keys, spentAtMost, reach, batch.end,
            target, &near))
        if expired > size / 2 {
          // Labelling all is as quick, and gives better keys; rows must be summed in order.
          labelBatch(&batch)
          labelAll(start..<start + size, isKeying: true, &batch)
          near = 0
          _ = coterie_expired(
            instructions, Int64(start), Int64(size), labels, keys, spentAtMost, reach, batch.rows,
            target, &near)
        } else {
          batch.count += expired
          if batch.count > Self.chunkSize { labelBatch(&batch) }
        }
        listed += Int(near)
      }
    }
    labelBatch(&batch)
    guard !isFull else { return watched = nil }
    watched = WatchList(
      offsets: list, keys: list.map { keys[Int($0)] }, labels: list.map { labels[Int($0)] })
  }

  private mutating func watch(_ watched: inout WatchList?, _ batch: inout Batch) {
    guard watched != nil else { return scan(0, watched: &watched, &batch) }
    guard let spentAtMost, let keys else { return }
    let (labels, size) = (labels, Self.chunkSize)
    let count = watched?.offsets.count ?? 0
    for start in stride(from: 0, to: count, by: size) {
      // Places in the list first, then the rows that stand there.
      let places = batch.places
      var near: Int64 = 0
      let found = watched?.keys.withUnsafeBufferPointer { keys in
        watched?.labels.withUnsafeBufferPointer { labels -> Int64 in
          guard let keys = keys.baseAddress, let labels = labels.baseAddress else { return 0 }
          return coterie_expired(
            instructions, Int64(start), Int64(min(size, count - start)), labels, keys, spentAtMost,
            0, places + batch.count, nil, &near)
        }
      }
      let end = batch.count + Int(found.flatMap { $0 } ?? 0)
      watched?.offsets.withUnsafeBufferPointer { offsets in
        for index in batch.count..<end { batch.rows[index] = offsets[Int(places[index])] }
      }
      batch.count = end
      if end > size || start + size >= count {
        labelBatch(&batch)
        watched?.update(places, batch.rows, count: end, keys: keys, labels: labels)
      }
    }
  }
}
