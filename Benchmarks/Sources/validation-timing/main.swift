// The time of the silhouette of labelled rows, and of all indices of two labelings, in process.
//
//   validation-timing silhouette MATRIX.npy LABELS.npy
//   validation-timing agreement LABELS.npy
//
// LABELS.npy has a column for each labeling. Reading is in no time; times are the median of three.

import Clustering
import Foundation
import LinearAlgebra
import Timing

let usage = "validation-timing silhouette MATRIX.npy LABELS.npy | agreement LABELS.npy"
let arguments = CommandLine.arguments.dropFirst().map { $0 }

func labels(_ matrix: Matrix<Double>, _ column: Int) -> [Int] {
  matrix.column(column).map { Int($0) }
}

switch arguments.first {
case "silhouette" where arguments.count == 3:
  let samples = try readDoubles(arguments[1])
  let labels = labels(try readDoubles(arguments[2]), 0)
  struct Report: Encodable {
    let seconds: Double
    let silhouette: Double?
    let kernel: String
  }
  var silhouette: Double?
  let seconds = try (0..<3).map { _ in
    try timed { silhouette = try LabeledSamples(samples, labels: labels).silhouette() }.seconds
  }
  try printJSON(
    Report(seconds: median(seconds), silhouette: silhouette, kernel: try clusteringKernel))
case "agreement" where arguments.count == 2:
  let matrix = try readDoubles(arguments[1])
  let (first, second) = (labels(matrix, 0), labels(matrix, 1))
  struct Report: Encodable {
    var adjustedMutualInformationSeconds = 0.0
    var allSeconds = 0.0
    var adjustedMutualInformation: Double?
    var adjustedRand: Double?
    var vMeasure: Double?
    var fowlkesMallows: Double?
  }
  var report = Report()
  let one = try (0..<3).map { _ in
    try timed {
      report.adjustedMutualInformation =
        try ContingencyTable(first, second).adjustedMutualInformation
    }.seconds
  }
  let all = try (0..<3).map { _ in
    try timed {
      let table = try ContingencyTable(first, second)
      report.adjustedMutualInformation = table.adjustedMutualInformation
      report.adjustedRand = table.adjustedRand
      report.vMeasure = table.vMeasure
      report.fowlkesMallows = table.fowlkesMallows
      _ = [
        table.rand, table.homogeneity, table.completeness, table.normalizedMutualInformation,
        table.purity,
      ]
    }.seconds
  }
  (report.adjustedMutualInformationSeconds, report.allSeconds) = (median(one), median(all))
  try printJSON(report)
default: fail(usage)
}
