import Clustering
public import Engagement
public import EventLog
import Foundation
import LinearAlgebra
public import Membership
import Models
public import Segmentation

/// Which segments foretell better what becomes of members, by outcomes at several times.
///
/// At each of some times, members are in segments by what was known then; the outcome is a condition that
/// is evaluated a fixed time later. Rates are learned from other members than those they are measured on
/// (``PredictiveValue``), so that many small segments gain nothing by their number. Intervals are of 95 %,
/// percentiles over draws of members with all their times (Efron 1979, doi 10.1214/aos/1176344552).
///
/// Nothing later than its time is in a segment: a model that was trained later than the first time is an
/// error unless it is learned anew at each time. What a person knew as they wrote the rules cannot be
/// taken out of them.
public struct OutcomeStudy: Sendable {
  /// What is asked.
  public struct Configuration: Sendable {
    /// When members are in segments, rising.
    public var times: [Timestamp]
    /// How long after each time the outcome is evaluated.
    public var horizonInMicroseconds: Int64
    /// What happens, or does not.
    public var outcome: Condition
    /// Who is looked at, at each time; nil for everybody.
    public var among: Condition?
    /// Whether models are learned anew at each time.
    public var isRetrained = false
    /// The number of parts that members are divided into.
    public var foldCount = 5
    /// The number of draws that intervals are from.
    public var replicateCount = 200
    /// The seed of folds and draws.
    public var seed: UInt64 = 0
    /// How many threads work at once; results do not depend on it.
    public var threadCount = availableProcessorCount

    /// Makes a question.
    public init(times: [Timestamp], horizonInMicroseconds: Int64, outcome: Condition) {
      self.times = times
      self.horizonInMicroseconds = horizonInMicroseconds
      self.outcome = outcome
    }
  }

  /// A number, and between which bounds it lies for 95 % of draws.
  public struct Estimate: Sendable, Hashable {
    /// The number for the members as they are.
    public let value: Double
    /// The interval; nil where hardly any draw has the number.
    public let interval: ClosedRange<Double>?

    /// Makes an estimate.
    public init(value: Double, interval: ClosedRange<Double>?) {
      self.value = value
      self.interval = interval
    }
  }

  /// What happened at one time.
  public struct Moment: Sendable, Hashable {
    /// When members were put in segments.
    public let time: Timestamp
    /// The members looked at.
    public let memberCount: Int
    /// Those with the outcome.
    public let outcomeCount: Int
    /// For each segmentation how well it foretold; nil where nobody or everybody had the outcome.
    public let values: [PredictiveValue]?
  }

  /// How well one segmentation foretells, on average over the times.
  public struct Result: Sendable, Hashable {
    /// The segmentation.
    public let grouping: Grouping
    /// The number of groups that were met.
    public let groupCount: Int
    /// Bits a member.
    public let informationGain: Estimate
    /// 0.5 to 1.
    public let areaUnderCurve: Estimate
    /// At most 10.
    public let liftOfTopTenth: Estimate
  }

  /// How two segmentations differ, the first less the second, drawn together.
  public struct Difference: Sendable, Hashable {
    /// The position of the first in ``OutcomeStudy/results``.
    public let first: Int
    /// The position of the second.
    public let second: Int
    /// Bits a member.
    public let informationGain: Estimate
    /// −1 to 1.
    public let areaUnderCurve: Estimate
  }

  /// The outcome in one segment, over all times together.
  public struct SegmentRate: Sendable, Hashable {
    /// The model's name, or the project's file.
    public let source: String
    /// True for learned segments.
    public let isLearned: Bool
    /// The segment's id.
    public let segment: String
    /// Members, each once for each time that it was in.
    public let memberTimes: Int
    /// The part of them with the outcome; nil where nobody was in.
    public let rate: Double?
    /// How many times likelier the outcome is than for all; nil where nobody was in.
    public let lift: Estimate?
  }

  /// How long after each time the outcome was evaluated.
  public let horizonInMicroseconds: Int64
  /// What happened at each time, those without anybody left out.
  public let moments: [Moment]
  /// The part of all members and times with the outcome.
  public let rate: Double
  /// How well each segmentation foretells: models, then for each project first claims and all claims,
  /// then each model with each project.
  public let results: [Result]
  /// Each model against each project's first claims and all claims.
  public let differences: [Difference]
  /// The outcome in each segment: those of the models, in their order and followed by those that were new
  /// when the model was learned anew, then the written ones.
  public let segments: [SegmentRate]
  /// The number of draws that intervals are from.
  public let replicateCount: Int
  /// True where the outcome also asks for what was before the time, so that some of it was known.
  public let outcomeLooksBack: Bool

