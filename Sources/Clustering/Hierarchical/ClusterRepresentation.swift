internal import Foundation
internal import LinearAlgebra

extension Dendrogram {
  /// The centroid of each cluster, or its midpoint: halfway between those of its node's two parts.
  func centers(
    of clusters: FlatClusters, _ rows: ShiftedSamples, isMidpoint: Bool
  ) -> Matrix<Double> {
    let d = rows.columnCount
    let shares = leafShares(of: clusters, isHalving: isMidpoint)
    var centers = Matrix<Double>(rowCount: clusters.clusterCount, columnCount: d)
    var origins = [[Double]?](repeating: nil, count: clusters.clusterCount)
    for row in 0..<leafCount {
      let cluster = clusters.labels[row]
      let values = rows.row(row)
      // Deviations from the cluster's first row: equal rows have exactly themselves as centre.
      guard let origin = origins[cluster] else {
        origins[cluster] = values
        continue
      }
      for column in 0..<d {
        centers[cluster, column] += shares[row] * (values[column] - origin[column])
      }
    }
    for (cluster, origin) in origins.enumerated() {
      for column in 0..<d { centers[cluster, column] += origin?[column] ?? 0 }
    }
    return centers
  }

  /// The exemplars of each cluster and their shares in its mean; see `ExemplarChoice`.
  func exemplars(
    of clusters: FlatClusters, _ rows: ShiftedSamples, isWeighted: Bool, _ choice: ExemplarChoice
  ) -> HierarchicalModel.Representation {
    let shares = leafShares(of: clusters, isHalving: isWeighted)
    var chosen: [Int] = []
    var weights: [Double] = []
    var offsets = [0]
    for kept in choice.exemplars(of: clusters, rows, shares: shares, order: leafOrder) {
      let total = kept.shares.reduce(0, +)
      // Shares so deep in the tree that all underflow leave the plain mean.
      weights += kept.shares.map { total > 0 ? $0 / total : 1 / Double(kept.rows.count) }
      chosen += kept.rows
      offsets.append(chosen.count)
    }
    let points = Matrix(
      rowCount: chosen.count, columnCount: rows.columnCount,
      elements: chosen.flatMap { rows.row($0) })
    return .exemplars(points, weights: weights, offsets: offsets)
  }

  /// The share of each row in its cluster: 1/size, or 2^-depth below the cluster's node.
  private func leafShares(of clusters: FlatClusters, isHalving: Bool) -> [Double] {
    guard isHalving else { return clusters.labels.map { 1 / Double(clusters.sizes[$0]) } }
    var shares = [Double](repeating: 0, count: leafCount + merges.count)
    for node in clusters.nodes { shares[node] = 1 }
    for (index, merge) in merges.enumerated().reversed() where shares[leafCount + index] > 0 {
      shares[merge.a] = shares[leafCount + index] / 2
      shares[merge.b] = shares[leafCount + index] / 2
    }
    return Array(shares.prefix(leafCount))
  }
}
