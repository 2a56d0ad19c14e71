import Foundation

/// The bytes of some whole records, with one line end to spare behind them.
final class TextBlock {
  private(set) var base: UnsafeMutablePointer<UInt8>
  private(set) var capacity: Int
  var count = 0

  init(capacity: Int) {
    self.capacity = capacity
    base = .allocate(capacity: capacity + 1)
  }

  deinit { base.deallocate() }

  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

  func reserve(_ needed: Int) {
    guard needed > capacity else { return }
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: needed + 1)
    larger.update(from: base, count: count)
    base.deallocate()
    base = larger
    capacity = needed
  }
}

/// Divides the bytes of an input where records end.
struct TextBlocks: ~Copyable {
  /// Blocks have so many bytes, and what a record that begins in them goes on to have.
  static let blockSize = 1 << 20

  private let stream: ByteStream
  private let isDelimited: Bool
  private let separator: UInt8
  private let terminator: UInt8
  private var rest: [UInt8]
  private var hasEnded = false
  /// Whether the line that was cut at the end of the last block still goes on.
  private var isSkipping = false
  private var damage: (any Error)?

  /// Goes on with an input of which some bytes are read already; without a separator, records are lines.
  init(_ stream: ByteStream, rest: [UInt8], separator: UInt8?, terminator: UInt8) {
    self.stream = stream
    self.rest = rest
    isDelimited = separator != nil
    self.separator = separator ?? 0
    self.terminator = terminator
  }

  /// Fills a block with whole records; false at the end of the input.
  ///
  /// A line that passes the limit is cut: what the block then has of it is longer than the limit.
  ///
  /// - Throws: what the stream says, once the records before it have been handed out.
  mutating func fill(_ block: TextBlock) throws -> Bool {
    block.count = 0
    block.reserve(max(2 * Self.blockSize, rest.count + 1))
    if rest.count > 0 {
      rest.withUnsafeBufferPointer { rest in
        if let source = rest.baseAddress { block.base.update(from: source, count: rest.count) }
      }
      block.count = rest.count
      rest.removeAll(keepingCapacity: true)
    }
    var target = Self.blockSize
    while true {
      try read(into: block, atLeast: target)
      if isSkipping {
        skip(block)
        if isSkipping, !hasEnded { continue }
        if block.count < target, !hasEnded { continue }
      }
      if block.count == 0 {
        if let damage { throw damage }
        return false
      }
      if hasEnded, damage == nil { return true }
      if let end = recordsEnd(block) {
        keepRest(of: block, from: end)
        return true
      }
      if hasEnded {
        // Cut short within a record.
        block.count = 0
        continue
      }
      if isLineCut(block) {
        isSkipping = true
        return true
      }
      target = 2 * block.count
      block.reserve(target)
    }
  }

  private mutating func read(into block: TextBlock, atLeast target: Int) throws {
    while !hasEnded, block.count < target {
      do {
        let count = try stream.read(
          into: UnsafeMutableRawBufferPointer(
            start: block.base + block.count, count: target - block.count))
        block.count += count
        hasEnded = count == 0
      } catch {
        damage = error
        hasEnded = true
      }
    }
  }

  private mutating func skip(_ block: TextBlock) {
    guard let found = memchr(block.base, Int32(terminator), block.count) else {
      block.count = 0
      if hasEnded { isSkipping = false }
      return
    }
    let end = UnsafeRawPointer(found) - UnsafeRawPointer(block.base) + 1
    block.base.update(from: block.base + end, count: block.count - end)
    block.count -= end
    isSkipping = false
  }

  private mutating func keepRest(of block: TextBlock, from end: Int) {
    rest.append(contentsOf: UnsafeBufferPointer(rebasing: block.bytes[end...]))
    block.count = end
  }

  /// Whether the last line of a block without the end of a record is longer than lines may be.
  private func isLineCut(_ block: TextBlock) -> Bool {
    block.count - (lastLineEnd(block) ?? 0) > LineScanner.maximumRecordBytes
  }

  /// Where the last whole record of a block ends, its line end included; nil where none does.
  private func recordsEnd(_ block: TextBlock) -> Int? {
    if isDelimited, memchr(block.base, Int32(ascii("\"")), block.count) != nil {
      return quotedRecordsEnd(block.bytes)
    }
    return lastLineEnd(block)
  }

  private func lastLineEnd(_ block: TextBlock) -> Int? {
    block.bytes.lastIndex(of: terminator).map { $0 + 1 }
  }

  /// The same where quotes may hold line ends: record by record, as `DelimitedScanner` sees them.
  private func quotedRecordsEnd(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    var end: Int?
    var start = 0
    while let next = recordEnd(bytes, from: start) {
      end = next
      start = next
    }
    return end
  }

  private func lineEnd(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    guard start < bytes.count, let base = bytes.baseAddress else { return nil }
    return memchr(base + start, Int32(terminator), bytes.count - start)
      .map { UnsafeRawPointer($0) - UnsafeRawPointer(base) + 1 }
  }

  /// The place behind the line end of the record that begins at `start`; nil where it goes on.
  private func recordEnd(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    let (quote, carriageReturn) = (ascii("\""), ascii("\r"))
    guard var lineEnd = lineEnd(bytes, from: start) else { return nil }
    func content() -> Int {
      lineEnd - 1 > start && bytes[lineEnd - 2] == carriageReturn ? lineEnd - 2 : lineEnd - 1
    }
    var position = start
    var isFieldStart = true
    while position < content() {
      let byte = bytes[position]
      position += 1
      guard isFieldStart, byte == quote else {
        isFieldStart = byte == separator
        continue
      }
      while true {
        if position >= content() {
          // The quoted field goes on in the next line.
          guard let next = self.lineEnd(bytes, from: lineEnd) else { return nil }
          position = lineEnd
          lineEnd = next
          if content() - start > LineScanner.maximumRecordBytes { return lineEnd }
        } else if bytes[position] != quote {
          position += 1
        } else if position + 1 < content(), bytes[position + 1] == quote {
          position += 2
        } else {
          position += 1
          break
        }
      }
      if position == content() { return lineEnd }
      // Something else behind the quote spoils the record, up to the end of this line.
      guard bytes[position] == separator else { return lineEnd }
      position += 1
      isFieldStart = true
    }
    return lineEnd
  }
}
