internal import LinearAlgebra

/// Rows that have no groups, made of numbers drawn apart from one another along each axis: what data
/// without groups could look like.
struct ReferenceDistribution: Sendable {
  /// What data without groups are taken to be.
  enum Kind: UInt64, CaseIterable, Sendable {
    /// Spread evenly over the box that the samples fill along their principal components (Tibshirani,
    /// Walther & Hastie 2001, section 3, choice b).
    case uniform
    /// Along each principal component the distribution of one mode that is nearest to the samples'
    /// own: a single group with their tails.
    case unimodalComponents
    /// The same along each column: a single group of columns that do not depend on one another.
    case unimodalColumns
  }

  /// The axes as rows, and the point they start from; nil for the columns themselves.
  private let components: PrincipalComponents?
  private let marginals: [PiecewiseDistribution]
  private let rowCount: Int

  /// Finds the distribution for samples, n × d, n at least 2.
  init(_ samples: Matrix<Double>, _ kind: Kind) throws(ClusteringError) {
    rowCount = samples.rowCount
    var scores = samples
    if kind == .unimodalColumns {
      components = nil
    } else {
      do {
        let found = try PrincipalComponents(samples)
        components = found
        scores = try found.transform(samples)
      } catch {
        throw .principalComponents(error)
      }
    }
    marginals = (0..<scores.columnCount).map { column in
      let values = scores.column(column)
      guard kind == .uniform else { return PiecewiseDistribution(nearestUnimodalTo: values) }
      return PiecewiseDistribution(uniformOver: (values.min() ?? 0)...(values.max() ?? 0))
    }
  }

  /// As many rows as the samples have, n × d.
  func draw(using generator: inout SeededGenerator) -> Matrix<Double> {
    guard let components else {
      let elements = (0..<rowCount).flatMap { _ in
        marginals.map { $0.quantile(generator.uniform()) }
      }
      return Matrix(rowCount: rowCount, columnCount: marginals.count, elements: elements)
    }
    let d = components.mean.count
    var rows = Matrix<Double>(rowCount: rowCount, columnCount: d)
    for row in 0..<rowCount {
      for column in 0..<d { rows[row, column] = components.mean[column] }
      for (component, marginal) in marginals.enumerated() {
        let score = marginal.quantile(generator.uniform())
        for column in 0..<d {
          rows[row, column] += score * components.components[component, column]
        }
      }
    }
    return rows
  }
}
