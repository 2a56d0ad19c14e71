/// A feature, or several, on a scale that people can write rules on.
public enum ScoreDefinition: Sendable, Hashable {
  /// 0 to 3, linear between two values of a feature and clamped outside them; `zeroAt` may be the
  /// larger of the two, as for recency.
  case linear(feature: FeatureDefinition, zeroAt: Double, threeAt: Double)
  /// 3 F(x), where F is the distribution of the feature in the training community of a model;
  /// 3 (1 − F(x)) for recency, which is better when small.
  case percentile(feature: FeatureDefinition, model: String)
  /// The sum over events of the points of their type (a type, an alias or a glob), halved with every
  /// half-life of age where there is one. Not bounded.
  case points([String: Double], halfLifeInMicroseconds: Int64?)
  /// The weighted sum of other scores. Not bounded.
  case weightedSum([String: Double])
}
