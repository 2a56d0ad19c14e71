import Clustering
public import Engagement
public import EventLog
public import LinearAlgebra
public import Membership
import Models
public import Segmentation

/// Written rules that reproduce the learned segments of a model, measured on members who took no part in
/// finding them.
///
/// Members are divided at random into three parts. On the first, 60 %, trees of thresholds are grown: one
/// for each segment against the rest and one for all of them by entropy (Quinlan 1986, doi
/// 10.1007/BF00116251), and one with a leaf for each segment by iterative mistake minimization, expanded
/// by what its leaves cost (Dasgupta et al. 2020, arXiv 2002.12538; Frost et al. 2020, arXiv 2006.02399).
/// The second, 20 %, chooses: for each segment the rule with the fewest thresholds among those whose F1
/// is within a standard error of the best one's (0.005 to 0.02), less what it does as well without. The third is what the figures are
/// of, and there the rules are evaluated as written, by the evaluator of written segments.
///
/// Thresholds are round numbers. Rules are of readable features first; where these reproduce a segment
/// with an F1 under 0.9, the model's own features may stand in, if they do better by 0.02.
public struct RuleSuggestion: Sendable {
  /// A rule for one learned segment.
  public struct Rule: Sendable, Hashable {
    /// The position of the learned segment in the model, or of the group among all by their bytes.
    public let learned: Int
    /// The learned segment's id, or the group's name.
    public let target: String
    /// The rule, as a segment that a project file can hold.
    public let segment: SegmentDefinition
    /// The number of thresholds.
    public let thresholdCount: Int
    /// How it was found, in a few words.
    public let method: String
    /// How it does on held-out members.
    public let heldOut: SetAgreement

    /// The number of held-out members of the learned segment.
    public var heldOutTargetCount: Int { heldOut.both + heldOut.targetOnly }
    /// ``heldOut``, where so many members are in the segment that a figure says something: at least
    /// ``RuleSuggestion/fewestHeldOutMembers``; else nil.
    public var measured: SetAgreement? {
      heldOutTargetCount < RuleSuggestion.fewestHeldOutMembers ? nil : heldOut
    }
  }

  /// A learned segment that no rule is suggested for.
  public struct Omission: Sendable, Hashable {
    /// The position of the learned segment in the model, or of the group among all by their bytes.
    public let learned: Int
    /// The learned segment's id, or the group's name.
    public let target: String
    /// Why, in a few words.
    public let reason: String
  }

  /// The rules, in the order of the learned segments.
  public let rules: [Rule]
  /// The learned segments without a rule.
  public let omissions: [Omission]
  /// The features that rules may be made of.
  public let features: [FeatureDefinition]
  /// The number of members that were looked at.
  public let memberCount: Int
  /// The number of members held out.
  public let heldOutCount: Int
  /// The part of the held-out members whom the first rule that claims them gives their own segment; nil
  /// of fewer than ``fewestHeldOutMembers``.
  public let fidelity: Double?
  /// Trees with a leaf or more for each segment, and what explaining costs.
  public let trees: [ExplainedPartition]
  /// The rules as a project, with the settings that they were computed with.
  public let project: ProjectFile

  /// The most members that are looked at; of more, a seeded sample of this size is taken.
  public static let mostMembers = 50_000
  /// No figure is given of fewer held-out members: one more or less would change it by a tenth.
  public static let fewestHeldOutMembers = 10
  /// The fewest members that rules can be found and measured on.
  public static let fewestMembers = 25

  /// Finds a rule for each segment of a model.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - community: Events and members.
  ///   - asOf: T.
  ///   - among: Whom to look at; nil for all whom the model is about.
  ///   - project: Where the rules shall stand: its settings, and its segments' ids, which are left free;
  ///     nil for a new file with the model's settings.
  ///   - features: What rules may be made of; nil for readable features.
  ///   - seed: The seed of the division.
  ///   - threadCount: How many threads work at once; rules do not depend on it.
  /// - Throws: ``ComparisonError/tooFewMembers(found:needed:purpose:)``; `ModelError`, `EngagementError`,
  ///   `SegmentationError` and `ClusteringError` where features or labels cannot be computed.
  /// - Complexity: O(members × features × leaves) for at most ``mostMembers`` members.
  public init(
    explaining model: NamedModel, community: Community, asOf: Timestamp,
    among: MemberScope? = nil, project: ProjectFile? = nil, features: [FeatureDefinition]? = nil,
    seed: UInt64 = 0, threadCount: Int = availableProcessorCount
  ) throws {
    let inside = try Self.rows(
      community.rows(asOf: asOf), inside: [among, MemberScope(of: model)], of: community,
      asOf: asOf,
      threadCount: threadCount)
    let rows = Self.sample(inside, seed: seed)
    let inputs = try model.model.featureTable(
      of: community, rows: rows, asOf: asOf, modelName: model.name, threadCount: threadCount)
    let labels = try model.model.label(inputs, threadCount: threadCount).map(\.segment)
    var costs = try model.model.dissimilarities(inputs, threadCount: threadCount)
    if case .kMeans = model.model.algorithm {
      for index in costs.elements.indices { costs.elements[index] *= costs.elements[index] }
    }
    let groups = model.model.segments.enumerated().map { position, segment in
      Group(
        id: segment.id, name: model.segmentName(position, in: project ?? ProjectFile()),
        description: "Reproduces learned segment \(segment.id) of \(model.name) by thresholds.")
    }
    try self.init(
      groups, labels: labels, costs: costs, rows: rows, community: community, asOf: asOf,
      project: project, settings: project?.settings ?? model.model.settings, features: features,
      own: model.model.transform.columns.map(\.feature), seed: seed, threadCount: threadCount)
  }

