import LinearAlgebra

/// Positions of events, grouped by row, each group from oldest to newest, ties in input order.
struct EventsByRow: Sendable {
  private var offsets: [Int]
  private var positions: [Int32]

  /// Groups events.
  ///
  /// Events are first divided among parts of neighbouring rows, so that what follows is of memory that is
  /// near, and parts can be grouped at once.
  ///
  /// - Parameters:
  ///   - rowCount: the number of rows.
  ///   - ids: for each event an id, or -1 for events of no row.
  ///   - rowOfID: for each id its row.
  ///   - timestamps: for each event its instant.
  ///   - threadCount: how many threads work at once; the groups do not depend on it.
  init(rowCount: Int, ids: [Int32], rowOfID: [Int32], timestamps: [Int64], threadCount: Int) {
    precondition(ids.count <= Int(Int32.max), "more events than 32 bits can number")
    offsets = [Int](repeating: 0, count: rowCount + 1)
    positions = []
    guard !ids.isEmpty else { return }
    let grouping = ids.withUnsafeBufferPointer { ids in
      rowOfID.withUnsafeBufferPointer { rowOfID in
        timestamps.withUnsafeBufferPointer { timestamps in
          offsets.withUnsafeMutableBufferPointer { offsets in
            EventGrouping(
              rowCount: rowCount, ids: ids, rowOfID: rowOfID, timestamps: timestamps,
              threadCount: threadCount
            ).positions(offsets)
          }
        }
      }
    }
    positions = grouping
  }

  func withPositions<Result>(
    _ body: (UnsafeBufferPointer<Int>, UnsafeBufferPointer<Int32>) -> Result
  ) -> Result {
    offsets.withUnsafeBufferPointer { offsets in
      positions.withUnsafeBufferPointer { positions in body(offsets, positions) }
    }
  }

  subscript(row: Int) -> ArraySlice<Int32> { positions[offsets[row]..<offsets[row + 1]] }
}

/// Groups events by row.
private struct EventGrouping: @unchecked Sendable {
  /// The most parts that rows are divided into: as many places are written to at once.
  static let mostParts = 512
  /// The fewest events that a thread is given.
  static let leastEvents = 1 << 16

  let rowCount: Int
  let ids: UnsafeBufferPointer<Int32>
  let rowOfID: UnsafeBufferPointer<Int32>
  let timestamps: UnsafeBufferPointer<Int64>
  let threadCount: Int
  private let rowsPerPart: Int
  private let partCount: Int
  private let chunkCount: Int

  init(
    rowCount: Int, ids: UnsafeBufferPointer<Int32>, rowOfID: UnsafeBufferPointer<Int32>,
    timestamps: UnsafeBufferPointer<Int64>, threadCount: Int
  ) {
    self.rowCount = rowCount
    self.ids = ids
    self.rowOfID = rowOfID
    self.timestamps = timestamps
    self.threadCount = threadCount
    rowsPerPart = max(1, (rowCount + Self.mostParts - 1) / Self.mostParts)
    partCount = (rowCount + rowsPerPart - 1) / rowsPerPart
    chunkCount = max(1, min(threadCount, ids.count / Self.leastEvents))
  }

  private func events(ofChunk chunk: Int) -> Range<Int> {
    ids.count * chunk / chunkCount..<ids.count * (chunk + 1) / chunkCount
  }

  private func row(of event: Int) -> Int? {
    let id = ids[event]
    return id < 0 ? nil : Int(rowOfID[Int(id)])
  }

  /// The events, row by row, and where each row begins.
  func positions(_ offsets: UnsafeMutableBufferPointer<Int>) -> [Int32] {
    // For each chunk of events how many are of each part, then where those are to be written.
    var places = [Int](repeating: 0, count: chunkCount * partCount)
    var isAscending = [Bool](repeating: true, count: chunkCount)
    places.withUnsafeMutableBufferPointer { places in
      isAscending.withUnsafeMutableBufferPointer { isAscending in
        nonisolated(unsafe) let (places, isAscending) = (places, isAscending)
        forEachBlock(count: chunkCount, threadCount: threadCount) { chunk in
          let counts = UnsafeMutableBufferPointer(
            rebasing: places[chunk * partCount..<(chunk + 1) * partCount])
          var isSorted = true
          for event in events(ofChunk: chunk) {
            if event > 0, timestamps[event - 1] > timestamps[event] { isSorted = false }
            if let row = row(of: event) { counts[row / rowsPerPart] += 1 }
          }
          isAscending[chunk] = isSorted
        }
      }
    }
    var partStarts = [0]
    var end = 0
    for part in 0..<partCount {
      for chunk in 0..<chunkCount {
        let count = places[chunk * partCount + part]
        places[chunk * partCount + part] = end
        end += count
      }
      partStarts.append(end)
    }
    let (isSorted, starts) = (isAscending.allSatisfy { $0 }, partStarts)
    return [Int32](unsafeUninitializedCapacity: end) { positions, count in
      nonisolated(unsafe) let positions = positions
      places.withUnsafeMutableBufferPointer { places in
        nonisolated(unsafe) let places = places
        forEachBlock(count: chunkCount, threadCount: threadCount) { chunk in
          let next = UnsafeMutableBufferPointer(
            rebasing: places[chunk * partCount..<(chunk + 1) * partCount])
          for event in events(ofChunk: chunk) {
            guard let row = row(of: event) else { continue }
            let part = row / rowsPerPart
            positions[next[part]] = Int32(event)
            next[part] += 1
          }
        }
      }
      nonisolated(unsafe) let offsets = offsets
      forEachBlock(count: partCount, threadCount: threadCount) { part in
        let range = starts[part]..<starts[part + 1]
        group(
          UnsafeMutableBufferPointer(rebasing: positions[range]), from: range.lowerBound,
          firstRow: part * rowsPerPart, offsets, isSorted: isSorted)
      }
      offsets[rowCount] = end
      count = end
    }
  }

  /// Groups the events of a part of the rows, which are in input order.
  private func group(
    _ events: UnsafeMutableBufferPointer<Int32>, from start: Int, firstRow: Int,
    _ offsets: UnsafeMutableBufferPointer<Int>, isSorted: Bool
  ) {
    let rows = firstRow..<min(firstRow + rowsPerPart, rowCount)
    var next = [Int](repeating: 0, count: rows.count)
    let own = events.map { event in
      (event: event, row: (row(of: Int(event)) ?? firstRow) - firstRow)
    }
    for (_, row) in own { next[row] += 1 }
    var end = 0
    for row in rows.indices {
      offsets[row] = start + end
      (next[row - firstRow], end) = (end, end + next[row - firstRow])
    }
    for (event, row) in own {
      events[next[row]] = event
      next[row] += 1
    }
    if isSorted { return }
    var first = 0
    for end in next {
      sort(UnsafeMutableBufferPointer(rebasing: events[first..<end]))
      first = end
    }
  }

  private func sort(_ events: UnsafeMutableBufferPointer<Int32>) {
    let isSorted = events.indices.dropFirst().allSatisfy {
      timestamps[Int(events[$0 - 1])] <= timestamps[Int(events[$0])]
    }
    if isSorted { return }
    var events = events
    events.sort {
      let (left, right) = (timestamps[Int($0)], timestamps[Int($1)])
      return left != right ? left < right : $0 < $1
    }
  }
}
