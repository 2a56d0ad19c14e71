package import EventLog

/// The columns of a community's history as plain memory, for loops over many members: nothing is counted
/// or copied as they are read.
package struct EventColumns: @unchecked Sendable {
  /// For each event, its instant in microseconds since 1970.
  package let timestamps: UnsafeBufferPointer<Int64>
  /// For each event, the position of its type in the history's types.
  package let types: UnsafeBufferPointer<Int32>
  /// For each event, its value, or NaN where it has none.
  package let values: UnsafeBufferPointer<Double>
  let offsets: UnsafeBufferPointer<Int>
  let positions: UnsafeBufferPointer<Int32>

  /// The positions of a row's own events at or before an instant, from oldest to newest.
  package func events(ofRow row: Int, asOf instant: Timestamp) -> UnsafeBufferPointer<Int32> {
    let (first, end) = (offsets[row], offsets[row + 1])
    // Mostly all of them are.
    if first == end || timestamps[Int(positions[end - 1])] <= instant.microseconds {
      return UnsafeBufferPointer(rebasing: positions[first..<end])
    }
    var (low, high) = (first, end)
    while low < high {
      let middle = (low + high) / 2
      if timestamps[Int(positions[middle])] <= instant.microseconds {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return UnsafeBufferPointer(rebasing: positions[first..<low])
  }
}
