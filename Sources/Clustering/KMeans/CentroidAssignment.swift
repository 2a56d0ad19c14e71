internal import LinearAlgebra

/// The nearest centroid of every row of a block, decided as if by direct differences.
///
/// ‖x - c‖² - ‖x‖² = ‖c‖² - 2 x·c comes from one matrix product per block. Its rounding error is
/// bounded by a small multiple of u (‖x‖² + ‖c‖²), u = 2⁻⁵³, so wherever the best two are closer
/// than that bound, the near ones are compared again by direct differences in `Double`; ties go to
/// the lowest centroid. The label thus does not depend on how BLAS orders its sums.
struct CentroidAssignment: Sendable {
  let clusterCount: Int
  let columnCount: Int
  /// k × d, in the coordinates of the blocks.
  let centroids: [Double]
  private let squaredNorms: [Double]
  private let largestSquaredNorm: Double

  init(centroids: [Double], columnCount: Int) {
    self.centroids = centroids
    self.columnCount = columnCount
    clusterCount = centroids.count / columnCount
    squaredNorms = (0..<clusterCount).map { cluster in
      centroids[cluster * columnCount..<(cluster + 1) * columnCount].reduce(0) { $0 + $1 * $1 }
    }
    largestSquaredNorm = squaredNorms.max() ?? 0
  }

  /// Writes the label of each of `count` rows.
  ///
  /// `exactRows` and `exactCentroids` are what near ties are decided by: the same rows and
  /// centroids before a shift that may have rounded.
  func assign(
    _ rows: UnsafePointer<Double>, exactRows: UnsafePointer<Double>,
    exactCentroids: UnsafePointer<Double>, count: Int, labels: UnsafeMutablePointer<Int32>
  ) {
    let (k, d) = (clusterCount, columnCount)
    // 8 times the first-order bound of both scores, so that direct differences' own error fits in.
    let relativeBound = 8 * Double(d + 4) * Double.ulpOfOne
    withUnsafeTemporaryAllocation(of: Double.self, capacity: count * k) { scratch in
      guard let scores = scratch.baseAddress else { return }
      centroids.withUnsafeBufferPointer { c in
        guard let c = c.baseAddress else { return }
        Double.gemm(
          transposeA: false, transposeB: true, m: count, n: k, k: d, alpha: -2, a: rows, aStride: d,
          b: c, bStride: d, beta: 0, c: scores, cStride: k)
      }
      squaredNorms.withUnsafeBufferPointer { norms in
        guard let norms = norms.baseAddress else { return }
        var row = 0
        while row < count {
          let rowScores = scores + row &* k
          var (best, second) = (Double.infinity, Double.infinity)
          var label = 0
          var cluster = 0
          while cluster < k {
            let score = rowScores[cluster] + norms[cluster]
            if score < second {
              if score < best {
                second = best
                best = score
                label = cluster
              } else {
                second = score
              }
            }
            cluster &+= 1
          }
          let x = rows + row &* d
          var squaredNorm = 0.0
          var column = 0
          while column < d {
            squaredNorm += x[column] * x[column]
            column &+= 1
          }
          let bound = relativeBound * (squaredNorm + largestSquaredNorm)
          if second - best <= bound {
            label = nearest(
              exactRows + row &* d, exactCentroids, among: rowScores, norms, upTo: best + bound)
          }
          labels[row] = Int32(truncatingIfNeeded: label)
          row &+= 1
        }
      }
    }
  }

  private func nearest(
    _ row: UnsafePointer<Double>, _ centroids: UnsafePointer<Double>,
    among scores: UnsafePointer<Double>, _ norms: UnsafePointer<Double>, upTo threshold: Double
  ) -> Int {
    var (best, label) = (Double.infinity, 0)
    for cluster in 0..<clusterCount where scores[cluster] + norms[cluster] <= threshold {
      let distance = squaredDistance(row, centroids + cluster * columnCount, columnCount)
      if distance < best { (best, label) = (distance, cluster) }
    }
    return label
  }
}

/// The squared Euclidean distance by direct differences, summed in the order of the columns.
func squaredDistance(
  _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>, _ count: Int
) -> Double {
  var sum = 0.0
  var index = 0
  while index < count {
    let difference = left[index] - right[index]
    sum += difference * difference
    index &+= 1
  }
  return sum
}
