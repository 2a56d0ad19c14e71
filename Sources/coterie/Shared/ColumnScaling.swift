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
  init<Samples: RowMajorMatrix>(_ samples: Samples) throws where Samples.Element: BLASScalar {
    if let place = samples.firstNonFinite() {
      throw ClusteringError.nonFinite(row: place.row, column: place.column)
    }
    let (means, deviations) = (samples.columnMeans(), samples.columnStandardDeviations())
    for (column, deviation) in deviations.enumerated() where !deviation.isFinite {
      let row = samples.withUnsafeElements { elements in
        func size(_ row: Int) -> Samples.Element {
          abs(elements[row * samples.columnCount + column])
        }
        return (0..<samples.rowCount).max { size($0) < size($1) } ?? 0
      }
      throw ClusteringError.valueTooLarge(row: row, column: column, limit: 1e150)
    }
    kept = deviations.indices.filter { deviations[$0] > 0 }
    self.means = kept.map { means[$0] }
    self.deviations = kept.map { deviations[$0] }
  }

  /// The columns kept, scaled.
  func scaled<Samples: RowMajorMatrix>(
    _ samples: Samples
  ) -> Matrix<Samples.Element> where Samples.Element: BLASScalar {
    var scaled: [Samples.Element] = []
    scaled.reserveCapacity(samples.rowCount * kept.count)
    let (rowCount, columnCount) = (samples.rowCount, samples.columnCount)
    samples.withUnsafeElements { elements in
      for row in 0..<rowCount {
        for (position, column) in kept.enumerated() {
          let value = Double(elements[row * columnCount + column])
          scaled.append(Samples.Element((value - means[position]) / deviations[position]))
        }
      }
    }
    return Matrix(rowCount: rowCount, columnCount: kept.count, elements: scaled)
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
