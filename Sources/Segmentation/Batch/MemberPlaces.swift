import Engagement
import EventLog

/// The events of one member, oldest first, and for each selection the places of those that it takes: a bit
/// for each event, so that many are counted and found at once.
struct MemberPlaces: ~Copyable {
  private(set) var count = 0
  private(set) var times: UnsafeMutablePointer<Int64>
  private(set) var values: UnsafeMutablePointer<Double>
  private var types: UnsafeMutablePointer<Int32>
  /// For each selection some words.
  private var planes: UnsafeMutablePointer<UInt64>
  private var wordCount = 1
  private var capacity = 64
  /// Holds what follows.
  private let table: MarkTable
  private let bits: UnsafeBufferPointer<Int32>
  private let bitStarts: UnsafeBufferPointer<Int32>
  private let tests: UnsafeBufferPointer<MarkTable.Test>
  private let testStarts: UnsafeBufferPointer<Int32>
  private let columns: EventColumns

  init(_ table: MarkTable, _ columns: EventColumns) {
    self.table = table
    self.columns = columns
    bits = table.bits.elements
    bitStarts = table.bitStarts.elements
    tests = table.tests.elements
    testStarts = table.testStarts.elements
    times = .allocate(capacity: capacity)
    values = .allocate(capacity: capacity)
    types = .allocate(capacity: capacity)
    planes = .allocate(capacity: max(1, table.selectionCount))
  }

  deinit {
    times.deallocate()
    values.deallocate()
    types.deallocate()
    planes.deallocate()
  }

  private mutating func reserve(_ count: Int) {
    guard count > capacity else { return }
    times.deallocate()
    values.deallocate()
    types.deallocate()
    planes.deallocate()
    capacity = max(count, 2 * capacity)
    times = .allocate(capacity: capacity)
    values = .allocate(capacity: capacity)
    types = .allocate(capacity: capacity)
    planes = .allocate(capacity: max(1, table.selectionCount) * ((capacity + 63) / 64))
  }

  /// Takes the events at some positions of the history, oldest first, in the place of others.
  mutating func load(_ positions: UnsafeBufferPointer<Int32>, of history: EventHistory) {
    reserve(positions.count)
    count = positions.count
    wordCount = (count + 63) / 64
    // One column after the other: looks at memory far apart then do not wait for each other.
    for place in 0..<count { times[place] = columns.timestamps[Int(positions[place])] }
    for place in 0..<count { types[place] = columns.types[Int(positions[place])] }
    for place in 0..<count { values[place] = columns.values[Int(positions[place])] }
    planes.update(repeating: 0, count: table.selectionCount * wordCount)
    for place in 0..<count {
      let type = Int(types[place])
      let (word, mask) = (place >> 6, UInt64(1) << UInt64(place & 63))
      for index in Int(bitStarts[type])..<Int(bitStarts[type + 1]) {
        planes[Int(bits[index]) * wordCount + word] |= mask
      }
      for index in Int(testStarts[type])..<Int(testStarts[type + 1]) {
        let test = tests[index]
        let value = values[place]
        let holds =
          test.other >= 0
          ? table.holds(test, for: Int(positions[place]), of: history)
          : value.isNaN ? test.holdsWhereMissing : test.values.contains(value)
        if holds { planes[test.bit * wordCount + word] |= mask }
      }
    }
  }

  /// The place of the first event at or after an instant.
  func start(at instant: Int64) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if times[middle] < instant { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Whether a selection takes the event at a place.
  func isSelected(_ place: Int, _ bit: Int) -> Bool {
    planes[bit * wordCount + place >> 6] >> UInt64(place & 63) & 1 == 1
  }

  /// The number of selected events among some.
  func count(_ bit: Int, in places: Range<Int>) -> Int {
    var count = 0
    forEachWord(of: bit, in: places) { _, word in count += word.nonzeroBitCount }
    return count
  }

  /// Calls `body` with the words that have bits of some places, oldest first, without those of others.
  @inline(__always)
  func forEachWord(
    of bit: Int, in places: Range<Int>, _ body: (_ firstPlace: Int, _ word: UInt64) -> Void
  ) {
    guard !places.isEmpty else { return }
    let (first, last) = (places.lowerBound >> 6, (places.upperBound - 1) >> 6)
    let plane = planes + bit * wordCount
    for index in first...last {
      var word = plane[index]
      if index == first { word &= ~0 << UInt64(places.lowerBound & 63) }
      if index == last { word &= ~0 >> UInt64(63 - (places.upperBound - 1) & 63) }
      body(index << 6, word)
    }
  }

  /// Calls `body` with the places of the selected events among some, oldest first.
  @inline(__always)
  func forEach(_ bit: Int, in places: Range<Int>, _ body: (_ place: Int) -> Void) {
    forEachWord(of: bit, in: places) { first, word in
      var word = word
      while word != 0 {
        body(first + word.trailingZeroBitCount)
        word &= word - 1
      }
    }
  }

  /// The place of the first selected event among some, or nil.
  func first(_ bit: Int, in places: Range<Int>) -> Int? {
    guard !places.isEmpty else { return nil }
    let (first, last) = (places.lowerBound >> 6, (places.upperBound - 1) >> 6)
    let plane = planes + bit * wordCount
    var word = plane[first] & ~0 << UInt64(places.lowerBound & 63)
    var index = first
    while word == 0 {
      index += 1
      guard index <= last else { return nil }
      word = plane[index]
    }
    let place = index << 6 + word.trailingZeroBitCount
    return place < places.upperBound ? place : nil
  }

  /// The place of the last selected event among some, or nil.
  func last(_ bit: Int, in places: Range<Int>) -> Int? {
    guard !places.isEmpty else { return nil }
    let (first, last) = (places.lowerBound >> 6, (places.upperBound - 1) >> 6)
    let plane = planes + bit * wordCount
    var word = plane[last] & ~0 >> UInt64(63 - (places.upperBound - 1) & 63)
    var index = last
    while word == 0 {
      index -= 1
      guard index >= first else { return nil }
      word = plane[index]
    }
    let place = index << 6 + 63 - word.leadingZeroBitCount
    return place >= places.lowerBound ? place : nil
  }
}
