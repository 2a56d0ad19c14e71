internal import CKernels

/// Centroids as the loops in C read them, with the bound of the rounding errors of their scores.
///
/// The score of centroid c for row x is ‖c‖²/2 - x · c, which orders centroids as the distances do.
/// It is computed in single precision; where the best two are closer than a bound of the rounding
/// errors, a multiple of (d + 8) u (‖x‖² + ‖c‖²) with u = 2⁻²⁴, the row is decided again by direct
/// differences in double precision, ties to the lowest centroid. So labels are those of plain
/// double precision whatever the instructions, the order of sums or the precision of the samples.
///
/// With factors f, which compare f ‖x - c‖, the score is that of the squares times the weight
/// w = f²/max f²: w (‖c‖²/2 - x · c) + (w - 1) ‖x‖²/2.
struct PackedCentroids: Sendable {
  /// k × d, shifted as the samples.
  let exact: [Double]
  let clusterCount: Int
  private let factors: [Double]?
  private let packed: [Float]
  private let lowered: [Float]
  /// Where factors differ.
  private let rises: [Float]?
  private let relativeError: Float

  init(
    _ centroids: [Double], factors: [Double]? = nil, _ samples: UnsafePointer<coterie_samples>
  ) {
    let d = samples.pointee.column_count
    let k = Int64(centroids.count) / d
    exact = centroids
    clusterCount = Int(k)
    var packed = [Float](repeating: 0, count: Int(coterie_packed_count(k, d)))
    var lowered = [Float](repeating: 0, count: Int(coterie_lowered_count(k)))
    var rises = lowered
    let largest = factors?.max() ?? 1
    let isWeighted = factors?.contains { $0 != largest } ?? false
    let weights = (factors ?? []).map { ($0 / largest) * ($0 / largest) }
    relativeError = packed.withUnsafeMutableBufferPointer { packed in
      lowered.withUnsafeMutableBufferPointer { lowered in
        rises.withUnsafeMutableBufferPointer { rises in
          weights.withUnsafeBufferPointer { weights in
            centroids.withUnsafeBufferPointer { centroids in
              guard let packed = packed.baseAddress, let lowered = lowered.baseAddress,
                let centroids = centroids.baseAddress
              else { preconditionFailure("there are centroids") }
              return coterie_pack(
                samples, centroids, isWeighted ? weights.baseAddress : nil, k, packed, lowered,
                isWeighted ? rises.baseAddress : nil)
            }
          }
        }
      }
    }
    (self.factors, self.packed, self.lowered) = (factors, packed, lowered)
    self.rises = isWeighted ? rises : nil
  }

  /// Calls `body` with the centroids in place; the pointer must not escape.
  func withUnsafe<Result>(_ body: (UnsafePointer<coterie_centroids>) -> Result) -> Result {
    exact.withUnsafeBufferPointer { exact in
      packed.withUnsafeBufferPointer { packed in
        lowered.withUnsafeBufferPointer { lowered in
          (factors ?? []).withUnsafeBufferPointer { factors in
            (rises ?? []).withUnsafeBufferPointer { rises in
              guard let exact = exact.baseAddress, let packed = packed.baseAddress,
                let lowered = lowered.baseAddress
              else { preconditionFailure("there are centroids") }
              var raw = coterie_centroids(
                cluster_count: Int64(clusterCount), exact: exact, packed: packed, lowered: lowered,
                relative_error: relativeError,
                factors: self.factors == nil ? nil : factors.baseAddress,
                rises: self.rises == nil ? nil : rises.baseAddress)
              return withUnsafePointer(to: &raw) { body($0) }
            }
          }
        }
      }
    }
  }
}
