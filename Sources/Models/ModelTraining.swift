public import Clustering
public import Engagement
public import EventLog
public import LinearAlgebra

/// The configuration of a training: which features, which transform, which clustering.
public struct ModelTraining: Sendable, Hashable {
  /// How clusters are made.
  public enum Algorithm: Sendable, Hashable {
    /// k-means, as configured.
    case kMeans(KMeans)
    /// A tree, cut.
    case hierarchical(Hierarchical, cut: Dendrogram.Cut)
  }

  /// Linkage matrices of more members than this are not stored in the model.
  public static let maximumStoredLeaves = 10_000

  /// The features that are clustered, in order.
  public var features: [FeatureDefinition]
  /// Weights, aliases and calendar.
  public var settings: EngagementSettings
  /// Logarithm, scale, reduction.
  public var choices: TransformChoices
  /// How clusters are made.
  public var algorithm: Algorithm
  /// Features whose distributions are stored beside those of ``features``, for percentile scores.
  public var percentileFeatures: [FeatureDefinition]
  /// Whom the model is about, as ``SegmentModel/among``: who trains gives a table of those only.
  public var among: String?
  /// Whether the clustered matrix is rounded to single precision before clustering.
  public var isSinglePrecision = false
  /// k-means: the centroids of an earlier model's segments in the space that is clustered, as
  /// ``previousMeans(_:labels:segmentCount:)`` gives them.
  ///
  /// A run is started from them, too, and taken unless a start of its own ends at an inertia that is lower
  /// by more than ``freshStartGain``: segments that are as good stay as they were. It is passed over where
  /// it is of another number or width.
  public var previousMeans: Matrix<Double>?
  /// By what part of the inertia a start of its own must be better than one from ``previousMeans``.
  public static let freshStartGain = 0.05
  /// How many times members are drawn anew to measure how stable segments are and to calibrate
  /// confidences; 0 leaves both out.
  public var resampleCount = 50
  /// What members and events are called in the segments' names and sentences.
  public var words = EventWords.community
  /// The seed of all draws that are not the algorithm's own.
  public var seed: UInt64
  /// How many threads work at once; the model does not depend on it.
  public var threadCount: Int
  /// The version written into the model.
  public var toolVersion: String

  /// Makes a configuration.
  public init(
    features: [FeatureDefinition] = FeatureDefinition.defaults,
    settings: EngagementSettings = EngagementSettings(),
    choices: TransformChoices = TransformChoices(), algorithm: Algorithm,
    percentileFeatures: [FeatureDefinition] = [], seed: UInt64 = 0,
    threadCount: Int = availableProcessorCount, toolVersion: String
  ) {
    self.features = features
    self.settings = settings
    self.choices = choices
    self.algorithm = algorithm
    self.percentileFeatures = percentileFeatures
    self.seed = seed
    self.threadCount = threadCount
    self.toolVersion = toolVersion
  }

  /// The training rows and the matrix that is clustered.
  public struct Prepared: Sendable {
    /// The features, with those that stand in for absent values and those of percentile scores.
    public let table: FeatureTable
    /// The fitted transform.
    public let transform: FeatureTransform
    /// The matrix, members × columns.
    public let matrix: Matrix<Double>
  }

  /// Computes features and transform: all that comes before the clustering.
  ///
  /// Features of a property's commonest values become columns of the values that are commonest in the
  /// community then.
  ///
  /// - Parameters:
  ///   - community: events and members.
  ///   - rows: the rows of the members who take part; by default all in the table at `asOf`.
  ///   - asOf: T.
  /// - Returns: the training rows and the matrix that is clustered.
  /// - Throws: ``EngagementError``.
  public func prepare(
    _ community: Community, rows: [Int]? = nil, asOf: Timestamp
  ) throws(EngagementError) -> Prepared {
    var training = self
    training.features = try features.expanded(in: community, rows: rows, asOf: asOf)
    return try training.prepare(
      FeatureTable(
        of: community, rows: rows, asOf: asOf, features: training.inputs, settings: settings,
        threadCount: threadCount))
  }

