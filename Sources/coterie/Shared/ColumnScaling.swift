import Clustering
import LinearAlgebra

/// Columns brought to mean 0 and (population) standard deviation 1, and back.
struct ColumnScaling {
  /// The columns that vary, by their place among all.
  let kept: [Int]
  private let means: [Double]
  private let deviations: [Double]

  /// Takes the columns' means and standard deviations; refuses data that are not finite or so large
  /// that their squares are not.
  init<Scalar: BLASScalar>(_ samples: Matrix<Scalar>) throws {
    if let place = samples.firstNonFinite() {
      throw ClusteringError.nonFinite(row: place.row, column: place.column)
    }
    let (means, deviations) = (samples.columnMeans(), samples.columnStandardDeviations())
    for (column, deviation) in deviations.enumerated() where !deviation.isFinite {
      let values = samples.column(column)
      let row = values.indices.max { abs(values[$0]) < abs(values[$1]) } ?? 0
      throw ClusteringError.valueTooLarge(row: row, column: column, limit: 1e150)
    }
    kept = deviations.indices.filter { deviations[$0] > 0 }
    self.means = kept.map { means[$0] }
    self.deviations = kept.map { deviations[$0] }
  }

  /// The columns kept, scaled.
  func scaled<Scalar: BLASScalar>(_ samples: Matrix<Scalar>) -> Matrix<Scalar> {
    var elements: [Scalar] = []
    elements.reserveCapacity(samples.rowCount * kept.count)
    for row in 0..<samples.rowCount {
      for (position, column) in kept.enumerated() {
        elements.append(
          Scalar((Double(samples[row, column]) - means[position]) / deviations[position]))
      }
    }
    return Matrix(rowCount: samples.rowCount, columnCount: kept.count, elements: elements)
  }

  /// Rows of the columns kept, in the data's own units again.
  func unscaled(_ rows: Matrix<Double>) -> Matrix<Double> {
    var result = rows
    for row in 0..<rows.rowCount {
      for column in 0..<rows.columnCount {
        result[row, column] = means[column] + deviations[column] * rows[row, column]
      }
    }
    return result
  }
}
