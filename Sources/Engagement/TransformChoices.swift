/// What a project asks of the transform between features and clustering.
public struct TransformChoices: Sendable, Hashable {
  /// Which columns go through the logarithm first.
  public enum Logarithm: Sendable, Hashable {
    /// log(1 + x) of those without negative values whose skewness is above 1; and the signed logarithm
    /// of amounts with negative ones (sums and means of values, impact, attributes) whose skewness is
    /// over 1 in size, where that brings it nearer to 0.
    case automatic
    /// Those named; signed log where a value is negative.
    case columns([String])
  }

  /// How columns are brought to one scale.
  public enum Scale: String, Sendable, Hashable, CaseIterable {
    /// As they are.
    case none
    /// Minus the mean, by the standard deviation (over n).
    case standardize
    /// Minus the median, by the interquartile range.
    case robust
    /// By rank, to a standard normal distribution.
    case quantile
  }

  /// What is done with all columns together, last.
  public enum Reduction: Sendable, Hashable {
    /// Nothing.
    case none
    /// Correlations are taken out, by the Cholesky factor of the covariance.
    case whiten
    /// The first principal components are kept, so many.
    case principalComponents(Int)
  }

  /// Which columns go through the logarithm first.
  public var logarithm: Logarithm
  /// How columns are brought to one scale.
  public var scale: Scale
  /// What is done with all columns together, last.
  public var reduction: Reduction

  /// Makes choices; the defaults are those of a project without a file.
  public init(
    logarithm: Logarithm = .automatic, scale: Scale = .standardize, reduction: Reduction = .none
  ) {
    self.logarithm = logarithm
    self.scale = scale
    self.reduction = reduction
  }
}
