public import Clustering
import LinearAlgebra

/// How the segments of a model follow those of an earlier one.
public struct ModelSuccession: Sendable, Hashable {
  /// The model with the ids and names that it takes over.
  public let model: SegmentModel
  /// The ids that were taken over.
  public let kept: [String]
  /// The ids that are new.
  public let new: [String]
  /// The earlier model's ids that no segment took over.
  public let vanished: [String]

  /// Gives the segments of a model the ids and names of those of an earlier one that they share most
  /// members with.
  ///
  /// Segments are matched one to one so that the number of members that stay in theirs is the largest
  /// possible (Kuhn 1955, doi 10.1002/nav.3800020109). A segment that shares nobody with its match, or
  /// has none, gets the next number that neither model has used.
  ///
  /// - Parameters:
  ///   - model: the new model.
  ///   - labels: the new model's label of each training member.
  ///   - previous: the earlier model.
  ///   - previousID: its id, kept in the training record.
  ///   - previousLabels: the earlier model's label of the same members.
  /// - Precondition: both have a label for each member.
  /// - Throws: `ClusteringError`.
  /// - Complexity: O(members + k³).
  public init(
    _ model: SegmentModel, labels: [Int], previous: SegmentModel, previousID: String,
    previousLabels: [Int]
  ) throws(ClusteringError) {
    precondition(labels.count == previousLabels.count, "both label the same members")
    let (count, previousCount) = (model.segments.count, previous.segments.count)
    var shared = Matrix<Double>(rowCount: count, columnCount: previousCount)
    for (label, old) in zip(labels, previousLabels) { shared[label, old] += 1 }
    var cost = shared
    for index in cost.elements.indices { cost.elements[index] *= -1 }
    let match = try minimumCostAssignment(cost)

    var segments = model.segments
    var kept: [String] = []
    var new: [String] = []
    var next = 0
    let taken = Set(previous.segments.map(\.id))
    for position in segments.indices {
      if let old = match[position], shared[position, old] > 0 {
        segments[position].id = previous.segments[old].id
        segments[position].name = previous.segments[old].name
        kept.append(segments[position].id)
      } else {
        while taken.contains("c\(next)") { next += 1 }
        segments[position].id = "c\(next)"
        segments[position].name = segments[position].id
        new.append(segments[position].id)
        next += 1
      }
    }
    var training = model.training
    training.parentID = previousID
    self.model = SegmentModel(
      settings: model.settings, transform: model.transform, algorithm: model.algorithm,
      segments: segments, training: training, distributions: model.distributions,
      linkageMatrix: model.linkageMatrix)
    self.kept = kept
    self.new = new
    vanished = previous.segments.map(\.id).filter { !kept.contains($0) }
  }
}
