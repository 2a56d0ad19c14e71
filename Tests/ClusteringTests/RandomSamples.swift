import Clustering
import LinearAlgebra

/// Random samples for tests, by a seed.
enum RandomSamples {
  /// Normal blobs around random centres.
  static func blobs(
    _ count: Int, _ columns: Int, centers: Int, offset: Double = 0, seed: UInt64
  ) -> Matrix<Double> {
    var generator = SeededGenerator(seed: seed)
    let means = (0..<centers * columns).map { _ in 4 * generator.normal() }
    var elements: [Double] = []
    for _ in 0..<count {
      let center = generator.below(centers)
      for column in 0..<columns {
        elements.append(means[center * columns + column] + generator.normal() + offset)
      }
    }
    return Matrix(rowCount: count, columnCount: columns, elements: elements)
  }

  /// Small whole numbers: full of duplicates and equal distances.
  static func lattice(_ count: Int, _ columns: Int, side: Int, seed: UInt64) -> Matrix<Double> {
    var generator = SeededGenerator(seed: seed)
    return Matrix(
      rowCount: count, columnCount: columns,
      elements: (0..<count * columns).map { _ in Double(generator.below(side)) })
  }
}
