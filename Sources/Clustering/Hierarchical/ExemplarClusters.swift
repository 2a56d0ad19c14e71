internal import CKernels
internal import LinearAlgebra

/// Exemplars as the loops in C read them: by cluster, in eights.
struct ExemplarClusters: Sendable {
  let metric: Metric
  let summary: coterie_summary
  let columnCount: Int
  private var firsts: [Int64] = [0]
  private var eights: [Double] = []
  private var weights: [Double] = []
  private var divisors: [Double] = []
  private var means: [Double] = []
  private let meanError: Double

  var clusterCount: Int { divisors.count }

  init(_ model: HierarchicalModel) {
    let (metric, d) = (model.metric, model.columnCount)
    let (points, shares, offsets, divisors): (Matrix<Double>, [Double], [Int], [Double])
    switch model.representation {
    case .centers(let centers, _):
      // One exemplar each, whose mean is a product.
      (points, shares, offsets) = (centers, model.factors, Array(0...centers.rowCount))
      divisors = shares.map { _ in 1 }
      summary = COTERIE_WEIGHTED_MEAN
    case .exemplars(let exemplars, let weights, let starts):
      (points, shares, offsets) = (exemplars, weights, starts)
      divisors = zip(starts, starts.dropFirst()).map { weights[$0..<$1].reduce(0, +) }
      switch model.linkage {
      case .single: summary = COTERIE_LEAST
      case .complete: summary = COTERIE_LARGEST
      default: summary = COTERIE_WEIGHTED_MEAN
      }
    }
    self.metric = metric
    columnCount = d
    self.divisors = divisors
    var largest = 0.0
    for (start, end) in zip(offsets, offsets.dropFirst()) {
      let rows = (start..<end).map { row in
        var values = Array(points.row(row))
        let isDefined = values.withUnsafeMutableBufferPointer {
          MetricRows.prepare($0, columnCount: d, metric)
        }
        precondition(isDefined, "an exemplar has no distances")
        return values
      }
      let total = shares[start..<end].reduce(0, +)
      var mean = rows[0]
      for column in 0..<d {
        for (row, share) in zip(rows, shares[start..<end]) {
          mean[column] += share / total * (row[column] - rows[0][column])
          largest = max(largest, abs(row[column]))
        }
      }
      means += mean
      for first in stride(from: 0, to: rows.count, by: 8) {
        let eight = (first..<first + 8).map { rows[$0 < rows.count ? $0 : 0] }
        for column in 0..<d { eights += eight.map { $0[column] } }
        weights += (first..<first + 8).map { $0 < rows.count ? shares[start + $0] : 0 }
      }
      firsts.append(Int64(weights.count / 8))
    }
    // The sums over exemplars and columns; and squares that vanish.
    meanError = Double(d) * Double(points.rowCount + 8) * 0x1p-51 * largest + 0x1p-500
  }

  /// Calls `body` with the exemplars in place; the pointer must not escape.
  func withUnsafe<Result>(_ body: (UnsafePointer<coterie_exemplars>) -> Result) -> Result {
    firsts.withUnsafeBufferPointer { firsts in
      eights.withUnsafeBufferPointer { eights in
        weights.withUnsafeBufferPointer { weights in
          divisors.withUnsafeBufferPointer { divisors in
            means.withUnsafeBufferPointer { means in
              guard let firsts = firsts.baseAddress, let eights = eights.baseAddress,
                let weights = weights.baseAddress, let divisors = divisors.baseAddress,
                let means = means.baseAddress
              else { preconditionFailure("there are exemplars") }
              var raw = coterie_exemplars(
                measure: metric.measure, summary: summary, column_count: Int64(columnCount),
                cluster_count: Int64(clusterCount), firsts: firsts, eights: eights,
                weights: weights, divisors: divisors, means: means, mean_error: meanError)
              return withUnsafePointer(to: &raw) { body($0) }
            }
          }
        }
      }
    }
  }
}

extension Metric {
  /// What is computed of rows as `MetricRows.prepared` makes them.
  fileprivate var measure: coterie_measure {
    switch self {
    case .euclidean: COTERIE_ROOT_OF_SQUARES
    case .squaredEuclidean: COTERIE_SQUARES
    case .cityblock: COTERIE_SIZES
    case .chebyshev: COTERIE_LARGEST_SIZE
    case .cosine, .correlation: COTERIE_HALF_OF_SQUARES
    }
  }
}
