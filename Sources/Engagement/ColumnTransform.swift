import EventLog
import Foundation
import LinearAlgebra

/// What one column goes through on its way from a feature to a number for clustering: imputation,
/// logarithm, scale.
public struct ColumnTransform: Sendable, Hashable {
  /// What stands in for an absent value.
  public struct Imputation: Sendable, Hashable {
    /// The feature of the same member that is taken, where it is not absent too.
    public var feature: FeatureDefinition?
    /// The value that is taken otherwise.
    public var value: Double

    /// Makes an imputation.
    public init(feature: FeatureDefinition? = nil, value: Double) {
      self.feature = feature
      self.value = value
    }
  }

  /// The logarithm taken first.
  public enum Logarithm: String, Sendable, Hashable, CaseIterable {
    /// None.
    case none
    /// log(1 + x), for columns without negative values in training; negative ones count as 0.
    case log1p
    /// sign(x) log(1 + |x|).
    case signed
  }

  /// The scale the column is brought to.
  public enum Scale: Sendable, Hashable {
    /// (x − center) / scale.
    case linear(center: Double, scale: Double)
    /// The standard normal quantile of the rank of x in the training distribution, cut to ±2.89 or
    /// so: half a knot from either end.
    case normal(EmpiricalDistribution)
  }

  /// The feature.
  public let feature: FeatureDefinition
  /// What stands in for an absent value.
  public let imputation: Imputation
  /// The logarithm taken first.
  public let logarithm: Logarithm
  /// The scale the column is brought to.
  public let scale: Scale

  /// Makes a transform from its parts.
  public init(
    feature: FeatureDefinition, imputation: Imputation, logarithm: Logarithm, scale: Scale
  ) {
    self.feature = feature
    self.imputation = imputation
    self.logarithm = logarithm
    self.scale = scale
  }

  /// A value after logarithm and scale.
  public func apply(_ value: Double) -> Double {
    let logged = Self.apply(logarithm, to: value)
    switch scale {
    case .linear(let center, let scale): return (logged - center) / scale
    case .normal(let distribution):
      let edge = 0.5 / Double(EmpiricalDistribution.knotCount - 1)
      let fraction = distribution.fraction(below: logged)
      return standardNormalQuantile(min(1 - edge, max(edge, fraction)))
    }
  }

  /// The value that ``apply(_:)`` takes to a number: what a centroid is in the feature's own unit.
  ///
  /// Exact for linear scales; for ranks, the knot nearest in rank.
  public func invert(_ transformed: Double) -> Double {
    let logged: Double
    switch scale {
    case .linear(let center, let scale): logged = transformed * scale + center
    case .normal(let distribution):
      let rank = 0.5 * erfc(-transformed / 2.0.squareRoot())
      logged = quantile(rank, ofSorted: distribution.knots)
    }
    switch logarithm {
    case .none: return logged
    case .log1p: return expm1(logged)
    case .signed: return logged < 0 ? -expm1(-logged) : expm1(logged)
    }
  }

  static func apply(_ logarithm: Logarithm, to value: Double) -> Double {
    switch logarithm {
    case .none: value
    case .log1p: log1p(max(0, value))
    case .signed: value < 0 ? -log1p(-value) : log1p(value)
    }
  }
}

/// The z at which the standard normal distribution reaches a probability in (0, 1), by Newton's
/// method on erfc from 0, which converges from there for every such probability.
func standardNormalQuantile(_ probability: Double) -> Double {
  if probability > 0.5 { return -standardNormalQuantile(1 - probability) }
  var z = 0.0
  for _ in 0..<100 {
    let excess = 0.5 * erfc(-z / 2.0.squareRoot()) - probability
    let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot()
    let next = z - excess / density
    if next == z || abs(next - z) < 1e-15 * max(1, abs(z)) { return next }
    z = next
  }
  return z
}