  /// The features that a table for ``prepare(_:)`` has: those that are clustered, those that stand in
  /// for absent values and those of percentile scores.
  public var inputs: [FeatureDefinition] {
    var needed = FeatureTransform.inputs(for: features)
    for feature in percentileFeatures where !needed.contains(feature) { needed.append(feature) }
    return needed
  }

  /// Fits the transform to a table of ``inputs`` that was computed with ``settings``.
  ///
  /// - Throws: ``EngagementError``.
  public func prepare(_ table: FeatureTable) throws(EngagementError) -> Prepared {
    let transform = try FeatureTransform(fitting: table, features: features, choices: choices)
    return Prepared(table: table, transform: transform, matrix: transform.apply(to: table))
  }

  /// Clusters what was prepared and makes the model.
  ///
  /// - Returns: the model, the tree where there is one, of however many members, and the label of each
  ///   training member by the clustering itself, which for trees need not be the label that the linkage's
  ///   criterion gives a new member of the same place.
  /// - Throws: `ClusteringError`.
  public func fit(
    _ prepared: Prepared, community: Community
  ) throws(ClusteringError) -> (model: SegmentModel, labels: [Int], tree: Dendrogram?) {
    try fit(prepared, events: EventSpan(of: community.history, asOf: prepared.table.asOf))
  }

  /// Clusters what was prepared and makes the model, given which events the features were made of.
  ///
  /// - Returns: What ``fit(_:community:)`` returns.
  /// - Throws: `ClusteringError`.
  public func fit(
    _ prepared: Prepared, events: EventSpan
  ) throws(ClusteringError) -> (model: SegmentModel, labels: [Int], tree: Dendrogram?) {
    var outcome = try cluster(prepared.matrix)
    if isSinglePrecision { outcome.parameters["precision"] = "float32" }
    let shape = ClusteredShape(
      prepared, labels: outcome.labels, algorithm: outcome.algorithm, words: words,
      threadCount: threadCount)
    var training = try record(prepared, outcome, events: events)
    var segments = try shape.segments()
    var exponent: Double?
    if resampleCount > 0 {
      let models = try ResampledModels(
        prepared, labels: outcome.labels, algorithm: outcome.algorithm,
        method: algorithm.method, count: resampleCount, seed: seed, threadCount: threadCount)
      for (label, value) in models.stability.enumerated() { segments[label].stability = value }
      exponent = models.exponent
      training.parameters["resamples"] = String(resampleCount)
      training.quality.merge(models.quality) { $1 }
    }
    let model = SegmentModel(
      settings: settings.naming(features + percentileFeatures), transform: prepared.transform,
      algorithm: outcome.algorithm, segments: segments, training: training,
      distributions: distributions(of: prepared.table),
      linkageMatrix: outcome.tree.flatMap {
        $0.leafCount <= Self.maximumStoredLeaves ? $0.linkageMatrix : nil
      }, confidenceExponent: exponent ?? 2, among: among)
    return (model, outcome.labels, outcome.tree)
  }

  /// The sizes of the clusters that ``algorithm`` makes, falling.
  ///
  /// - Throws: `ClusteringError`.
  public func clusterSizes(_ prepared: Prepared) throws(ClusteringError) -> [Int] {
    let outcome = try cluster(prepared.matrix)
    var sizes = [Int](repeating: 0, count: outcome.algorithm.clusterCount)
    for label in outcome.labels { sizes[label] += 1 }
    return sizes
  }

  private struct Outcome {
    var algorithm: SegmentModel.Algorithm
    var labels: [Int]
    var parameters: [String: String]
    var iterationCount: Int?
    var hasConverged: Bool?
    var tree: Dendrogram?
  }

