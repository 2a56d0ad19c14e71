public import Clustering
public import Engagement
public import LinearAlgebra

/// A fitted model: from features to learned segments, with all that labelling new members needs.
///
/// It holds no member ids. Its file is described in ``ModelFile``.
public struct SegmentModel: Sendable, Hashable {
  /// How rows of the transformed matrix become segments.
  public enum Algorithm: Sendable, Hashable {
    /// The nearest centroid.
    case kMeans(KMeansModel)
    /// The cluster that the row would have joined, by the linkage's own criterion.
    case hierarchical(HierarchicalModel)
  }

  /// One learned segment.
  public struct Segment: Sendable, Hashable {
    /// The quantiles that ``radii`` holds.
    public static let radiusQuantiles = [0.5, 0.9, 0.99, 0.999]

    /// The id, `c0` and so on; kept through retraining.
    public var id: String
    /// The name, which says what sets the segment apart.
    ///
    /// No two segments of a model have the same. In models of format 1 it is the id.
    public var name: String
    /// The name that people gave it, which they read instead of ``name``; nil without one.
    public var givenName: String?
    /// What sets the segment apart, in one sentence: the claims, with the shares that need saying.
    public var description: String
    /// What name and sentence claim, the name's first; empty in models of formats 1 and 2.
    public var claims: [SegmentClaim]
    /// The number of training members.
    public var size: Int
    /// How many training members the model labels with the segment: ``size`` for k-means, about as many for
    /// trees, which label by their linkage's criterion; ``size`` in models of format 1.
    public var labelledCount: Int
    /// Quantiles of the training members' distances to the segment, nearest rank; the last one of fewer
    /// than 1,000 members is what an exponential tail makes of the others, and at least the greatest.
    public var radii: [Double]
    /// The median of each of the transform's columns over the training members, in the features' own
    /// units; the mean of the middle two of an even number.
    public var medians: [Double]
    /// For each of the transform's columns, how far the training members' mean lies from the
    /// community's, in standard deviations; 0 in models of format 1.
    public var effects: [Double]
    /// The mean Jaccard index of the segment with its like in models learnt from resampled members, from
    /// 0 to 1 (Hennig 2007, doi 10.1016/j.csda.2006.11.025); nil where it was not measured.
    public var stability: Double?

    /// Makes a segment from its parts; effects that are not said are 0, and the labelled count is the size.
    ///
    /// - Precondition: there are as many effects as medians.
    public init(
      id: String, name: String, givenName: String? = nil, description: String,
      claims: [SegmentClaim] = [], size: Int, radii: [Double], medians: [Double],
      effects: [Double]? = nil, stability: Double? = nil, labelledCount: Int? = nil
    ) {
      let effects = effects ?? [Double](repeating: 0, count: medians.count)
      precondition(effects.count == medians.count, "an effect for each median")
      self.id = id
      self.name = name
      self.givenName = givenName
      self.description = description
      self.claims = claims
      self.size = size
      self.radii = radii
      self.medians = medians
      self.effects = effects
      self.stability = stability
      self.labelledCount = labelledCount ?? size
    }
  }

  /// Weights, aliases and calendar that the features are computed with.
  public let settings: EngagementSettings
  /// The way from features to the clustered matrix.
  public let transform: FeatureTransform
  /// How rows become segments.
  public let algorithm: Algorithm
  /// The segments, by label.
  public let segments: [Segment]
  /// How the model came about.
  public let training: TrainingRecord
  /// The distributions of features over the training members: what percentile scores and drift are
  /// measured against.
  public let distributions: [FeatureDefinition: EmpiricalDistribution]
  /// SciPy's linkage matrix of the tree, n − 1 × 4, where there was one and it is small enough.
  public let linkageMatrix: Matrix<Double>?
  /// The exponent p of ``ModelLabel/confidence``, within ``confidenceExponents``.
  public let confidenceExponent: Double

  /// Whom the model is about: a condition of the project file's language in one line, true of all training
  /// members at the training's as-of time; nil for a model about everybody.
  ///
  /// It is read with ``settings``. Who labels leaves out members for whom it is not true.
  public var among: String?

  /// The exponents that confidences may have.
  public static let confidenceExponents = 0.125...64.0

  /// Makes a model from its parts.
  ///
  /// - Precondition: there are as many segments as clusters, as many columns as the clustering needs.
  public init(
    settings: EngagementSettings, transform: FeatureTransform, algorithm: Algorithm,
    segments: [Segment], training: TrainingRecord,
    distributions: [FeatureDefinition: EmpiricalDistribution],
    linkageMatrix: Matrix<Double>? = nil, confidenceExponent: Double = 2, among: String? = nil
  ) {
    precondition(Self.confidenceExponents.contains(confidenceExponent), "an exponent in range")
    precondition(segments.count == algorithm.clusterCount, "a segment for each cluster")
    precondition(transform.outputCount == algorithm.columnCount, "a column for each dimension")
    self.settings = settings
    self.transform = transform
    self.algorithm = algorithm
    self.segments = segments
    self.training = training
    self.distributions = distributions
    self.linkageMatrix = linkageMatrix
    self.confidenceExponent = confidenceExponent
    self.among = among
  }
}

extension SegmentModel {
  /// The model with other segments.
  ///
  /// - Precondition: there are as many.
  func replacing(_ segments: [Segment], training: TrainingRecord? = nil) -> SegmentModel {
    SegmentModel(
      settings: settings, transform: transform, algorithm: algorithm, segments: segments,
      training: training ?? self.training, distributions: distributions,
      linkageMatrix: linkageMatrix, confidenceExponent: confidenceExponent, among: among)
  }

  /// The model whose segments have the names that people gave them, by id; other segments keep theirs.
  public func givingNames(_ names: [String: String]) -> SegmentModel {
    replacing(
      segments.map { segment in
        var segment = segment
        if let name = names[segment.id] { segment.givenName = name }
        return segment
      })
  }
}

extension SegmentModel.Algorithm {
  /// The number of clusters.
  public var clusterCount: Int {
    switch self {
    case .kMeans(let model): model.centroids.rowCount
    case .hierarchical(let model): model.clusterCount
    }
  }

  /// The number of columns of the clustered matrix.
  public var columnCount: Int {
    switch self {
    case .kMeans(let model): model.centroids.columnCount
    case .hierarchical(let model): model.columnCount
    }
  }

  /// The name as on the command line.
  public var name: String {
    switch self {
    case .kMeans: "kmeans"
    case .hierarchical: "hierarchical"
    }
  }
}
