public import Engagement
public import EventLog
public import LinearAlgebra
public import Models
public import Segmentation

/// A model with the name that memberships and rules call it by.
public struct NamedModel: Sendable, Hashable {
  /// The file's name without folder and ending.
  public let name: String
  /// The model's id, the SHA-256 of its file.
  public let id: String
  /// The model.
  public let model: SegmentModel

  /// Makes a named model.
  public init(name: String, id: String, model: SegmentModel) {
    self.name = name
    self.id = id
    self.model = model
  }

  /// Reads a model from its file.
  ///
  /// - Throws: `ModelError`.
  public init(path: String) throws(ModelError) {
    let file = try ModelFile(path: path)
    self.init(name: ModelFile.name(ofPath: path), id: file.id, model: file.model)
  }
}

/// One member in one segment.
public struct Membership: Sendable, Hashable {
  /// How a segment comes about.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// A cluster of a fitted model.
    case learned
    /// Put in by hand.
    case list
    /// A written condition.
    case rule
    /// A state of a stage machine.
    case stage
  }

  /// The member's position in ``MembershipTable/memberIDs``.
  public let member: Int
  /// How the segment comes about.
  public let kind: Kind
  /// For learned segments the model's name, for stages the machine's, else empty.
  public let source: String
  /// The segment's id.
  public let segment: String
  /// For learned segments, what the model says of the member.
  public let label: ModelLabel?
}

/// Who is in which segment at one as-of time: learned, written and listed segments together.
public struct MembershipTable: Sendable {
  /// The as-of time.
  public let asOf: Timestamp
  /// The ids of all members in the table, in ascending order of their bytes.
  public private(set) var memberIDs: [String]
  /// For each member, the row in the community.
  public private(set) var communityRows: [Int]
  /// The models, in ascending order of their names' bytes.
  public let models: [NamedModel]
  /// For each model's name, the label of each member; nil for those whom the model is not about.
  public private(set) var labels: [String: [ModelLabel?]]
  /// For each model's name, whether what its segments' names and sentences claim is true of the members
  /// that it labels.
  public private(set) var claimChecks: [String: [ClaimCheck]]
  /// The written segments, in the order of the project file, with their members' positions in
  /// ``memberIDs``.
  public private(set) var written: [WrittenSegment]
  /// The lists that are memberships by themselves (`ProjectFile.listsOfTheirOwn`), with their members'
  /// positions in ``memberIDs``.
  public private(set) var lists: [WrittenSegment]
  /// For each list, the ids that stand on it at the as-of time and that nobody in the table has, in
  /// ascending order of their bytes, each as one of its forms where pseudonyms stand for ids; lists without
  /// such ids are left out.
  public let unknownListed: [String: [String]]
  /// For each model's name, how much each member belongs to each of its segments, members × segments;
  /// empty where that was not asked for, and of no meaning for those whom the model is not about.
  public private(set) var probabilities: [String: Matrix<Double>]
  /// The states of all stage machines, in the order of the project file, with their members' positions
  /// in ``memberIDs``.
  public private(set) var stages: [WrittenSegment]
  /// The number of members whom ``restricted(to:)`` left out.
  public private(set) var leftOutCount = 0

  /// The members of a rule, a list or a state.
  public struct WrittenSegment: Sendable, Hashable {
    /// The segment's id, or the state.
    public let id: String
    /// Rule, list or stage.
    public let kind: Membership.Kind
    /// For states the machine's name, else empty.
    public let source: String
    /// Positions in ``MembershipTable/memberIDs``, ascending.
    public fileprivate(set) var members: [Int]
    /// Whether its members count as claimed by it: not by states, of which everybody has one, nor by lists
    /// that a segment of kind list names, which would claim them twice.
    public var isClaim = true

    /// Which segment it is.
    public var reference: SegmentReference {
      SegmentReference(kind: kind, source: source, id: id)
    }

    /// The id, for states `MACHINE=STATE`.
    public var title: String { kind == .stage ? "\(source)=\(id)" : id }
  }

  /// Written segments, then lists, then states: all that is no learned segment.
  public var writtenAndStates: [WrittenSegment] { written + lists + stages }

