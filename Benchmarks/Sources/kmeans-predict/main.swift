// The time to label all rows of a matrix by given centroids, and one row alone, in process.
//
//   kmeans-predict MATRIX.npy CENTROIDS.npy LABELS.npy
//
// Writes the labels as one column. Reading and writing are in no time.

import Clustering
import Foundation
import LinearAlgebra
import Timing

struct Report: Encodable {
  let seconds: Double
  let oneRowSeconds: Double
  let kernel: String
}

let arguments = CommandLine.arguments.dropFirst().map { $0 }
guard arguments.count == 3 else { fail("kmeans-predict MATRIX.npy CENTROIDS.npy LABELS.npy") }

func run<Scalar: BLASScalar>(_ samples: Matrix<Scalar>, _ centroids: Matrix<Double>) throws {
  let model = KMeansModel(centroids: centroids)
  var labels = try model.predict(samples)
  let seconds = try (0..<7).map { _ in
    try timed { labels = try model.predict(samples) }.seconds
  }
  // Rows far apart, each in a matrix of its own.
  let drawn = (0..<10_000).map { $0 * 7919 % samples.rowCount }
  let rows = drawn.map { samples.selectingRows([$0]) }
  let oneRowSeconds = try zip(drawn, rows).map { index, row in
    let (seconds, label) = try timed { try model.predict(row) }
    precondition(label == [labels[index]], "row \(index) alone has another label")
    return seconds
  }
  let column = Matrix(rowCount: labels.count, columnCount: 1, elements: labels.map { Double($0) })
  try NumPyFile.write(.float64(column), to: URL(fileURLWithPath: arguments[2]))
  try printJSON(
    Report(
      seconds: median(seconds), oneRowSeconds: median(oneRowSeconds), kernel: try clusteringKernel))
}

let centroids = try readDoubles(arguments[1])
switch try NumPyFile.read(URL(fileURLWithPath: arguments[0])) {
case .float32(let samples): try run(samples, centroids)
case .float64(let samples): try run(samples, centroids)
}
