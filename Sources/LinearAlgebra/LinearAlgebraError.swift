/// What can be wrong with the matrices and files given to this module.
public enum LinearAlgebraError: Error, Hashable, Sendable {
  /// An element is NaN or infinite.
  case nonFinite(row: Int, column: Int)
  /// A matrix does not have the shape that the operation needs.
  case shape(expected: String, rows: Int, columns: Int)
  /// A matrix differs from its transpose at this place.
  case notSymmetric(row: Int, column: Int)
  /// A pivot of the Cholesky factorisation is not positive, or vanishes beside its column's
  /// variance: this column depends linearly on those before it.
  case notPositiveDefinite(column: Int)
  /// A LAPACK routine did not converge; `code` is its own return value.
  case didNotConverge(routine: String, code: Int)
  /// A `.npy` file cannot be read or written.
  case numPyFile(path: String, NumPyFault)
}

extension LinearAlgebraError: CustomStringConvertible {
  /// What is wrong, where, and the way out.
  public var description: String {
    switch self {
    case .nonFinite(let row, let column):
      "row \(row), column \(column) is not a finite number; impute it or leave the row out"
    case .shape(let expected, let rows, let columns):
      "a matrix of \(rows) × \(columns) was given where \(expected) is needed"
    case .notSymmetric(let row, let column):
      "the matrix is not symmetric at row \(row), column \(column); average it with its transpose"
    case .notPositiveDefinite(let column):
      "column \(column) is constant or a linear combination of the columns before it; drop it, or "
        + "reduce with principal components instead"
    case .didNotConverge(let routine, let code):
      "LAPACK's \(routine) did not converge (code \(code)); standardise the columns and try again"
    case .numPyFile(let path, let fault):
      "\(path): \(fault)"
    }
  }
}

/// What can be wrong with a NumPy `.npy` file.
public enum NumPyFault: Error, Hashable, Sendable {
  /// The file could not be opened, read or written.
  case inputOutput(String)
  /// The file does not begin as `.npy` files do.
  case notNumPy
  /// A format version other than 1.0, 2.0 and 3.0.
  case version(major: Int, minor: Int)
  /// The file ends before its header does.
  case truncatedHeader
  /// The header is not the dictionary that the format asks for.
  case malformedHeader(String)
  /// Elements of a type that is not read here.
  case elementType(String)
  /// Column-major storage.
  case fortranOrder
  /// An array that is not two-dimensional.
  case dimensions(Int)
  /// The shape does not fit into memory addresses.
  case shapeOverflow
  /// The bytes after the header do not agree with the shape.
  case length(expected: Int, found: Int)
}

extension NumPyFault: CustomStringConvertible {
  /// What is wrong and the way out.
  public var description: String {
    switch self {
    case .inputOutput(let reason): "\(reason)"
    case .notNumPy: "not a NumPy .npy file; write it with numpy.save"
    case .version(let major, let minor):
      "format version \(major).\(minor) is not read; versions 1.0 to 3.0 are"
    case .truncatedHeader: "the file ends inside its header; it was cut short"
    case .malformedHeader(let reason): "malformed header: \(reason)"
    case .elementType(let type):
      "elements of type \(type) are not read; save array.astype('<f8') or '<f4'"
    case .fortranOrder:
      "the array is in Fortran order; save numpy.ascontiguousarray(array)"
    case .dimensions(let count):
      "the array has \(count) dimension\(count == 1 ? "" : "s"), 2 are needed; use array.reshape"
    case .shapeOverflow: "the shape is too large for this machine"
    case .length(let expected, let found):
      "the shape asks for \(expected) bytes of data, the file has \(found)"
    }
  }
}