  /// Labels a community's members with models, rules and lists.
  ///
  /// - Parameters:
  ///   - community: events and members.
  ///   - asOf: T.
  ///   - models: the models; their names must differ.
  ///   - project: rules and lists, if any.
  ///   - wantsProbabilities: whether ``probabilities`` are computed.
  ///   - threadCount: how many threads work at once; the table does not depend on it.
  /// - Throws: `ModelError`, `SegmentationError`, `ClusteringError`, and `EngagementError.noMembers`
  ///   where nobody is in the table.
  public init(
    labelling community: Community, asOf: Timestamp, models: [NamedModel],
    project: ProjectFile = ProjectFile(), wantsProbabilities: Bool = false,
    threadCount: Int = availableProcessorCount
  ) throws {
    let rows = community.rows(asOf: asOf)
    try self.init(
      rows, of: community, asOf: asOf, oldestEvent: community.history.oldest, models: models,
      project: project, ruleFeatures: nil, wantsProbabilities: wantsProbabilities,
      threadCount: threadCount
    ) { model in
      try model.model.featureTable(
        of: community, rows: rows, asOf: asOf, modelName: model.name, threadCount: threadCount)
    }
  }

  /// Labels members whose features are known, with models, lists and rules that ask for no events.
  ///
  /// - Parameters:
  ///   - rows: the community's rows, in order.
  ///   - community: all members; it need not have their events.
  ///   - asOf: T.
  ///   - oldestEvent: the oldest event of the log, for the error that nobody is in the table.
  ///   - models: the models; their names must differ.
  ///   - project: rules and lists, if any.
  ///   - ruleFeatures: the features that rules compare, of all rows; nil where there are none.
  ///   - wantsProbabilities: whether ``probabilities`` are computed.
  ///   - threadCount: how many threads work at once; the table does not depend on it.
  ///   - scopeFeatures: gives the table of the features that a model's ``MemberScope`` compares, of all
  ///     rows; nil where they are computed from the events.
  ///   - features: gives the table of a model's inputs, of all rows.
  /// - Throws: what ``init(labelling:asOf:models:project:wantsProbabilities:threadCount:)`` throws, and what `features` does.
  public init(
    _ rows: [Int], of community: Community, asOf: Timestamp, oldestEvent: Timestamp?,
    models: [NamedModel], project: ProjectFile, ruleFeatures: FeatureTable?,
    wantsProbabilities: Bool = false, threadCount: Int = availableProcessorCount,
    scopeFeatures: (NamedModel) throws -> FeatureTable? = { _ in nil },
    features: (NamedModel) throws -> FeatureTable
  ) throws {
    let models = models.sorted { bytesPrecede($0.name, $1.name) }
    var names = Set<String>()
    for model in models where !names.insert(model.name).inserted {
      throw ModelError.repeatedName(model.name)
    }
    guard !rows.isEmpty else {
      throw EngagementError.noMembers(
        asOf: asOf.description, oldest: oldestEvent?.description)
    }
    var labels: [String: [ModelLabel?]] = [:]
    var claimChecks: [String: [ClaimCheck]] = [:]
    var probabilities: [String: Matrix<Double>] = [:]
    for model in models {
      let table = try features(model)
      let own = try model.labels(
        of: table, rows: rows, community: community, scopeFeatures: scopeFeatures(model),
        threadCount: threadCount)
      labels[model.name] = own
      claimChecks[model.name] = model.model.claimChecks(table, labels: own.map { $0?.segment })
      if wantsProbabilities {
        probabilities[model.name] = try model.model.probabilities(table, threadCount: threadCount)
      }
    }
    let evaluator = try SegmentEvaluator(
      project, community: community, rows: rows, asOf: asOf,
      labels: Self.ruleLabels(models, labels, project: project),
      distributions: Dictionary(
        uniqueKeysWithValues: models.map { ($0.name, $0.model.distributions) }),
      features: ruleFeatures, threadCount: threadCount)
    var positions: [Int: Int] = [:]
    for (position, row) in rows.enumerated() { positions[row] = position }
    self.asOf = asOf
    self.memberIDs = rows.map { community.memberIDs[$0] }
    self.communityRows = rows
    self.models = models
    self.labels = labels
    self.claimChecks = claimChecks
    self.probabilities = probabilities
    (lists, unknownListed) = Self.listed(
      in: project, asOf: asOf, positions: { community.row(of: $0).flatMap { positions[$0] } })
    let evaluation = evaluator.evaluation()
    written = evaluation.segments.map { segment in
      WrittenSegment(
        id: segment.id, kind: segment.kind == .list ? .list : .rule, source: "",
        members: segment.rows.compactMap { positions[$0] })
    }
    stages = evaluation.stages.flatMap { machine in
      zip(machine.states, machine.rows).map { state, rows in
        WrittenSegment(
          id: state, kind: .stage, source: machine.machine,
          members: rows.compactMap { positions[$0] }, isClaim: false)
      }
    }
  }

