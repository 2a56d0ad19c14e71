import ArgumentParser
import Clustering
import EventLog
import Foundation
import LinearAlgebra

/// `coterie score`: how well two labelings agree, and how well labels fit the data.
struct Score: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says how well labels agree with other labels, or with the data.",
    discussion: """
      Labels are the last column of a CSV file with a header; any text will do. Two files are \
      matched by their first columns where these hold the same ids, each once, and else row by row. \
      The rows of --data are those of LABELS, in their order, or matched by --id. The silhouette visits all pairs of rows.

      Exit codes: 0 done, 2 bad input, 64 usage.

      Examples:
        coterie score truth.csv labels.csv
        coterie score labels.csv --data members.csv \\
          --columns recency_days,frequency_h14 --json
      """)

  @Argument(help: "The labels; the truth, where it matters which is.", completion: .file())
  var labels: String

  @Argument(help: "Other labels of the same rows.", completion: .file())
  var otherLabels: String?

  @Option(help: "The rows labelled: CSV with a header, also gzipped, or .npy.", completion: .file())
  var data: String?

  @Option(help: "Columns of --data, separated by commas; by default all that hold numbers only.")
  var columns: [NameList] = []

  @Option(help: "The column of --data that names the rows, which is not a number of theirs.")
  var id: String?

  @Option(help: "How many threads work at once.")
  var threads: Int = availableProcessorCount

  @Flag(help: "Print one JSON object on the standard output.")
  var json = false

  func validate() throws {
    guard threads >= 1 else { throw ValidationError("--threads must be at least 1") }
    if otherLabels == nil, data == nil {
      throw ValidationError("say what to score against: other labels, --data, or both")
    }
    if data == nil, !columns.isEmpty || id != nil {
      throw ValidationError("--columns and --id go with --data")
    }
  }

  private struct Index {
    let name: String
    let value: Double?
    let meaning: String
  }

  func run() throws {
    var stopwatch = Stopwatch()
    let first = try LabelsFile(path: labels)
    let second = try otherLabels.map { try LabelsFile(path: $0) }
    let samples = try data.map { path in
      try NumericData(path: path, columns: NameList(columns)?.names, id: id)
    }
    let readSeconds = stopwatch.lap()
    let codes = first.codes
    var indices: [Index] = []
    if let second {
      let table = try ContingencyTable(codes, try second.codes(inOrderOf: first))
      indices += Self.agreement(table)
    }
    let sampleIDs = first.isNumbered ? nil : samples?.ids
    if let samples = samples?.array.inMemory, let data {
      guard samples.rowCount == codes.count else {
        throw Failure.badInput(
          "\(data) has \(counted(samples.rowCount, "row")) and \(labels) labels \(codes.count): both must "
            + "be about the same rows")
      }
      let codes = try sampleIDs.map { try first.codes(ofIDs: $0, in: data) } ?? codes
      do {
        switch samples {
        case .float32(let matrix): indices += try fit(matrix, codes)
        case .float64(let matrix): indices += try fit(matrix, codes)
        }
      } catch let error as ClusteringError {
        throw Failure.badInput("\(data): \(error)")
      }
    }
    let computeSeconds = stopwatch.lap()
    guard json else {
      print(Self.text(indices))
      return
    }
    var object: [String: JSONValue] = [
      "samples": .integer(codes.count),
      "seconds": .object(["read": .number(readSeconds), "compute": .number(computeSeconds)]),
    ]
    for index in indices { object[index.name] = JSONValue(index.value) }
    try JSONValue.print(verb: "score", object)
  }

  private static func agreement(_ table: ContingencyTable) -> [Index] {
    [
      Index(
        name: "adjusted_rand", value: table.adjustedRand,
        meaning: "pairs treated alike, above chance; 1 the same, 0 chance"),
      Index(name: "rand", value: table.rand, meaning: "share of pairs treated alike"),
      Index(
        name: "adjusted_mutual_information", value: table.adjustedMutualInformation,
        meaning: "information shared, above chance; 1 the same, 0 chance"),
      Index(
        name: "normalized_mutual_information", value: table.normalizedMutualInformation,
        meaning: "share of information shared"),
      Index(
        name: "homogeneity", value: table.homogeneity,
        meaning: "1 where each other cluster lies in one true group"),
      Index(
        name: "completeness", value: table.completeness,
        meaning: "1 where each true group lies in one other cluster"),
      Index(
        name: "v_measure", value: table.vMeasure,
        meaning: "harmonic mean of homogeneity and completeness"),
      Index(
        name: "fowlkes_mallows", value: table.fowlkesMallows,
        meaning: "geometric mean of precision and recall over pairs"),
      Index(
        name: "purity", value: table.purity,
        meaning: "share of rows of the commonest true group of their cluster"),
      Index(
        name: "matched_accuracy", value: table.matchedAccuracy,
        meaning: "share of rows named right when each cluster is named after one group"),
    ]
  }

  private func fit<Scalar: BLASScalar>(
    _ samples: Matrix<Scalar>, _ codes: [Int]
  ) throws -> [Index] {
    let labeled = try LabeledSamples(samples, labels: codes, threadCount: threads)
    return [
      Index(
        name: "silhouette", value: try labeled.silhouette(),
        meaning: "nearness to the own cluster, -1 to 1; more is better"),
      Index(
        name: "calinski_harabasz", value: labeled.calinskiHarabasz(),
        meaning: "variance between over within clusters; more is better"),
      Index(
        name: "davies_bouldin", value: labeled.daviesBouldin(),
        meaning: "spread over distance of clusters; less is better"),
    ]
  }

  private static func text(_ indices: [Index]) -> String {
    var table = TextTable(header: ["index", "value"])
    for index in indices {
      table.add([
        index.name, index.value.map { String(format: "%.6g", $0) } ?? "undefined",
      ])
    }
    return zip(table.text.split(separator: "\n"), ["meaning"] + indices.map(\.meaning))
      .map { "\($0)  \($1)" }.joined(separator: "\n")
  }
}
