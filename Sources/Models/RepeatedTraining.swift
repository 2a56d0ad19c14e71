import Clustering
import Engagement
public import LinearAlgebra

extension ModelTraining {
  /// The configuration that a model was trained with, to train it again on other data.
  ///
  /// What a model file does not say is taken from what it shows: a scale by median and interquartile range
  /// is told from one by mean and standard deviation by comparing it with the stored quantiles.
  ///
  /// - Returns: nil where the model's parameters are not those of a training of this build.
  public init?(
    repeating model: SegmentModel, threadCount: Int = availableProcessorCount, toolVersion: String
  ) {
    let parameters = model.training.parameters
    guard let count = parameters["clusters"].flatMap(Int.init), count >= 1 else { return nil }
    let algorithm: Algorithm
    switch model.algorithm {
    case .kMeans:
      var kMeans = KMeans(clusterCount: count)
      guard let restarts = parameters["restarts"].flatMap(Int.init),
        let iterations = parameters["max_iterations"].flatMap(Int.init),
        let tolerance = parameters["tolerance"].flatMap(Double.init)
      else { return nil }
      switch parameters["init"] {
      case "k-means++": kMeans.initialization = .kMeansPlusPlus
      case "k-means||": kMeans.initialization = .kMeansParallel
      case "random": kMeans.initialization = .random
      // Centroids that were given are not kept.
      default: kMeans.initialization = .localSearch
      }
      kMeans.restartCount = restarts
      kMeans.maximumIterations = iterations
      kMeans.tolerance = tolerance
      kMeans.seed = model.training.seed
      kMeans.threadCount = threadCount
      algorithm = .kMeans(kMeans)
    case .hierarchical(let tree):
      algorithm = .hierarchical(
        Hierarchical(linkage: tree.linkage, metric: tree.metric, threadCount: threadCount),
        cut: .clusterCount(count))
    }
    let columns = model.transform.columns
    var choices = TransformChoices()
    choices.logarithm = .columns(
      columns.filter { $0.logarithm != .none }.map(\.feature.description))
    choices.scale = Self.scale(of: model)
    switch model.transform.projection?.kind {
    case .whitening: choices.reduction = .whiten
    case .principalComponents:
      choices.reduction = .principalComponents(model.transform.outputCount)
    case nil: choices.reduction = .none
    }
    self.init(
      features: columns.map(\.feature), settings: model.settings, choices: choices,
      algorithm: algorithm, seed: model.training.seed, threadCount: threadCount,
      toolVersion: toolVersion)
    isSinglePrecision = parameters["precision"] == "float32"
    among = model.among
  }

  private static func scale(of model: SegmentModel) -> TransformChoices.Scale {
    var isPlain = true
    var robustCount = 0
    for column in model.transform.columns {
      guard case .linear(let center, let scale) = column.scale else { return .quantile }
      if center != 0 || scale != 1 { isPlain = false }
      guard let knots = model.distributions[column.feature]?.knots else { continue }
      let unscaled = ColumnTransform(
        feature: column.feature, imputation: column.imputation, logarithm: column.logarithm,
        scale: .linear(center: 0, scale: 1))
      let quartiles = (1...3).map { unscaled.apply(knots[(knots.count - 1) * $0 / 4]) }
      let near = 0.02 * abs(scale)
      if abs(quartiles[1] - center) <= near, abs(quartiles[2] - quartiles[0] - scale) <= near {
        robustCount += 1
      }
    }
    // Quantiles leave absent values out, which columns count as imputed: most columns decide.
    let isRobust = 2 * robustCount > model.transform.columns.count
    return isPlain ? .none : isRobust ? .robust : .standardize
  }
}
