// How well labelling by exemplars reproduces a tree's clusters, bounded and by all rows.
//
//   hierarchy-labels MATRIX.npy FRESH.npy CLUSTERS [LIMIT] [LINKAGE...]
//
// Prints one object a linkage: the share of the rows that get their own label back, and the share of
// the fresh rows that get the label which all rows as exemplars would give them.

import Clustering
import Foundation
import LinearAlgebra
import Timing

struct Report: Encodable {
  let linkage: String
  let exemplars: Int
  let ownByAll: Double
  let own: Double
  let freshAgreement: Double
  let treeSeconds: Double
  let modelSeconds: Double
}

let usage = "hierarchy-labels MATRIX.npy FRESH.npy CLUSTERS [LIMIT] [LINKAGE...]"
let arguments = CommandLine.arguments.dropFirst().map { $0 }
guard arguments.count >= 3, let clusterCount = Int(arguments[2]),
  let limit = Int(arguments.count > 3 ? arguments[3] : "4096")
else { fail(usage) }
let names =
  arguments.count > 4 ? Array(arguments[4...]) : ["single", "complete", "average", "weighted"]

func share(_ left: [Int], _ right: [Int]) -> Double {
  Double(zip(left, right).count { $0 == $1 }) / Double(left.count)
}

let samples = try readDoubles(arguments[0])
let fresh = try readDoubles(arguments[1])
for name in names {
  guard let linkage = Linkage(rawValue: name) else { fail(usage) }
  let (treeSeconds, tree) = try timed { try Hierarchical(linkage: linkage).fit(samples) }
  let labels = try tree.cut(.clusterCount(clusterCount)).labels
  func model(_ limit: Int) throws -> HierarchicalModel {
    try HierarchicalModel(
      samples, tree, cut: .clusterCount(clusterCount), linkage: linkage, exemplarLimit: limit)
  }
  let all = try model(samples.rowCount)
  let (modelSeconds, bounded) = try timed { try model(limit) }
  var count = clusterCount
  if case .exemplars(let rows, _, _) = bounded.representation { count = rows.rowCount }
  try printJSON(
    Report(
      linkage: name, exemplars: count, ownByAll: share(try all.predict(samples), labels),
      own: share(try bounded.predict(samples), labels),
      freshAgreement: share(try bounded.predict(fresh), try all.predict(fresh)),
      treeSeconds: treeSeconds, modelSeconds: modelSeconds))
}
