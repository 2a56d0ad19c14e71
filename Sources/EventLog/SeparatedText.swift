internal import CKernels
import Foundation

/// The lines of a text and where their cells end, quotes having no meaning, a window of some lines at a time.
struct SeparatedWindows: ~Copyable {
  private let text: TextBlock
  private let separator: UInt8
  private let lineEnd: UInt8
  private let instructions: coterie_instructions
  /// The line end behind the text belongs to it where its last line has none.
  private let end: Int
  private var position = 0
  private var size: Int
  private var places: UnsafeMutablePointer<UInt32>

  /// What fits into a cache beside the places of its separators.
  private static let usualSize = 1 << 15

  /// A text behind which a line end stands.
  init(
    _ text: TextBlock, separator: UInt8, lineEnd: UInt8 = ascii("\n"),
    windowSize: Int = Self.usualSize, instructions: coterie_instructions = Self.best
  ) {
    self.text = text
    self.separator = separator
    self.lineEnd = lineEnd
    self.instructions = instructions
    let isEnded = text.count > 0 && text.base[text.count - 1] == lineEnd
    end = isEnded ? text.count : text.count + 1
    size = max(1, windowSize)
    places = .allocate(capacity: size)
  }

  deinit { places.deallocate() }

  static let best =
    [COTERIE_AVX512, COTERIE_AVX2].first { coterie_supports($0) != 0 } ?? COTERIE_BASELINE

  /// The next lines, until the next call; nil at the end.
  mutating func next() -> SeparatedWindow? {
    guard position < text.count else { return nil }
    while true {
      let start = position
      let length = min(size, end - start)
      var contents: UInt32 = 0
      let found = coterie_find_separators(
        instructions, text.base + start, Int64(length), separator, lineEnd, places, &contents)
      var count = Int(found)
      while count > 0, places[count - 1] < SeparatedWindow.lineEnd { count -= 1 }
      if count > 0 {
        position = start + Int(places[count - 1] & ~SeparatedWindow.lineEnd) + 1
        return SeparatedWindow(
          base: text.base, start: start, places: places, count: count, contents: contents)
      }
      // A line that is longer than the window.
      size *= 2
      places.deallocate()
      places = .allocate(capacity: size)
    }
  }
}

/// Some whole lines.
struct SeparatedWindow {
  fileprivate static let lineEnd: UInt32 = 1 << 31

  fileprivate let base: UnsafePointer<UInt8>
  /// Where the first line begins in the text.
  let start: Int
  /// Where cells end, from `start` on; those that end a line have the highest bit set.
  fileprivate let places: UnsafePointer<UInt32>
  /// The number of cells.
  let count: Int
  private let contents: UInt32

  fileprivate init(
    base: UnsafePointer<UInt8>, start: Int, places: UnsafePointer<UInt32>, count: Int,
    contents: UInt32
  ) {
    self.base = base
    self.start = start
    self.places = places
    self.count = count
    self.contents = contents
  }

  // What the window holds, a line that is cut at its end included.
  var isASCII: Bool { contents & UInt32(COTERIE_HAS_NON_ASCII) == 0 }
  var hasNul: Bool { contents & UInt32(COTERIE_HAS_NUL) != 0 }
  var hasQuote: Bool { contents & UInt32(COTERIE_HAS_QUOTE) != 0 }

  /// The line that begins at `start` of the text, of which the first cell ends at `place`;
  /// `cellCount` cells are expected.
  @inline(__always)
  func line(_ place: Int, start: Int, cellCount: Int) -> SeparatedLine {
    var last = place &+ cellCount &- 1
    var highest: UInt32 = 0
    if last < count {
      for inner in place..<last { highest |= places[inner] }
    }
    if last >= count || highest >= Self.lineEnd || places[last] < Self.lineEnd {
      last = place
      while places[last] < Self.lineEnd { last &+= 1 }
    }
    let lineEnd = self.start &+ Int(places[last] & ~Self.lineEnd)
    let isReturned = lineEnd > start && base[lineEnd &- 1] == ascii("\r")
    return SeparatedLine(
      base: base, windowStart: self.start, places: places + place, start: start,
      end: isReturned ? lineEnd &- 1 : lineEnd, cellCount: last &- place &+ 1,
      nextPlace: last &+ 1, nextStart: lineEnd &+ 1)
  }
}

/// A line and its cells.
struct SeparatedLine {
  fileprivate let base: UnsafePointer<UInt8>
  fileprivate let windowStart: Int
  fileprivate let places: UnsafePointer<UInt32>
  fileprivate let start: Int
  /// Without its line end.
  fileprivate let end: Int
  let cellCount: Int
  let nextPlace: Int
  let nextStart: Int

  var count: Int { end &- start }

  var bytes: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: base + start, count: end &- start)
  }

  @inline(__always)
  private func range(_ cell: Int) -> (start: Int, count: Int) {
    let start = cell == 0 ? start : windowStart &+ Int(places[cell &- 1]) &+ 1
    let end = cell == cellCount &- 1 ? end : windowStart &+ Int(places[cell])
    return (start, end &- start)
  }

  @inline(__always)
  func cell(_ index: Int) -> UnsafeBufferPointer<UInt8> {
    let (start, count) = range(index)
    return UnsafeBufferPointer(start: base + start, count: count)
  }

  @inline(__always)
  func span(_ index: Int) -> EventBlock.Span {
    let (start, count) = range(index)
    return EventBlock.Span(
      start: Int32(truncatingIfNeeded: start), count: Int32(truncatingIfNeeded: count))
  }
}
