public import ArgumentParser
public import Clustering
import EventLog
import Foundation
import LinearAlgebra

extension Linkage: ExpressibleByArgument {}
extension Metric: ExpressibleByArgument {}

/// How many clusters are made.
enum ClusterCount: ExpressibleByArgument, Equatable {
  case count(Int)
  case automatic
  /// The best number from one to another.
  case range(Int, Int)

  init?(argument: String) {
    if argument == "auto" {
      self = .automatic
    } else if let count = Int(argument), count >= 1 {
      self = .count(count)
    } else if let dots = argument.range(of: ".."), let least = Int(argument[..<dots.lowerBound]),
      let most = Int(argument[dots.upperBound...]), least >= 1, most >= 1
    {
      self = .range(least, most)
    } else {
      return nil
    }
  }

  var defaultValueDescription: String {
    switch self {
    case .count(let count): String(count)
    case .automatic: "auto"
    case .range(let least, let most): "\(least)..\(most)"
    }
  }

  /// The numbers that are tried where the best is to be chosen.
  var counts: ClosedRange<Int> {
    switch self {
    case .count(let count): count...count
    case .automatic: 2...20
    case .range(let least, let most): least...max(least, most)
    }
  }

  /// True where the number is chosen from some.
  var isChosen: Bool {
    if case .count = self { false } else { true }
  }

  func validate() throws {
    if case .range(let least, let most) = self, least > most {
      throw ValidationError("--clusters \(least)..\(most) is upside down: say \(most)..\(least)")
    }
  }
}

/// The algorithm and its parameters: what `cluster` and `train` share.
struct ClusteringOptions: ParsableArguments {
  enum AlgorithmName: String, ExpressibleByArgument, CaseIterable {
    case kmeans
    case hierarchical
  }

  enum Precision: String, ExpressibleByArgument, CaseIterable {
    case float32
    case float64
  }

  @Option(help: "kmeans or hierarchical.")
  var algorithm: AlgorithmName

  @Option(help: "How many clusters: a number, 'auto', or a range such as 2..12 to choose from.")
  var clusters: ClusterCount?

  @Option(
    name: .customLong("init"),
    help: """
      k-means: the start, local-search (if not given), k-means++, k-means||, random, or a file with \
      centroids.
      """)
  var initialization: String?

  @Option(help: "k-means: the most starts, 10 if not given; the best result counts.")
  var restarts: Int?

  @Option(
    name: .customLong("max-iterations"),
    help: "k-means: the most passes of one start, 300 if not given.")
  var maximumIterations: Int?

  @Option(
    help: """
      k-means: stop below this shift of centroids, in mean feature variances; 0.0001 if not given, 0: at \
      the end.
      """)
  var tolerance: Double?

  @Option(help: "The seed of all random draws.")
  var seed: UInt64 = 0

  @Option(
    help: """
      hierarchical: single, complete, average, weighted, centroid, median, or ward (if not given).
      """)
  var linkage: Linkage?

  @Option(
    help:
      "hierarchical: euclidean, squaredEuclidean, cityblock, chebyshev, cosine or correlation.")
  var metric: Metric = .euclidean

  @Option(name: .customLong("cut-height"), help: "hierarchical: cut the tree at this height.")
  var cutHeight: Double?

  @Option(
    name: .customLong("linkage-output"),
    help: "hierarchical: write the tree in SciPy's form, as .csv or .npy.", completion: .file())
  var linkageOutput: String?

  @Option(help: "float32 or float64; by default what the data have.")
  var precision: Precision?

  @Option(help: "Write the label of each row to this file.", completion: .file())
  var labels: String?

  @Option(help: "Write the centroid of each label to this file.", completion: .file())
  var centroids: String?

  @Flag(help: "Exit with code 3 where k-means has not converged.")
  var strict = false

