import Foundation

/// The bytes of an input from beginning to end, decompressed if they are gzip.
final class ByteStream {
  /// Why a stream ends before its end.
  enum Damage: Error {
    case unreadable(String)
    case foreign(ForeignFormat)
    case truncatedGzip
    case damagedGzip(String)
    case unfinishedArray
  }

  private static let chunkSize = 1 << 18

  private var source: Source
  private var inflater: Inflater?
  private var chunk = [UInt8](repeating: 0, count: ByteStream.chunkSize)
  private var chunkRange = 0..<0
  private var hasEnded = false
  /// Bytes that were read and are to be read again.
  private var returned: ArraySlice<UInt8> = []
  private var array: JSONArrayLines?
  /// Whether the first bytes, once decompressed, are still to be looked at.
  private var isToBeText: Bool

  /// Opens an input and looks at its first bytes; what is read of it is added to `progress`.
  ///
  /// - Throws: ``Damage``, also where the input `isText` and begins as files of another kind do.
  init(_ input: Input, isText: Bool = true, progress: ReadProgress? = nil) throws {
    isToBeText = isText
    source = try Source(input, progress: progress)
    try refill()
    // A first read of a few bytes cannot tell; pipes may do that.
    while chunkRange.count < ForeignFormat.byteCount, !hasEnded { try refill() }
    if chunkRange.count >= 2, chunk[0] == 0x1f, chunk[1] == 0x8b {
      inflater = Inflater()
    } else {
      try check(chunk[chunkRange])
    }
  }

  private func check(_ first: some Collection<UInt8>) throws {
    if isToBeText, let format = ForeignFormat(first) { throw Damage.foreign(format) }
    isToBeText = false
  }

  /// Reads on as JSON Lines what is one JSON array, from bytes on that were read already.
  func readAsLines(of array: JSONArrayLines, from bytes: [UInt8]) {
    self.array = array
    returned = bytes[...]
  }

  /// Reads up to the buffer's size; 0 at the end only.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    guard let array else { return try readBytes(into: buffer) }
    let count: Int
    if returned.isEmpty {
      count = try readBytes(into: buffer)
    } else {
      count = min(buffer.count, returned.count)
      buffer.copyBytes(from: returned.prefix(count))
      returned = returned.dropFirst(count)
    }
    if count == 0, !array.hasEnded { throw Damage.unfinishedArray }
    array.convert(
      UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]).bindMemory(to: UInt8.self))
    return count
  }

  private func readBytes(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    guard let inflater else { return try readPlain(into: buffer) }
    while true {
      if chunkRange.isEmpty, !hasEnded { try refill() }
      if chunkRange.isEmpty, hasEnded {
        if inflater.isInsideMember { throw Damage.truncatedGzip }
        return 0
      }
      let (consumed, produced) = try chunk.withUnsafeMutableBufferPointer {
        input in
        try inflater.inflate(
          UnsafeMutableBufferPointer(rebasing: input[chunkRange]), into: buffer)
      }
      chunkRange = chunkRange.lowerBound + consumed..<chunkRange.upperBound
      if produced > 0 {
        if isToBeText { try check(buffer.prefix(produced)) }
        return produced
      }
    }
  }

  private func readPlain(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    if chunkRange.isEmpty { return hasEnded ? 0 : try source.read(into: buffer) }
    let count = min(buffer.count, chunkRange.count)
    chunk.withUnsafeBytes { bytes in
      buffer.copyMemory(
        from: UnsafeRawBufferPointer(
          rebasing: bytes[chunkRange.lowerBound..<chunkRange.lowerBound + count]))
    }
    chunkRange = chunkRange.lowerBound + count..<chunkRange.upperBound
    return count
  }

  /// Reads behind the bytes that are not handed out yet, or from the beginning where there are none.
  private func refill() throws {
    let end = chunkRange.isEmpty ? 0 : chunkRange.upperBound
    let count = try chunk.withUnsafeMutableBytes { bytes in
      try source.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[end...]))
    }
    hasEnded = count == 0
    chunkRange = (chunkRange.isEmpty ? 0 : chunkRange.lowerBound)..<end + count
  }
}

/// Raw bytes of a file, the standard input or memory.
private struct Source: ~Copyable {
  private var descriptor: Int32 = -1
  private let ownsDescriptor: Bool
  private let bytes: [UInt8]
  private var position = 0
  private let progress: ReadProgress?

  init(_ input: Input, progress: ReadProgress?) throws {
    self.progress = progress
    switch input {
    case .file(let path):
      bytes = []
      ownsDescriptor = true
      descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw ByteStream.Damage.unreadable(systemReason(errno)) }
      var status = stat()
      if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
        close(descriptor)
        throw ByteStream.Damage.unreadable("it is a folder")
      }
    case .standardInput:
      bytes = []
      ownsDescriptor = false
      descriptor = STDIN_FILENO
    case .bytes(let held, _):
      ownsDescriptor = false
      bytes = held
    }
  }

  deinit { if ownsDescriptor { close(descriptor) } }

  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = try readUncounted(into: buffer)
    progress?.add(bytes: count)
    return count
  }

  private mutating func readUncounted(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    if descriptor < 0 {
      let count = min(buffer.count, bytes.count - position)
      bytes.withUnsafeBytes { all in
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[position..<position + count]))
      }
      position += count
      return count
    }
    while true {
      let count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      if errno != EINTR { throw ByteStream.Damage.unreadable(systemReason(errno)) }
    }
  }
}