  /// Finds a rule for each group of a labelling that was made anywhere.
  ///
  /// - Parameters:
  ///   - labels: For each member's id, the name of its group; members without one are left out.
  ///   - community: Events and members.
  ///   - asOf: T.
  ///   - among: Whom to look at; nil for all who are in a group.
  ///   - project: As for a model; nil for a new file with default settings.
  ///   - features: What rules may be made of; nil for readable features.
  ///   - seed: The seed of the division.
  ///   - threadCount: How many threads work at once; rules do not depend on it.
  /// - Throws: As for a model.
  /// - Complexity: As for a model.
  public init(
    explaining labels: [String: String], community: Community, asOf: Timestamp,
    among: MemberScope? = nil, project: ProjectFile? = nil, features: [FeatureDefinition]? = nil,
    seed: UInt64 = 0, threadCount: Int = availableProcessorCount
  ) throws {
    let all = community.rows(asOf: asOf).filter { labels[community.memberIDs[$0]] != nil }
    let inside = try Self.rows(
      all, inside: [among], of: community, asOf: asOf, threadCount: threadCount)
    let rows = Self.sample(inside, seed: seed)
    let names = rows.compactMap { labels[community.memberIDs[$0]] }
    let distinct = Set(names).sorted(by: bytesPrecede)
    let places = Dictionary(uniqueKeysWithValues: zip(distinct, distinct.indices))
    let own = names.map { places[$0] ?? 0 }
    // A member costs nothing in its own group and one in any other.
    var costs = Matrix<Double>(
      rowCount: rows.count, columnCount: distinct.count,
      elements: [Double](repeating: 1, count: rows.count * distinct.count))
    for (row, group) in own.enumerated() { costs[row, group] = 0 }
    try self.init(
      distinct.map {
        Group(id: $0, name: $0, description: "Reproduces the group \($0) by thresholds.")
      },
      labels: own, costs: costs, rows: rows, community: community, asOf: asOf, project: project,
      settings: project?.settings ?? EngagementSettings(), features: features, own: [], seed: seed,
      threadCount: threadCount)
  }

  /// What is to be reproduced.
  private struct Group {
    let id: String
    let name: String
    let description: String
  }

  /// The rows that are inside all of some scopes.
  private static func rows(
    _ rows: [Int], inside scopes: [MemberScope?], of community: Community, asOf: Timestamp,
    threadCount: Int
  ) throws -> [Int] {
    try scopes.compactMap { $0 }.reduce(rows) { rows, scope in
      let isInside = try scope.isInside(rows, of: community, asOf: asOf, threadCount: threadCount)
      return zip(rows, isInside).filter(\.1).map(\.0)
    }
  }

  private static func sample(_ rows: [Int], seed: UInt64) -> [Int] {
    guard rows.count > mostMembers else { return rows }
    var generator = SeededGenerator(seed: seed, stream: 0x5348)
    return generator.sample(mostMembers, outOf: rows.count).map { rows[$0] }
  }

