/// A read-only matrix whose elements stay in a file and come into memory as they are read.
///
/// Its pages are memory that the system takes back when it needs it, so the file may be larger than
/// what is free, at the price of reading it again. Copies share the mapping, which ends with the last.
///
/// The file must stay as it is while it is mapped. What is written over it shows in the elements at
/// any time, without notice; where it is cut short, reading an element that is no longer there ends
/// the process (the signal SIGBUS), since no error can be thrown by a load from memory.
public struct MappedMatrix<Element: BinaryFloatingPoint & Sendable>: RowMajorMatrix {
  /// The number of rows, n.
  public let rowCount: Int
  /// The number of columns, d.
  public let columnCount: Int

  private let memory: MappedMemory
  private let offset: Int

  /// The elements from byte `offset` of a mapping on.
  ///
  /// - Precondition: they are all in it, and lie where elements may.
  init(_ memory: MappedMemory, offset: Int, rowCount: Int, columnCount: Int) {
    let count = rowCount * columnCount
    let bytes = memory.bytes[offset..<offset + count * MemoryLayout<Element>.stride]
    precondition(
      bytes.isEmpty || offset % MemoryLayout<Element>.alignment == 0, "elements must be aligned")
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.memory = memory
    self.offset = offset
  }

  /// Calls `body` with all elements, n × d, row after row; the pointer must not escape.
  public func withUnsafeElements<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(memory) {} }
    let start = memory.bytes.baseAddress.map { $0 + offset }
    return try body(
      UnsafeBufferPointer(
        start: start?.assumingMemoryBound(to: Element.self), count: rowCount * columnCount))
  }
}
