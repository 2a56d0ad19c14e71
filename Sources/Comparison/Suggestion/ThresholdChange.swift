import Clustering
public import Engagement
public import EventLog
public import LinearAlgebra
public import Membership
import Models
public import Segmentation

/// The change of one threshold of a written rule that brings it closest to the learned segment that it
/// is most alike.
///
/// Rules are compared by their conditions alone: dwell, consent and exclusive groups are left aside. The
/// change is chosen on one half of the members and measured on the other one.
public struct ThresholdChange: Sendable, Hashable {
  /// The written segment's id.
  public let written: String
  /// The learned segment's position in the model: of all, the one with the highest Jaccard index.
  public let learned: Int
  /// The number of the learned segment's members who are held out.
  public let heldOutMemberCount: Int
  /// The Jaccard index of both as written, over the members held out; nil where the learned segment has
  /// fewer than ``RuleSuggestion/fewestHeldOutMembers`` of them.
  public let jaccard: Double?
  /// The best change; nil where none brings them closer, or ``jaccard`` is nil.
  public let change: Change?

  /// Another value for a threshold.
  public struct Change: Sendable, Hashable {
    /// The threshold as it is.
    public let threshold: RuleThreshold
    /// The value that it would have.
    public let value: RuleThreshold.Value
    /// The leaf as it would be written.
    public let leaf: String
    /// The Jaccard index with the change, over the members held out.
    public let jaccard: Double
  }

  /// Changes that bring less, on either half, are not worth making.
  public static let leastGain = 0.02
  /// The most thresholds of a rule that are looked at.
  static let mostThresholds = 12

  /// Looks for a change of each rule of a project.
  ///
  /// - Parameters:
  ///   - project: The project with the rules; lists are left out.
  ///   - model: The model.
  ///   - models: All models that rules may name, the one above among them or not.
  ///   - community: Events and members.
  ///   - asOf: T.
  ///   - among: Whom to look at; nil for all whom the model is about.
  ///   - seed: The seed of the halves.
  ///   - threadCount: How many threads work at once; changes do not depend on it.
  /// - Returns: One for each rule that shares a member with a learned segment, in the order of the file.
  /// - Throws: What labelling throws.
  /// - Complexity: That of evaluating every rule once for each value that is tried, at most some 25 a
  ///   threshold.
  public static func closest(
    _ project: ProjectFile, to model: NamedModel, models: [NamedModel] = [],
    community: Community, asOf: Timestamp, among: MemberScope? = nil, seed: UInt64 = 0,
    threadCount: Int = availableProcessorCount
  ) throws -> [ThresholdChange] {
    var all = models
    if !all.contains(where: { $0.name == model.name }) { all.append(model) }
    let rules = project.segments.compactMap { segment -> (String, Condition)? in
      if case .rule(let condition) = segment.membership { (segment.id, condition) } else { nil }
    }
    let values = try ThresholdValues(
      of: rules.flatMap { $0.1.thresholds }, community: community, asOf: asOf,
      settings: project.settings, threadCount: threadCount)
    var trials: [Trial] = []
    var segments: [SegmentDefinition] = []
    for (rule, (_, condition)) in rules.enumerated() {
      func add(_ condition: Condition, _ threshold: RuleThreshold?, _ value: RuleThreshold.Value?) {
        // No name of a project's own can begin so.
        segments.append(SegmentDefinition(id: "\u{1}\(trials.count)", when: condition))
        trials.append(Trial(rule: rule, threshold: threshold, value: value, condition: condition))
      }
      add(condition, nil, nil)
      for threshold in condition.thresholds.prefix(mostThresholds) {
        for value in values.candidates(for: threshold) {
          guard let changed = condition.replacingThreshold(threshold.index, by: value) else {
            continue
          }
          add(changed, threshold, value)
        }
      }
    }
    let whole = try MembershipTable(
      labelling: community, asOf: asOf, models: all, project: project.adding(segments),
      threadCount: threadCount)
    var isInside = (whole.labels[model.name] ?? []).map { $0 != nil }
    if let among {
      let wanted = try among.isInside(
        whole.communityRows, of: community, asOf: asOf, threadCount: threadCount)
      isInside = zip(isInside, wanted).map { $0 && $1 }
    }
    let table = whole.restricted(to: isInside)
    let labels = (table.labels[model.name] ?? []).compactMap { $0?.segment }
    var generator = SeededGenerator(seed: seed, stream: 0x5443)
    let isHeldOut = table.memberIDs.map { _ in generator.uniform() < 0.5 }
    let halves = Halves(
      labels: labels, isHeldOut: isHeldOut, clusterCount: model.model.segments.count)
    let counts = table.written.suffix(trials.count).map { halves.count($0.members) }

    return rules.enumerated().compactMap { rule, named -> ThresholdChange? in
      let own = trials.indices.filter { trials[$0].rule == rule }
      guard let plain = own.first, let target = counts[plain].bestMatch(halves) else { return nil }
      let heldOutCount = halves.sizes[1][target]
      guard heldOutCount >= RuleSuggestion.fewestHeldOutMembers else {
        return ThresholdChange(
          written: named.0, learned: target, heldOutMemberCount: heldOutCount, jaccard: nil,
          change: nil)
      }
      let before = counts[plain].jaccard(target, halves, isHeldOut: true)
      let chosen = own.dropFirst().max { left, right in
        let (a, b) = (
          counts[left].jaccard(target, halves, isHeldOut: false) ?? 0,
          counts[right].jaccard(target, halves, isHeldOut: false) ?? 0
        )
        // Of equals the first one, which is the smallest change.
        return a != b ? a < b : left > right
      }
      var change: Change?
      if let chosen, let threshold = trials[chosen].threshold, let value = trials[chosen].value,
        let after = counts[chosen].jaccard(target, halves, isHeldOut: true),
        (counts[chosen].jaccard(target, halves, isHeldOut: false) ?? 0)
          > (counts[plain].jaccard(target, halves, isHeldOut: false) ?? 0) + leastGain,
        after > (before ?? 0) + leastGain
      {
        let leaf = zip(trials[plain].condition.leaves, trials[chosen].condition.leaves)
          .first { $0.question != $1.question }
        change = Change(
          threshold: threshold, value: value,
          leaf: leaf.map { Condition.leaf($0.1).text(in: project) } ?? "", jaccard: after)
      }
      return ThresholdChange(
        written: named.0, learned: target, heldOutMemberCount: heldOutCount, jaccard: before,
        change: change)
    }
  }

