import Clustering
import Engagement
import Foundation
import LinearAlgebra

/// What the training members of each cluster look like.
struct ClusteredShape {
  private let prepared: ModelTraining.Prepared
  private let labels: [Int]
  private let algorithm: SegmentModel.Algorithm
  private let words: EventWords
  private let threadCount: Int

  init(
    _ prepared: ModelTraining.Prepared, labels: [Int], algorithm: SegmentModel.Algorithm,
    words: EventWords, threadCount: Int
  ) {
    self.prepared = prepared
    self.labels = labels
    self.algorithm = algorithm
    self.words = words
    self.threadCount = threadCount
  }

  /// The segments, by label, with ids by number and names by what sets them apart.
  func segments() throws(ClusteringError) -> [SegmentModel.Segment] {
    let clusterCount = algorithm.clusterCount
    var rows = [[Int]](repeating: [], count: clusterCount)
    for (row, label) in labels.enumerated() { rows[label].append(row) }
    let (modelLabels, distances) = try algorithm.assign(prepared.matrix, threadCount: threadCount)
    var labelledCounts = [Int](repeating: 0, count: clusterCount)
    for label in modelLabels { labelledCounts[label] += 1 }
    let columns = prepared.transform.columns
    let values = columns.map {
      FeatureTransform.imputed($0.feature, $0.imputation, in: prepared.table)
    }
    let spreads = zip(columns, values).map { column, values in
      meanAndDeviation(of: values.map { column.apply($0) })
    }
    let ids = (0..<clusterCount).map { "c\($0)" }
    let search = ClaimSearch(
      ClaimColumns(prepared.transform.inputs, of: prepared.table),
      measure: ClaimMeasure(labelings: [labels, modelLabels], segmentCount: clusterCount),
      words: words)
    let portrayals = SegmentNaming.portrayals(search, ids: ids)
    return portrayals.enumerated().map { label, portrayal in
      let members = rows[label]
      return SegmentModel.Segment(
        id: ids[label], name: portrayal.name, description: portrayal.description,
        claims: portrayal.claims, size: members.count,
        radii: radii(ofSorted: members.map { distances[$0, label] }.sorted()),
        medians: values.map { column in median(of: members.map { column[$0] }) },
        effects: columns.indices.map { column in
          let own = members.map { columns[column].apply(values[column][$0]) }
          let (mean, deviation) = spreads[column]
          return deviation > 0 ? (meanAndDeviation(of: own).mean - mean) / deviation : 0
        }, labelledCount: labelledCounts[label])
    }
  }
}

/// The quantiles of a segment's distances, in ascending order.
///
/// Of fewer than 1,000 the greatest stands for the last one, and of fewer than that a new member is
/// beyond it far more often than once in a thousand. There it is raised to where an exponential tail
/// through the quantiles 0.5 and 0.9 reaches 0.999.
func radii(ofSorted distances: [Double]) -> [Double] {
  var radii = SegmentModel.Segment.radiusQuantiles.map { nearestRank($0, ofSorted: distances) }
  if distances.count < 1000 {
    let tail = radii[1] + (radii[1] - radii[0]) * log(0.1 / 0.001) / log(0.5 / 0.1)
    radii[3] = max(radii[3], tail)
  }
  return radii
}

/// The median; the mean of the middle two of an even number.
private func median(of values: [Double]) -> Double {
  let sorted = values.sorted()
  let (low, high) = (sorted[(sorted.count - 1) / 2], sorted[sorted.count / 2])
  return low == high ? low : low / 2 + high / 2
}

/// The least value that at least this part of the values do not exceed.
private func nearestRank(_ probability: Double, ofSorted values: [Double]) -> Double {
  let rank = Int((probability * Double(values.count)).rounded(.up))
  return values[min(values.count, max(1, rank)) - 1]
}
