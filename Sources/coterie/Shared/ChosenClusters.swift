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
        linkage: options.algorithm == .hierarchical ? options.linkage : nil,
        metric: options.metric, seed: options.seed, threadCount: threads)
      choice = made
      count = made.clusterCount
    case nil: break
    }
    self.choice = choice
    switch options.algorithm {
    case .kmeans:
      algorithm = .kMeans(try options.kMeans(clusterCount: count, threads: threads))
    case .hierarchical:
      algorithm = .hierarchical(
        options.tree(threads: threads),
        cut: options.cutHeight.map { .height($0) } ?? .clusterCount(count))
    }
  }

  /// The entry `choice` of `--json`; null where the number was said.
  var json: JSONValue { choice.map { ChoiceReport(choice: $0).json } ?? .null }
}
