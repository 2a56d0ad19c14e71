/// How a model came about: data, parameters, outcome.
public struct TrainingRecord: Sendable, Hashable {
  /// The version of the toolkit that trained the model.
  public var toolVersion: String
  /// The as-of time, RFC 3339.
  public var asOf: String
  /// The oldest event looked at, RFC 3339; nil without events.
  public var firstEvent: String?
  /// The newest event looked at, RFC 3339; nil without events.
  public var lastEvent: String?
  /// The number of training members.
  public var memberCount: Int
  /// The number of events at or before the as-of time.
  public var eventCount: Int
  /// The parameters of the algorithm, by the command line's names.
  public var parameters: [String: String]
  /// The seed of all random draws.
  public var seed: UInt64
  /// For k-means, the passes of the best run.
  public var iterationCount: Int?
  /// For k-means, whether it stopped before the most iterations allowed.
  public var hasConverged: Bool?
  /// The sum of squared distances to the own centroid, in the clustered space.
  public var inertia: Double
  /// Validity indices by name; one that is undefined is left out.
  public var quality: [String: Double]
  /// The id of the model whose segments' ids and names were taken over.
  public var parentID: String?
  /// The number of the next new segment's id, which no model of the line has used; nil in a model without
  /// an earlier one, whose ids count from 0.
  public var nextSegmentNumber: Int?

  /// Makes a record.
  public init(
    toolVersion: String, asOf: String, firstEvent: String?, lastEvent: String?, memberCount: Int,
    eventCount: Int, parameters: [String: String], seed: UInt64, iterationCount: Int?,
    hasConverged: Bool?, inertia: Double, quality: [String: Double], parentID: String? = nil,
    nextSegmentNumber: Int? = nil
  ) {
    self.toolVersion = toolVersion
    self.asOf = asOf
    self.firstEvent = firstEvent
    self.lastEvent = lastEvent
    self.memberCount = memberCount
    self.eventCount = eventCount
    self.parameters = parameters
    self.seed = seed
    self.iterationCount = iterationCount
    self.hasConverged = hasConverged
    self.inertia = inertia
    self.quality = quality
    self.parentID = parentID
    self.nextSegmentNumber = nextSegmentNumber
  }
}
