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
  /// The timelines of some members of a community, replayed up to one instant.
  struct Replay: Sendable {
    let plan: TimelinePlan
    let labels: [String: [LearnedLabel?]]
    /// For each list, the entries of the community's rows.
    let lists: [String: [Int: [ListEntry]]]
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
  /// - Complexity: O(leaves × events) directly; with replay O(instants × leaves × events of a member in
  ///   the windows), where instants are its facts times the windows. In parallel over members.
  public func evaluation(replays: Bool? = nil) -> SegmentEvaluation {
    let replays = replays ?? project.needsReplay
    precondition(replays || !project.needsReplay, "forms with memory need replay")
    let width = segments.count + project.stages.count
    guard width > 0 else { return SegmentEvaluation(segments: [], stages: []) }
    // For each member, whether it is in each segment, then its state in each machine.
    let count = rows.count
    var cells = [Int32](repeating: 0, count: count * width)
    let rowsPerBlock = replays ? 32 : 512
    cells.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let cells = buffer
      let blockCount = (count + rowsPerBlock - 1) / rowsPerBlock
      forEachBlock(count: blockCount, threadCount: threadCount) { block in
        for index in block * rowsPerBlock..<min((block + 1) * rowsPerBlock, count) {
          let found = replays ? unloggedTimeline(at: index).codes : isMember(at: index).map { $0 ? 1 : 0 }
          for (column, code) in found.enumerated() { cells[index * width + column] = code }
        }
      }
    }
    return evaluation { index, column in cells[index * width + column] }
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
      stages: replay.plan.machines.enumerated().map { position, machine in
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
  func unloggedTimeline(at index: Int) -> MemberTimeline {
    var log = MemberTimeline.Log(isKept: false)
    return timeline(at: index, &log)
  }

  /// The timeline of the member at a position of `rows`, replayed up to the as-of time, or begun there.
  func timeline(
    at index: Int, isReplayed: Bool = true, _ log: inout MemberTimeline.Log
  ) -> MemberTimeline {
    var record = MemberRecord(row: rows[index], of: community, asOf: now.asOf)
    for (name, entries) in replay.lists {
      guard let own = entries[rows[index]] else { continue }
      record.set(list: name, to: own, knownAt: now.asOf.microseconds)
    }
    for (model, labels) in replay.labels { record.set(model: model, label: labels[index]) }
    var timeline = MemberTimeline(record, plan: replay.plan)
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
