import EventLog

/// Some events of one group that count, side by side by what they are, and where the records of their
/// members are.
struct EventBatch {
  let count: Int
  /// Microseconds since 1970-01-01T00:00:00Z.
  let times: UnsafeMutablePointer<Int64>
  /// NaN where there is none.
  let values: UnsafeMutablePointer<Double>
  /// What the impact of each is; for whoever makes the batch to fill.
  let impacts: UnsafeMutablePointer<Double>
  /// Room for what is computed of each on the way.
  let terms: UnsafeMutablePointer<Double>
  let blocks: UnsafeMutablePointer<Int64>
  let types: UnsafeMutablePointer<Int32>
  /// The position of each event's member in the group.
  let slots: UnsafeMutablePointer<Int32>
  let newest: Int64
  private let width: Int
  private let words: UnsafeMutablePointer<Int64>

  /// The record of an event's member.
  @inline(__always)
  func record(_ index: Int) -> UnsafeMutablePointer<Int64> {
    words + Int(slots[index]) &* width
  }

  /// Calls `body` with the events of a slot, those at -1 left out.
  static func with(
    _ events: UnsafeBufferPointer<EventBlock.Row>, slots: UnsafePointer<Int32>,
    typeCodes: [Int32], layout: MemberRecordLayout, words: UnsafeMutablePointer<Int64>,
    _ body: (EventBatch) -> Void
  ) {
    // Times, values, impacts, terms and blocks; types and slots.
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: 6 * events.count) { storage in
      guard let base = storage.baseAddress else { return }
      let raw = UnsafeMutableRawPointer(base)
      let capacity = events.count
      func numbers<Number>(_ type: Number.Type, after words: Int) -> UnsafeMutablePointer<Number> {
        (raw + 8 * words).bindMemory(to: type, capacity: capacity)
      }
      let times = numbers(Int64.self, after: 0)
      let values = numbers(Double.self, after: capacity)
      let impacts = numbers(Double.self, after: 2 * capacity)
      let terms = numbers(Double.self, after: 3 * capacity)
      let blocks = numbers(Int64.self, after: 4 * capacity)
      let types = numbers(Int32.self, after: 5 * capacity)
      let places = types + capacity
      let width = layout.wordCount
      var (count, newest, bits) = (0, Int64.min, 0 as Int64)
      typeCodes.withUnsafeBufferPointer { typeCodes in
        for index in 0..<capacity where slots[index] >= 0 {
          let event = events[index]
          times[count] = event.timestamp
          values[count] = event.value
          types[count] = typeCodes[Int(event.type)]
          places[count] = slots[index]
          newest = max(newest, event.timestamp)
          count &+= 1
          // Brings the records near, all misses of the cache at once. A line holds eight words.
          let record = words + Int(slots[index]) &* width
          for word in stride(from: 0, to: width, by: 8) { bits |= record[word] }
          bits |= record[width &- 1]
        }
      }
      // Read, so that the records are.
      precondition(bits != .max || width > 0)
      body(
        EventBatch(
          count: count, times: times, values: values, impacts: impacts, terms: terms,
          blocks: blocks, types: types, slots: places, newest: newest, width: width,
          words: words))
    }
  }

  /// Calls `body` with the place of every event after an instant.
  @inline(__always)
  func forEach(after earliest: Int64, _ body: (_ index: Int) -> Void) {
    guard newest > earliest else { return }
    var index = 0
    while index < count {
      if times[index] > earliest { body(index) }
      index &+= 1
    }
  }
}
