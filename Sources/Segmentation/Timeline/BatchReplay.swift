import Engagement
import EventLog
import LinearAlgebra

/// The members in each state of one stage machine.
public struct StageMembers: Sendable, Hashable {
  /// The machine's name.
  public let machine: String
  /// The states, in the order of the file.
  public let states: [String]
  /// For each state, the members' rows in the community, in the order in which the rows were given.
  public let rows: [[Int]]
}

/// Who is in each written segment and in each state at one instant.
public struct SegmentEvaluation: Sendable, Hashable {
  /// Segments in the order of the file.
  public let segments: [SegmentMembers]
  /// Stage machines in the order of the file.
  public let stages: [StageMembers]
}

extension SegmentEvaluator {
  /// What it takes to replay timelines of a community's members.
  struct Replay: Sendable {
    /// All of the project but segments that ask for a rank.
    let whole: Part
    /// What has memory, and what that needs; nil where nothing has.
    var remembered: Part? { rememberedOfThreads.first }
    /// The same for each thread: threads that share a plan wait for each other to count who refers to it.
    let rememberedOfThreads: [Part]
    let labels: [String: [LearnedLabel?]]
    /// For each list, the entries of the community's rows.
    let lists: [String: [Int: [ListEntry]]]
  }

  /// A part of a project, ready to be replayed.
  struct Part: Sendable {
    let plan: TimelinePlan
    let marker: HistoryMarker
    /// For each of the part's segments, its position in the project.
    let segments: [Int]

    init(
      _ part: ProjectFile, of project: ProjectFile, community: Community,
      distributions: [String: [FeatureDefinition: EmpiricalDistribution]]
    ) throws(SegmentationError) {
      plan = try TimelinePlan(part, distributions: distributions)
      marker = HistoryMarker(
        plan.index, history: community.history, settings: project.settings)
      let ids = Set(part.segments.map(\.id))
      segments = project.segments.indices.filter { ids.contains(project.segments[$0].id) }
    }
  }

  /// Who is in each segment and state, in the order of the file.
  ///
  /// Where something has memory, every member's timeline is replayed from its first fact to the as-of
  /// time; else conditions are looked at there only. Learned labels are those at the as-of time, and
  /// hold from the beginning: earlier ones are not known.
  ///
  /// - Parameter replays: whether timelines are replayed; by default where anything needs it. Without
  ///   forms with memory both ways agree.
  /// - Returns: the members of each segment and state.
  /// - Precondition: a project that needs replay is replayed.
  /// - Complexity: O(leaves × events of a member in the windows) directly; with replay that for each instant at
  ///   which a leaf hears a fact or is due. In parallel over members.
  public func evaluation(replays: Bool? = nil) -> SegmentEvaluation {
    precondition(replays != false || !project.needsReplay, "forms with memory need replay")
    let isWhole = replays ?? false
    precondition(!isWhole || project.rankedSegments.isEmpty, "ranks are not replayed")
    let width = segments.count + project.stages.count
    guard width > 0 else { return SegmentEvaluation(segments: [], stages: []) }
    return evaluation(replaying: isWhole ? [replay.whole] : replay.rememberedOfThreads)
  }

  /// The members of each segment and state, given for each position of `rows` whether the member is in
  /// each segment, then its state in each machine.
  func evaluation(_ code: (_ index: Int, _ column: Int) -> Int32) -> SegmentEvaluation {
    func members(_ column: Int, _ wanted: Int) -> [Int] {
      self.rows.indices.filter { code($0, column) == wanted }.map { self.rows[$0] }
    }
    return SegmentEvaluation(
      segments: segments.enumerated().map { position, segment in
        SegmentMembers(
          id: segment.definition.id, kind: segment.definition.kind, rows: members(position, 1))
      },
      stages: replay.whole.plan.machines.enumerated().map { position, machine in
        StageMembers(
          machine: project.stages[position].name, states: machine.states,
          rows: machine.states.indices.map { members(segments.count + position, $0) })
      })
  }

