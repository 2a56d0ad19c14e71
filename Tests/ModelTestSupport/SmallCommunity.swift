import Clustering
public import Engagement
public import EventLog
import LinearAlgebra
public import Models

/// Members with an attribute `x`, who did nothing else.
public func community(_ values: [(id: String, x: Double)], asOf: Timestamp) -> Community {
  Community(
    history: EventHistory(),
    members: MemberTable(
      ids: values.map(\.id), joinedAt: values.map { _ in asOf },
      attributes: ["x": .number(values.map(\.x))]))
}

/// A model that puts members in the segment of the nearest of some values of `x`.
public func nearestValueModel(
  _ centroids: [Double], names: [String]? = nil, radius: Double = 2,
  distribution: EmpiricalDistribution? = nil
) -> SegmentModel {
  let segments = centroids.indices.map { index in
    SegmentModel.Segment(
      id: "c\(index)", name: names?[index] ?? "c\(index)", description: "", size: 1,
      radii: [0, 0, 0, radius], medians: [centroids[index]])
  }
  let column = ColumnTransform(
    feature: .attribute("x"), imputation: ColumnTransform.Imputation(value: 0), logarithm: .none,
    scale: .linear(center: 0, scale: 1))
  return SegmentModel(
    settings: EngagementSettings(), transform: FeatureTransform(columns: [column]),
    algorithm: .kMeans(KMeansModel(centroids: Matrix(rows: centroids.map { [$0] }))),
    segments: segments,
    training: TrainingRecord(
      toolVersion: "test", asOf: "2026-03-01T00:00:00Z", firstEvent: nil, lastEvent: nil,
      memberCount: segments.count, eventCount: 0, parameters: [:], seed: 0, iterationCount: 1,
      hasConverged: true, inertia: 0, quality: [:]),
    distributions: distribution.map { [.attribute("x"): $0] } ?? [:])
}
