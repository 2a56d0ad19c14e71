import EventLog

/// One member's events up to the as-of time, from oldest to newest, by column.
struct MemberEvents {
  private(set) var timestamps: [Int64] = []
  private(set) var types: [Int] = []
  private(set) var values: [Double] = []
  /// Positions in the history.
  private(set) var positions: ArraySlice<Int32> = []

  /// Replaces the events by those at some positions of a history.
  mutating func load(_ positions: ArraySlice<Int32>, of history: EventHistory) {
    timestamps.removeAll(keepingCapacity: true)
    types.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
    for position in positions {
      timestamps.append(history.timestamps[Int(position)])
      types.append(Int(history.typeIndices[Int(position)]))
      values.append(history.values[Int(position)])
    }
    self.positions = positions
  }

  /// The events of ages [0, days) at an instant; all of them without a window.
  func range(windowInDays days: Int?, asOf instant: Timestamp) -> Range<Int> {
    guard let days else { return timestamps.indices }
    return firstIndex(after: instant.subtracting(days: days).microseconds)..<timestamps.count
  }

  /// The positions in the history of some of the events.
  func positions(_ range: Range<Int>) -> ArraySlice<Int32> {
    positions[positions.startIndex + range.lowerBound..<positions.startIndex + range.upperBound]
  }

  /// The index of the first event that is later than an instant.
  func firstIndex(after instant: Int64) -> Int {
    var low = 0
    var high = timestamps.count
    while low < high {
      let middle = (low + high) / 2
      if timestamps[middle] <= instant { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
