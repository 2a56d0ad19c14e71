import ArgumentParser
import Clustering
import EventLog
import Foundation
import LinearAlgebra

/// `coterie choose`: how many clusters, and whether there are any.
struct Choose: ParsableCommand, SampleVerb {
  static let configuration = CommandConfiguration(
    abstract: "Says how many clusters suit the data, and whether there are clear groups at all.",
    discussion: """
      Tries every number of clusters in a range, prints what each index says of it and recommends \
      one, marked with *. The recommendation is that of --clusters auto in 'cluster' and 'train': the \
      best silhouette, called clear where it is over what data without groups reach, and finer where \
      groups consist of clear groups themselves. Of more rows than --sample, a seeded sample is \
      looked at; squared silhouettes are of all rows.

      Exit codes: 0 done, 2 bad input, 64 usage.

      Examples:
        coterie choose members.csv --id member_id --standardize
        coterie choose matrix.npy --algorithm hierarchical --linkage average \\
          --clusters 2..8 --json
      """)

  @Argument(
    help: "CSV with a header, also gzipped, or a NumPy .npy file; - is the standard input.",
    completion: .file())
  var data: String

  @Option(help: "Columns, separated by commas; by default all that hold numbers only.")
  var columns: [NameList] = []

  @Option(help: "The column that names the rows, which is not a number of theirs.")
  var id: String?

  @Option(help: "kmeans or hierarchical.")
  var algorithm: ClusteringOptions.AlgorithmName = .kmeans

  @Option(help: "The numbers of clusters to try, as FROM..TO.")
  var clusters: ClusterCount = .range(2, 12)

  @Option(
    help: """
      hierarchical: single, complete, average, weighted, centroid, median, or ward (if not given).
      """)
  var linkage: Linkage?

  @Option(
    help:
      "hierarchical: euclidean, squaredEuclidean, cityblock, chebyshev, cosine or correlation.")
  var metric: Metric = .euclidean

  @Flag(help: "Bring each column to mean 0 and standard deviation 1 first.")
  var standardize = false

  @Option(help: "The most rows that are looked at; of more, a sample.")
  var sample = ClusterCountChoice.maximumRowCount

  @Option(help: "The seed of all random draws.")
  var seed: UInt64 = 0

  @Option(help: "How many threads work at once.")
  var threads: Int = availableProcessorCount

  @Option(help: "float32 or float64; by default what the data have.")
  var precision: ClusteringOptions.Precision?

  @Option(help: "Write the table to this CSV file.", completion: .file())
  var output: String?

  @Flag(help: "Print one JSON object on the standard output.")
  var json = false

  func validate() throws {
    guard threads >= 1 else { throw ValidationError("--threads must be at least 1") }
    guard sample >= 10 else { throw ValidationError("--sample must be at least 10") }
    try clusters.validate()
    switch clusters {
    case .range(_, let most) where most < 2:
      throw ValidationError("--clusters must reach 2: a single cluster is no choice")
    case .count(let count):
      throw ValidationError("--clusters \(count) leaves no choice: say a range such as 2..12")
    default: break
    }
    if algorithm == .kmeans, metric != .euclidean {
      throw ValidationError(
        "k-means goes with --metric euclidean only: choose --algorithm hierarchical")
    }
    if algorithm == .kmeans, linkage != nil {
      throw ValidationError("--linkage goes with --algorithm hierarchical")
    }
    let linkage = linkage ?? .ward
    if algorithm == .hierarchical, linkage.needsEuclidean, metric != .euclidean {
      throw ValidationError(
        "--linkage \(linkage.rawValue) goes with --metric euclidean only: choose average, "
          + "complete, single or weighted")
    }
  }

  var samplePrecision: ClusteringOptions.Precision? { precision }
  var map: Bool? { nil }

  func run() throws {
    try checkOutputs([output], areNone: [data])
    try runOnSamples()
  }

  func run<Samples: RowMajorMatrix>(
    on given: Samples, _ input: NumericData, readSeconds: Double, _ stopwatch: Stopwatch
  ) throws where Samples.Element: BLASScalar {
    guard standardize else {
      return try choose(given, input.names, readSeconds, stopwatch)
    }
    try checkCopyFits(
      of: given, elementSize: MemoryLayout<Samples.Element>.stride, path: data,
      because: "--standardize")
    let scaling = try scaling(of: given, input.names)
    try choose(
      scaling.scaled(given), scaling.kept.map { input.names[$0] }, readSeconds, stopwatch)
  }

  private func choose<Samples: RowMajorMatrix>(
    _ samples: Samples, _ names: [String], _ readSeconds: Double, _ started: Stopwatch
  ) throws where Samples.Element: BLASScalar {
    var stopwatch = started
    let prepareSeconds = stopwatch.lap()
    let counts = clusters.counts
    let choice = try ClusterCountChoice(
      samples, counts: counts, linkage: algorithm == .hierarchical ? linkage ?? .ward : nil,
      metric: metric, evidence: .full, maximumRowCount: sample, seed: seed, threadCount: threads
    ) { step, stepCount in
      Console.progress("choosing, step \(step) of \(stepCount)")
    }
    let chooseSeconds = stopwatch.lap()
    Console.endProgress()
    if let most = choice.candidates.last?.clusterCount, most < counts.upperBound {
      Console.note(
        "no more than \(counted(most, "cluster")) can be tried: there are too few distinct rows")
    }
    let report = ChoiceReport(choice: choice)
    if let output {
      let file = try OutputFile(output)
      try file.write(report.csv)
      try file.commit()
    }
    guard json else {
      if output != "-" { print(report.text) }
      return
    }
    try JSONValue.print(
      verb: "choose",
      [
        "algorithm": .string(algorithm.rawValue), "samples": .integer(samples.rowCount),
        "features": .integer(samples.columnCount),
        "columns": .array(names.map { .string($0) }),
        "precision": .string(Samples.Element.self == Float.self ? "float32" : "float64"),
        "choice": report.json,
        "seconds": .object([
          "read": .number(readSeconds), "prepare": .number(prepareSeconds),
          "choose": .number(chooseSeconds), "total": .number(stopwatch.total),
        ]),
        "peak_memory_bytes": .integer(peakMemoryInBytes()), "threads": .integer(threads),
        "kernel": .string(try clusteringKernel),
      ])
  }
}