  /// Looks at segments and outcomes at all times.
  ///
  /// - Parameters:
  ///   - configuration: What is asked.
  ///   - community: Events and members.
  ///   - models: The models.
  ///   - projects: The project files; the first one's calendar and names are the outcome's.
  ///   - onTime: Called before each time is looked at.
  /// - Throws: ``ComparisonError`` and what labelling throws.
  /// - Complexity: Labelling at each time, then O(members × times × segmentations × draws).
  public init(
    _ configuration: Configuration, community: Community, models: [NamedModel],
    projects: [ProjectFile], onTime: (Timestamp) -> Void = { _ in }
  ) throws {
    let day = Double(Timestamp.microsecondsPerDay)
    switch configuration.outcome.lookBack {
    case .bounded(let length):
      guard length <= configuration.horizonInMicroseconds else {
        throw ComparisonError.outcomeLooksBack(
          days: Double(length) / day,
          horizon: Double(configuration.horizonInMicroseconds) / day)
      }
      outcomeLooksBack = false
    case .unbounded: outcomeLooksBack = true
    }
    if let first = configuration.times.first, !configuration.isRetrained {
      for model in models {
        guard let trained = Timestamp(model.model.training.asOf), trained > first else { continue }
        throw ComparisonError.modelFromTheFuture(
          model: model.name, trainedAsOf: trained.description, time: first.description)
      }
    }
    let models = models.sorted { bytesPrecede($0.name, $1.name) }
    var look = OutcomeLook(
      configuration, community: community, models: models, projects: projects)
    var observed: [OutcomeObservations] = []
    for time in configuration.times {
      onTime(time)
      if let found = try look.observations(at: time) { observed.append(found) }
    }
    let folds = configuration.foldCount
    if let most = observed.map(\.rows.count).max(), most < folds {
      throw ComparisonError.tooFewMembers(
        found: most, needed: folds, purpose: "they are divided into \(folds) parts")
    }
    let learnedCounts = look.segmentIDs.map(\.count)
    let segmentMembers = observed.map { $0.segments(learnedCounts: learnedCounts) }
    let measured = OutcomeMeasurement(observed, segments: segmentMembers, configuration)
    guard measured.isInformative else {
      throw ComparisonError.constantOutcome(
        happens: observed.contains { $0.outcomes.contains(true) }, times: observed.count,
        members: observed.map(\.rows.count).max() ?? 0)
    }
    let kinds = Self.segmentations(models, projects)
    let draws = measured.draws()
    let plain = measured.statistics(weights: nil)
    horizonInMicroseconds = configuration.horizonInMicroseconds
    replicateCount = configuration.replicateCount
    moments = observed.indices.map { index in
      Moment(
        time: observed[index].time, memberCount: observed[index].rows.count,
        outcomeCount: observed[index].outcomes.count { $0 }, values: plain.moments[index])
    }
    rate = plain.rate
    func estimate(_ number: (OutcomeMeasurement.Statistics) -> Double?) -> Estimate? {
      guard let value = number(plain) else { return nil }
      return Estimate(value: value, interval: percentiles(draws.map(number)))
    }
    let none = Estimate(value: .nan, interval: nil)
    results = kinds.enumerated().map { index, kind in
      Result(
        grouping: Grouping(kind: kind), groupCount: measured.groupCounts[index],
        informationGain: estimate { $0.values[index]?.informationGain } ?? none,
        areaUnderCurve: estimate { $0.values[index]?.areaUnderCurve } ?? none,
        liftOfTopTenth: estimate { $0.values[index]?.liftOfTopTenth } ?? none)
    }
    var differences: [Difference] = []
    for model in models.indices {
      for project in projects.indices {
        for claims in 0...1 {
          let other = models.count + 2 * project + claims
          func difference(_ part: KeyPath<PredictiveValue, Double>) -> Estimate {
            estimate { statistics in
              guard let first = statistics.values[model], let second = statistics.values[other]
              else { return nil }
              return first[keyPath: part] - second[keyPath: part]
            } ?? none
          }
          differences.append(
            Difference(
              first: model, second: other, informationGain: difference(\.informationGain),
              areaUnderCurve: difference(\.areaUnderCurve)))
        }
      }
    }
    self.differences = differences
    let learned = zip(models, look.segmentIDs).flatMap { model, ids in
      ids.map { (source: model.name, isLearned: true, segment: $0) }
    }
    let written = projects.flatMap { project in
      project.segments.map { (source: project.file, isLearned: false, segment: $0.id) }
    }
    segments = (learned + written).enumerated().map { index, segment in
      SegmentRate(
        source: segment.source, isLearned: segment.isLearned, segment: segment.segment,
        memberTimes: segmentMembers.reduce(0) { $0 + $1[index].count },
        rate: plain.segmentRates[index],
        lift: estimate { statistics in
          statistics.segmentRates[index].map { $0 / statistics.rate }
        })
    }
  }

  private static func segmentations(
    _ models: [NamedModel], _ projects: [ProjectFile]
  ) -> [Grouping.Kind] {
    var kinds = models.map { Grouping.Kind.learned(model: $0.name) }
    for project in projects {
      kinds += [.firstClaim(project: project.file), .allClaims(project: project.file)]
    }
    for model in models {
      kinds += projects.map { .both(model: model.name, project: $0.file) }
    }
    return kinds
  }
}
