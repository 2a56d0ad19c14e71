public import Foundation

/// A matrix as a NumPy file holds it, in one of two precisions.
public enum NumPyArray: Sendable, Hashable {
  /// Elements of type `<f4`.
  case float32(Matrix<Float>)
  /// Elements of type `<f8`.
  case float64(Matrix<Double>)

  /// The number of rows, n.
  public var rowCount: Int {
    switch self {
    case .float32(let matrix): matrix.rowCount
    case .float64(let matrix): matrix.rowCount
    }
  }

  /// The number of columns, d.
  public var columnCount: Int {
    switch self {
    case .float32(let matrix): matrix.columnCount
    case .float64(let matrix): matrix.columnCount
    }
  }
}

/// NumPy's `.npy` files: two-dimensional arrays of `<f4` or `<f8` in C order, versions 1.0 and 2.0.
///
/// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
public enum NumPyFile {
  /// Reads an array; everything the header claims is checked before memory is taken for it.
  ///
  /// - Throws: `LinearAlgebraError.numPyFile` with the path and the fault.
  /// - Complexity: O(n d) time and memory.
  public static func read(_ file: URL) throws(LinearAlgebraError) -> NumPyArray {
    let data: Data
    do {
      data = try Data(contentsOf: file, options: .mappedIfSafe)
    } catch {
      throw .numPyFile(
        path: file.path, .inputOutput("cannot be read: \(error.localizedDescription)"))
    }
    do throws(NumPyFault) {
      return try data.withUnsafeBytes { bytes in
        Result { () throws(NumPyFault) in try decode(bytes) }
      }.get()
    } catch {
      throw .numPyFile(path: file.path, error)
    }
  }

  /// Writes an array as version 1.0, all or nothing: to a temporary file beside `file`, which is
  /// synced and then renamed over it.
  ///
  /// - Throws: `LinearAlgebraError.numPyFile` with the path and the system's reason.
  public static func write(_ array: NumPyArray, to file: URL) throws(LinearAlgebraError) {
    switch array {
    case .float32(let matrix): try write(matrix, elementType: "<f4", to: file)
    case .float64(let matrix): try write(matrix, elementType: "<f8", to: file)
    }
  }

  private static func decode(
    _ bytes: UnsafeRawBufferPointer
  ) throws(NumPyFault) -> NumPyArray {
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
    let body = UnsafeRawBufferPointer(rebasing: bytes[offset...])
    if size == 4 {
      return .float32(Matrix(rowCount: rows, columnCount: columns, elements: load(body, count)))
    }
    return .float64(Matrix(rowCount: rows, columnCount: columns, elements: load(body, count)))
  }

  private static func load<Element: BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _ count: Int
  ) -> [Element] {
    precondition(1.littleEndian == 1, "NumPy files are read on little-endian machines only")
    return [Element](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
      initializedCount = count
    }
  }

  private static func write<Element>(
    _ matrix: Matrix<Element>, elementType: String, to file: URL
  ) throws(LinearAlgebraError) {
    precondition(1.littleEndian == 1, "NumPy files are written on little-endian machines only")
    let header = NumPyHeader(
      elementType: elementType, isFortranOrder: false, shape: [matrix.rowCount, matrix.columnCount])
    let directory = file.deletingLastPathComponent()
    let temporary = directory.appendingPathComponent(
      ".\(file.lastPathComponent).\(UUID().uuidString).tmp")
    func fail(_ action: String) -> LinearAlgebraError {
      let reason = String(cString: strerror(errno))
      unlink(temporary.path)
      return .numPyFile(path: file.path, .inputOutput("cannot \(action): \(reason)"))
    }
    let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL, 0o666)
    guard descriptor >= 0 else { throw fail("be written") }
    let isWritten =
      header.encoded.withUnsafeBytes { writeAll($0, to: descriptor) }
      && matrix.elements.withUnsafeBytes { writeAll($0, to: descriptor) }
      && fsync(descriptor) == 0
    guard isWritten else {
      let error = fail("be written")
      close(descriptor)
      throw error
    }
    guard close(descriptor) == 0 else { throw fail("be closed") }
    guard rename(temporary.path, file.path) == 0 else { throw fail("be renamed into place") }
  }

  private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let written = Foundation.write(descriptor, rest.baseAddress, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        return false
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
    return true
  }
}
