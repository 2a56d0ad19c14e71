public import Clustering
public import Engagement
public import EventLog
import Foundation
public import LinearAlgebra

/// The learned segment of one member.
public struct ModelLabel: Sendable, Hashable {
  /// The segment's position in ``SegmentModel/segments``.
  public let segment: Int
  /// The position of the second-nearest segment; nil where there is one segment only.
  public let secondSegment: Int?
  /// The distance to the segment: Euclidean to the centroid for k-means, the linkage's own for trees.
  public let distance: Double
  /// The distance to the second-nearest segment; nil where there is one segment only.
  public let secondDistance: Double?
  /// 1 / (1 + (d₁/d₂)^p) from the distances to the two nearest segments, with the model's
  /// ``SegmentModel/confidenceExponent``: 1 at the centroid, 0.5 half-way to the next one.
  ///
  /// Where the exponent was fitted (``ConfidenceCalibration``), the confidence is the chance that a model
  /// learnt from another sample of the same community puts the member in the same segment. With p = 2 it
  /// is that of fuzzy c-means (m = 2, Bezdek 1981, doi 10.1007/978-1-4757-0450-1).
  public let confidence: Double
  /// True when the member is farther than the 99.9 % training radius of every segment.
  public let isNovel: Bool
}

extension SegmentModel {
  /// The features that a table for ``label(_:threadCount:)`` must have.
  public var inputs: [FeatureDefinition] { transform.inputs }

  /// Computes the model's features of a community.
  ///
  /// - Throws: ``ModelError/missingInput(model:reason:)`` where log or members file lack what they
  ///   need, ``EngagementError/noMembers(asOf:oldest:)`` as a reason too.
  public func featureTable(
    of community: Community, rows: [Int]? = nil, asOf: Timestamp, modelName: String,
    threadCount: Int = availableProcessorCount
  ) throws(ModelError) -> FeatureTable {
    do {
      return try FeatureTable(
        of: community, rows: rows, asOf: asOf, features: inputs, settings: settings,
        threadCount: threadCount)
    } catch {
      throw .missingInput(model: modelName, reason: error.description)
    }
  }

  /// The learned segment of each row of a table.
  ///
  /// - Parameters:
  ///   - table: rows with all of ``inputs``.
  ///   - threadCount: how many threads work at once; the labels do not depend on it.
  /// - Returns: a label a row.
  /// - Throws: `ClusteringError` where a number is too large to compute with.
  /// - Complexity: O(members × segments × columns) for centroids.
  public func label(
    _ table: FeatureTable, threadCount: Int = availableProcessorCount
  ) throws(ClusteringError) -> [ModelLabel] {
    try label(transform.apply(to: table), threadCount: threadCount)
  }

  /// The learned segment of each row of a transformed matrix.
  ///
  /// - Throws: `ClusteringError` where the matrix is not as wide as the model, or a number is too large
  ///   to compute with.
  public func label(
    _ matrix: Matrix<Double>, threadCount: Int
  ) throws(ClusteringError) -> [ModelLabel] {
    let (labels, distances) = try algorithm.assign(matrix, threadCount: threadCount)
    let limits = segments.map { $0.radii[$0.radii.count - 1] }
    return labels.enumerated().map { row, label in
      let all = distances.row(row)
      let nearest = NearestSegments(distances: all, label: label)
      return ModelLabel(
        segment: label, secondSegment: nearest.second, distance: nearest.distance,
        secondDistance: nearest.secondDistance,
        confidence: nearest.ratio.map { confidence($0) } ?? 1,
        isNovel: zip(all, limits).allSatisfy { $0 > $1 })
    }
  }

  /// The confidence of a label, given d₁/d₂.
  private func confidence(_ ratio: Double) -> Double {
    1 / (1 + (confidenceExponent == 2 ? ratio * ratio : pow(ratio, confidenceExponent)))
  }
}

/// A row's distances to its segment and to the next one.
struct NearestSegments {
  let distance: Double
  /// The second-nearest segment; nil where there is one only.
  let second: Int?
  let secondDistance: Double?

  init(distances: ArraySlice<Double>, label: Int) {
    let start = distances.startIndex
    let second = distances.indices.filter { $0 - start != label }
      .min { distances[$0] < distances[$1] }
    distance = distances[start + label]
    self.second = second.map { $0 - start }
    secondDistance = second.map { distances[$0] }
  }

  /// d₁/d₂, 0...1: the ratio is taken before its power, which could overflow; 1 where the next segment is
  /// no farther, nil where there is none.
  var ratio: Double? {
    secondDistance.map { $0 > distance ? distance / $0 : 1 }
  }
}

extension SegmentModel.Algorithm {
  /// Label and distances to all clusters, rows × clusters, of each row.
  func assign(
    _ matrix: Matrix<Double>, threadCount: Int
  ) throws(ClusteringError) -> (labels: [Int], distances: Matrix<Double>) {
    switch self {
    case .kMeans(let model):
      (
        try model.predict(matrix, threadCount: threadCount),
        try model.transform(matrix, threadCount: threadCount)
      )
    case .hierarchical(let model):
      (
        try model.predict(matrix, threadCount: threadCount),
        try model.dissimilarities(matrix, threadCount: threadCount)
      )
    }
  }
}
