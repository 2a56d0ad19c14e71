import Foundation

/// Hands out the lines of a stream as bytes, with their numbers, from a buffer that is reused.
///
/// Lines end with LF, CR LF or, where the first line of the input does, a lone CR. A byte order mark
/// at the beginning is dropped.
struct LineScanner: ~Copyable {
  /// Longer records are rejected; the lines after them are read again.
  static let maximumRecordBytes = 1 << 20

  let stream: ByteStream?
  private var buffer: UnsafeMutablePointer<UInt8>
  private var capacity = 1 << 20
  private var start = 0
  private var end = 0
  private var hasEnded = false
  private var terminator = UInt8(ascii: "\n")
  /// The number of lines handed out so far.
  private(set) var lineCount = 0

  init(_ stream: ByteStream) throws {
    self.stream = stream
    buffer = .allocate(capacity: capacity)
    try fill()
    if end >= 3, buffer[0] == 0xEF, buffer[1] == 0xBB, buffer[2] == 0xBF { start = 3 }
    let bytes = UnsafeBufferPointer(start: buffer + start, count: end - start)
    if bytes.contains(UInt8(ascii: "\r")), !bytes.contains(UInt8(ascii: "\n")) {
      terminator = UInt8(ascii: "\r")
    }
  }

  /// Goes through bytes in memory, whose line ends are known.
  init(_ bytes: UnsafeBufferPointer<UInt8>, terminator: UInt8) {
    stream = nil
    capacity = bytes.count
    buffer = .allocate(capacity: max(1, capacity))
    if let source = bytes.baseAddress { buffer.update(from: source, count: capacity) }
    end = capacity
    hasEnded = true
    self.terminator = terminator
  }

  deinit { buffer.deallocate() }

  /// The bytes that are read but not handed out yet, and what ends their lines.
  consuming func remainder(after count: Int) -> (rest: [UInt8], terminator: UInt8) {
    (
      Array(UnsafeBufferPointer(start: buffer + start + count, count: end - start - count)),
      terminator
    )
  }

  /// The bytes from the beginning of the current record.
  var base: UnsafePointer<UInt8> { UnsafePointer(buffer + start) }

  /// Finds the end of the line that begins `offset` bytes after the current record's beginning.
  ///
  /// - Returns: the number of bytes up to the line's end, without and with its terminator, or nil at
  ///   the end of the input. A line that passes the limit is cut there, and goes on behind it.
  mutating func line(
    at offset: Int
  ) throws -> (content: Int, total: Int, isCut: Bool)? {
    var searched = offset
    while true {
      if start + searched < end,
        let found = memchr(buffer + start + searched, Int32(terminator), end - start - searched)
      {
        let total = UnsafeRawPointer(found) - UnsafeRawPointer(buffer + start) + 1
        return (contentLength(upTo: total - 1, from: offset), total, false)
      }
      searched = end - start
      if hasEnded {
        guard searched > offset else { return nil }
        return (contentLength(upTo: searched, from: offset), searched, false)
      }
      if searched > Self.maximumRecordBytes { return (searched, searched, true) }
      try fill()
    }
  }

  /// Ends the current record, of so many bytes and lines.
  mutating func advance(bytes: Int, lines: Int) {
    start += bytes
    lineCount += lines
  }

  /// Makes lines of the elements where the input is one JSON array; nil, and nothing changes, where it is not.
  mutating func readArrayAsLines() throws -> JSONArrayLines? {
    guard let first = try firstContentLine(),
      first.first(where: { $0 != 0x20 && $0 != 0x09 }) == ascii("["), let stream
    else { return nil }
    let array = JSONArrayLines(line: lineCount + 1)
    stream.readAsLines(
      of: array, from: Array(UnsafeBufferPointer(start: buffer + start, count: end - start)))
    (start, end, lineCount, hasEnded) = (0, 0, 0, false)
    terminator = UInt8(ascii: "\n")
    try fill()
    return array
  }

  /// Moves to the first line that is not blank, nor separators alone, and returns its bytes; nil where there is none.
  mutating func firstContentLine() throws -> UnsafeBufferPointer<UInt8>? {
    while let line = try line(at: 0) {
      let bytes = UnsafeBufferPointer(start: base, count: line.content)
      if line.isCut || !bytes.allSatisfy({ " \t,;|".utf8.contains($0) }) { return bytes }
      advance(bytes: line.total, lines: 1)
    }
    return nil
  }

  /// Leaves out the rest of a line that was cut and is already counted.
  mutating func skipLine() throws {
    while let rest = try line(at: 0) {
      start += rest.total
      if !rest.isCut { return }
    }
  }

  private func contentLength(upTo length: Int, from offset: Int) -> Int {
    length > offset && buffer[start + length - 1] == UInt8(ascii: "\r") ? length - 1 : length
  }

  private mutating func fill() throws {
    if start > 0 {
      buffer.update(from: buffer + start, count: end - start)
      end -= start
      start = 0
    }
    if end == capacity {
      let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity * 2)
      larger.update(from: buffer, count: end)
      buffer.deallocate()
      buffer = larger
      capacity *= 2
    }
    let count =
      try stream?.read(
        into: UnsafeMutableRawBufferPointer(start: buffer + end, count: capacity - end)) ?? 0
    if count == 0 { hasEnded = true }
    end += count
  }
}
