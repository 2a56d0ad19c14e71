internal import Foundation
internal import LinearAlgebra

/// Rows that have no groups: what data without groups could look like.
struct ReferenceDistribution: Sendable {
  /// What data without groups are taken to be.
  enum Kind: UInt64, Sendable {
    /// Spread evenly over the box that the samples fill along their principal components (Tibshirani,
    /// Walther & Hastie 2001, section 3, choice b).
    case uniform
    /// Along each principal component, apart from the others, the distribution of one mode that is
    /// nearest to the samples' own: a single group with their tails.
    case unimodalComponents
    /// The same along each column, where columns go together as the samples' do: as normal scores of
    /// the same correlations would (a normal copula).
    case unimodalColumns
  }

  private let kind: Kind
  /// The axes as rows, and the point they start from: of the samples, or of their normal scores.
  private let components: PrincipalComponents
  /// Along each component; for `unimodalColumns` along each column.
  private let marginals: [PiecewiseDistribution]
  private let rowCount: Int

  /// Finds the distribution for samples, n × d, n at least 2.
  init(_ samples: Matrix<Double>, _ kind: Kind) throws(ClusteringError) {
    self.kind = kind
    rowCount = samples.rowCount
    var values = samples
    do {
      if kind == .unimodalColumns {
        components = try PrincipalComponents(normalScores(samples))
      } else {
        components = try PrincipalComponents(samples)
        values = try components.transform(samples)
      }
    } catch {
      throw .principalComponents(error)
    }
    marginals = (0..<values.columnCount).map { column in
      let values = values.column(column)
      guard kind == .uniform else { return PiecewiseDistribution(nearestUnimodalTo: values) }
      return PiecewiseDistribution(uniformOver: (values.min() ?? 0)...(values.max() ?? 0))
    }
  }

  /// As many rows as the samples have, n × d.
  func draw(using generator: inout SeededGenerator) -> Matrix<Double> {
    let (r, d) = (components.components.rowCount, components.mean.count)
    var rows = Matrix<Double>(rowCount: rowCount, columnCount: d)
    let deviations = components.explainedVariance.map { $0.squareRoot() }
    let widths = (0..<d).map { column in
      (0..<r).reduce(0.0) { sum, component in
        let part = deviations[component] * components.components[component, column]
        return sum + part * part
      }.squareRoot()
    }
    for row in 0..<rowCount {
      if kind != .unimodalColumns {
        for column in 0..<d { rows[row, column] = components.mean[column] }
      }
      for component in 0..<r {
        let score =
          kind == .unimodalColumns
          ? deviations[component] * generator.normal()
          : marginals[component].quantile(generator.uniform())
        for column in 0..<d {
          rows[row, column] += score * components.components[component, column]
        }
      }
      guard kind == .unimodalColumns else { continue }
      for column in 0..<d {
        // A constant column has no width, and any share will do.
        let normal = widths[column] > 0 ? rows[row, column] / widths[column] : 0
        let share = 0.5 * erfc(-normal / 2.0.squareRoot())
        rows[row, column] = marginals[column].quantile(min(share, 1 - 0x1p-53))
      }
    }
    return rows
  }
}

/// Each column's numbers replaced by normal numbers in the same order, those of equal numbers by their
/// mean.
private func normalScores(_ samples: Matrix<Double>) -> Matrix<Double> {
  var generator = SeededGenerator(seed: 0)
  let normal = (0..<samples.rowCount).map { _ in generator.normal() }.sorted()
  var scores = Matrix<Double>(rowCount: samples.rowCount, columnCount: samples.columnCount)
  for column in 0..<samples.columnCount {
    let values = samples.column(column)
    let order = values.indices.sorted { values[$0] < values[$1] }
    var first = 0
    while first < order.count {
      var end = first + 1
      while end < order.count, values[order[end]] == values[order[first]] { end += 1 }
      let mean = normal[first..<end].reduce(0, +) / Double(end - first)
      for place in first..<end { scores[order[place], column] = mean }
      first = end
    }
  }
  return scores
}
