import EventLog

/// One member's events up to the as-of time, from oldest to newest, by column.
struct MemberEvents {
  private(set) var timestamps: [Int64] = []
  private(set) var types: [Int] = []
  private(set) var values: [Double] = []

  /// Replaces the events by those at some positions of a history.
  mutating func load(_ positions: UnsafeBufferPointer<Int32>, of columns: EventColumns) {
    // One column after the other: looks at memory far apart then do not wait for each other.
    timestamps.removeAll(keepingCapacity: true)
    timestamps.append(contentsOf: positions.lazy.map { columns.timestamps[Int($0)] })
    types.removeAll(keepingCapacity: true)
    types.append(contentsOf: positions.lazy.map { Int(columns.types[Int($0)]) })
    values.removeAll(keepingCapacity: true)
    values.append(contentsOf: positions.lazy.map { columns.values[Int($0)] })
  }

  /// The events of ages [0, days) at an instant; all of them without a window.
  func range(windowInDays days: Int?, asOf instant: Timestamp) -> Range<Int> {
    guard let days else { return timestamps.indices }
    return firstIndex(after: instant.subtracting(days: days).microseconds)..<timestamps.count
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
