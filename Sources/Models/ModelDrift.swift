public import Engagement
import EventLog
import Foundation
public import LinearAlgebra

/// How far a community has moved from the one that a model was trained on, and what to do about it.
public struct ModelDrift: Sendable, Hashable {
  /// What to do.
  public enum Verdict: String, Sendable, Hashable, CaseIterable {
    /// Nothing.
    case stable
    /// Look again soon.
    case watch
    /// Train again.
    case retrain
  }

  /// One segment's part of the members.
  public struct SegmentShare: Sendable, Hashable {
    /// The segment's id.
    public let id: String
    /// Its part of the training members, as the model labels them, 0...1.
    public let trainingShare: Double
    /// The members labelled with it now.
    public let count: Int
    /// Their part of all members, 0...1.
    public let share: Double
    /// The chance of parts as unlike in a community that has not changed, by Fisher's exact test, 0...1.
    public let pValue: Double
    /// Which way the part went: steady unless the chance is under ``ShareMovement/chance`` over the number of
    /// segments.
    public let movement: ShareMovement
  }

  /// A feature that cannot be computed any more.
  public struct MissingFeature: Sendable, Hashable {
    /// The feature.
    public let feature: FeatureDefinition
    /// What is missing.
    public let reason: String

    /// Names a feature and what is missing.
    public init(feature: FeatureDefinition, reason: String) {
      self.feature = feature
      self.reason = reason
    }
  }

  /// An index over this is a shift to watch.
  public static let watchLimit = 0.1
  /// An index over this is a shift to train again for.
  public static let retrainLimit = 0.25
  /// The part of the training members that is novel by definition of the radius, at most.
  public static let expectedNovelShare = 0.001
  /// A part of novel members over this is one to watch; ten times it is one to train again for.
  public static let novelWatchLimit = 0.005
  /// A name that is untrue of fewer members than this may be so by chance.
  public static let leastMembersOfUntrueName = 10
  /// From this age on a model is to be watched.
  public static let oldAgeInDays = 730.0

  /// The number of members now.
  public let memberCount: Int
  /// The days from the model's as-of time to that of the comparison; nil where the model's is unreadable.
  public let ageInDays: Double?
  /// The features that can be computed, in the model's order.
  public let features: [FeatureDrift]
  /// Those that cannot.
  public let missing: [MissingFeature]
  /// The segments, by label; empty where a feature is missing, since nobody can be labelled.
  public let segments: [SegmentShare]
  /// The population stability index over segments; nil where a feature is missing.
  public let segmentStabilityIndex: Double?
  /// What the index over segments exceeds in one of a hundred communities that have not changed.
  public let segmentChanceLimit: Double?
  /// The features that are shares, of event types or of a property's values, and which way they went.
  public let shares: [FeatureShare]
  /// The number of novel members; nil where a feature is missing.
  public let novelCount: Int?
  /// Whether what the segments' names and sentences claim is true of the members that are labelled now;
  /// empty where a feature is missing.
  public let claimChecks: [ClaimCheck]
  /// The novel members as a group; nil where there are none or a feature is missing.
  public let novelGroup: NovelGroup?
  /// What to do.
  public let verdict: Verdict
  /// Why, the gravest first; empty where the verdict is ``Verdict/stable``.
  public let reasons: [String]

  /// Compares a community with the one that a model was trained on.
  ///
  /// A shift counts where its index is over the limit and over what chance does in a community of this
  /// size. It says `retrain` where a feature is missing, where the segments' shares or at least a quarter of
  /// the features have shifted over ``retrainLimit``, or where a twentieth of the members is novel (three at
  /// least); `watch` where an index is over ``watchLimit``, over half a percent of the members is novel, a
  /// feature is absent for all, a segment's name claims what is no longer true of its members (ten at
  /// least), or the model is two years old.
  ///
  /// - Parameters:
  ///   - model: the model.
  ///   - table: the members now, with those of the model's ``SegmentModel/inputs`` that are not missing.
  ///   - missing: inputs of the model that cannot be computed any more.
  ///   - threadCount: how many threads work at once; the result does not depend on it.
  /// - Precondition: each input is in the table or missing, and the table has a member.
  /// - Throws: `ClusteringError` where a number is too large to compute with.
  /// - Complexity: O(features × members × log members).
  public init(
    of model: SegmentModel, from table: FeatureTable, missing: [MissingFeature] = [],
    threadCount: Int = availableProcessorCount
  ) throws {
    precondition(table.values.rowCount > 0, "a member")
    memberCount = table.values.rowCount
    self.missing = missing
    let trainingCount = model.training.memberCount
    ageInDays = model.ageInDays(at: table.asOf)
    // A column stands for each of the transform's; what only stands in for absent values is no feature.
    features = model.transform.columns.compactMap { column in
      guard let values = table.column(column.feature),
        let training = model.distributions[column.feature]
      else { return nil }
      return FeatureDrift(
        column.feature, training: training, trainingCount: trainingCount, values: values)
    }
    shares = Self.shares(features, model: model, table: table)
    if missing.isEmpty {
      let labels = try model.label(table, threadCount: threadCount)
      var counts = [Int](repeating: 0, count: model.segments.count)
      for label in labels { counts[label.segment] += 1 }
      segments = model.segments.enumerated().map { position, segment in
        let (before, now) = (segment.labelledCount, counts[position])
        let trainingShare = Double(before) / Double(trainingCount)
        let share = Double(now) / Double(labels.count)
        let pValue = exactPValue(before, of: trainingCount, now, of: labels.count)
        return SegmentShare(
          id: segment.id, trainingShare: trainingShare, count: now, share: share, pValue: pValue,
          movement: ShareMovement(
            change: share - trainingShare, pValue: pValue, of: model.segments.count))
      }
      segmentStabilityIndex = populationStabilityIndex(
        model.segments.map { Double($0.labelledCount) }, counts.map(Double.init))
      segmentChanceLimit = chanceStabilityIndex(
        binCount: counts.count, before: Double(trainingCount), now: Double(labels.count))
      novelCount = labels.count(where: \.isNovel)
      novelGroup = NovelGroup(
        labels.map(\.isNovel), features: model.transform.columns.map(\.feature), table: table)
      claimChecks = model.claimChecks(table, labels: labels.map(\.segment))
    } else {
      (segments, segmentStabilityIndex, segmentChanceLimit) = ([], nil, nil)
      (novelCount, novelGroup, claimChecks) = (nil, nil, [])
    }
    let findings = Self.findings(
      features: features, missing: missing, memberCount: memberCount,
      segmentIndex: (segmentStabilityIndex, segmentChanceLimit), novelCount: novelCount,
      ageInDays: ageInDays, untrueNames: Self.untrueNames(model, claimChecks))
    verdict =
      findings.contains { $0.verdict == .retrain } ? .retrain : findings.isEmpty ? .stable : .watch
    reasons = [Verdict.retrain, .watch].flatMap { verdict in
      findings.filter { $0.verdict == verdict }.map(\.reason)
    }
  }

