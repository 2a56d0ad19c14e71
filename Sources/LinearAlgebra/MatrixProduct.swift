extension Matrix where Element: BLASScalar {
  /// The product of this matrix (n × m) and another (m × p), an n × p matrix.
  ///
  /// - Throws: `LinearAlgebraError.shape` where the inner counts differ.
  /// - Complexity: O(n m p).
  public func multiplied(by other: Matrix) throws(LinearAlgebraError) -> Matrix {
    guard columnCount == other.rowCount else {
      throw .shape(
        expected: "\(columnCount) rows", rows: other.rowCount, columns: other.columnCount)
    }
    return product(with: other, transposed: false, columnCount: other.columnCount)
  }

  /// The product of this matrix (n × m) and another's transpose (p × m), an n × p matrix.
  ///
  /// - Throws: `LinearAlgebraError.shape` where the column counts differ.
  /// - Complexity: O(n m p).
  public func multiplied(byTransposeOf other: Matrix) throws(LinearAlgebraError) -> Matrix {
    guard columnCount == other.columnCount else {
      throw .shape(
        expected: "\(columnCount) columns", rows: other.rowCount, columns: other.columnCount)
    }
    return product(with: other, transposed: true, columnCount: other.rowCount)
  }

  /// The Gram matrix of the columns, Aᵀ A, d × d and exactly symmetric.
  ///
  /// - Complexity: O(n d²).
  public func gramMatrix() -> Matrix {
    var result = Matrix(rowCount: columnCount, columnCount: columnCount)
    let (count, size) = (rowCount, columnCount)
    guard count > 0, size > 0 else { return result }
    elements.withUnsafeBufferPointer { a in
      result.elements.withUnsafeMutableBufferPointer { c in
        guard let a = a.baseAddress, let c = c.baseAddress else { return }
        Element.syrk(
          n: size, k: count, alpha: 1, a: a, aStride: size, beta: 0, c: c, cStride: size)
      }
    }
    for row in 0..<size {
      for column in 0..<row { result[column, row] = result[row, column] }
    }
    return result
  }

  private func product(with other: Matrix, transposed: Bool, columnCount p: Int) -> Matrix {
    var result = Matrix(rowCount: rowCount, columnCount: p)
    guard rowCount > 0, columnCount > 0, p > 0 else { return result }
    elements.withUnsafeBufferPointer { a in
      other.elements.withUnsafeBufferPointer { b in
        result.elements.withUnsafeMutableBufferPointer { c in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          Element.gemm(
            transposeA: false, transposeB: transposed, m: rowCount, n: p, k: columnCount, alpha: 1,
            a: a, aStride: columnCount, b: b, bStride: other.columnCount, beta: 0, c: c, cStride: p)
        }
      }
    }
    return result
  }
}

extension RowMajorMatrix where Element: BLASScalar {
  /// The place of the first element, row by row, that is NaN or infinite; nil where all are finite.
  ///
  /// - Complexity: O(n d).
  public func firstNonFinite() -> (row: Int, column: Int)? {
    let index = withWidenedBlocks { block, first in
      for (offset, value) in block.enumerated() where !value.isFinite { return first + offset }
      return nil
    }
    return index.map { ($0 / columnCount, $0 % columnCount) }
  }

  /// Calls `body` with runs of the elements in double precision until it returns something.
  private func withWidenedBlocks(
    _ body: (_ block: UnsafeBufferPointer<Double>, _ first: Int) -> Int?
  ) -> Int? {
    let blockSize = 4096
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: blockSize) { scratch in
      withUnsafeElements { elements in
        guard let source = elements.baseAddress, let target = scratch.baseAddress else {
          return nil
        }
        var first = 0
        while first < elements.count {
          let count = min(blockSize, elements.count - first)
          Element.widen(source + first, into: target, count: count)
          if let found = body(UnsafeBufferPointer(start: target, count: count), first) {
            return found
          }
          first += count
        }
        return nil
      }
    }
  }
}
