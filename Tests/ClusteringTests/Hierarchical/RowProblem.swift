import Clustering
import LinearAlgebra
import Testing

/// Rows that trees are tried on, with ties, duplicates and scales of all kinds.
struct RowProblem: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let samples: Matrix<Double>
  /// Whether distances that are equal by design are many.
  let isTied: Bool

  private init(_ name: String, _ samples: Matrix<Double>, isTied: Bool = false) {
    (testDescription, self.samples, self.isTied) = (name, samples, isTied)
  }

  /// Problems of some `n` rows each, 100 or more.
  static func all(rowCount n: Int) -> [RowProblem] {
    [
      RowProblem("one row", RandomSamples.blobs(1, 2, centers: 1, seed: 1)),
      RowProblem("two equal rows", Matrix(rows: [[1, 2], [1, 2]])),
      RowProblem("equal rows", Matrix(rowCount: n, columnCount: 3)),
      RowProblem("a line", RandomSamples.blobs(n, 1, centers: 9, seed: 2)),
      RowProblem(
        "even steps",
        Matrix(rowCount: 90, columnCount: 1, elements: (0..<90).map { Double($0 * 37 % 90) }),
        isTied: true),
      RowProblem(
        "a line of whole numbers", RandomSamples.lattice(n / 2, 1, side: n / 3, seed: 12),
        isTied: true),
      RowProblem("a grid", RandomSamples.lattice(n, 2, side: 30, seed: 3), isTied: true),
      RowProblem(
        "a grid with duplicates", RandomSamples.lattice(n, 3, side: 6, seed: 4), isTied: true),
      RowProblem(
        "planted ties", copies(RandomSamples.blobs(n / 8, 3, centers: 4, seed: 9)), isTied: true),
      RowProblem("blobs", RandomSamples.blobs(n, 5, centers: 6, seed: 5)),
      RowProblem("blobs and duplicates", twice(RandomSamples.blobs(n / 2, 4, centers: 3, seed: 7))),
      RowProblem("far from zero", RandomSamples.blobs(n, 4, centers: 5, offset: 1e6, seed: 6)),
      RowProblem("many columns", RandomSamples.blobs(n / 2, 37, centers: 4, seed: 7)),
      RowProblem("one far row", withFarRow(RandomSamples.blobs(n, 3, centers: 4, seed: 8))),
      // Every row nearest to the one before it: a merge a round.
      RowProblem(
        "growing gaps",
        Matrix(
          rowCount: n / 2, columnCount: 1,
          elements: (0..<n / 2).map { row in (0..<row).reduce(1) { gap, _ in 1.02 * gap } })),
    ]
  }

  /// The samples less the middle of every column for which that is exact.
  ///
  /// Such columns are of one sign and span no more than a factor of two. Means are not rounded at a
  /// large common part then.
  var centeredSamples: Matrix<Double> {
    var centered = samples
    for column in 0..<samples.columnCount {
      let values = (0..<samples.rowCount).map { samples[$0, column] }
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      guard low * high > 0, max(abs(low), abs(high)) <= 2 * min(abs(low), abs(high)) else {
        continue
      }
      for row in values.indices { centered[row, column] = values[row] - (low + (high - low) / 2) }
    }
    return centered
  }

  private static func withFarRow(_ samples: Matrix<Double>) -> Matrix<Double> {
    var samples = samples
    samples[samples.rowCount / 2, 1] = 1e9
    return samples
  }

  private static func twice(_ samples: Matrix<Double>) -> Matrix<Double> {
    Matrix(rows: (0..<2 * samples.rowCount).map { Array(samples.row($0 / 2)) })
  }

  /// Copies of a set of rows, so far apart that every distance in one is exactly that in the others.
  private static func copies(_ samples: Matrix<Double>) -> Matrix<Double> {
    let rows = (0..<samples.rowCount).map { row in
      samples.row(row).map { (256 * $0).rounded() / 256 }
    }
    return Matrix(
      rows: [0.0, 1024, 4096, 16384].flatMap { offset in
        rows.map { row in [row[0] + offset] + row.dropFirst() }
      })
  }
}
