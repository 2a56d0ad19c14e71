import Clustering
import LinearAlgebra
import Models

/// The clustering that the options ask for, with the number of clusters settled.
struct ChosenClusters {
  let algorithm: ModelTraining.Algorithm
  /// How the number was chosen, where it was not said.
  let choice: ClusterCountChoice?

  init<Samples: RowMajorMatrix>(
    _ options: ClusteringOptions, samples: Samples, threads: Int, previousCount: Int? = nil
  ) throws where Samples.Element: BLASScalar {
    var count = previousCount ?? 0
    var choice: ClusterCountChoice?
    switch options.clusters {
    case .count(let said): count = said
    case .automatic, .range:
      let made = try ClusterCountChoice(
        samples, counts: options.clusters?.counts ?? 2...20,
        linkage: options.algorithm == .hierarchical ? options.linkage ?? .ward : nil,
        metric: options.metric, seed: options.seed, threadCount: threads)
      choice = made
      count = made.clusterCount
    case nil: break
    }
    self.choice = choice
    algorithm = try options.algorithm(clusterCount: count, threads: threads)
  }

  /// The entry `choice` of `--json`; null where the number was said.
  var json: JSONValue { choice.map { ChoiceReport(choice: $0).json } ?? .null }
}

extension ClusteringOptions {
  /// The clustering that the options ask for, with a number of clusters.
  func algorithm(clusterCount count: Int, threads: Int) throws -> ModelTraining.Algorithm {
    switch algorithm {
    case .kmeans: .kMeans(try kMeans(clusterCount: count, threads: threads))
    case .hierarchical:
      .hierarchical(
        tree(threads: threads), cut: cutHeight.map { .height($0) } ?? .clusterCount(count))
    }
  }
}
