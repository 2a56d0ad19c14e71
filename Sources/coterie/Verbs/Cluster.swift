import ArgumentParser
import Clustering
import EventLog
import Foundation
import LinearAlgebra
import Models

/// `coterie cluster`: numbers in, labels out.
struct Cluster: ParsableCommand, SampleVerb {
  static let configuration = CommandConfiguration(
    abstract: "Clusters the rows of a table of numbers.",
    discussion: """
      Labels count from 0, the largest cluster first. With --standardize the clustering and its \
      inertia are those of columns brought to mean 0 and standard deviation 1; centroids are written \
      in the data's own units, and a file of centroids for --init is read in them. In --json, seconds \
      'fit' is all of the clustering, 'seed' the part of it that chose first centroids.

      Exit codes: 0 done, 2 bad input, 3 not converged under --strict, 64 usage.

      Examples:
        coterie cluster members.csv --id member_id --standardize --algorithm kmeans \\
          --clusters auto --labels labels.csv
        coterie cluster matrix.npy --algorithm hierarchical --linkage average \\
          --clusters 5 --linkage-output tree.npy
      """)

  @Argument(
    help: "CSV with a header, also gzipped, or a NumPy .npy file; - is the standard input.",
    completion: .file())
  var data: String

  @Option(help: "Columns, separated by commas; by default all that hold numbers only.")
  var columns: [NameList] = []

  @Option(help: "The column that names the rows; it is written beside the labels.")
  var id: String?

  @OptionGroup var clustering: ClusteringOptions