  private init(
    _ groups: [Group], labels: [Int], costs: Matrix<Double>, rows: [Int], community: Community,
    asOf: Timestamp, project: ProjectFile?, settings: EngagementSettings,
    features: [FeatureDefinition]?, own: [FeatureDefinition], seed: UInt64, threadCount: Int
  ) throws {
    guard rows.count >= Self.fewestMembers else {
      throw ComparisonError.tooFewMembers(
        found: rows.count, needed: Self.fewestMembers,
        purpose: "rules are found on 3 of 5 members, chosen by 1 and measured on 1")
    }
    var generator = SeededGenerator(seed: seed, stream: 0x5347)
    var order = Array(rows.indices)
    generator.shuffle(&order)
    let (grown, chosen) = (order.count * 3 / 5, order.count * 4 / 5)
    let heldOut = order[chosen...].sorted()
    func search(_ features: [FeatureDefinition]) throws -> RuleSearch {
      let table = try FeatureTable(
        of: community, rows: rows, asOf: asOf, features: features, settings: settings,
        threadCount: threadCount)
      return RuleSearch(
        features: BinnedFeatures(table, cutting: order[..<grown].sorted()), labels: labels,
        clusterCount: groups.count, growing: order[..<grown].sorted(),
        choosing: order[grown..<chosen].sorted(), costs: costs)
    }
    let readable =
      features
      ?? FeatureDefinition.readable(in: community.history, settings: settings, model: own)
    let first = try search(readable)
    var (found, trees) = first.rules()
    var conditions = found.map { $0?.rule.condition(first.features) }
    var considered = readable
    let more = own.filter { !readable.contains($0) }
    if features == nil, !more.isEmpty, found.contains(where: { ($0?.chosenF1 ?? 0) < 0.9 }) {
      considered += more
      let second = try search(considered)
      for (cluster, other) in second.rules().rules.enumerated() {
        guard let other, (found[cluster]?.chosenF1 ?? 0) < 0.9,
          other.chosenF1 >= (found[cluster]?.chosenF1 ?? 0) + 0.02
        else { continue }
        found[cluster] = other
        conditions[cluster] = other.rule.condition(second.features)
      }
    }

    var (segments, omissions, places): ([SegmentDefinition], [Omission], [Int]) = ([], [], [])
    var taken = Set(project?.segments.map(\.id) ?? [])
    for cluster in found.indices {
      let count = labels.count { $0 == cluster }
      guard count < labels.count, let condition = conditions[cluster].flatMap({ $0 }) else {
        let reason =
          count == 0
          ? "nobody is in it"
          : count == labels.count
            ? "everybody is in it"
            : 2 * count > labels.count
              ? "too few others (\(labels.count - count)) to find and to measure a rule"
              : "too few members (\(count)) to find and to measure a rule"
        omissions.append(Omission(learned: cluster, target: groups[cluster].id, reason: reason))
        continue
      }
      let group = groups[cluster]
      // A learned name says what is true of the segment, which need not be what the condition asks for.
      let id = Self.id(of: "rule for \(group.id)", segment: group.id, taken: &taken)
      let name = group.name == group.id ? "" : " (\(group.name))"
      segments.append(
        SegmentDefinition(
          id: id, name: "rule for \(group.id)\(name)", description: group.description,
          when: condition))
      places.append(cluster)
    }
    let written = (project ?? ProjectFile(settings: settings)).holding(only: segments)
    let members = heldOut.map { rows[$0] }
    var position: [Int: Int] = [:]
    for place in heldOut { position[rows[place]] = place }
    var claims = [[Int]](repeating: [], count: rows.count)
    if !segments.isEmpty {
      let evaluation = try SegmentEvaluator(
        written, community: community, rows: members, asOf: asOf, threadCount: threadCount
      ).evaluate()
      for (rule, segment) in evaluation.enumerated() {
        for row in segment.rows { if let place = position[row] { claims[place].append(rule) } }
      }
    }
    rules = segments.indices.map { rule in
      let cluster = places[rule]
      return Rule(
        learned: cluster, target: groups[cluster].id, segment: segments[rule],
        thresholdCount: found[cluster]?.rule.thresholdCount ?? 0,
        method: found[cluster]?.method.rawValue ?? "",
        heldOut: SetAgreement(
          heldOut, set: { claims[$0].contains(rule) }, target: { labels[$0] == cluster }))
    }
    fidelity =
      heldOut.count < Self.fewestHeldOutMembers
      ? nil
      : Double(heldOut.count { place in claims[place].first.map { places[$0] } == labels[place] })
        / Double(heldOut.count)
    self.omissions = omissions
    self.features = considered
    memberCount = rows.count
    heldOutCount = heldOut.count
    self.trees = trees
    self.project = written
  }

  /// An id made of a name: lower-case letters, digits and hyphens, unlike those that are taken.
  static func id(of name: String, segment: String, taken: inout Set<String>) -> String {
    var id = ""
    for scalar in name.lowercased().unicodeScalars {
      if ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) {
        id.unicodeScalars.append(scalar)
      } else if !id.isEmpty, !id.hasSuffix("-") {
        id += "-"
      }
    }
    while id.hasSuffix("-") { id.removeLast() }
    if id.isEmpty { id = segment }
    if taken.contains(id) { id += "-suggested" }
    let stem = id
    var number = 2
    while !taken.insert(id).inserted {
      id = "\(stem)-\(number)"
      number += 1
    }
    return id
  }
}