  /// All transitions of a row's member up to the as-of time, in order of time.
  ///
  /// - Precondition: `row` is one of the rows.
  public func transitions(ofRow row: Int) -> [Transition] {
    var log = MemberTimeline.Log(isKept: true)
    _ = timeline(at: position(ofRow: row), &log)
    return log.transitions
  }

  /// Why a member is in its state of a stage machine.
  ///
  /// - Throws: ``SegmentationError/unknownSegment(id:suggestion:)`` where there is no such machine.
  /// - Precondition: `row` is one of the rows.
  public func explain(stage machine: String, row: Int) throws(SegmentationError) -> Explanation {
    guard let position = project.stages.firstIndex(where: { bytesAreEqual($0.name, machine) })
    else {
      throw .unknownSegment(
        id: machine, suggestion: suggestion(for: machine, among: project.stages.map(\.name)))
    }
    return unloggedTimeline(at: self.position(ofRow: row))
      .explain(machine: position, at: now.asOf.microseconds)
  }

  func position(ofRow row: Int) -> Int {
    guard let index = rows.firstIndex(of: row) else {
      preconditionFailure("only rows that were given can be explained")
    }
    return index
  }

  /// The timeline of the member at a position of `rows`, replayed up to the as-of time, for what it comes to.
  func unloggedTimeline(at index: Int, of part: Part? = nil) -> MemberTimeline {
    var log = MemberTimeline.Log(isKept: false)
    return timeline(at: index, of: part, &log)
  }

  /// All that is known of the member at a position of `rows` as of now.
  func record(at index: Int) -> MemberRecord {
    var record = recordWithoutEvents(at: index)
    for position in community.events(ofRow: rows[index], asOf: now.asOf) {
      record.add(community.history[Int(position)])
    }
    for position in community.eventsReceived(byRow: rows[index], asOf: now.asOf) {
      record.receive(community.history[Int(position)])
    }
    return record
  }

  private func recordWithoutEvents(at index: Int) -> MemberRecord {
    var record = MemberRecord(row: rows[index], of: community)
    for (name, entries) in replay.lists {
      guard let own = entries[rows[index]] else { continue }
      record.set(list: name, to: own, knownAt: now.asOf.microseconds)
    }
    for (model, labels) in replay.labels { record.set(model: model, label: labels[index]) }
    return record
  }

  /// What the replay of the member at a position of `rows` comes to.
  func replayedState(at index: Int, of part: Part) -> ReplayState {
    var log = MemberTimeline.Log(isKept: false)
    var timeline = MemberTimeline(facts(at: index, of: part))
    timeline.glide(through: now.asOf.microseconds, &log)
    return timeline.state
  }

  private func facts(at index: Int, of part: Part) -> MemberFacts {
    MemberFacts(
      recordWithoutEvents(at: index), row: rows[index], of: community, asOf: now.asOf,
      marker: part.marker, plan: part.plan)
  }

  /// The timeline of the member at a position of `rows`, replayed up to the as-of time, or begun there.
  ///
  /// - Parameters:
  ///   - index: the position of the member in `rows`.
  ///   - part: what is replayed; by default the whole.
  ///   - isReplayed: whether it is replayed from the first fact on.
  ///   - log: takes the transitions.
  /// - Returns: the timeline at the as-of time.
  func timeline(
    at index: Int, of part: Part? = nil, isReplayed: Bool = true, _ log: inout MemberTimeline.Log
  ) -> MemberTimeline {
    let part = part ?? replay.whole
    var timeline = MemberTimeline(facts(at: index, of: part))
    if isReplayed {
      timeline.run(through: now.asOf.microseconds, &log)
    } else {
      timeline.begin(at: now.asOf.microseconds)
    }
    return timeline
  }
}

extension MemberTimeline {
  /// Whether the member is in each segment, then its state in each machine, -1 before the first.
  var codes: [Int32] {
    state.segments.map { $0.isMember ? 1 : 0 }
      + state.machines.map { state.instant == nil ? -1 : Int32($0.state) }
  }
}
