import Clustering
import Engagement
import Models
import Testing

/// A way to train: every representation, scale and projection that a file can hold.
struct ModelKind: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let choices: TransformChoices
  private let linkage: Linkage?

  init(_ name: String, _ linkage: Linkage?, _ choices: TransformChoices = TransformChoices()) {
    testDescription = name
    self.linkage = linkage
    self.choices = choices
  }

  func algorithm(threadCount: Int = 2) -> ModelTraining.Algorithm {
    guard let linkage else {
      return .kMeans(
        KMeans(clusterCount: 3, restartCount: 3, seed: 5, threadCount: threadCount))
    }
    return .hierarchical(
      Hierarchical(linkage: linkage, threadCount: threadCount), cut: .clusterCount(3))
  }

  static let all = [
    ModelKind("k-means", nil),
    ModelKind("k-means, whitened", nil, TransformChoices(reduction: .whiten)),
    ModelKind("k-means, two components", nil, TransformChoices(reduction: .principalComponents(2))),
    ModelKind("k-means, by rank", nil, TransformChoices(scale: .quantile)),
    ModelKind("k-means, robust", nil, TransformChoices(scale: .robust)),
    ModelKind("k-means, unscaled", nil, TransformChoices(scale: .none)),
    ModelKind("ward", .ward),
    ModelKind("centroid", .centroid),
    ModelKind("median", .median),
    ModelKind("average", .average),
    ModelKind("weighted", .weighted),
    ModelKind("single", .single),
    ModelKind("complete", .complete),
    ModelKind(
      "average, by rank, three components", .average,
      TransformChoices(scale: .quantile, reduction: .principalComponents(3))),
  ]
}