  private struct Trial {
    let rule: Int
    let threshold: RuleThreshold?
    let value: RuleThreshold.Value?
    let condition: Condition
  }
}

/// The labels of two halves of the members, one to choose by and one to measure on.
private struct Halves {
  let labels: [Int]
  let isHeldOut: [Bool]
  /// The sizes of the clusters in each half, the held-out one second.
  let sizes: [[Int]]

  init(labels: [Int], isHeldOut: [Bool], clusterCount: Int) {
    self.labels = labels
    self.isHeldOut = isHeldOut
    var sizes = [[Int]](repeating: [Int](repeating: 0, count: clusterCount), count: 2)
    for (label, held) in zip(labels, isHeldOut) { sizes[held ? 1 : 0][label] += 1 }
    self.sizes = sizes
  }

  func count(_ members: [Int]) -> Shared {
    var shared = sizes.map { $0.map { _ in 0 } }
    for member in members { shared[isHeldOut[member] ? 1 : 0][labels[member]] += 1 }
    return Shared(shared: shared)
  }

  /// How many members of each half a rule shares with each cluster.
  struct Shared {
    let shared: [[Int]]

    func jaccard(_ cluster: Int, _ halves: Halves, isHeldOut: Bool) -> Double? {
      let half = isHeldOut ? 1 : 0
      let both = shared[half][cluster]
      let either = shared[half].reduce(0, +) + halves.sizes[half][cluster] - both
      return either > 0 ? Double(both) / Double(either) : nil
    }

    /// The cluster with the highest Jaccard index over all members; nil where none shares a member.
    func bestMatch(_ halves: Halves) -> Int? {
      let total = shared.joined().reduce(0, +)
      var best: (cluster: Int, jaccard: Double)?
      for cluster in shared[0].indices {
        let both = shared[0][cluster] + shared[1][cluster]
        guard both > 0 else { continue }
        let size = halves.sizes[0][cluster] + halves.sizes[1][cluster]
        let jaccard = Double(both) / Double(total + size - both)
        if jaccard > best?.jaccard ?? 0 { best = (cluster, jaccard) }
      }
      return best?.cluster
    }
  }
}
