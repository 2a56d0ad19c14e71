internal import LinearAlgebra

/// Rows spread evenly over the box that samples fill along their principal components: what data
/// without groups would look like (Tibshirani, Walther & Hastie 2001, section 3, choice b).
struct UniformReference: Sendable {
  private let components: PrincipalComponents
  private let bounds: [ClosedRange<Double>]
  private let rowCount: Int

  /// Finds the box of samples, n × d, n at least 2.
  init(_ samples: Matrix<Double>) throws(ClusteringError) {
    do {
      components = try PrincipalComponents(samples)
      let scores = try components.transform(samples)
      bounds = (0..<scores.columnCount).map { column in
        let values = scores.column(column)
        return (values.min() ?? 0)...(values.max() ?? 0)
      }
    } catch {
      throw .principalComponents(error)
    }
    rowCount = samples.rowCount
  }

  /// As many rows as the samples have, n × d.
  func draw(using generator: inout SeededGenerator) -> Matrix<Double> {
    let (r, d) = (bounds.count, components.mean.count)
    var rows = Matrix<Double>(rowCount: rowCount, columnCount: d)
    for row in 0..<rowCount {
      for column in 0..<d { rows[row, column] = components.mean[column] }
      for component in 0..<r {
        let bound = bounds[component]
        let score =
          bound.lowerBound + generator.uniform() * (bound.upperBound - bound.lowerBound)
        for column in 0..<d {
          rows[row, column] += score * components.components[component, column]
        }
      }
    }
    return rows
  }
}
