/// Means, standard deviations and covariances of columns; sums are in `Double`, in row order.
extension RowMajorMatrix where Element: BLASScalar {
  /// The mean of every column, d numbers; empty sums are 0.
  ///
  /// Deviations from the first row are averaged, so columns far from zero lose no digits.
  ///
  /// - Complexity: O(n d).
  public func columnMeans() -> [Double] {
    guard rowCount > 0 else { return [Double](repeating: 0, count: columnCount) }
    var sums = [Double](repeating: 0, count: columnCount)
    let origin = selectingRows(CollectionOfOne(0)).elements.map { Double($0) }
    forEachWidenedRow { row, columns in
      for column in columns { sums[column] += row[column] - origin[column] }
    }
    return (0..<columnCount).map { origin[$0] + sums[$0] / Double(rowCount) }
  }

  /// The standard deviation of every column over the population, that is divided by n.
  ///
  /// - Complexity: O(n d), two passes.
  public func columnStandardDeviations() -> [Double] {
    guard rowCount > 0 else { return [Double](repeating: 0, count: columnCount) }
    let means = columnMeans()
    var sums = [Double](repeating: 0, count: columnCount)
    forEachWidenedRow { row, columns in
      for column in columns {
        let deviation = row[column] - means[column]
        sums[column] += deviation * deviation
      }
    }
    return sums.map { ($0 / Double(rowCount)).squareRoot() }
  }

  /// The rows less a vector, in double precision.
  ///
  /// - Precondition: `center` has d numbers.
  /// - Complexity: O(n d).
  public func subtracting(_ center: [Double]) -> Matrix<Double> {
    precondition(center.count == columnCount, "one number per column is needed")
    var centered: [Double] = []
    centered.reserveCapacity(rowCount * columnCount)
    forEachWidenedRow { row, columns in
      for column in columns { centered.append(row[column] - center[column]) }
    }
    return Matrix<Double>(rowCount: rowCount, columnCount: columnCount, elements: centered)
  }

  /// The sample covariance of the columns, d × d, divided by n - 1.
  ///
  /// - Throws: `LinearAlgebraError.shape` under two rows, `.nonFinite` for NaN and infinities.
  /// - Complexity: O(n d²).
  public func covariance() throws(LinearAlgebraError) -> Matrix<Double> {
    guard rowCount > 1 else {
      throw .shape(expected: "at least 2 rows", rows: rowCount, columns: columnCount)
    }
    if let place = firstNonFinite() { throw .nonFinite(row: place.row, column: place.column) }
    var covariance = subtracting(columnMeans()).gramMatrix()
    for index in covariance.elements.indices {
      covariance.elements[index] /= Double(rowCount - 1)
    }
    return covariance
  }

  /// The mean row of each label, count × d; zeros for a label without rows.
  ///
  /// Means are moved by deviations, so that columns far from zero lose no digits.
  ///
  /// - Precondition: there is one label in 0..<count for every row.
  /// - Complexity: O(n d).
  public func means(ofLabels labels: [Int], count: Int) -> Matrix<Double> {
    precondition(labels.count == rowCount, "one label per row is needed")
    var means = Matrix<Double>(rowCount: count, columnCount: columnCount)
    var sizes = [Double](repeating: 0, count: count)
    var index = 0
    forEachWidenedRow { row, columns in
      let label = labels[index]
      sizes[label] += 1
      for column in columns {
        means[label, column] += (row[column] - means[label, column]) / sizes[label]
      }
      index += 1
    }
    return means
  }

  private func forEachWidenedRow(
    _ body: (_ row: UnsafePointer<Double>, _ columns: Range<Int>) -> Void
  ) {
    let (rowCount, columnCount) = (rowCount, columnCount)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, columnCount)) { scratch in
      withUnsafeElements { source in
        guard let source = source.baseAddress, let target = scratch.baseAddress else { return }
        for row in 0..<rowCount {
          Element.widen(source + row * columnCount, into: target, count: columnCount)
          body(UnsafePointer(target), 0..<columnCount)
        }
      }
    }
  }
}