  private static func findings(
    features: [FeatureDrift], missing: [MissingFeature], memberCount: Int,
    segmentIndex: (value: Double?, chance: Double?), novelCount: Int?, ageInDays: Double?,
    untrueNames: [String]
  ) -> [(verdict: Verdict, reason: String)] {
    var found: [(verdict: Verdict, reason: String)] = []
    for feature in missing {
      found.append((.retrain, "\(feature.feature) cannot be computed: \(feature.reason)"))
    }
    if let verdict = verdict(segmentIndex.value, chance: segmentIndex.chance) {
      found.append(
        (verdict, "the segments' shares have shifted, index \(decimal(segmentIndex.value))"))
    }
    let shifts = features.compactMap { feature in
      verdict(feature.stabilityIndex, chance: feature.chanceLimit).map { (feature, $0) }
    }
    let grave = shifts.filter { $0.1 == .retrain }.count
    for (feature, verdict) in shifts {
      // One feature of many is a reason to look, not to change what everybody knows.
      let isGrave = verdict == .retrain && 4 * grave >= features.count
      found.append(
        (
          isGrave ? .retrain : .watch,
          "\(feature.feature) has shifted, index \(decimal(feature.stabilityIndex))"
        ))
    }
    for feature in features where feature.presentCount == 0 {
      found.append((.watch, "\(feature.feature) is absent for all members"))
    }
    if let novelCount {
      let share = Double(novelCount) / Double(memberCount)
      // Three times as many as expected, since radii are estimates, and three standard deviations.
      let chance = 3 * expectedNovelShare * Double(memberCount)
      if share > novelWatchLimit, Double(novelCount) > max(2, chance + 3 * chance.squareRoot()) {
        found.append(
          (
            share > 10 * novelWatchLimit ? .retrain : .watch,
            "\(String(format: "%.1f", 100 * share)) % of members are novel, unlike anyone in training"
          ))
      }
    }
    for name in untrueNames {
      found.append((.watch, "the name of \(name) is no longer true of its members"))
    }
    if let ageInDays, ageInDays >= oldAgeInDays {
      found.append((.watch, "the model is \(String(format: "%.1f", ageInDays / 365.25)) years old"))
    }
    return found
  }

  /// The segments whose names claim what is no longer true of their members.
  private static func untrueNames(_ model: SegmentModel, _ checks: [ClaimCheck]) -> [String] {
    let untrue = Set(
      checks.filter {
        $0.claim.isInName && !$0.isTrue && $0.memberCount >= leastMembersOfUntrueName
      }.map(\.segment))
    return model.segments.indices.filter {
      untrue.contains($0) && model.segments[$0].givenName == nil
    }.map {
      "\(model.segments[$0].id) '\(model.segments[$0].name)'"
    }
  }

  private static func verdict(_ index: Double?, chance: Double?) -> Verdict? {
    guard let index, let chance, index > max(watchLimit, chance) else { return nil }
    return index > retrainLimit ? .retrain : .watch
  }

  private static func decimal(_ value: Double?) -> String {
    value.map { String(format: "%.2f", $0) } ?? "none"
  }
}

extension SegmentModel {
  /// The days from the training's as-of time to another; nil where the file's is unreadable.
  fileprivate func ageInDays(at time: Timestamp) -> Double? {
    Timestamp(training.asOf).map {
      Double(time.microseconds - $0.microseconds) / 86_400e6
    }
  }
}
