// The time to label all rows of a matrix by hierarchical models, each beside k-means with as many
// centroids.
//
//   hierarchy-predict MATRIX.npy CLUSTERS [LINKAGE...]
//
// The clusters are those of the nearest of the first rows; a model of exemplars has 4096 of the rows
// that follow. Prints one object a linkage; reading is in no time.

import Clustering
import Foundation
import LinearAlgebra
import Timing

struct Report: Encodable {
  let linkage: String
  let seconds: Double
  let kMeansSeconds: Double
  let dissimilaritiesSeconds: Double
  let kernel: String
}

let usage = "hierarchy-predict MATRIX.npy CLUSTERS [LINKAGE...]"
let arguments = CommandLine.arguments.dropFirst().map { $0 }
guard arguments.count >= 2, let clusterCount = Int(arguments[1]) else { fail(usage) }
let names = arguments.count > 2 ? Array(arguments[2...]) : Linkage.allCases.map(\.rawValue)

func representation(
  _ linkage: Linkage, _ centers: Matrix<Double>, _ rows: Matrix<Double>
) throws -> HierarchicalModel.Representation {
  let labels = try KMeansModel(centroids: centers).predict(rows)
  let members = (0..<clusterCount).map { label in labels.indices.filter { labels[$0] == label } }
  if linkage.needsEuclidean { return .centers(centers, sizes: members.map { max(1, $0.count) }) }
  return .exemplars(
    rows.selectingRows(members.joined()), weights: labels.map { _ in 1 },
    offsets: members.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) })
}

func run<Scalar: BLASScalar>(_ samples: Matrix<Scalar>) throws {
  let centers = samples.selectingRows(0..<clusterCount).converted(to: Double.self)
  // The centers first, so that no cluster is empty.
  let rows = samples.selectingRows(0..<min(4096, samples.rowCount)).converted(to: Double.self)
  func seconds(_ repeats: Int, _ body: () throws -> Void) rethrows -> Double {
    median(try (0..<repeats).map { _ in try timed(body).seconds })
  }
  for name in names {
    guard let linkage = Linkage(rawValue: name) else { fail(usage) }
    let model = try HierarchicalModel(
      linkage: linkage, representation: representation(linkage, centers, rows))
    var labels: [Int] = []
    let kMeans = KMeansModel(centroids: centers)
    _ = try kMeans.predict(samples)
    // In turn, as other work comes and goes.
    var (own, others): ([Double], [Double]) = ([], [])
    for _ in 0..<(linkage.needsEuclidean ? 11 : 3) {
      own.append(try seconds(1) { labels = try model.predict(samples) })
      others.append(try seconds(1) { _ = try kMeans.predict(samples) })
    }
    var found = Matrix<Double>(rowCount: 0, columnCount: 0)
    let all = try seconds(1) { found = try model.dissimilarities(samples) }
    for row in 0..<samples.rowCount {
      let values = found.row(row)
      let least = values.indices.dropFirst().reduce(values.startIndex) {
        values[$1] < values[$0] ? $1 : $0
      }
      precondition(labels[row] == least - values.startIndex, "row \(row) has another label")
    }
    try printJSON(
      Report(
        linkage: name, seconds: median(own), kMeansSeconds: median(others),
        dissimilaritiesSeconds: all, kernel: try clusteringKernel))
  }
}

switch try NumPyFile.read(URL(fileURLWithPath: arguments[0])) {
case .float32(let samples): try run(samples)
case .float64(let samples): try run(samples)
}
