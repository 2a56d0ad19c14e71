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

/// A matrix in a NumPy file that is mapped, in one of two precisions.
public enum MappedNumPyArray: Sendable {
  /// Elements of type `<f4`.
  case float32(MappedMatrix<Float>)
  /// Elements of type `<f8`.
  case float64(MappedMatrix<Double>)
}

/// NumPy's `.npy` files: two-dimensional arrays of `<f4` or `<f8` in C order, versions 1.0 to 3.0.
///
/// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
public enum NumPyFile {
  /// Reads an array into memory; everything the header claims is checked before memory is taken for
  /// it.
  ///
  /// - Throws: `LinearAlgebraError.numPyFile` with the path and the fault.
  /// - Complexity: O(n d) time and memory.
  public static func read(_ file: URL) throws(LinearAlgebraError) -> NumPyArray {
    try withSource(file) { source throws(NumPyFault) in
      source.layout.elementSize == 4
        ? .float32(try source.matrix()) : .float64(try source.matrix())
    }
  }

  /// Maps an array: its elements are read from the file when they are used.
  ///
  /// The header is checked as in `read`, with the file's length as it is now; see `MappedMatrix` for
  /// what becomes of a file that is changed later. Elements that do not begin at a multiple of
  /// their size, which NumPy sees to, are copied into memory.
  ///
  /// - Throws: `LinearAlgebraError.numPyFile` with the path and the fault; a pipe is one.
  /// - Complexity: O(1) time and memory.
  public static func map(_ file: URL) throws(LinearAlgebraError) -> MappedNumPyArray {
    try withSource(file) { source throws(NumPyFault) in
      source.layout.elementSize == 4
        ? .float32(try source.mapped()) : .float64(try source.mapped())
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

  private static func withSource<Result>(
    _ file: URL, _ body: (NumPySource) throws(NumPyFault) -> Result
  ) throws(LinearAlgebraError) -> Result {
    do throws(NumPyFault) {
      return try body(try NumPySource(file))
    } catch {
      throw .numPyFile(path: file.path, error)
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
