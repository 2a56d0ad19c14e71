public import Clustering
public import Engagement
import Foundation
public import LinearAlgebra

extension SegmentModel {
  /// How much each row belongs to each segment, rows × segments, each row summing to 1.
  ///
  /// Segment k has the share (1/dₖ^p) / Σⱼ (1/dⱼ^p) of the distances d to all segments, with the model's
  /// ``confidenceExponent`` p; those that are as near as the row's own one weigh as much as it. The shares
  /// of the two nearest segments are to each other as ``ModelLabel/confidence`` is to the rest of 1:
  /// u₁ / (u₁ + u₂) = 1 / (1 + (d₁/d₂)^p). With p = 2 these are the memberships of fuzzy c-means (m = 2,
  /// Bezdek 1981, doi 10.1007/978-1-4757-0450-1).
  ///
  /// - Parameters:
  ///   - table: rows with all of ``inputs``.
  ///   - threadCount: how many threads work at once; the result does not depend on it.
  /// - Returns: rows × segments, from 0 to 1.
  /// - Throws: `ClusteringError` where a number is too large to compute with.
  /// - Complexity: O(members × segments × columns) for centroids.
  public func probabilities(
    _ table: FeatureTable, threadCount: Int = availableProcessorCount
  ) throws(ClusteringError) -> Matrix<Double> {
    var (labels, shares) = try algorithm.assign(
      transform.apply(to: table), threadCount: threadCount)
    for (row, label) in labels.enumerated() {
      let nearest = shares[row, label]
      for segment in segments.indices {
        let distance = shares[row, segment]
        shares[row, segment] = distance > nearest ? weight(nearest / distance) : 1
      }
      let sum = shares.row(row).reduce(0, +)
      for segment in segments.indices { shares[row, segment] /= sum }
    }
    return shares
  }

  /// (d₁/dₖ)^p: the ratio is taken before its power, which could overflow.
  private func weight(_ ratio: Double) -> Double {
    confidenceExponent == 2 ? ratio * ratio : pow(ratio, confidenceExponent)
  }
}
