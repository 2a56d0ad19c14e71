internal import Foundation

/// A `.npy` file open for reading, its header checked against its length.
final class NumPySource {
  /// What the elements are: 4 or 8 bytes each, rows × columns of them.
  struct Layout {
    let elementSize: Int
    let rowCount: Int
    let columnCount: Int
    /// The place of the first element, in bytes from the beginning of the file.
    let offset: Int

    var count: Int { rowCount * columnCount }
  }

  let layout: Layout
  private let descriptor: Int32
  /// The whole file; nil where it cannot be mapped.
  private let mapping: MappedMemory?
  /// The whole file where it cannot be mapped.
  private let data: Data

  init(_ file: URL) throws(NumPyFault) {
    precondition(1.littleEndian == 1, "NumPy files are read on little-endian machines only")
    descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .inputOutput("cannot be read: \(Self.reason)") }
    do throws(NumPyFault) {
      var status = stat()
      let isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      if isFile, let mapping = MappedMemory(descriptor: descriptor, count: Int(status.st_size)) {
        (self.mapping, data) = (mapping, Data())
        layout = try Layout(mapping.bytes)
      } else {
        // A pipe, or a file system that maps nothing.
        mapping = nil
        do {
          data = try FileHandle(fileDescriptor: descriptor).readToEnd() ?? Data()
        } catch {
          throw NumPyFault.inputOutput("cannot be read: \(error.localizedDescription)")
        }
        layout = try data.withUnsafeBytes { bytes in
          Result { () throws(NumPyFault) in try Layout(bytes) }
        }.get()
      }
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  /// The elements where they lie in the file, or in a copy of them where they are not aligned.
  func mapped<Element>() throws(NumPyFault) -> MappedMatrix<Element> {
    let (rows, columns) = (layout.rowCount, layout.columnCount)
    guard let mapping else {
      throw .inputOutput("cannot be mapped: it is no file on a disk; read it instead")
    }
    if layout.count == 0 || layout.offset % MemoryLayout<Element>.alignment == 0 {
      return MappedMatrix(mapping, offset: layout.offset, rowCount: rows, columnCount: columns)
    }
    let memory = try MappedMemory(count: layout.count * layout.elementSize) {
      (target) throws(NumPyFault) in try load(into: target)
    }
    guard let memory else { throw .inputOutput("cannot be read: \(Self.reason)") }
    return MappedMatrix(memory, offset: 0, rowCount: rows, columnCount: columns)
  }

  /// A copy of the elements in memory.
  func matrix<Element>() throws(NumPyFault) -> Matrix<Element> {
    var fault: NumPyFault?
    let elements = [Element](unsafeUninitializedCapacity: layout.count) { buffer, count in
      do throws(NumPyFault) {
        adviseLargePages(buffer)
        try load(into: UnsafeMutableRawBufferPointer(buffer))
        count = layout.count
      } catch {
        fault = error
      }
    }
    if let fault { throw fault }
    return Matrix(rowCount: layout.rowCount, columnCount: layout.columnCount, elements: elements)
  }

  /// Reads the elements, past the mapping, so that they are in memory once and a file that is cut
  /// short meanwhile is an error.
  private func load(into target: UnsafeMutableRawBufferPointer) throws(NumPyFault) {
    let length = layout.count * layout.elementSize
    guard mapping != nil else {
      data.withUnsafeBytes { bytes in
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[layout.offset...]))
      }
      return
    }
    var position = 0
    while position < length {
      let count = pread(
        descriptor, target.baseAddress.map { $0 + position }, length - position,
        layout.offset + position)
      if count < 0 {
        if errno == EINTR { continue }
        throw .inputOutput("cannot be read: \(Self.reason)")
      }
      guard count > 0 else { throw .length(expected: length, found: position) }
      position += count
    }
  }

  private static var reason: String { String(cString: strerror(errno)) }
}

extension NumPySource.Layout {
  /// Reads the header of a file, given all its bytes.
  fileprivate init(_ bytes: UnsafeRawBufferPointer) throws(NumPyFault) {
    let (header, offset) = try NumPyHeader.read(bytes)
    let size: Int
    switch header.elementType {
    case "<f4": size = 4
    case "<f8": size = 8
    default: throw .elementType(header.elementType)
    }
    guard header.shape.count == 2 else { throw .dimensions(header.shape.count) }
    let (rows, columns) = (header.shape[0], header.shape[1])
    // A single row or column lies the same way in both orders, and NumPy may call it either.
    if header.isFortranOrder, rows > 1, columns > 1 { throw .fortranOrder }
    let (count, countOverflows) = rows.multipliedReportingOverflow(by: columns)
    let (length, lengthOverflows) = count.multipliedReportingOverflow(by: size)
    guard !countOverflows, !lengthOverflows else { throw .shapeOverflow }
    guard bytes.count - offset == length else {
      throw .length(expected: length, found: bytes.count - offset)
    }
    self.init(elementSize: size, rowCount: rows, columnCount: columns, offset: offset)
  }
}