  private func cluster(_ matrix: Matrix<Double>) throws(ClusteringError) -> Outcome {
    switch algorithm {
    case .kMeans(let configuration):
      var fit = try kMeans(configuration, matrix)
      var parameters = [
        "clusters": String(configuration.clusterCount),
        "init": configuration.initialization.name,
        "restarts": String(configuration.restartCount),
        "max_iterations": String(configuration.maximumIterations),
        "tolerance": configuration.tolerance.description,
      ]
      if let previousMeans, previousMeans.rowCount == configuration.clusterCount,
        previousMeans.columnCount == matrix.columnCount
      {
        var again = configuration
        again.initialization = .centroids(previousMeans)
        let continued = try kMeans(again, matrix)
        if continued.inertia * (1 - Self.freshStartGain) <= fit.inertia {
          fit = continued
          parameters["init"] = "previous model"
        }
      }
      return Outcome(
        algorithm: .kMeans(fit.model), labels: fit.labels, parameters: parameters,
        iterationCount: fit.iterationCount, hasConverged: fit.hasConverged)
    case .hierarchical(let configuration, let cut):
      let tree =
        isSinglePrecision
        ? try configuration.fit(matrix.converted(to: Float.self)) : try configuration.fit(matrix)
      let clusters = try tree.cut(cut)
      let model = try HierarchicalModel(
        matrix, tree, cut: cut, linkage: configuration.linkage, metric: configuration.metric,
        seed: seed)
      var parameters = [
        "clusters": String(clusters.clusterCount), "linkage": configuration.linkage.rawValue,
        "metric": configuration.metric.rawValue,
      ]
      if case .height(let height) = cut { parameters["cut_height"] = height.description }
      return Outcome(
        algorithm: .hierarchical(model), labels: clusters.labels, parameters: parameters,
        tree: tree)
    }
  }

  private func kMeans(
    _ configuration: KMeans, _ matrix: Matrix<Double>
  ) throws(ClusteringError) -> KMeansFit {
    isSinglePrecision
      ? try configuration.fit(matrix.converted(to: Float.self)) : try configuration.fit(matrix)
  }

  /// The means of what an earlier model's segments hold, in the space that is clustered.
  ///
  /// - Returns: segments × columns; nil where a segment holds nobody.
  public static func previousMeans(
    _ prepared: Prepared, labels: [Int], segmentCount: Int
  ) -> Matrix<Double>? {
    guard Set(labels).count == segmentCount else { return nil }
    return prepared.matrix.means(ofLabels: labels, count: segmentCount)
  }

  private func record(
    _ prepared: Prepared, _ outcome: Outcome, events: EventSpan
  ) throws(ClusteringError) -> TrainingRecord {
    let quality = try ClusteringQuality(
      matrix: prepared.matrix, labels: outcome.labels, threadCount: threadCount)
    return TrainingRecord(
      toolVersion: toolVersion, asOf: prepared.table.asOf.description,
      firstEvent: events.first?.description, lastEvent: events.last?.description,
      memberCount: prepared.matrix.rowCount, eventCount: events.count,
      parameters: outcome.parameters, seed: seed, iterationCount: outcome.iterationCount,
      hasConverged: outcome.hasConverged, inertia: quality.inertia, quality: quality.indices)
  }

  private func distributions(
    of table: FeatureTable
  ) -> [FeatureDefinition: EmpiricalDistribution] {
    var result: [FeatureDefinition: EmpiricalDistribution] = [:]
    for feature in table.features {
      result[feature] = table.column(feature).flatMap { EmpiricalDistribution(of: $0) }
    }
    return result
  }
}

extension ModelTraining.Algorithm {
  /// The same, as what draws rows anew asks for it.
  fileprivate var method: ClusteringMethod {
    switch self {
    case .kMeans(let configuration): .kMeans(configuration)
    case .hierarchical(let configuration, let cut): .hierarchical(configuration, cut: cut)
    }
  }
}

extension KMeans.Initialization {
  var name: String {
    switch self {
    case .localSearch: "local-search"
    case .kMeansPlusPlus: "k-means++"
    case .kMeansParallel: "k-means||"
    case .random: "random"
    case .centroids: "given centroids"
    }
  }
}

extension EngagementSettings {
  /// The same settings, with every event type that a feature names as an alias of itself, so that the
  /// feature keeps its meaning in a log in which that type does not occur.
  public func naming(_ features: [FeatureDefinition]) -> EngagementSettings {
    var settings = self
    for feature in features {
      switch feature {
      case .eventCount(let name?, _), .share(let name, _):
        if settings.aliases[name] == nil { settings.aliases[name] = [name] }
      default: break
      }
    }
    return settings
  }
}