  @Flag(help: "Bring each column to mean 0 and standard deviation 1 first.")
  var standardize = false

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Read a .npy file where it lies, without a copy in memory.",
      discussion: "Without either, files over an eighth of the machine's memory are."))
  var map: Bool?

  @Option(help: "How many threads work at once.")
  var threads: Int = availableProcessorCount

  @Flag(help: "Print one JSON object on the standard output.")
  var json = false

  func validate() throws {
    guard threads >= 1 else { throw ValidationError("--threads must be at least 1") }
    try clustering.checkClusterCount()
  }

  var samplePrecision: ClusteringOptions.Precision? { clustering.precision }

  func run() throws {
    try coterie.checkOutputs(clustering.outputPaths, areNone: [data, clustering.initialization])
    try clustering.checkOutputs()
    try runOnSamples()
  }

  /// Scales the samples where that was asked for, and clusters them.
  func run<Samples: RowMajorMatrix>(
    on given: Samples, _ input: NumericData, readSeconds: Double, _ started: Stopwatch
  ) throws where Samples.Element: BLASScalar {
    var stopwatch = started
    var names = input.names
    if standardize || clustering.algorithm == .hierarchical {
      try checkCopyFits(
        of: given, elementSize: MemoryLayout<Samples.Element>.stride, path: data,
        because: standardize ? "--standardize" : "hierarchical clustering")
    }
    if standardize {
      let made = try scaling(of: given, names)
      names = made.kept.map { names[$0] }
      let scaled = made.scaled(given)
      try cluster(scaled, made, names, input, (readSeconds, stopwatch.lap()), stopwatch)
    } else {
      try cluster(given, nil, names, input, (readSeconds, stopwatch.lap()), stopwatch)
    }
  }

  private func cluster<Samples: RowMajorMatrix>(
    _ samples: Samples, _ scaling: ColumnScaling?, _ names: [String], _ input: NumericData,
    _ secondsBefore: (read: Double, prepare: Double), _ started: Stopwatch
  ) throws where Samples.Element: BLASScalar {
    var stopwatch = started
    let chosen = try ChosenClusters(clustering, samples: samples, threads: threads)
    let algorithm = try inSamplesUnits(chosen.algorithm, scaling, columnCount: input.names.count)
    let chooseSeconds = stopwatch.lap()
    let fitted = try FittedClusters(algorithm, samples, threads: threads)
    let fitSeconds = stopwatch.lap()
    Console.endProgress()
    if !fitted.hasConverged {
      let message = "k-means has not converged in \(clustering.mostIterations) passes"
      if clustering.strict {
        throw Failure(
          code: Failure.Code.notConverged,
          "\(message), and --strict was said; nothing is written: raise --max-iterations")
      }
      Console.note("\(message): raise --max-iterations")
    }
    let centroids = scaling.map { $0.unscaled(fitted.centroids) } ?? fitted.centroids
    let ids = input.ids.flatMap { cells in id.map { (name: $0, cells: cells) } }
    if let path = clustering.labels { try writeLabels(fitted.labels, ids: ids, to: path) }
    if let path = clustering.centroids { try writeCSV(centroids, columns: names, to: path) }
    if let path = clustering.linkageOutput, let matrix = fitted.linkageMatrix {
      try writeLinkage(matrix, to: path)
    }
    guard json else {
      print(summary(fitted, centroids, names, chosen.choice))
      return
    }
    try JSONValue.print(
      verb: "cluster",
      [
        "algorithm": .string(clustering.algorithm.rawValue),
        "samples": .integer(samples.rowCount), "features": .integer(samples.columnCount),
        "columns": .array(names.map { .string($0) }),
        "mapped": .boolean(!(samples is Matrix<Samples.Element>)),
        "precision": .string(Samples.Element.self == Float.self ? "float32" : "float64"),
        "clusters": .integer(fitted.sizes.count),
        "sizes": .array(fitted.sizes.map { .integer($0) }), "inertia": .number(fitted.inertia),
        "iterations": .integer(fitted.iterationCount), "converged": .boolean(fitted.hasConverged),
        "choice": chosen.json,
        "seconds": .object([
          "read": .number(secondsBefore.read), "prepare": .number(secondsBefore.prepare),
          "choose": .number(chooseSeconds), "seed": .number(fitted.seedSeconds),
          "fit": .number(fitSeconds), "total": .number(stopwatch.total),
        ]),
        "peak_memory_bytes": .integer(peakMemoryInBytes()), "threads": .integer(threads),
        "kernel": .string(fitted.kernel),
      ])
  }

  /// The algorithm with given centroids brought to the scale of the samples.
  private func inSamplesUnits(
    _ algorithm: ModelTraining.Algorithm, _ scaling: ColumnScaling?, columnCount: Int
  ) throws -> ModelTraining.Algorithm {
    guard let scaling, case .kMeans(var kMeans) = algorithm,
      case .centroids(let centroids) = kMeans.initialization
    else { return algorithm }
    guard centroids.columnCount == columnCount else {
      throw ClusteringError.centroidShape(
        expectedRows: kMeans.clusterCount, expectedColumns: columnCount,
        rows: centroids.rowCount, columns: centroids.columnCount)
    }
    kMeans.initialization = .centroids(scaling.scaled(centroids))
    return .kMeans(kMeans)
  }

  private func summary(
    _ fitted: FittedClusters, _ centroids: Matrix<Double>, _ names: [String],
    _ choice: ClusterCountChoice?
  ) -> String {
    let shown = min(names.count, 8)
    var table = TextTable(header: ["cluster", "size", "share"] + names.prefix(shown))
    for (cluster, size) in fitted.sizes.enumerated() {
      table.add(
        [
          String(cluster), String(size), percent(size, of: fitted.labels.count),
        ] + centroids.row(cluster).prefix(shown).map { String(format: "%.4g", $0) })
    }
    var parts: [String] = []
    if let choice { parts.append("\(counted(choice.clusterCount, "cluster")): \(choice.reason)") }
    parts.append(
      table.text
        + (shown < names.count
          ? "\n  (the first \(shown) of \(names.count) columns; --centroids FILE writes all)" : ""))
    var facts = "inertia \(String(format: "%.6g", fitted.inertia))"
    if standardize { facts += " in standard deviations" }
    if clustering.algorithm == .kmeans {
      facts += ", \(fitted.iterationCount) iteration\(fitted.iterationCount == 1 ? "" : "s"), "
      facts += fitted.hasConverged ? "converged" : "not converged"
    }
    parts.append(facts)
    return parts.joined(separator: "\n\n")
  }
}
