/// How far apart two rows x and y are.
public enum Metric: String, Sendable, Hashable, CaseIterable {
  /// sqrt(Σ (x - y)²).
  case euclidean
  /// Σ (x - y)².
  case squaredEuclidean
  /// Σ |x - y|.
  case cityblock
  /// The largest |x - y|.
  case chebyshev
  /// 1 - x·y / (‖x‖ ‖y‖), in 0...2; undefined for a row of zeros.
  case cosine
  /// The cosine distance of the rows less their own means; undefined for a row of equal numbers.
  case correlation
}