  func validate() throws {
    guard restarts ?? 1 >= 1 else { throw ValidationError("--restarts must be at least 1") }
    guard mostIterations >= 1 else {
      throw ValidationError("--max-iterations must be at least 1")
    }
    if let tolerance, !(tolerance >= 0 && tolerance.isFinite) {
      throw ValidationError("--tolerance must be 0 or more")
    }
    try clusters?.validate()
    switch algorithm {
    case .kmeans:
      try refuse(
        [
          ("--linkage", linkage != nil), ("--cut-height", cutHeight != nil),
          ("--linkage-output", linkageOutput != nil),
        ], goingWith: .hierarchical)
      if clusters?.isChosen == true, startsFromFile {
        throw ValidationError("--init FILE goes with --clusters N, one for each of its centroids")
      }
      if restarts != nil, startsFromFile {
        throw ValidationError("--restarts does not go with --init FILE, which is one start")
      }
      if metric != .euclidean {
        throw ValidationError(
          "k-means goes with --metric euclidean only: choose --algorithm hierarchical")
      }
    case .hierarchical:
      try refuse(
        [
          ("--init", initialization != nil), ("--restarts", restarts != nil),
          ("--max-iterations", maximumIterations != nil), ("--tolerance", tolerance != nil),
          ("--strict", strict),
        ], goingWith: .kmeans)
      if let cutHeight {
        if !(cutHeight >= 0) { throw ValidationError("--cut-height must be 0 or more") }
        if clusters != nil { throw ValidationError("say --clusters or --cut-height, not both") }
      }
      let linkage = linkage ?? .ward
      if linkage.needsEuclidean, metric != .euclidean {
        throw ValidationError(
          "--linkage \(linkage.rawValue) goes with --metric euclidean only: choose average, "
            + "complete, single or weighted")
      }
    }
    let outputs = outputPaths.filter { $0 != "-" }
    if Set(outputs).count < outputs.count {
      throw ValidationError("--labels, --centroids and --linkage-output need files of their own")
    }
    if let linkageOutput, ![".csv", ".npy"].contains(where: linkageOutput.hasSuffix) {
      throw ValidationError("--linkage-output must end in .csv or .npy")
    }
  }

  /// Throws where one of some options is given that go with the other algorithm.
  private func refuse(
    _ options: [(name: String, isGiven: Bool)], goingWith other: AlgorithmName
  ) throws {
    if let option = options.first(where: \.isGiven) {
      throw ValidationError("\(option.name) goes with --algorithm \(other.rawValue)")
    }
  }

  /// The most passes of one start.
  var mostIterations: Int { maximumIterations ?? 300 }

  /// Whether k-means starts from centroids in a file.
  private var startsFromFile: Bool {
    !["local-search", "k-means++", "k-means||", "random"].contains(
      initialization ?? "local-search")
  }

  /// Throws where nothing says how many clusters there are.
  func checkClusterCount() throws {
    guard clusters == nil, cutHeight == nil else { return }
    switch algorithm {
    case .kmeans: throw ValidationError("k-means needs --clusters: a number, or 'auto'")
    case .hierarchical:
      throw ValidationError("say --clusters (a number, or 'auto') or --cut-height")
    }
  }

  /// The configuration of k-means for a number of clusters.
  func kMeans(clusterCount: Int, threads: Int) throws -> KMeans {
    KMeans(
      clusterCount: clusterCount, initialization: try startingCentroids(),
      restartCount: restarts ?? 10, maximumIterations: mostIterations, tolerance: tolerance ?? 1e-4,
      seed: seed,
      threadCount: threads)
  }

  /// The configuration of the tree.
  func tree(threads: Int) -> Hierarchical {
    Hierarchical(linkage: linkage ?? .ward, metric: metric, threadCount: threads)
  }

  private func startingCentroids() throws -> KMeans.Initialization {
    switch initialization {
    case nil, "local-search": return .localSearch
    case "k-means++": return .kMeansPlusPlus
    case "k-means||": return .kMeansParallel
    case "random": return .random
    case let path?:
      guard FileManager.default.fileExists(atPath: path) else {
        throw Failure.usage(
          "--init \(path): not local-search, k-means++, k-means||, random or a file")
      }
      return .centroids(try NumericData(path: path, columns: nil, id: nil).doubles)
    }
  }

  var outputPaths: [String] { [labels, centroids, linkageOutput].compactMap { $0 } }

  /// Throws where a file asked for could not be written, before time is spent on what goes into it.
  func checkOutputs() throws {
    for path in outputPaths where path != "-" {
      // Opening a pipe and closing it again would tell its reader that all is over.
      let type =
        try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
      if type == nil || type == .typeRegular || type == .typeDirectory {
        try OutputFile(path).discard()
      }
    }
  }
}