  /// The members of the lists that are memberships by themselves, and the ids on any list that nobody has.
  private static func listed(
    in project: ProjectFile, asOf: Timestamp, positions: (String) -> Int?
  ) -> (lists: [WrittenSegment], unknown: [String: [String]]) {
    var members: [String: [Int]] = [:]
    var unknown: [String: [String]] = [:]
    for (name, list) in project.lists {
      let ids = list.entries(at: asOf).map(\.memberID)
      members[name] = ids.compactMap(positions).sorted()
      let missing = list.unknown(ids) { positions($0) != nil }
      if !missing.isEmpty { unknown[name] = missing }
    }
    let lists = project.listsOfTheirOwn.map {
      WrittenSegment(
        id: $0, kind: .list, source: "", members: members[$0] ?? [],
        isClaim: !project.repeatedLists.contains($0))
    }
    return (lists, unknown)
  }

  /// The labels as rules see them, with the names that the project gives by hand.
  public static func ruleLabels(
    _ models: [NamedModel], _ labels: [String: [ModelLabel?]], project: ProjectFile
  ) -> [String: [LearnedLabel?]] {
    var result: [String: [LearnedLabel?]] = [:]
    for model in models {
      result[model.name] = labels[model.name]?.map { label in
        label.map {
          LearnedLabel(
            segment: model.model.segments[$0.segment].id,
            name: model.segmentName($0.segment, in: project), confidence: $0.confidence)
        }
      }
    }
    return result
  }

  /// The number of members whom a model is not about.
  public func outsideCount(of model: String) -> Int {
    (labels[model] ?? []).count { $0 == nil }
  }

  /// The table of some of the members, with the memberships that they have among all.
  ///
  /// - Precondition: there is an answer for each member.
  public func restricted(to isInside: [Bool]) -> MembershipTable {
    precondition(isInside.count == memberIDs.count, "an answer for each member")
    let kept = isInside.indices.filter { isInside[$0] }
    guard kept.count < isInside.count else { return self }
    var places = [Int?](repeating: nil, count: isInside.count)
    for (place, member) in kept.enumerated() { places[member] = place }
    func among(_ segment: WrittenSegment) -> WrittenSegment {
      var segment = segment
      segment.members = segment.members.compactMap { places[$0] }
      return segment
    }
    var table = self
    table.memberIDs = kept.map { memberIDs[$0] }
    table.communityRows = kept.map { communityRows[$0] }
    table.labels = labels.mapValues { labels in kept.map { labels[$0] } }
    for (model, labels) in table.labels {
      table.claimChecks[model] = claimChecks[model]?.compactMap { check in
        check.restricted(
          to: places, memberCount: labels.count { $0?.segment == check.segment })
      }
    }
    table.written = written.map(among)
    table.lists = lists.map(among)
    table.probabilities = probabilities.mapValues { $0.selectingRows(kept) }
    table.stages = stages.map(among)
    table.leftOutCount += isInside.count - kept.count
    return table
  }

  /// All memberships, sorted by member, kind, source and segment, each by its bytes.
  public var memberships: [Membership] {
    var byMember = [[Membership]](repeating: [], count: memberIDs.count)
    for model in models {
      for (member, label) in (labels[model.name] ?? []).enumerated() {
        guard let label else { continue }
        byMember[member].append(
          Membership(
            member: member, kind: .learned, source: model.name,
            segment: model.model.segments[label.segment].id, label: label))
      }
    }
    let segments = writtenAndStates.sorted { left, right in
      if left.kind != right.kind { return bytesPrecede(left.kind.rawValue, right.kind.rawValue) }
      return bytesPrecede(left.source, right.source)
        || (!bytesPrecede(right.source, left.source) && bytesPrecede(left.id, right.id))
    }
    for segment in segments {
      for member in segment.members {
        byMember[member].append(
          Membership(
            member: member, kind: segment.kind, source: segment.source, segment: segment.id,
            label: nil))
      }
    }
    return byMember.flatMap { $0 }
  }
}

extension NamedModel {
  /// A segment's name: the one that the project gives by hand, else the one that was given when the model
  /// was trained, else the model's own.
  public func segmentName(_ segment: Int, in project: ProjectFile) -> String {
    let own = model.segments[segment]
    return project.segmentNames[name]?[own.id] ?? own.givenName ?? own.name
  }
}
