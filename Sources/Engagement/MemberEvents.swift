import EventLog

/// One member's events up to the as-of time, from oldest to newest, by column.
struct MemberEvents {
  private(set) var timestamps: [Int64] = []
  private(set) var types: [Int] = []
  private(set) var values: [Double] = []

  /// Replaces the events by those at some positions of a history.
  mutating func load(_ positions: UnsafeBufferPointer<Int32>, of columns: EventColumns) {
    let count = positions.count
    timestamps.resize(to: count, with: 0)
    types.resize(to: count, with: 0)
    values.resize(to: count, with: 0)
    // One column after the other: looks at memory far apart then do not wait for each other.
    timestamps.withUnsafeMutableBufferPointer { timestamps in
      for index in 0..<count { timestamps[index] = columns.timestamps[Int(positions[index])] }
    }
    types.withUnsafeMutableBufferPointer { types in
      for index in 0..<count { types[index] = Int(columns.types[Int(positions[index])]) }
    }
    values.withUnsafeMutableBufferPointer { values in
      for index in 0..<count { values[index] = columns.values[Int(positions[index])] }
    }
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

extension Array {
  /// Makes the array shorter, or longer by some element.
  fileprivate mutating func resize(to count: Int, with element: Element) {
    if count < self.count {
      removeLast(self.count - count)
    } else if count > self.count {
      append(contentsOf: repeatElement(element, count: count - self.count))
    }
  }
}
